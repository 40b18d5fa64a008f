//! Every line of what hides is reached with the keys that move through any list.

use std::sync::Arc;

use firedamp::cockpit::Msg;
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Size};
use firedamp::domain::base::Pid;
use firedamp::domain::facts::{
    Contradiction, ContradictionKind, Hiding, HostView, Own, Packaged, Raised, Reading, Snapshot,
};
use firedamp::ui::panes::hiding_below;
use firedamp::ui::theme::Theme;

use crate::incident::{Desk, miner, snapshot};
use crate::{LANGUAGES, keys, screen};

/// So many processes that hide, and a program that has much to say of itself.
fn hiding(count: u32) -> Snapshot {
    let all = (0..count).map(|nth| {
        let kind = if nth % 2 == 0 { ContradictionKind::Process } else { ContradictionKind::Mount };
        Arc::new(Contradiction {
            kind,
            process: Some(miner(100 + nth).id),
            what: format!("{}-hides", 100 + nth).into(),
            shown: "clock_gettime pidfd_open kill and a long row of other views".into(),
            packaged: Packaged::Unknown,
            files: Vec::new(),
            first_seen_ms: 500,
        })
    });
    let hiding = Hiding {
        contradictions: all.collect(),
        views: vec![HostView::Clocks],
        pids_tried: (32_768, 32_768),
        ..Hiding::default()
    };
    let own = Own {
        fixed: Reading::Known(true),
        variables: vec!["LD_PRELOAD".into()],
        preload: Reading::Known(true),
        tracer: Some(Pid(7)),
        raised: Raised::RealTime(1),
        looks: Raised::Nice(-10),
        carriers: 3,
        spared: Reading::Known(-900),
        ..Own::default()
    };
    let seen = snapshot(1_000, vec![miner(42)]);
    Snapshot { hiding: Arc::new(hiding), own: Arc::new(own), ..seen }
}

/// What the screen does before it draws.
fn measure(desk: &mut Desk) {
    desk.model.panes.hiding.below = hiding_below(&desk.model, &Theme::of_name("dark"));
}

#[test]
fn every_line_of_what_hides_is_reached_and_that_there_is_more_is_said() {
    for (language, count) in LANGUAGES.into_iter().flat_map(|it| [(it, 0), (it, 1), (it, 9)]) {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 80, rows: 24 };
        desk.tell(Msg::Seen(Arc::new(hiding(count))));
        desk.model.notice = None;
        keys(&mut desk, "gx");
        let (mut seen, mut last) = (Vec::<String>::new(), String::new());
        for _ in 0..80 {
            measure(&mut desk);
            let now = screen(&desk.model);
            if now == last {
                break;
            }
            seen.push(now.clone());
            last = now;
            keys(&mut desk, "j");
        }
        let all = seen.join("\n");
        let whole = firedamp::words::own::lines(language, &hiding(0).own);
        // The beginning of each sentence: long ones are wrapped.
        for (_, phrase) in whole {
            let begins: String = phrase.plain(200).chars().take(20).collect();
            assert!(all.contains(begins.trim_end()), "{language:?} {count}: {begins}\n{last}");
        }
        for nth in 0..count {
            assert!(all.contains(&format!("{}-hides", 100 + nth)), "{nth}\n{all}");
        }
        assert!(all.contains("oom"), "{last}");
        assert!(seen[0].contains('▼') && !seen[0].contains('▲'), "{}", seen[0]);
        assert!(last.contains('▲') && !last.contains('▼'), "{last}");
        let steps = seen.len();
        keys(&mut desk, &"k".repeat(steps));
        assert_eq!(screen(&desk.model), seen[0], "and back the same way");
        desk.press(Key::End);
        assert_eq!(screen(&desk.model), last, "or to the end at once");
    }
}

#[test]
fn below_the_last_thing_that_hides_enter_opens_nothing_that_is_not_under_the_cursor() {
    let mut desk = Desk::at_work();
    desk.model.size = Size { columns: 80, rows: 24 };
    desk.tell(Msg::Seen(Arc::new(hiding(9))));
    keys(&mut desk, "gx");
    measure(&mut desk);
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Process(_)));
    desk.press(Key::Esc);
    desk.press(Key::End);
    assert!(desk.model.panes.hiding.down > 0);
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
}

/// These processes hide, in this order.
fn hide(kinds: &[(ContradictionKind, u32)], at: u64) -> Arc<Snapshot> {
    let all = kinds.iter().map(|(kind, pid)| {
        Arc::new(Contradiction {
            kind: *kind,
            process: Some(miner(*pid).id),
            what: pid.to_string().into(),
            shown: "pidfd_open".into(),
            packaged: Packaged::Unknown,
            files: Vec::new(),
            first_seen_ms: 500,
        })
    });
    let hiding = Hiding { contradictions: all.collect(), ..Hiding::default() };
    let processes = kinds.iter().map(|(_, pid)| miner(*pid)).collect();
    Arc::new(Snapshot { hiding: Arc::new(hiding), ..snapshot(at, processes) })
}

fn opened(desk: &mut Desk) -> Option<u32> {
    desk.press(Key::Enter);
    let dialog = std::mem::take(&mut desk.model.dialog);
    if let Dialog::Process(id) = dialog { Some(id.pid.0) } else { None }
}

#[test]
fn the_cursor_stays_on_what_hides_whatever_comes_and_goes_above_it() {
    use ContradictionKind::{Mount, Process, Thread};
    for (moves, pid) in [("gx", 7), ("gxjj", 9), ("gxjjk", 8)] {
        let mut desk = Desk::at_work();
        desk.tell(Msg::Seen(hide(&[(Mount, 7), (Mount, 8), (Mount, 9)], 1_000)));
        keys(&mut desk, moves);
        let on = opened(&mut desk);
        assert_eq!(on, Some(pid), "{moves}");
        let seen = hide(&[(Mount, 7), (Mount, 8), (Mount, 9), (Process, 5), (Thread, 6)], 2_000);
        desk.tell(Msg::Seen(seen));
        assert_eq!(opened(&mut desk), on, "{moves}");
        desk.tell(Msg::Seen(hide(&[(Mount, on.unwrap()), (Thread, 6)], 3_000)));
        assert_eq!(opened(&mut desk), on, "{moves}");
    }
}

#[test]
fn no_key_hits_what_took_the_place_of_something_that_hid() {
    use ContradictionKind::{Mount, Process};
    let cases = ["gx", "gxjk"].into_iter().flat_map(|it| "ayf\r".chars().map(move |c| (it, c)));
    for (moves, key) in cases {
        let mut desk = Desk::at_work();
        desk.tell(Msg::Seen(hide(&[(Process, 7), (Mount, 8)], 1_000)));
        keys(&mut desk, moves);
        desk.tell(Msg::Seen(hide(&[(Mount, 8)], 2_000)));
        desk.model.notice = None;
        let key = if key == '\r' { Key::Enter } else { Key::Char(key) };
        assert_eq!(desk.press(key), [], "{moves} {key:?}");
        assert!(matches!(desk.model.dialog, Dialog::Closed), "{moves} {key:?}");
        let said = desk.model.notice.as_ref().map(|notice| notice.kind.clone());
        assert_eq!(said, Some(NoticeKind::FollowedGone("7".into())), "{moves} {key:?}");
        assert_eq!(opened(&mut desk), Some(8), "who presses again means it");
    }
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(hide(&[(Process, 7), (Mount, 8)], 1_000)));
    keys(&mut desk, "gx");
    desk.tell(Msg::Seen(hide(&[(Mount, 8)], 2_000)));
    desk.tell(Msg::Seen(hide(&[(Mount, 8)], 8_000)));
    assert_eq!(opened(&mut desk), Some(8), "it was there for six seconds");
}
