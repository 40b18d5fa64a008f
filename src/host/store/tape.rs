//! A recording, to be read from any place.
//!
//! Invariant: what can be read is read: a frame that ends in the middle (a kill) or is damaged costs what
//! comes after the damage in that frame, and is named in [`Tape::damage`]. Only the moments are kept in memory.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use zstd::stream::read::Decoder as Decompressor;

use crate::domain::base::{Moment, Timestamp};
use crate::domain::facts::Snapshot;
use crate::domain::session::telemetry::{CodecError, Decoder};
use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::record::{SUFFIX, TELEMETRY};

/// No line is longer; a few bytes of zstd can stand for any number.
const LINE: u64 = 64 << 20;
/// 8 MiB of history; level 3 needs 2.
const WINDOW_LOG: u32 = 23;
/// So many places in one stretch of damage are tried as a beginning; each may cost as much as a line.
const BEGINNINGS: u32 = 1_000;
/// What every zstd frame begins with (RFC 8878).
pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A recording.
#[derive(Debug, Default)]
pub struct Tape {
    segments: Vec<Segment>,
    index: Vec<Place>,
    damage: Vec<Damage>,
    head: Option<Head>,
}

/// A part of a recording that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file, from the session's directory on.
    pub file: Untrusted,
    /// The last snapshot before it in this file; `None` if there is none.
    pub until: Option<Timestamp>,
    /// The file just ends: the program or the machine was cut off while it recorded.
    pub torn: bool,
    /// Why.
    pub problem: Flaw,
}

/// Why a part of a recording cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its bytes cannot be had; what was said.
    Read(Untrusted),
    /// A line does not hold.
    Line(CodecError),
}

/// Why a snapshot cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The recording has no such snapshot.
    #[error("the recording ends before snapshot {0}")]
    Beyond(usize),
    /// It cannot be read.
    #[error("cannot read the recording: {0}")]
    Io(#[from] io::Error),
    /// Its line does not hold.
    #[error("the recording is damaged: {0}")]
    Line(#[from] CodecError),
}

/// One file of a recording.
#[derive(Clone, Debug)]
struct Segment {
    file: Untrusted,
    source: Source,
}

/// Where the bytes of a segment are.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File(File),
    Memory(Arc<[u8]>),
}

/// Where a snapshot is.
#[derive(Clone, Copy, Debug)]
struct Place {
    moment: Moment,
    segment: usize,
    /// Byte at which its zstd frame begins; the first line there is a keyframe.
    frame: u64,
    /// Which line of the frame.
    line: usize,
}

/// The place that was read last; the next snapshot is usually the one after it.
struct Head {
    segment: usize,
    frame: u64,
    /// Lines that were read.
    lines: usize,
    last: Option<Snapshot>,
    reader: Frame,
    decoder: Decoder,
}

/// The text of one zstd frame.
pub(super) type Frame = BufReader<Decompressor<'static, BufReader<Bytes>>>;

impl Tape {
    /// The recording of a session; empty if there is none.
    pub(super) fn open(session: &Dir) -> Result<Self, StoreError> {
        let dir = match session.sub(TELEMETRY) {
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            dir => dir?,
        };
        let mut segments = Vec::new();
        for name in dir.names()?.iter().filter(|name| name.ends_with(SUFFIX)) {
            let source = Source::File(dir.file(name, Access::Read)?);
            segments.push(Segment { file: format!("{TELEMETRY}/{name}").into(), source });
        }
        Ok(Self::over(segments))
    }

    /// A recording that is in memory: the bytes of its segments, in order.
    pub fn of(segments: impl IntoIterator<Item = Arc<[u8]>>) -> Self {
        let segment = |(number, bytes): (u32, Arc<[u8]>)| {
            let file = format!("{TELEMETRY}/{number:05}{SUFFIX}").into();
            Segment { file, source: Source::Memory(bytes) }
        };
        Self::over((1..).zip(segments).map(segment).collect())
    }

    /// How many snapshots it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.index.len()
    }

    /// It has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// When each snapshot was taken, in order.
    #[must_use]
    pub fn moments(&self) -> impl ExactSizeIterator<Item = Moment> {
        self.index.iter().map(|place| place.moment)
    }

    /// The last snapshot that is not later than `at`.
    #[must_use]
    pub fn find(&self, at: Timestamp) -> Option<usize> {
        self.index.iter().rposition(|place| place.moment.at <= at)
    }

    /// What cannot be read.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// The file that holds snapshot number `index`.
    #[must_use]
    pub fn file_of(&self, index: usize) -> Option<&Untrusted> {
        Some(&self.segments.get(self.index.get(index)?.segment)?.file)
    }

    /// Snapshot number `index`, from 0. Going forward is cheap; any other way costs up to a minute of recording.
    pub fn at(&mut self, index: usize) -> Result<Snapshot, TapeError> {
        let place = *self.index.get(index).ok_or(TapeError::Beyond(index))?;
        let source = &self.segments.get(place.segment).ok_or(TapeError::Beyond(index))?.source;
        let here = self.head.take().filter(|head| head.can_reach(place));
        let mut head = match here {
            Some(head) => head,
            None => Head::new(source.clone(), place)?,
        };
        let snapshot = head.read(place.line).and_then(|it| it.ok_or(TapeError::Beyond(index)))?;
        self.head = Some(head);
        Ok(snapshot)
    }

    fn over(segments: Vec<Segment>) -> Self {
        let mut tape = Self { segments, ..Self::default() };
        for (at, segment) in tape.segments.clone().into_iter().enumerate() {
            tape.scan(at, &segment.source);
        }
        tape
    }

    /// Reads a segment once, frame by frame. After damage it goes on where the next frame seems to begin.
    fn scan(&mut self, segment: usize, source: &Source) {
        let mut frame = 0;
        let mut lost = 0;
        loop {
            match self.scan_frame(segment, frame, source) {
                Ok(None) => return,
                Ok(Some(next)) => {
                    lost = 0;
                    frame = next;
                }
                Err(error) => {
                    // One stretch of damage is named once, however many beginnings in it are none.
                    lost += 1;
                    if lost == 1 {
                        let torn = error.kind() == io::ErrorKind::UnexpectedEof;
                        self.damaged(segment, torn, Flaw::Read(error.to_string().into()));
                    }
                    let next = next_frame(source, frame + 1).filter(|_| lost < BEGINNINGS);
                    let Some(next) = next else { return };
                    frame = next;
                }
            }
        }
    }

    /// Reads the frame that begins at byte `frame`; gives the byte after it, `None` at the end of the file.
    fn scan_frame(
        &mut self,
        segment: usize,
        frame: u64,
        source: &Source,
    ) -> io::Result<Option<u64>> {
        let mut bytes = BufReader::new(Bytes { source: source.clone(), at: frame });
        if bytes.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut reader = frame_of(bytes)?;
        self.scan_lines(segment, frame, &mut reader)?;
        let rest = reader.into_inner().finish();
        Ok(Some(rest.get_ref().at - rest.buffer().len() as u64))
    }

    fn scan_lines(&mut self, segment: usize, frame: u64, reader: &mut Frame) -> io::Result<()> {
        let mut line = String::new();
        let mut number = 0;
        let mut holds = true;
        while read_line(reader, &mut line)? {
            match Decoder::glance(&line) {
                Ok(glance) if holds && (glance.keyframe || number > 0) => {
                    self.index.push(Place { moment: glance.moment, segment, frame, line: number });
                }
                // Changes after a line that is missing mean nothing.
                Ok(_) if !holds => {}
                Ok(_) => {
                    holds = false;
                    self.damaged(segment, false, Flaw::Line(CodecError::NoKeyframe));
                }
                Err(error) => {
                    holds = false;
                    self.damaged(segment, false, Flaw::Line(error));
                }
            }
            number += 1;
        }
        Ok(())
    }

    fn damaged(&mut self, segment: usize, torn: bool, problem: Flaw) {
        let Some(Segment { file, .. }) = self.segments.get(segment) else { return };
        let last = self.index.last().filter(|place| place.segment == segment);
        let until = last.map(|place| place.moment.at);
        let file = file.clone();
        self.damage.push(Damage { file, until, torn, problem });
    }
}

impl Head {
    fn new(source: Source, place: Place) -> io::Result<Self> {
        let Place { segment, frame, .. } = place;
        let reader = frame_of(BufReader::new(Bytes { source, at: frame }))?;
        Ok(Self { segment, frame, lines: 0, last: None, reader, decoder: Decoder::default() })
    }

    /// The place is not behind it.
    const fn can_reach(&self, place: Place) -> bool {
        self.segment == place.segment && self.frame == place.frame && self.lines <= place.line + 1
    }

    fn read(&mut self, line: usize) -> Result<Option<Snapshot>, TapeError> {
        let mut text = String::new();
        while self.lines <= line {
            if !read_line(&mut self.reader, &mut text)? {
                return Ok(None);
            }
            self.last = Some(self.decoder.push(&text)?);
            self.lines += 1;
        }
        Ok(self.last.clone())
    }
}

impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Head").field("segment", &self.segment).finish_non_exhaustive()
    }
}

/// Bytes from a place on; several readers do not disturb each other.
#[derive(Debug)]
pub(super) struct Bytes {
    pub(super) source: Source,
    pub(super) at: u64,
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.source {
            Source::File(file) => file.read_at(buffer, self.at)?,
            Source::Memory(bytes) => {
                let from = usize::try_from(self.at).unwrap_or(usize::MAX);
                bytes.get(from..).unwrap_or_default().read(buffer)?
            }
        };
        self.at += read as u64;
        Ok(read)
    }
}

/// The first byte from `from` on at which a zstd frame seems to begin.
fn next_frame(source: &Source, from: u64) -> Option<u64> {
    let mut bytes = BufReader::new(Bytes { source: source.clone(), at: from });
    let mut seen = [0_u8; MAGIC.len()];
    let mut at = from;
    loop {
        let byte = *bytes.fill_buf().ok()?.first()?;
        bytes.consume(1);
        at += 1;
        seen.rotate_left(1);
        if let Some(last) = seen.last_mut() {
            *last = byte;
        }
        if seen == MAGIC && at >= from + MAGIC.len() as u64 {
            return Some(at - MAGIC.len() as u64);
        }
    }
}

pub(super) fn frame_of(bytes: BufReader<Bytes>) -> io::Result<Frame> {
    let mut frame = Decompressor::with_buffer(bytes)?.single_frame();
    frame.window_log_max(WINDOW_LOG)?;
    Ok(BufReader::new(frame))
}

/// The next whole line; `false` at the end.
pub(super) fn read_line(reader: &mut Frame, line: &mut String) -> io::Result<bool> {
    line.clear();
    let read = reader.by_ref().take(LINE).read_line(line)?;
    if read > 0 && !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(read > 0)
}
