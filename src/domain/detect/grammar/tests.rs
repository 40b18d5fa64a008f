//! Command lines of miners and of everybody else, through the front door.

mod forms;
mod ordinary;
mod properties;
mod wallets;

use super::wallet::{made_base32, made_base58};
use super::{Sentence, judge, read};
use crate::domain::detect::Grade;

/// Reads words as a shell would split them.
fn said(line: &str) -> Sentence {
    let words = super::script::words(&filled(line));
    said_by(&words)
}

fn said_by<T: AsRef<str>>(words: &[T]) -> Sentence {
    read(words.iter().map(|word| word.as_ref().as_bytes()))
}

fn grade(line: &str) -> Option<Grade> {
    graded(&said(line))
}

fn graded(sentence: &Sentence) -> Option<Grade> {
    judge(sentence).iter().map(|(grade, _)| *grade).max()
}

/// Puts made-up addresses where names of coins stand.
fn filled(line: &str) -> String {
    line.replace("{xmr}", &monero())
        .replace("{btc}", &made_base58::check(&[0], 7))
        .replace("{rvn}", &made_base58::check(&[60], 7))
        .replace("{eth}", &format!("0x{}", "4d5e".repeat(10)))
        .replace("{kas}", &made_base32::cash_address("kaspa", 53, 9))
}

pub(in crate::domain::detect) fn monero() -> String {
    made_base58::crypto_note(&[18], 3, false)
}

#[track_caller]
fn all(expected: Option<Grade>, lines: &str) {
    let wrong: Vec<String> = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && grade(line) != expected)
        .map(|line| format!("{:?}: {line}\n  {:?}", grade(line), judge(&said(line))))
        .collect();
    assert!(wrong.is_empty(), "expected {expected:?}\n{}", wrong.join("\n"));
}

#[track_caller]
fn at_most(expected: Option<Grade>, lines: &str) {
    let wrong: Vec<String> = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && grade(line) > expected)
        .map(|line| format!("{:?}: {line}\n  {:?}", grade(line), judge(&said(line))))
        .collect();
    assert!(wrong.is_empty(), "expected at most {expected:?}\n{}", wrong.join("\n"));
}
