//! The arithmetic of a player: which frames are due, and how long nothing is.
//!
//! Invariant: no clock and no thread; a place is always between the first frame and the last.

use std::ops::Range;
use std::time::Duration;

use crate::domain::base::{Moment, Timestamp};

/// A pause longer than this is where nobody recorded; it is not waited for.
const GAP_MS: u64 = 10_000;
/// What such a pause becomes.
const GAP_SHOWN_MS: u64 = 1_000;
/// Frames before a new place that graphs and counts are made of.
const HISTORY: usize = 120;
/// The slowest and the fastest pace, times real time.
const PACE: (f32, f32) = (0.25, 16.0);

/// Where a tape stands.
#[derive(Clone, Debug)]
pub(super) struct Deck {
    /// Wall clock of each frame.
    moments: Vec<Timestamp>,
    /// Milliseconds from the start, for each frame; never falling.
    places: Vec<u64>,
    /// The frame after the one that is shown.
    next: usize,
    at: f64,
    paused: bool,
    speed: f32,
}

impl Deck {
    /// A tape at its start.
    pub(super) fn new(moments: impl IntoIterator<Item = Moment>) -> Self {
        let (mut times, mut places) = (Vec::new(), Vec::new());
        let mut before: Option<Moment> = None;
        let mut place = 0;
        for moment in moments {
            let step = before.map_or(0, |before| step(before, moment));
            place += if step > GAP_MS { GAP_SHOWN_MS } else { step };
            times.push(moment.at);
            places.push(place);
            before = Some(moment);
        }
        Self { moments: times, places, next: 0, at: 0.0, paused: false, speed: 1.0 }
    }

    /// Milliseconds from the first frame to the last.
    pub(super) fn length(&self) -> u64 {
        self.places.last().copied().unwrap_or(0)
    }

    /// Milliseconds from the start.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "never below zero, never beyond the tape's length"
    )]
    pub(super) const fn at(&self) -> u64 {
        self.at as u64
    }

    /// Somebody holds it.
    pub(super) const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Times real time.
    pub(super) const fn speed(&self) -> f32 {
        self.speed
    }

    /// Holds the tape, or lets it run.
    pub(super) const fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Changes the pace; what is none is ignored.
    pub(super) fn pace(&mut self, speed: f32) {
        if speed.is_finite() {
            self.speed = speed.clamp(PACE.0, PACE.1);
        }
    }

    /// How long until the next frame is due; `None` if none ever is.
    pub(super) fn wait(&self) -> Option<Duration> {
        let due = self.places.get(self.next).filter(|_| !self.paused)?;
        let left = (float(*due) - self.at).max(0.0) / f64::from(self.speed);
        Some(Duration::from_secs_f64(left / 1_000.0))
    }

    /// Time has gone by; the frames that are due now.
    pub(super) fn pass(&mut self, time: Duration) -> Range<usize> {
        if self.paused {
            return self.next..self.next;
        }
        let moved = time.as_secs_f64() * 1_000.0 * f64::from(self.speed);
        self.at = (self.at + moved).min(float(self.length()));
        let from = self.next;
        // Half a millisecond of grace: a wait that was rounded must not come up short.
        let due = self.places.iter().skip(from).take_while(|place| float(**place) <= self.at + 0.5);
        self.next = from + due.count();
        from..self.next
    }

    /// To this place; the frames that must be seen to know what was going on there.
    pub(super) fn seek(&mut self, at_ms: u64) -> Range<usize> {
        let at = at_ms.min(self.length());
        let shown = self.next;
        let forward = float(at) >= self.at;
        self.next = self.places.partition_point(|place| *place <= at);
        self.at = float(at);
        let history = self.next.saturating_sub(HISTORY);
        let from = if forward { shown.max(history) } else { history };
        from.min(self.next)..self.next
    }

    /// The frames that must be seen after two changes of place, of which the first was not shown.
    pub(super) fn joined(
        first: Option<Range<usize>>,
        then: Option<Range<usize>>,
    ) -> Option<Range<usize>> {
        let (Some(first), Some(then)) = (first.clone(), then.clone()) else {
            return then.or(first);
        };
        let from = first.start.min(then.start).max(then.end.saturating_sub(HISTORY));
        Some(from.min(then.end)..then.end)
    }

    /// The place of something that happened at `at` by the wall clock.
    pub(super) fn place(&self, at: Timestamp) -> u64 {
        let Some(frame) = self.moments.iter().rposition(|moment| *moment <= at) else { return 0 };
        let place = self.places.get(frame).copied().unwrap_or(0);
        let after = self.places.get(frame + 1).copied().unwrap_or(place);
        let since = self.moments.get(frame).map_or(0, |moment| millis(*moment, at));
        (place + since).min(after)
    }
}

/// Milliseconds from one frame to the next: by the boot clock, and over a restart by the wall clock.
fn step(before: Moment, now: Moment) -> u64 {
    if now.boot_ms >= before.boot_ms { now.ms_since(before) } else { millis(before.at, now.at) }
}

fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond().saturating_sub(from.as_millisecond())).unwrap_or(0)
}

/// Exact for more milliseconds than anybody records.
#[expect(clippy::cast_precision_loss, reason = "exact up to 285,000 years")]
const fn float(milliseconds: u64) -> f64 {
    milliseconds as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(second: i64) -> Moment {
        let at = Timestamp::from_second(1_000_000 + second).unwrap();
        Moment { at, boot_ms: 5_000 + u64::try_from(second).unwrap() * 1_000 }
    }

    fn deck(seconds: i64) -> Deck {
        Deck::new((0..=seconds).map(moment))
    }

    #[test]
    fn frames_come_when_they_are_due_and_not_before() {
        let mut deck = deck(3);
        assert_eq!(deck.pass(Duration::ZERO), 0..1);
        assert_eq!(deck.wait(), Some(Duration::from_secs(1)));
        assert_eq!(deck.pass(Duration::from_millis(900)), 1..1);
        assert_eq!(deck.pass(Duration::from_millis(100)), 1..2);
        assert_eq!(deck.pass(Duration::from_mins(1)), 2..4);
        assert_eq!((deck.at(), deck.wait()), (3_000, None), "it holds at the end");
    }

    #[test]
    fn a_held_tape_waits_for_ever_and_does_not_move() {
        let mut deck = deck(3);
        deck.pass(Duration::ZERO);
        deck.pause(true);
        assert_eq!(deck.wait(), None);
        assert_eq!(deck.pass(Duration::from_secs(2)), 1..1);
        deck.pause(false);
        assert_eq!(deck.at(), 0);
    }

    #[test]
    fn pace_is_times_real_time_and_has_bounds() {
        let mut deck = deck(60);
        deck.pace(4.0);
        assert_eq!(deck.pass(Duration::from_secs(2)), 0..9);
        deck.pace(f32::NAN);
        assert!((deck.speed() - 4.0).abs() < f32::EPSILON);
        deck.pace(1_000.0);
        assert!((deck.speed() - 16.0).abs() < f32::EPSILON);
        deck.pace(0.0);
        assert!((deck.speed() - 0.25).abs() < f32::EPSILON);
    }

    #[test]
    fn going_back_brings_the_frames_that_history_needs() {
        let mut deck = deck(600);
        deck.pass(Duration::from_secs(400));
        assert_eq!(deck.seek(300_000), 181..301);
        assert_eq!(deck.seek(10_000), 0..11);
        assert_eq!(deck.pass(Duration::from_secs(1)), 11..12);
    }

    #[test]
    fn going_forward_brings_only_frames_that_were_not_seen() {
        let mut deck = deck(600);
        deck.pass(Duration::from_secs(100));
        assert_eq!(deck.seek(110_000), 101..111);
        assert_eq!(deck.seek(9_999_999), 481..601);
        assert_eq!(deck.at(), 600_000);
    }

    #[test]
    fn changes_of_place_that_were_not_shown_bring_what_the_last_place_needs() {
        let mut deck = deck(600);
        deck.pass(Duration::from_secs(400));
        let (back, on) = (deck.seek(300_000), deck.seek(310_000));
        assert_eq!(Deck::joined(Some(back), Some(on)), Some(191..311), "history begins anew");
        let (on, further) = (deck.seek(320_000), deck.seek(330_000));
        assert_eq!(Deck::joined(Some(on), Some(further)), Some(311..331));
        let (on, back) = (deck.seek(340_000), deck.seek(5_000));
        assert_eq!(Deck::joined(Some(on), Some(back)), Some(0..6));
        assert_eq!(Deck::joined(None, Some(3..4)), Some(3..4));
        assert_eq!(Deck::joined(Some(3..4), None), Some(3..4));
    }

    #[test]
    fn a_night_without_a_recording_is_not_waited_for() {
        let mut deck = Deck::new([moment(0), moment(1), moment(30_000), moment(30_001)]);
        assert_eq!(deck.length(), 3_000);
        assert_eq!(deck.place(moment(15_000).at), 2_000);
        assert_eq!(deck.pass(Duration::from_secs(3)), 0..4);
    }

    #[test]
    fn a_restart_of_the_host_goes_on_by_the_wall_clock() {
        let restarted = Moment { at: moment(5).at, boot_ms: 10 };
        assert_eq!(Deck::new([moment(0), restarted]).length(), 5_000);
    }

    #[test]
    fn an_empty_tape_does_nothing() {
        let mut deck = Deck::new([]);
        assert_eq!((deck.wait(), deck.length()), (None, 0));
        assert_eq!((deck.pass(Duration::from_secs(1)), deck.seek(5)), (0..0, 0..0));
    }

    proptest! {
        #[test]
        fn no_hand_takes_the_tape_out_of_its_bounds(
            steps in prop::collection::vec((0_u8..4, 0_u64..90_000), 0..40),
        ) {
            let mut deck = deck(60);
            let mut next = 0;
            for (what, value) in steps {
                let frames = match what {
                    0 => deck.pass(Duration::from_millis(value)),
                    1 => deck.seek(value),
                    2 => { deck.pause(value % 2 == 0); next..next }
                    _ => { deck.pace(f32::from(u16::try_from(value % 99).unwrap())); next..next }
                };
                prop_assert!(frames.start <= frames.end && frames.end <= 61);
                prop_assert!(frames.len() <= 120);
                prop_assert!(deck.at() <= deck.length());
                next = frames.end;
                let shown = deck.places.iter().filter(|place| **place <= deck.at()).count();
                prop_assert!(next.abs_diff(shown) <= 1, "{next} frames shown at {}", deck.at());
            }
        }
    }
}
