//! Lists of processes that other tools wrote: `ps`, osquery, UAC.
//!
//! Invariant: a line that is no row is refused with a reason. What such a list does not say is not known; a command line
//! that a tool joined with blanks is taken apart at blanks.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::input::{Case, Fact, Process, measured, no_json};
use crate::words::misread::Misread;

/// What tells a file that was deleted.
const DELETED: &str = " (deleted)";

/// Names of columns that `ps` has for what a process was told, which is always the last.
const COMMANDS: [&str; 4] = ["COMMAND", "CMD", "ARGS", "CMDLINE"];

/// A row by the number of its line, or why there is none.
pub(super) type Row = (usize, Result<Case, Misread>);

/// Rows of `ps auxww`, `ps -ef` and the like, by the names in their first line; of UAC's `ls -l /proc/*/exe` too.
pub(super) fn of_ps(text: &str) -> Vec<Row> {
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    let mut executables: HashMap<u64, String> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        if let Some((pid, path)) = executable(line) {
            executables.insert(pid, path);
        } else if let Some(names) = header(line) {
            columns = names;
        } else if columns.is_empty() {
            rows.push((number, Err(Misread::BeforeColumns)));
        } else {
            rows.push((number, row(line, &columns)));
        }
    }
    with_executables(&mut rows, &executables);
    rows
}

/// Rows of osquery's `processes`: one JSON array, or one object a line.
pub(super) fn of_osquery(text: &str) -> Vec<Row> {
    let row = |value: Value| match value {
        Value::Object(row) => process_of(&row),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Misread::NotObject)
        }
    };
    if let Ok(Value::Array(values)) = serde_json::from_str(text) {
        return (1..).zip(values.into_iter().map(row)).collect();
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let read = |line: &str| serde_json::from_str(line).map_err(|error| no_json(&error));
    lines.map(|(number, line)| (number, read(line).and_then(row))).collect()
}

/// Which list of another tool a first line begins, by the word that `--from` has for it.
pub(super) fn kind_of(line: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(line);
    let object = || serde_json::from_str::<Map<String, Value>>(&text).ok();
    if header(&text).is_some() {
        Some("ps")
    } else if executable(&text).is_some() {
        Some("uac")
    } else if text.trim_start().starts_with('[')
        || object().is_some_and(|it| it.contains_key("pid") && !it.contains_key("kind"))
    {
        Some("osquery")
    } else {
        None
    }
}

/// `... /proc/4411/exe -> /usr/bin/x`.
fn executable(line: &str) -> Option<(u64, String)> {
    let (before, path) = line.split_once(" -> ")?;
    let (_, rest) = before.rsplit_once("/proc/")?;
    let pid = rest.strip_suffix("/exe")?.parse().ok()?;
    Some((pid, path.to_owned()))
}

/// The names of the columns, if this is the line that has them.
fn header(line: &str) -> Option<Vec<String>> {
    let names: Vec<String> = line.split_whitespace().map(str::to_uppercase).collect();
    let command = names.last().is_some_and(|name| COMMANDS.contains(&name.as_str()));
    (command && names.iter().any(|name| name == "PID")).then_some(names)
}

fn row(line: &str, columns: &[String]) -> Result<Case, Misread> {
    let mut rest = line.trim_start();
    let mut process = Process::default();
    let (mut id, mut held) = (None, None);
    for (at, column) in columns.iter().enumerate() {
        if at + 1 == columns.len() {
            command(rest, &mut process);
            break;
        }
        let end = rest.find(char::is_whitespace).ok_or(Misread::FewColumns)?;
        let (field, after) = rest.split_at(end);
        rest = after.trim_start();
        match column.as_str() {
            "PID" => {
                id = Some(field.parse::<u64>().map_err(|_| Misread::NoPid(Some(field.into())))?);
            }
            "PPID" => process.parent = field.parse().ok(),
            "USER" | "UID" | "EUSER" | "RUSER" => user(field, &mut process),
            "%CPU" | "PCPU" | "C" => process.cpu = field.parse().ok().and_then(measured),
            // A thread of the kernel has no memory of its own.
            "VSZ" | "RSS" => {
                let size = field.parse::<u64>().ok();
                held = size.map(|size| size > 0 || held == Some(true)).or(held);
            }
            "TIME" | "CPUTIME" => process.minutes = minutes(field),
            _ => {}
        }
    }
    let id = id.ok_or(Misread::NoPid(None))?;
    let bracketed = process.arguments.first().is_some_and(|it| it.starts_with('['))
        && process.arguments.last().is_some_and(|it| it.ends_with(']'));
    if bracketed {
        let of_kernel = matches!(process.parent, None | Some(0 | 2));
        process.kernel = match held {
            Some(true) => Some(false),
            Some(false) if of_kernel => Some(true),
            Some(false) | None => None,
        };
    }
    Ok(Case { id: id.into(), fact: Fact::Process(Box::new(process)) })
}

fn user(field: &str, process: &mut Process) {
    match field.parse() {
        Ok(uid) => process.uid = Some(uid),
        Err(_) => field.clone_into(&mut process.user),
    }
}

/// What it was told; a tree's branches before it are none of it.
fn command(text: &str, process: &mut Process) {
    let text = text.trim_start_matches(['|', '\\', '_', ' ', '`', '-']);
    process.arguments = text.split_whitespace().map(str::to_owned).collect();
    let first = process.arguments.first().map(String::as_str).unwrap_or_default();
    let name = first.trim_matches(['[', ']']);
    let name = if name == first { name.rsplit('/').next().unwrap_or(name) } else { name };
    name.clone_into(&mut process.name);
}

/// `83:12`, `01:23:45` or `2-01:23:45`.
fn minutes(field: &str) -> Option<f32> {
    let (days, time) = field.split_once('-').unwrap_or(("0", field));
    let mut seconds = 0.0_f32;
    for part in time.split(':') {
        seconds = seconds.mul_add(60.0, part.parse().ok()?);
    }
    measured(days.parse::<f32>().ok()?.mul_add(1440.0, seconds / 60.0))
}

fn with_executables(rows: &mut [Row], executables: &HashMap<u64, String>) {
    for (_, row) in rows {
        let Ok(Case { id, fact: Fact::Process(process) }) = row else { continue };
        let Some(path) = id.as_u64().and_then(|pid| executables.get(&pid)) else { continue };
        process.deleted = path.ends_with(DELETED);
        path.strip_suffix(DELETED).unwrap_or(path).clone_into(&mut process.exe);
        process.kernel = Some(false);
    }
}

fn process_of(row: &Map<String, Value>) -> Result<Case, Misread> {
    let text = |name: &str| row.get(name).map(super::input::shown).unwrap_or_default();
    let number = |name: &str| text(name).parse::<f32>().ok();
    let id: u64 = text("pid").parse().map_err(|_| Misread::NoPid(None))?;
    let spent = number("user_time").zip(number("system_time"));
    let process = Process {
        name: text("name"),
        exe: text("path"),
        arguments: text("cmdline").split_whitespace().map(str::to_owned).collect(),
        folder: text("cwd"),
        parent: text("parent").parse().ok(),
        uid: text("uid").parse().ok(),
        user: text("username"),
        deleted: text("on_disk") == "0",
        minutes: spent.and_then(|(user, system)| measured((user + system) / 60_000.0)),
        ..Process::default()
    };
    Ok(Case { id: id.into(), fact: Fact::Process(Box::new(process)) })
}
