//! The folder of the responder's own rules: packs of indicators, Sigma rules, what is refused, and what is in force when.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop where it is, and starts its own children"
)]

#[path = "rules_folder/commands.rs"]
mod commands;
#[path = "rules_folder/packs.rs"]
mod packs;
#[path = "rules_folder/properties.rs"]
mod properties;
#[path = "rules_folder/refused.rs"]
mod refused;
#[path = "rules_folder/running.rs"]
mod running;
#[path = "rules_folder/sigma.rs"]
mod sigma;
#[path = "rules_folder/sigma_refused.rs"]
mod sigma_refused;
mod support;

use firedamp::domain::base::{Language, Timestamp};
use firedamp::domain::detect::rulebook::{Contents, read};
use firedamp::domain::detect::{End, Grade, Rule, Rulebook, Seen, Told};
use firedamp::words;

/// A day on which the packs of these tests hold.
fn today() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A pack of the responder's with these indicators.
fn pack(rows: &str) -> String {
    format!(
        "name = \"Case 7\"\nsource = \"Example CERT\"\nlicence = \"CC0-1.0\"\ndate = 2026-11-01\n\
         expires = 2027-01-31\n\n{rows}"
    )
}

/// These files, without a fault.
fn book(files: &[(&str, &str)]) -> Rulebook {
    let files: Vec<Contents> = files.iter().map(|(file, text)| read(file, text)).collect();
    for it in &files {
        assert_eq!(it.faults, [], "{}", it.file);
    }
    Rulebook::with(&files)
}

/// What is wrong with a file, as it is said.
fn faults(file: &str, text: &str) -> Vec<String> {
    let said = |it: &firedamp::domain::detect::BadRule| {
        let why = words::rules::fault(Language::En, &it.why).plain(400);
        assert!(!words::rules::fault(Language::Th, &it.why).plain(400).is_empty());
        format!("{}: {why}", it.line)
    };
    read(file, text).faults.iter().map(said).collect()
}

/// A process with these arguments; the first is its executable too.
fn process<'a>(arguments: &[&'a str]) -> Seen<'a> {
    let exe = arguments.first().copied().unwrap_or_default();
    let name = exe.rsplit('/').next().unwrap_or(exe);
    Seen {
        name: name.as_bytes(),
        exe: if exe.starts_with('/') { exe.as_bytes() } else { b"" },
        arguments: arguments.iter().map(|it| it.as_bytes()).collect(),
        kernel: Some(false),
        ..Seen::default()
    }
}

/// The other end of a connection.
fn end<'a>(address: Option<&str>, name: &'a str, port: u16) -> End<'a> {
    End { address: address.map(|it| it.parse().unwrap()), name: name.as_bytes(), port }
}

/// The grade of the one reason of this rule.
fn grade(told: &[Told], rule: Rule) -> Option<Grade> {
    let of_rule: Vec<_> = told.iter().filter(|(_, it)| it.rule == rule).collect();
    assert!(of_rule.len() < 2, "{of_rule:?}");
    of_rule.first().map(|(grade, _)| *grade)
}

/// The value of the first reason of this rule.
fn value(told: &[Told], rule: Rule) -> String {
    let found = told.iter().find(|(_, it)| it.rule == rule);
    found.map(|(_, it)| it.value.plain(2_000)).unwrap_or_default()
}
