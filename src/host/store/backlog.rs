//! Entries that wait until the disk takes them.
//!
//! Invariant: entries are written in the order in which they came, with the time at which they came; nothing
//! that waits is called saved. What does not fit in memory, or can never be written, is refused at once.

use std::collections::VecDeque;

use crate::domain::base::Moment;
use crate::domain::session::{Entry, Event, to_json};
use crate::domain::untrusted::Untrusted;
use crate::host::store::error::JournalError;
use crate::host::store::journal::Journal;

/// So many bytes of entries may wait.
const ROOM: usize = 4 << 20;
/// What an entry takes beside its event.
const FRAME: usize = 512;

/// A journal, and what could not be written to it yet.
#[derive(Debug)]
pub struct Backlog {
    journal: Journal,
    waiting: VecDeque<Waiting>,
    /// Bytes that wait.
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    moment: Moment,
    by: Untrusted,
    event: Event,
    bytes: usize,
}

/// What became of entries, in order.
#[derive(Debug, Default)]
pub struct Settled {
    /// What is on disk, or never will be.
    pub answers: Vec<(u64, Result<Entry, JournalError>)>,
    /// Why the others wait.
    pub trouble: Option<JournalError>,
}

impl Backlog {
    /// In front of a journal.
    #[must_use]
    pub const fn new(journal: Journal) -> Self {
        Self { journal, waiting: VecDeque::new(), bytes: 0 }
    }

    /// Writes everything that waits, and then this.
    pub fn write(&mut self, ticket: u64, moment: Moment, by: Untrusted, event: Event) -> Settled {
        let bytes = FRAME + by.bytes().len() + to_json(&event).map_or(ROOM, |json| json.len());
        let mut settled = self.retry();
        if settled.trouble.is_some() && self.bytes + bytes > ROOM {
            let full = settled.trouble.take().unwrap_or(JournalError::Closed);
            settled.answers.push((ticket, Err(full)));
            return settled;
        }
        self.bytes += bytes;
        self.waiting.push_back(Waiting { ticket, moment, by, event, bytes });
        if settled.trouble.is_none() {
            let more = self.retry();
            settled.answers.extend(more.answers);
            settled.trouble = more.trouble;
        }
        settled
    }

    /// Writes what waits, as far as the disk takes it.
    pub fn retry(&mut self) -> Settled {
        let mut settled = Settled::default();
        while let Some(next) = self.waiting.front() {
            let Waiting { ticket, moment, by, event, bytes } = next;
            let (ticket, bytes) = (*ticket, *bytes);
            match self.journal.append(*moment, by, event.clone()) {
                Err(error) if error.may_pass() => {
                    settled.trouble = Some(error);
                    return settled;
                }
                answer => settled.answers.push((ticket, answer)),
            }
            self.waiting.pop_front();
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        settled
    }

    /// How many entries wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The journal.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The journal, to carry it elsewhere.
    pub const fn journal_mut(&mut self) -> &mut Journal {
        &mut self.journal
    }
}
