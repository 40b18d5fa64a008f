//! The corpus of files, through `firedamp assess`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Grades in their order.
const GRADES: [&str; 4] = ["none", "noted", "suspect", "confirmed"];

fn answers(facts: &[Value]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let input: String = facts.iter().flat_map(|fact| [fact.to_string(), "\n".to_owned()]).collect();
    let writer = std::thread::spawn(move || to.write_all(input.as_bytes()).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn corpus() -> Vec<Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/files.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rank(grade: &Value) -> usize {
    GRADES.iter().position(|it| *grade == *it).unwrap()
}

#[test]
fn every_miners_configuration_is_found_and_no_ordinary_file_is() {
    let facts = corpus();
    let answers = answers(&facts);
    assert_eq!(answers.len(), facts.len());
    let (mut found, mut miners, mut confirmed, mut wrong) = (0, 0, 0, Vec::new());
    for (fact, answer) in facts.iter().zip(&answers) {
        let (got, label) = (rank(&answer["grade"]), &fact["label"]);
        if label["expect"] == "none" {
            if got > rank(&label["at_most"]) || got > 1 && label["at_most"] != "suspect" {
                wrong.push(format!("{} {answer}", fact["path"]));
            }
            continue;
        }
        miners += 1;
        confirmed += usize::from(got == 3);
        found += usize::from(got > 1);
        if got < rank(&label["expect"]) {
            wrong.push(format!("{} {answer}", fact["path"]));
        }
    }
    println!("{miners} configurations of miners: {found} found, {confirmed} confirmed");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(miners > 40 && facts.len() - miners > 60);
}

#[test]
fn words_that_others_use_too_and_names_of_groups_confirm_nothing() {
    let databases = [
        r#"{"esm":true,"db":{"url":"db.example.com:5432","user":"app"}}"#,
        r#"{"esm":true,"url":"db.example.com:5432","user":"app"}"#,
        r#"{"nicehash":{"url":"shop.example.com:8443","user":"app"}}"#,
        r#"{"donate-level":1,"db":{"url":"db.example.com:5432","user":"app"}}"#,
        "octopus:\n  url: octopus.example.com:10943\n  user: deploy\n",
        "[octopus]\nurl = octopus.example.com:10943\nuser = deploy\n",
        "scantime: 30\nmport: 8080\nurl: av.example.com:3310\nuser: clam\n",
    ];
    let fact = |content: &&str| json!({"kind": "file", "id": 1, "path": "/srv/app/config", "content": content});
    let facts: Vec<Value> = databases.iter().map(fact).collect();
    for (fact, answer) in facts.iter().zip(answers(&facts)) {
        assert!(rank(&answer["grade"]) < 3, "{fact} {answer}");
    }
}

#[test]
fn a_file_that_a_package_has_so_is_never_found() {
    let owned = |mut fact: Value| {
        fact["package_owned"] = true.into();
        fact
    };
    let facts: Vec<Value> = corpus().into_iter().map(owned).collect();
    assert!(answers(&facts).iter().all(|it| it["grade"] == "none"));
}

#[test]
fn renaming_a_file_and_its_hosts_loses_nothing() {
    let neutral = |mut fact: Value| {
        let content = fact["content"].as_str().unwrap();
        let content = content.replace("xmrig", "svc").replace("pool.example", "h.example");
        fact["content"] = content.into();
        fact["path"] = "/opt/a/b".into();
        fact
    };
    let miners: Vec<Value> =
        corpus().into_iter().filter(|it| it["label"]["expect"] == "confirmed").collect();
    let renamed: Vec<Value> = miners.iter().cloned().map(neutral).collect();
    for (fact, answer) in miners.iter().zip(answers(&renamed)) {
        assert_eq!(answer["grade"], "confirmed", "{fact}");
    }
}

#[test]
fn pools_wallets_rigs_and_algorithms_are_taken_out_of_a_file() {
    let content = "{\"pools\":[{\"url\":\"stratum+tcp://gw.example:3333\",\"algo\":\"rx/0\",\
                   \"user\":\"42yKYMHoNCUeBtk8oxKFJoVGKZrdJH8o2aX46t5KeqXRAtj3GYtF9uobpdVHfPXYsYFgnamKBpjgkFk8oAhcPGAA7ethnPb.w1\"}]}";
    let fact = json!({"kind": "file", "id": 1, "path": "/x/config.json", "content": content});
    let answer = &answers(&[fact])[0];
    assert_eq!(answer["extracted"]["pools"], json!(["stratum+tcp://gw.example:3333"]));
    assert_eq!(answer["extracted"]["algorithms"], json!(["rx/0"]));
    assert_eq!(answer["extracted"]["rigs"], json!(["w1"]));
    assert_eq!(answer["reasons"][0]["rule"], "config-file");
}

#[test]
fn accounts_and_names_of_machines_are_taken_out_of_who_is_found_and_of_nobody_else() {
    let fact =
        |id: &str, cmdline: &[&str]| json!({"kind": "process", "id": id, "cmdline": cmdline});
    let account = "somebody@mail.example";
    let miner = [
        "/opt/a",
        "-o",
        "stratum+tcp://gw.example:3333",
        "-u",
        account,
        "--rig-id",
        "web-7",
        "-a",
        "rx/0",
    ];
    let client = ["mysql", "-h", "db.example", "-u", "somebody@mail.example"];
    let all = answers(&[fact("m", &miner), fact("c", &client)]);
    assert_eq!(all[0]["extracted"]["users"], json!([account]));
    assert_eq!(all[0]["extracted"]["rigs"], json!(["web-7"]));
    assert_eq!(all[1]["extracted"]["users"], json!([]));
}
