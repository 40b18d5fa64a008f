//! `firedamp sessions`.
//!
//! Invariant: only reads. Whatever stood in a file is printed through
//! [`Untrusted`].

use std::io::{self, Write};

use crate::domain::base::Timestamp;
use crate::domain::session::to_json;
use crate::domain::untrusted::Untrusted;
use crate::host::store::{ChainState, Store, StoreError, Summary};
use crate::run::reason;

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
pub fn list(store: &Store, json: bool, out: &mut dyn Write) -> Result<(), SessionsError> {
    let sessions = store.list()?;
    if json {
        writeln!(out, "{}", to_json(&sessions).map_err(io::Error::other)?)?;
        return Ok(());
    }
    if sessions.is_empty() {
        let path = Untrusted::from(store.path().to_string_lossy().into_owned());
        writeln!(out, "No sessions in {}", path.plain(200))?;
        return Ok(());
    }
    let width = sessions.iter().map(|it| it.id.len()).max().unwrap_or_default().min(40);
    writeln!(out, "{:width$}  {:>7}  {:17}  {:12}  STATE", "SESSION", "ENTRIES", "LAST", "BY")?;
    for it in &sessions {
        let (last, by) = (minute(it.last_at), it.last_by.plain(12));
        let gap = 12_usize.saturating_sub(Untrusted::from(by.as_str()).width());
        let state = state(it);
        writeln!(out, "{:width$}  {:>7}  {last:17}  {by}{:gap$}  {state}", it.id, it.entries, "")?;
    }
    Ok(())
}

/// What `firedamp COMMAND ID` says beside its answer if the session went on elsewhere: what was read here is not all.
#[must_use]
pub fn elsewhere(store: &Store, id: &str, command: &str) -> Option<String> {
    let id = store.resolve(id).ok()?;
    let place = store.around(&id).ok()?.moved().ok()??;
    Some(if place.is_empty() {
        format!("{id} went on elsewhere, where to is not known; this is what was here")
    } else {
        let sessions = reason::sessions_of(&place).plain(usize::MAX);
        format!("{id} went on elsewhere: firedamp {command} {id} --dir {sessions}")
    })
}

/// The one word about a session that its reader needs first.
fn state(it: &Summary) -> String {
    let mut words = Vec::new();
    if let Some(place) = &it.moved {
        words.push(if place.is_empty() {
            String::from("moved, but where to is not known")
        } else {
            format!("moved to {}", place.plain(120))
        });
    }
    if let Some(name) = &it.training {
        words.push(format!("training {}", name.plain(24)));
    }
    match (&it.problem, &it.chain) {
        (Some(problem), _) => words.push(format!("unreadable: {}", problem.plain(120))),
        (None, ChainState::Broken { line, offset, .. }) => words.push(match line {
            Some(line) => format!("broken at line {line}, byte {offset}"),
            None => format!("broken at byte {offset}"),
        }),
        (None, _) => words.push(match (it.holder, it.left) {
            (Some(pid), _) => format!("in use by pid {pid}"),
            (None, true) => String::from("left"),
            (None, false) => String::from("interrupted"),
        }),
    }
    if let ChainState::Torn { bytes } = it.chain {
        words.push(format!("{bytes} torn bytes"));
    }
    words.join(", ")
}

fn minute(at: Option<Timestamp>) -> String {
    at.map(|at| at.strftime("%Y-%m-%d %H:%MZ").to_string()).unwrap_or_default()
}
