//! `firedamp playbook check` and `show`, without a shell.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use firedamp::domain::base::Language;
use firedamp::domain::playbook::PB_31;
use firedamp::run::playbook::{check, show};
use tempfile::TempDir;

/// A directory with these files in it.
fn files(contents: &[(&str, &[u8])]) -> (TempDir, Vec<PathBuf>) {
    let dir = TempDir::new().unwrap();
    let paths = contents.iter().map(|(name, bytes)| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    });
    let paths = paths.collect();
    (dir, paths)
}

fn checked(paths: &[PathBuf], json: bool) -> (bool, String) {
    let mut out = Vec::new();
    let code = check(paths, json, &mut out).unwrap();
    (code == ExitCode::SUCCESS, String::from_utf8(out).unwrap())
}

#[test]
fn a_good_file_is_one_line() {
    let (dir, paths) =
        files(&[("pb-31.en.md", PB_31.en.as_bytes()), ("pb-31.th.md", PB_31.th.as_bytes())]);
    let (ok, out) = checked(&paths, false);
    let out = out.replace(&format!("{}/", dir.path().display()), "");
    assert!(ok);
    let expected = "pb-31.en.md: PB-31 \"Playbook: Cryptomining\" en: 3 flows, 22 nodes, 23 edges, 2 procedures, 13 steps, \
                    5 checklists, 29 items, 7 other blocks, 0 problems\n\
                    pb-31.th.md: PB-31 \"Playbook: Cryptomining / การขุดเหรียญดิจิทัล\" th: 3 flows, 22 nodes, 23 edges, \
                    2 procedures, 13 steps, 5 checklists, 29 items, 7 other blocks, 0 problems\n";
    assert_eq!(out, expected);
}

#[test]
fn problems_are_named_by_file_and_line_and_errors_fail() {
    let (_dir, paths) =
        files(&[("bad.md", b"# X\n**ID**: PB-9\n```mermaid\ngraph TD\nA[open\n```\n")]);
    let (ok, out) = checked(&paths, false);
    assert!(!ok);
    assert!(
        out.contains("bad.md:5: error: cannot read `A[open`: a bracket is never closed"),
        "{out}"
    );
    let (_dir, paths) = files(&[("warned.md", b"# X\n- [ ] look\n")]);
    let (ok, out) = checked(&paths, false);
    assert!(ok && out.contains("warned.md:1: warning: no id"), "{out}");
    let (_dir, paths) = files(&[("notes.md", b"# Things to buy\n\nMilk.\n")]);
    let (ok, out) = checked(&paths, false);
    assert!(!ok && out.contains("notes.md:1: error: nothing of a playbook is in it"), "{out}");
    let (ok, out) = checked(&paths, true);
    assert!(!ok && out.contains("\"severity\": \"error\""), "{out}");
}

#[test]
fn json_has_one_object_for_each_file() {
    let (_dir, paths) = files(&[("a.md", PB_31.th.as_bytes()), ("b.md", b"\xff\xfe")]);
    let (ok, out) = checked(&paths, true);
    assert!(!ok);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    let expected = [
        "file",
        "id",
        "title",
        "language",
        "flows",
        "nodes",
        "edges",
        "procedures",
        "steps",
        "checklists",
        "items",
        "other",
        "problems",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&found[0]["language"], &found[0]["items"]), (&"th".into(), &29.into()));
    let problem = &found[1]["problems"][0];
    assert_eq!((&problem["severity"], &problem["line"]), (&"error".into(), &1.into()));
    assert!(problem["message"].as_str().unwrap().contains("not UTF-8"));
}

#[test]
fn a_file_that_cannot_be_read_is_its_own_problem_and_the_others_go_on() {
    let huge = vec![b'x'; 8 * 1024 * 1024 + 1];
    let (dir, mut paths) = files(&[
        ("binary", b"\x7fELF\0\0"),
        ("latin.md", b"# ok\ncaf\xe9\n"),
        ("huge.md", &huge),
        ("z.md", b"# PB-7"),
    ]);
    paths.insert(0, dir.path().to_owned());
    paths.insert(0, dir.path().join("absent.md"));
    paths.insert(0, PathBuf::from("/dev/null"));
    let (ok, out) = checked(&paths, false);
    assert!(!ok);
    let errors: Vec<&str> = out.lines().filter(|it| it.contains(": error: ")).collect();
    let expected = [
        "no regular file",
        "cannot read the file: No such file",
        "is a directory",
        "is binary (byte 4 is NUL)",
        "line 2 is not UTF-8 (byte 8)",
        "more than 8 MiB",
    ];
    assert_eq!(errors.len(), expected.len(), "{out}");
    for (line, words) in errors.iter().zip(expected) {
        assert!(line.contains(words), "{line}");
    }
    assert!(out.contains("z.md: PB-7"));
}

#[test]
fn hostile_names_and_titles_are_drawn_visibly() {
    let (_dir, paths) =
        files(&[("a\u{1b}[2J\u{202e}.md", "# \u{1b}]0;x\u{7} PB-1 \u{202e}\n".as_bytes())]);
    for json in [false, true] {
        let (_, out) = checked(&paths, json);
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{out}");
        assert!(out.contains("^[[2J<U+202E>.md"), "{out}");
    }
}

#[test]
fn a_playbook_is_shown_by_its_id_in_either_language_or_by_its_file() {
    let shown = |what: &str, language| {
        let (mut out, mut complaints) = (Vec::new(), Vec::new());
        let code = show(what, language, &mut out, &mut complaints).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code == ExitCode::SUCCESS, text(out), text(complaints))
    };
    let (ok, english, _) = shown("pb-31", Language::En);
    assert!(ok && english.contains("-> (On-premise) OnPrem: Check CPU/GPU usage"), "{english}");
    assert!(english.contains("[ ] 1.3/1 Which hosts or instances are mining"), "{english}");
    assert!(
        english.contains("P1/4 AWS/Azure/GCP --> SOC: Instances found in 3 regions"),
        "{english}"
    );
    assert!(shown("PB-31", Language::Th).1.contains("การวิเคราะห์"));
    let (_dir, paths) = files(&[("x.md", b"# My own\n\n\x1b[31mtext\n")]);
    let (ok, own, _) = shown(paths[0].to_str().unwrap(), Language::En);
    assert!(ok && own.contains("My own\n======") && own.contains("^[[31mtext"), "{own}");
    let (ok, out, complaint) = shown("PB-77", Language::En);
    assert!(!ok && out.is_empty());
    assert!(
        complaint.contains("no playbook or file PB-77") && complaint.contains("built in: PB-31"),
        "{complaint}"
    );
}
