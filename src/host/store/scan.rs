//! Reads a journal line by line, so that its length does not matter.
//!
//! Invariant: lines are told in their order whoever checked them; of a journal, no more than a few batches are in
//! memory at once.

use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZero;
use std::thread::{self, Scope, ScopedJoinHandle};

use crate::domain::session::{
    self, Audit, Chain, Checked, Entry, Fork, LINE_LIMIT, LineProblem, Start, Verdict,
};
use crate::host::store::dir::{Dir, File, Reader};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
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
    let segments = segment::all(dir)?;
    if segments.is_empty() {
        dir.file(&segment::name(1), Access::Read)?;
    }
    let files = files(dir, &segments)?;
    let problem = |file: &File, source| StoreError::io("read", file.path(), source);
    let mut starts: Vec<Option<Start>> = Vec::new();
    for file in &files {
        let first = first_line(file).map_err(|source| problem(file, source))?;
        starts.push(first.map(|line| line.start()));
    }
    let mut audit = Audit::default();
    for (at, (file, number)) in files.iter().zip(&segments).enumerate() {
        audit.segment(*number, starts.iter().skip(at + 1).flatten().copied().collect());
        lines(file, 0, &mut audit, &mut told).map_err(|source| problem(file, source))?;
    }
    Ok(Scan { audit, segments })
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
    for file in files(dir, &segment::all(dir)?)? {
        let mut reader = BufReader::with_capacity(BATCH, file.reader(0));
        let mut line = Vec::new();
        while read_line(&mut reader, &mut line)
            .map_err(|source| StoreError::io("read", file.path(), source))?
        {
            lines.extend(Checked::of(&line).ok());
            line.clear();
        }
    }
    let fork = session::fork(lines);
    if let Some(first) = fork.as_ref().and_then(|fork| fork.branches.first()) {
        broken.problem = LineProblem::Fork(first.after + 1);
    }
    Ok(fork)
}

/// The segments, opened to be read.
pub(super) fn files(dir: &Dir, segments: &[u32]) -> Result<Vec<File>, StoreError> {
    segments.iter().map(|number| dir.file(&segment::name(*number), Access::Read)).collect()
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
    lines(file, from, &mut audit, &mut told)?;
    Ok(audit)
}

/// Gives the lines from a place on to `audit`.
fn lines(
    file: &File,
    from: u64,
    audit: &mut Audit,
    told: &mut impl FnMut(Entry),
) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(BATCH, file.reader(from));
    let small = file.bytes()?.saturating_sub(from) < SMALL;
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
    let threads = if small { 1 } else { cores };
    loop {
        let mut batches = Vec::new();
        for _ in 0..threads {
            batches.extend(Batch::next(&mut reader)?);
        }
        if batches.is_empty() {
            return Ok(());
        }
        for (batch, checks) in batches.iter().zip(check(&batches)?) {
            for (line, check) in batch.lines().zip(checks) {
                if let Some(entry) = audit.checked(line, check) {
                    told(entry);
                }
            }
        }
    }
}

/// What the checks of a batch's lines said.
type Checks = Vec<Result<Checked, LineProblem>>;

/// Checks all batches, the first one here and each other one in a thread of its own.
fn check(batches: &[Batch]) -> io::Result<Vec<Checks>> {
    let Some((first, others)) = batches.split_first() else { return Ok(Vec::new()) };
    thread::scope(|scope| {
        let theirs: Vec<_> = others.iter().map(|batch| (batch, begin(scope, batch))).collect();
        let mut checks = vec![first.check()];
        for (batch, theirs) in theirs {
            checks.push(match theirs {
                Ok(theirs) => theirs.join().map_err(|_| io::Error::other("a check fell"))?,
                // No thread to be had: then it is done here.
                Err(_) => batch.check(),
            });
        }
        Ok(checks)
    })
}

fn begin<'scope>(
    scope: &'scope Scope<'scope, '_>,
    batch: &'scope Batch,
) -> io::Result<ScopedJoinHandle<'scope, Checks>> {
    thread::Builder::new().name("check".into()).spawn_scoped(scope, || batch.check())
}

/// Some lines.
struct Batch {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Batch {
    /// The next lines; `None` at the end of the file.
    fn next(reader: &mut BufReader<Reader>) -> io::Result<Option<Self>> {
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

    fn check(&self) -> Checks {
        self.lines().map(Checked::of).collect()
    }
}

/// Adds the next line with its line feed; of one that is too long, a piece that is too long.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let limit = LINE_LIMIT as u64 + 1;
    Ok(reader.by_ref().take(limit).read_until(b'\n', line)? > 0)
}
