//! Jobs at a time: crontabs, the folders of cron, anacron, at and incron.

use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::program::before_input;
use crate::domain::facts::{AutostartKind, Remark};
use crate::host::probe::text::words;

/// Crontabs of users, named by them.
const SPOOLS: [&[u8]; 4] =
    [b"/var/spool/cron/crontabs", b"/var/spool/cron", b"/var/spool/cron/tabs", b"/etc/crontabs"];
const FOLDERS: [&[u8]; 5] = [
    b"/etc/cron.hourly",
    b"/etc/cron.daily",
    b"/etc/cron.weekly",
    b"/etc/cron.monthly",
    b"/etc/cron.yearly",
];
const AT_SPOOLS: [&[u8]; 3] = [b"/var/spool/cron/atjobs", b"/var/spool/at", b"/var/spool/atjobs"];
const FIRST_EXECUTABLE: u32 = 0o111;

/// A line of a crontab that does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job<'a> {
    /// From 1.
    pub(super) line: usize,
    pub(super) text: &'a [u8],
    pub(super) user: Option<&'a [u8]>,
    /// What is run; empty for a setting.
    pub(super) command: &'a [u8],
}

pub(super) fn hunt(dig: &mut Dig<'_>) {
    for spool in SPOOLS {
        for file in dig.files(spool) {
            let user = base_name(&file.path).to_vec();
            crontab(dig, &file, Some(&user));
        }
    }
    if let Some(file) = dig.read(b"/etc/crontab") {
        crontab(dig, &file, None);
    }
    // What else cron takes for a name of a job differs from one to the next; Debian's takes few.
    let strict = dig.meta(dig.ground.base(), b"/etc/debian_version").is_some();
    for file in dig.files(b"/etc/cron.d") {
        if is_passed_over(&file.path, strict) {
            passed_over(dig, &file);
        } else {
            crontab(dig, &file, None);
        }
    }
    for folder in FOLDERS {
        for file in dig.files(folder) {
            if base_name(&file.path) == b".placeholder" {
                continue;
            }
            let draft = Draft::new(AutostartKind::Cron, &file, 0, b"");
            let off = file.meta.mode & FIRST_EXECUTABLE == 0;
            let off = off || is_passed_over(&file.path, strict);
            let draft = draft.by(Some(b"root")).runs(Runs::Program(&file.path));
            let draft = draft.remark(Remark::NotEnabled, off);
            let draft = draft.remark(Remark::HiddenName, hidden(&file.path));
            dig.add_script_as(draft, &file);
        }
    }
    if let Some(file) = dig.read(b"/etc/anacrontab") {
        for (line, text, command) in anacrontab(&file.bytes) {
            let draft = Draft::new(AutostartKind::Anacron, &file, line, text).by(Some(b"root"));
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
    for spool in AT_SPOOLS {
        for file in dig.files(spool) {
            at(dig, &file);
        }
    }
    for file in dig.files(b"/etc/incron.d") {
        incrontab(dig, &file, b"root");
    }
    for file in dig.files(b"/var/spool/incron") {
        let user = base_name(&file.path).to_vec();
        incrontab(dig, &file, &user);
    }
}

/// A name that Debian's cron, and its `run-parts`, take for none of a job.
fn is_passed_over(path: &[u8], strict: bool) -> bool {
    let usual = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    strict && !base_name(path).iter().all(usual)
}

/// Its lines are no jobs, but what stands where jobs do is shown, and what it hides is.
fn passed_over(dig: &mut Dig<'_>, file: &File) {
    if base_name(&file.path) == b".placeholder" {
        return;
    }
    let draft = Draft::new(AutostartKind::Cron, file, 0, b"");
    let draft = draft.remark(Remark::NotEnabled, true);
    dig.add_script_as(draft.remark(Remark::HiddenName, hidden(&file.path)), file);
}

fn crontab(dig: &mut Dig<'_>, file: &File, owner: Option<&[u8]>) {
    let hides = hidden(&file.path);
    let mut is_idle = base_name(&file.path) != b".placeholder";
    for job in jobs(&file.bytes, owner.is_none()) {
        is_idle = false;
        let runs = if job.command.is_empty() { Runs::Nothing } else { Runs::Command(job.command) };
        let draft = Draft::new(AutostartKind::Cron, file, job.line, job.text).runs(runs);
        dig.add(draft.remark(Remark::HiddenName, hides).by(owner.or(job.user)));
    }
    // Comments alone start nothing yet, and whoever puts such a file here is seen all the same.
    if is_idle {
        let draft = Draft::new(AutostartKind::Cron, file, 0, b"").by(owner);
        let draft = draft.remark(Remark::NoLineRuns, true);
        dig.add(draft.remark(Remark::HiddenName, hides));
    }
}

fn incrontab(dig: &mut Dig<'_>, file: &File, user: &[u8]) {
    for (line, text) in lines(&file.bytes) {
        let mut fields = Fields(text);
        let command = fields.next().zip(fields.next()).map_or(&[][..], |_| fields.0.trim_ascii());
        let draft = Draft::new(AutostartKind::Incron, file, line, text).by(Some(user));
        dig.add(draft.runs(Runs::Command(command)));
    }
}

/// A job of `at` is a script with the whole environment before it; what was typed comes last.
fn at(dig: &mut Dig<'_>, file: &File) {
    let typed = typed(&file.bytes);
    let user = words(&file.bytes).find_map(|word| word.strip_prefix(b"uid="));
    let draft = Draft::new(AutostartKind::At, file, 0, typed).by(user);
    dig.add(draft.runs(Runs::Command(typed)));
}

/// What stands behind the bracket that closes `cd ... || {`, or all of it.
pub(super) fn typed(script: &[u8]) -> &[u8] {
    let mut at = 0;
    let mut start = 0;
    for line in script.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii() == b"}" && start == 0 {
            start = at;
        }
    }
    script.get(start..).unwrap_or_default().trim_ascii()
}

/// Lines that are neither blank nor comments, from 1. Stretches of line feeds cost little: somebody may write a million.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let (mut rest, mut at) = (text, 0);
    std::iter::from_fn(move || {
        loop {
            let blank = rest.iter().take_while(|byte| **byte == b'\n').count();
            let text = rest.get(blank..).filter(|text| !text.is_empty())?;
            let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
            let (line, after) = text.split_at_checked(end)?;
            rest = after.get(1..).unwrap_or_default();
            at += blank + 1;
            let bare = line.trim_ascii_start();
            if !bare.is_empty() && !bare.starts_with(b"#") {
                return Some((at, line));
            }
        }
    })
}

/// The jobs of a crontab and the settings that change what runs. `named`: a user stands before the command.
pub(super) fn jobs(text: &[u8], named: bool) -> impl Iterator<Item = Job<'_>> {
    lines(text).filter_map(move |(line, text)| {
        if let Some((name, value)) = setting(text) {
            let nothing = Job { line, text, user: None, command: b"" };
            return (!is_usual(name, value)).then_some(nothing);
        }
        let mut fields = Fields(text);
        let times = if text.trim_ascii_start().starts_with(b"@") { 1 } else { 5 };
        for _ in 0..times {
            fields.next();
        }
        let user = if named { fields.next() } else { None };
        let command = before_input(fields.0.trim_ascii());
        Some(Job { line, text, user, command })
    })
}

/// `NAME = value`, as cron reads it.
fn setting(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let at = line.iter().position(|byte| *byte == b'=')?;
    let name = line.get(..at)?.trim_ascii();
    let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let value = line.get(at + 1..)?.trim_ascii();
    let letters = name.first().is_some_and(|byte| !byte.is_ascii_digit());
    (plain && letters).then_some((name, value))
}

/// Settings that nearly every crontab has.
fn is_usual(name: &[u8], value: &[u8]) -> bool {
    let value = value.trim_ascii().strip_prefix(b"\"").unwrap_or(value);
    let value = value.strip_suffix(b"\"").unwrap_or(value);
    match name {
        b"SHELL" => matches!(value, b"/bin/sh" | b"/bin/bash" | b"/usr/bin/bash" | b"/bin/zsh"),
        b"PATH" => value.split(|byte| *byte == b':').all(|dir| {
            matches!(
                dir,
                b"/usr/local/sbin"
                    | b"/usr/local/bin"
                    | b"/sbin"
                    | b"/bin"
                    | b"/usr/sbin"
                    | b"/usr/bin"
                    | b"/snap/bin"
            )
        }),
        b"BASH_ENV" | b"ENV" => false,
        other => !other.starts_with(b"LD_"),
    }
}

/// Period, delay, name and command.
pub(super) fn anacrontab(text: &[u8]) -> impl Iterator<Item = (usize, &[u8], &[u8])> {
    lines(text).filter_map(|(line, text)| {
        let mut fields = Fields(text);
        let first = fields.next()?;
        (first.first()?.is_ascii_digit() || first.starts_with(b"@")).then_some(())?;
        fields.next()?;
        fields.next()?;
        Some((line, text, fields.0.trim_ascii()))
    })
}

/// Words from the left; what is left keeps its blanks.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0.trim_ascii_start();
        let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }
}

pub(super) fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// A name that begins with a dot.
pub(super) fn hidden(path: &[u8]) -> bool {
    base_name(path).starts_with(b".")
}
