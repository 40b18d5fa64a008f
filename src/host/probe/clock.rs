//! Clocks: the wall, the boot clock, and the CPU clock of every process.
//!
//! The CPU clock of another process costs one system call, no file and no privilege, counts in
//! nanoseconds, and includes threads that are gone. If it did not move, the process did not run.

use std::time::Duration;

use nix::time::ClockId as RawClock;
use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::domain::base::{Clock, Moment, Timestamp};

/// The clocks of this host.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostClock;

impl Clock for HostClock {
    fn now(&self) -> Moment {
        let wall = clock_gettime(ClockId::Realtime);
        let nanos = i32::try_from(wall.tv_nsec).unwrap_or(0);
        // Only a clock outside of the years -9999 to 9999 has no timestamp.
        let at = Timestamp::new(wall.tv_sec, nanos).unwrap_or(Timestamp::UNIX_EPOCH);
        Moment { at, boot_ms: millis(clock_gettime(ClockId::Boottime)) }
    }

    fn awake_ms(&self) -> Option<u64> {
        Some(millis(clock_gettime(ClockId::Monotonic)))
    }
}

fn millis(time: Timespec) -> u64 {
    let whole = u64::try_from(time.tv_sec).unwrap_or(0).saturating_mul(1000);
    whole.saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000)
}

/// CPU time of a process since its start, all threads; `None` if there is no such process.
pub(super) fn cpu_time(pid: u32) -> Option<Duration> {
    // `CPUCLOCK_SCHED` (2) of the whole process: see `MAKE_PROCESS_CPUCLOCK` in the kernel. nix is
    // here for this call only: rustix has no safe way to name the clock of another process.
    let id = (!i32::try_from(pid).ok()? << 3) | 2;
    RawClock::from_raw(id).now().ok().map(Duration::from)
}
