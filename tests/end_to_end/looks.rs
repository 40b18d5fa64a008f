//! How it looks and what it says: sizes, themes, languages, colours, trouble.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::support::pty::Cockpit;
use crate::{Place, run};

#[test]
fn any_size_is_drawn_and_the_program_goes_on() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (80, 24));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    for (columns, rows) in [(40, 10), (300, 100), (20, 5), (1, 1), (39, 9), (200, 60), (80, 24)] {
        desk.resize(columns, rows);
        std::thread::sleep(Duration::from_millis(60));
        assert!(desk.is_running(), "{columns}x{rows}");
    }
    desk.wait_until("it is back", |screen| screen.contains("PB-31"));
}

#[test]
fn a_theme_of_ones_own_is_reloaded_when_it_changes_and_a_broken_one_is_named() {
    let place = Place::new();
    let themes = place.0.path().join(".config/firedamp/themes");
    fs::create_dir_all(&themes).unwrap();
    let file = themes.join("night.toml");
    fs::write(&file, "inherits = \"dark\"\n").unwrap();
    let mut desk = place.cockpit("suda", &["--theme", "night"], (100, 30));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    fs::write(&file, "inherits = \"light\"\n").unwrap();
    desk.wait_until("the change is said", |screen| screen.contains("night"));
    fs::write(&file, "inherits = \"dark\"\n[roles]\nno-such-role = { fg = \"red\" }\n").unwrap();
    desk.wait_until("file and line are named", |screen| screen.contains("night.toml:3"));
    assert!(desk.is_running());
}

#[test]
fn both_languages_are_a_key_apart() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (120, 36));
    desk.wait_until("it is open", |screen| screen.contains("Checklist"));
    desk.type_keys("L");
    desk.wait_until("it is Thai", |screen| {
        screen.contains("เช็กลิสต์") && !screen.contains("Checklist")
    });
    desk.type_keys("L");
    desk.wait_until("it is English", |screen| screen.contains("Checklist"));
}

#[test]
fn no_color_means_no_colour() {
    let place = Place::new();
    let sessions = place.sessions();
    let env = [("HOME", place.home()), ("NO_COLOR", "1".into())];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut desk = Cockpit::start(&["--dir", &sessions], &env, 100, 30);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    let raw = String::from_utf8_lossy(&desk.raw()).into_owned();
    for colour in ["\u{1b}[38;", "\u{1b}[48;", ";38;2;", "\u{1b}[31m"] {
        assert!(!raw.contains(colour), "{}", colour.escape_debug());
    }
}

#[test]
fn trouble_is_said_in_three_lines_what_why_and_what_next() {
    let place = Place::new();
    let sessions = place.sessions();
    let missing = place.0.path().join("missing.md").display().to_string();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["--dir", &sessions], "terminal"),
        (vec!["sessions", "--dir", &sessions], "no sessions directory"),
        (vec!["verify", "x", "--dir", &sessions], "no sessions directory"),
        (vec!["playbook", "show", &missing], "missing.md"),
        (vec!["replay", "x", "--dir", &sessions], "no sessions directory"),
        (vec!["train", "no-such-walkthrough", "--dir", &sessions], "web-03-slow-at-night"),
    ];
    for (args, word) in cases {
        let (code, _, err) = run(&args);
        assert!(code.is_some_and(|code| code != 0), "{args:?}");
        assert!(err.contains(word) && err.contains("next"), "{args:?}: {err}");
        assert!(!err.contains("panicked"), "{err}");
    }
    let mut desk = place.cockpit("suda", &["--playbook", &missing], (100, 30));
    desk.wait_until("the playbook is named", |screen| screen.contains("missing.md"));
    desk.wait_for_exit(Duration::from_secs(20));
}

#[test]
fn a_directory_that_others_may_write_is_refused_with_what_to_do() {
    let place = Place::new();
    let sessions = place.sessions();
    fs::create_dir(&sessions).unwrap();
    fs::set_permissions(&sessions, fs::Permissions::from_mode(0o777)).unwrap();
    let mut desk = place.cockpit("suda", &[], (100, 30));
    desk.wait_until("it is refused", |screen| screen.contains("next:"));
    assert_eq!(fs::read_dir(Path::new(&sessions)).unwrap().count(), 0);
}
