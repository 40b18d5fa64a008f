//! `firedamp sessions`.
//!
//! Invariant: only reads. Whatever stood in a file is printed through
//! [`Untrusted`](crate::domain::untrusted::Untrusted).

use std::io::{self, Write};

use crate::domain::base::{Language, Timestamp};
use crate::domain::session::to_json;
use crate::host::store::{ChainState, Store, StoreError, Summary};
use crate::run::reason;
use crate::run::timeline::Form;
use crate::words::Phrase;
use crate::words::listing::{self, State};

/// Cells of the columns.
const ENTRIES: usize = 7;
const LAST: usize = 17;
const BY: usize = 12;

/// Why a command about sessions did not end well.
#[derive(Debug, thiserror::Error)]
pub enum SessionsError {
    /// The sessions, or one of them, cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output cannot be written.
    #[error("cannot write the answer: {0}")]
    Out(#[from] io::Error),
}

/// Prints all sessions, the oldest first; as JSON, an array of [`Summary`].
pub fn list(store: &Store, form: Form, out: &mut dyn Write) -> Result<(), SessionsError> {
    let sessions = store.list()?;
    let language = match form {
        Form::Words(language) => language,
        Form::Json => {
            writeln!(out, "{}", to_json(&sessions).map_err(io::Error::other)?)?;
            return Ok(());
        }
    };
    if sessions.is_empty() {
        writeln!(out, "{}", listing::none(language, &reason::shown(store.path())).plain(200))?;
        return Ok(());
    }
    let id = sessions.iter().map(|it| it.id.len()).max().unwrap_or_default().min(40);
    let [session, entries, last, by, state] = listing::headings(language);
    let entries = format!("{}{entries}", gap(entries, ENTRIES));
    let heads = [(session, id), (entries.as_str(), ENTRIES), (last, LAST), (by, BY)];
    writeln!(out, "{}{state}", row(heads))?;
    for it in &sessions {
        let (last, by) = (minute(it.last_at), it.last_by.plain(BY));
        let entries = format!("{:>ENTRIES$}", it.entries);
        let cells = [(it.id.as_str(), id), (&entries, ENTRIES), (&last, LAST), (&by, BY)];
        writeln!(out, "{}{}", row(cells), condition(it, language))?;
    }
    Ok(())
}

/// Texts in columns of their widths; letters of a language may take no cell.
fn row(cells: [(&str, usize); 4]) -> String {
    cells.map(|(text, width)| format!("{text}{}  ", gap(text, width))).concat()
}

fn gap(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(crate::ui::text::width(text)))
}

/// What `firedamp COMMAND ID` says beside its answer if the session went on elsewhere: what was read here is not all.
#[must_use]
pub fn elsewhere(store: &Store, id: &str, command: &str, language: Language) -> Option<String> {
    let id = store.resolve(id).ok()?;
    let place = store.around(&id).ok()?.moved().ok()??;
    let there = (!place.is_empty()).then(|| {
        let there = format!("firedamp {command} {id} --dir ");
        Phrase::of(there).theirs(&reason::sessions_of(&place))
    });
    Some(listing::elsewhere(language, &id, there).plain(usize::MAX))
}

/// What its reader needs first.
fn condition(it: &Summary, language: Language) -> String {
    let mut words = Vec::new();
    let mut say = |state: State<'_>| words.push(listing::state(language, state).plain(120));
    if let Some(place) = &it.moved {
        say(State::Moved(place));
    }
    if let Some(name) = &it.training {
        say(State::Training(name));
    }
    match (&it.problem, &it.chain) {
        (Some(problem), _) => say(State::Unreadable(&reason::unlisted(problem))),
        (None, ChainState::Broken { line, offset, .. }) => say(State::Broken(*line, *offset)),
        // How it ended here says nothing of how it goes on.
        (None, _) if it.moved.is_some() && !it.held => {}
        (None, _) => say(match (it.held, it.left) {
            (true, _) => State::InUse(it.holder),
            (false, true) => State::Left,
            (false, false) => State::CutOff,
        }),
    }
    if let ChainState::Torn { bytes } = it.chain {
        say(State::Torn(bytes));
    }
    words.join(", ")
}

fn minute(at: Option<Timestamp>) -> String {
    at.map(|at| at.strftime("%Y-%m-%d %H:%MZ").to_string()).unwrap_or_default()
}
