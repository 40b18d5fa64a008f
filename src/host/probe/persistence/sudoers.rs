//! Who may become whom: the rules of sudo and doas.

use super::cron::lines;
use super::dig::{Dig, Draft};
use super::ground::File;
use crate::domain::facts::{AutostartKind, Remark};

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/sudoers").into_iter().collect();
    files.extend(dig.files(b"/etc/sudoers.d"));
    files.extend(dig.read(b"/etc/doas.conf"));
    for file in &files {
        for (line, text) in rules(&file.bytes) {
            let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
            let free = named(b"NOPASSWD") || named(b"!authenticate") || named(b"nopass");
            let first = crate::host::probe::text::words(text).next().unwrap_or_default();
            let whom = (!first.starts_with(b"Defaults")).then_some(first);
            let draft = Draft::new(AutostartKind::Sudoers, file, line, text).by(whom);
            dig.add(draft.remark(Remark::NoPassword, free));
        }
    }
}

/// Rules, and the defaults that change who is asked or what is kept; aliases are read where they are used.
fn rules(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let told = lines(text).map(|(line, text)| (line, text.trim_ascii()));
    told.filter(|(_, text)| {
        let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
        let default = text.starts_with(b"Defaults");
        let telling = named(b"!authenticate") || named(b"LD_") || named(b"!tty_tickets");
        !text.starts_with(b"@include") && (!default || telling)
    })
}
