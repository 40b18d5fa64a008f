//! The disk runs full under the real binary: what is done waits, the screen says so, the session moves, nothing is lost.
//!
//! The disk is a small tmpfs in a mount namespace of its own. Where the kernel does not allow that, the tests say so
//! and pass.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that sets its own stage"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use firedamp::host::store::Store;
use support::pty::{Cockpit, Key};
use tempfile::TempDir;

/// `unshare` with what this user needs for it; `None` if the kernel does not allow it.
fn unshare() -> Option<Vec<&'static str>> {
    let ways: [&[&str]; 2] = [&["-m"], &["-U", "-r", "-m"]];
    let works = |way: &&&[&str]| {
        let probe = "mount -t tmpfs -o size=64k none /mnt";
        let tried = Command::new("unshare").args(**way).args(["sh", "-c", probe]).output();
        tried.is_ok_and(|it| it.status.success())
    };
    let way = ways.iter().find(works).map(|it| it.to_vec());
    if way.is_none() {
        eprintln!("skipped: no mount namespace to be had here");
    }
    way
}

/// The cockpit with its sessions on a disk of its own, mounted with `options`.
fn cockpit_on(way: &[&str], place: &Path, options: &str, language: &str) -> Cockpit {
    let binary = support::built("firedamp");
    let script = format!(
        "mount -t tmpfs -o {options} none '{0}' && exec '{1}' --dir '{0}' --as suda --lang {language}",
        place.display(),
        binary.display()
    );
    let args: Vec<&str> = way.iter().copied().chain(["/bin/sh", "-c", &script]).collect();
    Cockpit::start_program(Path::new("/usr/bin/unshare"), &args, &[], 80, 24)
}

fn note(cockpit: &mut Cockpit, text: &str) {
    cockpit.type_keys("m");
    answer(cockpit, text);
}

fn move_to(cockpit: &mut Cockpit, place: &Path) {
    cockpit.type_keys(":");
    cockpit.wait_until("the palette", |screen| screen.contains("║ :"));
    cockpit.paste("move");
    cockpit.press(Key::Enter);
    answer(cockpit, place.to_str().unwrap());
}

fn answer(cockpit: &mut Cockpit, text: &str) {
    cockpit.wait_until("a question", |screen| screen.contains("║ >"));
    cockpit.paste(text);
    cockpit.press(Key::Enter);
    cockpit.wait_until("no question", |screen| !screen.contains("║ >"));
}

/// Takes all the room that is left on the cockpit's disk.
fn fill(cockpit: &Cockpit, place: &Path) {
    let inside = PathBuf::from(format!("/proc/{}/root{}", cockpit.pid(), place.display()));
    let mut block = 64 * 1024;
    let mut content = Vec::new();
    while block > 0 {
        let longer = [&content[..], &vec![b'x'; block]].concat();
        if fs::write(inside.join("filler"), &longer).is_ok() {
            content = longer;
        } else {
            block /= 2;
        }
    }
    // The last write that failed took what there was.
    assert!(inside.join("filler").exists());
}

#[test]
fn a_session_on_a_full_disk_waits_moves_and_loses_nothing() {
    let Some(way) = unshare() else { return };
    let all = TempDir::new().unwrap();
    let (small, other) = (all.path().join("small"), all.path().join("other"));
    fs::create_dir(&small).unwrap();
    let mut cockpit = cockpit_on(&way, &small, "size=512k,mode=700", "en");
    cockpit.wait_until("saved on memory", |it| it.contains("saved") && it.contains("VOLATILE"));
    note(&mut cockpit, "before");
    fill(&cockpit, &small);
    // More than what is left of the last page.
    let long = "x".repeat(1_500);
    (0..4).for_each(|n| note(&mut cockpit, &format!("full {n} {long}")));
    cockpit.wait_until("a banner", |it| it.contains("NOT ON DISK") && it.contains(":move DIR"));
    cockpit.wait_until("what waits", |it| it.contains("disk full") && it.contains("unsaved"));
    move_to(&mut cockpit, &other);
    cockpit.wait_until("it goes on", |it| {
        it.contains("The session goes on in") && !it.contains("NOT ON DISK")
    });
    note(&mut cockpit, "after");
    cockpit.wait_until("saved", |it| it.contains("saved") && !it.contains("unsaved"));
    // The old place is full to the last page, and says where the session went.
    let inside = PathBuf::from(format!("/proc/{}/root{}", cockpit.pid(), small.display()));
    assert!(inside.join("filler").exists());
    let left = Store::at(&inside).unwrap().list().unwrap();
    let [left] = left.as_slice() else { panic!("{left:?}") };
    // Looked at from outside, the place has another path; the session has the same name.
    let word = fs::read_to_string(inside.join(&left.id).join("moved")).unwrap();
    assert_eq!(Path::new(&word), other.join(&left.id));
    assert_eq!(left.moved.as_ref().map(|it| it.plain(400)), Some(word));
    cockpit.kill9();
    let opened = Store::at(&other).unwrap().open("latest", &"somsak".into()).unwrap();
    assert!(opened.trouble.is_none() && opened.playbook_intact);
    let notes: Vec<String> = opened.state.notes.iter().map(|note| note.text.plain(12)).collect();
    assert_eq!(notes.len(), 6, "{notes:?}");
}

#[test]
fn a_disk_that_is_freed_takes_what_waited() {
    let Some(way) = unshare() else { return };
    let all = TempDir::new().unwrap();
    let mut cockpit = cockpit_on(&way, all.path(), "size=512k,mode=700", "th");
    cockpit.wait_until("saved", |it| it.contains("บันทึกแล้ว"));
    fill(&cockpit, all.path());
    let long = "x".repeat(1_500);
    (0..4).for_each(|n| note(&mut cockpit, &format!("full {n} {long}")));
    cockpit.wait_until("a banner", |it| it.contains(":move DIR") && it.contains("ดิสก์เต็ม"));
    let inside = PathBuf::from(format!("/proc/{}/root{}", cockpit.pid(), all.path().display()));
    fs::remove_file(inside.join("filler")).unwrap();
    cockpit.wait_until("no banner", |it| !it.contains("ยังไม่ลงดิสก์") && it.contains("บันทึกแล้ว"));
    let opened = Store::at(&inside).unwrap().observe("latest").unwrap();
    let notes = opened.state.notes.len();
    assert_eq!(notes, 4, "nothing is lost");
}

#[test]
fn a_move_that_cannot_be_leaves_the_session_where_it_is() {
    let place = TempDir::new().unwrap();
    let dir = place.path().join("sessions");
    let mut cockpit = Cockpit::start(
        &["--dir", dir.to_str().unwrap(), "--as", "suda", "--lang", "en"],
        &[],
        80,
        24,
    );
    cockpit.wait_until("saved", |it| it.contains("saved"));
    // Not a full path, not a directory, and where it is already.
    for to in [Path::new("relative"), Path::new("/proc/version"), &dir] {
        move_to(&mut cockpit, to);
        cockpit.wait_until("a refusal", |it| it.contains("Not moved"));
        cockpit.press(Key::Esc);
        cockpit.wait_until("no refusal", |it| !it.contains("Not moved"));
    }
    note(&mut cockpit, "still here");
    cockpit.wait_until("saved", |it| it.contains("saved") && !it.contains("unsaved"));
    cockpit.kill9();
    let notes = Store::at(&dir).unwrap().open("latest", &"suda".into()).unwrap().state.notes;
    assert_eq!(notes.len(), 1);
}

/// A file of so many MiB on the cockpit's disk.
fn take_room(inside: &Path, mib: usize) {
    fs::write(inside.join("filler"), vec![b'x'; mib << 20]).unwrap();
}

#[test]
fn a_disk_that_runs_full_is_told_before_anything_fails_and_no_longer_when_there_is_room() {
    let Some(way) = unshare() else { return };
    for (language, saved, left, warns) in [
        ("en", "saved", "disk left: ", "MiB left on the disk"),
        ("th", "บันทึกแล้ว", "ดิสก์เหลือ ", "ลบไฟล์ หรือ :move"),
    ] {
        let all = TempDir::new().unwrap();
        let mut cockpit = cockpit_on(&way, all.path(), "size=80m,mode=700", language);
        cockpit.wait_until("saved", |it| it.contains(saved) && !it.contains(left));
        let inside = PathBuf::from(format!("/proc/{}/root{}", cockpit.pid(), all.path().display()));
        take_room(&inside, 24);
        cockpit.wait_until("a warning", |it| it.contains(left) && it.contains(warns));
        note(&mut cockpit, "still saved");
        cockpit.wait_until("saved", |it| it.contains(saved) && it.contains(left));
        fs::remove_file(inside.join("filler")).unwrap();
        cockpit.wait_until("no warning", |it| !it.contains(left) && !it.contains(warns));
    }
}
