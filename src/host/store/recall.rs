//! What a session last knew of what starts by itself: the end of its recording is read, and not the whole.
//!
//! Invariant: what is read is bounded; an end that is torn gives what stands before it. Deliberately absent: what was
//! known on another host, or with other rights. Whoever asks compares those.

use std::io::BufReader;

use crate::domain::session::telemetry::{Known, Recall};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::open::Opened;
use crate::host::store::record::{SUFFIX, TELEMETRY};
use crate::host::store::tape::{Bytes, MAGIC, Source, frame_of, read_line};

/// Segments that are looked into, the last one first: a screen that was opened for a moment knew nothing yet.
const SEGMENTS: usize = 16;
/// The end of a segment in which a frame is looked for. A minute of a very busy host takes some MiB.
const WINDOWS: [u64; 2] = [1 << 20, 32 << 20];
/// So many places that look like the beginning of a frame are tried.
const BEGINNINGS: usize = 64;

/// The end of a recording, as it was when the session was taken up.
#[derive(Debug)]
pub struct Memory(Vec<File>);

impl Opened {
    /// The recording so far. To be asked for before a new one begins.
    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory(segments(self.dir()).unwrap_or_default())
    }
}

impl Memory {
    /// What was known last; `None` if nothing was recorded, or nothing of it can be read.
    #[must_use]
    pub fn recall(&self) -> Option<Known> {
        self.0.iter().find_map(|file| WINDOWS.into_iter().find_map(|size| last_of(file, size)))
    }
}

/// The last segments, the newest first.
fn segments(session: &Dir) -> Option<Vec<File>> {
    let dir = session.sub(TELEMETRY).ok()?;
    let names = dir.names().ok()?;
    let newest = names.iter().rev().filter(|name| name.ends_with(SUFFIX)).take(SEGMENTS);
    Some(newest.filter_map(|name| dir.file(name, Access::Read).ok()).collect())
}

/// What the last frame that can be read in the last `size` bytes knows.
fn last_of(file: &File, size: u64) -> Option<Known> {
    let bytes = file.bytes().ok()?;
    let from = bytes.saturating_sub(size);
    let end = file.read_range(from, bytes - from).ok()?;
    let beginnings = (0..end.len())
        .rev()
        .filter(|at| end.get(*at..).is_some_and(|rest| rest.starts_with(&MAGIC)));
    beginnings.take(BEGINNINGS).find_map(|at| frame_at(file, from + at as u64))
}

fn frame_at(file: &File, at: u64) -> Option<Known> {
    let bytes = Bytes { source: Source::File(file.clone()), at };
    let mut frame = frame_of(BufReader::new(bytes)).ok()?;
    let (mut recall, mut line) = (Recall::default(), String::new());
    // What stands before the place where a frame was cut off holds.
    while read_line(&mut frame, &mut line).unwrap_or(false) && recall.push(&line).is_ok() {}
    recall.known()
}
