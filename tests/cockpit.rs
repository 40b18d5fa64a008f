//! The cockpit through its door: messages in, model and effects out.

#[path = "cockpit/acts.rs"]
mod acts;
#[path = "cockpit/any.rs"]
mod any;
mod incident;
#[path = "cockpit/notices.rs"]
mod notices;
#[path = "cockpit/own.rs"]
mod own;
#[path = "cockpit/search.rs"]
mod search;
#[path = "cockpit/table.rs"]
mod table;
#[path = "cockpit/watch.rs"]
mod watch;

use std::sync::Arc;

use firedamp::cockpit::command::{Command, VERBS};
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::{BINDINGS, Key, keys_of};
use firedamp::cockpit::model::{
    Breakpoint, NoticeKind, Pane, Pen, Size, Source, SourceKind, Stage, View,
};
use firedamp::cockpit::panes::RowStanding;
use firedamp::cockpit::storage::{Refusal, Unsaved};
use firedamp::cockpit::{Effect, Model, Msg, Tape, Which, update};
use firedamp::domain::base::Language;
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Anchor, Event, ItemState};
use firedamp::words;
use incident::{Desk, moment, opened, snapshot};

fn keys(desk: &mut Desk, keys: &str) {
    for c in keys.chars() {
        desk.press(match c {
            '\n' => Key::Enter,
            '\t' => Key::Tab,
            '\u{1b}' => Key::Esc,
            c => Key::Char(c),
        });
    }
}

#[test]
fn a_tick_is_pending_until_the_journal_has_it_and_then_it_is_saved() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    let item = ItemId("1.3/1".into());
    let effects = desk.press(Key::Char(' '));
    assert!(
        matches!(&effects[..], [Effect::Record { event: Event::Marked { item: it, .. }, .. }] if *it == item)
    );
    assert_eq!(desk.session().item(&item), (ItemState::Done, false));
    desk.save(effects);
    assert_eq!(desk.session().item(&item), (ItemState::Done, true));
    assert!(desk.session().pending.is_empty());
}

#[test]
fn what_could_not_be_saved_is_taken_off_the_screen_and_said() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    let effects = desk.press(Key::Char(' '));
    let Effect::Record { ticket, .. } = effects[0] else { panic!("{effects:?}") };
    desk.tell(Msg::NotSaved(ticket, Unsaved::Disk(Refusal::Full)));
    assert_eq!(desk.session().item(&ItemId("1.3/1".into())), (ItemState::Open, true));
    assert!(desk.session().unsaved.is_some());
    assert!(matches!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NotSaved(_)));
}

#[test]
fn not_applicable_and_blocked_ask_for_a_reason_and_take_no_empty_one() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc-");
    assert!(desk.press(Key::Enter).is_empty(), "an empty reason is no reason");
    assert!(matches!(desk.model.dialog, Dialog::Ask(..)));
    keys(&mut desk, "no cloud here");
    let effects = desk.press(Key::Enter);
    let Effect::Record { event: Event::Marked { state, reason, .. }, .. } = &effects[0] else {
        panic!("{effects:?}")
    };
    assert_eq!((*state, reason.plain(80).as_str()), (ItemState::NotApplicable, "no cloud here"));
}

#[test]
fn walking_the_decision_flow_records_each_branch_and_stands_at_the_next_question() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Decision;
    desk.do_and_save(Key::Char(' '));
    let here = |desk: &Desk| {
        let rows = &desk.model.panes.decision.rows;
        rows.iter().find(|row| row.standing == RowStanding::Here).map(|row| row.node.0.clone())
    };
    assert_eq!(here(&desk).as_deref(), Some("Env"));
    keys(&mut desk, "j");
    desk.do_and_save(Key::Char(' '));
    assert_eq!(here(&desk).as_deref(), Some("OnPrem"));
    let state = &desk.session().state;
    let last = state.choices.last().unwrap();
    assert_eq!((last.node.0.as_str(), last.to.0.as_str()), ("Env", "OnPrem"));
    assert_eq!(last.label.plain(40), "On-premise");
}

#[test]
fn where_branches_join_the_way_that_was_taken_is_the_one_shown_in_full() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Decision;
    keys(&mut desk, "h");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "j");
    desk.do_and_save(Key::Char(' '));
    desk.do_and_save(Key::Char(' '));
    let rows = &desk.model.panes.decision.rows;
    let confirm = rows.iter().find(|row| row.node.0 == "Confirm").unwrap();
    assert_eq!(confirm.via.as_ref().unwrap().0.0, "Net");
    assert_eq!((confirm.repeat, confirm.standing), (false, RowStanding::Here));
}

#[test]
fn a_choice_taken_back_stays_in_the_history() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    desk.do_and_save(Key::Char(' '));
    assert_eq!(desk.session().state.choices.len(), 2);
    desk.do_and_save(Key::Char('u'));
    let state = &desk.session().state;
    assert_eq!((state.choices.len(), state.gone.len()), (1, 1));
    desk.do_and_save(Key::Char('u'));
    desk.do_and_save(Key::Char('u'));
    assert!(desk.session().state.choices.is_empty());
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NothingToUndo);
}

#[test]
fn undo_after_undo_goes_further_back_through_marks_and_choices() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "j");
    desk.do_and_save(Key::Char('d'));
    let item = |n: u8| ItemId(format!("1.3/{n}"));
    desk.do_and_save(Key::Char('u'));
    assert_eq!(desk.session().state.item(&item(2)), ItemState::Open);
    assert_eq!(desk.session().state.item(&item(1)), ItemState::Done);
    desk.do_and_save(Key::Char('u'));
    assert_eq!(desk.session().state.item(&item(1)), ItemState::Open);
}

#[test]
fn a_branch_that_is_not_reachable_is_refused_in_words() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gdG");
    assert!(desk.press(Key::Char(' ')).is_empty());
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NotReachable);
}

#[test]
fn space_on_a_question_says_where_its_branches_are_and_on_an_answer_how_to_take_it_back() {
    let mut desk = Desk::at_work();
    let said = |desk: &mut Desk| {
        assert!(desk.press(Key::Char(' ')).is_empty());
        desk.model.notice.as_ref().unwrap().kind.clone()
    };
    // The alert has one way on; the question after it has two.
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "ggj");
    let row = &desk.model.panes.decision.rows[desk.model.panes.decision.line];
    assert_eq!(row.standing, RowStanding::Here, "the cursor is on the question itself");
    assert_eq!(said(&mut desk), NoticeKind::ChooseBelow);
    keys(&mut desk, "gg");
    assert_eq!(said(&mut desk), NoticeKind::WasAnswered);
    for language in [Language::En, Language::Th] {
        let kinds = [NoticeKind::ChooseBelow, NoticeKind::WasAnswered, NoticeKind::EndOfFlow];
        let told = kinds.map(|it| words::notice::notice(language, &it));
        assert!(told[0] != told[1] && told[1] != told[2] && told[0] != told[2]);
    }
}

#[test]
fn the_cursor_of_the_tree_is_where_it_was_after_the_cockpit_was_looked_at() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Resized(Size { columns: 120, rows: 36 }));
    // Far down in the whole flow, where the cockpit folds it away.
    keys(&mut desk, "gdG");
    let under_cursor = |desk: &Desk| {
        let pane = &desk.model.panes.decision;
        let row = &pane.rows[pane.line];
        (row.node.clone(), row.via.clone())
    };
    let before = under_cursor(&desk);
    desk.press(Key::Esc);
    assert_eq!(desk.model.view, View::Cockpit);
    assert_ne!(under_cursor(&desk), before, "there it stands on the branch that hides it");
    keys(&mut desk, "gd");
    assert_eq!(under_cursor(&desk), before);
}

#[test]
fn an_observer_looks_at_everything_and_writes_nothing() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Pen(Pen::Observer(Some("somsak".into()))));
    for verb in VERBS.iter().filter(|verb| verb.writes) {
        let effects = desk.tell(Msg::Do(verb.command));
        assert!(effects.is_empty(), "{}", verb.name);
        assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NoPen, "{}", verb.name);
    }
}

#[test]
fn escape_never_leaves_not_even_from_the_start_screen() {
    let mut desk = Desk::at_the_start();
    for _ in 0..3 {
        assert!(desk.press(Key::Esc).is_empty());
    }
    assert_eq!(desk.press(Key::Char('q')), [Effect::Leave]);
}

#[test]
fn escape_only_goes_back_and_ends_in_the_cockpit() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "2:xy");
    for _ in 0..10 {
        assert!(desk.press(Key::Esc).is_empty());
    }
    assert_eq!(desk.model.view, View::Cockpit);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
}

#[test]
fn leaving_takes_a_question_and_an_answer_or_control_c_twice() {
    let mut desk = Desk::at_work();
    assert!(desk.press(Key::Char('q')).is_empty());
    assert!(desk.press(Key::Esc).is_empty());
    desk.press(Key::Char('q'));
    assert_eq!(desk.press(Key::Enter), [Effect::Leave]);
    let mut desk = Desk::at_work();
    desk.press(Key::Ctrl('c'));
    assert_eq!(desk.press(Key::Ctrl('c')), [Effect::Leave]);
}

#[test]
fn a_tool_of_the_host_runs_only_after_its_event_is_saved() {
    let mut desk = Desk::at_work();
    let mut seen = snapshot(1_000, vec![]);
    let waits = firedamp::domain::facts::GpuOutcome::NotAllowed("/usr/bin/nvidia-smi".into());
    seen.gpu = Arc::new(firedamp::domain::facts::Gpu {
        sources: vec![firedamp::domain::facts::GpuSource {
            kind: firedamp::domain::facts::GpuSourceKind::NvidiaSmi,
            outcome: waits,
        }],
        ..firedamp::domain::facts::Gpu::default()
    });
    desk.tell(Msg::Seen(Arc::new(seen)));
    assert!(desk.press(Key::Char('V')).is_empty());
    let asked = desk.press(Key::Enter);
    assert!(matches!(&asked[..], [Effect::Record { event: Event::Allowed { .. }, .. }]));
    let effects = desk.save(asked);
    assert_eq!(effects, [Effect::UseTool("/usr/bin/nvidia-smi".into())]);
}

#[test]
fn nothing_in_training_ever_uses_a_tool_or_leaves_the_tape() {
    let mut desk =
        Desk::with(Source { kind: SourceKind::Training, length_ms: 60_000, ..Source::default() });
    desk.press(Key::Char('V'));
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NoTool);
    assert_eq!(desk.press(Key::Char('p')), [Effect::Tape(Tape::Pause(true))]);
    assert_eq!(desk.press(Key::Char(']')), [Effect::Tape(Tape::Seek(10_000))]);
    assert_eq!(desk.press(Key::Char('>')), [Effect::Tape(Tape::Speed(2.0))]);
}

#[test]
fn a_handoff_is_signed_with_words_and_accepted_by_the_next() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "S");
    keys(&mut desk, "check the cron of www-data");
    assert!(desk.press(Key::Enter).is_empty(), "Enter asks, and does not sign");
    let signed = desk.press(Key::Char('y'));
    desk.save(signed);
    let anchor = Anchor::of(desk.session().state.seq, desk.session().state.head());
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::Signed(anchor));
    assert!(desk.session().state.handoff.as_ref().unwrap().accepted.is_none());
    assert!(desk.press(Key::Char('A')).is_empty(), "nobody accepts what they signed themselves");
    desk.model.who = "niran".into();
    let accepted = desk.press(Key::Char('A'));
    desk.save(accepted);
    assert!(desk.session().state.handoff.as_ref().unwrap().accepted.is_some());
    assert!(desk.press(Key::Char('A')).is_empty(), "there is nothing left to accept");
}

#[test]
fn pasted_text_goes_to_text_fields_only_and_its_line_breaks_become_spaces() {
    let mut desk = Desk::at_work();
    assert!(desk.tell(Msg::Paste("q\n".into())).is_empty());
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    keys(&mut desk, "m");
    desk.tell(Msg::Paste("one\ntwo\u{1b}[2J".into()));
    let effects = desk.press(Key::Enter);
    let Effect::Record { event: Event::Noted { text, .. }, .. } = &effects[0] else { panic!() };
    assert_eq!(text.plain(80), "one two [2J");
}

#[test]
fn the_start_screen_takes_the_newest_session_up_with_one_enter() {
    let mut desk = Desk::at_the_start();
    assert!(matches!(desk.model.stage, Stage::Start { .. }));
    assert_eq!(desk.press(Key::Enter), [Effect::Open(Which::Existing("newest".into()))]);
    assert_eq!(desk.press(Key::Char('n')), [Effect::Open(Which::New)]);
    desk.press(Key::Char('G'));
    assert_eq!(desk.press(Key::Enter), [Effect::Open(Which::New)]);
}

#[test]
fn a_session_taken_up_again_stands_where_it_stood() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "gc");
    desk.do_and_save(Key::Char(' '));
    let entries = desk.session().entries.iter().map(|it| (**it).clone()).collect();
    let mut next = Desk::at_the_start();
    let effects = next.tell(Msg::Opened(Box::new(opened(entries, Source::default()))));
    assert!(matches!(&effects[..], [Effect::Record { event: Event::Resumed { .. }, .. }]));
    assert_eq!(next.session().state.choices, desk.session().state.choices);
    assert_eq!(next.session().state.items, desk.session().state.items);
    assert_eq!(next.model.panes.decision.flow, desk.model.panes.decision.flow);
}

#[test]
fn the_language_changes_at_once_and_the_walk_stays() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    let before = desk.model.panes.decision.rows.clone();
    keys(&mut desk, "L");
    assert_eq!(desk.model.panes.decision.rows, before);
}

#[test]
fn tab_goes_round_the_panes_that_are_on_the_screen() {
    let mut desk = Desk::at_work();
    for size in [(80, 24), (120, 36), (200, 60), (60, 16)] {
        desk.tell(Msg::Resized(Size { columns: size.0, rows: size.1 }));
        keys(&mut desk, "1");
        let panes = desk.model.size.breakpoint().panes();
        let first = desk.model.focus;
        let mut visited = vec![first];
        for _ in 1..panes.len() {
            desk.press(Key::Tab);
            visited.push(desk.model.focus);
        }
        desk.press(Key::Tab);
        assert_eq!(desk.model.focus, first);
        visited.sort_unstable();
        let mut all = panes.to_vec();
        all.sort_unstable();
        assert_eq!(visited, all);
    }
    assert_eq!(Size { columns: 39, rows: 9 }.breakpoint(), Breakpoint::TooSmall);
}

#[test]
fn every_verb_has_a_name_of_its_own_and_the_usual_ones_have_keys() {
    let mut names: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), VERBS.len());
    let keyless: Vec<&str> = VERBS
        .iter()
        .filter(|verb| keys_of(verb.command).next().is_none())
        .map(|verb| verb.name)
        .collect();
    assert_eq!(keyless, ["leave-now"], "Control-C twice is no binding");
    for binding in BINDINGS {
        assert!(binding.command.verb().is_some(), "{:?}", binding.command);
    }
}

#[test]
fn no_two_bindings_share_their_keys() {
    for (at, one) in BINDINGS.iter().enumerate() {
        for other in &BINDINGS[at + 1..] {
            assert_ne!(one.keys, other.keys, "{:?} and {:?}", one.command, other.command);
            assert!(!other.keys.starts_with(one.keys) && !one.keys.starts_with(other.keys));
        }
    }
}

#[test]
fn the_model_begins_empty_and_asks_for_nothing() {
    let mut model = Model::new("suda".into(), moment(0), |_, _| Vec::new());
    assert!(update(&mut model, Msg::Do(Command::Down)).is_empty());
    assert!(model.session.is_none() && model.panes.decision.flow.is_none());
}
