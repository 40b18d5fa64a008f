//! Texts in the executable of a process and in its memory.
//!
//! Of its memory only what it can write to and what belongs to no file is read, the small pieces first, and only pages
//! that are there: a page that was never used or was swapped out is not brought in. The process runs on meanwhile.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::Sieve;
use super::desk::{Desk, Job, News};
use super::open::{self, Device, Version};
use crate::domain::base::Digest;
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
/// A page is there.
const PRESENT: u64 = 1 << 63;
/// Versions of executables that are remembered.
const MOST_REMEMBERED: usize = 256;

/// Reads executables and memory, and remembers what it read of the former.
#[derive(Default)]
pub(super) struct Programs {
    memo: HashMap<Version, Program>,
}

/// What is known of an executable.
#[derive(Clone, Default)]
struct Program {
    texts: Vec<FoundText>,
    /// Of the whole of it.
    digest: Option<Digest>,
}

impl Programs {
    /// Tells the desk what was found.
    pub(super) fn read(&mut self, desk: &Desk, proc: BorrowedFd<'_>, sieve: Sieve, job: &Job) {
        let id = job.process.id;
        let mut scan = Scan { desk, sieve, buffer: Vec::new(), texts: Vec::new(), hasher: None };
        let program = self.program(&mut scan, proc, job);
        if let Some(digest) = program.digest {
            desk.tell(id, News::Digest(digest));
        }
        scan.texts = program.texts;
        let known = scan.texts.len();
        if known > 0 {
            desk.tell(id, News::Texts(scan.texts.clone()));
        }
        if let Err(error) = scan.memory(proc, id.pid.0)
            // It may have ended; that all but root are refused is said elsewhere.
            && !matches!(error, Errno::SRCH | Errno::NOENT)
            && rustix::process::geteuid().is_root()
        {
            desk.tell(id, News::Refused(error.to_string()));
        }
        if scan.texts.len() > known {
            desk.tell(id, News::Texts(scan.texts));
        }
    }

    fn program(&mut self, scan: &mut Scan<'_>, proc: BorrowedFd<'_>, job: &Job) -> Program {
        let Ok(found) = open::behind(proc, &format!("{}/exe", job.process.id.pid)) else {
            return Program::default();
        };
        if let Some(known) = self.memo.get(&found.version) {
            return known.clone();
        }
        let device = found.version.device;
        let Some(opened) = scan.desk.asks(device, || found.open(proc)) else {
            return Program::default();
        };
        scan.hasher = Some(Sha256::new());
        let size = found.version.size;
        let read = opened
            .and_then(|file| scan.range(file.as_fd(), (0, size.min(MOST_PROGRAM)), Some(device)));
        let whole = read.is_ok() && size <= MOST_PROGRAM && !scan.desk.is_over();
        let hasher = scan.hasher.take().filter(|_| whole);
        let digest = hasher.map(|hasher| Digest(hasher.finalize().into()));
        let program = Program { texts: std::mem::take(&mut scan.texts), digest };
        if self.memo.len() >= MOST_REMEMBERED {
            self.memo.clear();
        }
        self.memo.insert(found.version, program.clone());
        program
    }
}

/// What is read into, and what was found in it.
struct Scan<'a> {
    desk: &'a Desk,
    sieve: Sieve,
    buffer: Vec<u8>,
    texts: Vec<FoundText>,
    hasher: Option<Sha256>,
}

impl Scan<'_> {
    fn memory(&mut self, proc: BorrowedFd<'_>, pid: u32) -> Result<(), Errno> {
        let open = |name: &str| -> Result<OwnedFd, Errno> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            rustix::fs::openat(proc, format!("{pid}/{name}"), flags, Mode::empty())
        };
        self.desk.steps();
        let mut maps = Vec::new();
        read_to_end(open("maps")?.as_fd(), &mut maps, MAPS_BYTES)?;
        let (memory, pages) = (open("mem")?, open("pagemap").ok());
        let mut left = MOST_MEMORY;
        for (from, to) in pieces(&maps) {
            let to = to.min(from + MOST_PIECE);
            for (from, to) in present(pages.as_ref(), from, to) {
                if left == 0 || self.desk.is_over() {
                    return Ok(());
                }
                let to = to.min(from + left);
                left -= to - from;
                // What is unmapped meanwhile is gone.
                self.range(memory.as_fd(), (from, to), None).ok();
            }
        }
        Ok(())
    }

    /// Reads from one place to another, step by step: of a file, which lies on a device, or of memory.
    fn range(
        &mut self,
        file: BorrowedFd<'_>,
        (from, to): (u64, u64),
        device: Option<Device>,
    ) -> Result<(), Errno> {
        self.buffer.resize(STEP + OVERLAP, 0);
        let (mut at, mut kept) = (from, 0);
        while at < to && !self.desk.is_over() {
            let most = usize::try_from(to - at).unwrap_or(STEP).min(STEP);
            let Some(room) = self.buffer.get_mut(kept..kept + most) else { break };
            self.desk.steps();
            let read = || rustix::io::pread(file, room, at);
            let read = match device {
                Some(device) => self.desk.asks(device, read).ok_or(Errno::CANCELED)??,
                None => read()?,
            };
            if read == 0 {
                break;
            }
            at += u64::try_from(read).unwrap_or_default();
            let filled = kept + read;
            if let Some(hasher) = &mut self.hasher {
                hasher.update(self.buffer.get(kept..filled).unwrap_or_default());
            }
            let bytes = self.buffer.get(..filled).unwrap_or_default();
            (self.sieve.texts)(bytes, device.is_none(), &mut self.texts);
            self.desk.steps();
            kept = filled.min(OVERLAP);
            self.buffer.copy_within(filled - kept..filled, 0);
            if read == STEP {
                std::thread::sleep(REST);
            }
        }
        Ok(())
    }
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
    let page = rustix::param::page_size();
    let wide = page as u64;
    let count = usize::try_from((to - from) / wide).unwrap_or_default();
    let mut entries = vec![0; count * 8];
    let Ok(read) = rustix::io::pread(pages, &mut entries[..], from / wide * 8) else {
        return vec![(from, to)];
    };
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let entries = entries.get(..read).unwrap_or_default().chunks_exact(8);
    for (entry, at) in entries.zip((from..to).step_by(page)) {
        let entry = entry.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        if entry & PRESENT == 0 {
            continue;
        }
        match parts.last_mut().filter(|(_, end)| *end == at) {
            Some((_, end)) => *end = at + wide,
            None => parts.push((at, at + wide)),
        }
    }
    parts
}
