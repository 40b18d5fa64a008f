//! Clocks that are moved, and machines that sleep: what the journal says of it, and that no age is ever negative.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::Msg;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Size, Source};
use firedamp::domain::base::{Language, Moment, Timestamp};
use firedamp::domain::session::{ClockChange, Entry, Event, SLACK_MS, TimeWatch};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, entry, miner, opened, opening, process, snapshot};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// Ten years.
const YEARS: i64 = 10 * 365 * 24 * 3_600_000;
const START: i64 = 1_795_282_200_000;

/// Clocks that can be moved.
struct Clocks {
    wall: i64,
    boot: u64,
    awake: u64,
    watch: TimeWatch,
}

impl Clocks {
    fn new() -> Self {
        let mut clocks =
            Self { wall: START, boot: 90_000, awake: 60_000, watch: TimeWatch::default() };
        assert!(clocks.look().is_empty(), "nothing is known before the first look");
        clocks
    }

    /// Time goes on.
    fn pass(&mut self, ms: u32) {
        self.wall += i64::from(ms);
        self.boot += u64::from(ms);
        self.awake += u64::from(ms);
    }

    fn sleep(&mut self, ms: u32) {
        self.wall += i64::from(ms);
        self.boot += u64::from(ms);
    }

    fn look(&mut self) -> Vec<Event> {
        let at = Timestamp::from_millisecond(self.wall).unwrap();
        self.watch.see(Moment { at, boot_ms: self.boot }, self.awake)
    }
}

fn jumped(by_ms: i64) -> Event {
    Event::Clock { change: ClockChange::Jumped, by_ms }
}

#[test]
fn a_step_of_the_wall_clock_is_told_once_and_with_its_size() {
    let mut clocks = Clocks::new();
    clocks.pass(1_000);
    clocks.wall -= 3_600_000;
    assert_eq!(clocks.look(), [jumped(-3_600_000)]);
    clocks.pass(1_000);
    assert_eq!(clocks.look(), []);
    clocks.wall += 3_600_000;
    assert_eq!(clocks.look(), [jumped(3_600_000)]);
}

#[test]
fn a_sleep_is_no_step() {
    let mut clocks = Clocks::new();
    clocks.pass(1_000);
    clocks.sleep(7_200_000);
    let slept = Event::Clock { change: ClockChange::Suspended, by_ms: 7_200_000 };
    assert_eq!(clocks.look(), [slept]);
    assert_eq!(clocks.look(), []);
}

#[test]
fn a_clock_that_is_only_a_little_off_is_let_be() {
    let mut clocks = Clocks::new();
    for _ in 0..100 {
        clocks.pass(1_000);
        clocks.wall += SLACK_MS;
        assert_eq!(clocks.look(), []);
        clocks.wall -= SLACK_MS;
    }
}

#[test]
fn many_small_steps_are_one_large_one() {
    let mut clocks = Clocks::new();
    let mut told = 0;
    for _ in 0..100 {
        clocks.pass(1_000);
        clocks.wall -= 1_900;
        for event in clocks.look() {
            let Event::Clock { change: ClockChange::Jumped, by_ms } = event else {
                panic!("{event:?}")
            };
            told += by_ms;
        }
    }
    assert!((told + 190_000).abs() <= SLACK_MS, "{told}");
}

/// A moment of clocks that somebody plays with.
fn any_moment() -> impl Strategy<Value = Moment> {
    (-YEARS..YEARS, 0_u64..4_000_000_000).prop_map(|(by, boot_ms)| Moment {
        at: Timestamp::from_millisecond(START + by).unwrap(),
        boot_ms,
    })
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let moments = prop::collection::vec(any_moment(), 1..12);
    moments.prop_map(|moments| {
        let event = |seq: u64| match seq % 4 {
            0 => Event::Noted { text: "a note".into(), about: None },
            1 => Event::HandedOff { words: "over".into(), to: "".into(), read: Vec::new() },
            2 => jumped(-5_000),
            _ => Event::Trouble { what: "trouble".into() },
        };
        let at = |(seq, moment): (u64, Moment)| {
            let mut entry = entry(seq, event(seq));
            (entry.at, entry.boot.ms) = (moment.at, moment.boot_ms);
            entry
        };
        let mut first = opening();
        first.at = moments.first().unwrap().at;
        [first].into_iter().chain((2..).zip(moments).map(at)).collect()
    })
}

fn drawn(desk: &Desk) -> String {
    let Size { columns, rows } = desk.model.size;
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model: &desk.model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let row = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..rows).map(row).collect::<Vec<String>>().join("\n")
}

/// `-5m`, `-0:12`: a minus, digits, and what an age goes on with. `2026-11-21` is none, nor is `web-03`.
fn negative_age(screen: &str) -> Option<String> {
    let ends = |c: char| matches!(c, 's' | 'm' | 'h' | 'd' | ':');
    screen.split(|c: char| c.is_whitespace() || "│║+(~".contains(c)).find_map(|word| {
        let rest = word.strip_prefix('-')?.trim_start_matches('>').trim_start_matches('<');
        let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        (tail.len() < rest.len() && tail.starts_with(ends)).then(|| word.to_owned())
    })
}

#[test]
fn a_negative_age_would_be_seen() {
    assert_eq!(negative_age("│ -5m  x"), Some("-5m".into()));
    assert_eq!(negative_age("REC -0:12"), Some("-0:12".into()));
    assert_eq!(negative_age("2026-11-21 web-03 - [-] -o"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn whatever_happens_to_the_clocks_the_entries_tell_all_of_it(
        steps in prop::collection::vec((0..5_000_u32, -YEARS..YEARS, 0..3_u8, 0..90_000_000_u32), 0..20),
    ) {
        let mut clocks = Clocks::new();
        let (mut moved, mut slept, mut told_moved, mut told_slept) = (0, 0, 0, 0);
        for (ms, by, what, sleep) in steps {
            clocks.pass(ms);
            match what {
                // Never further than a clock goes.
                1 if (clocks.wall + by - START).abs() < YEARS => {
                    clocks.wall += by;
                    moved += by;
                }
                2 => {
                    clocks.sleep(sleep);
                    slept += i64::from(sleep);
                }
                _ => {}
            }
            for event in clocks.look() {
                let Event::Clock { change, by_ms } = event else { panic!("{event:?}") };
                prop_assert!(by_ms.abs() > SLACK_MS);
                match change {
                    ClockChange::Jumped => told_moved += by_ms,
                    ClockChange::Suspended => told_slept += by_ms,
                }
            }
            prop_assert!((moved - told_moved).abs() <= SLACK_MS);
            prop_assert!((slept - told_slept).abs() <= SLACK_MS);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_age_on_any_screen_is_negative(
        entries in any_entries(),
        now in any_moment(),
        looks in prop::collection::vec(any_moment(), 1..4),
    ) {
        let mut desk = Desk::at_work();
        let order: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        desk.tell(Msg::Opened(Box::new(opened(entries, Source::default()))));
        for look in looks {
            let mut seen = snapshot(0, vec![miner(4_242), process(7, "sshd", b"sshd")]);
            seen.moment = look;
            desk.tell(Msg::Seen(Arc::new(seen)));
        }
        desk.tell(Msg::Tick(now));
        prop_assert_eq!(desk.session().entries.iter().map(|it| it.seq).collect::<Vec<_>>(), order);
        desk.model.size = Size { columns: 200, rows: 60 };
        for (key, language) in [('1', Language::En), ('2', Language::Th), ('3', Language::En), ('6', Language::En), ('0', Language::En), ('0', Language::Th)] {
            desk.model.language = language;
            desk.press(Key::Char(key));
            let screen = drawn(&desk);
            prop_assert_eq!(negative_age(&screen), None, "{}", screen);
        }
    }
}
