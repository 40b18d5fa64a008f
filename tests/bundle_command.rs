//! `firedamp export` and `firedamp import`, as a person types them; and where sessions go when a disk cannot be written.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that sets its own stage"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use firedamp::domain::base::{Digest, Moment};
use firedamp::domain::session::Opening;
use firedamp::host::store::Store;
use support::pty::Cockpit;
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web-03";

fn stage() -> TempDir {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("here")).unwrap();
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let moment = Moment { at: "2026-11-21T17:30:00Z".parse().unwrap(), boot_ms: 0 };
    store.create(opening, "# playbook\n", moment, &"suda".into()).unwrap();
    place
}

fn run(place: &Path, args: &[&str]) -> Output {
    Command::new(support::built("firedamp")).current_dir(place).args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", out(output));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_is_no_bundle_leaves_no_directory_behind() {
    let place = TempDir::new().unwrap();
    fs::write(place.path().join("passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
    for file in ["passwd", "none"] {
        let came = run(place.path(), &["--dir", "there", "import", file]);
        assert!(!came.status.success(), "{came:?}");
        assert!(!place.path().join("there").exists(), "{file}");
        let said = String::from_utf8_lossy(&came.stderr).into_owned();
        assert!(!said.contains("new sessions directory"), "{said}");
    }
    fs::create_dir(place.path().join("mine")).unwrap();
    run(place.path(), &["--dir", "mine", "import", "passwd"]);
    assert!(place.path().join("mine").exists(), "what was there stays");
}

#[test]
fn a_session_goes_to_another_machine_and_is_the_same_there() {
    let place = stage();
    let here = |args: &[&str]| run(place.path(), &[&["--dir", "here"], args].concat());
    let there = |args: &[&str]| run(place.path(), &[&["--dir", "there"], args].concat());
    let sent = here(&["export", "latest"]);
    assert!(out(&sent).contains(&format!("bundle   {ID}.tar.zst, ")), "{}", out(&sent));
    let file = format!("{ID}.tar.zst");
    let came = there(&["import", &file]);
    assert!(out(&came).starts_with(&format!("{ID}: imported, the chain is whole\n")));
    let again = there(&["import", &file]);
    assert!(out(&again).contains("identical to the session that is here"), "{}", out(&again));
    assert!(again.status.success());
    assert_eq!(out(&here(&["verify", ID])), out(&there(&["verify", ID])));
}

#[test]
fn a_bundle_goes_through_a_pipe() {
    let place = stage();
    let sent = run(place.path(), &["--dir", "here", "export", ID, "-o", "-"]);
    assert!(String::from_utf8_lossy(&sent.stderr).contains("standard output"));
    let mut import = Command::new(support::built("firedamp"))
        .current_dir(place.path())
        .args(["--dir", "there", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut import.stdin.take().unwrap(), &sent.stdout).unwrap();
    let came = import.wait_with_output().unwrap();
    assert!(out(&came).contains("imported"), "{}", out(&came));
}

#[test]
fn anybody_can_open_it() {
    let place = stage();
    run(place.path(), &["--dir", "here", "export", ID, "-o", "x.tar.zst"]);
    let tools = ["tar", "zstd"].map(|tool| Command::new(tool).arg("--version").output().is_ok());
    if tools.contains(&false) {
        eprintln!("skipped: tar or zstd is not here");
        return;
    }
    let open = Command::new("tar")
        .current_dir(place.path())
        .args(["--zstd", "-xf", "x.tar.zst"])
        .output()
        .unwrap();
    assert!(open.status.success() && open.stderr.is_empty(), "{open:?}");
    let (here, opened) = (place.path().join("here").join(ID), place.path().join(ID));
    for file in ["journal.jsonl", "playbook.md"] {
        assert_eq!(fs::read(here.join(file)).unwrap(), fs::read(opened.join(file)).unwrap());
    }
    assert!(opened.join("manifest.json").exists());
}

#[test]
fn a_redacted_copy_says_so_wherever_it_is_named() {
    let place = stage();
    let args = ["--dir", "here", "export", ID, "--redact", "--mask", "web-03", "--mask", "Suda"];
    let sent = run(place.path(), &args);
    assert!(out(&sent).contains("REDACTED copy of 1 "), "{}", out(&sent));
    let came = run(place.path(), &["--dir", "there", "import", &format!("{ID}-redacted.tar.zst")]);
    assert!(out(&came).contains("this is a REDACTED copy"), "{}", out(&came));
    let list = out(&run(place.path(), &["--dir", "there", "sessions"]));
    assert!(list.contains("masked-1-redacted") && !list.contains("web-03"), "{list}");
    assert!(list.contains("masked-2"), "{list}");
}

#[test]
fn what_cannot_be_is_told_in_three_lines_and_leaves_nothing() {
    let place = stage();
    let said = |args: &[&str]| complaint(&run(place.path(), &[&["--dir", "here"], args].concat()));
    fs::write(place.path().join("mine"), "mine").unwrap();
    assert!(said(&["export", ID, "-o", "mine"]).contains("none is overwritten"));
    assert_eq!(fs::read(place.path().join("mine")).unwrap(), b"mine");
    assert!(said(&["export", ID, "--mask", "web-03"]).contains("say --redact too"));
    assert!(said(&["export", "2027"]).contains("no session is called"));
    assert!(said(&["import", "mine"]).contains("name a file that `firedamp export` wrote"));
    assert!(said(&["import", "nothing"]).contains("cannot import nothing"));
    fs::write(place.path().join("here").join(ID).join("journal.jsonl"), "broken\n").unwrap();
    assert!(said(&["export", ID]).contains("firedamp verify ID says where"));
    assert!(!place.path().join(format!("{ID}.tar.zst")).exists(), "half a bundle stays nowhere");
}

#[test]
fn a_disk_that_cannot_be_written_is_passed_over_by_name() {
    let ways: [&[&str]; 2] = [&["-m"], &["-U", "-r", "-m"]];
    let mount = "mount -t tmpfs -o ro none /var/lib";
    let works = |way: &&&[&str]| {
        let tried = Command::new("unshare").args(**way).args(["sh", "-c", mount]).output();
        tried.is_ok_and(|it| it.status.success())
    };
    let Some(way) = ways.iter().find(works) else {
        eprintln!("skipped: no mount namespace to be had here");
        return;
    };
    let script = format!("{mount} && exec '{}' --as suda", support::built("firedamp").display());
    let args: Vec<&str> = way.iter().copied().chain(["/bin/sh", "-c", &script]).collect();
    let program = Path::new("/usr/bin/unshare");
    let mut cockpit = Cockpit::start_program(program, &args, &[], 200, 60);
    cockpit.wait_until("the place and why", |it| {
        it.contains("Sessions are in") && it.contains("/var/lib/firedamp") && it.contains("saved")
    });
    assert!(cockpit.screen().contains("the disk can only be read"), "{}", cockpit.screen());
}

#[test]
fn a_folder_that_is_not_there_is_called_so_and_no_other_disk_is_asked_for() {
    let place = stage();
    for (language, why) in
        [("en", "the folder that it should be in is not there"), ("th", "ไม่มีโฟลเดอร์ที่จะเก็บไฟล์")]
    {
        let args = ["--lang", language, "--dir", "here", "export", ID, "-o", "none/x.tar.zst"];
        let said = String::from_utf8(run(place.path(), &args).stderr).unwrap();
        assert!(said.contains(why) && said.contains("none/x.tar.zst"), "{said}");
        assert!(!said.contains("os error") && !said.contains("disk"), "{said}");
    }
}
