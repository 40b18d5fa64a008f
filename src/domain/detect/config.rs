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
mod quoted;
mod settings;

#[cfg(test)]
mod tests;

use crate::domain::detect::Grade;
use crate::domain::detect::grammar::{self, Algorithm, Heard, Pool, Sentence, User};
use crate::domain::detect::seen::last_part;
use crate::domain::untrusted::Untrusted;
use mine::Mine;
use quoted::Table;
use settings::Settings;

/// No more of a file is read.
pub const MOST_BYTES: usize = 128 << 10;
/// A longer line is no command that anybody wrote.
const LONGEST: usize = 8192;
/// Of so many lines with options commands are read.
const MOST_COMMANDS: usize = 512;
/// Stands for the program whose options are in lines of their own.
const NOBODY: &str = "x";

/// What a file says of mining.
#[derive(Debug)]
pub struct Config {
    mine: Mine,
    commands: Vec<Said>,
    /// It speaks about such things, and is told to nobody.
    prose: bool,
    /// It is written in sentences, whatever it is called: notes, a report.
    sentences: bool,
}

/// A command line in a file.
#[derive(Debug)]
struct Said {
    read: Sentence,
    /// Somebody tells what another ran, or what is looked for.
    quoted: bool,
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
    let table = Table::of(path, &text).filter(|_| !is_json);
    let commands = commands(&text, table.as_ref(), is_json, &settings);
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
fn commands(text: &str, table: Option<&Table>, is_json: bool, settings: &Settings) -> Vec<Said> {
    let mut found = Vec::new();
    let shell = |line: &str, found: &mut Vec<Said>, is_quoted: &dyn Fn(&Sentence) -> bool| {
        if line.len() <= LONGEST && found.len() < MOST_COMMANDS {
            let read = grammar::read([&b"sh"[..], b"-c", line.as_bytes()].into_iter());
            if !read.commands.is_empty() {
                found.push(Said { quoted: is_quoted(&read), read });
            }
        }
    };
    if !is_json {
        let joined = text
            .replace("\\\r\n", " ")
            .replace("\\\n", " ")
            .replace("^\r\n", " ")
            .replace("^\n", " ");
        for line in joined.lines().map(str::trim).filter(|it| is_command(it)) {
            let timed = prose::after_times(line);
            shell(timed, &mut found, &|read| table.is_some_and(|it| it.has(line, timed, read)));
        }
        let options: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|it| it.starts_with('-') && !it.starts_with("- ") && !it.starts_with("---"))
            .collect();
        if !options.is_empty() {
            shell(&format!("{NOBODY} {}", options.join(" ")), &mut found, &|_| false);
        }
    }
    let records = if is_json { quoted::records(settings) } else { Vec::new() };
    let mut words: Vec<(usize, bool, Vec<&str>)> = Vec::new();
    for setting in &settings.all {
        let value = setting.value.as_str();
        let is_word = keys::key(&setting.key) == keys::Key::Command && !value.contains(' ');
        if !(is_word || value.len() > 16 && value.contains(" -")) {
            continue;
        }
        let tells = quoted::tells(setting, settings, &records, is_json);
        let known =
            |(group, told, _): &&mut (usize, bool, _)| (*group, *told) == (setting.group, tells);
        if !is_word && value.trim_start().starts_with('-') {
            shell(&format!("{NOBODY} {value}"), &mut found, &|_| tells);
        } else if !is_word {
            shell(value, &mut found, &|_| tells);
        } else if let Some((_, _, words)) = words.last_mut().filter(known) {
            words.push(value);
        } else {
            words.push((setting.group, tells, vec![value]));
        }
    }
    for (_, tells, words) in words.iter().filter(|(_, _, words)| words.len() > 2) {
        shell(&format!("{NOBODY} {}", words.join(" ")), &mut found, &|_| *tells);
    }
    found
}

/// It may run something: there is an option in it.
fn is_command(line: &str) -> bool {
    let comment =
        line.starts_with(['#', ';', '-']) || line.starts_with("//") || line.starts_with("::");
    // An address alone is an item of a list.
    let words = line.contains(char::is_whitespace);
    !comment && line.len() > 12 && words && (prose::has_option(line) || line.contains("://"))
}

impl Config {
    /// It speaks about mining, to people or to compilers.
    #[must_use]
    pub const fn is_prose(&self) -> bool {
        self.prose || self.sentences
    }

    /// What it says of mining, it says of others.
    #[must_use]
    pub fn is_about_others(&self) -> bool {
        let quoted = self.commands.iter().all(|it| it.quoted);
        self.is_prose()
            || quoted && !self.commands.is_empty() && judge::judge(&self.mine).is_empty()
    }

    /// What it amounts to, the weightiest first.
    #[must_use]
    pub fn heard(&self) -> Vec<(Grade, Heard)> {
        self.weighed(self.is_prose(), Grade::Noted)
    }

    /// The same of a file that a program was told to read: sentences in it are no reason to believe that it is not.
    #[must_use]
    pub fn heard_if_told(&self) -> Vec<(Grade, Heard)> {
        self.weighed(self.prose, Grade::Suspect)
    }

    fn weighed(&self, speaks: bool, quoted: Grade) -> Vec<(Grade, Heard)> {
        let mut heard = judge::judge(&self.mine);
        for said in &self.commands {
            let most = if said.quoted { quoted } else { Grade::Confirmed };
            let judged = grammar::judge(&said.read).into_iter();
            let told = judged.filter(|(grade, _)| *grade > Grade::Noted);
            heard.extend(told.map(|(grade, heard)| (grade.min(most), heard)));
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

    /// Programs that it starts, where it is no settings but only starts somebody; without the folders before them.
    #[must_use]
    pub fn starts(&self) -> Option<Vec<Untrusted>> {
        if !judge::judge(&self.mine).is_empty() {
            return None;
        }
        let weighs = |it: &&Said| grammar::judge(&it.read).iter().any(|it| it.0 > Grade::Noted);
        let commands = self.commands.iter().filter(weighs).flat_map(|it| &it.read.commands);
        let names = commands.map(|it| Untrusted::new(last_part(it.program.bytes())));
        let names: Vec<Untrusted> = names.collect();
        // Options in lines of their own are those of whoever is told to read them.
        (!names.iter().any(|it| it.bytes() == NOBODY.as_bytes())).then_some(names)
    }

    fn said(&self) -> impl Iterator<Item = &Sentence> {
        self.commands.iter().map(|it| &it.read)
    }

    /// Places that work comes from.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        let told = self.said().flat_map(Sentence::pools);
        self.mine.veins.iter().flat_map(|it| &it.pools).chain(told)
    }

    /// Who may be paid.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        let told = self.said().flat_map(Sentence::users);
        self.mine.veins.iter().flat_map(|it| &it.users).chain(told)
    }

    /// What is computed.
    pub fn algorithms(&self) -> impl Iterator<Item = &Algorithm> {
        self.mine.algorithms.iter().chain(self.said().flat_map(Sentence::algorithms))
    }

    /// Names of machines.
    pub fn rigs(&self) -> impl Iterator<Item = &Untrusted> {
        let told = self.said().flat_map(Sentence::rigs);
        self.mine.veins.iter().flat_map(|it| &it.rigs).chain(told)
    }
}
