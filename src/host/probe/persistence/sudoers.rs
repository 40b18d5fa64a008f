//! Who may become whom: the rules of sudo and doas, and of the files that they include.

use super::dig::{Dig, Draft};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, follow, joined_but, unquoted};
use crate::domain::facts::{AutostartKind, Remark};
use crate::host::probe::text::words;

const FILES: [&[u8]; 3] = [b"/etc/sudoers", b"/usr/etc/sudoers", b"/usr/local/etc/sudoers"];
const DIRS: [&[u8]; 3] = [b"/etc/sudoers.d", b"/usr/etc/sudoers.d", b"/usr/local/etc/sudoers.d"];
/// Both are no remark, whatever they begin with.
const INCLUDES: [&[u8]; 4] = [b"@include", b"#include", b"@includedir", b"#includedir"];

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = FILES.iter().filter_map(|path| dig.read(path)).collect();
    for dir in DIRS {
        files.extend(dig.files(dir));
    }
    let trail = Trail { kind: AutostartKind::Sudoers, home: None };
    let mut files = follow(dig, trail, files, &|file| included(file));
    files.extend(dig.read(b"/etc/doas.conf"));
    for file in &files {
        for (line, text) in rules(&file.bytes) {
            let text = text.trim_ascii();
            let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
            let free = named(b"NOPASSWD") || named(b"!authenticate") || named(b"nopass");
            let first = words(text).next().unwrap_or_default();
            let whom = (!first.starts_with(b"Defaults")).then_some(first);
            let draft = Draft::new(AutostartKind::Sudoers, file, line, text).by(whom);
            dig.add(draft.remark(Remark::NoPassword, free));
        }
    }
}

/// Where a file leads. `%h` is the name of the host, and any name may be it.
fn included(file: &File) -> Vec<Lead> {
    let lines = file.bytes.split(|byte| *byte == b'\n').enumerate();
    let leads = lines.filter_map(|(at, line)| {
        let line = line.trim_ascii();
        let end = line.iter().position(u8::is_ascii_whitespace)?;
        let (word, path) = line.split_at_checked(end)?;
        INCLUDES.contains(&word).then_some(())?;
        let path = unquoted(path.trim_ascii());
        let mut plain = Vec::with_capacity(path.len());
        let mut bytes = path.iter().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'%' if bytes.next_if(|next| **next == b'h').is_some() => plain.push(b'*'),
                b'\\' => plain.extend(bytes.next()),
                other => plain.push(*other),
            }
        }
        let mut path = beside(&file.path, &plain);
        if word.ends_with(b"dir") {
            path.push(b'/');
        }
        Some(Lead::new(at + 1, line, path))
    });
    leads.take(ENOUGH_LEADS).collect()
}

/// Rules, and the defaults that change who is asked or what is kept; aliases are read where they are used.
fn rules(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut lines = joined_but(text, is_remark);
    lines.retain(|(_, text)| {
        let text = text.trim_ascii();
        let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
        let default = text.starts_with(b"Defaults");
        let telling = named(b"!authenticate") || named(b"LD_") || named(b"!tty_tickets");
        let telling = telling || named(b"!syslog") || named(b"env_keep") && named(b"PATH");
        !text.starts_with(b"@include") && (!default || telling)
    });
    lines
}

/// What begins with `#` is a remark, unless it is the number of a user: `#1000 ALL=(ALL) ALL`.
fn is_remark(line: &[u8]) -> bool {
    matches!(line, [b'#', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_digit))
}
