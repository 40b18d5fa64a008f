//! What the details of a process say of it, and when it is examined for them.

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Size, SourceKind, Stage};
use firedamp::cockpit::{Effect, Model, Msg, update};
use firedamp::domain::base::{Language, Moment, Pid, ProcessId};
use firedamp::domain::facts::{
    Ancestor, Around, Container, Environment, Examination, Io, Mapping, MappingKind, Maps,
    Namespaces, Process, Reading, RunState, Runtime, Snapshot, Thread,
};
use firedamp::ui::Screen;
use firedamp::ui::text::width;
use firedamp::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const MINER: ProcessId = ProcessId { pid: Pid(4242), start: 900, inode: 71 };
const ID: &str = "4f5c8e1a9b3d7026c4e8f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6";

fn moment(ms: u64) -> Moment {
    Moment { at: "2026-11-21T02:53:07Z".parse().unwrap(), boot_ms: 90_000 + ms }
}

fn of(pid: u32, comm: &str, around: Around) -> Process {
    let id = ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 };
    Process {
        id,
        comm: comm.into(),
        user: Some("root".into()),
        around: around.into(),
        ..Process::default()
    }
}

fn seen(ms: u64) -> Arc<Snapshot> {
    let host = Namespaces { cgroup: 1, ipc: 2, mnt: 3, net: 4, pid: 5, user: 6, uts: 7 };
    let all = Reading::Known((1 << 41) - 1);
    let init = Around { namespaces: host, capabilities: all, ..Around::default() };
    let ancestor = |pid: u32, comm: &str| Ancestor {
        id: of(pid, "", Around::default()).id,
        comm: comm.into(),
    };
    let around = Around {
        session: 4240,
        terminal: Some("pts/3".into()),
        login: Some(0),
        cgroup: format!("/system.slice/docker-{ID}.scope").into(),
        container: Some(Container { runtime: Runtime::Docker, id: ID.into() }),
        namespaces: Namespaces { mnt: 30, net: 40, pid: 50, ..host },
        capabilities: Reading::Known(1 << 12 | 1 << 21),
        seccomp: Reading::Known(2),
        cpus: "0-3,8".into(),
        ancestors: vec![ancestor(4001, "sh\u{1b}[2J"), ancestor(1, "init")],
    };
    let miner = Process {
        id: MINER,
        exe: Reading::Known("/memfd:x (deleted)".into()),
        exe_deleted: true,
        exe_memory: true,
        headless: Some(Pid(4243)),
        command: Reading::Known("[kswapd0]\0--quiet".into()),
        io: Reading::Known(Io { read: 5 << 20, written: 0 }),
        huge: Reading::Known(2 << 30),
        threads: 9,
        memory: 3 << 30,
        started_ms: 9_000,
        state: RunState::Running,
        ..of(4242, "kswapd0", around)
    };
    let processes = vec![Arc::new(of(1, "init", init)), Arc::new(miner)];
    Arc::new(Snapshot { processes, ..Snapshot::empty(moment(ms)) })
}

fn examination() -> Examination {
    let thread = |id: u32, comm: &str, cpu_ms| Thread {
        id: Pid(id),
        comm: comm.into(),
        state: RunState::Running,
        cpu_ms,
    };
    let mapping = |from, kind, writable, path: &str| Mapping {
        from,
        size: 8192,
        kind,
        writable,
        path: path.into(),
    };
    Examination {
        id: MINER,
        moment: moment(0),
        command: Reading::Known("[kswapd0]\0--quiet".into()),
        environment: Reading::Known(Environment {
            entry: vec!["SSH_CONNECTION=192.0.2.7 4711 192.0.2.1 22".into()],
            rest: vec!["HOME=/root".into(), "X=\u{1b}]0;x\u{7}".into()],
            cut: true,
        }),
        maps: Reading::Known(Maps {
            count: 33,
            odd: vec![
                mapping(0x7f00_0000_0000, MappingKind::Memory, false, "/memfd:x (deleted)"),
                mapping(0x7f00_0001_0000, MappingKind::Anonymous, true, ""),
            ],
            more: 2,
            cut: false,
        }),
        transparent: Reading::Blocked,
        threads: Reading::Known(vec![
            thread(4243, "worker", 61_000),
            thread(4244, "worker", 60_000),
            thread(4242, "kswapd0", 20),
        ]),
        more_threads: 40,
        unread_threads: 7,
    }
}

/// The details of the miner are open on a live host.
fn opened() -> (Model, Vec<Effect>) {
    let mut model = Model::new("mina".into(), moment(0), |_, _| Vec::new());
    model.stage = Stage::Work;
    let _first = update(&mut model, Msg::Resized(Size { columns: 100, rows: 52 }));
    let _none = update(&mut model, Msg::Seen(seen(0)));
    model.dialog = Dialog::Process(MINER);
    let effects = update(&mut model, Msg::Seen(seen(1_000)));
    (model, effects)
}

fn drawn(model: &Model) -> String {
    let area = Rect::new(0, 0, model.size.columns, model.size.rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let line = |y: u16| {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        line.trim_end().to_owned() + "\n"
    };
    (0..area.height).map(line).collect()
}

#[test]
fn a_process_is_examined_when_its_details_open_and_again_every_few_seconds() {
    let (mut model, first) = opened();
    assert_eq!(first, [Effect::Examine(MINER)]);
    assert_eq!(update(&mut model, Msg::Seen(seen(2_000))), []);
    assert_eq!(update(&mut model, Msg::Seen(seen(4_000))), [Effect::Examine(MINER)]);
    let _none = update(&mut model, Msg::Examined(examination().into()));
    assert!(model.examination(MINER).is_some());
    let _closed = update(&mut model, Msg::Key(Key::Esc));
    assert!(matches!(model.dialog, Dialog::Closed));
    assert!(model.examination(MINER).is_none(), "nothing is kept of it");
    let _late = update(&mut model, Msg::Examined(examination().into()));
    assert!(model.examination(MINER).is_none(), "nobody looks at it any more");
}

#[test]
fn on_a_tape_nobody_is_examined() {
    let (mut model, _) = opened();
    model.source.kind = SourceKind::Replay;
    assert_eq!(update(&mut model, Msg::Seen(seen(9_000))), []);
    assert!(model.examination(MINER).is_none());
}

#[test]
fn the_details_say_where_it_belongs_what_it_may_do_and_what_it_has_in_memory() {
    let (mut model, _) = opened();
    let _none = update(&mut model, Msg::Examined(examination().into()));
    insta::assert_snapshot!("details", drawn(&model));
    model.language = Language::Th;
    insta::assert_snapshot!("details_in_thai", drawn(&model));
}

#[test]
fn details_that_could_not_be_read_say_so() {
    let (mut model, _) = opened();
    let blocked = Examination {
        command: Reading::Blocked,
        environment: Reading::Blocked,
        maps: Reading::Denied,
        threads: Reading::Known(Vec::new()),
        ..examination()
    };
    let _none = update(&mut model, Msg::Examined(blocked.into()));
    model.size = Size { columns: 80, rows: 44 };
    insta::assert_snapshot!("details_blocked", drawn(&model));
}

#[test]
fn a_wide_table_says_what_a_process_runs_in() {
    let (mut model, _) = opened();
    model.dialog = Dialog::Closed;
    model.view = firedamp::cockpit::model::View::Full(firedamp::cockpit::model::Pane::Processes);
    let _wide = update(&mut model, Msg::Resized(Size { columns: 260, rows: 20 }));
    let text = drawn(&model);
    assert!(text.contains("RUNS IN"), "{text}");
    assert!(text.contains("docker 4f5c"), "{text}");
    let _narrow = update(&mut model, Msg::Resized(Size { columns: 100, rows: 20 }));
    assert!(!drawn(&model).contains("RUNS IN"));
}
