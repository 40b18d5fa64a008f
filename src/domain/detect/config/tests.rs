//! The grammar of configurations; which files are found is in `tests/evidence.rs`.

use proptest::prelude::*;

use super::*;

fn said(text: &str) -> Vec<(String, String)> {
    let mut settings = Settings::default();
    if json::is_json(text) {
        json::read(text, &mut settings, 0, "");
    } else {
        lines::read(text, &mut settings);
    }
    settings.all.into_iter().map(|it| (it.key, it.value)).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn json_is_read_as_miners_read_it() {
    let wanted = pairs(&[
        ("url", "a.example:1"),
        ("rig-id", "null"),
        ("n", "-1.5"),
        ("list", "x"),
        ("list", "y"),
    ]);
    for text in [
        r#"{"url":"a.example:1","rigId":null,"n":-1.5,"list":["x","y"]}"#,
        "{ // said\n 'url': 'a.example:1', rig_id: null, /* more */ n = -1.5, list: [x, \"y\",], }",
        "\"url\" : \"a.example:1\",\n\"rig id\" : null, \"n\": -1.5, \"list\" : [\"x\", \"y\"],",
        r#"{"url":"a.example\u003a1","rig-id":null,"n":-1.5,"list":["x","y"]"#,
    ] {
        assert_eq!(said(text), wanted, "{text}");
    }
}

#[test]
fn lines_are_read_in_every_form() {
    let wanted = pairs(&[("pool", "a.example:1"), ("user", "u")]);
    for text in [
        "pool = a.example:1\nuser=u\n",
        "[x]\npool: a.example:1\nuser: 'u' # who\n",
        "export POOL=\"a.example:1\"\nexport USER=u",
        "set pool=a.example:1\r\nset user=u\r\n",
        "x:\n  - pool: a.example:1\n    user: u\n",
        "x:\n- POOL=a.example:1\n- USER=u\n",
        "POOL: a.example:1, USER: u",
        "x = [\n { pool = \"a.example:1\", user = \"u\" },\n]\n",
    ] {
        assert_eq!(said(text), wanted, "{text}");
    }
}

#[test]
fn what_stands_in_another_group_is_not_paid_here() {
    let text = "[a]\nurl = db.example:5432\nthreads = 4\n[b]\nuser = acc.rig\npass = x\n";
    assert!(read(b"", text.as_bytes()).heard().is_empty());
    let text =
        "{\"a\":{\"pool\":\"db.example:1\"},\"b\":{\"login\":\"acc.rig\",\"algo\":\"rx/0\"}}";
    assert!(read(b"", text.as_bytes()).heard().iter().all(|(grade, _)| *grade < Grade::Confirmed));
}

#[test]
fn what_windows_wrote_is_read() {
    let text = "pool=stratum+tcp://a.example:1\nwallet=acc.rig\npass=x\n";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(b"x.txt", &wide).heard()[0].0, Grade::Confirmed);
}

#[test]
fn who_only_speaks_about_miners_is_noted_at_most() {
    let text = b"pool=stratum+tcp://a.example:1\nwallet=acc.rig\npass=x\n";
    assert_eq!(read(b"/x/config.txt", text).heard()[0].0, Grade::Confirmed);
    for path in
        ["/x/README.md", "/var/log/x.log", "/usr/share/doc/x/config.txt", "/x/.bash_history"]
    {
        assert_eq!(read(path.as_bytes(), text).heard()[0].0, Grade::Noted, "{path}");
    }
}

/// A command that nobody could take for anything else.
const RUN: &str = "./xmrig -o stratum+tcp://a.example:3333 -u acc.rig -p x";

fn grade(path: &str, text: &str) -> Option<Grade> {
    read(path.as_bytes(), text.as_bytes()).heard().first().map(|(grade, _)| *grade)
}

#[test]
fn a_script_is_no_table_whatever_signs_stand_in_it() {
    assert_eq!(grade("/opt/a/b", RUN), Some(Grade::Confirmed));
    for text in [
        RUN.replace(' ', "\t"),
        format!("true;11;{RUN}"),
        format!("echo user name\n{RUN}"),
        format!("pid user command\n{RUN}"),
        format!("user pid command\nxmrig 11 {}", RUN.split_once(' ').unwrap().1),
    ] {
        assert_eq!(grade("/opt/a/b", &text), Some(Grade::Confirmed), "{text}");
    }
    let bare = RUN.replace("stratum+tcp://", "");
    let tabs = bare.replace(' ', "\t");
    assert_eq!(grade("/opt/a/b", &tabs), grade("/opt/a/b", &bare), "{tabs}");
    assert!(grade("/opt/a/b", &tabs) > Some(Grade::Noted));
    // Not even one that prints a table of what it runs.
    let table = format!("USER PID COMMAND\nroot 1 /sbin/init\nwww 42 {RUN}\n");
    assert_eq!(grade("/opt/a/b", &table), Some(Grade::Noted));
    let cells = format!("a\t7\tx\nb\t8\ty\n;\nc\t9\t{RUN}\n");
    assert_eq!(grade("/opt/a/b", &cells), Some(Grade::Noted));
    let script = format!("true;11;{RUN}\n").repeat(4);
    assert_eq!(grade("/opt/a/b.sh", &script), Some(Grade::Confirmed));
    assert_eq!(grade("/opt/a/b", &format!("#!/bin/sh\n{script}")), Some(Grade::Confirmed));
}

#[test]
fn a_path_at_the_beginning_is_a_program_whatever_stands_behind_it() {
    let told = "-o 203.0.113.9:3333 -u acc.rig -p x -k";
    let plain = format!("./kd {told}");
    let expected = grade("/var/tmp/run", &plain);
    assert!(expected > Some(Grade::Noted));
    let tabs = |text: &str| text.replace(' ', "\t");
    for text in [
        format!("./kd miner start {told}"),
        format!("/lib64/ld-linux-x86-64.so.2 ./kd x {told}"),
        format!("echo x | xargs ./kd a b {told}"),
        format!("{}\n", tabs(&plain)).repeat(3),
        format!("{plain} || 11 ; true\n").repeat(3),
        format!("true || 11 ; {plain}\n").repeat(3),
        format!("* * * * * {plain}\n").repeat(3),
        tabs(&format!("* * * * * {plain}\n")).repeat(3),
        tabs(&format!("*/5 * * * * root {plain}\n")).repeat(3),
        tabs(&format!("*/5 * * * * root ./kd miner start {told}\n")).repeat(3),
    ] {
        assert_eq!(grade("/var/tmp/run", &text), expected, "{text}");
    }
    for row in [
        format!("/var/log/audit.txt:7: www-data ran xmrig {told}"),
        format!("21/11/2026\t4242\txmrig {told}\n").repeat(3),
        format!("www-data;4242;xmrig {told}\n").repeat(3),
    ] {
        assert!(grade("/var/tmp/run", &row) <= Some(Grade::Noted), "{row}");
    }
}

#[test]
fn a_list_of_processes_runs_nothing_however_its_columns_are_parted() {
    for (mark, heading) in [
        (" ", "UID PID PPID C"),
        (",", "pid,uid,user,tty"),
        ("\t", "user\tpid\ttty\ts"),
        (";", "pid;ppid;a;b"),
    ] {
        let row = ["42", "42", "7", "1", RUN].join(mark);
        assert_eq!(
            grade("/opt/a/b", &format!("{heading}{mark}CMD\n{row}\n")),
            Some(Grade::Noted),
            "{row}"
        );
    }
}

#[test]
fn a_deep_or_wide_file_costs_no_more_than_its_size() {
    let begun = std::time::Instant::now();
    for text in [
        "[".repeat(MOST_BYTES),
        "{\"a\":".repeat(MOST_BYTES / 5),
        "a=[\n".repeat(MOST_BYTES / 4),
        "a:\n ".repeat(MOST_BYTES / 4),
        "- ".repeat(MOST_BYTES / 2),
        "pool=stratum+tcp://a.example:1\n".repeat(MOST_BYTES / 31),
        "x -o a.example:1 -u b\n".repeat(MOST_BYTES / 22),
        "\"".repeat(MOST_BYTES),
        "/*".repeat(MOST_BYTES / 2),
    ] {
        let read = read(b"", text.as_bytes());
        assert!(read.heard().len() < 20_000);
    }
    // Unoptimised, on a busy machine; a quadratic one takes minutes.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn any_bytes_are_read(path in prop::collection::vec(any::<u8>(), 0..40), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let read = read(&path, &bytes);
        prop_assert!(read.heard().iter().all(|(_, heard)| !heard.value.is_empty()));
    }

    #[test]
    fn any_file_of_the_usual_signs_is_read(text in "([a-z]{1,6}|pool|url|user|wallet|\"|'|\\{|\\}|\\[|\\]|:|=|,|- |\n|  |//|/\\*|\\*/|stratum\\+tcp://a\\.example:1|-o |-u |\\\\){0,60}") {
        let read = read(b"", text.as_bytes());
        let _all = (read.heard(), read.pools().count(), read.users().count(), read.rigs().count());
    }
}
