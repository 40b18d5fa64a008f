//! Reads a journal line by line, so that its length does not matter.
//!
//! Invariant: lines are told in their order whoever checked them; of a journal, no more than a few batches are in
//! memory at once.

mod check;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::thread;

use crate::domain::session::{
    self, Audit, Chain, Checked, Entry, Fork, LINE_LIMIT, LineProblem, Verdict,
};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::scan::check::Checkers;
use crate::host::store::segment;

/// Bytes that one thread checks at a time.
const BATCH: usize = 256 * 1024;
/// Segments up to here are not worth a second thread.
const SMALL: u64 = 1 << 20;
/// More threads do not make a disk faster.
const THREADS: usize = 4;

/// A journal that was read.
pub(super) struct Scan {
    /// What holds of it.
    pub(super) audit: Audit,
    /// Its segments, in order.
    pub(super) segments: Vec<u32>,
}

/// Takes every line of every segment; `told` is given each entry that holds.
pub(super) fn all(dir: &Dir, mut told: impl FnMut(Entry)) -> Result<Scan, StoreError> {
    until(dir, |entry| {
        told(entry);
        ControlFlow::Continue(())
    })
}

/// The same until `told` has enough; what is after that was not looked at.
///
/// Others may write meanwhile. Where a segment goes on is asked of all of them before the lines of any are taken; one that
/// began after it was asked counts as it was then, since the segment before it was read without that word.
pub(super) fn until(
    dir: &Dir,
    mut told: impl FnMut(Entry) -> ControlFlow<()>,
) -> Result<Scan, StoreError> {
    let segments = segment::all(dir)?;
    if segments.is_empty() {
        dir.file(&segment::name(1), Access::Read)?;
    }
    let problem = |file: &File, source| StoreError::io("read", file.path(), source);
    let mut audit = Audit::default();
    let mut ends = BTreeMap::new();
    each(dir, &segments, |number, file| {
        // The length first: a line that comes after it was measured is found, or is behind the end.
        let bytes = file.bytes().map_err(|source| problem(file, source))?;
        let first = first_line(file).map_err(|source| problem(file, source))?;
        if let Some(first) = &first {
            audit.begins(number, first.start());
        }
        ends.insert(number, if first.is_some() { u64::MAX } else { bytes });
        Ok(ControlFlow::Continue(()))
    })?;
    each(dir, &segments, |number, file| {
        audit.segment(number);
        // What was not there when it was asked has no lines.
        let part = 0..ends.get(&number).copied().unwrap_or(0);
        lines(file, part, &mut audit, &mut told).map_err(|source| problem(file, source))
    })?;
    Ok(Scan { audit, segments })
}

/// Opens one segment after the other: a disk that dies leaves thousands, and a process may not open so many at once.
/// A segment that is gone since it was listed held nothing: whoever has the pen has tidied up.
fn each(
    dir: &Dir,
    segments: &[u32],
    mut read: impl FnMut(u32, &File) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    for number in segments {
        let file = match dir.file(&segment::name(*number), Access::Read) {
            Err(error) if error.is_not_found() && *number > 1 => continue,
            file => file?,
        };
        if read(*number, &file)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// What a journal whose lines do not make one chain holds, if that is because it forked; the verdict says so then.
pub(super) fn fork(dir: &Dir, verdict: &mut Verdict) -> Result<Option<Fork>, StoreError> {
    let Some(broken) = &mut verdict.problem else { return Ok(None) };
    match broken.problem {
        LineProblem::Fork(_) | LineProblem::Seq { .. } | LineProblem::Prev { .. } => {}
        LineProblem::Unended
        | LineProblem::TooLong
        | LineProblem::Sum
        | LineProblem::Malformed(_)
        | LineProblem::Content(_)
        | LineProblem::NotCanonical => return Ok(None),
    }
    let mut lines = Vec::new();
    each(dir, &segment::all(dir)?, |_, file| {
        let mut reader = BufReader::with_capacity(BATCH, file.reader(0));
        let mut line = Vec::new();
        while read_line(&mut reader, &mut line)
            .map_err(|source| StoreError::io("read", file.path(), source))?
        {
            lines.extend(Checked::of(&line).ok());
            line.clear();
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let fork = session::fork(lines);
    if let Some(first) = fork.as_ref().and_then(|fork| fork.branches.first()) {
        broken.problem = LineProblem::Fork(first.after + 1);
    }
    Ok(fork)
}

/// How many bytes all segments have.
pub(super) fn bytes(dir: &Dir, segments: &[u32]) -> Result<u64, StoreError> {
    let mut all = 0;
    each(dir, segments, |_, file| {
        all += file.bytes().map_err(|source| StoreError::io("look at", file.path(), source))?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// The first line of a segment, if it is right by itself.
pub(super) fn first_line(file: &File) -> io::Result<Option<Checked>> {
    let mut line = Vec::new();
    read_line(&mut BufReader::new(file.reader(0)), &mut line)?;
    Ok(Checked::of(&line).ok())
}

/// The first entry, if it holds.
pub(super) fn first(file: &File) -> io::Result<Option<Entry>> {
    let mut line = Vec::new();
    read_line(&mut BufReader::new(file.reader(0)), &mut line)?;
    Ok(Chain::default().next(&line).ok())
}

/// Takes the whole lines of the last `bytes` of a segment, without what goes before them.
pub(super) fn last(
    file: &File,
    segment: u32,
    bytes: u64,
    mut told: impl FnMut(Entry),
) -> io::Result<Audit> {
    let start = file.bytes()?.saturating_sub(bytes);
    let mut reader = BufReader::new(file.reader(start));
    let mut line = Vec::new();
    read_line(&mut reader, &mut line)?;
    let start = start + line.len() as u64;
    line.clear();
    read_line(&mut reader, &mut line)?;
    let end = start + line.len() as u64;
    let (mut audit, from) = match Chain::from_middle(&line) {
        Ok((chain, entry)) => {
            told(entry);
            (Audit::resumed(chain, segment, end), end)
        }
        Err(_) => (Audit::resumed(Chain::default(), segment, start), start),
    };
    let mut told = |entry| {
        told(entry);
        ControlFlow::Continue(())
    };
    match lines(file, from..u64::MAX, &mut audit, &mut told)? {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(audit),
    }
}

/// Gives the lines of a part of a segment to `audit`.
fn lines(
    file: &File,
    part: Range<u64>,
    audit: &mut Audit,
    told: &mut impl FnMut(Entry) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    let wanted = file.reader(part.start).take(part.end.saturating_sub(part.start));
    let mut reader = BufReader::with_capacity(BATCH, wanted);
    let small = file.bytes()?.min(part.end).saturating_sub(part.start) < SMALL;
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
    thread::scope(|scope| {
        let mut checkers = Checkers::hire(scope, if small { 0 } else { cores });
        loop {
            while checkers.has_room() {
                let Some(batch) = Batch::next(&mut reader)? else { break };
                checkers.give(batch)?;
            }
            let Some((batch, checks)) = checkers.take()? else {
                return Ok(ControlFlow::Continue(()));
            };
            for (line, check) in batch.lines().zip(checks) {
                if let Some(entry) = audit.checked(line, check)
                    && told(entry).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    })
}

/// Some lines.
struct Batch {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Batch {
    /// The next lines; `None` at the end of the file.
    fn next(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut batch = Self { bytes: Vec::new(), ends: Vec::new() };
        while batch.bytes.len() < BATCH && read_line(reader, &mut batch.bytes)? {
            batch.ends.push(batch.bytes.len());
        }
        Ok((!batch.ends.is_empty()).then_some(batch))
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.bytes.get(start..*end))
    }

    fn check(&self) -> check::Checks {
        self.lines().map(Checked::of).collect()
    }
}

/// Adds the next line with its line feed; of one that is too long, a piece that is too long.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let limit = LINE_LIMIT as u64 + 1;
    Ok(reader.by_ref().take(limit).read_until(b'\n', line)? > 0)
}
