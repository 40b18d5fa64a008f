//! A session is carried elsewhere while others watch, and looked for where it was: nobody is left behind in silence.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a story stops at the first surprise, and starts the program"
)]

mod support;

use std::fs;
use std::path::PathBuf;

use firedamp::host::store::Store;
use support::pty::{Cockpit, Key};

/// Two sessions directories that are gone with the test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn cockpit(&self, name: &str, more: &[&str]) -> Cockpit {
        let (home, old) = (self.0.path().display().to_string(), self.path("old"));
        let mut args = vec!["--dir", old.to_str().unwrap(), "--as", name];
        args.extend(more);
        Cockpit::start(&args, &[("HOME", &home)], 120, 30)
    }

    /// Somebody who writes and somebody who watches.
    fn two(&self) -> (Cockpit, Cockpit) {
        let mut suda = self.cockpit("suda", &["--new"]);
        suda.wait_until("suda writes", |screen| screen.contains(" saved"));
        note(&mut suda, "before the move");
        let mut somsak = self.cockpit("somsak", &["resume"]);
        somsak.wait_until("somsak watches", |screen| screen.contains("OBSERVER"));
        somsak.type_keys("6");
        suda.wait_until("suda knows", |screen| screen.contains("+1 watching"));
        (suda, somsak)
    }

    fn move_to(&self, cockpit: &mut Cockpit, name: &str) {
        cockpit.type_keys(":");
        cockpit.wait_until("the palette", |screen| screen.contains("║ :"));
        cockpit.paste("move");
        cockpit.press(Key::Enter);
        answer(cockpit, self.path(name).to_str().unwrap());
        cockpit.wait_until("it goes on", |it| it.contains("The session goes on in"));
    }
}

fn answer(cockpit: &mut Cockpit, text: &str) {
    cockpit.wait_until("a question", |screen| screen.contains("║ >"));
    cockpit.paste(text);
    cockpit.press(Key::Enter);
    cockpit.wait_until("no question", |screen| !screen.contains("║ >"));
}

fn note(cockpit: &mut Cockpit, text: &str) {
    cockpit.type_keys("m");
    answer(cockpit, text);
    cockpit.wait_until("saved", |it| it.contains("saved") && !it.contains("unsaved"));
}

#[test]
fn who_watches_follows_a_session_to_its_new_place_and_can_take_the_pen_there() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    place.move_to(&mut suda, "new");
    somsak.wait_until("somsak is told where it is", |screen| {
        screen.contains("The session goes on in") && screen.contains("new/")
    });
    note(&mut suda, "after the move");
    somsak.wait_until("somsak reads on", |screen| screen.contains("after the move"));
    suda.wait_until("suda still has a watcher", |screen| screen.contains("+1 watching"));
    suda.type_keys("q");
    suda.press(Key::Enter);
    somsak.wait_until("the pen is free", |screen| screen.contains("pen free"));
    somsak.type_keys("P");
    somsak.wait_until("somsak writes", |screen| screen.contains("You have the pen now"));
    note(&mut somsak, "and from here");
    somsak.kill9();
    let there = Store::at(&place.path("new")).unwrap();
    let notes = there.observe("latest").unwrap().state.notes;
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert_eq!(there.verify("latest").unwrap().verdict.problem, None);
}

#[test]
fn who_cannot_follow_is_told_what_to_type() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    // As if the new place were on a machine that this screen does not see.
    let new = place.path("new");
    place.move_to(&mut suda, "new");
    somsak.wait_until("somsak follows", |screen| screen.contains("The session goes on in"));
    let id = fs::read_dir(&new).unwrap().next().unwrap().unwrap().file_name();
    suda.type_keys("q");
    suda.press(Key::Enter);
    somsak.wait_until("the pen is free", |screen| screen.contains("pen free"));
    let elsewhere = std::path::Path::new("/srv/elsewhere").join(&id);
    fs::write(new.join(&id).join("moved"), elsewhere.to_str().unwrap()).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(new.join(&id).join("moved"), private).unwrap();
    let way = "Go on: firedamp resume --dir /srv/elsewhere";
    somsak.wait_until("somsak is told", |screen| screen.contains(way));
    somsak.press(Key::Esc);
    somsak.type_keys("a");
    somsak.wait_until("the notice is gone", |screen| !screen.contains(way));
    somsak.type_keys("P");
    somsak.wait_until("the pen is not here either", |screen| screen.contains(way));
    assert!(somsak.screen().contains("before the move"), "what was read stays");
}

#[test]
fn the_list_has_what_was_written_last_on_top_and_what_has_moved_below() {
    let place = Place::new();
    // The first goes elsewhere, the second is the older one of those that stay and is written last.
    for name in ["first", "second", "third"] {
        let mut cockpit = place.cockpit("suda", &["--new"]);
        cockpit.wait_until("it writes", |screen| screen.contains(" saved"));
        if name == "first" {
            place.move_to(&mut cockpit, "new");
        }
        cockpit.type_keys("q");
        cockpit.press(Key::Enter);
        cockpit.wait_for_exit(std::time::Duration::from_secs(20));
        // Ids are seconds.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
    }
    let here = Store::at(&place.path("old")).unwrap();
    let mut ids: Vec<String> = here.list().unwrap().into_iter().map(|it| it.id).collect();
    ids.sort();
    let [moved, older, newer] = ids.as_slice() else { panic!("{ids:?}") };
    let mut again = place.cockpit("suda", &["resume", older]);
    again.wait_until("the older is written", |screen| screen.contains("saved"));
    note(&mut again, "written last");
    again.kill9();
    let mut list = place.cockpit("suda", &[]);
    list.wait_until("the list", |screen| screen.contains(newer.as_str()));
    let screen = list.screen();
    let at = |id: &str| screen.find(id).unwrap();
    assert!(at(older) < at(newer) && at(newer) < at(moved), "{screen}");
    let new = place.path("new").display().to_string();
    assert!(screen.contains(&format!("moved to {new}")), "{screen}");
    list.type_keys("jj");
    list.wait_until("where it goes on", |it| it.contains("Enter opens it where it is now:"));
    list.press(Key::Enter);
    list.wait_until("it goes on there", |it| {
        it.contains("The session goes on in") && it.contains("saved")
    });
    list.kill9();
    let notes = Store::at(&place.path("new")).unwrap().observe("latest").unwrap();
    assert!(notes.entries.len() > 3, "it was written there again");
    let mut newest = place.cockpit("suda", &["resume"]);
    newest.wait_until("the one that was written last", |screen| screen.contains('#'));
    newest.type_keys("6");
    newest.wait_until("its note", |screen| screen.contains("written last"));
}

#[test]
fn who_leaves_what_moved_is_told_the_whole_command() {
    let place = Place::new();
    let mut suda = place.cockpit("suda", &["--new"]);
    suda.wait_until("suda writes", |screen| screen.contains(" saved"));
    place.move_to(&mut suda, "new");
    let id = fs::read_dir(place.path("new")).unwrap().next().unwrap().unwrap().file_name();
    let way = format!("firedamp resume --dir {}", place.path("new").display());
    suda.type_keys("q");
    suda.wait_until("the words of leaving", |screen| screen.contains(&way));
    assert!(!suda.screen().contains("same --dir"), "{}", suda.screen());
    suda.press(Key::Enter);
    suda.wait_until("the line that stays", |it| it.contains(&way) && !it.contains("Leave?"));
    let program = env!("CARGO_BIN_EXE_firedamp");
    let list = std::process::Command::new(program)
        .args(["sessions", "--dir", place.path("old").to_str().unwrap()])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains(id.to_str().unwrap()) && list.contains("moved to"), "{list}");
    assert!(!list.contains("interrupted"), "{list}");
}

#[test]
fn a_mistyped_directory_is_not_made() {
    let place = Place::new();
    let mut suda = place.cockpit("suda", &["--new"]);
    suda.wait_until("suda writes", |screen| screen.contains(" saved"));
    suda.type_keys(":");
    suda.wait_until("the palette", |screen| screen.contains("║ :"));
    suda.paste("move");
    suda.press(Key::Enter);
    answer(&mut suda, place.path("no/such/place").to_str().unwrap());
    suda.wait_until("it stays", |it| it.contains("Not moved, it goes on here: mistyped?"));
    assert!(!place.path("no").exists());
}
