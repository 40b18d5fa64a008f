//! Files that belong to a process: those that its arguments name, beside its executable, in its current folder, those
//! that it holds open, with a name or without, and in places of its container where images put settings.
//!
//! What lies where everybody may put files belongs to nobody by that alone: it is its own if it is its user's, and if it
//! holds it open or its arguments name it.

use std::collections::HashSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::Sieve;
use super::desk::{Desk, Job, News, Part};
use super::open::{self, Device, Found};
use super::owner::Owner;
use super::reach;
use super::room::{A_PROCESS, FILES, Memo};
use crate::domain::facts::{FoundBy, FoundFile};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::door::Door;
use crate::host::probe::tree::names_while;

/// A configuration is not larger; of a larger one the beginning is read.
const MOST_BYTES: usize = 128 << 10;
const LARGEST: u64 = 1 << 20;
/// Nothing is said in fewer bytes.
const LEAST: u64 = 16;
/// Names of one folder, files of it, and open files of one process. Decoys are cheap: what is beyond these is said.
const MOST_NAMES: usize = 65_536;
const MOST_FILES: usize = 1_024;
const MOST_OPEN: usize = 4_096;
/// So much is kept of one process.
const MOST_KEPT: usize = 8;
/// What the kernel writes behind the name of a file without one.
const DELETED: &[u8] = b" (deleted)";
/// Ends of names that configurations and starters have.
const ENDS: [&[u8]; 16] = [
    b"json", b"conf", b"cfg", b"config", b"ini", b"toml", b"txt", b"sh", b"bat", b"cmd", b"yml",
    b"yaml", b"env", b"json5", b"bak", b"dat",
];
/// Folders that packages fill: nothing beside a program there is its own.
const SHARED: [&[u8]; 8] = [
    b"/usr/bin",
    b"/usr/sbin",
    b"/bin",
    b"/sbin",
    b"/usr/lib",
    b"/lib",
    b"/usr/share",
    b"/usr/local/bin",
];
/// Where images of containers put what their program is told.
const IN_IMAGES: [&[u8]; 9] =
    [b"/", b"/app", b"/config", b"/data", b"/etc/xmrig", b"/opt", b"/root", b"/tmp", b"/xmrig"];

/// A folder, and where it is.
type Place = (OwnedFd, Device, u64);

/// Reads files, and remembers what it read.
pub(super) struct Files<'a> {
    proc: BorrowedFd<'a>,
    sieve: Sieve,
    /// What is kept of a version of a file, if anything.
    memo: Memo<Option<Arc<FoundFile>>>,
}

/// What is being read.
struct Round<'a> {
    desk: &'a Desk,
    job: &'a Job,
    owner: &'a Owner<'a>,
    /// What the process calls `/`.
    root: Option<&'a OwnedFd>,
    /// Files and folders that were read.
    done: HashSet<(Device, u64)>,
    kept: usize,
    bytes: usize,
}

impl<'a> Files<'a> {
    pub(super) fn new(proc: BorrowedFd<'a>, sieve: Sieve) -> Self {
        Self { proc, sieve, memo: Memo::new(FILES) }
    }

    /// Tells the desk of each file that is kept, as soon as it was read.
    pub(super) fn read(&mut self, desk: &Desk, job: &Job, owner: &Owner<'_>) {
        let door = Door::of(&job.process);
        let root = open::folder(self.proc, format!("{door}/root").as_bytes()).ok().map(|it| it.0);
        let root = root.as_ref();
        let mut round = Round { desk, job, owner, root, done: HashSet::new(), kept: 0, bytes: 0 };
        let current = self.link(&format!("{door}/cwd"));
        self.named(&mut round, &current);
        if !job.worth.files {
            return;
        }
        let mut folders: Vec<(Place, Vec<u8>, FoundBy)> = Vec::new();
        let beside = beside(&round).map(|(found, path)| (found, path, FoundBy::Beside));
        folders.extend(beside);
        let cwd = open::folder(self.proc, format!("{door}/cwd").as_bytes());
        folders.extend(cwd.ok().map(|found| (found, current, FoundBy::Folder)));
        let (mut others, own): (Vec<_>, Vec<_>) =
            folders.into_iter().partition(|(found, ..)| open::is_everybodys(found.0.as_fd()));
        for (found, path, by) in own {
            self.folder(&mut round, found, &path, by);
        }
        // What it holds open of the others is its own.
        self.open_files(&mut round);
        for place in IN_IMAGES.into_iter().filter(|_| owner.elsewhere) {
            let found = root.and_then(|root| reach::folder(desk, root.as_fd(), place));
            others.extend(found.map(|found| (found, place.to_vec(), FoundBy::Folder)));
        }
        for (found, path, by) in others {
            self.folder(&mut round, found, &path, by);
        }
    }

    fn link(&self, name: &str) -> Vec<u8> {
        rustix::fs::readlinkat(self.proc, name, Vec::new())
            .map(std::ffi::CString::into_bytes)
            .unwrap_or_default()
    }

    fn named(&mut self, round: &mut Round<'_>, current: &[u8]) {
        let Some(root) = round.root else { return };
        for name in &round.job.worth.named {
            let path = joined(current, name.bytes());
            if let Some(found) = reach::file(round.desk, root.as_fd(), &path) {
                self.file(round, &found, &path, FoundBy::Named);
            }
        }
    }

    /// Those files of a folder whose names say that they may tell something.
    fn folder(
        &mut self,
        round: &mut Round<'_>,
        (folder, device, inode): Place,
        path: &[u8],
        by: FoundBy,
    ) {
        if !round.done.insert((device, inode)) {
            return;
        }
        let Some(names) = round.desk.asks(device, || names_of(&folder)) else { return };
        let (mut names, all) = names;
        if !all || names.len() > MOST_FILES {
            round.desk.tell(round.job.process.id, News::InPart(Part::Files));
        }
        let by = if open::is_everybodys(folder.as_fd()) { FoundBy::Anybodys } else { by };
        names.sort();
        for (_, name) in names.into_iter().take(MOST_FILES) {
            let found = round.desk.asks(device, || open::file(folder.as_fd(), &name));
            if let Some(Ok(found)) = found {
                self.file(round, &found, &joined(path, &name), by);
            }
        }
    }

    /// What it holds open; also what has no name any more, or never had one.
    fn open_files(&mut self, round: &mut Round<'_>) {
        let door = Door::of(&round.job.process);
        let Ok((folder, ..)) = open::folder(self.proc, format!("{door}/fd").as_bytes()) else {
            return;
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(listed) = rustix::fs::openat(&folder, c".", flags, Mode::empty()) else { return };
        let (mut numbers, mut buffer) = (Vec::new(), Vec::with_capacity(32 << 10));
        names_while(listed.as_fd(), &mut buffer, |name| {
            numbers.push(String::from_utf8_lossy(name).into_owned());
            numbers.len() < MOST_OPEN
        })
        .ok();
        if numbers.len() >= MOST_OPEN {
            round.desk.tell(round.job.process.id, News::InPart(Part::Files));
        }
        for number in numbers {
            let link = format!("{door}/fd/{number}");
            let target = self.link(&link);
            let plain = target.strip_suffix(DELETED).unwrap_or(&target);
            let elsewhere =
                [&b"/dev/"[..], b"/proc/", b"/sys/"].iter().any(|it| plain.starts_with(it));
            let nameless = plain.len() < target.len();
            let name = plain.rsplit(|byte| *byte == b'/').next().unwrap_or(plain);
            if !plain.starts_with(b"/")
                || elsewhere && !nameless
                || !(nameless || rank(name).is_some())
            {
                continue;
            }
            if let Ok(found) = open::behind(self.proc, &link) {
                self.file(round, &found, plain, FoundBy::Open);
            }
        }
    }

    fn file(&mut self, round: &mut Round<'_>, found: &Found, path: &[u8], by: FoundBy) {
        let (version, id) = (found.version, round.job.process.id);
        let fits = (LEAST..=LARGEST).contains(&version.size);
        if !fits || !round.done.insert((version.device, version.inode)) {
            return;
        }
        let Some(known) = self.content(round.desk, found, path) else { return };
        round.bytes += known.content.bytes().len();
        if round.kept >= MOST_KEPT || round.bytes > A_PROCESS {
            return round.desk.tell(id, News::LeftOut);
        }
        round.desk.steps();
        round.kept += 1;
        let (packaged, deleted) = (round.owner.file(path, found), found.links == 0);
        let by = if is_anothers(round, found, path, by) { FoundBy::Anybodys } else { by };
        let file = FoundFile { by, deleted, packaged, ..FoundFile::clone(&known) };
        // Whoever has the same file in the same way shares it.
        let file = if file == *known { known } else { Arc::new(file) };
        round.desk.tell(id, News::File(file));
    }

    /// What is kept of a file under this name: its first bytes and what they say, or nothing.
    fn content(&mut self, desk: &Desk, found: &Found, path: &[u8]) -> Option<Arc<FoundFile>> {
        let known = self.memo.get(&found.version);
        let content = match known {
            Some(None) => return None,
            Some(Some(file)) if file.path.bytes() == path => return Some(file),
            Some(Some(file)) => file.content.clone(),
            None => {
                let read = || found.content(self.proc, MOST_BYTES);
                let bytes = desk.asks(found.version.device, read)?.ok()?;
                // What is no text is no configuration; UTF-16 begins with its mark.
                let text = !bytes.contains(&0) || bytes.starts_with(&[0xff, 0xfe]);
                Untrusted::new(if text { bytes } else { Vec::new() })
            }
        };
        let file = FoundFile { path: Untrusted::new(path), content, ..FoundFile::default() };
        let kept = (!file.content.is_empty() && (self.sieve.keeps)(&file)).then(|| Arc::new(file));
        let bytes = kept.as_ref().map_or(0, |it| it.content.bytes().len());
        desk.steps();
        self.memo.keep(found.version, kept.clone(), bytes);
        kept
    }
}

/// The folder of its executable, unless packages fill it.
fn beside(round: &Round<'_>) -> Option<(Place, Vec<u8>)> {
    let exe = round.job.process.exe.known()?.bytes();
    let place = above(exe)?;
    let shared = |it: &[u8]| open::path(place).starts_with(open::path(it));
    // `/memfd:name` is no path.
    let none = !exe.starts_with(b"/") || exe.starts_with(b"/memfd:");
    if none || SHARED.into_iter().any(shared) {
        return None;
    }
    Some((reach::folder(round.desk, round.root?.as_fd(), place)?, place.to_vec()))
}

/// It is open or named, lies where everybody may put files, and is another user's. What root put there is nobody's trap.
fn is_anothers(round: &Round<'_>, found: &Found, path: &[u8], by: FoundBy) -> bool {
    let asks = matches!(by, FoundBy::Open | FoundBy::Named);
    if !asks || found.uid == 0 || found.uid == round.job.process.uid {
        return false;
    }
    let reached = |place| reach::folder(round.desk, round.root?.as_fd(), place);
    above(path).and_then(reached).is_some_and(|it| open::is_everybodys(it.0.as_fd()))
}

/// The folder that a path lies in.
fn above(path: &[u8]) -> Option<&[u8]> {
    let at = path.iter().rposition(|byte| *byte == b'/')?;
    path.get(..at.max(1))
}

/// The names in a folder that may tell something, and how soon each is read; and whether these are all.
fn names_of(folder: &OwnedFd) -> (Vec<(u8, Vec<u8>)>, bool) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let (mut names, mut seen) = (Vec::new(), 0);
    let Ok(listed) = rustix::fs::openat(folder, c".", flags, Mode::empty()) else {
        return (names, true);
    };
    let mut buffer = Vec::with_capacity(32 << 10);
    names_while(listed.as_fd(), &mut buffer, |name| {
        seen += 1;
        if let Some(rank) = rank(name) {
            names.push((rank, name.to_vec()));
        }
        seen < MOST_NAMES
    })
    .ok();
    (names, seen < MOST_NAMES)
}

/// How soon a file of this name is read, if it is.
fn rank(name: &[u8]) -> Option<u8> {
    let small = name.to_ascii_lowercase();
    let end = small.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let has_end = small.contains(&b'.') && ENDS.contains(&end);
    let telling = [&b"config"[..], b"pool", b"miner", b"wallet", b"xmr", b"start", b"settings"];
    let tells = telling.iter().any(|it| small.windows(it.len()).any(|part| part == *it));
    match (has_end, tells) {
        (true, true) => Some(0),
        (true, false) => Some(1),
        (false, true) if !small.contains(&b'.') => Some(2),
        // `cfg`, `.c`, `a`.
        _ => (name.len() <= 4).then_some(3),
    }
}

/// `name` as it is seen from `folder`.
fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if name.starts_with(b"/") {
        return name.to_vec();
    }
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    [folder, b"/", name].concat()
}
