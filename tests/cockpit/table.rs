//! The rest of the key table: searching, following, copying, notes as bookmarks, times.

#![expect(clippy::unwrap_used, reason = "test helpers stop at the first surprise")]

use std::sync::Arc;

use firedamp::cockpit::dialog::{CopyKind, Dialog};
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Copied, Kept, NoticeKind, Pane, Source, SourceKind, View};
use firedamp::cockpit::{Effect, Msg, Tape};
use firedamp::domain::detect::Subject;
use firedamp::domain::facts::{Protocol, Snapshot, Socket, SocketState, Unread};
use firedamp::domain::session::{Entry, Event};
use firedamp::domain::untrusted::Untrusted;

use crate::incident::{Desk, entry, miner, moment, opened, opening, process, snapshot};
use crate::keys;

pub(crate) fn said(desk: &Desk) -> Option<&NoticeKind> {
    desk.model.notice.as_ref().map(|notice| &notice.kind)
}

/// A session with notes a minute apart: `note 2`, `note 3` and so on, by their entries.
pub(crate) fn with_notes(source: Source) -> Desk {
    let mut desk = Desk::with(source);
    let noted = |seq: u64| {
        let event = Event::Noted { text: format!("note {seq}").into(), about: None };
        let shifted = entry(seq * 60, event);
        Entry { seq, ..shifted }
    };
    let entries = std::iter::once(opening()).chain((2..=20).map(noted)).collect();
    let effects = desk.tell(Msg::Opened(Box::new(opened(entries, source))));
    if source.kind == SourceKind::Host {
        desk.save(effects);
    }
    desk
}

pub(crate) fn on_tape(kind: SourceKind) -> Source {
    Source { kind, at_ms: 600_000, length_ms: 900_000, ..Source::default() }
}

#[test]
fn a_followed_process_keeps_the_cursor_before_anybody_moved_it_and_is_missed_when_it_ends() {
    let mut desk = Desk::at_work();
    let mut busy = process(7, "postgres", b"postgres");
    busy.cpu = 55.0;
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![busy.clone()]))));
    keys(&mut desk, "f");
    desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![busy, miner(42)]))));
    assert_eq!(desk.model.panes.processes.line, 1, "the miner is on top, the cursor stays");
    desk.tell(Msg::Seen(Arc::new(snapshot(3_000, vec![miner(42)]))));
    let pane = &desk.model.panes.processes;
    assert!(pane.rows[pane.line].gone && pane.followed.as_ref().unwrap().gone);
    assert_eq!(said(&desk), Some(&NoticeKind::FollowedGone("7 postgres".into())));
    desk.model.notice = None;
    desk.tell(Msg::Seen(Arc::new(snapshot(4_000, vec![miner(42)]))));
    assert_eq!(said(&desk), None, "it is said once");
    keys(&mut desk, "k");
    assert!(desk.model.panes.processes.followed.is_none(), "moving on lets it go");
}

fn with_socket(boot_ms: u64, ports: &[u16]) -> Snapshot {
    let socket = |port: &u16| {
        Arc::new(Socket {
            protocol: Protocol::Tcp,
            local: format!("10.0.0.5:{port}").parse().unwrap(),
            remote: Some(format!("192.0.2.1:{port}").parse().unwrap()),
            state: SocketState::Established,
            inode: u64::from(*port),
            uid: 33,
            owners: Vec::new(),
            first_seen_ms: u64::from(*port),
            since_before: false,
            namespace: 0,
            flow: None,
            only_in: None,
            own: false,
        })
    };
    Snapshot { sockets: ports.iter().map(socket).collect(), ..snapshot(boot_ms, vec![]) }
}

#[test]
fn a_followed_connection_that_closes_is_said_and_nobody_takes_its_place() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(with_socket(1_000, &[20, 30]))));
    keys(&mut desk, "gnf");
    desk.tell(Msg::Seen(Arc::new(with_socket(2_000, &[10, 20, 30]))));
    assert_eq!(desk.model.panes.network.line, 1);
    desk.tell(Msg::Seen(Arc::new(with_socket(3_000, &[10, 30]))));
    assert_eq!(said(&desk), Some(&NoticeKind::FollowedGone("192.0.2.1:20".into())));
    assert!(desk.model.panes.network.followed.as_ref().unwrap().gone);
    assert_eq!(desk.model.panes.network.selected, None);
}

#[test]
fn of_what_matches_the_gravest_stands_first_however_old_it_is() {
    let mut desk = Desk::at_work();
    let mut look = with_socket(1_000, &[3333, 4444]);
    let mines = b"x\0-o\0stratum+tcp://192.0.2.1:4444\0-u\0someone\0-k";
    let process = process(42, "x", mines);
    let owner = process.id;
    look.processes = vec![Arc::new(process)];
    let newer = Arc::make_mut(look.sockets.last_mut().unwrap());
    newer.owners = vec![owner];
    desk.tell(Msg::Seen(Arc::new(look)));
    let rows = &desk.model.panes.network.rows;
    let grades: Vec<_> = rows
        .iter()
        .map(|row| {
            let Socket { protocol, local, remote, .. } = *row.socket;
            let subject = Subject::Connection { protocol, local, remote: remote.unwrap() };
            desk.model.live.findings.get(&subject).map(|it| it.grade)
        })
        .collect();
    assert!(grades[0] > grades[1] && grades[1].is_some(), "{grades:?}");
}

#[test]
fn following_the_timeline_goes_to_the_newest_entry() {
    let mut desk = with_notes(Source::default());
    keys(&mut desk, "6gg");
    assert!(desk.model.panes.timeline.line > 0);
    keys(&mut desk, "f");
    assert_eq!(desk.model.panes.timeline.line, 0);
    keys(&mut desk, "gcf");
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToFollow));
}

#[test]
fn a_process_is_copied_by_pid_command_executable_and_finding_and_nothing_raw_leaves() {
    let mut desk = Desk::at_work();
    let mut hostile = miner(42);
    hostile.exe = firedamp::domain::facts::Reading::Known("/tmp/a\u{1b}]52;c;QQ==\u{7}\nb".into());
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![hostile]))));
    keys(&mut desk, "y");
    let Dialog::Copy(choices, 0) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    let kinds: Vec<CopyKind> = choices.iter().map(|choice| choice.kind).collect();
    assert_eq!(kinds, [CopyKind::Pid, CopyKind::Command, CopyKind::Executable, CopyKind::Finding]);
    let raw = |line: &Untrusted| line.bytes().iter().any(u8::is_ascii_control);
    assert!(!choices.iter().flat_map(|choice| &choice.lines).any(raw));
    keys(&mut desk, "jj");
    let effects = desk.press(Key::Enter);
    let escaped = r"/tmp/a\x1b]52;c;QQ==\x07\x0ab";
    assert_eq!(effects, [Effect::Copy(vec![escaped.into()])]);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    desk.tell(Msg::Copied(Copied { sent: 9, all: 9, kept: Kept::InFile }));
    assert!(matches!(said(&desk), Some(NoticeKind::Copied(_))));
}

#[test]
fn printing_gives_the_terminal_away_until_enter_whatever_else_is_pressed() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    keys(&mut desk, "y");
    assert_eq!(desk.press(Key::Char('p')), [Effect::Print(vec!["42".into()])]);
    for key in [Key::Char('T'), Key::Ctrl('z'), Key::Ctrl('l'), Key::Char('y'), Key::Char('j')] {
        assert!(desk.press(key).is_empty());
        assert!(matches!(desk.model.dialog, Dialog::Printed), "{key:?}");
    }
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
}

#[test]
fn the_entry_the_brief_and_the_remote_end_can_be_copied_and_a_pane_without_rows_says_so() {
    let mut desk = with_notes(Source::default());
    let copied = |desk: &mut Desk, go: &str| {
        keys(desk, go);
        match desk.press(Key::Enter).pop() {
            Some(Effect::Copy(lines)) => {
                lines.iter().map(|line| line.plain(900)).collect::<Vec<_>>().join("\n")
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(copied(&mut desk, "6kky").contains("note 19"));
    assert!(copied(&mut desk, "0y").contains("note 20"));
    desk.tell(Msg::Seen(Arc::new(with_socket(1_000, &[20]))));
    assert_eq!(copied(&mut desk, "gny"), "192.0.2.1:20");
    keys(&mut desk, "guy");
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToCopy));
}

#[test]
fn what_is_copied_in_training_says_that_it_is_training() {
    let mut desk = Desk::with(on_tape(SourceKind::Training));
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    keys(&mut desk, "y");
    let effects = desk.press(Key::Enter);
    assert_eq!(effects, [Effect::Copy(vec!["#TRAINING#".into(), "42".into()])]);
}

#[test]
fn notes_are_bookmarks_that_lead_to_the_timeline_of_a_live_session() {
    let mut desk = with_notes(Source::default());
    keys(&mut desk, "'");
    assert!(matches!(desk.model.dialog, Dialog::Bookmarks(18)));
    keys(&mut desk, "ggj\n");
    assert_eq!((desk.model.view, desk.model.focus), (View::Full(Pane::Timeline), Pane::Timeline));
    let entries = &desk.session().entries;
    let shown = &entries[entries.len() - 1 - desk.model.panes.timeline.line];
    assert_eq!(shown.seq, 3);
    let mut empty = Desk::at_work();
    keys(&mut empty, "'");
    assert_eq!(said(&empty), Some(&NoticeKind::NoBookmarks));
}

#[test]
fn bookmarks_seek_on_a_tape() {
    let mut replay = with_notes(on_tape(SourceKind::Replay));
    keys(&mut replay, "'gg");
    let at = moment(120_000).at;
    assert_eq!(replay.press(Key::Enter), [Effect::Tape(Tape::At(at))]);
    let mut training = with_notes(on_tape(SourceKind::Training));
    keys(&mut training, "'gg");
    assert_eq!(training.press(Key::Enter), [Effect::Tape(Tape::Seek(120_000))]);
}

#[test]
fn a_time_leads_to_a_place_on_the_tape_or_in_the_timeline_and_nowhere_on_a_live_host() {
    let mut replay = Desk::with(on_tape(SourceKind::Replay));
    replay.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![]))));
    keys(&mut replay, "b17:45");
    let to = "2026-11-21T17:45:00Z".parse().unwrap();
    assert_eq!(replay.press(Key::Enter), [Effect::Tape(Tape::At(to))]);
    keys(&mut replay, "b-5m");
    assert_eq!(replay.press(Key::Enter), [Effect::Tape(Tape::Seek(300_000))]);
    keys(&mut replay, "b23:59:59");
    let to = "2026-11-21T23:59:59Z".parse().unwrap();
    assert_eq!(replay.press(Key::Enter), [Effect::Tape(Tape::At(to))]);
    keys(&mut replay, "b25:00\n");
    assert_eq!(said(&replay), Some(&NoticeKind::BadTime("25:00".into())));
    assert!(matches!(replay.model.dialog, Dialog::Ask(..)), "the question stays");

    let mut live = with_notes(Source::default());
    keys(&mut live, "2b");
    assert_eq!(said(&live), Some(&NoticeKind::NoOtherTime));
    keys(&mut live, "6b17:35\n");
    let shown = |desk: &Desk| {
        let entries = &desk.session().entries;
        entries[entries.len() - 1 - desk.model.panes.timeline.line].seq
    };
    assert_eq!(shown(&live), 5, "five minutes after 17:30");
    keys(&mut live, "b+2m\n");
    assert_eq!(shown(&live), 7);
    keys(&mut live, "b-3m\n");
    assert_eq!(shown(&live), 4);
}

#[test]
fn back_to_now_is_the_newest_entry_a_picture_that_moves_and_the_end_of_a_replay() {
    let mut live = with_notes(Source::default());
    keys(&mut live, "6ggp|");
    assert_eq!((live.model.panes.timeline.line, live.model.source.paused), (0, false));
    let mut replay = Desk::with(on_tape(SourceKind::Replay));
    assert_eq!(replay.press(Key::Char('|')), [Effect::Tape(Tape::Seek(900_000))]);
    let mut training = Desk::with(on_tape(SourceKind::Training));
    assert_eq!(training.press(Key::Char('|')), [Effect::Tape(Tape::Pause(false))]);
}

#[test]
fn a_page_scrolls_between_its_ends_and_another_begins_at_the_top() {
    let mut desk = Desk::at_work();
    let mut seen = snapshot(1_000, vec![miner(42)]);
    seen.unread = vec![Unread::source("/proc/7/exe", "EACCES")];
    desk.tell(Msg::Seen(Arc::new(seen)));
    keys(&mut desk, "\n");
    desk.model.sheet.lines = 5;
    keys(&mut desk, "jjk");
    assert_eq!(desk.model.sheet.line, 1);
    desk.press(Key::PageDown);
    assert_eq!(desk.model.sheet.line, 4, "not past the last");
    assert!(matches!(desk.model.dialog, Dialog::Process(_)));
    keys(&mut desk, "\u{1b}gr");
    assert!(matches!(desk.model.dialog, Dialog::Unread));
    assert_eq!(desk.model.sheet.line, 0);
}

#[test]
fn y_and_n_still_answer_questions_and_n_still_begins_a_session() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "qn");
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    desk.press(Key::Char('q'));
    assert_eq!(desk.press(Key::Char('y')), [Effect::Leave]);
}
