//! `firedamp timeline`: every entry of a session, from the first to the last.
//!
//! A screen keeps the newest entries of a long session; this is where the others are. Invariant: only reads, keeps no
//! entry, and stops when its reader does; whatever stood in a file is printed through
//! [`Untrusted`](crate::domain::untrusted::Untrusted).

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use crate::domain::base::Language;
use crate::domain::session::{Entry, Event, to_json};
use crate::host::store::Store;
use crate::run::complain::Complaint;
use crate::run::sessions::SessionsError;
use crate::words::own::put_back;
use crate::words::session::event;

/// Cells of one hostile value.
const VALUE: usize = 4_000;

/// How entries are printed.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A line of words each, in this language.
    Words(Language),
    /// A JSON object on a line each, as it is in the journal but for the chain's digests of the line itself.
    Json,
}

/// Prints the entries that hold, in order. Ends with 1 if what comes after them does not hold, and says so in `help`.
pub fn print(
    store: &Store,
    id: &str,
    form: Form,
    out: &mut dyn Write,
    help: &mut dyn Write,
) -> Result<ExitCode, SessionsError> {
    let mut out = BufWriter::new(out);
    let (mut failed, mut raised) = (None, false);
    let read = store.each(id, |entry| match line(entry, form, &mut raised, &mut out) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = failed {
        // A reader that has enough gets nothing more, not even what waits here.
        drop(out.into_parts());
        return Err(error.into());
    }
    out.flush()?;
    match read.problem {
        None => Ok(ExitCode::SUCCESS),
        Some(broken) => {
            let language = match form {
                Form::Words(language) => language,
                Form::Json => Language::En,
            };
            let said = Complaint::damaged(false, broken).told(language);
            help.write_all(said.as_bytes())?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Prints one entry. `raised`: by the entries before it, whoever carries the terminal was raised.
fn line(entry: &Entry, form: Form, raised: &mut bool, out: &mut impl Write) -> io::Result<()> {
    match form {
        Form::Json => writeln!(out, "{}", to_json(entry).map_err(io::Error::other)?),
        Form::Words(language) => {
            let at = entry.at.strftime("%Y-%m-%d %H:%M:%SZ");
            let mut said = event(language, &entry.event);
            if let Event::Prepared(own) = &entry.event {
                if std::mem::replace(raised, own.carriers > 0) && !*raised {
                    said = put_back(language).ours("; ").then(said);
                }
            } else if matches!(entry.event, Event::Resumed { .. }) {
                *raised = false;
            }
            let said = said.plain(VALUE);
            writeln!(out, "#{}  {at}  {}  {said}", entry.seq, entry.by.plain(80))
        }
    }
}
