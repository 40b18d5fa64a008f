//! What is loaded into other programs: the loader's lists, and the modules that check logins.

use std::collections::BTreeSet;

use rustix::fs::FileType;

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, follow, joined};
use crate::domain::facts::AutostartKind;
use crate::host::probe::text::words;

/// Modules that run what they are told to.
const RUNNERS: [&[u8]; 4] =
    [b"pam_exec.so", b"pam_script.so", b"pam_python.so", b"pam_extrausers_chkpwd"];
const TYPES: [&[u8]; 4] = [b"auth", b"account", b"password", b"session"];
const MODULES: [&[u8]; 7] = [
    b"/usr/lib/x86_64-linux-gnu/security",
    b"/usr/lib/aarch64-linux-gnu/security",
    b"/usr/lib64/security",
    b"/usr/lib/security",
    b"/lib/x86_64-linux-gnu/security",
    b"/lib64/security",
    b"/lib/security",
];

pub(super) fn hunt(dig: &mut Dig<'_>) {
    if let Some(file) = dig.read(b"/etc/ld.so.preload") {
        for (line, text) in lines(&file.bytes) {
            for library in text.split(|byte| byte.is_ascii_whitespace() || *byte == b':') {
                if !library.is_empty() {
                    let draft = Draft::new(AutostartKind::Preload, &file, line, library);
                    dig.add(draft.runs(Runs::Program(library)));
                }
            }
        }
    }
    let mut conf: Vec<File> = dig.read(b"/etc/ld.so.conf").into_iter().collect();
    conf.extend(dig.files(b"/etc/ld.so.conf.d"));
    let trail = Trail { kind: AutostartKind::LoaderConfig, home: None };
    for file in follow(dig, trail, conf, &|file| included(file)) {
        for (line, text) in lines(&file.bytes) {
            dig.add(Draft::new(AutostartKind::LoaderConfig, &file, line, text));
        }
    }
}

/// `include` with any number of patterns.
fn included(file: &File) -> Vec<Lead> {
    let leads = lines(&file.bytes).flat_map(|(line, text)| {
        let mut fields = words(text);
        let is_one = fields.next() == Some(b"include");
        fields
            .filter(move |_| is_one)
            .map(move |path| Lead::new(line, text, beside(&file.path, path)))
    });
    leads.take(ENOUGH_LEADS).collect()
}

/// `@include`, and `include` or `substack` in the place of a module; what has no slash stands in a directory that is read.
fn stacked(file: &File) -> Vec<Lead> {
    let leads = joined(&file.bytes).into_iter().filter_map(|(line, text)| {
        let names: [&[u8]; 3] = [b"@include", b"include", b"substack"];
        let mut fields = words(&text).skip_while(|word| !names.contains(word)).skip(1);
        let path = fields.next().filter(|it| it.contains(&b'/'))?;
        let path = beside(b"/etc/pam.d/x", path);
        Some(Lead::new(line, &text, path))
    });
    leads.take(ENOUGH_LEADS).collect()
}

pub(super) fn pam(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/pam.conf").into_iter().collect();
    files.extend(dig.files(b"/etc/pam.d"));
    files.extend(dig.files(b"/usr/lib/pam.d"));
    let trail = Trail { kind: AutostartKind::Pam, home: None };
    for file in &follow(dig, trail, files, &|file| stacked(file)) {
        for (line, text) in &joined(&file.bytes) {
            let (line, text) = (*line, text.as_slice());
            let Some((module, arguments)) = module(text) else { continue };
            let runs = RUNNERS.contains(&base_name(module));
            if runs {
                let command = arguments.iter().find(|word| word.starts_with(b"/")).copied();
                let draft = Draft::new(AutostartKind::Pam, file, line, text).by(Some(b"root"));
                dig.add(draft.runs(command.map_or(Runs::Nothing, Runs::Program)));
            } else if module.starts_with(b"/") {
                let draft = Draft::new(AutostartKind::Pam, file, line, text);
                dig.add(draft.runs(Runs::Program(module)));
            } else if !module.ends_with(b".so") {
                dig.add(Draft::new(AutostartKind::Pam, file, line, text));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for dir in MODULES {
        for path in dig.list(dir) {
            let is_first = seen.insert(base_name(&path).to_vec());
            let base = dig.ground.base();
            let Some(meta) = dig.meta(base, &path).filter(|_| is_first) else { continue };
            // It may be called as somebody likes.
            if meta.kind != FileType::Directory {
                let (kind, user, remarks) = (AutostartKind::Pam, None, Vec::new());
                let (path, runs) = (path.as_slice(), Runs::Nothing);
                dig.add(Draft { kind, path, meta, line: 0, text: b"", user, runs, remarks });
            }
        }
    }
}

/// The module of a line and its arguments: `auth [success=1 default=ignore] pam_unix.so nullok`. What it is called is for
/// whoever writes the line to say; where a line is none of the usual, it is what is called like a module.
pub(super) fn module(line: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    usual(line).or_else(|| {
        let mut fields = words(line).skip_while(|word| !word.ends_with(b".so"));
        Some((fields.next()?, fields.collect()))
    })
}

/// A type, a control, a module; in `/etc/pam.conf` the name of a service stands before them.
fn usual(line: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let is_type = |word: &[u8]| {
        let bare = word.strip_prefix(b"-").unwrap_or(word).to_ascii_lowercase();
        TYPES.contains(&bare.as_slice())
    };
    let mut fields = words(line);
    if !is_type(fields.next()?) && !is_type(fields.next()?) {
        return None;
    }
    let mut control = fields.next()?;
    if matches!(control.to_ascii_lowercase().as_slice(), b"include" | b"substack") {
        return None;
    }
    // Behind a bracket the module may stand without a blank.
    let mut module = None;
    while control.starts_with(b"[") || module.is_some() {
        if let Some(at) = control.iter().rposition(|byte| *byte == b']') {
            module = control.get(at + 1..).filter(|it| !it.is_empty());
            break;
        }
        module = Some(control);
        control = fields.next()?;
    }
    let module = match module {
        Some(module) => module,
        None => fields.next()?,
    };
    Some((module, fields.collect()))
}
