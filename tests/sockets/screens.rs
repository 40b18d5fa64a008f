//! The network pane and the page about a connection, with everything that can mark one.

use std::sync::Arc;

use firedamp::cockpit::command::Command;
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::model::{Glyphs, Pane, Stage};
use firedamp::cockpit::{Model, Msg, update};
use firedamp::domain::base::{Language, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::facts::{
    Around, Container, Flow, HiddenFrom, OtherKind, OtherSocket, Process, Protocol, Runtime,
    Snapshot, Socket, SocketState, SocketView,
};
use firedamp::domain::playbook::Indicators;
use firedamp::ui::Screen;
use firedamp::ui::panes::draw;
use firedamp::ui::text::width;
use firedamp::ui::theme::Theme;
use firedamp::words::SocketWord;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const NOW: u64 = 90_000_000;

fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 }
}

fn process(pid: u32, comm: &str, container: Option<&str>) -> Arc<Process> {
    let container = container.map(|it| Container { runtime: Runtime::Docker, id: it.into() });
    let around = Arc::new(Around { container, ..Around::default() });
    Arc::new(Process { id: id(pid), comm: comm.into(), around, ..Process::default() })
}

fn socket(pid: u32, local: &str, remote: Option<&str>, bytes: Option<(u64, u64)>) -> Socket {
    let flow = bytes.map(|(sent, received)| Flow {
        sent,
        received,
        last_sent_ms: NOW - 65_000,
        last_received_ms: NOW - 3_000,
    });
    Socket {
        protocol: Protocol::Tcp,
        local: local.parse().unwrap(),
        remote: remote.map(|remote| remote.parse().unwrap()),
        state: if remote.is_some() { SocketState::Established } else { SocketState::Listen },
        inode: u64::from(local.rsplit(':').next().unwrap().parse::<u16>().unwrap()),
        uid: 33,
        owners: vec![id(pid)],
        first_seen_ms: NOW - 720_000,
        since_before: false,
        namespace: 0,
        flow,
        only_in: None,
        own: false,
    }
}

fn snapshot() -> Snapshot {
    let at = Timestamp::from_millisecond(1_795_282_200_000).unwrap();
    let own = socket(812, "192.0.2.10:22", Some("198.51.100.9:51200"), Some((83_000, 9_100)));
    let hidden = socket(70, "192.0.2.10:40007", Some("203.0.113.9:443"), Some((12, 34)));
    let inside = socket(50, "172.17.0.2:8080", Some("198.51.100.20:40100"), Some((700, 1_900_000)));
    let raw = socket(60, "0.0.0.0:1", None, None);
    let uncounted = socket(70, "192.0.2.10:40008", Some("203.0.113.9:80"), None);
    let sockets = vec![
        socket(42, "127.0.0.1:50000", Some("127.0.0.1:9443"), Some((32_100, 429_000))),
        socket(20, "127.0.0.1:9443", None, None),
        socket(20, "127.0.0.1:9443", Some("127.0.0.1:50000"), Some((429_000, 32_100))),
        socket(20, "192.0.2.10:41000", Some("203.0.113.7:3333"), Some((31_000, 428_000))),
        socket(812, "0.0.0.0:22", None, None),
        Socket { own: true, ..own },
        Socket { only_in: Some(SocketView::Netlink), ..hidden },
        Socket { namespace: 4_026_532_281, ..inside },
        Socket { namespace: 4_026_532_281, ..socket(50, "0.0.0.0:8080", None, None) },
        Socket { protocol: Protocol::Raw, state: SocketState::Open, inode: 9, ..raw },
        uncounted,
    ];
    let mut snapshot = Snapshot::empty(Moment { at, boot_ms: NOW });
    snapshot.sockets = sockets.into_iter().map(Arc::new).collect();
    snapshot.processes = vec![
        process(20, "socat", None),
        process(42, "\u{1b}[2Kminer", None),
        process(50, "nginx", Some("3f2a9c1b04de77aa")),
        process(60, "pinger", None),
        process(70, "worker", None),
        process(90, "tcpdump", None),
        process(812, "sshd", None),
    ];
    let packet = |own, pid| OtherSocket {
        kind: OtherKind::Packet { protocol: 3, interface: 2 },
        inode: 5,
        namespace: 0,
        owners: vec![id(pid)],
        own,
    };
    snapshot.others = Arc::new(vec![packet(false, 90), packet(true, 20)]);
    snapshot
}

fn local(pid: u32, inode: u64, name: &str) -> OtherSocket {
    let (kind, owners) = (OtherKind::Unix(name.into()), vec![id(pid)]);
    OtherSocket { kind, inode, namespace: 0, owners, own: false }
}

/// The usual local sockets of a host, and three that matter: by who holds it, and by where it is.
fn with_local_sockets(language: Language) -> Model {
    let mut seen = snapshot();
    for process in seen.processes.iter_mut().filter(|it| it.id == id(70)) {
        Arc::make_mut(process).hidden = Some(HiddenFrom::List);
    }
    let mut others = Vec::clone(&seen.others);
    let usual = ["/run/systemd/private", "/run/dbus/system_bus_socket", "/run/docker.sock"];
    others.extend(usual.iter().zip(100..).map(|(name, inode)| local(812, inode, name)));
    others.push(local(812, 110, "@/containerd-shim/1f.sock"));
    others.push(local(50, 111, "/tmp/.x\u{1b}[2J/ctl"));
    others.push(local(60, 112, "@kworker"));
    others.push(local(70, 113, "/run/worker.sock"));
    others.push(local(60, 114, "/dev/shm/pinger"));
    seen.others = Arc::new(others);
    let mut model = model(language);
    let _effects = update(&mut model, Msg::Seen(Arc::new(seen)));
    model
}

fn model(language: Language) -> Model {
    let seen = snapshot();
    let mut model = Model::new("suda".into(), seen.moment, |_, _| Vec::new());
    model.stage = Stage::Work;
    model.language = language;
    model.live.indicators = Arc::new(Indicators { ports: vec![3333], ..Indicators::default() });
    let _effects = update(&mut model, Msg::Seen(Arc::new(seen)));
    model.focus = Pane::Network;
    model
}

fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let (mut line, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer.cell((x, y)).unwrap().symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn pane(model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(Pane::Network, model, &Theme::of_name("dark"), area, &mut buffer);
    text(&buffer)
}

/// The page about the connection to `remote`.
fn page(language: Language, remote: &str, columns: u16, rows: u16) -> String {
    let mut model = model(language);
    let remote = Some(remote.parse().unwrap());
    let key = snapshot().sockets.iter().find(|it| it.remote == remote).unwrap().key();
    model.dialog = Dialog::Connection(key);
    screen(&model, columns, rows)
}

fn screen(model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    text(&buffer)
}

const EN: Language = Language::En;
const TH: Language = Language::Th;

macro_rules! screens {
    ($($name:ident => $screen:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!($screen);
        })+
    };
}

screens! {
    narrow => pane(&model(EN), 48, 20);
    usual => pane(&model(EN), 80, 20);
    with_bytes => pane(&model(EN), 120, 20);
    with_bytes_in_thai => pane(&model(TH), 120, 20);
    wide => pane(&model(EN), 200, 20);
    wrapped_in_ascii => {
        let mut model = model(EN);
        model.panes.wrap = true;
        model.glyphs = Glyphs::Ascii;
        pane(&model, 80, 20)
    };
    local_sockets => pane(&with_local_sockets(EN), 80, 20);
    local_sockets_in_thai => pane(&with_local_sockets(TH), 120, 20);
    local_sockets_have_no_room => pane(&with_local_sockets(EN), 80, 12);
    page_of_a_process_with_local_sockets => {
        let mut model = with_local_sockets(EN);
        model.dialog = Dialog::Process(id(60));
        screen(&model, 80, 30)
    };
    page_of_a_process_with_a_sniffer => {
        let mut model = with_local_sockets(TH);
        model.dialog = Dialog::Process(id(90));
        screen(&model, 80, 30)
    };
    page_of_a_connection_to_a_proxy => page(EN, "127.0.0.1:9443", 80, 24);
    page_of_a_connection_to_a_proxy_in_thai => page(TH, "127.0.0.1:9443", 100, 30);
    page_of_a_hidden_connection => page(EN, "203.0.113.9:443", 80, 24);
    page_of_ones_own_connection => page(TH, "198.51.100.9:51200", 80, 24);
    page_of_a_connection_in_a_container => page(EN, "198.51.100.20:40100", 80, 24);
}

#[test]
fn enter_opens_the_connection_and_enter_again_who_holds_it() {
    let mut model = model(EN);
    let _effects = update(&mut model, Msg::Do(Command::Open));
    let Dialog::Connection(key) = model.dialog else { panic!("{:?}", model.dialog) };
    assert_eq!(key.remote, Some("203.0.113.7:3333".parse().unwrap()));
    let _effects = update(&mut model, Msg::Do(Command::Open));
    assert!(matches!(model.dialog, Dialog::Process(it) if it == id(20)), "{:?}", model.dialog);
    let _effects = update(&mut model, Msg::Do(Command::Back));
    assert!(matches!(model.dialog, Dialog::Closed));
}

#[test]
fn a_connection_that_is_closed_meanwhile_is_called_so() {
    let mut model = model(EN);
    let _effects = update(&mut model, Msg::Do(Command::Open));
    let _effects =
        update(&mut model, Msg::Seen(Arc::new(Snapshot { sockets: Vec::new(), ..snapshot() })));
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    Screen { model: &model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    assert!(text(&buffer).contains("It is closed: nobody lists it any more."));
    let _effects = update(&mut model, Msg::Do(Command::Open));
    assert!(matches!(model.dialog, Dialog::Closed), "nobody holds it");
}

#[test]
fn every_word_is_there_in_both_languages_and_short() {
    for word in SocketWord::ALL {
        for language in [EN, TH] {
            let text = word.text(language);
            assert!(!text.is_empty() && text.split(' ').count() <= 12, "{word:?}: {text}");
        }
    }
}
