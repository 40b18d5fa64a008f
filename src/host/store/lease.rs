//! Who holds a session or watches it, as it is told in a file, and whether that process still works.
//!
//! Invariant: what is told decides nothing. The kernel's lock on the file says whether its process is there; the
//! heartbeat and the process's own state only say what to think of one that is.

use std::sync::atomic::{AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

use crate::domain::base::{Moment, Timestamp};
use crate::domain::untrusted::Untrusted;

/// A process that has not told that it works for so long does not.
const SILENCE_MS: u64 = 10_000;
/// On a disk that machines share, a heartbeat that is younger keeps the pen with its machine.
const SHARED_MS: u64 = 30_000;
/// Bytes of the line with the heartbeat: always as many, so that it is written over itself.
const BEAT_BYTES: usize = 47;
/// Bytes of the text that are read.
pub(super) const TEXT: u64 = 4096;

/// Seats and locks that this process has made: each has a name of its own.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Who holds a session, or watches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Id of the boot.
    pub boot: Untrusted,
    /// Its host.
    pub host: Untrusted,
    /// Its process.
    pub pid: u32,
    /// When that process started, in ticks since boot.
    pub start: u64,
    /// The responder.
    pub by: Untrusted,
    /// The terminal, if there is one.
    pub tty: Untrusted,
    /// The address that the responder came from, if it was over SSH.
    pub from: Untrusted,
}

/// Whether a process that holds the pen works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pulse {
    /// It does, or nothing is known against it.
    #[default]
    Beats,
    /// Somebody stopped it: `^Z`, or SIGSTOP.
    Stopped,
    /// It has told nothing for so many milliseconds: it hangs, or its disk does.
    Silent(u64),
}

/// When a holder last told that it works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beat {
    /// By the boot clock; 0 if it never did.
    boot_ms: u64,
    /// By the wall clock: what another machine can compare.
    wall_ms: u64,
}

impl Holder {
    /// This process.
    pub(super) fn this(boot: &str, by: &Untrusted, from: &Untrusted) -> Self {
        let tty = std::fs::read_link("/proc/self/fd/0").ok();
        let tty = tty.filter(|path| path.starts_with("/dev/pts") || path.starts_with("/dev/tty"));
        Self {
            boot: boot.into(),
            host: Untrusted::new(rustix::system::uname().nodename().to_bytes()),
            pid: rustix::process::getpid().as_raw_nonzero().get().unsigned_abs(),
            start: stat("self").map(|(_, start)| start).unwrap_or_default(),
            by: by.clone(),
            tty: tty.map(|path| path.to_string_lossy().into_owned().into()).unwrap_or_default(),
            from: from.clone(),
        }
    }

    /// A part of a file name that no other file has.
    pub(super) fn token(&self) -> String {
        let boot: String = self.boot.plain(40).chars().filter(char::is_ascii_hexdigit).collect();
        let boot = boot.get(..8).unwrap_or("unknown");
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        format!("{boot}-{}-{}-{made}", self.pid, self.start)
    }

    pub(super) fn to_text(&self) -> String {
        let Self { boot, host, pid, start, by, tty, from } = self;
        let line = |name: &str, value: &Untrusted| format!("{name} {}\n", value.encode());
        [
            line("boot", boot),
            line("host", host),
            format!("pid {pid}\nstart {start}\n"),
            line("by", by),
            line("tty", tty),
            line("from", from),
        ]
        .concat()
    }

    pub(super) fn from_text(text: &str) -> Self {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap_or_default()
        };
        let untrusted = |name| Untrusted::decode(field(name)).unwrap_or_default();
        Self {
            boot: untrusted("boot"),
            host: untrusted("host"),
            pid: field("pid").parse().unwrap_or_default(),
            start: field("start").parse().unwrap_or_default(),
            by: untrusted("by"),
            tty: untrusted("tty"),
            from: untrusted("from"),
        }
    }

    /// Somebody told. Between taking the lock and telling, and between putting it down in good order and letting go of
    /// it, nobody has.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        self.pid != 0
    }

    /// What its state and its heartbeat say. `boot` is the id of this boot.
    pub(super) fn pulse(&self, beat: Beat, boot: &str, now: Moment) -> Pulse {
        let here = self.boot.bytes() == boot.as_bytes();
        let process = here.then(|| stat(&self.pid.to_string())).flatten();
        if let Some((b'T' | b't', start)) = process
            && start == self.start
        {
            return Pulse::Stopped;
        }
        match beat.age(here, now) {
            Some(age) if age > SILENCE_MS => Pulse::Silent(age),
            Some(_) | None => Pulse::Beats,
        }
    }

    /// It works on another machine, on a disk where the kernel's lock may not say so.
    pub(super) fn is_elsewhere(&self, beat: Beat, boot: &str, now: Moment) -> bool {
        let here = self.boot.bytes() == boot.as_bytes();
        !here && beat.age(false, now).is_some_and(|age| age < SHARED_MS)
    }
}

impl Beat {
    pub(super) fn at(now: Moment) -> Self {
        let wall_ms = u64::try_from(now.at.as_millisecond()).unwrap_or_default();
        Self { boot_ms: now.boot_ms, wall_ms }
    }

    /// The first line of the file.
    pub(super) fn line(self) -> String {
        format!("beat {:020} {:020}\n", self.boot_ms, self.wall_ms)
    }

    /// What the first line says; nothing was told if it cannot be read.
    pub(super) fn from_text(text: &str) -> Self {
        let mut words = text.get(..BEAT_BYTES).unwrap_or_default().split_ascii_whitespace().skip(1);
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        Self { boot_ms: number(), wall_ms: number() }
    }

    /// How old it is; the boot clock of another machine says nothing here.
    fn age(self, here: bool, now: Moment) -> Option<u64> {
        let now = Self::at(now);
        let (told, now) =
            if here { (self.boot_ms, now.boot_ms) } else { (self.wall_ms, now.wall_ms) };
        (told > 0).then(|| now.saturating_sub(told))
    }
}

/// The clocks, for the one question that an opener has to ask by itself.
pub(super) fn now() -> Moment {
    let [wall, boot] = [ClockId::Realtime, ClockId::Boottime].map(clock_gettime);
    let nanos = i32::try_from(wall.tv_nsec).unwrap_or(0);
    let at = Timestamp::new(wall.tv_sec, nanos).unwrap_or(Timestamp::UNIX_EPOCH);
    Moment { at, boot_ms: u64::try_from(boot.tv_sec).unwrap_or(0).saturating_mul(1000) }
}

/// State and start of a process. The name before them may hold anything, so count from the last bracket.
fn stat(pid: &str) -> Option<(u8, u64)> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    let mut words = rest.split_whitespace();
    let state = words.next()?.bytes().next()?;
    Some((state, words.nth(18)?.parse().ok()?))
}
