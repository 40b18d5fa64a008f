//! The pen through the door of the cockpit: keys and news in, effects and screens out.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for one kind of thing")]

#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Closed, NoticeKind, Pen, Recording, Size};
use firedamp::cockpit::pen::{Around, Came, Holding, Watcher, Went, Wish};
use firedamp::cockpit::storage::{Refusal, Unsaved};
use firedamp::cockpit::trouble::{Damage, Unusable};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::{Digest, Language};
use firedamp::domain::session::{Branch, Entry, Event};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, entry, opening};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

fn keys(desk: &mut Desk, keys: &str) -> Vec<Effect> {
    let press = |c| match c {
        '\n' => Key::Enter,
        '\u{1b}' => Key::Esc,
        c => Key::Char(c),
    };
    keys.chars().flat_map(|c| desk.press(press(c))).collect()
}

fn said(desk: &Desk) -> Option<&NoticeKind> {
    desk.model.notice.as_ref().map(|notice| &notice.kind)
}

fn watcher(name: &str, asks: bool) -> Watcher {
    Watcher { seat: format!("seat-{name}"), who: name.into(), asks }
}

fn watched(watchers: Vec<Watcher>) -> Msg {
    Msg::Around(Around { watchers, ..Around::default() })
}

fn held(holding: Holding) -> Msg {
    Msg::Around(Around { holding, ..Around::default() })
}

/// Somebody else writes.
fn observer() -> Desk {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Pen(Pen::Observer(Some("somsak".into()))));
    desk
}

fn by(name: &str, entry: Entry) -> Entry {
    Entry { by: name.into(), ..entry }
}

/// What a terminal of this size shows.
fn screen(desk: &mut Desk, columns: u16, rows: u16) -> String {
    desk.tell(Msg::Resized(Size { columns, rows }));
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    let (model, theme) = (&desk.model, &Theme::of_name("dark"));
    Screen { model, theme }.render(area, &mut buffer);
    let line = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..rows).map(|y| line(y).trim_end().to_owned() + "\n").collect()
}

fn header(desk: &mut Desk) -> String {
    screen(desk, 100, 24).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn who_watches_asks_with_one_key_and_takes_a_free_pen_with_the_same() {
    let mut desk = observer();
    assert_eq!(keys(&mut desk, "P"), [Effect::Pen(Wish::Ask)]);
    assert_eq!(said(&desk), Some(&NoticeKind::AskedForPen("somsak".into(), Holding::Works)));
    assert!(header(&mut desk).contains("pen somsak, asked"));
    desk.tell(Msg::PenRefused);
    assert_eq!(said(&desk), Some(&NoticeKind::PenRefused));
    assert!(!header(&mut desk).contains("asked"));
    desk.tell(held(Holding::Free));
    assert_eq!(said(&desk), Some(&NoticeKind::PenFree));
    assert!(header(&mut desk).contains("pen free: P"));
    assert_eq!(keys(&mut desk, "P"), [Effect::Pen(Wish::Take)]);
    assert_eq!(desk.press(Key::Ctrl('p')), [Effect::Pen(Wish::Take)], "force is not needed");
}

#[test]
fn a_holder_that_is_stopped_or_silent_is_said_until_it_works_again() {
    let mut desk = observer();
    desk.tell(held(Holding::Stopped));
    assert_eq!(said(&desk), Some(&NoticeKind::HolderSilent(Holding::Stopped)));
    assert!(header(&mut desk).contains("stopped"));
    desk.tell(held(Holding::Silent(12_000)));
    desk.model.notice = None;
    desk.tell(held(Holding::Silent(13_500)));
    assert_eq!(said(&desk), None, "it is said once, and counted in the header");
    assert!(header(&mut desk).contains("silent 13 s"));
    desk.tell(held(Holding::Silent(14_500)));
    desk.tell(held(Holding::Works));
    assert!(!header(&mut desk).contains("silent"));
}

#[test]
fn who_asks_is_told_on_the_screen_and_only_a_question_gives_the_pen() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "m");
    let rings = desk.tell(watched(vec![watcher("mali", false), watcher("somsak", true)]));
    assert_eq!(rings, [Effect::Bell]);
    assert_eq!(said(&desk), Some(&NoticeKind::PenAskedBy("somsak".into())));
    assert!(matches!(desk.model.dialog, Dialog::Ask(..)), "what is typed is not disturbed");
    assert!(keys(&mut desk, "yes, y").is_empty());
    keys(&mut desk, "\u{1b}");
    assert!(header(&mut desk).contains("P: somsak asks"));
    keys(&mut desk, "P");
    assert!(matches!(&desk.model.dialog, Dialog::PenAsked(it) if it.who.plain(9) == "somsak"));
    keys(&mut desk, "\u{1b}");
    assert!(header(&mut desk).contains("somsak asks"), "closing the question answers nobody");
    let refuse = keys(&mut desk, "Pn");
    assert_eq!(refuse, [Effect::Pen(Wish::Refuse("seat-somsak".into()))]);
    assert!(!header(&mut desk).contains("asks"));
    assert_eq!(said(&desk), None);
}

#[test]
fn the_pen_is_given_after_the_journal_has_it_and_not_at_all_if_it_has_not() {
    let mut desk = Desk::at_work();
    desk.tell(watched(vec![watcher("somsak", true)]));
    let effects = keys(&mut desk, "Py");
    let [Effect::Record { ticket, event }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*event, Event::PenGiven { to: "somsak".into() });
    desk.tell(Msg::NotSaved(*ticket, Unsaved::Disk(Refusal::Full)));
    let effects = keys(&mut desk, "P");
    assert!(effects.is_empty(), "the pen stayed");
    let effects = keys(&mut desk, "y");
    let given = desk.save(effects);
    assert_eq!(given, [Effect::Pen(Wish::Give("seat-somsak".into()))]);
    let entries: Vec<Entry> = desk.session().entries.iter().map(|it| Entry::clone(it)).collect();
    desk.tell(Msg::PenWent(Box::new(Went {
        past: entries.into(),
        to: Some("somsak".into()),
        given: true,
    })));
    assert_eq!(desk.session().pen, Pen::Observer(Some("somsak".into())));
    assert_eq!(said(&desk), Some(&NoticeKind::PenGone("somsak".into())));
    assert_eq!(desk.model.recording, Recording::Elsewhere);
    assert!(header(&mut desk).contains("OBSERVER"));
    desk.tell(held(Holding::Free));
    assert_eq!(said(&desk), Some(&NoticeKind::PenGone("somsak".into())), "it is on its way");
}

#[test]
fn the_pen_is_given_unasked_to_the_one_under_the_cursor() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "P");
    assert_eq!(said(&desk), Some(&NoticeKind::NobodyWatches));
    desk.tell(watched(vec![watcher("mali", false), watcher("somsak", false)]));
    keys(&mut desk, "Pj");
    assert!(matches!(&desk.model.dialog, Dialog::GivePen(all, 1) if all.len() == 2));
    // Whoever left meanwhile gets nothing.
    desk.tell(watched(vec![watcher("mali", false)]));
    assert!(keys(&mut desk, "\n").is_empty());
    keys(&mut desk, "P");
    let effects = keys(&mut desk, "\n");
    assert_eq!(desk.save(effects), [Effect::Pen(Wish::Give("seat-mali".into()))]);
}

#[test]
fn force_needs_a_reason_and_the_one_who_takes_the_pen_says_so_first() {
    let mut desk = observer();
    desk.press(Key::Ctrl('p'));
    assert!(keys(&mut desk, "  \n").is_empty());
    assert_eq!(said(&desk), Some(&NoticeKind::ReasonNeeded));
    let forced = keys(&mut desk, "went home\n");
    assert_eq!(forced, [Effect::Pen(Wish::Force("went home".into()))]);
    let entries = vec![opening(), entry(2, Event::Left)];
    let came = Came { past: entries.into(), from: "somsak".into(), reason: "went home".into() };
    let effects = desk.tell(Msg::PenCame(Box::new(came)));
    let taken = Event::PenTaken { from: "somsak".into(), reason: "went home".into() };
    assert!(matches!(&effects[..], [Effect::Record { event, .. }] if *event == taken));
    assert_eq!((&desk.session().pen, desk.session().state.seq), (&Pen::Ours, 2));
    assert!(matches!(desk.model.recording, Recording::Since(_)));
}

#[test]
fn who_loses_the_pen_is_told_by_whom_and_why_and_keeps_what_was_being_typed() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    let unsaved = desk.press(Key::Char(' '));
    keys(&mut desk, "mthe way in is");
    let went = Went { past: vec![opening()].into(), to: Some("somsak".into()), given: false };
    desk.tell(Msg::PenWent(Box::new(went)));
    assert_eq!(said(&desk), Some(&NoticeKind::PenForced("somsak".into(), "".into())));
    let Effect::Record { ticket, .. } = unsaved[0] else { panic!("{unsaved:?}") };
    desk.tell(Msg::NotSaved(ticket, Unsaved::Disk(Refusal::PenLost)));
    assert!(desk.session().unsaved.is_none() && desk.session().pending.is_empty());
    let why = Event::PenTaken { from: "suda".into(), reason: "no answer".into() };
    desk.tell(Msg::Followed(vec![by("somsak", entry(2, why))]));
    let forced = NoticeKind::PenForced("somsak".into(), "no answer".into());
    assert_eq!(said(&desk), Some(&forced));
    assert!(header(&mut desk).contains("PEN TAKEN"));
    assert!(keys(&mut desk, "\n").is_empty(), "nothing is recorded");
    assert_eq!(said(&desk), Some(&forced));
    assert!(matches!(&desk.model.dialog, Dialog::Ask(_, text) if text.value() == "the way in is"));
    keys(&mut desk, "\u{1b}");
    assert!(keys(&mut desk, " ").is_empty());
    desk.tell(held(Holding::Free));
    assert_eq!(keys(&mut desk, "P"), [Effect::Pen(Wish::Take)]);
}

#[test]
fn nobody_asks_for_a_pen_that_nobody_can_have() {
    let gone = Damage::Unreadable(Unusable::Missing("/srv/ir".into()));
    for (pen, why) in [
        (Pen::Replay, Closed::Replay),
        (Pen::Damaged(gone), Closed::Damaged),
        (Pen::Forked(Vec::new()), Closed::Forked),
    ] {
        let mut desk = Desk::at_work();
        desk.tell(Msg::Pen(pen));
        assert!(keys(&mut desk, "P").is_empty() && desk.press(Key::Ctrl('p')).is_empty());
        assert_eq!(said(&desk), Some(&NoticeKind::NoPenHere(why)));
        desk.press(Key::Char('m'));
        assert_eq!(said(&desk), Some(&NoticeKind::NoPenHere(why)), "an act says the same");
        assert!(matches!(desk.model.dialog, Dialog::Closed));
    }
}

fn branch(name: &str, numbers: std::ops::RangeInclusive<u64>) -> Branch {
    let note = |seq| {
        let event = Event::Noted { text: format!("{name} {seq}").into(), about: None };
        by(name, entry(seq, event))
    };
    let entries = numbers.map(note).collect();
    Branch { from: Digest::default(), after: 1, entries, head: Digest::default() }
}

#[test]
fn a_journal_that_forked_shows_both_branches_and_takes_nothing() {
    let mut desk = Desk::at_work();
    let branches = vec![branch("suda", 2..=4), branch("somsak", 2..=3)];
    desk.tell(Msg::Rewound(Box::new(vec![opening()].into())));
    desk.tell(Msg::Pen(Pen::Forked(branches)));
    assert_eq!((desk.session().entries.len(), desk.session().state.seq), (6, 1));
    assert!(keys(&mut desk, "m").is_empty());
    keys(&mut desk, "6");
    desk.model.notice = None;
    insta::assert_snapshot!("forked", screen(&mut desk, 80, 20));
    desk.model.language = Language::Th;
    insta::assert_snapshot!("forked_in_thai", screen(&mut desk, 80, 20));
}

#[test]
fn the_questions_about_the_pen_in_both_languages() {
    for (language, suffix) in [(Language::En, ""), (Language::Th, "_in_thai")] {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        let hostile = Watcher {
            who: "somsak\u{1b}[31m\u{202e} from 203.0.113.7".into(),
            ..watcher("x", true)
        };
        desk.tell(watched(vec![hostile, watcher("mali", false)]));
        insta::assert_snapshot!(format!("asked{suffix}"), screen(&mut desk, 80, 24));
        keys(&mut desk, "P");
        insta::assert_snapshot!(format!("question{suffix}"), screen(&mut desk, 80, 24));
        keys(&mut desk, "\u{1b}");
        desk.tell(watched(vec![watcher("mali", false), watcher("somsak", false)]));
        keys(&mut desk, "P");
        insta::assert_snapshot!(format!("whom{suffix}"), screen(&mut desk, 80, 24));
        let mut desk = observer();
        desk.model.language = language;
        desk.tell(held(Holding::Silent(42_000)));
        insta::assert_snapshot!(format!("silent{suffix}"), screen(&mut desk, 80, 24));
        desk.press(Key::Ctrl('p'));
        insta::assert_snapshot!(format!("force{suffix}"), screen(&mut desk, 80, 24));
    }
}

fn any_msg() -> impl Strategy<Value = Option<Msg>> {
    let key = prop::sample::select("Pynjm \n\u{1b}qa".chars().collect::<Vec<char>>());
    let key = key.prop_map(|c| {
        Some(Msg::Key(match c {
            '\n' => Key::Enter,
            '\u{1b}' => Key::Esc,
            c => Key::Char(c),
        }))
    });
    let around = (any::<bool>(), any::<bool>(), 0..3_usize).prop_map(|(one, two, count)| {
        let all = [watcher("mali", one), watcher("somsak", two)];
        Some(watched(all.into_iter().take(count).collect()))
    });
    prop_oneof![6 => key, 2 => around, 2 => Just(()).prop_map(|()| None)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// `None` is the disk: it answers what it was asked last.
    #[test]
    fn the_pen_goes_to_nobody_who_was_not_named_in_a_question_and_in_the_journal(
        msgs in prop::collection::vec(any_msg(), 0..60),
    ) {
        let mut desk = Desk::at_work();
        let mut recorded: Option<String> = None;
        let mut waiting = Vec::new();
        for msg in msgs {
            let before = desk.model.dialog.clone();
            let effects = if let Some(msg) = msg {
                desk.tell(msg)
            } else {
                let waiting = std::mem::take(&mut waiting);
                desk.save(waiting)
            };
            for effect in effects {
                match effect {
                    Effect::Record { event: Event::PenGiven { ref to }, .. } => {
                        let asked = match &before {
                            Dialog::PenAsked(who) => Some(who.who.plain(9)),
                            Dialog::GivePen(all, line) => all.get(*line).map(|it| it.who.plain(9)),
                            other => panic!("nothing was asked: {other:?}"),
                        };
                        prop_assert_eq!(&asked, &Some(to.plain(9)));
                        recorded = asked;
                        waiting.push(effect);
                    }
                    Effect::Record { .. } => waiting.push(effect),
                    Effect::Pen(Wish::Give(seat)) => {
                        prop_assert_eq!(Some(seat), recorded.take().map(|it| format!("seat-{it}")));
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn no_size_is_too_small_for_a_question_about_the_pen(columns in 1..120_u16, rows in 1..40_u16) {
        let mut desk = Desk::at_work();
        desk.tell(watched(vec![watcher("somsak", true), watcher("mali", false)]));
        keys(&mut desk, "P");
        screen(&mut desk, columns, rows);
        keys(&mut desk, "n\u{1b}");
        desk.tell(watched(vec![watcher("mali", false)]));
        keys(&mut desk, "P");
        screen(&mut desk, columns, rows);
    }
}
