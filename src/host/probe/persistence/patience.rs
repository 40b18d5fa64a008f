//! How often one place is read again: whoever keeps changing it is looked at more seldom, and nobody else is for it.
//!
//! Changes are counted for whoever can make them: a directory of the machine stands by itself, and a whole home is one,
//! however many directories its owner makes. What reading a place again costs is owed by that place and paid off in time; who
//! owes much rests, and never for longer than [`LONGEST_REST`]. Who makes a storm is not listened to for a while, because
//! the kernel forgets what others do while somebody shouts; its places are read whenever it has rested. Pure: it is told
//! the time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Whose changes are counted together: a home, or a directory.
pub(super) type Party = Vec<u8>;

/// Reading that one party may cause at once: an upgrade of packages, or somebody at work in an editor.
const CREDIT: Duration = Duration::from_secs(2);
/// What is owed is paid off so many times slower than it is spent: a place that is read within an eightieth of a second costs
/// a twentieth of a CPU in the long run. One that takes longer costs more, since nobody waits for ever: a seventh at a
/// twenty-fifth of a second.
const SLOWNESS: u32 = 20;
/// Nobody waits longer: with the time in which a change settles, it is seen within a second also in the place of a storm.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// How long nobody listens to a storm, at first and after it went on again and again.
const DEAF: Duration = Duration::from_secs(1);
const LONGEST_DEAF: Duration = Duration::from_secs(16);

/// What each party owes. One that owes nothing is not in it.
#[derive(Debug, Default)]
pub(super) struct Patience(BTreeMap<Party, Debt>);

#[derive(Clone, Copy, Debug)]
struct Debt {
    owed: Duration,
    at: Instant,
    /// Until when nobody listens, and how long that is.
    deaf: Option<(Instant, Duration)>,
}

impl Debt {
    /// Nothing is owed, and a storm would be the first one.
    fn is_forgotten(self, now: Instant) -> bool {
        self.left(now).is_zero() && self.storm(now).is_none()
    }

    /// How long nobody listened to the last storm, if that is not long ago.
    fn storm(self, now: Instant) -> Option<Duration> {
        self.deaf.filter(|(until, length)| now < *until + *length).map(|(_, length)| length)
    }

    fn left(self, now: Instant) -> Duration {
        self.owed.saturating_sub(now.saturating_duration_since(self.at) / SLOWNESS)
    }
}

impl Patience {
    /// Reading its places again took so much of a CPU.
    pub(super) fn charge(&mut self, party: &[u8], cost: Duration, now: Instant) {
        self.0.retain(|_, debt| !debt.is_forgotten(now));
        let debt = self.0.get(party).copied();
        let before = debt.map_or(Duration::ZERO, |debt| debt.left(now));
        let owed = (before + cost).min(CREDIT + LONGEST_REST / SLOWNESS);
        let deaf = debt.and_then(|debt| debt.deaf);
        self.0.insert(party.to_vec(), Debt { owed, at: now, deaf });
    }

    /// It rests at once.
    pub(super) fn exhaust(&mut self, party: &[u8], now: Instant) {
        self.charge(party, CREDIT + LONGEST_REST, now);
    }

    /// It made a storm: it rests, and nobody listens to it for longer each time.
    pub(super) fn storms(&mut self, party: &[u8], now: Instant) {
        self.exhaust(party, now);
        if let Some(debt) = self.0.get_mut(party) {
            let length = debt.storm(now).map_or(DEAF, |last| (last * 2).min(LONGEST_DEAF));
            debt.deaf = Some((now + length, length));
        }
    }

    /// Nobody listens to it.
    pub(super) fn is_deaf(&self, party: &[u8], now: Instant) -> bool {
        self.0.get(party).and_then(|debt| debt.deaf).is_some_and(|(until, _)| now < until)
    }

    /// How long it still rests; `None` if it does not.
    pub(super) fn rests(&self, party: &[u8], now: Instant) -> Option<Duration> {
        let over = self.0.get(party)?.left(now).saturating_sub(CREDIT);
        (!over.is_zero()).then(|| over * SLOWNESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READING: Duration = Duration::from_millis(40);

    #[test]
    fn fifty_changes_in_a_row_are_read_without_a_rest() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        for change in 0..50 {
            patience.charge(b"/etc/cron.d", READING, start + READING * change);
        }
        assert_eq!(patience.rests(b"/etc/cron.d", start + READING * 50), None);
    }

    #[test]
    fn a_storm_costs_a_bounded_part_and_rests_a_bounded_time() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        let (mut now, mut spent) = (start, Duration::ZERO);
        while now < start + Duration::from_mins(10) {
            let rest = patience.rests(b"/home/a", now).unwrap_or_default();
            assert!(rest <= LONGEST_REST, "{rest:?}");
            now += rest + READING;
            spent += READING;
            patience.charge(b"/home/a", READING, now);
        }
        assert!(spent < Duration::from_mins(10) / 7, "{spent:?}");
    }

    #[test]
    fn nobody_rests_for_another() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.exhaust(b"/home/a", now);
        assert!(patience.rests(b"/home/a", now).is_some());
        assert_eq!(patience.rests(b"/etc/cron.d", now), None);
        assert_eq!(patience.rests(b"/home/a", now + LONGEST_REST), None, "it has rested");
    }

    #[test]
    fn a_storm_that_goes_on_is_listened_to_ever_more_seldom_and_one_that_ended_as_before() {
        let (mut patience, mut now) = (Patience::default(), Instant::now());
        for length in [1, 2, 4, 8, 16, 16] {
            patience.storms(b"/home/a", now);
            let length = Duration::from_secs(length);
            assert!(patience.is_deaf(b"/home/a", now + length.mul_f64(0.9)));
            now += length;
            assert!(!patience.is_deaf(b"/home/a", now));
        }
        now += LONGEST_DEAF;
        patience.storms(b"/home/a", now);
        assert!(!patience.is_deaf(b"/home/a", now + DEAF));
    }

    #[test]
    fn what_was_paid_off_is_forgotten() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.charge(b"/home/a", READING, now);
        patience.charge(b"/home/b", READING, now + READING * SLOWNESS);
        assert_eq!(patience.0.len(), 1);
    }
}
