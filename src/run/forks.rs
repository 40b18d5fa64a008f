//! A journal that forked, for people: every branch with all its entries, and nothing chosen among them.

use std::io::{self, Write};

use crate::domain::base::Language;
use crate::domain::session::{Branch, Fork};
use crate::words::session;

/// Cells of one hostile value.
const VALUE: usize = 100;

/// Prints the branches one after the other.
pub(super) fn print(fork: &Fork, out: &mut dyn Write) -> io::Result<()> {
    let (branches, shared) = (fork.branches.len(), fork.trunk.len());
    writeln!(out, "  the journal forks: {branches} branches after {shared} shared entries;")?;
    writeln!(out, "  nothing is lost, and nobody may write until people have chosen")?;
    for (number, branch) in (1..).zip(&fork.branches) {
        print_branch(number, branch, out)?;
    }
    Ok(())
}

fn print_branch(number: usize, branch: &Branch, out: &mut dyn Write) -> io::Result<()> {
    let Branch { after, entries, head, .. } = branch;
    let count = entries.len();
    writeln!(out, "  branch {number}: after entry {after}, entries {count}, head {head}")?;
    for entry in entries {
        let (at, by) = (entry.at.strftime("%Y-%m-%d %H:%M:%SZ"), entry.by.plain(24));
        let what = session::event(Language::En, &entry.event).plain(VALUE);
        writeln!(out, "    #{} {at} {by}: {what}", entry.seq)?;
    }
    Ok(())
}
