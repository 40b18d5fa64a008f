//! One pen for a session: a kernel lock, and beside it who holds it.
//!
//! Invariant: whoever has the kernel's lock on the file that is *called* `lock` has the pen. The kernel ends the lock
//! with its process. Taking the pen by force gives that name to another file, which the taker has locked before; the
//! old holder sees that its file has no name any more, whenever it wakes, and writes nothing that counts. Until the
//! taker has a segment of its own, the file says so.

use std::sync::{Arc, Mutex, Weak};
use std::thread::sleep;
use std::time::Duration;

use crate::domain::base::Moment;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::{Access, LockKind, Medium};
use crate::host::store::error::StoreError;
use crate::host::store::lease::{self, Beat, Holder, Pulse, TEXT};

/// Name of the file.
pub(super) const NAME: &str = "lock";
/// What a file is called before it is complete.
pub(super) const UNFINISHED: &str = "new-";
/// Last line of the file while the pen is being taken by force.
const UNSETTLED: &str = "unsettled\n";
/// A listing holds the lock, shared, for microseconds; an opener waits that long at most.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// Held until dropped, or until somebody takes it by force.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    holder: Holder,
    /// Nobody else can be in the middle of a write to the last segment.
    settled: bool,
}

/// Tells whether the pen is still where it was, without keeping it there.
#[derive(Clone, Debug)]
pub struct Fence(Arc<Mutex<Weak<dyn Medium>>>);

/// Where the pen is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it. Who had it last, if that process did not put it down in good order.
    Free(Option<Holder>),
    /// Somebody has it, and works or does not.
    Held(Holder, Pulse),
}

impl Lock {
    /// Takes the lock; `None` if somebody has it.
    pub(super) fn take(dir: &Dir, holder: Holder) -> Result<Option<Self>, StoreError> {
        let elsewhere = dir.is_shared() && is_elsewhere(dir, &holder);
        for _ in 0..if elsewhere { 0 } else { TRIES } {
            let file = dir.file(NAME, Access::Shared)?;
            let problem = |source| StoreError::io("lock", file.path(), source);
            if !file.lock(LockKind::Exclusive).map_err(problem)? {
                sleep(PAUSE);
            } else if file.has_name().map_err(problem)? {
                let settled = !is_unsettled(&text_of(&file).map_err(problem)?);
                // A full disk must not keep anybody out: the lock holds without the text.
                tell(&file, &holder, settled).ok();
                return Ok(Some(Self { file, holder, settled }));
            }
        }
        Ok(None)
    }

    /// Takes the lock from whoever has it. What that process is in the middle of is not over with this.
    pub(super) fn force(dir: &Dir, holder: Holder) -> Result<Self, StoreError> {
        let file = claim(dir, NAME, &holder.token(), |file| tell(file, &holder, false))?;
        Ok(Self { file, holder, settled: false })
    }

    /// The last segment may be written: it is this holder's own, or its last one is gone.
    pub(super) const fn settled(&self) -> bool {
        self.settled
    }

    /// The journal goes on in a segment that nobody else can write to.
    pub(super) fn is_settled(&mut self) {
        // Where that cannot be told, the next opener takes a segment of its own too.
        self.settled = tell(&self.file, &self.holder, true).is_ok();
    }

    /// Somebody holds the lock now; and who, if they have told. A full disk may not have let them.
    pub(super) fn holder(dir: &Dir) -> (bool, Option<Holder>) {
        match read(dir) {
            Ok((true, text)) => (true, Some(Holder::from_text(&text)).filter(Holder::is_told)),
            Ok((false, _)) | Err(_) => (false, None),
        }
    }

    /// Where the pen is. `boot` is the id of this boot.
    pub(super) fn standing(dir: &Dir, boot: &str, now: Moment) -> Result<Standing, StoreError> {
        let (held, text) = match read(dir) {
            Err(error) if error.is_not_found() => return Ok(Standing::Free(None)),
            read => read?,
        };
        let (holder, beat) = (Holder::from_text(&text), Beat::from_text(&text));
        if held || (dir.is_shared() && holder.is_elsewhere(beat, boot, now)) {
            let pulse = holder.pulse(beat, boot, now);
            Ok(Standing::Held(holder, pulse))
        } else {
            Ok(Standing::Free(Some(holder).filter(Holder::is_told)))
        }
    }

    /// Nobody took it by force.
    pub(super) fn is_ours(&self) -> std::io::Result<bool> {
        self.file.has_name()
    }

    /// Tells that this process works.
    pub(super) fn beat(&self, now: Moment) {
        // It is only told: a disk that does not take it says more than the line would.
        self.file.write_at(Beat::at(now).line().as_bytes(), 0).ok();
    }

    pub(super) fn fence(&self) -> Fence {
        Fence(Arc::new(Mutex::new(self.file.weak())))
    }

    /// Writes `text` into the blocks that the file has and gives it this name: a full disk takes that too. The lock
    /// holds on, and whoever opens the session finds either it or the word.
    pub(super) fn leave_word(
        &mut self,
        dir: &Dir,
        name: &str,
        text: &[u8],
    ) -> Result<(), StoreError> {
        let file = &self.file;
        let problem = |source| StoreError::io("write over", file.path(), source);
        if !file.has_name().map_err(problem)? {
            return Err(StoreError::NoPen);
        }
        let written = file.write_at(text, 0).and_then(|()| file.cut(text.len() as u64));
        let left = written.and_then(|()| file.sync()).map_err(problem);
        if let Err(error) = left.and_then(|()| dir.replace(NAME, name)) {
            tell(file, &self.holder, self.settled).ok();
            return Err(error);
        }
        // What is in the file stays in it when the lock is let go.
        self.settled = false;
        Ok(())
    }

    pub(super) const fn who(&self) -> &Holder {
        &self.holder
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The kernel lets go of the lock in any case; an empty file says that it was put down in good order.
        if self.settled {
            self.file.cut(0).ok();
        }
    }
}

impl Fence {
    /// The pen goes on under another lock. The old one must still be there, so that nobody sees neither.
    pub(super) fn goes_to(&self, lock: &Lock) {
        if let Ok(mut file) = self.0.lock() {
            *file = lock.file.weak();
        }
    }

    /// Nobody took the pen by force, and nobody here put it down.
    #[must_use]
    pub fn holds(&self) -> bool {
        let file = self.0.lock().ok().and_then(|file| file.upgrade());
        // A disk that cannot say is no reason to turn anybody away: the journal asks again before it writes.
        file.is_some_and(|file| file.stat().map_or(true, |stat| stat.links > 0))
    }
}

/// A file that is complete and locked before it gets its name, whatever had that name before.
pub(super) fn claim(
    dir: &Dir,
    name: &str,
    token: &str,
    write: impl FnOnce(&File) -> std::io::Result<()>,
) -> Result<File, StoreError> {
    let unfinished = format!("{UNFINISHED}{token}");
    let file = dir.file(&unfinished, Access::Shared)?;
    let problem = |source| StoreError::io("lock", file.path(), source);
    let filled = file.lock(LockKind::Exclusive).and_then(|_| write(&file)).map_err(problem);
    if let Err(error) = filled.and_then(|()| dir.replace(&unfinished, name)) {
        dir.unlink(&unfinished).ok();
        return Err(error);
    }
    Ok(file)
}

fn tell(file: &File, holder: &Holder, settled: bool) -> std::io::Result<()> {
    let unsettled = if settled { "" } else { UNSETTLED };
    let text = [&Beat::default().line(), &holder.to_text(), unsettled].concat();
    file.cut(0).and_then(|()| file.write_at(text.as_bytes(), 0))
}

/// Another machine tells that it has the pen; the kernel's lock may be of this machine only.
fn is_elsewhere(dir: &Dir, holder: &Holder) -> bool {
    let boot = holder.boot.plain(64);
    read(dir).is_ok_and(|(_, text)| {
        Holder::from_text(&text).is_elsewhere(Beat::from_text(&text), &boot, lease::now())
    })
}

fn is_unsettled(text: &str) -> bool {
    text.ends_with(UNSETTLED)
}

fn text_of(file: &File) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&file.read_range(0, TEXT)?).into_owned())
}

/// Whether somebody holds the lock, and what is told beside it.
fn read(dir: &Dir) -> Result<(bool, String), StoreError> {
    let file = dir.file(NAME, Access::Read)?;
    let problem = |source| StoreError::io("look at", file.path(), source);
    let held = !file.lock(LockKind::Shared).map_err(problem)?;
    Ok((held, text_of(&file).map_err(problem)?))
}
