//! A writer to be killed: it appends to a session and says of each entry that it is saved, once it is.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use firedamp::domain::session::Event;
use firedamp::host::store::{Store, StoreError};

use super::story::{by, event, moment, opening, pen};

/// Appends `count` entries to the newest session in `place`, or to a new one; prints the number of each entry that is
/// saved, `-` for each that is not, and the reason if there is no pen.
pub(crate) fn append(place: &str, count: u64) -> ExitCode {
    let mut out = io::stdout().lock();
    let opened = Store::at(Path::new(place)).and_then(|store| match store.open("latest", &by()) {
        Err(StoreError::Empty { .. }) => store.create(opening(), "# PB-31\n", moment(0), &by()),
        opened => opened,
    });
    let taken = opened.map_err(|error| error.to_string()).and_then(pen);
    let (mut journal, entries) = match taken {
        Ok(taken) => taken,
        Err(why) => {
            writeln!(out, "no pen: {why}").ok();
            return ExitCode::FAILURE;
        }
    };
    writeln!(out, "{}", entries.len()).ok();
    let mut dice = super::dice::Dice::new(entries.len() as u64);
    for number in 0..count {
        let event = if number % 50 == 49 { Event::Left } else { event(number, &mut dice) };
        let told = match journal.append(moment(number), &by(), event) {
            Ok(entry) => writeln!(out, "{}", entry.seq),
            Err(error) => writeln!(out, "- {error}"),
        };
        if told.and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

/// The example that writes; a test is beside it.
pub(crate) fn writer() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let beside = this.parent().and_then(Path::parent).map(|dir| dir.join("examples/torture"));
    [Some(this.clone()).filter(|it| it.ends_with("torture")), beside]
        .into_iter()
        .flatten()
        .find(|it| it.exists())
        .ok_or_else(|| String::from("the writer is not built: cargo build --examples"))
}
