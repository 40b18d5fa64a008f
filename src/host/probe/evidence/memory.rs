//! Texts in the executable of a process and in its memory.
//!
//! Of its memory only what it can write to and what belongs to no file is read, the small pieces first, and only pages
//! that are there: a page that was never used or was swapped out is not brought in. The process runs on meanwhile.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::Sieve;
use super::desk::{Desk, Job, News};
use super::open::{self, Version};
use crate::domain::facts::FoundText;
use crate::host::probe::tree::read_to_end;

/// Of an executable and of a memory no more is read, and of one piece of memory.
const MOST_PROGRAM: u64 = 48 << 20;
const MOST_MEMORY: u64 = 64 << 20;
const MOST_PIECE: u64 = 16 << 20;
const MAPS_BYTES: usize = 2 << 20;
/// So much at once, after which others have their turn.
const STEP: usize = 1 << 20;
const REST: Duration = Duration::from_millis(10);
/// A text may stand across two steps.
const OVERLAP: usize = 1024;
const PAGE: u64 = 4096;
/// A page is there.
const PRESENT: u64 = 1 << 63;
/// Versions of executables that are remembered.
const MOST_REMEMBERED: usize = 256;

/// Reads executables and memory, and remembers what it read of the former.
#[derive(Default)]
pub(super) struct Programs {
    memo: HashMap<Version, Vec<FoundText>>,
}

impl Programs {
    /// Tells the desk what was found.
    pub(super) fn read(&mut self, desk: &Desk, proc: BorrowedFd<'_>, sieve: Sieve, job: &Job) {
        let id = job.process.id;
        let mut texts = self.program(desk, proc, sieve, job);
        if !texts.is_empty() {
            desk.tell(id, News::Texts(texts.clone()));
        }
        let known = texts.len();
        if let Err(error) = memory(desk, proc, sieve, id.pid.0, &mut texts)
            // It may have ended; that all but root are refused is said elsewhere.
            && !matches!(error, Errno::SRCH | Errno::NOENT)
            && rustix::process::geteuid().is_root()
        {
            desk.tell(id, News::Refused(error.to_string()));
        }
        if texts.len() > known {
            desk.tell(id, News::Texts(texts));
        }
    }

    fn program(
        &mut self,
        desk: &Desk,
        proc: BorrowedFd<'_>,
        sieve: Sieve,
        job: &Job,
    ) -> Vec<FoundText> {
        let Ok(found) = open::behind(proc, &format!("{}/exe", job.process.id.pid)) else {
            return Vec::new();
        };
        if let Some(known) = self.memo.get(&found.version) {
            return known.clone();
        }
        let mut texts = Vec::new();
        if !desk.asks(found.version.device) {
            return texts;
        }
        if let Ok(file) = found.open(proc) {
            let end = found.version.size.min(MOST_PROGRAM);
            scan(desk, file.as_fd(), (0, end), sieve, false, &mut texts).ok();
        }
        if self.memo.len() >= MOST_REMEMBERED {
            self.memo.clear();
        }
        self.memo.insert(found.version, texts.clone());
        texts
    }
}

fn memory(
    desk: &Desk,
    proc: BorrowedFd<'_>,
    sieve: Sieve,
    pid: u32,
    texts: &mut Vec<FoundText>,
) -> Result<(), Errno> {
    let open = |name: &str| -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        rustix::fs::openat(proc, format!("{pid}/{name}"), flags, Mode::empty())
    };
    let mut maps = Vec::new();
    read_to_end(open("maps")?.as_fd(), &mut maps, MAPS_BYTES)?;
    let (memory, pages) = (open("mem")?, open("pagemap").ok());
    let mut left = MOST_MEMORY;
    for (from, to) in pieces(&maps) {
        let to = to.min(from + MOST_PIECE);
        for (from, to) in present(pages.as_ref(), from, to) {
            if left == 0 || desk.is_over() {
                return Ok(());
            }
            let to = to.min(from + left);
            left -= to - from;
            // What is unmapped meanwhile is gone.
            scan(desk, memory.as_fd(), (from, to), sieve, true, texts).ok();
        }
    }
    Ok(())
}

/// Reads from one place to another, step by step.
fn scan(
    desk: &Desk,
    file: BorrowedFd<'_>,
    (from, to): (u64, u64),
    sieve: Sieve,
    memory: bool,
    texts: &mut Vec<FoundText>,
) -> Result<(), Errno> {
    let mut buffer = vec![0; STEP + OVERLAP];
    let (mut at, mut kept) = (from, 0);
    while at < to && !desk.is_over() {
        let most = usize::try_from(to - at).unwrap_or(STEP).min(STEP);
        let Some(room) = buffer.get_mut(kept..kept + most) else { break };
        let read = rustix::io::pread(file, room, at)?;
        if read == 0 {
            break;
        }
        at += u64::try_from(read).unwrap_or_default();
        let filled = kept + read;
        (sieve.texts)(buffer.get(..filled).unwrap_or_default(), memory, texts);
        kept = filled.min(OVERLAP);
        buffer.copy_within(filled - kept..filled, 0);
        if read == STEP {
            std::thread::sleep(REST);
        }
    }
    Ok(())
}

/// What the process can write to and what is of no file: heap and stack first, then the small before the large.
fn pieces(maps: &[u8]) -> Vec<(u64, u64)> {
    let mut found: Vec<(bool, u64, u64)> = Vec::new();
    for line in maps.split(|byte| *byte == b'\n') {
        let mut fields = line.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        let (inode, name) = (fields.nth(2).unwrap_or_default(), fields.next().unwrap_or_default());
        let memory_file = name.starts_with(b"/memfd:");
        // What a program writes over of its own file is its variables.
        let own = inode == b"0" || memory_file || rights.starts_with(b"rw-p");
        if !rights.starts_with(b"rw") || !own || name.starts_with(b"/dev/") {
            continue;
        }
        let range = std::str::from_utf8(range).ok().and_then(|range| {
            let (from, to) = range.split_once('-')?;
            Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
        });
        let first = name == b"[heap]" || name == b"[stack]";
        found.extend(range.filter(|(from, to)| from < to).map(|(from, to)| (!first, from, to)));
    }
    found.sort_by_key(|(first, from, to)| (*first, to - from));
    found.into_iter().map(|(_, from, to)| (from, to)).collect()
}

/// The parts of a piece whose pages are there; all of it if that cannot be asked.
fn present(pages: Option<&OwnedFd>, from: u64, to: u64) -> Vec<(u64, u64)> {
    let Some(pages) = pages else { return vec![(from, to)] };
    let count = usize::try_from((to - from) / PAGE).unwrap_or_default();
    let mut entries = vec![0; count * 8];
    let Ok(read) = rustix::io::pread(pages, &mut entries[..], from / PAGE * 8) else {
        return vec![(from, to)];
    };
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let entries = entries.get(..read).unwrap_or_default().chunks_exact(8);
    for (entry, at) in entries.zip((from..to).step_by(4096)) {
        let entry = entry.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        if entry & PRESENT == 0 {
            continue;
        }
        match parts.last_mut().filter(|(_, end)| *end == at) {
            Some((_, end)) => *end = at + PAGE,
            None => parts.push((at, at + PAGE)),
        }
    }
    parts
}
