//! What upkeep of the machine runs or writes: logrotate, cloud-init (in [`super::cloud`]), `tmpfiles.d`, and settings of
//! the kernel that name a program.

use std::collections::BTreeSet;

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, fits, follow, unquoted};
use crate::domain::base::Timestamp;
use crate::domain::facts::{AutostartKind, NotWhole};
use crate::host::probe::text::words;

/// Scripts of logrotate begin with one of these and end with `endscript`.
const SCRIPTS: [&[u8]; 5] =
    [b"prerotate", b"postrotate", b"firstaction", b"lastaction", b"preremove"];
const PROGRAMS: [&[u8]; 3] = [b"compresscmd", b"uncompresscmd", b"mail"];
const TMPFILES: [&[u8]; 4] =
    [b"/etc/tmpfiles.d", b"/run/tmpfiles.d", b"/usr/local/lib/tmpfiles.d", b"/usr/lib/tmpfiles.d"];
const SYSCTL: [&[u8]; 4] =
    [b"/etc/sysctl.d", b"/run/sysctl.d", b"/usr/local/lib/sysctl.d", b"/usr/lib/sysctl.d"];
const BINFMT: [&[u8]; 4] =
    [b"/etc/binfmt.d", b"/run/binfmt.d", b"/usr/local/lib/binfmt.d", b"/usr/lib/binfmt.d"];
/// Settings of the kernel that it runs, and what they are where nobody changed them.
const RUN_BY_KERNEL: [(&[u8], &[&[u8]]); 4] = [
    (b"kernel/core_pattern", &[b"core"]),
    (b"kernel/modprobe", &[b"/sbin/modprobe", b"/usr/sbin/modprobe", b"/bin/modprobe", b""]),
    (b"kernel/hotplug", &[b""]),
    (b"kernel/poweroff_cmd", &[b"/sbin/poweroff", b"/usr/sbin/poweroff", b""]),
];
/// Lines of one file that are listed by themselves.
const MOST_LINES: usize = 500;

pub(super) fn hunt(dig: &mut Dig<'_>) {
    logrotate(dig);
    super::cloud::hunt(dig);
    for file in stronger(dig, &TMPFILES) {
        tmpfiles(dig, &file);
    }
    let mut files = stronger(dig, &SYSCTL);
    files.extend(dig.read(b"/etc/sysctl.conf"));
    for file in &files {
        sysctl(dig, file);
    }
    for file in stronger(dig, &BINFMT) {
        binfmt(dig, &file);
    }
    for (name, usual) in RUN_BY_KERNEL {
        now(dig, name, usual);
    }
}

/// Files of directories of which the first that has a name is the one that counts.
fn stronger(dig: &mut Dig<'_>, dirs: &[&[u8]]) -> Vec<File> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<File> = dirs.iter().flat_map(|dir| dig.files(dir)).collect();
    found.retain(|file| seen.insert(base_name(&file.path).to_vec()));
    found
}

fn logrotate(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/logrotate.conf").into_iter().collect();
    files.extend(dig.files(b"/etc/logrotate.d"));
    let trail = Trail { kind: AutostartKind::Logrotate, home: None };
    for file in &follow(dig, trail, files, &|file| rotated_too(file)) {
        let (mut inside, mut listed) = (false, 0);
        for (line, text) in lines(&file.bytes) {
            let first =
                text.trim_ascii().split(|it| it.is_ascii_whitespace() || *it == b'=').next();
            let first = first.unwrap_or_default();
            let mut set = Vec::new();
            let command = if !inside && opens(text) {
                inside = true;
                continue;
            } else if first == b"endscript" {
                inside = false;
                continue;
            } else if inside {
                text
            } else if PROGRAMS.contains(&first) && first != b"mail" {
                let rest = text.trim_ascii().get(first.len()..).unwrap_or_default().trim_ascii();
                let rest = rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii();
                set = [first, b"=", rest].concat();
                rest
            } else {
                continue;
            };
            listed += 1;
            if listed > MOST_LINES {
                dig.part(&file.path, NotWhole::Entries);
                break;
            }
            let text = if set.is_empty() { text } else { &set };
            let draft = Draft::new(AutostartKind::Logrotate, file, line, text).by(Some(b"root"));
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
}

/// A script begins behind this line, or behind the bracket in it.
fn opens(text: &[u8]) -> bool {
    let mut before: &[u8] = b"{";
    words(text).any(|word| {
        let begins = before.ends_with(b"{") && SCRIPTS.contains(&word);
        before = word;
        begins
    })
}

/// `include` of logrotate: a file, or every file of a directory.
fn rotated_too(file: &File) -> Vec<Lead> {
    let named = lines(&file.bytes).filter_map(|(line, text)| {
        let path = words(text).skip_while(|word| *word != b"include").nth(1)?;
        Some((line, text, beside(&file.path, path)))
    });
    let leads = named.flat_map(|(line, text, path)| {
        let dir = [path.as_slice(), b"/"].concat();
        [path, dir].map(|path| Lead::new(line, text, path))
    });
    leads.take(ENOUGH_LEADS).collect()
}

/// Lines that write a file, lead somewhere, copy something, or give a right to become somebody.
fn tmpfiles(dig: &mut Dig<'_>, file: &File) {
    let mut listed = 0;
    for (line, text) in lines(&file.bytes) {
        let fields: Vec<&[u8]> = words(text).take(7).collect();
        let (Some(kind), Some(_)) = (fields.first(), fields.get(1)) else { continue };
        let kind = unquoted(kind).first().copied().unwrap_or_default();
        let has_text = fields.get(6).is_some_and(|it| *it != b"-");
        let writes = matches!(kind, b'f' | b'F' | b'w' | b'L' | b'C') && has_text;
        let mode = unquoted(fields.get(2).copied().unwrap_or_default());
        let mode = mode.trim_ascii_start().split(|it| matches!(it, b'~' | b':')).next_back();
        let mode = mode.unwrap_or_default();
        let becomes = mode.len() >= 4
            && mode.iter().all(u8::is_ascii_digit)
            && mode.get(mode.len() - 4).is_some_and(|it| matches!(it, b'4' | b'6' | b'7'));
        if !writes && !becomes {
            continue;
        }
        listed += 1;
        if listed > MOST_LINES {
            return dig.part(&file.path, NotWhole::Entries);
        }
        dig.add(Draft::new(AutostartKind::Tmpfiles, file, line, text).by(Some(b"root")));
    }
}

fn sysctl(dig: &mut Dig<'_>, file: &File) {
    for (line, text) in lines(&file.bytes).filter(|(_, text)| !text.starts_with(b";")) {
        let Some(cut) = text.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = text.split_at(cut);
        let name = name.trim_ascii();
        let name = name.strip_prefix(b"-").unwrap_or(name);
        let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii();
        // A name may be a pattern.
        let name: Vec<u8> = name.iter().map(|it| if *it == b'.' { b'/' } else { *it }).collect();
        let is = |path: &[u8]| fits(&name, path);
        if let Some((path, _)) = RUN_BY_KERNEL.iter().find(|(path, _)| is(path)) {
            kernel(dig, file, (line, text), path, value);
        }
    }
}

/// A pattern for core files is a command if it begins with a bar; the others are programs.
fn kernel(dig: &mut Dig<'_>, file: &File, (line, text): (usize, &[u8]), name: &[u8], value: &[u8]) {
    let command =
        if name == b"kernel/core_pattern" { value.strip_prefix(b"|") } else { Some(value) };
    let Some(command) = command.filter(|it| !it.is_empty()) else { return };
    let draft = Draft::new(AutostartKind::KernelSetting, file, line, text).by(Some(b"root"));
    dig.add(draft.runs(Runs::Command(command)));
}

/// What the kernel has now. Nobody is told when that changes: it is looked at whenever everything is.
fn now(dig: &mut Dig<'_>, name: &[u8], usual: &[&[u8]]) {
    let base = dig.ground.base();
    let path = [b"/proc/sys/", name].concat();
    let Some(mut file) = dig.read_quietly(base, &path) else { return };
    // These are of when somebody looked.
    (file.meta.modified, file.meta.changed) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let value = file.bytes.trim_ascii();
    if !usual.contains(&value) {
        kernel(dig, &file, (0, value), name, value);
    }
}

/// `:name:type:offset:magic:mask:interpreter:flags`, whatever the first sign is.
fn binfmt(dig: &mut Dig<'_>, file: &File) {
    for (line, text) in lines(&file.bytes).filter(|(_, text)| !text.starts_with(b";")) {
        let Some((sign, rest)) = text.split_first() else { continue };
        let mut fields = rest.split(|byte| byte == sign);
        let Some((name, program)) = fields.next().zip(fields.nth(4)) else { continue };
        // The bytes that a file begins with look like something that is hidden.
        let text = [name, b": ", program].concat();
        let draft = Draft::new(AutostartKind::KernelSetting, file, line, &text);
        dig.add(draft.runs(Runs::Program(program)));
    }
}
