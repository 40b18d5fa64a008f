//! Finds where the wall clock was moved, and where the machine slept.
//!
//! Invariant: what is not told stays within [`SLACK_MS`] of what was told last, however it came about: many small
//! steps are one large one. Order never depends on any of it: that is the entry's number.

use crate::domain::base::Moment;
use crate::domain::session::event::{ClockChange, Event};

/// Clocks that differ by less are as good as clocks are.
pub const SLACK_MS: i64 = 2_000;

/// Looks at the clocks now and then.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeWatch {
    /// How far the clocks were apart when that was told last.
    told: Option<Apart>,
}

/// How far two clocks are apart. Both differences stay the same for as long as nothing happens to a clock.
#[derive(Clone, Copy, Debug)]
struct Apart {
    /// The wall clock before the boot clock.
    wall: i64,
    /// The boot clock before the one that stands still while the machine sleeps.
    asleep: i64,
}

impl TimeWatch {
    /// What happened to the clocks since the last look. `awake_ms` are milliseconds of `CLOCK_MONOTONIC`.
    pub fn see(&mut self, now: Moment, awake_ms: u64) -> Vec<Event> {
        let boot = signed(now.boot_ms);
        let wall = now.at.as_millisecond().saturating_sub(boot);
        let asleep = boot.saturating_sub(signed(awake_ms));
        let told = self.told.get_or_insert(Apart { wall, asleep });
        let mut events = Vec::new();
        let mut tell = |change, told: &mut i64, now: i64| {
            let by_ms = now.saturating_sub(*told);
            if by_ms.abs() > SLACK_MS {
                *told = now;
                events.push(Event::Clock { change, by_ms });
            }
        };
        tell(ClockChange::Suspended, &mut told.asleep, asleep);
        tell(ClockChange::Jumped, &mut told.wall, wall);
        events
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
