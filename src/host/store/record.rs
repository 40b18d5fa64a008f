//! The recording: snapshots beside the journal, written by a thread of their own.
//!
//! Invariant: [`Recorder::offer`] never waits for the disk: of two snapshots that come while the disk is busy, the
//! newer one stays. Every keyframe begins a new zstd frame, so that a reader can begin there, and every line is
//! flushed, so that a kill costs the last one at most. Trouble here never stops the session.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use zstd::stream::write::Encoder as Compressor;

use crate::domain::facts::Snapshot;
use crate::domain::session::telemetry::Encoder;
use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;

pub(super) const TELEMETRY: &str = "telemetry";
pub(super) const SUFFIX: &str = ".jsonl.zst";
const LEVEL: i32 = 3;
/// What is written is compared with so much (two to the power of this) of what was written before, which stays in
/// memory. A sample tells what changed, mostly in a few hundred bytes; the usual window is eight times as large.
const WINDOW_LOG: u32 = 18;
/// On a disk with less room the recording stops, so that the journal can go on.
pub(super) const FLOOR: u64 = 16 << 20;
/// A disk that hangs must not hold up the end of the program for longer.
const GOODBYE: Duration = Duration::from_secs(1);

/// Writes snapshots down until it is dropped.
#[derive(Debug)]
pub struct Recorder(Arc<Shared>);

/// How the recording goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Snapshots that were written.
    pub written: u64,
    /// Snapshots that gave way to a newer one.
    pub passed_over: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Why nothing is written any more.
    pub trouble: Option<Stopped>,
}

/// Why a recording stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Little room is left, and the journal comes first.
    LittleRoom,
    /// The kernel refused, with this number.
    Kernel(i32),
    /// Something else went wrong.
    Other(Untrusted),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        let other = || Self::Other(error.to_string().into());
        error.raw_os_error().map_or_else(other, Self::Kernel)
    }
}

#[derive(Debug, Default)]
struct Shared {
    slot: Mutex<Slot>,
    /// The slot changed.
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    next: Option<Arc<Snapshot>>,
    leaving: bool,
    ended: bool,
    recording: Recording,
}

impl Recorder {
    /// Begins a new segment in the session's directory.
    pub(super) fn start(session: &Dir) -> Result<Self, StoreError> {
        session.make(TELEMETRY)?;
        let dir = session.sub(TELEMETRY)?;
        let names = dir.names()?;
        let number = |name: &String| name.strip_suffix(SUFFIX)?.parse::<u32>().ok();
        let next = names.iter().filter_map(number).max().unwrap_or(0) + 1;
        let file = dir.file(&format!("{next:05}{SUFFIX}"), Access::New)?;
        let problem = |source| StoreError::io("record into", dir.path(), source);
        let segment = Segment::new(file, dir.clone());
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("recorder".into())
            .spawn(move || theirs.run(segment))
            .map_err(problem)?;
        Ok(Self(shared))
    }

    /// Hands a snapshot over; returns at once.
    pub fn offer(&self, snapshot: Arc<Snapshot>) {
        let mut slot = self.0.lock();
        if slot.next.replace(snapshot).is_some() {
            slot.recording.passed_over += 1;
        }
        drop(slot);
        self.0.wake.notify_all();
    }

    /// How it goes.
    #[must_use]
    pub fn status(&self) -> Recording {
        self.0.lock().recording.clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut slot = self.0.lock();
        slot.leaving = true;
        self.0.wake.notify_all();
        let busy = |slot: &mut Slot| !slot.ended;
        drop(self.0.wake.wait_timeout_while(slot, GOODBYE, busy));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: what was offered last goes out, also when everything is over.
    fn run(&self, mut segment: Segment) {
        while let Some(snapshot) = self.next() {
            let outcome = segment.write(&snapshot);
            let mut slot = self.lock();
            match outcome {
                Ok(bytes) => {
                    slot.recording.written += 1;
                    slot.recording.bytes = bytes;
                }
                Err(error) => {
                    slot.recording.trouble = Some(error);
                    break;
                }
            }
        }
        let outcome = segment.end();
        let mut slot = self.lock();
        if let Err(error) = outcome {
            slot.recording.trouble.get_or_insert_with(|| error.into());
        }
        slot.ended = true;
        drop(slot);
        self.wake.notify_all();
    }

    fn next(&self) -> Option<Arc<Snapshot>> {
        let idle = |slot: &mut Slot| slot.next.is_none() && !slot.leaving;
        let slot = self.wake.wait_while(self.lock(), idle);
        slot.unwrap_or_else(PoisonError::into_inner).next.take()
    }
}

/// A file of frames.
struct Segment {
    /// The file, before the first frame.
    file: Option<File>,
    /// The frame that is being written.
    frame: Option<Compressor<'static, File>>,
    codec: Encoder,
    /// Where it is.
    dir: Dir,
}

impl Segment {
    fn new(file: File, dir: Dir) -> Self {
        Self { file: Some(file), frame: None, codec: Encoder::default(), dir }
    }

    /// The bytes that the file has then.
    fn write(&mut self, snapshot: &Snapshot) -> Result<u64, Stopped> {
        if self.dir.space().is_ok_and(|space| space.free < FLOOR) {
            return Err(Stopped::LittleRoom);
        }
        let begins = self.codec.is_keyframe_due();
        let line = self.codec.push(snapshot).map_err(io::Error::other)?;
        if begins {
            let file = match self.frame.take() {
                Some(ended) => Some(ended.finish()?),
                None => self.file.take(),
            };
            self.frame = file.map(frame).transpose()?;
        }
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let frame = self.frame.as_mut().ok_or_else(gone)?;
        frame.write_all(line.as_bytes())?;
        frame.write_all(b"\n")?;
        frame.flush()?;
        Ok(frame.get_ref().bytes()?)
    }

    fn end(mut self) -> io::Result<()> {
        self.frame.take().map_or(Ok(()), |frame| frame.finish().map(drop))
    }
}

fn frame(file: File) -> io::Result<Compressor<'static, File>> {
    let mut frame = Compressor::new(file, LEVEL)?;
    frame.window_log(WINDOW_LOG)?;
    frame.include_checksum(true)?;
    Ok(frame)
}
