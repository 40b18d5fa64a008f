//! The program's own priority: who is starved by a miner at nice -20 cannot respond to it.
//!
//! The screen and the journal run before all that is not real-time ([`screen`], [`journal`]), the looks before most
//! of it ([`looks`]); each thread says so for itself, and nothing that it starts inherits it. A thread that runs for
//! `LONGEST` without waiting goes back to a nice value, so that a fault of ours cannot hold a processor.
//!
//! Invariant: nothing is raised before [`begin`]; what the kernel refuses is told and not tried again. The only place
//! of the program with `unsafe` code for the scheduler. Of other processes only those are touched that carry our own
//! terminal, and only while they are starved (`carriers`).

pub(super) mod carriers;
mod held;
mod ledger;

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::domain::facts::Raised;

pub(super) use held::{hold, let_go_for};
#[cfg(test)]
pub(super) use held::{hold_now, let_go};
pub use ledger::{Ledger, remember_in};

/// A raised thread that runs so long without waiting is no longer before others.
const LONGEST: Duration = Duration::from_millis(200);
/// The lowest of real-time priorities is before all that is not real-time.
const PRIORITY: u8 = 1;
/// What is tried where real time is refused, and what a thread that ran too long gets.
const NICE: [i8; 2] = [-20, -10];
/// The looks are not what the responder waits for.
const LOOKS: i8 = -15;
/// The screen may run too long so often; after that it stays at a nice value.
const MOST_FALLS: u32 = 8;
/// Of all that can be ended when memory is short, the program is among the last.
const SPARED: &str = "-900";

static BEGUN: AtomicBool = AtomicBool::new(false);
/// The screen's thread, and how it and the looks are raised.
static SCREEN_THREAD: AtomicI32 = AtomicI32::new(0);
static SCREEN: AtomicI32 = AtomicI32::new(0);
static EYES: AtomicI32 = AtomicI32::new(0);
static FALLS: AtomicU32 = AtomicU32::new(0);

/// From now on threads are raised when they ask, and the kernel spares the program when memory is short.
pub fn begin() {
    let handled = handle_overrun();
    BEGUN.store(handled, Ordering::Release);
    if handled {
        // Refused to all but root, and then it is as it is.
        std::fs::write("/proc/self/oom_score_adj", SPARED).ok();
    }
}

/// Raises this thread, which draws and takes keys. Said again from time to time, it puts a thread back that had run
/// too long.
pub fn screen() {
    if !is_begun() {
        return;
    }
    let (raised, falls) = (read(&SCREEN), FALLS.load(Ordering::Acquire));
    let fell = matches!(raised, Raised::Nice(_)) && falls > 0 && falls <= MOST_FALLS;
    if raised == Raised::NotTried || fell {
        SCREEN_THREAD.store(rustix::thread::gettid().as_raw_nonzero().get(), Ordering::Release);
        write(&SCREEN, raise());
    }
}

/// Raises this thread, which writes the journal.
pub fn journal() {
    if is_begun() {
        raise();
    }
}

/// Raises this thread, which looks at the host.
pub fn looks() {
    if is_begun() {
        let raised = nice(LOOKS).map_or(Raised::Refused, |()| Raised::Nice(LOOKS));
        write(&EYES, raised);
    }
}

/// How the screen and the looks are raised now.
pub(super) fn standing() -> (Raised, Raised) {
    (read(&SCREEN), read(&EYES))
}

fn raise() -> Raised {
    if real_time().is_ok() {
        return Raised::RealTime(PRIORITY);
    }
    let taken = NICE.into_iter().find(|value| nice(*value).is_ok());
    taken.map_or(Raised::Refused, Raised::Nice)
}

fn real_time() -> Result<(), Errno> {
    // Set anew each time: the kernel moves it on when it was reached. Beyond the hard limit it would kill us.
    let micros = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
    let maximum = getrlimit(Resource::Rttime).maximum;
    if maximum.is_some_and(|maximum| maximum <= micros) {
        return Err(Errno::PERM);
    }
    setrlimit(Resource::Rttime, Rlimit { current: Some(micros), maximum })?;
    schedule(0, libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, i32::from(PRIORITY))
}

/// The nice value of this thread alone; what it starts begins at 0, as for real time.
fn nice(value: i8) -> Result<(), Errno> {
    let this_thread = Some(rustix::thread::gettid());
    schedule(0, libc::SCHED_OTHER | libc::SCHED_RESET_ON_FORK, 0)?;
    rustix::process::setpriority_process(this_thread, i32::from(value))
}

/// Threads are raised in this program.
fn is_begun() -> bool {
    BEGUN.load(Ordering::Acquire)
}

/// It is scheduled as most are.
fn is_usual(pid: i32) -> Result<bool, Errno> {
    Ok(policy(pid)? & !libc::SCHED_RESET_ON_FORK == libc::SCHED_OTHER)
}

/// Whether what a process starts begins at nice 0, whatever its own.
fn plain(pid: i32, alone: bool) -> Result<(), Errno> {
    let reset = if alone { libc::SCHED_RESET_ON_FORK } else { 0 };
    schedule(pid, libc::SCHED_OTHER | reset, 0)
}

#[expect(unsafe_code, reason = "no crate of ours has this call")]
fn policy(pid: i32) -> Result<i32, Errno> {
    // SAFETY: the call takes a number and touches no memory of ours.
    let policy = unsafe { libc::syscall(libc::SYS_sched_getscheduler, pid) };
    i32::try_from(policy).ok().filter(|policy| *policy >= 0).ok_or_else(last_error)
}

#[expect(unsafe_code, reason = "no crate of ours has this call")]
fn schedule(pid: i32, policy: i32, priority: i32) -> Result<(), Errno> {
    let param = libc::sched_param { sched_priority: priority };
    // SAFETY: the call reads one `sched_param`, which lives until it returns; 0 is the calling thread. By its number,
    // since musl's function of this name always fails.
    let done =
        unsafe { libc::syscall(libc::SYS_sched_setscheduler, pid, policy, &raw const param) };
    if done == 0 { Ok(()) } else { Err(last_error()) }
}

fn last_error() -> Errno {
    let error = std::io::Error::last_os_error();
    Errno::from_io_error(&error).unwrap_or(Errno::INVAL)
}

/// Who ran too long is told by SIGXCPU, which would end the program.
#[expect(
    unsafe_code,
    reason = "no crate of ours sets a handler that runs in the thread it is about"
)]
fn handle_overrun() -> bool {
    let handler: extern "C" fn(libc::c_int) = overrun;
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: `action` lives until the call returns; `overrun` does only what a signal handler may: system calls and
    // atomics that take no lock, and it leaves `errno` as it was.
    unsafe { libc::sigaction(libc::SIGXCPU, &raw const action, std::ptr::null_mut()) == 0 }
}

#[expect(
    unsafe_code,
    reason = "runs as a signal handler, where only bare system calls are allowed"
)]
extern "C" fn overrun(_signal: libc::c_int) {
    let param = libc::sched_param { sched_priority: 0 };
    let policy = libc::SCHED_OTHER | libc::SCHED_RESET_ON_FORK;
    let [most, _] = NICE;
    // The kernel tells the process, and wakes the thread that ran too long for it, so that is this one unless another
    // took it first. One that is not real-time did not run too long and stays as it is: the kernel tells again after
    // another second. One that is real-time loses nothing that it does not get back.
    //
    // SAFETY: system calls on the calling thread, whichever that is, with a `sched_param` that lives until the call
    // returns. `errno` of the code that was interrupted is put back.
    let thread = unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let now = libc::syscall(libc::SYS_sched_getscheduler, 0);
        let real_time = now & !libc::c_long::from(libc::SCHED_RESET_ON_FORK)
            == libc::c_long::from(libc::SCHED_RR);
        let thread = if real_time {
            libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const param);
            libc::syscall(libc::SYS_setpriority, libc::PRIO_PROCESS, 0, libc::c_int::from(most));
            libc::syscall(libc::SYS_gettid)
        } else {
            0
        };
        *errno = before;
        thread
    };
    if thread == 0 {
        return;
    }
    if thread == libc::c_long::from(SCREEN_THREAD.load(Ordering::Acquire)) {
        write(&SCREEN, Raised::Nice(most));
        FALLS.fetch_add(1, Ordering::AcqRel);
    }
}

/// A [`Raised`] in one number, since a signal handler may take no lock.
fn write(place: &AtomicI32, raised: Raised) {
    let number = match raised {
        Raised::NotTried => 0,
        Raised::Refused => 1,
        Raised::RealTime(priority) => 1_000 + i32::from(priority),
        Raised::Nice(value) => 2_000 + i32::from(value),
    };
    place.store(number, Ordering::Release);
}

fn read(place: &AtomicI32) -> Raised {
    match place.load(Ordering::Acquire) {
        0 => Raised::NotTried,
        number @ 1_000..1_500 => Raised::RealTime(u8::try_from(number - 1_000).unwrap_or(PRIORITY)),
        number @ 1_500.. => Raised::Nice(i8::try_from(number - 2_000).unwrap_or(LOOKS)),
        _ => Raised::Refused,
    }
}
