//! Lines that each carry the digest of the line before.
//!
//! A line is the JSON of an [`Entry`] with one member more at its end, `sum`, and a line feed. `prev` is the
//! SHA-256 of the whole line before **with its line feed**; the first line has 64 zeros there. `sum` is the
//! SHA-256 of its own line up to the comma before `sum`: it finds damage in the last line, which no other line vouches for.
//! Anybody can check both without this program:
//!
//! ```sh
//! prev=$(printf '%064d' 0)
//! while IFS= read -r line; do
//!   [ "$(printf '%s' "$line" | jq -r .prev)" = "$prev" ] || echo "broken: $line"
//!   sum=$(printf '%s' "${line%,\"sum\":*}" | sha256sum | cut -c-64)
//!   [ "$(printf '%s' "$line" | jq -r .sum)" = "$sum" ] || echo "damaged: $line"
//!   prev=$(printf '%s\n' "$line" | sha256sum | cut -c-64)
//! done < <(cat journal.jsonl journal-*.jsonl 2>/dev/null | uniq)
//! ```
//!
//! A journal is one file, and further ones (`journal-0002.jsonl`, ...) only where a disk failed or the pen was taken by
//! force; the recipe reads them as one, and a line that is there twice at such a place as one. Where it complains at the last line of a file, and the next file begins with the same number, that
//! line was never saved.
//!
//! Invariant: a line is valid only if writing its entry again gives the same bytes; so nothing in it, not
//! even a space, stands outside the two digests. Neither digest stops an author with root from rewriting the
//! whole file: for that the head must be known elsewhere.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::domain::base::{Digest, Timestamp};
use crate::domain::session::event::{Entry, Event, KINDS, Stamp};
use crate::domain::session::json::to_json;
use crate::domain::session::quick;
use crate::domain::untrusted::Untrusted;

/// No line is longer: a journal from elsewhere must not eat the memory.
pub const LINE_LIMIT: usize = 1 << 20;

const SUM_OPENS: &[u8] = b",\"sum\":\"";
const SUM_ENDS: &[u8] = b"\"}\n";
/// Bytes of the member `sum` with the end of the line.
const SUM_BYTES: usize = SUM_OPENS.len() + 64 + SUM_ENDS.len();

/// The end of a journal: what the next line must continue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    seq: u64,
    head: Digest,
    /// What the last line continued; a second line that continues the same is a fork.
    before: Digest,
}

/// What somebody wants to write down; the chain adds number and digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Wall clock.
    pub at: Timestamp,
    /// Boot clock.
    pub boot: Stamp,
    /// Who.
    pub by: Untrusted,
    /// What.
    pub event: Event,
}

/// An entry and the bytes that it is on disk, line feed included.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The entry.
    pub entry: Entry,
    /// Its line.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    head: Digest,
}

/// A line that is right by itself; whether it continues a chain is another question.
///
/// All that is dear about a line (two digests, reading it and writing it again) is in here and needs no other
/// line, so that several threads can share a long journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    entry: Entry,
    head: Digest,
    bytes: u64,
}

/// Where a segment of a journal begins, as its first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Number of its first entry.
    pub seq: u64,
    /// The line that it continues.
    pub prev: Digest,
    /// SHA-256 of its first line.
    pub head: Digest,
    /// Names the boot of the machine that wrote its first line.
    pub machine: Digest,
}

/// Why a line does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// Its line feed is missing.
    #[error("the line has no end")]
    Unended,
    /// It is longer than [`LINE_LIMIT`].
    #[error("the line is longer than {LINE_LIMIT} bytes")]
    TooLong,
    /// It does not end in a `sum`, or the `sum` is that of other bytes.
    #[error("the line's own sum does not fit: it was damaged or changed")]
    Sum,
    /// It is no entry.
    #[error("the line is no entry: {}", .0.plain(120))]
    Malformed(Untrusted),
    /// It is an entry of a known kind with content that this kind does not have.
    #[error("the content does not fit its kind `{}`", .0.plain(40))]
    Content(Untrusted),
    /// Writing it again gives other bytes.
    #[error("the line is not written the way this program writes it")]
    NotCanonical,
    /// It continues the line that an earlier line continues already: two wrote at once, or a line was doubled.
    #[error("entry {0} is there twice: two lines continue the same line")]
    Fork(u64),
    /// Its number is not the next.
    #[error("entry {expected} was expected and {found} is there")]
    Seq {
        /// The next number.
        expected: u64,
        /// The number in the line.
        found: u64,
    },
    /// It continues another line than the one before it.
    #[error("the line continues another line than the one before it")]
    Prev {
        /// Digest of the line before.
        expected: Digest,
        /// Digest in the line.
        found: Digest,
    },
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

impl Checked {
    /// Checks a line, line feed included.
    pub fn of(line: &[u8]) -> Result<Self, LineProblem> {
        let bytes = line.len() as u64;
        read(line).map(|(entry, head)| Self { entry, head, bytes })
    }

    /// Where a segment begins whose first line this is.
    #[must_use]
    pub fn start(&self) -> Start {
        let Entry { seq, prev, .. } = self.entry;
        Start { seq, prev, head: self.head, machine: self.machine() }
    }

    /// Names the boot of the machine that wrote it.
    #[must_use]
    pub fn machine(&self) -> Digest {
        digest(self.entry.boot.id.as_bytes())
    }

    /// The entry, and the SHA-256 of the line.
    #[must_use]
    pub fn into_parts(self) -> (Entry, Digest) {
        (self.entry, self.head)
    }

    /// Number of the entry.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.entry.seq
    }

    /// SHA-256 of the line.
    #[must_use]
    pub const fn head(&self) -> Digest {
        self.head
    }

    /// How long the line is.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Chain {
    /// Begins in the middle of a journal, with a line that is right by itself and vouches for nothing before it.
    pub fn from_middle(line: &[u8]) -> Result<(Self, Entry), LineProblem> {
        let (entry, head) = read(line)?;
        let mut chain = Self::default();
        chain.advance(&entry, head);
        Ok((chain, entry))
    }

    /// Number of the last entry; 0 before the first.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// SHA-256 of the last line; zeros before the first.
    #[must_use]
    pub const fn head(&self) -> Digest {
        self.head
    }

    /// Reads the next line, line feed included. A line with a problem leaves the chain as it was.
    pub fn next(&mut self, line: &[u8]) -> Result<Entry, LineProblem> {
        self.take(Checked::of(line)?)
    }

    /// Goes on with a line that was checked. One that does not continue the chain leaves it as it was.
    pub fn take(&mut self, line: Checked) -> Result<Entry, LineProblem> {
        let Checked { entry, head, .. } = line;
        self.fits(&entry)?;
        self.advance(&entry, head);
        Ok(entry)
    }

    /// A segment that begins so continues this chain.
    #[must_use]
    pub fn is_continued_by(&self, start: Start) -> bool {
        start.seq == self.seq + 1 && start.prev == self.head
    }

    /// The line that would come next. The chain itself goes on only when the line is [accepted](Self::accept).
    pub fn line(&self, draft: Draft) -> Result<Line, LineProblem> {
        let Draft { at, boot, by, event } = draft;
        let entry = Entry { seq: self.seq + 1, at, boot, by, prev: self.head, event };
        let bytes = write(&entry)?;
        // What could not be read back must not be written.
        let (again, head) = read(&bytes)?;
        if again == entry {
            Ok(Line { entry, bytes, head })
        } else {
            Err(LineProblem::NotCanonical)
        }
    }

    /// Goes on to `line`, which is on disk now.
    pub fn accept(&mut self, line: &Line) -> Result<(), LineProblem> {
        self.fits(&line.entry)?;
        self.advance(&line.entry, line.head);
        Ok(())
    }

    fn fits(&self, entry: &Entry) -> Result<(), LineProblem> {
        let (expected, found) = (self.seq + 1, entry.seq);
        if found == self.seq && entry.prev == self.before && self.seq > 0 {
            Err(LineProblem::Fork(found))
        } else if found != expected {
            Err(LineProblem::Seq { expected, found })
        } else if entry.prev != self.head {
            Err(LineProblem::Prev { expected: self.head, found: entry.prev })
        } else {
            Ok(())
        }
    }

    const fn advance(&mut self, entry: &Entry, head: Digest) {
        *self = Self { seq: entry.seq, head, before: entry.prev };
    }
}

/// One line by itself, everything but its place in the chain; and its SHA-256.
fn read(line: &[u8]) -> Result<(Entry, Digest), LineProblem> {
    if line.last() != Some(&b'\n') {
        return Err(LineProblem::Unended);
    }
    if line.len() > LINE_LIMIT {
        return Err(LineProblem::TooLong);
    }
    let (content, tail) =
        line.split_at_checked(line.len().saturating_sub(SUM_BYTES)).ok_or(LineProblem::Sum)?;
    let mut hash = Sha256::new_with_prefix(content);
    if tail != tail_of(hash.clone()) {
        return Err(LineProblem::Sum);
    }
    let entry = quick::entry(content).map_or_else(|| read_with_care(content), Ok)?;
    hash.update(tail);
    Ok((entry, Digest(hash.finalize().into())))
}

/// The entry of any line, `sum` and brace left out.
pub(super) fn read_with_care(content: &[u8]) -> Result<Entry, LineProblem> {
    let body = [content, b"}"].concat();
    let entry: Entry = serde_json::from_slice(&body).map_err(|error| malformed(&error))?;
    if let Event::Unknown(event) = &entry.event {
        let kind = event.get("kind").and_then(|kind| kind.as_str());
        let kind = kind.ok_or_else(|| LineProblem::Malformed("the event has no kind".into()))?;
        if KINDS.contains(&kind) {
            return Err(LineProblem::Content(kind.into()));
        }
    }
    if is_written(&entry, &body)? { Ok(entry) } else { word_for_word(entry, &body) }
}

/// Writing `entry` gives `body`.
fn is_written(entry: &Entry, body: &[u8]) -> Result<bool, LineProblem> {
    Ok(to_json(entry).map_err(|error| malformed(&error))?.as_bytes() == body)
}

/// A later version may say more about a kind that is known. Then the whole event is kept as it stands: what this
/// version does not understand must be there when it is written again.
fn word_for_word(entry: Entry, body: &[u8]) -> Result<Entry, LineProblem> {
    let known = serde_json::to_value(&entry.event).map_err(|error| malformed(&error))?;
    let mut whole: Value = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    match whole.get_mut("event").map(Value::take) {
        Some(Value::Object(event)) if says_more(&Value::Object(event.clone()), &known) => {
            let entry = Entry { event: Event::Unknown(event), ..entry };
            if is_written(&entry, body)? { Ok(entry) } else { Err(LineProblem::NotCanonical) }
        }
        _ => Err(LineProblem::NotCanonical),
    }
}

/// `whole` holds all of `known`, in its order, and perhaps further members of objects.
fn says_more(whole: &Value, known: &Value) -> bool {
    match (whole, known) {
        (Value::Object(whole), Value::Object(known)) => {
            let mut members = whole.iter();
            known.iter().all(|(name, known)| {
                members
                    .by_ref()
                    .find(|(it, _)| *it == name)
                    .is_some_and(|(_, it)| says_more(it, known))
            })
        }
        (Value::Array(whole), Value::Array(known)) => {
            whole.len() == known.len()
                && whole.iter().zip(known).all(|(whole, known)| says_more(whole, known))
        }
        (whole, known) => whole == known,
    }
}

/// The bytes of an entry's line, line feed included: those that it was read from, if it was read.
pub fn write(entry: &Entry) -> Result<Vec<u8>, LineProblem> {
    let mut line = to_json(entry).map_err(|error| malformed(&error))?.into_bytes();
    line.pop();
    let tail = tail_of(Sha256::new_with_prefix(&line));
    line.extend_from_slice(&tail);
    if line.len() > LINE_LIMIT { Err(LineProblem::TooLong) } else { Ok(line) }
}

/// The end of a line whose content has been hashed.
fn tail_of(content: Sha256) -> [u8; SUM_BYTES] {
    let digits = Digest(content.finalize().into()).digits();
    let mut tail = [0; SUM_BYTES];
    let pieces = SUM_OPENS.iter().chain(&digits).chain(SUM_ENDS);
    tail.iter_mut().zip(pieces).for_each(|(to, from)| *to = *from);
    tail
}

fn malformed(error: &serde_json::Error) -> LineProblem {
    LineProblem::Malformed(error.to_string().into())
}
