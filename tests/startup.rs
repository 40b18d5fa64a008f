//! What keeps the cockpit from opening: one clear message, in the responder's language, whole words on each line.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests start what they watch, and stop where it breaks"
)]

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use firedamp::domain::base::Language;
use firedamp::ui::theme;
use firedamp::words::trouble::{Refused, refused};
use support::pty::{Cockpit, Key};

/// What a command says without a terminal: standard output, then standard error.
fn said(args: &[&str]) -> (String, String) {
    let mut command = Command::new(support::built("firedamp"));
    let done = command.args(args).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(done.stdout), text(done.stderr))
}

/// What stands in a terminal when the program has ended.
fn ended(args: &[&str], columns: u16) -> Vec<String> {
    let mut cockpit = Cockpit::start(args, &[], columns, 24);
    cockpit.wait_until("it says why", |screen| screen.contains("firedamp: "));
    cockpit.wait_for_exit(Duration::from_secs(20));
    let screen = cockpit.screen();
    screen.lines().map(|line| line.trim_end().to_owned()).filter(|it| !it.is_empty()).collect()
}

#[test]
fn the_help_of_theme_names_every_theme_that_is_built_in() {
    let (help, _) = said(&["--help"]);
    for (name, _) in theme::BUILT_IN {
        assert!(help.contains(name), "{name} is not in: {help}");
    }
}

#[test]
fn what_keeps_a_screen_or_a_command_from_its_work_is_said_in_the_language_that_was_asked_for() {
    let (_, thai) = said(&["--lang", "th", "--dir", "/tmp"]);
    assert!(thai.contains("ต้องเปิดในเทอร์มินัล") && thai.contains("ทำต่อ: "), "{thai}");
    let (_, english) = said(&["--lang", "en", "--dir", "/tmp"]);
    assert!(english.contains("needs a terminal") && english.contains("next: "), "{english}");
    let (_, of_command) = said(&["--lang", "th", "verify", "latest", "--dir", "/nowhere"]);
    assert!(of_command.contains("เพราะ: ไม่มีไดเรกทอรีของ session"), "{of_command}");
}

/// Every command that goes on with sessions, or reads them.
const OF_SESSIONS: [&[&str]; 14] = [
    &["sessions"],
    &["resume"],
    &["resume", "latest"],
    &["verify", "latest"],
    &["timeline", "latest"],
    &["brief", "latest"],
    &["note", "latest", "words"],
    &["debrief", "latest"],
    &["export", "latest"],
    &["sign", "latest"],
    &["handoff", "latest", "--to", "niran", "--i-have-read-it"],
    &["takeover", "latest", "--i-have-read-it"],
    &["replay", "latest"],
    &["handoff", "latest", "--to", "niran"],
];

#[test]
fn a_mistyped_directory_is_named_and_never_made() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("sesions");
    for command in OF_SESSIONS {
        for (language, why) in
            [("en", "there is no sessions directory "), ("th", "ไม่มีไดเรกทอรีของ session")]
        {
            let named = dir.display().to_string();
            let args = [command, &["--dir", &named, "--lang", language]].concat();
            // Some want a terminal before anything else.
            let lines = ended(&args, 200).join("\n");
            assert!(lines.contains(why) && lines.contains(&named), "{command:?}: {lines}");
            assert!(lines.contains("--dir DIR"), "{command:?}: {lines}");
            assert!(!dir.exists(), "{command:?}");
        }
    }
}

/// Keys are read, the help opens and closes: what a screen says by itself when it begins has been said by then.
fn opens_and_closes_its_help(cockpit: &mut Cockpit) {
    let in_help = |screen: &str| screen.contains("PgUp ^u ^b");
    cockpit.type_keys("?");
    cockpit.wait_until("the help is open", in_help);
    cockpit.press(Key::Esc);
    cockpit.wait_until("the help is closed", |screen| !in_help(screen));
}

#[test]
fn a_new_directory_is_made_only_where_the_one_above_it_is_there_and_the_screen_says_so() {
    let place = tempfile::tempdir().unwrap();
    let far = place.path().join("sv").join("sessions").display().to_string();
    for command in
        [&["--new"][..], &["train", "web-03-slow-at-night"], &["import", "/nowhere.tar.zst"]]
    {
        let lines = ended(&[command, &["--dir", &far]].concat(), 200).join("\n");
        assert!(lines.contains("cannot make the sessions directory"), "{command:?}: {lines}");
        assert!(lines.contains("above it") && lines.contains("mkdir -p"), "{command:?}: {lines}");
        assert!(!place.path().join("sv").exists(), "{command:?}");
    }
    for (language, words) in
        [("en", "New sessions directory made"), ("th", "สร้างไดเรกทอรี session ใหม่")]
    {
        let near = place.path().join(language).display().to_string();
        let args = ["--dir", &near, "--lang", language];
        let mut cockpit = Cockpit::start(&args, &[], 80, 24);
        cockpit.wait_until("it says that it is new", |screen| screen.contains(words));
        opens_and_closes_its_help(&mut cockpit);
        assert!(cockpit.screen().contains(words), "it stays: {}", cockpit.screen());
        drop(cockpit);
        let mut again = Cockpit::start(&args, &[], 80, 24);
        again.wait_until("it offers the session", |screen| screen.contains("firedamp"));
        opens_and_closes_its_help(&mut again);
        assert!(!again.screen().contains(words), "{}", again.screen());
        again.type_keys("\r");
        again.wait_until("the session is open", |screen| screen.contains(" 0/8"));
        opens_and_closes_its_help(&mut again);
        assert!(!again.screen().contains(words), "{}", again.screen());
    }
}

#[test]
fn nobody_is_told_to_take_a_directory_of_others_for_themselves() {
    for dir in ["/tmp", "/etc/passwd"] {
        for (language, next) in
            [("en", "next: name another: --dir DIR\n"), ("th", "ทำต่อ: ระบุที่อื่น: --dir DIR\n")]
        {
            let (_, text) = said(&["--lang", language, "--dir", dir, "sessions"]);
            assert!(text.ends_with(next) && !text.contains("chmod"), "{text}");
        }
    }
}

#[test]
fn a_place_where_no_directory_can_be_made_is_called_so() {
    for (language, why) in [
        ("en", "what is above it takes no new directories"),
        ("th", "ที่อยู่เหนือขึ้นไปสร้างไดเรกทอรีใหม่ไม่ได้"),
    ] {
        for command in [&["--new"][..], &["train", "web"], &[]] {
            let args = [command, &["--dir", "/proc/firedamp", "--lang", language]].concat();
            let lines = ended(&args, 200).join("\n");
            assert!(lines.contains(why) && lines.contains("/proc/firedamp"), "{lines}");
        }
    }
}

#[test]
fn a_bundle_that_is_not_there_is_answered_in_words() {
    let place = tempfile::tempdir().unwrap();
    let here = place.path().to_str().unwrap();
    for (language, why) in [("en", "why: it is not there"), ("th", "เพราะ: ไม่มีอยู่ตรงนั้น")]
    {
        let args = ["--lang", language, "--dir", here, "import", "/nowhere.tar.zst"];
        let (_, text) = said(&args);
        assert!(text.contains(why) && !text.contains("os error"), "{text}");
    }
}

#[test]
fn a_walkthrough_that_is_not_there_is_answered_with_those_that_are() {
    for (language, next) in
        [("en", "next: name one of these: firedamp train NAME"), ("th", "ทำต่อ: ระบุชื่อ")]
    {
        let (_, text) = said(&["--lang", language, "--dir", "/tmp", "train", "nope"]);
        assert!(text.contains("nope") && text.contains("web-03-slow-at-night"), "{text}");
        assert!(text.contains(next), "{text}");
    }
}

#[test]
fn every_complaint_begins_small_and_has_no_full_stop() {
    let commands: [&[&str]; 9] = [
        &["--dir", "/tmp"],
        &["--dir", "/nowhere/at/all", "--new"],
        &["--dir", "/nowhere", "sessions"],
        &["--dir", "/nowhere", "note", "latest", "words"],
        &["train", "nope"],
        &["playbook", "show", "nope"],
        &["export", "latest", "--mask", "web03", "--dir", "/tmp"],
        &["import", "/nowhere.tar.zst", "--dir", "/tmp"],
        &["handoff", "latest", "--to", "two words", "--dir", "/tmp"],
    ];
    for args in commands {
        let (_, text) = said(args);
        assert_eq!(text.lines().count(), 3, "{args:?}: {text}");
        for (line, lead) in text.lines().zip(["firedamp: ", "why: ", "next: "]) {
            let part = line.trim_start().strip_prefix(lead).unwrap_or_else(|| panic!("{text}"));
            let name = part.chars().take(2).all(|it| it.is_ascii_uppercase());
            assert!(name || !part.starts_with(char::is_uppercase), "{text}");
            assert!(!part.ends_with('.'), "{text}");
        }
    }
}

#[test]
fn a_long_complaint_is_broken_at_words_and_hangs_on_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().display().to_string();
    for (language, columns) in [("en", 80), ("th", 80), ("en", 48)] {
        let args = ["--lang", language, "--dir", &dir, "resume", "20261121T173000Z-nowhere-at-all"];
        let lines = ended(&args, columns);
        let leads = lines.iter().filter(|it| it.contains(": ") && !it.starts_with("          "));
        assert_eq!(leads.count(), 3, "{lines:?}");
        assert!(lines.iter().all(|it| it.chars().count() <= usize::from(columns)), "{lines:?}");
        let known =
            ["firedamp", "sessions", "`latest`", "written", "20261121T173000Z-nowhere-at-all"];
        for word in known.iter().filter(|word| language == "en" || word.is_ascii()) {
            let there = lines.iter().any(|line| line.contains(word));
            assert!(there || language == "th", "{word} is broken: {lines:?}");
        }
    }
}

#[test]
fn without_a_terminal_a_complaint_is_three_lines() {
    let (_, text) = said(&["--dir", "/tmp"]);
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn a_playbook_that_is_not_there_is_answered_with_those_that_are() {
    let (shown, complaint) = said(&["playbook", "show", "latest"]);
    assert!(shown.is_empty(), "{shown}");
    assert!(complaint.contains("latest") && complaint.contains("PB-31"), "{complaint}");
}

#[test]
fn a_file_that_cannot_be_read_is_one_line_without_counts() {
    let (shown, _) = said(&["playbook", "check", "/nowhere.md"]);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.starts_with("/nowhere.md: error: ") && !shown.contains("flows"), "{shown}");
}

#[test]
fn one_problem_is_one_problem() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plain.md");
    std::fs::write(&file, "# Playbook: One\n\n- [ ] look\n").unwrap();
    let (shown, _) = said(&["playbook", "check", file.to_str().unwrap()]);
    assert!(shown.contains(", 1 problem\n"), "{shown}");
    assert!(shown.contains("0 flows") && shown.contains("1 checklist, 1 item,"), "{shown}");
}

#[test]
fn a_playbook_without_tree_and_checklist_says_so_when_it_opens() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plain.md");
    std::fs::write(&file, "# Playbook: Words only\n\n**ID**: PB-90\n\nNothing.\n").unwrap();
    let dir = place.path().join("sessions").display().to_string();
    for (language, words) in [("en", "No decision tree and no checklist"), ("th", "ไม่มีผังและเช็กลิสต์")]
    {
        let playbook = file.to_str().unwrap();
        let args = ["--lang", language, "--new", "--dir", &dir, "--playbook", playbook];
        let mut cockpit = Cockpit::start(&args, &[], 80, 24);
        cockpit.wait_until("it says so", |screen| screen.contains(words) && screen.contains('7'));
    }
}

#[test]
fn a_file_with_nothing_of_a_playbook_begins_nothing_and_makes_no_directory() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("users");
    std::fs::write(&file, "suda:x:1000:1000::/home/suda:/bin/sh\n").unwrap();
    let dir = place.path().join("sessions");
    let (named, here) = (file.to_str().unwrap(), dir.to_str().unwrap());
    for (language, why) in
        [("en", "nothing of a playbook is in it"), ("th", "ในไฟล์ไม่มีส่วนใดของ playbook")]
    {
        let args = ["--lang", language, "--dir", here, "--playbook", named];
        let lines = ended(&args, 200).join("\n");
        assert!(lines.contains(why) && lines.contains(named), "{lines}");
        assert!(lines.contains(&format!("firedamp playbook check {named}")), "{lines}");
        assert!(!dir.exists(), "{lines}");
    }
    let lines = ended(&["--dir", here, "--playbook", "/nowhere.md"], 200).join("\n");
    assert!(lines.contains("cannot read the playbook /nowhere.md"), "{lines}");
    assert!(!dir.exists(), "{lines}");
}

#[test]
fn a_line_of_usage_names_no_option_that_only_the_environment_set() {
    let mut command = Command::new(support::built("firedamp"));
    command.arg("timeline").env_clear().env("FIREDAMP_DIR", "/nowhere");
    let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(said.contains("Usage: firedamp timeline [OPTIONS] <ID>"), "{said}");
    assert!(!said.contains("--dir"), "{said}");
}

#[test]
fn commands_that_print_refuse_in_the_language_that_was_asked_for() {
    let (_, thai) = said(&["--lang", "th", "scan", "--for", "x"]);
    assert!(thai.contains("ใช้เป็น --for ไม่ได้: x") && thai.contains("ทำต่อ: "), "{thai}");
    let (_, none) = said(&["--lang", "en", "scan", "--for", "0s"]);
    assert!(none.contains("this is no time between 1 second and a day"), "{none}");
    let (places, _) = said(&["--lang", "th", "paths", "--dir", "/srv/ir", "--rules", "/srv/rules"]);
    assert!(places.contains("กฎ ") && places.contains("(จาก --rules หรือ"), "{places}");
    let home = tempfile::tempdir().unwrap();
    let facts = home.path().join("facts");
    std::fs::write(&facts, "no json\n{\"id\":1}\n").unwrap();
    let (_, thai) = said(&["--lang", "th", "assess", facts.to_str().unwrap()]);
    assert!(thai.contains(":1: อ่านไม่ได้: ไม่ใช่ JSON"), "{thai}");
    assert!(thai.contains(":2: อ่านไม่ได้: ไม่มี `kind`"), "{thai}");
}

#[test]
fn every_refusal_of_a_command_has_its_words_in_both_languages() {
    let value = || firedamp::domain::untrusted::Untrusted::from("x");
    let all = [
        Refused::NoWords,
        Refused::NoHandoff,
        Refused::OwnHandoff,
        Refused::PenHeld(None),
        Refused::PenHeld(Some(value())),
        Refused::NotRead(0, "again"),
        Refused::NotRead(1, "again"),
        Refused::NotRead(7, "again"),
        Refused::NotSaved(value()),
        Refused::NoTraining,
        Refused::NotOver,
        Refused::NoTime(value()),
    ];
    for it in all {
        let [en, th] = [Language::En, Language::Th].map(|language| refused(language, &it));
        for (en, th) in [(&en.what, &th.what), (&en.next, &th.next)] {
            let (en, th) = (en.plain(400), th.plain(400));
            assert!(!en.is_empty() && !th.is_empty());
            assert!(en != th || en == "again", "{it:?}: {en}");
        }
    }
}
