//! The digest of the executable of a process, and texts in it and in its memory.
//!
//! Of its memory only what it can write to and what belongs to no file is read, the small pieces first, and only pages
//! that are there: a page that was never used or was swapped out is not brought in. The process runs on meanwhile.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::Sieve;
use super::desk::{Desk, News, Part};
use super::open::{Device, Found};
use super::room::{Memo, PROGRAMS};
use crate::domain::base::{Digest, ProcessId};
use crate::domain::facts::FoundText;
use crate::host::probe::door::Door;
use crate::host::probe::tree::read_to_end;

/// Larger executables are not hashed.
const MOST_HASHED: u64 = 256 << 20;
/// Of an executable and of a memory no more is looked through for texts, and of one piece of memory.
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

/// Reads executables and memory, and remembers what it read of the former.
pub(super) struct Programs {
    digests: Memo<Digest>,
    texts: Memo<Arc<[FoundText]>>,
}

impl Default for Programs {
    fn default() -> Self {
        Self { digests: Memo::new(usize::MAX), texts: Memo::new(PROGRAMS) }
    }
}

impl Programs {
    /// One is a copy of the other.
    pub(super) fn are_same(
        &mut self,
        (desk, proc): (&Desk, BorrowedFd<'_>),
        one: &Found,
        other: &Found,
    ) -> bool {
        let mut digest = |it: &Found| {
            let known = self.digests.get(&it.version);
            known.or_else(|| self.whole(&mut Scan::new(desk, None), proc, it))
        };
        let size = one.version.size;
        size == other.version.size && size <= MOST_HASHED && {
            let digest_of_one = digest(one);
            digest_of_one.is_some() && digest_of_one == digest(other)
        }
    }

    /// Tells the desk the digest of the executable.
    pub(super) fn hash(
        &mut self,
        (desk, proc): (&Desk, BorrowedFd<'_>),
        id: ProcessId,
        exe: Option<&Found>,
    ) {
        let size = exe.map_or(0, |it| it.version.size);
        if size > MOST_HASHED {
            desk.tell(id, News::Large);
        }
        let exe = exe.filter(|_| size <= MOST_HASHED);
        let digest = exe.and_then(|exe| {
            let known = self.digests.get(&exe.version);
            known.or_else(|| {
                let mut scan = Scan::new(desk, None);
                self.whole(&mut scan, proc, exe)
            })
        });
        desk.tell(id, News::Digest(digest));
    }

    /// Tells the desk what texts were found.
    pub(super) fn read(
        &mut self,
        (desk, proc): (&Desk, BorrowedFd<'_>),
        sieve: Sieve,
        (id, door): (ProcessId, Door),
        exe: Option<&Found>,
    ) {
        let mut scan = Scan::new(desk, Some(sieve));
        scan.texts =
            exe.map(|exe| self.of_program(&mut scan, proc, exe)).unwrap_or_default().to_vec();
        let known = scan.texts.len();
        if known > 0 {
            desk.tell(id, News::Texts(scan.texts.clone()));
        }
        match scan.memory(proc, door) {
            Ok(false) => desk.tell(id, News::InPart(Part::Memory)),
            // It may have ended; that all but root are refused is said elsewhere.
            Err(error)
                if !matches!(error, Errno::SRCH | Errno::NOENT)
                    && rustix::process::geteuid().is_root() =>
            {
                desk.tell(id, News::Refused(Part::Memory, error.to_string()));
            }
            Ok(true) | Err(_) => {}
        }
        if scan.texts.len() > known {
            desk.tell(id, News::Texts(scan.texts));
        }
    }

    /// Texts in the executable.
    fn of_program(
        &mut self,
        scan: &mut Scan<'_>,
        proc: BorrowedFd<'_>,
        exe: &Found,
    ) -> Arc<[FoundText]> {
        if let Some(known) = self.texts.get(&exe.version) {
            return known;
        }
        self.whole(scan, proc, exe);
        let texts: Arc<[FoundText]> = std::mem::take(&mut scan.texts).into();
        let bytes = texts.iter().map(|it| it.text.bytes().len()).sum();
        if !scan.desk.is_over() {
            self.texts.keep(exe.version, Arc::clone(&texts), bytes);
        }
        texts
    }

    /// Reads an executable; its digest, if all of it was read and it stayed the same meanwhile. Of a large one only the
    /// beginning is looked through for texts.
    fn whole(&mut self, scan: &mut Scan<'_>, proc: BorrowedFd<'_>, exe: &Found) -> Option<Digest> {
        let (device, size) = (exe.version.device, exe.version.size);
        let most = if scan.sieve.is_some() { MOST_PROGRAM } else { MOST_HASHED };
        let file = scan.desk.asks(device, || exe.open(proc))?.ok()?;
        scan.hasher = Some(Sha256::new());
        let read = scan.range(file.as_fd(), (0, size.min(most)), Some(device));
        let hasher = scan.hasher.take().filter(|_| read.is_ok() && size <= most)?;
        let same = scan.desk.asks(device, || exe.is_still(file.as_fd()))?;
        let digest = Digest(hasher.finalize().into());
        if !same || scan.desk.is_over() {
            return None;
        }
        self.digests.keep(exe.version, digest, 0);
        Some(digest)
    }
}

/// What is read into, and what was found in it.
struct Scan<'a> {
    desk: &'a Desk,
    /// Says which texts are kept, if any are looked for.
    sieve: Option<Sieve>,
    buffer: Vec<u8>,
    texts: Vec<FoundText>,
    hasher: Option<Sha256>,
}

impl<'a> Scan<'a> {
    const fn new(desk: &'a Desk, sieve: Option<Sieve>) -> Self {
        Self { desk, sieve, buffer: Vec::new(), texts: Vec::new(), hasher: None }
    }

    /// Whether all of it was read that is there.
    fn memory(&mut self, proc: BorrowedFd<'_>, door: Door) -> Result<bool, Errno> {
        let open = |name: &str| -> Result<OwnedFd, Errno> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            rustix::fs::openat(proc, format!("{door}/{name}"), flags, Mode::empty())
        };
        self.desk.steps();
        let mut maps = Vec::new();
        read_to_end(open("maps")?.as_fd(), &mut maps, MAPS_BYTES)?;
        let (memory, pages) = (open("mem")?, open("pagemap").ok());
        let (mut left, mut all) = (MOST_MEMORY, maps.len() < MAPS_BYTES);
        for (from, end) in pieces(&maps) {
            let to = end.min(from + MOST_PIECE);
            let behind = present(pages.as_ref(), to, end.min(to + MOST_PIECE));
            all &= to == end || behind.is_empty();
            for (from, to) in present(pages.as_ref(), from, to) {
                if left == 0 || self.desk.is_over() {
                    return Ok(false);
                }
                all &= to - from <= left;
                let to = to.min(from + left);
                left -= to - from;
                // What is unmapped meanwhile is gone.
                self.range(memory.as_fd(), (from, to), None).ok();
            }
        }
        Ok(all)
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
            if let Some(sieve) = self.sieve {
                let bytes = self.buffer.get(..filled).unwrap_or_default();
                (sieve.texts)(bytes, device.is_none(), &mut self.texts);
            }
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
