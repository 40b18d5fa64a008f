//! Reads a journal from its first line to its end and says what holds.
//!
//! Invariant: every whole line before the first problem is told; nothing after it is believed. Only bytes
//! that cannot have been acknowledged count as torn: an unfinished last line, or a last line with a hole of
//! zeros in it; any other damage is a [`Break`], and a break is never repaired.

use std::ops::Range;

use crate::domain::base::Digest;
use crate::domain::session::chain::{Chain, LINE_LIMIT, LineProblem};
use crate::domain::session::event::Entry;

/// Takes lines one after the other; [`Audit::verdict`] closes it.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    chain: Chain,
    /// Where the last good line ends.
    end: u64,
    fault: Option<Fault>,
}

/// The first line that did not hold.
#[derive(Clone, Debug)]
struct Fault {
    what: Break,
    /// Bytes from its start to the end of what was read.
    bytes: u64,
    /// It looks like a write that never ended.
    unfinished: bool,
}

/// What holds of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that hold, from the first on without a gap.
    pub entries: u64,
    /// SHA-256 of the last line that holds.
    pub head: Digest,
    /// Byte offset where the last line that holds ends.
    pub end: u64,
    /// The first line that does not hold.
    pub problem: Option<Break>,
    /// Bytes at the end that were never acknowledged.
    pub torn: Option<Range<u64>>,
}

/// A line that does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, byte {offset}: {problem}")]
pub struct Break {
    /// One-based; also the number that the entry should have.
    pub line: u64,
    /// Where the line begins.
    pub offset: u64,
    /// What is wrong.
    pub problem: LineProblem,
}

impl Audit {
    /// Goes on from `chain`, whose last line ends at the offset `end`.
    #[must_use]
    pub const fn resumed(chain: Chain, end: u64) -> Self {
        Self { chain, end, fault: None }
    }

    /// Takes the next line, line feed included; only the last may be without one. An entry comes back as
    /// long as everything holds.
    pub fn line(&mut self, line: &[u8]) -> Option<Entry> {
        let bytes = line.len() as u64;
        if line.is_empty() {
            return None;
        }
        if let Some(fault) = &mut self.fault {
            fault.bytes += bytes;
            fault.unfinished = false;
            return None;
        }
        match self.chain.next(line) {
            Ok(entry) => {
                self.end += bytes;
                Some(entry)
            }
            Err(problem) => {
                let unfinished = self.looks_unfinished(line);
                let what = Break { line: self.chain.seq() + 1, offset: self.end, problem };
                self.fault = Some(Fault { what, bytes, unfinished });
                None
            }
        }
    }

    /// A whole journal at once.
    #[must_use]
    pub fn of(journal: &[u8]) -> (Vec<Entry>, Verdict) {
        let mut audit = Self::default();
        let entries = journal
            .split_inclusive(|byte| *byte == b'\n')
            .filter_map(|line| audit.line(line))
            .collect();
        (entries, audit.verdict())
    }

    /// The chain as far as it holds.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What holds of all that was read.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let torn = self.fault.as_ref().filter(|fault| fault.unfinished);
        let broken = self.fault.as_ref().filter(|fault| !fault.unfinished);
        Verdict {
            entries: self.chain.seq(),
            head: self.chain.head(),
            end: self.end,
            problem: broken.map(|fault| fault.what.clone()),
            torn: torn.map(|fault| self.end..self.end + fault.bytes),
        }
    }

    /// A write that was cut leaves the beginning of a line, or a line whose pages did not all arrive.
    ///
    /// A whole line whose line feed alone was changed is damage: it may have been acknowledged.
    fn looks_unfinished(&self, line: &[u8]) -> bool {
        let zeros = line.windows(2).any(|pair| pair == [0, 0]);
        let Some((_, before)) = line.split_last().filter(|(last, _)| **last != b'\n') else {
            return zeros;
        };
        let ended = [before, b"\n"].concat();
        zeros || (line.len() <= LINE_LIMIT && self.chain.clone().next(&ended).is_err())
    }
}

impl Verdict {
    /// Every byte holds.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.problem.is_none() && self.torn.is_none()
    }
}
