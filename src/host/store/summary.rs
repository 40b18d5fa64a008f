//! One line about a session, without reading all of it.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::domain::base::Timestamp;
use crate::domain::session::{Audit, Entry, Event, LINE_LIMIT, LineProblem, PROGRAM};
use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::lock::Lock;
use crate::host::store::{carry, scan, segment};

/// Journals up to here are read whole for a listing.
const WHOLE: u64 = 1 << 20;
/// Of longer ones, this much of the end.
const END: u64 = 64 * 1024;

/// What a listing says about a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// When it began.
    pub opened: Option<Timestamp>,
    /// Where.
    pub host: Untrusted,
    /// Id of its playbook.
    pub playbook: Untrusted,
    /// Title of its playbook.
    pub title: Untrusted,
    /// Wall clock of the last entry.
    pub last_at: Option<Timestamp>,
    /// Who wrote the last entry that is not by the program.
    pub last_by: Untrusted,
    /// Number of the last entry.
    pub entries: u64,
    /// How far the chain was read, and what was found.
    pub chain: ChainState,
    /// The last screen let go in good order.
    pub left: bool,
    /// Somebody holds it now.
    pub held: bool,
    /// Process that holds it now, if it could tell.
    pub holder: Option<u32>,
    /// Name of the walkthrough, if this is training.
    pub training: Option<Untrusted>,
    /// Points of the debrief, if this is a training that is over.
    pub score: Option<u32>,
    /// Where it was moved to, if it goes on there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Untrusted>,
    /// It is a redacted copy.
    #[serde(skip)]
    pub redacted: bool,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
}

/// Why a session cannot be read for a listing.
#[derive(Clone, Debug)]
pub enum Problem {
    /// Its first entry was never finished.
    Unfinished,
    /// It cannot be used.
    Store(Arc<StoreError>),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => f.write_str("its first entry was never finished"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// Two that say the same are the same.
impl PartialEq for Problem {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_words(self, serializer)
    }
}

/// As a text, which may hold what somebody else said.
fn in_words<S: Serializer>(it: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    Untrusted::from(it.to_string()).serialize(serializer)
}

/// How far a chain was read, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ChainState {
    /// Nothing could be read.
    #[default]
    Unread,
    /// All of it holds.
    Whole,
    /// The end of it holds; it is too long to read the rest for a listing.
    End {
        /// Bytes that were read.
        bytes: u64,
    },
    /// Its last line was never finished; opening the session sets it aside.
    Torn {
        /// Bytes of it.
        bytes: u64,
    },
    /// It does not hold.
    Broken {
        /// First line that does not; `None` if only the end was read.
        line: Option<u64>,
        /// Where that line begins.
        offset: u64,
        /// Why.
        #[serde(serialize_with = "in_words")]
        problem: LineProblem,
    },
}

/// Never fails: what is wrong is said in the summary.
pub(super) fn of(sessions: &Dir, id: &str) -> Summary {
    let mut summary = Summary { id: id.to_owned(), ..Summary::default() };
    if let Err(problem) = summary.read(sessions) {
        summary.problem = Some(Problem::Store(Arc::new(problem)));
    }
    summary
}

impl Summary {
    fn read(&mut self, sessions: &Dir) -> Result<(), StoreError> {
        let dir = sessions.sub(&self.id)?;
        let (held, holder) = Lock::holder(&dir);
        (self.held, self.holder) = (held, holder.map(|holder| holder.pid));
        self.moved = carry::moved_to(&dir)?;
        self.scan(&dir)?;
        if self.entries == 0 && self.problem.is_none() {
            self.problem = Some(Problem::Unfinished);
        }
        Ok(())
    }

    fn scan(&mut self, dir: &Dir) -> Result<(), StoreError> {
        let problem = |source| StoreError::io("read the journal of", dir.path(), source);
        let segments = segment::all(dir)?;
        let bytes = scan::bytes(dir, &segments)?;
        let file = |number: &u32| dir.file(&segment::name(*number), Access::Read);
        let end = match segments.as_slice() {
            [first, ..] if bytes > WHOLE => {
                if let Some(entry) = scan::first(&file(first)?).map_err(problem)? {
                    self.take(&entry);
                }
                let last = segments.last().unwrap_or(first);
                self.end(&file(last)?, *last).map_err(problem)?
            }
            _ => None,
        };
        let whole = end.is_none();
        let audit = match end {
            Some(audit) => audit,
            None => scan::all(dir, |entry| self.take(&entry))?.audit,
        };
        let verdict = audit.verdict();
        let torn = verdict.torn_bytes();
        self.chain = match verdict.problem {
            Some(at) => ChainState::Broken {
                line: (whole || verdict.entries > 0).then_some(at.line),
                offset: at.offset,
                problem: at.problem,
            },
            None if torn > 0 => ChainState::Torn { bytes: torn },
            None if whole => ChainState::Whole,
            None => ChainState::End { bytes: END.min(bytes) },
        };
        Ok(())
    }

    /// The end of the newest segment in which a line holds; `None` if a look at the end does not do.
    fn end(&mut self, file: &File, segment: u32) -> io::Result<Option<Audit>> {
        // The last line may be longer than what is looked at first.
        for bytes in [END, 2 * LINE_LIMIT as u64] {
            let end = scan::last(file, segment, bytes, |entry| self.take(&entry))?;
            if end.chain().seq() > 0 {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn take(&mut self, entry: &Entry) {
        self.entries = entry.seq;
        self.last_at = Some(entry.at);
        self.left = matches!(entry.event, Event::Left);
        if let Event::Debriefed { score } = entry.event {
            self.score = Some(score);
        }
        if entry.by.bytes() != PROGRAM.as_bytes() {
            self.last_by = entry.by.clone();
        }
        if self.opened.is_none()
            && let Some(opening) = entry.event.opening()
        {
            self.opened = Some(entry.at);
            self.redacted = matches!(entry.event, Event::Redacted { .. });
            self.playbook = opening.playbook.as_str().into();
            (self.host, self.title) = (opening.host, opening.title);
            self.training = opening.training.as_deref().map(Untrusted::from);
        }
    }
}
