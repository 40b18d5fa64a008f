//! Commands that stand in a text about somebody, and are nobody's to run: a row of a listing, a field of an alert.
//!
//! Invariant: only commands are weighed less by this, so that no key or heading makes settings of a miner harmless.

use super::keys::{self, Key};
use super::settings::{Setting, Settings};
use crate::domain::detect::grammar::Sentence;

/// Lines in which a heading is looked for.
const HEADING: usize = 5;
/// Words between a program and its options from which a line is no command.
const WORDS: usize = 2;
/// Programs behind which another one stands, with words between.
const STARTERS: &[&str] =
    &["start", "call", "cmd", "cmd.exe", "npm", "npx", "pm2", "yarn", "make", "cron", "ansible"];
/// Keys under which somebody tells what another ran, and what a rule looks for.
const TELLING: &[&str] = &[
    "body",
    "comment",
    "condition",
    "content",
    "desc",
    "description",
    "details",
    "event",
    "evidence",
    "example",
    "expected",
    "full-log",
    "line",
    "log",
    "match",
    "message",
    "msg",
    "note",
    "output",
    "pattern",
    "query",
    "raw",
    "regex",
    "sample",
    "text",
    "title",
    "value",
];
/// Keys that stand beside what was seen, and not beside what is to be run.
const OF_RECORDS: &[&str] = &[
    "action",
    "alert",
    "columns",
    "euid",
    "evidence",
    "expect",
    "expected",
    "finding",
    "findings",
    "grade",
    "parent-pid",
    "ppid",
    "process-id",
    "reasons",
    "rule",
    "seq",
    "severity",
    "signature",
    "verdict",
];

/// A line of a text as a row: it begins with a number, a time or several cells.
pub(super) fn is_row(line: &str, read: &Sentence) -> bool {
    let cells = || line.split(['|', ';']).map(str::trim);
    let is_number = |cell: &str| cell.len() > 1 && cell.bytes().all(|it| it.is_ascii_digit());
    line.starts_with('|')
        || cells().any(is_number)
        || line.matches('\t').count() > 1
        || read.commands.iter().any(|it| {
            let program = String::from_utf8_lossy(it.program.bytes()).to_ascii_lowercase();
            is_cell(&program)
                || it.led >= WORDS && !STARTERS.contains(&program.trim_start_matches('@'))
        })
}

/// No program is called so: `4242`, `10:00:01`, `4242,www-data,x`, `args:`.
fn is_cell(program: &str) -> bool {
    let begins = program.trim_start_matches(['[', '"', '(']);
    let dated = begins.starts_with(|it: char| it.is_ascii_digit())
        && begins.bytes().all(|it| it.is_ascii_digit() || b":-,./tz+]".contains(&it));
    !program.contains('/') && (dated || program.contains(',') || program.ends_with(':'))
}

/// Its first lines name the columns of a list of processes.
pub(super) fn is_listing(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty()).take(HEADING);
    lines.filter(|it| !it.starts_with(['#', '/', '-', '{'])).any(|line| {
        let line = line.to_ascii_lowercase();
        let has = |word: &str| {
            line.split(|it: char| !it.is_ascii_alphanumeric()).any(|part| part == word)
        };
        let names = ["args", "cmd", "cmdline", "command", "comm", "exe", "name", "process"];
        let whose = ["pid", "user", "uid"];
        whose.iter().any(|it| has(it)) && names.iter().any(|it| has(it)) && !line.contains('=')
    })
}

/// Groups in which something is told of a process, and of what was found of it.
pub(super) fn records(settings: &Settings) -> Vec<bool> {
    let is_record = |name: &str| OF_RECORDS.contains(&name);
    let mut found: Vec<bool> = settings.groups.iter().map(|it| is_record(&it.name)).collect();
    for it in &settings.all {
        let numbered = matches!(it.key.as_str(), "pid" | "uid") && it.value.parse::<u32>().is_ok();
        if let Some(group) = found.get_mut(it.group).filter(|_| numbered || is_record(&it.key)) {
            *group = true;
        }
    }
    found
}

/// What stands behind this key tells of somebody. In JSON, which programs write, only known keys say what is to be run.
pub(super) fn tells(setting: &Setting, settings: &Settings, records: &[bool], json: bool) -> bool {
    let key = setting.key.as_str();
    let command_line = key.replace('-', "");
    if TELLING.contains(&key)
        || command_line.contains("cmdline")
        || command_line.contains("commandline")
    {
        return true;
    }
    if !json {
        return false;
    }
    let within = |name: &str| keys::key(name) == Key::Command || name == "scripts";
    let mut lineage = settings.lineage(setting.group);
    let named = within(key)
        || settings
            .lineage(setting.group)
            .any(|at| settings.groups.get(at).is_some_and(|it| within(&it.name)));
    !named || lineage.any(|at| records.get(at).copied().unwrap_or_default())
}
