//! What a tired person reads when something does not work: what, why, and what to do next.
//!
//! What keeps the cockpit from opening, or ends it, and what keeps a session from being read is a kind and is said in
//! the responder's language; what else the commands that print complain of is in English. Invariant: each of the three
//! goes on behind its lead, so it begins in lower case, unless with a name, and ends without a full stop.

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::Path;

use crate::cockpit::trouble::Trouble;
use crate::domain::base::Language;
use crate::domain::session::Break;
use crate::domain::untrusted::Untrusted;
use crate::host::store::StoreError;
use crate::run::reason;
use crate::ui::wrap::wrap;
use crate::words::Phrase;
use crate::words::trouble::{BadPath, Refused, Told, bad_path, damaged, refused, trouble};

/// Cells of what stands before each of the three.
const LEAD: usize = 10;
/// Fewer columns than this are not worth breaking lines for.
const NARROW: usize = 40;

/// One clear message.
#[derive(Clone, Debug, PartialEq)]
pub enum Complaint {
    /// In the words of a command.
    Said {
        /// What did not work.
        what: Untrusted,
        /// Why.
        why: Untrusted,
        /// What to type or do next.
        next: &'static str,
    },
    /// A kind, which has its words in both languages.
    Of(Box<Trouble>),
    /// A file or directory that was named does not do.
    Path(BadPath, Untrusted),
    /// A command that prints does not do what it was told.
    Refused(Refused),
    /// A journal is damaged.
    Damaged {
        /// It was to be written to, not only read.
        writes: bool,
        /// Where and why.
        at: Box<Break>,
    },
}

impl Complaint {
    /// A complaint of its three parts.
    pub fn new(what: impl Into<Untrusted>, why: impl fmt::Display, next: &'static str) -> Self {
        Self::Said { what: what.into(), why: why.to_string().into(), next }
    }

    /// About a journal that is damaged, for whoever reads it or wants to write to it.
    #[must_use]
    pub fn damaged(writes: bool, at: Break) -> Self {
        Self::Damaged { writes, at: Box::new(at) }
    }

    /// About a file or directory.
    pub fn about(doing: &str, path: &Path, why: impl fmt::Display, next: &'static str) -> Self {
        let mut what = doing.as_bytes().to_vec();
        what.push(b' ');
        what.extend_from_slice(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
        Self::new(Untrusted::new(what), why, next)
    }

    /// Its three lines in `language`; where `columns` are given, broken at words and hanging below their beginnings.
    #[must_use]
    pub fn show(&self, language: Language, columns: Option<usize>) -> String {
        let leads = match (self, language) {
            (Self::Said { .. }, _) | (_, Language::En) => ["firedamp: ", "why: ", "next: "],
            (_, Language::Th) => ["firedamp: ", "เพราะ: ", "ทำต่อ: "],
        };
        let cells = columns.filter(|it| *it >= NARROW).map(|it| it.saturating_sub(LEAD + 1));
        let mut text = String::new();
        for (lead, part) in leads.into_iter().zip(self.parts(language)) {
            let rows = cells.map_or_else(|| vec![part.clone()], |cells| self.rows(&part, cells));
            let mut lead = padded(lead);
            for row in rows {
                text.push_str(&lead);
                text.push_str(&row);
                text.push('\n');
                lead = " ".repeat(LEAD);
            }
        }
        text
    }

    /// A part in rows of so many cells. What is to be typed is never broken: a shell would take its beginning alone.
    fn rows(&self, part: &str, cells: usize) -> Vec<String> {
        let command = self.command();
        let before = command.as_ref().and_then(|it| part.strip_suffix(it.as_str()));
        let (Some(command), Some(before)) = (command.as_ref(), before) else {
            return wrap(part, cells);
        };
        if crate::ui::text::width(part) <= cells {
            return vec![part.to_owned()];
        }
        wrap(before.trim_end(), cells).into_iter().chain([command.clone()]).collect()
    }

    /// What it says is to be typed, if that came from outside.
    fn command(&self) -> Option<String> {
        let Self::Of(kind) = self else { return None };
        if let Trouble::Killed(_, command) | Trouble::Unguarded(command) = &**kind {
            return Some(command.plain(usize::MAX));
        }
        None
    }

    /// As it is said on standard error: lines are broken where a person reads them.
    #[must_use]
    pub fn told(&self, language: Language) -> String {
        let columns = io::stderr().is_terminal().then(columns).flatten();
        self.show(language, columns)
    }

    /// What, why, next: each follows a lead. On the screen some of them begin a sentence, here none does.
    fn parts(&self, language: Language) -> [String; 3] {
        let [what, why, next] = match self {
            Self::Said { what, why, next } => {
                [what.plain(usize::MAX), why.plain(usize::MAX), (*next).to_owned()]
            }
            Self::Of(kind) => whole(trouble(language, kind)),
            Self::Path(bad, path) => whole(bad_path(language, bad, path)),
            Self::Refused(why) => whole(refused(language, why)),
            Self::Damaged { writes, at } => whole(damaged(language, *writes, at)),
        };
        [going_on(what), why, going_on(next)]
    }
}

impl From<Refused> for Complaint {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

impl From<Trouble> for Complaint {
    fn from(trouble: Trouble) -> Self {
        Self::Of(Box::new(trouble))
    }
}

impl From<&StoreError> for Complaint {
    fn from(error: &StoreError) -> Self {
        Trouble::Session(reason::unusable(error)).into()
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(Language::En, None))
    }
}

fn whole(told: Told) -> [String; 3] {
    let Told { what, why, next } = told;
    [what, why, next].map(|it: Phrase| it.plain(usize::MAX))
}

/// Our own words as they go on behind a colon. What is written in capitals is a name.
fn going_on(text: String) -> String {
    let mut rest = text.chars();
    let first = rest.next().filter(char::is_ascii_uppercase);
    let is_word = rest.next().is_some_and(|it| it.is_ascii_lowercase() || it == ' ');
    match first.filter(|_| is_word) {
        Some(first) => {
            [first.to_ascii_lowercase()].into_iter().chain(text.chars().skip(1)).collect()
        }
        None => text,
    }
}

/// The lead of a part, in the cells that all of them take.
fn padded(lead: &str) -> String {
    let gap = LEAD.saturating_sub(crate::ui::text::width(lead));
    format!("{}{lead}", " ".repeat(gap))
}

/// Columns of the terminal that standard error goes to.
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|it| *it > 0)
}

/// The error and its causes, as one text.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors say their cause themselves.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
