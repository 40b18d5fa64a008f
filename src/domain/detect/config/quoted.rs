//! Commands that stand in a text about somebody, and are nobody's to run: a row of a listing, a field of an alert.
//!
//! Invariant: only commands are weighed less by this, so that no key or heading makes settings of a miner harmless.

use std::collections::BTreeMap;

use super::keys::{self, Key};
use super::settings::{Setting, Settings};
use crate::domain::detect::grammar::Sentence;

/// Lines in which a heading is looked for.
const HEADING: usize = 5;
/// Lines with as many cells from which they are rows of a table.
const SEVERAL: usize = 3;
/// What stands between the cells of a row, and what may stand between the names of columns.
const BARS: [char; 2] = ['|', ';'];
const MARKS: [char; 4] = ['\t', '|', ';', ','];
/// Names of columns in which stands what is run.
const PROGRAMS: &[&str] =
    &["args", "cmd", "cmdline", "command", "comm", "exe", "name", "path", "process"];
/// Ends of names of files that are run.
const SCRIPTS: [&[u8]; 7] = [b".sh", b".bash", b".bat", b".cmd", b".ps1", b".service", b".zsh"];
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

/// A text as far as it may be a table: what its columns are called, and how many cells its lines have.
pub(super) struct Table {
    heading: Option<Heading>,
    tabs: BTreeMap<usize, usize>,
    bars: BTreeMap<usize, usize>,
}

/// The columns of a list of processes.
struct Heading {
    mark: Option<char>,
    /// Where the number of the process, or of the user, stands, and where what is run.
    number: usize,
    program: usize,
}

impl Table {
    /// What is run by its name is none, whatever it prints first.
    pub(super) fn of(path: &[u8], text: &str) -> Option<Self> {
        let is_script = text.starts_with("#!")
            || SCRIPTS.iter().any(|end| path.to_ascii_lowercase().ends_with(end));
        if is_script {
            return None;
        }
        let (mut tabs, mut bars) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines().map(str::trim) {
            *tabs.entry(line.matches('\t').count()).or_default() += 1;
            *bars.entry(line.matches(BARS).count()).or_default() += 1;
        }
        let mut lines = text.lines().map(str::trim).filter(|it| !it.is_empty()).take(HEADING);
        Some(Self { heading: lines.find_map(Heading::of), tabs, bars })
    }

    /// A line as a row: it begins with a number or a time, has cells as others have, or stands below a heading. Whoever
    /// begins with the path of a program, alone or behind the times and the user of cron, runs it; `timed` is the line without the times: signs of a
    /// shell part no cells, and words between it and its options make no row of it.
    pub(super) fn has(&self, line: &str, timed: &str, read: &Sentence) -> bool {
        let is_number = |cell: &str| cell.len() > 1 && cell.bytes().all(|it| it.is_ascii_digit());
        let several = |known: &BTreeMap<usize, usize>, cells: usize| {
            known.get(&cells).is_some_and(|lines| *lines >= SEVERAL)
        };
        let (tabs, bars) = (line.matches('\t').count(), line.matches(BARS).count());
        let by_user = || timed.split_once(char::is_whitespace).is_some_and(|it| runs(it.1));
        let is_timed = timed.len() < line.len();
        let is_crons = is_timed && by_user();
        let has_cells = several(&self.bars, bars) && line.split(BARS).map(str::trim).any(is_number)
            || several(&self.tabs, tabs) && tabs > 1;
        line.starts_with('|')
            || has_cells && !(is_timed || runs(line) || line.contains(" || "))
            || self.heading.as_ref().is_some_and(|it| it.fits(line))
            || read.commands.iter().any(|it| {
                let program = String::from_utf8_lossy(it.program.bytes()).to_ascii_lowercase();
                let starts = STARTERS.contains(&program.trim_start_matches('@'));
                is_cell(&program) || it.led >= WORDS && !(starts || is_crons || is_path(&program))
            })
    }
}

impl Heading {
    /// Its words are names of columns, and what is run stands behind whose it is.
    fn of(line: &str) -> Option<Self> {
        let line = line.to_ascii_lowercase();
        let mark = MARKS.into_iter().find(|it| line.contains(*it));
        let cells: Vec<&str> = cells(&line, mark).collect();
        let at = |names: &[&str]| cells.iter().position(|it| names.contains(it));
        let number = at(&["pid", "process_id"]).or_else(|| at(&["uid"]))?;
        let program = cells.iter().rposition(|it| PROGRAMS.contains(it))?;
        let named = |it: &&str| {
            let letters = it.trim_start_matches('%');
            !letters.is_empty()
                && letters.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        };
        (number < program && cells.iter().all(named)).then_some(Self { mark, number, program })
    }

    /// A number stands where one has to, and what is run where that has to.
    fn fits(&self, line: &str) -> bool {
        let cells: Vec<&str> = cells(line, self.mark).take(self.program + 1).collect();
        let numbered = cells.get(self.number).is_some_and(|it| it.parse::<u32>().is_ok());
        let runs = cells.get(self.program).is_some_and(|it| !it.starts_with('-'));
        let first = cells.iter().take(self.number).all(|it| !it.contains('/'));
        numbered && runs && first
    }
}

fn cells(line: &str, mark: Option<char>) -> impl Iterator<Item = &str> {
    let ends = move |it: char| mark.map_or_else(|| it.is_whitespace(), |mark| it == mark);
    let cells = line.trim_matches('|').split(ends);
    // Blanks in a row are layout.
    let cells = cells.filter(move |it| mark.is_some() || !it.is_empty());
    cells.map(|it| it.trim().trim_matches('"'))
}

/// It begins with the path of a program.
fn runs(line: &str) -> bool {
    let ends = |it: char| it.is_whitespace() || BARS.contains(&it);
    line.trim_start().split(ends).next().is_some_and(is_path)
}

/// A path, and neither a date nor the place of something that was found: `./kd`, not `21/11/2026` or `/etc/x:7`.
fn is_path(word: &str) -> bool {
    word.contains('/')
        && !word.contains([':', ','])
        && !word.starts_with(|it: char| it.is_ascii_digit())
}

/// No program is called so: `4242`, `10:00:01`, `4242,www-data,x`, `args:`.
fn is_cell(program: &str) -> bool {
    let begins = program.trim_start_matches(['[', '"', '(']);
    let dated = begins.starts_with(|it: char| it.is_ascii_digit())
        && begins.bytes().all(|it| it.is_ascii_digit() || b":-,./tz+]".contains(&it));
    !program.contains('/') && (dated || program.contains(',') || program.ends_with(':'))
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
