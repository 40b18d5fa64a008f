//! Rows of lists: one readable line each, and the one under the cursor stays the one under the cursor.

use std::net::SocketAddr;
use std::sync::Arc;

use firedamp::cockpit::Msg;
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Size};
use firedamp::domain::base::Language;
use firedamp::domain::facts::{
    Closed, Gap, Gpu, GpuOutcome, GpuSource, GpuSourceKind, NotWhole, Own, Protocol, Snapshot,
    Socket, SocketState, Unread,
};
use firedamp::words;

use crate::incident::{Desk, miner, process, snapshot};
use crate::{LANGUAGES, keys, screen};

fn opens(desk: &mut Desk) -> Option<u32> {
    desk.press(Key::Enter);
    let dialog = std::mem::take(&mut desk.model.dialog);
    if let Dialog::Process(id) = dialog { Some(id.pid.0) } else { None }
}

#[test]
fn enter_opens_the_process_that_was_under_the_cursor_although_it_has_just_ended() {
    let mut desk = Desk::at_work();
    let other = || process(7, "postgres", b"postgres");
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![other(), miner(42)]))));
    assert_eq!(desk.model.panes.processes.selected, Some(miner(42).id), "nobody moved the cursor");
    desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![other()]))));
    assert_eq!(opens(&mut desk), Some(42));
    let pane = &desk.model.panes.processes;
    assert!(pane.rows[pane.line].gone, "and the row says that it has ended");
}

#[test]
fn a_cursor_that_nobody_moved_goes_back_to_the_top_when_nobody_can_mean_the_ended_process() {
    let mut desk = Desk::at_work();
    let other = || process(7, "postgres", b"postgres");
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![other(), miner(42)]))));
    for at in [2_000, 5_000, 6_900] {
        desk.tell(Msg::Seen(Arc::new(snapshot(at, vec![other()]))));
        assert_eq!(desk.model.panes.processes.selected, Some(miner(42).id), "at {at}");
    }
    desk.tell(Msg::Seen(Arc::new(snapshot(7_000, vec![other()]))));
    assert_eq!(desk.model.panes.processes.rows.len(), 1);
    assert_eq!(opens(&mut desk), Some(7));
}

#[test]
fn nobody_takes_the_place_of_the_process_under_the_cursor_when_the_filter_lets_go_of_it() {
    let mut desk = Desk::at_work();
    let busy = |pid, cpu| {
        let mut process = process(pid, "busy", b"busy");
        process.cpu = cpu;
        process
    };
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![busy(7, 60.0), busy(42, 97.0)]))));
    keys(&mut desk, "/cpu>50");
    desk.press(Key::Enter);
    keys(&mut desk, "jk");
    assert_eq!(desk.model.panes.processes.selected.unwrap().pid.0, 42);
    for (at, seen) in [
        (2_000, vec![busy(7, 60.0), busy(42, 3.0)]),
        (3_000, vec![busy(7, 60.0), busy(42, 3.0)]),
        (4_000, vec![busy(7, 60.0)]),
    ] {
        desk.tell(Msg::Seen(Arc::new(snapshot(at, seen))));
        assert_eq!(opens(&mut desk), Some(42), "at {at}");
    }
    keys(&mut desk, "gg");
    desk.tell(Msg::Seen(Arc::new(snapshot(5_000, vec![busy(7, 60.0), busy(9, 1.0)]))));
    let pane = &desk.model.panes.processes;
    assert_eq!(pane.rows.len(), 1, "who moves on lets it go");
}

fn socket(port: u16, state: SocketState, owner: bool) -> Arc<Socket> {
    let end = |text: String| text.parse::<SocketAddr>().unwrap();
    Arc::new(Socket {
        protocol: Protocol::Tcp,
        local: end(String::from("10.0.0.5:443")),
        remote: Some(end(format!("192.0.2.{}:{port}", port % 200))),
        state,
        inode: if owner { u64::from(port) } else { 0 },
        uid: 33,
        owners: if owner { vec![miner(42).id] } else { Vec::new() },
        first_seen_ms: 100,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

#[test]
fn enter_on_a_connection_that_is_gone_says_so_before_it_opens_another() {
    let mut desk = Desk::at_work();
    let open = |ports: &[u16], at| {
        let one = |port: &u16| socket(*port, SocketState::Established, true);
        Snapshot { sockets: ports.iter().map(one).collect(), ..snapshot(at, vec![miner(42)]) }
    };
    desk.tell(Msg::Seen(Arc::new(open(&[20, 30], 1_000))));
    keys(&mut desk, "gnjk");
    desk.tell(Msg::Seen(Arc::new(open(&[30], 2_000))));
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    let said = &desk.model.notice.as_ref().unwrap().kind;
    assert_eq!(*said, NoticeKind::FollowedGone("192.0.2.20:20".into()));
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Connection(_)), "who presses again means it");
}

#[test]
fn no_key_hits_the_connection_that_took_the_place_of_one_that_closed() {
    let open = |ports: &[u16], at| {
        let one = |port: &u16| socket(*port, SocketState::Established, true);
        Arc::new(Snapshot { sockets: ports.iter().map(one).collect(), ..snapshot(at, Vec::new()) })
    };
    for (moves, key) in
        ["gn", "gnjk"].into_iter().flat_map(|it| "ayf".chars().map(move |c| (it, c)))
    {
        let mut desk = Desk::at_work();
        desk.tell(Msg::Seen(open(&[20, 30], 1_000)));
        keys(&mut desk, moves);
        desk.tell(Msg::Seen(open(&[30], 2_000)));
        desk.model.notice = None;
        let effects = desk.press(Key::Char(key));
        assert_eq!(effects, [], "{moves}{key}");
        assert!(matches!(desk.model.dialog, Dialog::Closed), "{moves}{key}");
        assert!(desk.model.panes.network.followed.is_none(), "{moves}{key}");
        let said = desk.model.notice.as_ref().map(|notice| notice.kind.clone());
        assert_eq!(said, Some(NoticeKind::FollowedGone("192.0.2.20:20".into())), "{moves}{key}");
    }
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(open(&[20, 30], 1_000)));
    keys(&mut desk, "gn");
    desk.tell(Msg::Seen(open(&[30], 2_000)));
    desk.tell(Msg::Seen(open(&[30], 8_000)));
    desk.press(Key::Enter);
    assert!(matches!(desk.model.dialog, Dialog::Connection(_)), "it was there for six seconds");
}

#[test]
fn nothing_is_copied_of_a_row_that_stands_for_many() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(server(50))));
    keys(&mut desk, "gn");
    desk.press(Key::End);
    keys(&mut desk, "y");
    assert!(matches!(desk.model.dialog, Dialog::Closed));
}

fn server(closing: u16) -> Snapshot {
    let mut sockets: Vec<_> =
        (0..closing).map(|nth| socket(40_000 + nth, SocketState::TimeWait, false)).collect();
    sockets.extend((1..4).map(|nth| socket(nth, SocketState::Established, true)));
    Snapshot { sockets, ..snapshot(1_000, vec![miner(42)]) }
}

#[test]
fn connections_of_nobody_that_are_being_closed_are_one_row_that_enter_opens_and_escape_folds() {
    for language in LANGUAGES {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.tell(Msg::Seen(Arc::new(server(500))));
        keys(&mut desk, "gn");
        let shown = screen(&desk.model);
        assert!(shown.contains("500") && shown.contains("TIME_WAIT"), "{shown}");
        assert!(shown.contains("503"), "the title counts all of them: {shown}");
        assert_eq!(desk.model.panes.network.rows.len(), 4);
        desk.press(Key::End);
        assert_eq!(opens(&mut desk), None);
        assert_eq!(desk.model.panes.network.rows.len(), 503);
        desk.press(Key::Esc);
        assert_eq!(desk.model.panes.network.rows.len(), 4);
    }
}

#[test]
fn a_few_connections_that_are_being_closed_are_rows_and_a_filter_shows_all() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(server(2))));
    assert_eq!(desk.model.panes.network.rows.len(), 5);
    desk.tell(Msg::Seen(Arc::new(server(50))));
    keys(&mut desk, "gn/10.0.0.5");
    desk.press(Key::Enter);
    assert_eq!(desk.model.panes.network.rows.len(), 53);
}

#[test]
fn what_was_not_read_is_named_with_whom_it_is_about_and_the_title_says_partial() {
    for (language, partial) in LANGUAGES.into_iter().zip(["PARTIAL", "เห็นบางส่วน"])
    {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 120, rows: 36 };
        let mut seen = snapshot(1_000, vec![miner(42)]);
        seen.unread = vec![Unread::source("/proc/net/raw", "Permission denied")];
        desk.tell(Msg::Seen(Arc::new(seen.clone())));
        desk.model.notice = None;
        keys(&mut desk, "2");
        let shown = screen(&desk.model);
        let title = shown.lines().find(|it| it.contains(partial)).unwrap_or_default();
        assert!(title.contains("/proc/net/raw") && title.contains("gr"), "{shown}");

        let closed = Unread::gap(Gap::Closed(Closed::OpenFiles, 2));
        seen.unread.push(Unread { what: "812 nginx, 900 redis".into(), ..closed });
        desk.tell(Msg::Seen(Arc::new(seen)));
        assert!(screen(&desk.model).contains(partial));
        keys(&mut desk, "gr");
        let shown = screen(&desk.model);
        let denied = if language == Language::En {
            "Permission denied"
        } else {
            "ไม่มีสิทธิ์"
        };
        for part in ["812 nginx, 900 redis", "/proc/net/raw", denied] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
    }
}

#[test]
fn why_a_source_was_not_read_wholly_is_said_in_the_language_of_the_screen() {
    let said = [
        (Language::En, "something is mounted over it, and tells this", "it is asked again"),
        (Language::Th, "มีบางอย่าง mount ทับ และบอกค่านี้แทน", "จะถามใหม่เอง"),
    ];
    for (language, why, way) in said {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 120, rows: 36 };
        let mut seen = snapshot(1_000, vec![miner(42)]);
        seen.unread = vec![
            Unread::part("/proc/meminfo", NotWhole::CoveredBy),
            Unread::part("/etc/passwd", NotWhole::Late),
        ];
        desk.tell(Msg::Seen(Arc::new(seen)));
        keys(&mut desk, "gr");
        let shown = screen(&desk.model);
        for part in ["/proc/meminfo", "/etc/passwd", why, way] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        assert_eq!(shown.contains("mounted over"), language == Language::En, "{shown}");
    }
}

#[test]
fn the_last_line_names_no_key_that_has_nothing_to_do_here() {
    let path = "/usr/bin/nvidia-smi";
    let source = |outcome| GpuSource { kind: GpuSourceKind::NvidiaSmi, outcome };
    let keys_of = |pane: &str, outcome: GpuOutcome| {
        let mut desk = Desk::at_work();
        desk.model.size = Size { columns: 200, rows: 40 };
        let mut seen = snapshot(1_000, vec![miner(42)]);
        seen.gpu = Arc::new(Gpu { sources: vec![source(outcome)], ..Gpu::default() });
        desk.tell(Msg::Seen(Arc::new(seen)));
        keys(&mut desk, pane);
        screen(&desk.model).lines().last().unwrap().to_owned()
    };
    let absent = || GpuOutcome::Absent;
    for (pane, follows, copies) in [
        ("gp", true, true),
        ("gn", true, true),
        ("gt", true, true),
        ("gs", false, true),
        ("gx", false, true),
        ("gw", false, false),
        ("gu", false, false),
    ] {
        let line = keys_of(pane, absent());
        assert_eq!(line.contains("f follow"), follows, "{pane}: {line}");
        assert_eq!(line.contains("y copy"), copies, "{pane}: {line}");
    }
    assert!(!keys_of("gu", absent()).contains("nvidia-smi"));
    assert!(keys_of("gu", GpuOutcome::NotAllowed(path.into())).contains("nvidia-smi"));
}

#[test]
fn what_threads_and_tools_say_of_themselves_is_in_the_language_of_the_screen() {
    let texts = [
        (
            "what starts by itself",
            "Resource temporarily unavailable (os error 11)",
            "สิ่งที่เริ่มทำงานเอง",
        ),
        ("/proc/7", "what belongs to it did not let itself be read in time", "ไม่ทันเวลา"),
        (
            "/proc/self/mountinfo 8:1",
            "did not answer, and is not asked for evidence again",
            "ไม่ตอบ",
        ),
    ];
    for language in LANGUAGES {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 120, rows: 36 };
        let mut seen = snapshot(1_000, vec![miner(42)]);
        seen.unread = texts.map(|(what, why, _)| Unread::source(what, why)).to_vec();
        desk.tell(Msg::Seen(Arc::new(seen)));
        keys(&mut desk, "gr");
        let shown = screen(&desk.model);
        for (_, english, thai) in texts {
            let lead = english.split(" (").next().unwrap();
            let (said, other) = if language == Language::En { (lead, thai) } else { (thai, lead) };
            assert!(shown.contains(said) && !shown.contains(other), "{said}\n{shown}");
        }
        // Of an error there is the number in both.
        assert!(shown.contains("(os error 11)"), "{shown}");
    }
    let failed = GpuOutcome::Failed("cannot run it: Permission denied (os error 13)".into());
    let said =
        [Language::En, Language::Th].map(|it| words::fact::gpu_outcome(it, &failed).plain(80));
    assert_eq!(said[0], "failed: cannot run it: Permission denied (os error 13)");
    assert_eq!(said[1], "ล้มเหลว: รันไม่ได้: ไม่มีสิทธิ์ (os error 13)");
}

#[test]
fn nobody_who_is_root_is_told_to_become_root() {
    for (uid, language, way) in [
        (1_000, Language::En, "sudo firedamp"),
        (0, Language::En, "root may not either"),
        (0, Language::Th, "แม้เป็น root ก็อ่านไม่ได้"),
    ] {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 120, rows: 36 };
        let mut own = process(7, "firedamp", b"firedamp");
        own.uid = uid;
        // Of its own inode the program tells nothing.
        let itself = own.id;
        own.id.inode = 4_026;
        let mut seen = snapshot(1_000, vec![own]);
        seen.own = Arc::new(Own { process: Some(itself), ..Own::default() });
        seen.unread = vec![Unread::gap(Gap::Closed(Closed::OpenFiles, 1))];
        desk.tell(Msg::Seen(Arc::new(seen)));
        keys(&mut desk, "gr");
        let shown = screen(&desk.model);
        assert!(shown.contains(way), "{way}\n{shown}");
        assert_eq!(shown.contains("sudo"), uid > 0, "{shown}");
    }
}

#[test]
fn nobody_has_more_memory_than_there_is_and_a_total_that_says_so_is_called_untrue() {
    for (language, untrue) in [(Language::En, "is not true"), (Language::Th, "ไม่จริง")]
    {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.model.size = Size { columns: 120, rows: 36 };
        let mut large = process(7, "java", b"java");
        large.memory = 293 << 20;
        let shown = |desk: &mut Desk, total: u64| {
            let mut seen = snapshot(1_000, vec![large.clone()]);
            Arc::make_mut(&mut seen.host).memory_total = total;
            desk.tell(Msg::Seen(Arc::new(seen)));
            screen(&desk.model)
        };
        let forged = shown(&mut desk, 1 << 20);
        assert!(forged.contains(">100") && forged.contains(untrue), "{forged}");
        assert!(!forged.contains("29300"), "{forged}");
        let honest = shown(&mut desk, 1 << 30);
        assert!(honest.contains("28.6") && !honest.contains(untrue), "{honest}");
    }
}
