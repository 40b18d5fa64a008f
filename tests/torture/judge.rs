//! What must hold of a session after whatever happened to its disk.

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::{Hand, Journal, Opened, Store};

use super::sim::SimDisk;
use super::story::{ID, by, file, moment, pen};

/// Torn bytes that were said to be set aside.
#[derive(Default)]
pub(crate) struct Aside(Vec<(String, Vec<u8>)>);

impl Aside {
    /// Opening says where they are.
    pub(crate) fn take(&mut self, disk: &SimDisk, opened: &Opened) -> Result<(), String> {
        for it in &opened.recovered {
            let kept = disk.read(&file(&it.file)).unwrap_or_default();
            if kept.len() as u64 != it.bytes {
                return Err(format!("{} holds {} bytes, not {}", it.file, kept.len(), it.bytes));
            }
            self.0.push((it.file.clone(), kept));
        }
        Ok(())
    }

    /// They are still there.
    pub(crate) fn holds(&self, disk: &SimDisk) -> Result<(), String> {
        let lost = self.0.iter().find(|(name, kept)| disk.read(&file(name)).as_ref() != Some(kept));
        lost.map_or(Ok(()), |(name, _)| Err(format!("what was set aside in {name} is gone")))
    }
}

/// Every acknowledged entry is there, in its place; what else is there was tried.
pub(crate) fn holds(found: &[Entry], saved: &[Entry], tried: &[Event]) -> Result<(), String> {
    for (number, entry) in (1..).zip(saved) {
        match found.get(number - 1) {
            Some(there) if there == entry => {}
            there => return Err(format!("entry {number} was saved as {entry:?} and is {there:?}")),
        }
    }
    match found.get(saved.len()..).unwrap_or_default() {
        [] => Ok(()),
        [entry] if tried.contains(&entry.event) => Ok(()),
        more => Err(format!("nobody saved {more:?}")),
    }
}

/// The same of a session that was opened: with the pen, or to look at while the disk fails.
pub(crate) fn opened(opened: &Opened, saved: &[Entry], tried: &[Event]) -> Result<(), String> {
    if let Hand::ReadOnly(broken) = &opened.hand {
        return Err(format!("read only: {broken}"));
    }
    holds(&opened.entries, saved, tried)
}

/// On a disk that works again the session is taken up with everything that was saved, goes on, and is whole.
pub(crate) fn goes_on(
    store: &Store,
    saved: &[Entry],
    tried: &[Event],
) -> Result<(Journal, Vec<Entry>), String> {
    let open = || store.open(ID, &by()).map_err(|error| format!("does not open: {error}"));
    let verdict = || {
        store.verify(ID).map(|it| it.verdict).map_err(|error| format!("cannot be read: {error}"))
    };
    let mut opened = open()?;
    // Who goes on for one who died over taking the pen by force changes nothing: torn ends are for the next one.
    if opened.recovered.is_empty() && !verdict()?.torn.is_empty() {
        drop(opened);
        opened = open()?;
    }
    let (mut journal, mut entries) = pen(opened)?;
    holds(&entries, saved, tried)?;
    let number = journal.chain().seq() + 1;
    let entry = journal
        .append(moment(number), &by(), Event::Left)
        .map_err(|error| format!("does not go on: {error}"))?;
    entries.push(entry);
    let verdict = verdict()?;
    if !verdict.is_whole() || verdict.entries != number || verdict.head != journal.chain().head() {
        return Err(format!("is not whole: {verdict:?}"));
    }
    Ok((journal, entries))
}
