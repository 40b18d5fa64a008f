//! The configuration of a miner, whatever it is called and whatever it is written in.
//!
//! [`read`] takes the bytes of a file apart: JSON as miners read it, INI, TOML, YAML, lines of `KEY=value`, options and
//! command lines, `epools.txt`. [`Config::heard`] says what that amounts to. Neither knows a name of a miner or a pool.
//!
//! Invariant: total over any bytes, in time that grows with their number. Only what belongs together counts together: a
//! place and somebody who is paid stand in one group, as in one object, section or line. A place and a user alone are
//! everybody's. What only speaks about miners, as a manual, a log or a list to block, is never more than `noted`.
//!
//! Source: documentation and shipped examples of the miners named in `keys.rs`. Known false alarms, which are let pass:
//! databases, mail relays and tunnels with a host, a port, a user and a password; a wallet's program with its node.

mod json;
mod judge;
mod keys;
mod lines;
mod mine;
mod prose;
mod settings;

#[cfg(test)]
mod tests;

use crate::domain::detect::Grade;
use crate::domain::detect::grammar::{self, Algorithm, Heard, Pool, Sentence, User};
use crate::domain::untrusted::Untrusted;
use mine::Mine;
use settings::Settings;

/// No more of a file is read.
pub const MOST_BYTES: usize = 128 << 10;
/// A longer line is no command that anybody wrote.
const LONGEST: usize = 8192;
/// Of so many lines with options commands are read.
const MOST_COMMANDS: usize = 512;

/// What a file says of mining.
#[derive(Debug)]
pub struct Config {
    mine: Mine,
    commands: Vec<Sentence>,
    /// It speaks about such things, and is told to nobody.
    prose: bool,
    /// It is written in sentences, whatever it is called: notes, a report.
    sentences: bool,
}

/// Reads a file by what it says; of its path, which may be empty, only the end is looked at.
#[must_use]
pub fn read(path: &[u8], content: &[u8]) -> Config {
    let content = content.get(..MOST_BYTES).unwrap_or(content);
    let text = text_of(content);
    let mut settings = Settings::default();
    let is_json = json::is_json(&text);
    if is_json {
        json::read(&text, &mut settings, 0, "");
    } else {
        lines::read(&text, &mut settings);
    }
    let commands = commands(&text, is_json, &settings);
    let (prose, sentences) =
        (prose::by_its_name(path, &text), !is_json && prose::in_sentences(&text));
    Config { mine: Mine::of(&settings), commands, prose, sentences }
}

/// As text: what is in two bytes a letter, as Windows writes it, too.
fn text_of(content: &[u8]) -> String {
    let wide = content.starts_with(&[0xff, 0xfe]);
    if wide {
        let units: Vec<u16> = content
            .chunks_exact(2)
            .map(|it| it.iter().rev().fold(0, |sum, byte| sum << 8 | u16::from(*byte)))
            .collect();
        return String::from_utf16_lossy(&units).replacen('\u{feff}', "", 1);
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    String::from_utf8_lossy(content).into_owned()
}

/// Command lines: of a script, in values, and options that stand in lines of their own.
fn commands(text: &str, is_json: bool, settings: &Settings) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut shell = |line: &str| {
        if line.len() <= LONGEST && found.len() < MOST_COMMANDS {
            let read = grammar::read([&b"sh"[..], b"-c", line.as_bytes()].into_iter());
            found.extend((!read.commands.is_empty()).then_some(read));
        }
    };
    if !is_json {
        let joined = text
            .replace("\\\r\n", " ")
            .replace("\\\n", " ")
            .replace("^\r\n", " ")
            .replace("^\n", " ");
        joined.lines().map(str::trim).filter(|it| is_command(it)).for_each(&mut shell);
        let options: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|it| it.starts_with('-') && !it.starts_with("- ") && !it.starts_with("---"))
            .collect();
        if !options.is_empty() {
            shell(&format!("x {}", options.join(" ")));
        }
    }
    let mut words: Vec<(usize, Vec<&str>)> = Vec::new();
    for setting in &settings.all {
        let value = setting.value.as_str();
        if keys::key(&setting.key) == keys::Key::Command && !value.contains(' ') {
            match words.last_mut().filter(|(group, _)| *group == setting.group) {
                Some((_, words)) => words.push(value),
                None => words.push((setting.group, vec![value])),
            }
        } else if value.len() > 16 && value.contains(" -") {
            shell(value);
        }
    }
    for (_, words) in words.iter().filter(|(_, words)| words.len() > 2) {
        shell(&format!("x {}", words.join(" ")));
    }
    found
}

/// It may run something: there is an option in it.
fn is_command(line: &str) -> bool {
    let comment =
        line.starts_with(['#', ';', '-']) || line.starts_with("//") || line.starts_with("::");
    !comment && line.len() > 12 && (line.contains(" -") || line.contains("://"))
}

impl Config {
    /// It speaks about mining, to people or to compilers.
    #[must_use]
    pub const fn is_prose(&self) -> bool {
        self.prose || self.sentences
    }

    /// What it amounts to, the weightiest first.
    #[must_use]
    pub fn heard(&self) -> Vec<(Grade, Heard)> {
        self.weighed(self.is_prose())
    }

    /// The same of a file that a program was told to read: sentences in it are no reason to believe that it is not.
    #[must_use]
    pub fn heard_if_told(&self) -> Vec<(Grade, Heard)> {
        self.weighed(self.prose)
    }

    fn weighed(&self, speaks: bool) -> Vec<(Grade, Heard)> {
        let mut heard = judge::judge(&self.mine);
        for sentence in &self.commands {
            heard.extend(
                grammar::judge(sentence).into_iter().filter(|(grade, _)| *grade > Grade::Noted),
            );
        }
        if speaks {
            for (grade, _) in &mut heard {
                *grade = Grade::Noted;
            }
        }
        heard.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        heard.dedup_by(|one, other| one.1 == other.1);
        heard
    }

    /// Places that work comes from.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        let told = self.commands.iter().flat_map(Sentence::pools);
        self.mine.veins.iter().flat_map(|it| &it.pools).chain(told)
    }

    /// Who may be paid.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        let told = self.commands.iter().flat_map(Sentence::users);
        self.mine.veins.iter().flat_map(|it| &it.users).chain(told)
    }

    /// What is computed.
    pub fn algorithms(&self) -> impl Iterator<Item = &Algorithm> {
        self.mine.algorithms.iter().chain(self.commands.iter().flat_map(Sentence::algorithms))
    }

    /// Names of machines.
    pub fn rigs(&self) -> impl Iterator<Item = &Untrusted> {
        let told = self.commands.iter().flat_map(|it| &it.commands).flat_map(|it| &it.rigs);
        self.mine.veins.iter().flat_map(|it| &it.rigs).chain(told)
    }
}
