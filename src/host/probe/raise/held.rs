//! Memory that the kernel may not take away: who waits for a page from a disk does not answer keys.
//!
//! Holding it, letting go of it and giving back what is free take locks that the screen needs for each page that it comes
//! to use. So whoever does one of these is as urgent meanwhile as those who could wait for it, and while the host is
//! starved nothing is given back at all. Invariant: one thread at a time is at it, and nobody waits for another: who comes
//! second leaves it for the next time.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use rustix::io::Errno;
use rustix::mm::MlockAllFlags;
use rustix::process::{getpriority_process, setpriority_process};

use super::{NICE, is_begun, is_usual};
use crate::host::probe::{text, tree};

/// More memory than that is never held.
const MOST_MEMORY: u64 = 256 << 20;

/// What the program uses is held in memory.
static HELD: AtomicBool = AtomicBool::new(false);
/// Of whoever is at it.
static TURN: Mutex<()> = Mutex::new(());
/// Somebody keeps the processors from others.
static STARVED: AtomicBool = AtomicBool::new(false);

/// Keeps in memory what the program uses now. What it comes to use later is held when this is said again.
pub(in crate::host::probe) fn hold() -> Result<(), Errno> {
    if !is_begun() {
        return Err(Errno::NOSYS);
    }
    let _turn = turn().ok_or(Errno::AGAIN)?;
    let _lifted = Lifted::before_others();
    hold_now()
}

/// Does this while nothing is held in memory: the kernel takes no page back that is. It is not done while the host is
/// starved, or while somebody else is at it.
pub(in crate::host::probe) fn let_go_for(work: impl FnOnce()) {
    if STARVED.load(Ordering::Acquire) {
        return;
    }
    let Some(_turn) = turn() else { return };
    let _lifted = is_begun().then(Lifted::before_others);
    let held = HELD.load(Ordering::Acquire);
    if held && rustix::mm::munlockall().is_ok() {
        HELD.store(false, Ordering::Release);
    }
    work();
    if held {
        // Refused, or too much by now, it is as it is: who looks at us reads from the kernel what is held.
        hold_now().ok();
    }
}

/// Whether somebody keeps the processors from others, from now on.
pub(super) fn starved(starved: bool) {
    STARVED.store(starved, Ordering::Release);
}

/// Nothing is held in memory any more.
#[cfg(test)]
pub(in crate::host::probe) fn let_go() {
    HELD.store(false, Ordering::Release);
    rustix::mm::munlockall().ok();
}

/// The kernel minds `RLIMIT_MEMLOCK`. Nothing is read from disk for this: pages are held once they are used.
pub(in crate::host::probe) fn hold_now() -> Result<(), Errno> {
    if resident().is_none_or(|bytes| bytes > MOST_MEMORY) {
        return Err(Errno::NOMEM);
    }
    // Refused, it changes nothing of what was held before.
    rustix::mm::mlockall(MlockAllFlags::CURRENT | MlockAllFlags::ONFAULT)?;
    HELD.store(true, Ordering::Release);
    Ok(())
}

fn turn() -> Option<MutexGuard<'static, ()>> {
    match TURN.try_lock() {
        Ok(turn) => Some(turn),
        Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Bytes of the program that are in memory.
fn resident() -> Option<u64> {
    let statm = tree::small_file(Path::new("/proc/self/statm"), 256).ok()?;
    let pages = text::words(&statm).nth(1).and_then(text::number)?;
    Some(pages.saturating_mul(u64::try_from(rustix::param::page_size()).ok()?))
}

/// A thread that is before others for a while, where the kernel lets it. It starts nothing meanwhile.
struct Lifted(Option<i32>);

impl Lifted {
    fn before_others() -> Self {
        let this_thread = Some(rustix::thread::gettid());
        let most = i32::from(NICE[0]);
        // What is real-time is before others already.
        let usual = is_usual(0).unwrap_or(false);
        let before = getpriority_process(this_thread).ok().filter(|nice| usual && *nice > most);
        Self(before.filter(|_| setpriority_process(this_thread, most).is_ok()))
    }
}

impl Drop for Lifted {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            setpriority_process(Some(rustix::thread::gettid()), before).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use std::time::{Duration, Instant};

    use super::*;

    /// Other tests of this program give memory back too, and whoever comes second leaves it.
    fn until(mut so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !so() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it never was so");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn nice() -> i32 {
        getpriority_process(Some(rustix::thread::gettid())).unwrap()
    }

    #[test]
    fn whoever_comes_second_leaves_it_for_the_next_time() {
        let (mut first, mut second) = (false, false);
        until(|| {
            let_go_for(|| {
                first = true;
                let_go_for(|| second = true);
            });
            first
        });
        assert!(!second);
    }

    #[test]
    fn nothing_is_given_back_while_the_host_is_starved() {
        starved(true);
        let mut done = false;
        let_go_for(|| done = true);
        starved(false);
        assert!(!done);
        until(|| {
            let_go_for(|| done = true);
            done
        });
    }

    #[test]
    fn a_thread_is_lifted_for_that_long_and_then_stands_where_it_stood() {
        std::thread::spawn(|| {
            setpriority_process(Some(rustix::thread::gettid()), 10).unwrap();
            let lifted = Lifted::before_others();
            if nice() == 10 {
                writeln!(std::io::stderr(), "skipped: this user may not lift a thread").ok();
                return;
            }
            assert_eq!(nice(), i32::from(NICE[0]));
            drop(lifted);
            assert_eq!(nice(), 10);
        })
        .join()
        .unwrap();
    }
}
