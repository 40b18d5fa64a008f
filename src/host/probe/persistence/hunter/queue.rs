//! Which family of places is read next. Pure: it is told the time.
//!
//! What has just changed goes first, then the places of those who are not listened to, then what is read only because it
//! is time. Each of these has its turn now and then, however much there is of the others, so that a storm in one place
//! holds up nobody for longer than it takes to read one family; and what takes long is not begun just before something
//! short is ready.
//!
//! Invariant: a family that changed is ready [`QUIET`] after the last that was told of it, and [`SETTLES`] after the first
//! in any case: whoever goes on writing puts nothing off. For who owes much nothing is read before they have rested, and
//! others who changed the same do not wait for them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::Family;
use super::super::patience::Party;

/// What a change is given to come to an end: an editor writes a file in several steps. It has when nothing was told for
/// so long, and after so long in any case.
pub(super) const QUIET: Duration = Duration::from_millis(50);
pub(super) const SETTLES: Duration = Duration::from_millis(150);

/// What takes so long waits so many times as long for what takes less, and never longer than this.
const WEIGHT: u32 = 10;
const LONGEST_WAIT: Duration = Duration::from_millis(300);

/// Why a family is read, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Something was told of it.
    Change,
    /// Nobody listens to its places for now: they may have changed.
    Unheard,
    /// Everything is read again.
    Whole,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Change, Self::Unheard, Self::Whole];

    /// After so long without a turn it has one before what is more urgent.
    const fn patience(self) -> Duration {
        Duration::from_millis(match self {
            Self::Change => 0,
            Self::Unheard => 300,
            Self::Whole => 1_000,
        })
    }
}

/// A family that is to be read.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Why.
    lane: Lane,
    /// It is part of reading everything.
    pub(super) whole: bool,
    /// So often it was read already because not all of its places were watched.
    pub(super) round: usize,
    /// Who caused it, and pays for it.
    parties: BTreeMap<Party, Wish>,
}

/// What one party wants of a family.
#[derive(Clone, Copy, Debug)]
struct Wish {
    /// Since when.
    since: Instant,
    /// From when on.
    ready: Instant,
}

impl Job {
    /// At whose cost it is read.
    pub(super) fn parties(&self) -> impl Iterator<Item = &Party> {
        self.parties.keys()
    }

    /// Whoever may be read for first decides.
    fn ready(&self) -> Option<Instant> {
        self.parties.values().map(|wish| wish.ready).min()
    }

    fn since(&self) -> Option<Instant> {
        self.parties.values().map(|wish| wish.since).min()
    }
}

/// What is to be read.
#[derive(Debug)]
pub(super) struct Queue {
    jobs: BTreeMap<Family, Job>,
    /// When each lane last had its turn.
    turns: BTreeMap<Lane, Instant>,
    /// What reading each family took the last time: what is read soonest goes first.
    costs: BTreeMap<Family, Duration>,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Self { jobs: BTreeMap::new(), turns: BTreeMap::new(), costs: BTreeMap::new() }
    }

    /// Reading everything has not come to its end.
    pub(super) fn has_whole(&self) -> bool {
        self.jobs.values().any(|job| job.whole)
    }

    /// Something was told of it. `rest` is how long nothing is read for whoever did that.
    pub(super) fn changed(&mut self, family: Family, party: &[u8], rest: Duration, now: Instant) {
        let job = self.job(family, Lane::Change);
        let first = Wish { since: now, ready: now };
        let wish = job.parties.entry(party.to_vec()).or_insert(first);
        wish.ready = (now + QUIET).min(wish.since + SETTLES).max(now + rest);
    }

    /// It is to be read at once, at the cost of this party.
    pub(super) fn add(
        &mut self,
        family: Family,
        lane: Lane,
        party: &[u8],
        round: usize,
        now: Instant,
    ) {
        let job = self.job(family, lane);
        job.whole |= lane == Lane::Whole;
        job.round = job.round.max(round);
        let first = Wish { since: now, ready: now };
        let wish = job.parties.entry(party.to_vec()).or_insert(first);
        wish.ready = wish.ready.min(now);
    }

    fn job(&mut self, family: Family, lane: Lane) -> &mut Job {
        let new = || Job { lane, whole: false, round: 0, parties: BTreeMap::new() };
        let job = self.jobs.entry(family).or_insert_with(new);
        job.lane = job.lane.min(lane);
        job
    }

    /// How long nothing is ready; `None` if there is nothing.
    pub(super) fn nap(&self, now: Instant) -> Option<Duration> {
        let ready =
            |(family, job): (&Family, &Job)| Some(job.ready()?.max(self.held(*family, job, now)?));
        let ready = self.jobs.iter().filter_map(ready).min()?;
        Some(ready.saturating_duration_since(now))
    }

    /// Until when it gives way: to what has just changed elsewhere and takes less, if that is about to be ready. Whoever
    /// comes too late for the beginning of what takes long waits for its end.
    fn held(&self, family: Family, job: &Job, now: Instant) -> Option<Instant> {
        let mine = self.place(family, job)?;
        let soon = now..=now + QUIET;
        let others =
            self.jobs.iter().filter(|(other, it)| **other != family && it.lane == Lane::Change);
        let before =
            others.filter(|(other, it)| self.place(**other, it).is_some_and(|it| it < mine));
        let ready = before.filter_map(|(_, it)| it.ready()).filter(|it| soon.contains(it));
        Some(ready.min().unwrap_or(now))
    }

    /// What is wanted for longer has a place before what is wanted since then, and so does what takes less.
    fn place(&self, family: Family, job: &Job) -> Option<Instant> {
        let cost = self.costs.get(&family).copied().unwrap_or_default();
        Some(job.since()? + (cost * WEIGHT).min(LONGEST_WAIT))
    }

    /// Takes what is read next.
    pub(super) fn next(&mut self, now: Instant) -> Option<(Family, Job)> {
        let first = |lane: Lane| {
            let jobs = self.jobs.iter().filter(|(_, job)| job.lane == lane);
            let ready = jobs.filter(|(_, job)| job.ready().is_some_and(|ready| ready <= now));
            let free = ready
                .filter(|(family, job)| self.held(**family, job, now).is_some_and(|it| it <= now));
            let found = free.min_by_key(|(family, job)| self.place(**family, job))?;
            Some((*found.0, found.1.since()?))
        };
        let found = Lane::ALL.map(|lane| (lane, first(lane)));
        let waited = |(lane, job): &&(Lane, Option<(Family, Instant)>)| {
            let turn = self.turns.get(lane).copied();
            job.is_some_and(|(_, since)| {
                let since = turn.map_or(since, |turn| turn.max(since));
                *lane != Lane::Change && now.saturating_duration_since(since) >= lane.patience()
            })
        };
        let overdue = found.iter().rev().find(waited);
        let (lane, job) = overdue.or_else(|| found.iter().find(|(_, job)| job.is_some()))?;
        let (lane, family) = (*lane, job.as_ref()?.0);
        self.turns.insert(lane, now);
        Some((family, self.jobs.remove(&family)?))
    }

    /// What is to be read.
    #[cfg(test)]
    pub(super) fn families(&self) -> Vec<Family> {
        self.jobs.keys().copied().collect()
    }

    /// Reading it took so long.
    pub(super) fn took(&mut self, family: Family, cost: Duration) {
        self.costs.insert(family, cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &[u8] = b"/etc/cron.d";
    const MS: Duration = Duration::from_millis(1);

    fn families(queue: &mut Queue, now: Instant) -> Vec<Family> {
        std::iter::from_fn(|| queue.next(now)).map(|(family, _)| family).collect()
    }

    #[test]
    fn whoever_goes_on_writing_puts_off_nothing() {
        let (mut queue, begun) = (Queue::new(), Instant::now());
        let mut read = Vec::new();
        for step in 0..100 {
            let now = begun + MS * 10 * step;
            queue.changed(Family::Cron, HERE, Duration::ZERO, now);
            read.extend(queue.next(now).map(|_| step * 10));
        }
        assert_eq!(read.first(), Some(&150));
        assert!(read.windows(2).all(|it| it[1] - it[0] <= 170), "{read:?}");
    }

    #[test]
    fn who_rests_is_read_for_later_and_nobody_else_who_changed_the_same() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.changed(Family::Cron, b"/home/a", MS * 250, now);
        assert_eq!(queue.nap(now), Some(MS * 250));
        queue.changed(Family::Cron, b"/home/a", MS * 150, now + MS * 100);
        assert_eq!(queue.nap(now), Some(MS * 250), "the end of a rest stays where it is");
        queue.changed(Family::Cron, HERE, Duration::ZERO, now + MS * 100);
        assert_eq!(queue.nap(now), Some(MS * 150));
    }

    #[test]
    fn a_change_that_has_come_to_its_end_is_read_soon() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.changed(Family::Cron, HERE, Duration::ZERO, now);
        assert_eq!(queue.nap(now), Some(QUIET));
        assert!(queue.next(now + MS * 49).is_none());
        let (family, job) = queue.next(now + QUIET).unwrap();
        assert_eq!((family, job.parties().count(), job.whole), (Family::Cron, 1, false));
        assert_eq!(queue.nap(now), None);
    }

    #[test]
    fn what_changed_goes_before_all_else_and_what_is_read_soonest_before_what_takes_long() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.took(Family::Cron, MS * 9);
        queue.took(Family::Keys, MS);
        queue.add(Family::Users, Lane::Whole, HERE, 0, now);
        queue.add(Family::Cron, Lane::Unheard, HERE, 0, now);
        queue.add(Family::Keys, Lane::Unheard, HERE, 0, now);
        queue.changed(Family::Pam, HERE, Duration::ZERO, now.checked_sub(QUIET).unwrap());
        let expected = [Family::Pam, Family::Keys, Family::Cron, Family::Users];
        assert_eq!(families(&mut queue, now), expected);
    }

    #[test]
    fn nobody_waits_for_ever_while_others_change_all_the_time() {
        let (mut queue, begun) = (Queue::new(), Instant::now());
        queue.add(Family::Keys, Lane::Unheard, HERE, 0, begun);
        queue.add(Family::Users, Lane::Whole, HERE, 0, begun);
        let mut read = BTreeMap::new();
        for step in 0..20 {
            let now = begun + MS * 100 * step;
            queue.changed(Family::Pam, HERE, Duration::ZERO, now.checked_sub(SETTLES).unwrap());
            let (family, _) = queue.next(now).unwrap();
            read.entry(family).or_insert(step);
        }
        assert_eq!(read[&Family::Keys], 3);
        assert_eq!(read[&Family::Users], 10);
        assert_eq!(read[&Family::Pam], 0);
    }

    #[test]
    fn what_takes_long_is_not_begun_just_before_something_short_is_ready() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.took(Family::Cron, MS * 30);
        queue.took(Family::Shells, MS);
        queue.changed(Family::Cron, HERE, Duration::ZERO, now);
        queue.changed(Family::Shells, HERE, Duration::ZERO, now + MS * 20);
        assert!(queue.next(now + QUIET).is_none());
        assert_eq!(queue.nap(now + QUIET), Some(MS * 20));
        let then = now + QUIET + MS * 20;
        assert_eq!(families(&mut queue, then), [Family::Shells, Family::Cron]);
    }

    #[test]
    fn what_takes_long_gives_way_for_a_bounded_time() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.took(Family::Cron, MS * 500);
        queue.changed(Family::Cron, HERE, Duration::ZERO, now);
        let mut step = now;
        while queue.next(step).is_none_or(|(family, _)| family != Family::Cron) {
            queue.changed(Family::Shells, HERE, Duration::ZERO, step);
            step += MS * 10;
        }
        let most = LONGEST_WAIT + SETTLES;
        assert!(step > now + SETTLES && step <= now + most, "{:?}", step.duration_since(now));
    }

    #[test]
    fn a_family_that_is_wanted_for_two_reasons_is_read_once() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.add(Family::Keys, Lane::Whole, b"a", 0, now);
        queue.add(Family::Keys, Lane::Unheard, b"b", 2, now);
        let (_, job) = queue.next(now).unwrap();
        assert_eq!((job.parties().count(), job.whole, job.round), (2, true, 2));
        assert_eq!(queue.nap(now), None);
    }
}
