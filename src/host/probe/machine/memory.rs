//! Memory and load, from look to look.
//!
//! Invariant: the tick reads no file but those that were opened on `/proc` itself, which cannot let it wait. What somebody
//! mounted over one of them is read beside it, and said.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;
use sysinfo::{MemoryRefreshKind, System};

use crate::domain::facts::{NotWhole, Unread};
use crate::host::probe::processes::note;
use crate::host::probe::tool::Errand;
use crate::host::probe::{text, tree};

/// More of either file is not read.
const MOST: usize = 16 << 10;
/// What is mounted over one of them has this long to answer.
const PATIENCE: Duration = Duration::from_secs(5);
const KIB: u64 = 1024;

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) memory_total: u64,
    pub(super) memory_used: u64,
    pub(super) swap_total: u64,
    pub(super) swap_used: u64,
}

/// A file of `/proc` that stays open.
struct File {
    name: &'static str,
    opened: Option<OwnedFd>,
    bytes: Vec<u8>,
    trouble: Option<Errno>,
}

/// The reading of them.
pub(super) struct Memory {
    pub(super) amounts: Amounts,
    pub(super) load: [f32; 3],
    proc: Option<OwnedFd>,
    live: bool,
    meminfo: File,
    loadavg: File,
    /// Reads what is mounted over them; started when it is first needed.
    beside: Option<Errand<(Amounts, [f32; 3])>>,
}

impl File {
    const fn new(name: &'static str) -> Self {
        Self { name, opened: None, bytes: Vec::new(), trouble: None }
    }

    fn read(&mut self, proc: Option<&OwnedFd>) -> Option<&[u8]> {
        let read = self.try_read(proc);
        self.trouble = read.err();
        self.trouble.is_none().then_some(&self.bytes)
    }

    fn try_read(&mut self, proc: Option<&OwnedFd>) -> Result<(), Errno> {
        let file = if let Some(file) = self.opened.take() {
            file
        } else {
            let proc = proc.ok_or(Errno::NOENT)?;
            tree::open_beneath(proc.as_fd(), self.name.as_bytes(), OFlags::empty())?
        };
        tree::read_again(file.as_fd(), &mut self.bytes, MOST)?;
        self.opened = Some(file);
        Ok(())
    }

    fn is_covered(&self) -> bool {
        self.trouble == Some(Errno::XDEV)
    }
}

impl Memory {
    pub(super) fn new(proc: Option<OwnedFd>, live: bool) -> Self {
        let (meminfo, loadavg) = (File::new("meminfo"), File::new("loadavg"));
        Self {
            amounts: Amounts::default(),
            load: [0.0; 3],
            proc,
            live,
            meminfo,
            loadavg,
            beside: None,
        }
    }

    /// Reads how much there is of memory. The kernel adds its pages up each time.
    pub(super) fn read_amounts(&mut self) {
        if let Some(text) = self.meminfo.read(self.proc.as_ref()) {
            self.amounts = amounts(text);
        }
        if self.live && (self.meminfo.is_covered() || self.loadavg.is_covered()) {
            let beside = || Errand::new("sysinfo", of_sysinfo);
            self.beside = self.beside.take().or_else(beside);
            if let Some(errand) = &mut self.beside {
                errand.ask();
            }
        }
    }

    /// Reads the load, and takes what was read beside.
    pub(super) fn read_load(&mut self) {
        if let Some(text) = self.loadavg.read(self.proc.as_ref()) {
            self.load = load(text);
        }
        let told = self.beside.as_mut().and_then(|errand| errand.take(Duration::ZERO));
        if let Some((amounts, load)) = told {
            if self.meminfo.is_covered() {
                self.amounts = amounts;
            }
            if self.loadavg.is_covered() {
                self.load = load;
            }
        }
    }

    /// Says what could not be read, and what is told by somebody else. Of a tree that lacks the files there is nothing to
    /// say.
    pub(super) fn tell(&self, unread: &mut Vec<Unread>) {
        let late = self.beside.as_ref().is_some_and(|errand| errand.is_late(PATIENCE));
        for file in [&self.meminfo, &self.loadavg] {
            let Some(trouble) = file.trouble.filter(|it| self.live || *it != Errno::NOENT) else {
                continue;
            };
            let what = format!("/proc/{}", file.name);
            unread.push(match trouble {
                Errno::XDEV if late => Unread::part(what, NotWhole::CoveredLate),
                Errno::XDEV => Unread::part(what, NotWhole::CoveredBy),
                other => note(&what, other.to_string()),
            });
        }
    }
}

/// What is there by the paths that everybody reads.
fn of_sysinfo() -> (Amounts, [f32; 3]) {
    let Ok(mut system) = System::new() else { return Default::default() };
    system.refresh_memory_specifics(MemoryRefreshKind::everything());
    let load = System::load_average().unwrap_or_default();
    let amounts = Amounts {
        memory_total: system.total_memory(),
        memory_used: system.used_memory(),
        swap_total: system.total_swap(),
        swap_used: system.used_swap(),
    };
    (amounts, [load.one, load.five, load.fifteen].map(narrow))
}

#[expect(clippy::cast_possible_truncation, reason = "a load average has three digits that matter")]
const fn narrow(load: f64) -> f32 {
    load as f32
}

/// The amounts of a `meminfo`.
fn amounts(meminfo: &[u8]) -> Amounts {
    let value = |name: &[u8]| {
        let mut lines = meminfo.split(|byte| *byte == b'\n');
        let rest = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(b":"))?;
        text::words(rest).next().and_then(text::number).map(|it| it.saturating_mul(KIB))
    };
    let all = |name| value(name).unwrap_or_default();
    let memory_total = all(b"MemTotal");
    // Before Linux 3.14 the kernel did not say it.
    let free = || all(b"MemFree").saturating_add(all(b"Buffers")).saturating_add(all(b"Cached"));
    let available = value(b"MemAvailable").unwrap_or_else(free);
    Amounts {
        memory_total,
        memory_used: memory_total.saturating_sub(available),
        swap_total: all(b"SwapTotal"),
        swap_used: all(b"SwapTotal").saturating_sub(all(b"SwapFree")),
    }
}

/// The three averages of a `loadavg`.
fn load(loadavg: &[u8]) -> [f32; 3] {
    let mut words = text::words(loadavg);
    let number = |word: &[u8]| {
        let load: f32 = str::from_utf8(word).ok()?.parse().ok()?;
        (load.is_finite() && load >= 0.0).then_some(load)
    };
    [(); 3].map(|()| words.next().and_then(number).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_available_is_not_used() {
        let text = b"MemTotal:  1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\nBuffers: 9 kB\n\
            SwapTotal: 50 kB\nSwapFree: 20 kB\n";
        let expected = Amounts {
            memory_total: 1000 * KIB,
            memory_used: 400 * KIB,
            swap_total: 50 * KIB,
            swap_used: 30 * KIB,
        };
        assert_eq!(amounts(text), expected);
        assert_eq!(amounts(b"MemTotal: 9 kB\nMemFree: 2 kB\nCached: 3 kB\n").memory_used, 4 * KIB);
        let hundredths = load(b"0.52 1.25 20.00 3/400 777\n").map(|it| (it * 100.0).round());
        assert_eq!(format!("{hundredths:?}"), "[52.0, 125.0, 2000.0]");
    }

    #[test]
    fn what_is_read_is_what_everybody_reads() {
        let mut memory = Memory::new(tree::open_dir(std::path::Path::new("/proc")).ok(), true);
        memory.read_amounts();
        memory.read_load();
        let (theirs, _) = of_sysinfo();
        let mut unread = Vec::new();
        memory.tell(&mut unread);
        assert_eq!(unread, []);
        assert_eq!(memory.amounts.memory_total, theirs.memory_total);
        assert_eq!(memory.amounts.swap_total, theirs.swap_total);
        let apart = memory.amounts.memory_used.abs_diff(theirs.memory_used);
        assert!(apart < theirs.memory_total / 10, "{apart} bytes");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            amounts(&bytes);
            amounts(&[b"MemTotal: ", bytes.as_slice()].concat());
            prop_assert!(load(&bytes).iter().all(|it| *it >= 0.0));
        }
    }
}
