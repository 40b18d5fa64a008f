//! A journal that forked, for people: every branch with all its entries, and nothing chosen among them.

use std::io::{self, Write};

use crate::domain::base::Language;
use crate::domain::session::{Branch, Entry, Fork};
use crate::words::listing::{Checked, checked};
use crate::words::session;

/// Cells of one hostile value.
const VALUE: usize = 100;

/// Prints the branches one after the other.
pub(super) fn print(fork: &Fork, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let said = |line| checked(language, &line).plain(VALUE);
    writeln!(out, "{}", said(Checked::Forked(fork.branches.len(), fork.trunk.len())))?;
    for (number, branch) in (1..).zip(&fork.branches) {
        let Branch { after, entries, head, .. } = branch;
        writeln!(out, "{}", said(Checked::Branch(number, *after, entries.len(), *head)))?;
        print_entries(entries, language, out)?;
    }
    Ok(())
}

fn print_entries(entries: &[Entry], language: Language, out: &mut dyn Write) -> io::Result<()> {
    for entry in entries {
        let (at, by) = (entry.at.strftime("%Y-%m-%d %H:%M:%SZ"), entry.by.plain(24));
        let what = session::event(language, &entry.event).plain(VALUE);
        writeln!(out, "    #{} {at} {by}: {what}", entry.seq)?;
    }
    Ok(())
}
