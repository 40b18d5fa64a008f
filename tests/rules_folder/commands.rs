//! The commands: `rules check`, `assess --rules`, `scan --rules`, `paths`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::pack;
use super::sigma::rule;

fn firedamp(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(args).env_remove("FIREDAMP_RULES").stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of rules with a pack, a rule, a list with a fault, and a file that is none of ours.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("case7.toml", &pack("indicators = [\"work.example\"]\n"));
    write("mine.yml", &rule("sel:\n    CommandLine|contains: needle\ncondition: sel"));
    write("seen.txt", "192.0.2.7\n10.0.0.1\n");
    write("README.md", "what these are");
    write(".case7.toml.swp", "an editor's");
    dir
}

fn path(dir: &Path) -> &str {
    dir.to_str().unwrap()
}

#[test]
fn facts_of_a_file_are_judged_by_the_rules_of_the_folder() {
    let dir = folder();
    let facts = r#"{"kind":"process","id":1,"name":"a","exe":"/opt/a","cmdline":["/opt/a","needle"]}
{"kind":"process","id":2,"name":"a","exe":"/opt/a","cmdline":["/opt/a"],"remote":[{"ip":"192.0.2.7","port":443}]}
{"kind":"connection","id":3,"domain":"eu.work.example","port":443}
{"kind":"persistence","id":4,"type":"cron","path":"/etc/cron.d/x","content":"* * * * * root /usr/bin/a work.example"}
{"kind":"process","id":5,"name":"grep","exe":"/usr/bin/grep","cmdline":["grep","work.example"]}
{"kind":"process","id":6,"name":"a","exe":"/opt/a","cmdline":["/opt/a"]}
"#;
    let output = firedamp(&["assess", "-", "--json", "--rules", path(dir.path())], facts);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let answers: Vec<Value> =
        out(&output).lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let grades: Vec<&str> = answers.iter().map(|it| it["grade"].as_str().unwrap()).collect();
    assert_eq!(grades, ["suspect", "confirmed", "confirmed", "suspect", "noted", "none"]);
    let reason = &answers[1]["reasons"][0];
    assert_eq!(reason["rule"], "indicator");
    assert!(reason["value"].as_str().unwrap().contains("file: seen.txt:1"), "{reason}");
    let wrong =
        "seen.txt:2: `10.0.0.1` means another host in every net. Name what it talks to outside\n";
    assert!(said(&output).ends_with(wrong), "{}", said(&output));
    assert_eq!(said(&output).lines().count(), 1);
    let output = firedamp(&["assess", "-", "--json"], facts);
    assert!(!out(&output).contains("confirmed"), "without the folder nobody knows");
}

#[test]
fn a_folder_that_is_named_must_be_there() {
    let output = firedamp(&["assess", "-", "--rules", "/no/such/folder"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("cannot read the rules in /no/such/folder"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_file_that_others_may_write_is_not_read() {
    let dir = folder();
    let file = dir.path().join("case7.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let fact = r#"{"kind":"connection","id":3,"domain":"work.example","port":443}"#;
    let output = firedamp(&["assess", "-", "--json", "--rules", path(dir.path())], fact);
    assert!(out(&output).contains(r#""grade":"none""#), "{}", out(&output));
    assert!(
        said(&output).contains("case7.toml: others may write to this file"),
        "{}",
        said(&output)
    );
}

#[test]
fn checking_counts_what_is_right_and_names_what_is_wrong() {
    let dir = folder();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (toml, yaml, list) = (file("case7.toml"), file("mine.yml"), file("seen.txt"));
    let output = firedamp(&["rules", "check", &toml, &yaml], "");
    assert_eq!(output.status.code(), Some(0));
    let expected = format!(
        "{toml}: \"Case 7\" 1 indicator, 0 Sigma rules, 0 problems\n\
         {yaml}: 0 indicators, 1 Sigma rule, 0 problems\n"
    );
    assert_eq!(out(&output), expected);
    let output = firedamp(&["rules", "check", &list, "/no/such.txt"], "");
    assert_eq!(output.status.code(), Some(2), "one of them was not read");
    assert!(
        out(&output).contains(&format!("{list}:2: `10.0.0.1` means another host")),
        "{}",
        out(&output)
    );
    assert!(out(&output).contains("/no/such.txt: it is not there"), "{}", out(&output));
    let output = firedamp(&["rules", "check", path(dir.path())], "");
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    for file in [&toml, &yaml, &list] {
        assert!(out(&output).contains(&format!("{file}: ")), "{}", out(&output));
    }
    let output = firedamp(&["rules", "check", "--json", &list], "");
    let told: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(told[0]["indicators"], 1);
    assert_eq!(told[0]["problems"][0]["line"], 2);
    assert_eq!(told[0]["sha256"].as_str().unwrap().len(), 64);
    let output = firedamp(&["--lang", "th", "rules", "check", &list], "");
    assert!(out(&output).contains("ในแต่ละเครือข่ายเป็นคนละเครื่อง"), "{}", out(&output));
}

#[test]
fn the_place_of_rules_is_named_among_the_others() {
    let output = firedamp(&["paths"], "");
    assert!(
        out(&output).lines().any(|it| it.starts_with("rules ") && it.contains("/firedamp/rules"))
    );
    let output = firedamp(&["paths", "--rules", "/srv/rules"], "");
    assert!(out(&output).contains("/srv/rules  (--rules or FIREDAMP_RULES)"));
}

#[test]
fn a_scan_says_which_rules_were_in_force() {
    let dir = folder();
    let output = firedamp(&["scan", "--for", "1s", "--json", "--rules", path(dir.path())], "");
    let told: Value = serde_json::from_str(out(&output).trim()).unwrap();
    let files: Vec<&str> =
        told["rules"].as_array().unwrap().iter().map(|it| it["file"].as_str().unwrap()).collect();
    for it in ["built-in.toml", "pb-31-process.yml", "case7.toml", "mine.yml", "seen.txt"] {
        assert!(files.contains(&it), "{files:?}");
    }
}
