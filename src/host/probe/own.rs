//! How the program itself stands on this host: whose code it runs, who looks over its shoulder, how it was raised.
//!
//! It looks at itself through its own `/proc/self`, at once at the start ([`own`]) and then from time to time in a
//! thread. Invariant: a look takes what is there and waits for nobody. Deliberately absent: certainty. Whoever has the
//! kernel can show us any `/proc/self`.

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, StatxFlags};
use rustix::io::Errno;

use super::raise::carriers::Carriers;
use super::tool::Errand;
use super::tree::{self, Reader};
use super::{commands, memory, raise, text};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Own, Process, Reading};
use crate::domain::untrusted::Untrusted;

/// From one look at ourselves to the next.
const PERIOD: Duration = Duration::from_secs(5);
/// Looks from one search for listeners, which goes through the open files of all, to the next.
const SEARCH: u32 = 6;
/// Looks from one time that free memory is given back to the next: what a busy minute needed is not kept for days.
const TIDY: u32 = 60;
/// More of our own maps is not read.
const MOST_MAPS: usize = 4 << 20;
/// More of our own file is not read: its headers are at its beginning.
const HEADERS: usize = 4096;
/// Parents, and theirs, that are asked for their sessions.
const MOST_PARENTS: usize = 64;
/// What is read once outside of `/proc` could let us wait: the first look waits for so long.
const AT_FIRST: Duration = Duration::from_millis(25);
/// More are not listed of anything.
const MOST_LISTED: usize = 16;
/// A list that the host's loader reads; ours is none.
const PRELOAD: &str = "/etc/ld.so.preload";

/// The program's own standing, from look to look.
pub(super) struct Standing {
    errand: Option<Errand<Own>>,
    asked: Option<Instant>,
    carriers: Carriers,
    last: Arc<Own>,
}

impl Standing {
    /// Of this process; nobody stands on a recorded host.
    pub(super) fn new(live: bool) -> Self {
        let (asked, carriers) = (live.then(Instant::now), Carriers::default());
        Self { errand: None, asked, carriers, last: Arc::default() }
    }

    /// The newest that is known. The first time it is waited for, a moment, all but who has the terminal open. Whoever
    /// carries the terminal is among these processes, and raised if they starve it.
    pub(super) fn look(&mut self, processes: &[Arc<Process>], busy: f32) -> Arc<Own> {
        let Some(asked) = self.asked else { return Arc::clone(&self.last) };
        let carriers = self.carriers.look(processes, busy);
        let first = self.errand.is_none();
        self.errand = self.errand.take().or_else(errand);
        let Some(errand) = &mut self.errand else { return Arc::clone(&self.last) };
        if first || asked.elapsed() >= PERIOD {
            self.asked = Some(Instant::now());
            errand.ask();
        }
        let wait = if first { AT_FIRST } else { Duration::ZERO };
        if let Some(now) = errand.take(wait) {
            self.renew(now);
        }
        if self.last.carriers != carriers {
            Arc::make_mut(&mut self.last).carriers = carriers;
        }
        Arc::clone(&self.last)
    }

    /// What is held in memory goes up and down a little all the time, which is no news.
    fn renew(&mut self, mut now: Own) {
        if let (Reading::Known(before), Reading::Known(after)) = (self.last.locked, now.locked)
            && before.abs_diff(after) < before / 4
        {
            now.locked = self.last.locked;
        }
        now.carriers = self.last.carriers;
        if *self.last != now {
            self.last = Arc::new(now);
        }
    }
}

/// Looks again and again in a thread of its own, keeps in memory what the program has come to use, and gives back what is
/// free.
fn errand() -> Option<Errand<Own>> {
    let (mut looks, mut listeners, mut held) = (0, Vec::new(), Reading::Unknown);
    Errand::new("own", move || {
        // The first answer is waited for.
        if looks % SEARCH == 1 {
            raise::hold().ok();
            listeners = self::listeners();
        }
        if looks % TIDY == TIDY - 1 {
            memory::give_back();
        }
        if looks % SEARCH < 2 {
            held = locked(&status());
        }
        looks += 1;
        Own { listeners: listeners.clone(), locked: held, ..standing() }
    })
}

/// Puts the program before others, as far as the kernel allows it. The threads that matter then say so themselves
/// ([`raise`]).
pub fn prepare() {
    raise::begin();
    raise::hold().ok();
    raise::screen();
}

/// How the program stands, as far as that can be read at once.
#[must_use]
pub fn own() -> Own {
    Own { locked: locked(&status()), ..standing() }
}

/// All of it but what is held in memory, which takes the kernel long to add up.
fn standing() -> Own {
    let (raised, looks) = raise::standing();
    let status = status();
    Own {
        process: itself(),
        fixed: needs_no_loader(),
        loaded: loaded(),
        tracer: number(&status, b"TracerPid:").filter(|pid| *pid != 0).map(Pid),
        variables: variables(),
        preload: preload(),
        listeners: Vec::new(),
        raised,
        looks,
        carriers: 0,
        locked: Reading::Unknown,
        spared: spared(),
    }
}

/// This process as the list of processes has it.
fn itself() -> Option<ProcessId> {
    let text = tree::small_file(Path::new("/proc/self/stat"), 4096).ok()?;
    let pid = text::words(&text).next().and_then(text::whole_number)?;
    Some(ProcessId { pid: Pid(pid), start: text::stat(&text)?.start, inode: 0 })
}

fn needs_no_loader() -> Reading<bool> {
    match tree::small_file(Path::new("/proc/self/exe"), HEADERS) {
        Ok(file) => loader(&file).map_or(Reading::Unknown, |needed| Reading::Known(!needed)),
        Err(error) => commands::refusal(error),
    }
}

/// A program that names a loader (`PT_INTERP`) is put together by it from libraries of the host.
pub(super) fn loader(file: &[u8]) -> Option<bool> {
    const INTERP: u32 = 3;
    if !file.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let bytes = |at: usize, count: usize| file.get(at..)?.get(..count);
    // The bytes are in the order of this machine: it runs the file.
    let half = |at| bytes(at, 2)?.try_into().ok().map(u16::from_ne_bytes).map(usize::from);
    let start = usize::try_from(u64::from_ne_bytes(bytes(32, 8)?.try_into().ok()?)).ok()?;
    let (size, count) = (half(54)?, half(56)?);
    let kind = |place: usize| {
        let at = start.checked_add(place.checked_mul(size)?)?;
        Some(u32::from_ne_bytes(bytes(at, 4)?.try_into().ok()?))
    };
    let kinds: Option<Vec<u32>> = (0..count).map(kind).collect();
    Some(kinds?.contains(&INTERP))
}

/// Code in our memory that is not from our own file.
fn loaded() -> Vec<Untrusted> {
    let maps = tree::small_file(Path::new("/proc/self/maps"), MOST_MAPS).unwrap_or_default();
    let exe = rustix::fs::stat("/proc/self/exe").ok().map(|stat| stat.st_ino);
    exe.map(|inode| foreign(&maps, inode)).unwrap_or_default()
}

/// Mappings that can be executed, by their file, or by their place where they have none.
pub(super) fn foreign(maps: &[u8], own: u64) -> Vec<Untrusted> {
    let mut found = Vec::new();
    for line in maps.split(|byte| *byte == b'\n') {
        let mut words = text::words(line);
        let (Some(place), Some(rights)) = (words.next(), words.next()) else { continue };
        let inode = words.nth(2).and_then(text::number);
        let name = words.collect::<Vec<_>>().join(&b' ');
        let ours = inode == Some(own) || matches!(&name[..], b"[vdso]" | b"[vsyscall]");
        if rights.contains(&b'x') && !ours && found.len() < MOST_LISTED {
            let name = if name.is_empty() { place.to_vec() } else { name };
            let name = Untrusted::new(name);
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

fn variables() -> Vec<Untrusted> {
    let names = std::env::vars_os().map(|(name, _)| name.into_vec());
    names.filter(|name| name.starts_with(b"LD_")).take(MOST_LISTED).map(Untrusted::new).collect()
}

fn preload() -> Reading<bool> {
    match rustix::fs::lstat(PRELOAD) {
        Ok(_) => Reading::Known(true),
        Err(Errno::NOENT) => Reading::Known(false),
        Err(error) => commands::refusal(error),
    }
}

/// Memory that is held is counted by use; what may be used some day is no memory yet.
fn locked(status: &[u8]) -> Reading<u64> {
    if number(status, b"VmLck:").is_none_or(|pages| pages == 0) {
        return Reading::Denied;
    }
    let rollup = tree::small_file(Path::new("/proc/self/smaps_rollup"), 64 << 10);
    let held = rollup.ok().and_then(|text| number(&text, b"Locked:"));
    held.map_or(Reading::Unknown, |kib| Reading::Known(u64::from(kib) * 1024))
}

fn status() -> Vec<u8> {
    tree::small_file(Path::new("/proc/self/status"), 64 << 10).unwrap_or_default()
}

fn spared() -> Reading<i32> {
    let text = tree::small_file(Path::new("/proc/self/oom_score_adj"), 64);
    let value = text.ok().and_then(|text| str::from_utf8(&text).ok()?.trim().parse().ok());
    value.map_or(Reading::Unknown, Reading::Known)
}

/// The first number behind a name at the beginning of a line.
fn number(status: &[u8], name: &[u8]) -> Option<u32> {
    let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    text::words(line).next().and_then(text::whole_number)
}

/// Which file an open file is: its file system, its number there, and its device. The terminals of a container have
/// names, numbers and devices like ours, and are of another file system.
type Which = ((u32, u32), u64, (u32, u32));

/// Which file a link of `/proc` leads to, as far as the kernel knows without asking anybody.
fn which(proc: BorrowedFd<'_>, link: &str) -> Option<Which> {
    let stat = rustix::fs::statx(proc, link, AtFlags::STATX_DONT_SYNC, StatxFlags::INO).ok()?;
    let (device, special) =
        ((stat.stx_dev_major, stat.stx_dev_minor), (stat.stx_rdev_major, stat.stx_rdev_minor));
    Some((device, stat.stx_ino, special))
}

/// Who else has our terminal open. Our own session may, and those of whoever started us (`su -c` begins a new one);
/// anybody else has no business there.
fn listeners() -> Vec<ProcessId> {
    let Ok(terminal) = rustix::termios::ttyname(rustix::stdio::stdin(), Vec::new()) else {
        return Vec::new();
    };
    let Ok(proc) = tree::open_dir(Path::new("/proc")) else { return Vec::new() };
    let ours = which(proc.as_fd(), "self/fd/0");
    let mut reader = Reader::new(proc.as_fd());
    let homes = homes(&mut reader);
    let (mut pids, mut found) = (Vec::new(), Vec::new());
    reader.pids(&mut pids).ok();
    for pid in pids {
        // A thread of the kernel has nothing open.
        let Some(kin) = kin(&mut reader, pid).filter(|it| !it.kernel) else { continue };
        let mut open = false;
        if !homes.contains(&kin.session) {
            let is_ours = |fd| which(proc.as_fd(), &format!("{pid}/fd/{fd}")) == ours;
            let take = |fd, target: &[u8]| open |= target == terminal.to_bytes() && is_ours(fd);
            reader.open_files(pid, take).ok();
        }
        if open && found.len() < MOST_LISTED {
            found.push(ProcessId { pid: Pid(pid), start: kin.start, inode: 0 });
        }
    }
    found
}

/// Our session, and those of our parents.
fn homes(reader: &mut Reader<'_>) -> Vec<u32> {
    let (mut homes, mut pid) = (Vec::new(), std::process::id());
    while let Some(kin) = kin(reader, pid).filter(|_| homes.len() < MOST_PARENTS) {
        homes.push(kin.session);
        pid = kin.parent;
    }
    homes
}

/// Where a process belongs.
struct Kin {
    parent: u32,
    session: u32,
    start: u64,
    kernel: bool,
}

fn kin(reader: &mut Reader<'_>, pid: u32) -> Option<Kin> {
    let text = reader.file(pid, "stat").ok()?;
    let text::Stat { parent, start, kernel, .. } = text::stat(text)?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let session = text::words(text.get(close + 1..)?).nth(3).and_then(text::whole_number)?;
    Some(Kin { parent, session, start, kernel })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_others_is_told_from_our_own() {
        let maps = b"5500-5600 r-xp 00000000 08:01 77 /opt/our own\n\
            5600-5700 r--p 00000000 08:01 99 /usr/lib/libx.so\n\
            7f00-7f10 r-xp 00000000 08:01 78 /tmp/lib hook.so (deleted)\n\
            7f10-7f20 rwxp 00000000 00:00 0 \n\
            7fff-8000 r-xp 00000000 00:00 0 [vdso]\n";
        let names: Vec<_> = foreign(maps, 77).iter().map(|name| name.plain(80)).collect();
        assert_eq!(names, ["/tmp/lib hook.so (deleted)", "7f10-7f20"]);
    }

    #[test]
    fn a_file_that_is_no_program_says_nothing() {
        assert_eq!(loader(b""), None);
        assert_eq!(loader(b"\x7fELF\x02"), None);
        assert_eq!(loader(&[b"\x7fELF\x02\0\0\0".as_slice(), &[0xff; 120]].concat()), None);
    }

    #[test]
    fn this_program_itself_is_seen_as_it_is() {
        let own = own();
        let me = own.process.unwrap();
        assert_eq!(me.pid, Pid(std::process::id()));
        assert_ne!(me.start, 0);
        assert_eq!(own.fixed, Reading::Known(true), "it is built static");
        assert_eq!(own.loaded, []);
        assert_ne!(own.spared, Reading::Unknown);
    }
}
