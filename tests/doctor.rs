//! `firedamp doctor`, as people and programs read it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop where it is, starts its own children, and says why it skips"
)]

use std::process::{Command, Stdio};

use firedamp::ui::text::width;
use serde_json::Value;
use tempfile::TempDir;

/// What it prints, with its sessions in a place of their own.
fn doctor(args: &[&str]) -> (String, TempDir) {
    let place = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.arg("doctor").args(args).env("TERM", "xterm\x1b[2J").stdin(Stdio::null());
    let done = command.arg("--dir").arg(place.path().join("sessions")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.stderr, b"");
    (String::from_utf8(done.stdout).unwrap(), place)
}

#[test]
fn it_fits_a_terminal_in_both_languages_and_holds_nothing_that_cannot_be_printed() {
    for language in ["en", "th"] {
        let (text, place) = doctor(&["--lang", language]);
        for line in text.lines() {
            let path = line.trim_start().starts_with("sessions");
            assert!(path || width(line) <= 80, "{} columns: {line}", width(line));
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        for part in ["p50", "p99", "static", "pidfd", "sock_diag", "BPF"] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        assert!(!place.path().join("sessions").exists(), "it made a directory");
    }
}

#[test]
fn programs_get_every_number() {
    let (text, _place) = doctor(&["--json"]);
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["static"], true);
    let costs = told["costs"].as_array().unwrap();
    let of = |part: &str| costs.iter().find(|it| it["part"] == part).unwrap();
    let (processes, all) = (of("processes"), of("all"));
    assert!(processes["rows"].as_u64().unwrap() > 1);
    let number = |row: &Value, name: &str| row[name].as_u64().unwrap();
    for row in costs {
        assert!(number(row, "p50_us") <= number(row, "p99_us"), "{row}");
        assert!(number(row, "p99_us") <= number(row, "max_us"), "{row}");
    }
    assert!(number(all, "max_us") >= number(processes, "max_us"));
    assert!(told["sights"].as_array().unwrap().iter().all(|it| it["seen"].is_boolean()));
    assert!(told["kernel"]["pidfd"].is_boolean());
}

#[test]
fn without_privilege_it_says_what_is_missing_and_how_to_get_it() {
    let setpriv = std::path::Path::new("/usr/bin/setpriv");
    if !rustix::process::geteuid().is_root() || !setpriv.exists() {
        eprintln!("skipped: needs root and setpriv");
        return;
    }
    // Where anybody may run it.
    let place = tempfile::tempdir_in("/tmp").unwrap();
    let program = place.path().join("firedamp");
    std::fs::copy(env!("CARGO_BIN_EXE_firedamp"), &program).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.path(), open).unwrap();
    let mut command = Command::new(setpriv);
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
    let done = command.args(["doctor", "--lang", "en"]).env_clear().output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success());
    for capability in ["CAP_NET_RAW", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_SYS_NICE"] {
        let wanted = format!("needs root or {capability}");
        assert!(text.contains(&wanted), "{capability} is not asked for: {text}");
    }
}
