//! How soon a failing disk is given another segment.
//!
//! Every failed `fdatasync` costs a segment, and every segment is a file that whoever opens the session reads. So the first
//! are free, and then each row of them waits twice as long as the row before. What cannot be written in between waits in
//! memory and is called unsaved, as it is with any disk that takes nothing.
//!
//! Invariant: a disk that works again is soon trusted again, and one that never does is asked once a minute.

use std::time::{Duration, Instant};

/// Segments in a row.
const ROW: u32 = 32;
/// Pause between segments after the first row.
const PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const LONGEST: Duration = Duration::from_mins(1);
/// A segment that took so many entries says that the disk works.
const TRUSTED: u32 = 16;

/// Counts the segments of a failing disk.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Segments since the disk last worked.
    made: u32,
    /// Entries since the last of them.
    saved: u32,
    last: Option<Instant>,
}

impl Patience {
    /// Another segment may begin.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.last.is_none_or(|last| now.saturating_duration_since(last) >= self.pause())
    }

    /// A segment began.
    pub(super) fn began(&mut self, now: Instant) {
        self.made = self.made.saturating_add(1);
        (self.saved, self.last) = (0, Some(now));
    }

    /// An entry is on disk.
    pub(super) fn saved(&mut self) {
        self.saved = self.saved.saturating_add(1);
        if self.saved >= TRUSTED {
            self.made = 0;
        }
    }

    fn pause(&self) -> Duration {
        match self.made / ROW {
            0 => Duration::ZERO,
            row => {
                PAUSE.saturating_mul(1_u32.checked_shl(row - 1).unwrap_or(u32::MAX)).min(LONGEST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments that a disk which never works is given in so many seconds.
    fn made(seconds: u64) -> u32 {
        let (begun, mut patience) = (Instant::now(), Patience::default());
        let mut made = 0;
        for ms in (0..seconds * 1_000).step_by(100) {
            let now = begun + Duration::from_millis(ms);
            if patience.allows(now) {
                patience.began(now);
                made += 1;
            }
        }
        made
    }

    #[test]
    fn a_disk_that_never_works_gets_ever_fewer_segments() {
        assert_eq!(made(4), 32, "the first are free");
        let (hour, day) = (made(3_600), made(86_400));
        assert!(hour < 256, "{hour} segments in an hour");
        assert!(day < 1_700, "{day} segments in a day");
        assert!(day > hour + 23 * 59, "and is still asked once a minute");
    }

    #[test]
    fn a_disk_that_works_again_is_trusted_again() {
        let (begun, mut patience) = (Instant::now(), Patience::default());
        for _ in 0..300 {
            patience.began(begun);
        }
        assert!(!patience.allows(begun + Duration::from_secs(59)));
        for _ in 0..TRUSTED {
            patience.saved();
        }
        assert!(patience.allows(begun));
    }
}
