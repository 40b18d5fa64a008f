//! The real binary on a real terminal, against the stand-in miner: an incident from the first look to the handoff.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    clippy::print_stderr,
    reason = "a story is told in one piece, stops at the first surprise, and says what it leaves out"
)]

#[path = "end_to_end/leaving.rs"]
mod leaving;
#[path = "end_to_end/looks.rs"]
mod looks;
mod support;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use support::escapes::{Control, raw_controls};
use support::miner::Miner;
use support::place::read_all;
use support::pool::{Heard, Pool};
use support::pty::{Cockpit, Key};

/// Ports of the playbook that a test may listen on.
const PORTS: [u16; 5] = [3333, 4444, 5555, 8333, 14444];

/// A place for sessions and themes that is gone with the test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn sessions(&self) -> String {
        self.0.path().join("sessions").display().to_string()
    }

    fn home(&self) -> String {
        self.0.path().display().to_string()
    }

    /// The cockpit of `name` on the sessions here.
    fn cockpit(&self, name: &str, more: &[&str], size: (u16, u16)) -> Cockpit {
        let sessions = self.sessions();
        let mut args = vec!["--dir", &sessions, "--as", name];
        args.extend(more);
        Cockpit::start(&args, &[("HOME", &self.home())], size.0, size.1)
    }

    /// The directory of the only session.
    fn session(&self) -> PathBuf {
        let mut found = fs::read_dir(self.sessions()).unwrap();
        found.next().unwrap().unwrap().path()
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.session().join("journal.jsonl")).unwrap()
    }
}

/// A pool on one of the playbook's ports.
fn pool() -> (Pool, SocketAddr) {
    for port in PORTS {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok()
            && let Ok(pool) = Pool::open(address, |_, _| {})
        {
            return (pool, address);
        }
    }
    panic!("every port of the playbook is in use here");
}

/// The stand-in under an innocent name, with a miner's command line.
fn miner(pool: SocketAddr) -> Miner {
    let url = format!("stratum+tcp://pool.firedamp.example:{}", pool.port());
    let argv = format!("kworkerd -o {url} -u no-wallet -p x --donate-level 1");
    let address = pool.to_string();
    let burn = ["--threads", "1", "--duty", "60", "--name", "kworkerd"];
    let miner = Miner::start(burn.into_iter().chain(["--as-argv", &argv, "--pool", &address]));
    miner.wait_for_name(b"kworkerd");
    miner
}

fn line_with<'a>(screen: &'a str, word: &str) -> Option<&'a str> {
    screen.lines().find(|line| line.contains(word))
}

#[test]
fn an_incident_is_worked_cut_off_taken_up_again_and_handed_over() {
    let place = Place::new();
    let (pool, address) = pool();
    let miner = miner(address);
    let mut desk = place.cockpit("suda", &[], (140, 44));
    desk.wait_until("the miner is confirmed and on top, by name", |screen| {
        let mut rows = screen.lines().skip_while(|line| !line.contains("COMMAND"));
        rows.nth(1).is_some_and(|row| {
            row.contains(&miner.pid().to_string()) && row.contains("kworkerd") && row.contains('!')
        })
    });
    desk.wait_until("its connection is on top of the network pane, with the reason", |screen| {
        line_with(screen, &address.to_string())
            .is_some_and(|row| row.contains("kworkerd") && row.contains('!'))
    });
    assert!(pool.count(Heard::Login) > 0, "the stand-in did speak stratum");

    desk.wait_until("the finding is saved", |screen| {
        screen.contains("found") && screen.contains("saved")
    });
    desk.press(Key::Enter);
    desk.wait_until("the reasons are said in full", |screen| {
        screen.contains("stratum+tcp://pool.firedamp.example")
    });
    desk.press(Key::Esc);

    desk.type_keys("gd1 ");
    desk.wait_until("the first step is taken", |screen| {
        screen.contains("Which environment?") && screen.contains("suda")
    });
    desk.type_keys("j ");
    desk.wait_until("the branch is taken", |screen| {
        line_with(screen, "└─On-premise").is_some_and(|row| row.contains("✓"))
    });
    desk.type_keys("gc1 j ");
    desk.wait_until("two items are ticked", |screen| screen.contains("2/8"));
    desk.type_keys("j-no proxy here");
    desk.press(Key::Enter);
    desk.wait_until("a reason is kept", |screen| screen.contains("3/8"));
    desk.type_keys("mcron of www-data looks odd");
    desk.press(Key::Enter);
    desk.wait_until("the note is on disk", |_| {
        place.journal().contains("cron of www-data looks odd")
    });
    desk.kill9();

    let before = place.journal();
    let mut again = place.cockpit("suda", &[], (140, 44));
    again.wait_until("the session is offered", |screen| screen.contains("cut off"));
    again.press(Key::Enter);
    again.wait_until("same node, same ticks", |screen| {
        screen.contains("3/8") && screen.contains("On-premise") && screen.contains("here")
    });
    // Found, not only seen: what ends on this host meanwhile has lines of its own.
    again.type_keys("gt/cron of");
    again.press(Key::Enter);
    again.wait_until("same notes", |screen| screen.contains("cron of www-data looks odd"));
    again.press(Key::Esc);
    assert!(place.journal().starts_with(&before), "nothing that was there has changed");

    again.type_keys("S");
    again.wait_until("what must be read is in the way", |screen| screen.contains("read first"));
    read_all(&mut again);
    again.type_keys("S");
    again.wait_until("the brief asks for words", |screen| screen.contains("@name"));
    again.type_keys("look at cron first");
    again.press(Key::Enter);
    again.wait_until("it asks once more", |screen| screen.contains("Sign the handoff?"));
    again.type_keys("y");
    again.wait_until("it is signed", |_| place.journal().contains("handed-off"));
    again.press(Key::Esc);
    again.type_keys("q");
    again.press(Key::Enter);
    assert!(again.wait_for_exit(Duration::from_secs(20)).success());

    let mut next = place.cockpit("niran", &["resume"], (100, 40));
    next.type_keys("0");
    next.wait_until("the brief is read", |screen| screen.contains("look at cron first"));
    next.type_keys("A");
    next.wait_until("they read it too", |screen| screen.contains("read first"));
    read_all(&mut next);
    next.type_keys("A");
    next.wait_until("it is accepted", |_| place.journal().contains("accepted"));
    next.type_keys("q");
    next.press(Key::Enter);
    assert!(next.wait_for_exit(Duration::from_secs(20)).success());
    let journal = place.journal();
    for by in ["suda", "niran", "firedamp"] {
        assert!(journal.contains(&format!("\"by\":\"{by}\"")), "{by} is in the journal");
    }
    for desk in [again.raw(), next.raw()] {
        assert_eq!(strange(&desk), []);
    }
}

#[test]
fn a_second_screen_observes_live_and_cannot_write() {
    let place = Place::new();
    let mut writer = place.cockpit("suda", &[], (100, 36));
    writer.wait_until("it is open", |screen| screen.contains("saved"));
    let mut observer = place.cockpit("niran", &["resume"], (100, 36));
    observer.wait_until("it says that it observes", |screen| {
        screen.to_lowercase().contains("observer")
    });
    writer.type_keys("mseen by both");
    writer.press(Key::Enter);
    observer.type_keys("6");
    observer.wait_until("the note comes by itself", |screen| screen.contains("seen by both"));
    observer.type_keys("gc ");
    observer.wait_until("it says why nothing happens", |screen| screen.contains("pen"));
    observer.type_keys("mnot mine to write");
    observer.press(Key::Enter);
    observer.press(Key::Esc);
    observer.type_keys("L");
    observer.wait_until("it took all these keys", |screen| screen.contains("เช็กลิสต์"));
    // What the writer's own screen found meanwhile on this host is in the journal too.
    let journal = place.journal();
    assert!(!journal.contains("not mine to write") && !journal.contains(r#""by":"niran""#));
    assert!(journal.contains(r#""by":"suda""#), "that is how a writer would be named");
}

#[test]
fn nothing_that_was_called_saved_is_lost_by_kills_at_any_moment() {
    let place = Place::new();
    let mut told: Vec<String> = Vec::new();
    for round in 0..8_u64 {
        let more: &[&str] = if round == 0 { &[] } else { &["resume"] };
        let mut desk = place.cockpit("suda", more, (140, 44));
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        // The whole screen: what is found on this host meanwhile has lines of its own.
        desk.type_keys("6");
        for number in 0..2 {
            let note = format!("note {round}/{number} of the night");
            desk.type_keys(&format!("m{note}"));
            desk.press(Key::Enter);
            desk.wait_until("the note is on the timeline, without the sign of pending", |screen| {
                line_with(screen, &note).is_some_and(|line| line.contains('#'))
            });
            told.push(note);
        }
        // One more that nobody waits for; the kill comes somewhere in the middle of it.
        desk.type_keys("mperhaps");
        desk.press(Key::Enter);
        std::thread::sleep(Duration::from_micros(round * 700));
        desk.kill9();
        let journal = place.journal();
        for note in &told {
            assert!(journal.contains(note.as_str()), "{note} was called saved");
        }
    }
    let (code, out, _) = run(&["verify", "latest", "--dir", &place.sessions()]);
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn hostile_names_reach_no_terminal_raw_on_any_screen() {
    let place = Place::new();
    let names: [&[u8]; 4] =
        [b"zz\x1b]52;c;cHdu\x07", b"zz\x9b31mRED", "zz\u{202e}gnp".as_bytes(), b"zz) R 1 (\x1bc"];
    let miners: Vec<Miner> = names
        .iter()
        .map(|name| {
            let argv0 = std::ffi::OsString::from_vec(name.to_vec());
            let short = std::ffi::OsString::from_vec(name[..name.len().min(15)].to_vec());
            let miner = Miner::start([
                "--threads=0".into(),
                joined("--argv0=", &argv0),
                joined("--name=", &short),
            ]);
            miner.wait_for_name(&name[..name.len().min(15)]);
            miner
        })
        .collect();
    let mut desk = place.cockpit("suda", &[], (120, 40));
    desk.type_keys("/zz");
    desk.press(Key::Enter);
    desk.wait_until("they are all shown, drawn visibly", |screen| {
        miners.iter().all(|miner| screen.contains(&miner.pid().to_string()))
            && screen.contains("^[")
    });
    desk.press(Key::Enter);
    desk.wait_until("the details are open", |screen| screen.contains("zz"));
    desk.press(Key::Esc);
    desk.type_keys("23460L");
    desk.type_keys("1q");
    desk.press(Key::Enter);
    desk.wait_for_exit(Duration::from_secs(20));
    let raw = desk.raw();
    let mut odd = strange(&raw);
    // Leaving cuts off what a busy terminal has not taken yet.
    odd.retain(|it| !raw.iter().skip(it.offset).take(32).any(|byte| *byte == 0x18));
    assert_eq!(odd, []);
    for name in names {
        assert!(!raw.windows(name.len()).any(|part| part == name), "{}", name.escape_ascii());
    }
}

/// What no cockpit sends. Its bell is its own: it comes between frames, so a cursor move follows.
fn strange(raw: &[u8]) -> Vec<Control> {
    let mut found = raw_controls(raw);
    found.retain(|it| !it.what.starts_with("\\x07\\x1b["));
    found
}

fn joined(name: &str, value: &std::ffi::OsStr) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(name);
    text.push(value);
    text
}

/// A command without a terminal: exit code, output, complaints.
#[expect(clippy::disallowed_methods, reason = "tests start what they watch")]
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_firedamp"))
        .args(args)
        .env_clear()
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
