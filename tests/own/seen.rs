//! What the program sees of itself.

use firedamp::cockpit::model::{Notice, NoticeKind};
use firedamp::cockpit::{Model, Msg, update};
use firedamp::domain::base::{Clock as _, Language, Pid};
use firedamp::domain::facts::{Doubt, Own, Raised, Reading, Snapshot};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{self, Eyes, HostClock};
use firedamp::words::own;

use super::raised::Screen;

fn told(language: Language, own: &Own) -> String {
    let lines = own::lines(language, own).into_iter();
    lines.map(|(_, said)| said.plain(60) + "\n").collect()
}

#[test]
fn a_look_says_how_the_program_itself_stands() {
    let snapshot = Eyes::open().unwrap().look(HostClock.now());
    assert_eq!(snapshot.own.fixed, Reading::Known(true), "the program is built static");
    assert_eq!(snapshot.own.loaded, []);
    assert_eq!(snapshot.own.tracer, None, "a test under a debugger fails here, rightly");
    assert_eq!(snapshot.own.doubts(), []);
}

#[test]
fn what_the_loader_of_the_host_is_told_is_said_and_has_no_effect() {
    let mut doctor = std::process::Command::new(super::PROGRAM);
    doctor.args(["doctor", "--json", "--no-raise"]);
    doctor.env("LD_PRELOAD", "/nonexistent/hook.so").env("LD_AUDIT", "/nonexistent/audit.so");
    let done = doctor.output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success());
    assert!(told.contains("\"LD_PRELOAD\"") && told.contains("\"LD_AUDIT\""), "{told}");
    assert!(told.contains("\"static\": true"), "{told}");
    // The loader complains of what it cannot load; here is none.
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn every_doubt_is_said_in_both_languages_with_who_and_what() {
    let id = firedamp::domain::base::ProcessId { pid: Pid(4242), start: 7, inode: 0 };
    let own = Own {
        fixed: Reading::Known(false),
        loaded: vec![Untrusted::from("/tmp/hook.so\x1b[2J")],
        tracer: Some(Pid(77)),
        listeners: vec![id],
        preload: Reading::Known(true),
        ..Own::default()
    };
    let worst_first = [Doubt::Traced, Doubt::Loaded, Doubt::NotFixed, Doubt::Overheard];
    assert_eq!(own.doubts(), worst_first);
    for language in [Language::En, Language::Th] {
        let told = told(language, &own);
        for part in ["77", "/tmp/hook.so", "4242", "/etc/ld.so.preload"] {
            assert!(told.contains(part), "{part} is missing: {told}");
        }
        assert!(!told.contains('\x1b'));
        assert!(own::alarm(language, &own).plain(60).contains("77"));
    }
}

#[test]
fn every_way_to_be_raised_has_its_own_words() {
    let ways = [Raised::NotTried, Raised::RealTime(1), Raised::Nice(-20), Raised::Refused];
    for language in [Language::En, Language::Th] {
        let said: std::collections::BTreeSet<String> =
            ways.iter().map(|raised| own::degree(language, *raised)).collect();
        assert_eq!(said.len(), ways.len());
    }
}

#[test]
fn whoever_traces_the_program_is_named() {
    let Some(own) = traced() else {
        eprintln!("skipped: no strace here");
        return;
    };
    assert!(own.contains("\"tracer\": ") && !own.contains("\"tracer\": null"), "{own}");
}

/// What the program says of itself under `strace`.
fn traced() -> Option<String> {
    let strace = std::path::Path::new("/usr/bin/strace");
    strace.exists().then_some(())?;
    let mut command = std::process::Command::new(strace);
    command.args(["-f", "-e", "trace=none", "-e", "signal=none", "-o", "/dev/null"]);
    let done = command.args([super::PROGRAM, "doctor", "--json", "--no-raise"]).output().unwrap();
    done.status.success().then(|| String::from_utf8(done.stdout).unwrap())
}

#[test]
fn what_was_not_asked_for_is_not_done() {
    let own = probe::own();
    assert_eq!((own.raised, own.looks), (Raised::NotTried, Raised::NotTried));
    assert_eq!(own.locked, Reading::Denied);
}

#[test]
fn a_tracer_that_comes_later_is_said_once_and_again_when_it_is_another_doubt() {
    let now = HostClock.now();
    let mut model = Model::new("suda".into(), now, firedamp::words::search);
    let see = |model: &mut Model, own: Own| {
        let own = std::sync::Arc::new(own);
        let snapshot = Snapshot { own, ..Snapshot::empty(now) };
        assert_eq!(update(model, Msg::Seen(std::sync::Arc::new(snapshot))).len(), 0);
        let doubted = |notice: &Notice| matches!(notice.kind, NoticeKind::Doubted(_));
        let said = model.notice.as_ref().is_some_and(doubted);
        model.notice = None;
        said
    };
    let traced = Own { tracer: Some(Pid(77)), ..Own::default() };
    assert!(!see(&mut model, Own::default()));
    assert!(see(&mut model, traced.clone()));
    assert!(!see(&mut model, traced.clone()), "it was said");
    let loaded = vec![Untrusted::from("/tmp/hook.so")];
    assert!(see(&mut model, Own { loaded, ..traced.clone() }));
    assert!(!see(&mut model, Own::default()));
    assert!(see(&mut model, traced), "it came back");
}

#[test]
fn whoever_has_the_terminal_open_from_elsewhere_is_named() {
    let setsid = std::path::Path::new("/usr/bin/setsid");
    if !setsid.exists() {
        eprintln!("skipped: no setsid here");
        return;
    }
    let screen = Screen::start(&["--no-raise", "--lang", "en"]);
    let terminal = screen.pty.master.tty_name().unwrap();
    let terminal = std::fs::File::options().read(true).open(terminal).unwrap();
    let mut listens = std::process::Command::new(setsid);
    let mut child = listens.args(["/bin/sleep", "60"]).stdin(terminal).spawn().unwrap();
    let pid = child.id().to_string();
    screen.wait_until("it is said", || screen.shown().contains("OVERHEARD"));
    screen.wait_until("who it is", || screen.shown().contains(&pid));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_terminal_of_the_same_name_in_a_container_is_another_one() {
    let unshare = std::path::Path::new("/usr/bin/unshare");
    if !crate::is_root() || !unshare.exists() {
        eprintln!("skipped: needs root and unshare");
        return;
    }
    let screen = Screen::start(&["--no-raise", "--lang", "en"]);
    let terminal = screen.pty.master.tty_name().unwrap();
    let terminal = terminal.to_str().unwrap();
    // In a mount namespace of its own there is a file where we have our terminal.
    let within = format!(
        "mount -t tmpfs none /dev/pts && : > {terminal} && exec setsid sleep 60 < {terminal}"
    );
    let mut contained = std::process::Command::new(unshare);
    let mut child = contained.args(["--mount", "sh", "-c", &within]).spawn().unwrap();
    let link = format!("/proc/{}/fd/0", child.id());
    screen.wait_until("its text is that of ours", || {
        std::fs::read_link(&link).is_ok_and(|target| target.as_os_str() == terminal)
    });
    // Longer than from one search to the next would be too long for a test: the first one comes with the first looks.
    std::thread::sleep(std::time::Duration::from_secs(8));
    let shown = screen.shown();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!shown.contains("OVERHEARD"), "{shown}");
}
