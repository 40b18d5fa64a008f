//! Whatever is pressed and whatever comes: nothing panics, nothing unasked is done, and saved means saved.

use crate::incident::{Desk, miner, moment, process, snapshot};
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::{BINDINGS, Key};
use firedamp::cockpit::model::{Size, View};
use firedamp::cockpit::{Effect, Msg};
use proptest::prelude::*;
use std::sync::Arc;

fn any_key() -> impl Strategy<Value = Key> {
    let plain =
        prop::sample::select(BINDINGS.iter().flat_map(|it| it.keys).copied().collect::<Vec<_>>());
    prop_oneof![
        6 => plain,
        1 => any::<char>().prop_map(Key::Char),
        1 => prop::sample::select(vec![Key::Backspace, Key::Delete, Key::Enter, Key::Esc, Key::Home, Key::Ctrl('w')]),
    ]
}

fn any_msg() -> impl Strategy<Value = Msg> {
    prop_oneof![
        10 => any_key().prop_map(Msg::Key),
        1 => (0_u16..320, 0_u16..110).prop_map(|(columns, rows)| Msg::Resized(Size { columns, rows })),
        1 => ".{0,20}".prop_map(Msg::Paste),
        2 => prop::collection::vec(1_u32..9, 0..6).prop_map(|pids| {
            let mut pids = pids;
            pids.sort_unstable();
            pids.dedup();
            let list = pids.iter().map(|pid| if pid % 3 == 0 { miner(*pid) } else { process(*pid, "p", b"p") });
            Msg::Seen(Arc::new(snapshot(u64::from(pids.first().copied().unwrap_or(0)) * 1_000, list.collect())))
        }),
        1 => any::<u16>().prop_map(|ms| Msg::Tick(moment(u64::from(ms)))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_sequence_of_messages_panics_and_ten_escapes_lead_home(msgs in prop::collection::vec(any_msg(), 0..120), saves in any::<bool>()) {
        let mut desk = Desk::at_work();
        for msg in msgs {
            let effects = desk.tell(msg);
            if saves {
                desk.save(effects);
            }
        }
        for _ in 0..10 {
            desk.press(Key::Esc);
        }
        prop_assert!(matches!(desk.model.dialog, Dialog::Closed));
        prop_assert_eq!(desk.model.view, View::Cockpit);
    }

    #[test]
    fn a_tool_is_used_only_if_its_path_was_asked_about_and_saved(msgs in prop::collection::vec(any_msg(), 0..80)) {
        let mut desk = Desk::at_work();
        for msg in msgs {
            let effects = desk.tell(msg);
            prop_assert!(!effects.iter().any(|it| matches!(it, Effect::UseTool(_))));
            desk.save(effects);
        }
    }

    #[test]
    fn what_the_screen_shows_as_saved_is_what_the_saved_entries_add_up_to(msgs in prop::collection::vec(any_msg(), 0..80)) {
        let mut desk = Desk::at_work();
        for msg in msgs {
            let effects = desk.tell(msg);
            desk.save(effects);
        }
        let mut state = firedamp::domain::session::State::default();
        desk.session().entries.iter().for_each(|entry| state.apply(entry));
        prop_assert_eq!(&state, &desk.session().state);
    }
}
