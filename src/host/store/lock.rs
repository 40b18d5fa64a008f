//! One pen for a session: a kernel lock, and beside it who holds it.
//!
//! Invariant: the kernel's lock decides and ends with its process; what is written in the file is only told.

use std::thread::sleep;
use std::time::Duration;

use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::{Access, LockKind};
use crate::host::store::error::StoreError;

const NAME: &str = "lock";
/// A listing holds the lock, shared, for microseconds; an opener waits that long at most.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);
/// Bytes of the text that are read.
const TEXT: u64 = 4096;

/// Who holds a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Id of the boot.
    pub boot: Untrusted,
    /// Its process.
    pub pid: u32,
    /// When that process started, in ticks since boot.
    pub start: u64,
    /// The responder.
    pub by: Untrusted,
    /// The terminal, if there is one.
    pub tty: Untrusted,
}

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock; `None` if somebody has it.
    pub(super) fn take(dir: &Dir, holder: &Holder) -> Result<Option<Self>, StoreError> {
        let file = dir.file(NAME, Access::Shared)?;
        for _ in 0..TRIES {
            match file.lock(LockKind::Exclusive) {
                Ok(true) => {
                    // A full disk must not keep anybody out: the lock holds without the text.
                    let told = file.cut(0);
                    told.and_then(|()| file.write_at(holder.to_text().as_bytes(), 0)).ok();
                    return Ok(Some(Self(file)));
                }
                Ok(false) => sleep(PAUSE),
                Err(source) => return Err(StoreError::io("lock", file.path(), source)),
            }
        }
        Ok(None)
    }

    /// Who holds the lock now, if anybody does.
    pub(super) fn holder(dir: &Dir) -> Option<Holder> {
        let file = dir.file(NAME, Access::Read).ok()?;
        match file.lock(LockKind::Shared) {
            Ok(false) => {
                let text = file.read_range(0, TEXT).ok()?;
                Some(Holder::from_text(&String::from_utf8_lossy(&text)))
            }
            Ok(true) | Err(_) => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The kernel lets go of the lock in any case; an empty file only saves a reader a question.
        drop(self.0.cut(0));
    }
}

impl Holder {
    /// This process.
    pub(super) fn this(boot: &str, by: &Untrusted) -> Self {
        let stat = std::fs::read("/proc/self/stat").unwrap_or_default();
        let tty = std::fs::read_link("/proc/self/fd/0").ok();
        let tty = tty.filter(|path| path.starts_with("/dev/pts") || path.starts_with("/dev/tty"));
        Self {
            boot: boot.into(),
            pid: rustix::process::getpid().as_raw_nonzero().get().unsigned_abs(),
            start: start_tick(&stat).unwrap_or_default(),
            by: by.clone(),
            tty: tty.map(|path| path.to_string_lossy().into_owned().into()).unwrap_or_default(),
        }
    }

    fn to_text(&self) -> String {
        let Self { boot, pid, start, by, tty } = self;
        let (boot, by, tty) = (boot.encode(), by.encode(), tty.encode());
        format!("boot {boot}\npid {pid}\nstart {start}\nby {by}\ntty {tty}\n")
    }

    fn from_text(text: &str) -> Self {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap_or_default()
        };
        let untrusted = |name| Untrusted::decode(field(name)).unwrap_or_default();
        Self {
            boot: untrusted("boot"),
            pid: field("pid").parse().unwrap_or_default(),
            start: field("start").parse().unwrap_or_default(),
            by: untrusted("by"),
            tty: untrusted("tty"),
        }
    }
}

/// Field 22; the name before it may hold anything, so count from the last bracket.
fn start_tick(stat: &[u8]) -> Option<u64> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    rest.split_whitespace().nth(19)?.parse().ok()
}
