//! Names that attack whoever looks at them, in real processes; and the tools of the tests themselves.

mod support;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::untrusted::Untrusted;
use support::escapes::raw_controls;
use support::miner::Miner;
use support::pool::{Heard, Pool};
use support::pty::{Cockpit, Key};

/// What has gone raw to the terminals of other tools, one of each kind.
const NAMES: &[&[u8]] = &[
    b"\x1b]0;PWNED\x07zz1",
    b"zz2\x1b[41mRED",
    b"zz3\x07",
    b"zz4a\nzz4b",
    b"zz4c\rzz4d",
    b"zz5\xc2\x9b31mC1",
    b"zz6\x9b31mC1",
    b"zz7\x7f",
    b"zz8\xe2\x80\xaegnp.exe",
    b"zz9\xe2\x80\x8bx",
    b"zzA\xe2\x80\x8dx",
    b"zzB\xf3\xa0\x81\x81x",
    b"zzC\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
    b"\x1b]52;c;cHdu\x07zzD",
    b"zzE\x1b[c",
    b"zzF\xff\xfe",
    b"zzG) R 1 (\x1bc",
];

fn shell(script: &str) -> Cockpit {
    Cockpit::start_program(
        Path::new("/bin/sh"),
        &["-c", script],
        &[("PATH", "/bin:/usr/bin")],
        40,
        6,
    )
}

fn option(name: &str, value: &[u8]) -> OsString {
    let mut text = OsString::from(name);
    text.push(OsString::from_vec(value.to_vec()));
    text
}

/// Until `done` or the deadline, whichever is first; says which.
fn soon(done: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn hostile_names_of_real_processes_are_printed_harmlessly() {
    for name in NAMES {
        let short = &name[..name.len().min(15)];
        let miner = Miner::start([
            OsString::from("--threads=0"),
            option("--argv0=", name),
            option("--name=", short),
        ]);
        miner.wait_for_name(short);
        let line = Untrusted::new(miner.proc_file("cmdline"));
        assert_eq!(line.arguments().next(), Some(*name));
        let drawn = line.joined().plain(60);
        assert_eq!(raw_controls(drawn.as_bytes()), [], "{drawn:?}");
        assert!(line.joined().has_escapes() || name.starts_with(b"zzC"), "{drawn:?}");
        let json = serde_json::to_string(&line).unwrap();
        assert_eq!(raw_controls(json.as_bytes()), [], "{json:?}");
    }
}

#[test]
fn the_judge_of_the_stream_names_every_hostile_thing() {
    // A stranger's colour looks like one of ours: whoever reads a stream looks for that name itself.
    let names = NAMES.iter().filter(|name| !name.starts_with(b"zz2"));
    for name in names {
        assert_ne!(raw_controls(name), [], "{}", name.escape_ascii());
    }
    let found = raw_controls(b"ab\x1b]52;c;cHdu\x07cd\x1b[?2026$p");
    let offsets: Vec<_> = found.iter().map(|one| one.offset).collect();
    // The bell that ends it stands there as well, and a question after the first letter is late.
    assert_eq!(offsets, [2, 13, 16]);
}

#[test]
fn the_judge_of_the_stream_passes_what_a_frame_is_made_of() {
    let frame = "\x1b[?2026$p\x1b[c\x1b[?1049h\x1b[?25l\x1b[?2026h\x1b[2J\x1b[1;1H\x1b[38;2;1;2;3;48;5;7m\
                 น้ำ 💰│\x1b[0m\x1b[K\x1b[?2026l\x1b[?1049l\x1b[?25hbye\r\n";
    assert_eq!(raw_controls(frame.as_bytes()), []);
    // On a full screen a line's end moves what is below it.
    assert_eq!(raw_controls(b"\x1b[?1049ha\r\nb").len(), 2);
}

#[test]
fn the_stand_in_wears_another_name_and_talks_to_its_pool() {
    let pool = Pool::quiet().unwrap();
    let line = "xmrig -o stratum+tcp://pool.firedamp.example:3333 -u WALLET -p x --donate-level 1";
    let miner = Miner::start([
        "--threads=1",
        "--duty=10",
        "--submit=0",
        "--name=kdevtmpfsi",
        &format!("--as-argv={line}"),
        &format!("--pool={}", pool.address()),
    ]);
    assert!(soon(|| pool.count(Heard::Login) == 1 && pool.count(Heard::Submit) > 2));
    assert_eq!(miner.proc_file("comm"), b"kdevtmpfsi\n");
    assert_eq!(miner.proc_file("cmdline"), format!("{}\0", line.replace(' ', "\0")).as_bytes());
    assert_eq!(pool.count(Heard::Unknown), 0);
    drop(miner);
    assert!(soon(|| pool.count(Heard::Leave) == 1));
}

#[test]
fn the_stand_in_comes_back_when_its_pool_does() {
    let pool = Pool::quiet().unwrap();
    let address = pool.address();
    let _miner = Miner::start(["--threads=0", &format!("--pool={address}")]);
    assert!(soon(|| pool.count(Heard::Login) == 1));
    drop(pool);
    let pool = Pool::open(address, |_, _| {}).unwrap();
    assert!(soon(|| pool.count(Heard::Login) == 1));
}

#[test]
fn the_stand_in_and_its_pool_refuse_every_address_that_is_not_loopback() {
    for pool in ["192.0.2.1:3333", "0.0.0.0:3333", "pool.firedamp.example:3333", "[2001:db8::1]:1"]
    {
        let mut miner = Miner::start(["--threads=0", "--seconds=60", &format!("--pool={pool}")]);
        let end = Instant::now() + Duration::from_secs(10);
        let status = loop {
            if let Some(status) = miner.ended() {
                break status;
            }
            assert!(Instant::now() < end, "{pool}: it runs");
        };
        assert!(!status.success(), "{pool}");
    }
    assert!(Pool::open(([0, 0, 0, 0], 0).into(), |_, _| {}).is_err());
}

#[test]
fn the_stand_in_runs_as_a_file_of_another_name_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = Miner::copy_to(folder.path(), "kinsing");
    let miner = Miner::start_file(&file, ["--threads=0"]);
    miner.wait_for_name(b"kinsing");
    std::fs::remove_file(&file).unwrap();
    let exe = std::fs::read_link(format!("/proc/{}/exe", miner.pid())).unwrap();
    assert_eq!(exe.file_name(), Some(OsStr::new("kinsing (deleted)")));
}

#[test]
fn the_stand_in_ends_after_its_time() {
    let mut miner = Miner::start(["--threads=1", "--seconds=1"]);
    let end = Instant::now() + Duration::from_secs(20);
    while miner.ended().is_none() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_stand_in_ends_with_its_parent() {
    let miner = support::example("standin-miner");
    let script =
        format!("trap '' HUP; {} --threads=0 --name=ready & echo pid=$!.; wait", miner.display());
    let mut parent = shell(&script);
    parent.wait_until("the miner's pid", |screen| screen.contains('.'));
    let screen = parent.screen();
    let pid = screen.split(['=', '.']).nth(1).unwrap();
    let comm = format!("/proc/{pid}/comm");
    // It sets its name after it has asked for its parent's death.
    assert!(soon(|| std::fs::read(&comm).is_ok_and(|name| name == b"ready\n")));
    parent.kill9();
    let stat = format!("/proc/{pid}/stat");
    assert!(soon(|| std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z"))));
}

#[test]
fn the_harness_types_and_reads_thai_in_its_columns() {
    let mut cat = Cockpit::start_program(Path::new("/bin/cat"), &[], &[], 30, 5);
    cat.type_keys("น้ำ กี่|");
    cat.press(Key::Enter);
    cat.wait_until("both lines", |screen| screen.matches("น้ำ กี่|").count() == 2);
    let screen = cat.full_screen();
    assert_eq!(screen.cell(1, 4).unwrap().contents(), "|");
    assert_eq!(screen.cell(1, 0).unwrap().contents(), "น้");
    assert!(cat.cpu_time().is_some());
    cat.press(Key::Ctrl('d'));
    assert!(cat.wait_for_exit(Duration::from_secs(10)).success());
    assert_eq!(raw_controls(&cat.raw()), []);
    assert_eq!(cat.termios(), cat.termios_before());
}

#[test]
fn the_harness_sees_a_terminal_that_was_left_changed() {
    let mut broken = shell("stty raw -echo; echo done");
    broken.wait_for_exit(Duration::from_secs(10));
    assert_ne!(broken.termios(), broken.termios_before());
}

#[test]
fn the_harness_answers_what_a_program_asks_its_terminal() {
    let mut asking = shell("stty raw -echo; printf '\\033[?2026$p\\033[c'; head -c 20 | od -c");
    asking.wait_until("the answers", |screen| {
        screen.contains("2 0 2 6") || screen.contains("2   0   2   6")
    });
}

#[test]
fn the_harness_resizes_the_terminal() {
    let mut sizes = shell("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done");
    sizes.wait_until("ready", |screen| screen.contains("ready"));
    sizes.resize(100, 30);
    sizes.wait_until("the new size", |screen| screen.contains("30 100"));
}

#[test]
fn a_hang_up_reaches_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let mark_text = mark.display().to_string();
    let script = format!(
        "trap 'echo gone > {mark_text}; exit' HUP; echo ready; while :; do sleep 0.05; done"
    );
    let mut program = shell(&script);
    program.wait_until("ready", |screen| screen.contains("ready"));
    program.hang_up();
    assert!(soon(|| mark.exists()));
    program.wait_for_exit(Duration::from_secs(10));
}

#[test]
fn a_killed_program_is_gone() {
    let mut program = shell("sleep 60");
    assert!(program.is_running());
    program.kill9();
    assert!(!program.is_running());
}

#[test]
#[should_panic(expected = "«the moon» did not come")]
fn a_wait_in_vain_names_the_state() {
    let mut program = shell("echo here; sleep 60");
    program.wait_within(Duration::from_millis(300), "the moon", |screen| screen.contains("moon"));
}
