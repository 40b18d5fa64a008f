//! `firedamp assess`: the labelled corpus, and what must hold for any facts.
//!
//! `cargo test --test assess -- --nocapture` prints how much is found and who is accused, by class.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop where it is, starts its own children, and prints what it counted"
)]

#[path = "assess/streams.rs"]
mod streams;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use serde_json::{Value, json};

/// Grades in their order.
const GRADES: [&str; 4] = ["none", "noted", "suspect", "confirmed"];
const SUSPECT: usize = 2;
const CONFIRMED: usize = 3;

fn assess(input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || to.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn answers(input: &[u8]) -> Vec<Value> {
    let output = assess(input);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rank(answer: &Value) -> usize {
    let grade = answer["grade"].as_str().unwrap();
    GRADES.iter().position(|it| *it == grade).unwrap()
}

/// The facts of a file of the corpus, and their labels.
fn corpus(name: &str) -> Vec<(Value, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let fact = |line: &str| {
        let mut fact: Value = serde_json::from_str(line).unwrap();
        let label = fact.as_object_mut().unwrap().remove("label").unwrap();
        (fact, label)
    };
    text.lines().map(fact).collect()
}

fn lines<'a>(facts: impl Iterator<Item = &'a Value>) -> Vec<u8> {
    facts.flat_map(|fact| format!("{fact}\n").into_bytes()).collect()
}

/// Judges a file of the corpus: of each class how many there are, and how many reach which grade.
fn judged(name: &str) -> BTreeMap<(String, usize), [usize; 4]> {
    let cases = corpus(name);
    let answers = answers(&lines(cases.iter().map(|(fact, _)| fact)));
    assert_eq!(answers.len(), cases.len());
    let mut found: BTreeMap<(String, usize), [usize; 4]> = BTreeMap::new();
    for ((fact, label), answer) in cases.iter().zip(&answers) {
        assert_eq!(fact["id"], answer["id"]);
        let expected = GRADES.iter().position(|it| label["expect"] == *it).unwrap();
        let class = label["class"].as_str().unwrap().to_owned();
        found.entry((class, expected)).or_default()[rank(answer)] += 1;
    }
    for ((class, expected), grades) in &found {
        println!("{name:18} {class:24} expected {:9} {grades:?}", GRADES[*expected]);
    }
    found
}

/// Of those that are expected to be at least `least`, how many in a hundred are.
fn share(found: &BTreeMap<(String, usize), [usize; 4]>, least: usize) -> f64 {
    let wanted = found.iter().filter(|((_, expected), _)| *expected >= least);
    let (mut all, mut reached) = (0, 0);
    for (_, grades) in wanted {
        all += grades.iter().sum::<usize>();
        reached += grades[least..].iter().sum::<usize>();
    }
    let share = 100.0 * reached as f64 / all as f64;
    println!("{reached} of {all} reach {}: {share:.1} %", GRADES[least]);
    share
}

#[test]
fn miners_with_arguments_are_found_whatever_they_are_called() {
    let found = judged("miners.jsonl");
    assert!(share(&found, SUSPECT) >= 95.0);
    assert!(share(&found, CONFIRMED) >= 80.0);
}

#[test]
fn most_of_the_disguised_are_found() {
    assert!(share(&judged("disguised.jsonl"), SUSPECT) >= 75.0);
}

#[test]
fn nobody_ordinary_is_confirmed_and_hardly_anybody_suspected() {
    for file in ["ordinary.jsonl", "persistence.jsonl", "connections.jsonl"] {
        let found = judged(file);
        let mut grades = [0; 4];
        for ((_, expected), counts) in &found {
            if *expected == 0 {
                (0..4).for_each(|grade| grades[grade] += counts[grade]);
            }
        }
        assert_eq!(grades[CONFIRMED], 0, "{file}");
        let all: usize = grades.iter().sum();
        let share = 100.0 * grades[SUSPECT] as f64 / all as f64;
        println!("{file}: {} of {all} suspected: {share:.1} %", grades[SUSPECT]);
        assert!(share < if file == "ordinary.jsonl" { 2.0 } else { 5.0 }, "{file}: {share}");
    }
}

#[test]
fn of_what_starts_by_itself_the_odd_one_of_a_pair_is_found() {
    assert!(share(&judged("persistence.jsonl"), SUSPECT) >= 85.0);
}

/// Names of tools that show texts, of shells, of what runs others, and of nobody.
const NAMES: [&str; 12] = [
    "worker", "tail", "grep", "git", "find", "bash", "sudo", "screen", "ssh", "docker", "python3",
    "timeout",
];

/// The same process under another name, in this folder; with no folder nobody knows its executable.
fn renamed(fact: &Value, name: &str, folder: &str) -> Value {
    let mut fact = fact.clone();
    let path = format!("{folder}{name}");
    let words = fact["cmdline"].as_array_mut().unwrap();
    if let Some(first) = words.first_mut() {
        let line = first.as_str().unwrap();
        let behind = line.find(' ').map_or("", |at| &line[at..]);
        *first = format!("{path}{behind}").into();
    }
    fact["name"] = name.into();
    fact["exe"] = if folder.is_empty() { "" } else { path.as_str() }.into();
    fact
}

/// It gives a whole line to somebody else, and is no miner itself.
fn hands_on(fact: &Value) -> bool {
    let words = fact["cmdline"].as_array().unwrap();
    words.iter().skip(1).any(|it| it.as_str().unwrap().contains(' '))
}

/// Nobody who is paid is named, and `-o` is an option of `grep` too.
fn is_a_pattern(fact: &Value) -> bool {
    let line = fact["cmdline"].to_string();
    !["-u", "--user", "--wallet", "@"].iter().any(|it| line.contains(it))
}

#[test]
fn a_miner_that_is_renamed_stays_confirmed() {
    let cases = corpus("miners.jsonl");
    let facts: Vec<&Value> = cases.iter().map(|(fact, _)| fact).collect();
    let before = answers(&lines(facts.iter().copied()));
    let sure: Vec<&Value> = facts
        .iter()
        .zip(&before)
        .filter(|(fact, before)| rank(before) == CONFIRMED && !hands_on(fact))
        .map(|(fact, _)| *fact)
        .collect();
    for (folder, least) in [("", SUSPECT), ("/opt/a/", CONFIRMED), ("/usr/local/bin/", CONFIRMED)] {
        for name in NAMES {
            let renamed: Vec<Value> = sure.iter().map(|it| renamed(it, name, folder)).collect();
            for (fact, after) in renamed.iter().zip(answers(&lines(renamed.iter()))) {
                let shown = is_a_pattern(fact) && name == "grep";
                assert!(shown || rank(&after) >= least, "{fact}\n{after}");
            }
        }
    }
}

#[test]
fn who_looks_for_miners_is_no_miner_for_that() {
    for words in [
        "grep -rn xmrig /var/log",
        "grep -o stratum+tcp://pool.example:3333 /var/log/syslog",
        "tail -f /var/log/xmrig.log",
        "grep -e stratum+tcp://pool.example:3333 -e 0x52908400098527886E0F7030069857D2E4169EE7 -r /",
        "find / -name xmrig -exec grep -l stratum+tcp://pool.example:3333 {} ;",
        "less +/stratum+tcp://pool.example:3333 /var/log/syslog",
    ] {
        for folder in ["", "/usr/bin/", "/usr/local/bin/"] {
            let name = words.split(' ').next().unwrap();
            let exe = if folder.is_empty() { String::new() } else { format!("{folder}{name}") };
            let told = verdict(&process(&exe, words));
            assert!(rank(&told) < SUSPECT, "{exe} {words}: {told}");
        }
    }
}

#[test]
fn nobody_changes_what_is_said_of_another() {
    let miners = corpus("miners.jsonl");
    let ordinary = corpus("ordinary.jsonl");
    let alone = answers(&lines(miners.iter().map(|(fact, _)| fact)));
    let mixed = ordinary.iter().chain(&miners).chain(&ordinary).map(|(fact, _)| fact);
    let together = answers(&lines(mixed));
    assert_eq!(alone, together[ordinary.len()..ordinary.len() + miners.len()]);
}

#[test]
fn a_grade_has_a_reason_and_a_reason_has_words() {
    for file in ["miners.jsonl", "disguised.jsonl", "ordinary.jsonl", "persistence.jsonl"] {
        let cases = corpus(file);
        for answer in answers(&lines(cases.iter().map(|(fact, _)| fact))) {
            let reasons = answer["reasons"].as_array().unwrap();
            assert_eq!(reasons.is_empty(), rank(&answer) == 0, "{answer}");
            let said = |reason: &Value, member: &str| !reason[member].as_str().unwrap().is_empty();
            assert!(
                reasons.iter().all(|it| said(it, "rule") && said(it, "fact") && said(it, "source")),
                "{answer}"
            );
        }
    }
}

fn verdict(fact: &Value) -> Value {
    answers(format!("{fact}\n").as_bytes()).remove(0)
}

fn process(exe: &str, words: &str) -> Value {
    let words: Vec<&str> = words.split(' ').collect();
    let name = words[0].rsplit('/').next().unwrap();
    json!({"kind":"process","id":1,"name":name,"exe":exe,"cmdline":words})
}

#[test]
fn what_is_taken_out_is_where_work_comes_from_and_what_is_computed() {
    let drops = verdict(&process("", "curl -fs http://198.51.100.7:8080/x.sh -o /root/x.sh"));
    assert_eq!(drops["extracted"]["pools"], json!([]), "{drops}");
    let coin = verdict(&process("", "./w --coin monero -o 192.0.2.9:443 -u someone -p x"));
    assert_eq!(coin["extracted"]["algorithms"], json!(["rx/0"]), "{coin}");
    assert_eq!(coin["extracted"]["pools"], json!(["192.0.2.9:443"]), "{coin}");
    let end = |domain: &str| {
        verdict(&json!({"kind":"connection","id":1,"domain":domain,"ip":"192.0.2.9","port":10128}))
    };
    let pool = end("eu.moneropool.example");
    assert_eq!(pool["extracted"]["pools"], json!(["eu.moneropool.example:10128"]), "{pool}");
    assert_eq!(end("mail.garden.example")["extracted"]["pools"], json!([]));
}

#[test]
fn nobody_is_a_thread_of_the_kernel_who_is_told_something() {
    let told = verdict(&process("", "kthreadd -o 192.0.2.9:443 -a rx/0 -u someone -k"));
    assert_eq!(rank(&told), CONFIRMED, "{told}");
    assert!(rank(&verdict(&process("", "[kthreadd]"))) < SUSPECT);
}

#[test]
fn who_only_calls_himself_a_tool_that_shows_texts_is_judged_by_what_he_is_told() {
    let words = "tail -o 192.0.2.9:443 -a rx/0 -u someone -k";
    assert_eq!(rank(&verdict(&process("/tmp/.x/tail", words))), CONFIRMED);
    assert!(rank(&verdict(&process("/usr/bin/tail", words))) < SUSPECT);
}

#[test]
fn a_list_shows_whether_a_name_in_brackets_has_memory() {
    let list = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n\
        root 2 0.0 0.0 0 0 ? S 10:00 0:00 [kthreadd]\n\
        root 41 0.0 0.0 0 0 ? I 10:00 0:01 [kworker/0:1-events]\n\
        root 77 0.0 0.1 9000 400 ? S 10:00 0:01 [kworker/0:2]\n";
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json", "--from", "ps"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let ranks: Vec<usize> =
        output.lines().map(|line| rank(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(ranks, [0, 0, SUSPECT], "{output}");
}

#[test]
fn a_bad_line_is_named_and_stops_nothing() {
    let good = json!({"kind":"process","id":7,"name":"sleep","exe":"/usr/bin/sleep","cmdline":["sleep","9"]});
    let input = format!(
        "{good}\nno json\n\n{{\"kind\":\"ghost\",\"id\":1}}\n{{\"kind\":\"process\"}}\n{good}\n"
    );
    let output = assess(input.as_bytes());
    let said = String::from_utf8(output.stderr).unwrap();
    let numbers: Vec<&str> = said.lines().filter_map(|line| line.split(':').nth(1)).collect();
    assert_eq!(numbers, ["2", "4", "5"], "{said}");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 3);
}

fn of_list(list: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json"]).args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn a_list_of_another_tool_is_named_once_with_what_to_add() {
    let ps = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 7 0 0 9 9 ? S 10:00 0:00 sleep 9\n";
    let rows = "root 8 0.0 0.0 9000 400 ? S 10:00 0:00 sleep 9\n".repeat(99);
    let osquery = "[{\"pid\":\"7\",\"name\":\"sleep\"}]\n";
    let object = "{\"pid\":\"7\",\"name\":\"sleep\"}\n{\"pid\":\"8\",\"name\":\"sleep\"}\n";
    for (list, kind) in
        [(format!("{ps}{rows}"), "ps"), (osquery.into(), "osquery"), (object.into(), "osquery")]
    {
        let output = of_list(&list, &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(&format!("--from {kind}")), "{said}");
        assert_eq!(output.status.code(), Some(3));
        let read = of_list(&list, &["--from", kind]);
        assert_eq!(read.status.code(), Some(0), "what is told to be done works: {read:?}");
    }
}

#[test]
fn what_is_no_json_is_said_in_words_of_our_own() {
    let output = of_list("not json\n{\"kind\":\n{\"kind\": process}\n", &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("line 1") && !said.contains("expected"), "{said}");
    for it in ["-:1: not read, is no JSON", "-:2: not read, is JSON that is cut short"] {
        assert!(said.contains(it), "{said}");
    }
}

#[test]
fn both_ways_to_list_processes_grade_an_idle_one_alike() {
    let aux = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n\
        root 77 0.0 0.0 5000 900 ? S 10:00 0:00 /var/tmp/y\n";
    let ef = "UID PID PPID C STIME TTY TIME CMD\nroot 77 900 0 10:00 pts/0 00:00:00 /var/tmp/y\n";
    let [one, other] = [aux, ef].map(|list| {
        let output = of_list(list, &["--from", "ps"]);
        rank(&serde_json::from_slice(&output.stdout).unwrap())
    });
    assert_eq!(one, other);
}

#[test]
fn nothing_unprintable_comes_out() {
    let text = "\u{1b}[2J\u{202e}gpj\u{7f}\u{200b}\u{e000}";
    let fact = json!({"kind":"process","id":text,"name":text,"exe":format!("/tmp/.{text}"),"cmdline":[text,text]});
    let output = assess(format!("{fact}\n").as_bytes());
    assert!(!output.stdout.is_empty());
    assert!(
        output.stdout.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n'))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_bytes_are_answered_or_named(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let output = assess(&bytes);
        prop_assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    }

    #[test]
    fn any_words_are_judged(words in prop::collection::vec("\\PC{0,40}", 0..12), name in "\\PC{0,16}") {
        let fact = json!({"kind":"process","id":"x","name":name,"exe":"","cmdline":words});
        prop_assert_eq!(answers(format!("{fact}\n").as_bytes()).len(), 1);
    }
}

#[test]
fn a_port_that_anybody_may_take_excuses_no_whole_processor_that_works_for_one_place() {
    let grade = |listen: &[u16], more: &str| {
        let ends = ["198.51.100.9"].into_iter().chain(more.split_whitespace());
        let remote: Vec<Value> = ends.map(|ip| json!({"ip": ip, "port": 443})).collect();
        let fact = json!({
            "kind": "process", "id": 1, "name": "w", "exe": "/home/mali/w", "cmdline": ["./w"],
            "user": "mali", "cpu_pct": 399.0, "cpu_minutes": 240.0, "listen": listen,
            "remote": remote,
        });
        rank(&answers(format!("{fact}\n").as_bytes())[0])
    };
    assert_eq!(grade(&[], ""), SUSPECT);
    assert_eq!(grade(&[18_080], ""), SUSPECT);
    assert!(grade(&[80], "") < SUSPECT, "a service that is known");
    assert!(grade(&[18_080], "198.51.100.10") < SUSPECT, "it talks to two");
}
