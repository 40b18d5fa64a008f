//! How often one place is read again: whoever keeps changing it is looked at more seldom, and nobody else is for it.
//!
//! Changes are counted for whoever can make them: a directory of the machine stands by itself, and a whole home is one,
//! however many directories its owner makes. What reading a place again costs is owed by that place and paid off in time; who
//! owes much rests, and never for longer than [`LONGEST_REST`]. Who makes a storm is not listened to for a while, because
//! the kernel forgets what others do while somebody shouts; its places are glanced at meanwhile. Pure: it is told the
//! time.

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

/// From one glance at the places of a storm to the next, if it costs little.
const GLANCE: Duration = Duration::from_millis(80);

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
    /// When its places are glanced at next, while nobody listens.
    glance: Option<Instant>,
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
        let (deaf, glance) = debt.map_or((None, None), |debt| (debt.deaf, debt.glance));
        self.0.insert(party.to_vec(), Debt { owed, at: now, deaf, glance });
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

    /// Its places were glanced at, which took so much of a CPU.
    pub(super) fn glanced(&mut self, party: &[u8], cost: Duration, now: Instant) {
        self.charge(party, cost, now);
        if let Some(debt) = self.0.get_mut(party) {
            debt.glance = Some(now + (cost * SLOWNESS).clamp(GLANCE, LONGEST_REST));
        }
    }

    /// How long nothing is done for it: until the next glance, or until it has rested. `None` if it is time.
    pub(super) fn waits(&self, party: &[u8], now: Instant) -> Option<Duration> {
        if !self.is_deaf(party, now) {
            return self.rests(party, now);
        }
        let next = self.0.get(party)?.glance?;
        Some(next.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    /// Nobody listens to it.
    pub(super) fn is_deaf(&self, party: &[u8], now: Instant) -> bool {
        self.0.get(party).and_then(|debt| debt.deaf).is_some_and(|(until, _)| now < until)
    }

    /// Somebody made a storm, not long ago.
    pub(super) fn knows_storms(&self, now: Instant) -> bool {
        self.0.values().any(|debt| debt.storm(now).is_some())
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
    fn who_is_not_listened_to_is_glanced_at_soon_and_more_seldom_if_that_takes_long() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.storms(b"/home/a", now);
        assert_eq!(patience.waits(b"/home/a", now), None, "the first glance is due");
        for (cost, wait) in [(1, 80), (5, 100), (500, 250)] {
            patience.glanced(b"/home/a", Duration::from_millis(cost), now);
            assert_eq!(patience.waits(b"/home/a", now), Some(Duration::from_millis(wait)));
        }
        assert_eq!(patience.waits(b"/home/a", now + DEAF), None, "it is listened to again");
    }

    #[test]
    fn what_was_paid_off_is_forgotten() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.charge(b"/home/a", READING, now);
        patience.charge(b"/home/b", READING, now + READING * SLOWNESS);
        assert_eq!(patience.0.len(), 1);
    }
}
