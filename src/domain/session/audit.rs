//! Reads a journal from its first line to its end and says what holds.
//!
//! A journal is a row of segments: a disk that fails to keep an entry gets no second chance, so the entry goes to
//! the next segment and the chain goes on there; so it does when somebody took the pen by force. The first line of a
//! segment says where the one before it ends; what stands behind that place is a copy of that first line, or was never
//! acknowledged, and that is at most one line.
//!
//! Invariant: every whole line before the first problem is told; nothing after it is believed. Only bytes
//! that cannot have been acknowledged count as torn: an unfinished last line, a last line with a hole of
//! zeros in it, or what stands behind the place where the next segment goes on; any other damage is a [`Break`],
//! and a break is never repaired.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::base::Digest;
use crate::domain::session::chain::{Chain, Checked, LINE_LIMIT, LineProblem, Start};
use crate::domain::session::event::Entry;

/// Takes lines one after the other; [`Audit::verdict`] closes it.
#[derive(Clone, Debug)]
pub struct Audit {
    chain: Chain,
    segment: u32,
    /// Bytes of this segment that were read.
    read: u64,
    /// Where the last good line of this segment ends.
    end: u64,
    /// Where segments go on, by the number of their first entry. The last word is with the last of them.
    starts: BTreeMap<u64, Vec<(u32, Start)>>,
    /// Whole lines behind that place.
    strays: u32,
    last: Option<Spot>,
    fault: Option<Fault>,
    broken: Option<Break>,
    torn: Vec<Torn>,
}

/// The first line of a segment that did not hold.
#[derive(Clone, Debug)]
struct Fault {
    what: Break,
    /// It looks like a write that never ended.
    unfinished: bool,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// Where the line begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
}

/// Bytes that were never acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// Where they begin; they go to the end of the segment.
    pub from: u64,
    /// Where they end.
    pub to: u64,
}

/// What holds of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that hold, from the first on without a gap.
    pub entries: u64,
    /// SHA-256 of the last line that holds.
    pub head: Digest,
    /// Where the last line that holds stands.
    pub last: Option<Spot>,
    /// The first line that does not hold.
    pub problem: Option<Break>,
    /// Bytes that were never acknowledged, segment by segment.
    pub torn: Vec<Torn>,
}

/// A line that does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Break {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// The number that the entry should have; with one segment only, also that of the line.
    pub line: u64,
    /// Where the line begins in its segment.
    pub offset: u64,
    /// What is wrong.
    pub problem: LineProblem,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, line, offset, problem } = self;
        match segment {
            1 => write!(f, "line {line}, byte {offset}: {problem}"),
            _ => write!(f, "entry {line}, byte {offset} of segment {segment}: {problem}"),
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self::resumed(Chain::default(), 1, 0)
    }
}

impl Audit {
    /// Goes on from `chain`, whose last line ends at the offset `end` of a segment.
    #[must_use]
    pub const fn resumed(chain: Chain, segment: u32, end: u64) -> Self {
        Self {
            chain,
            segment,
            read: end,
            end,
            starts: BTreeMap::new(),
            strays: 0,
            last: None,
            fault: None,
            broken: None,
            torn: Vec::new(),
        }
    }

    /// The first line of this segment is right by itself and says where it goes on. Told of all segments before the
    /// lines of any.
    pub fn begins(&mut self, segment: u32, start: Start) {
        self.starts.entry(start.seq).or_default().push((segment, start));
    }

    /// The lines that follow are those of this segment.
    pub fn segment(&mut self, number: u32) {
        self.close();
        self.segment = number;
        (self.read, self.end, self.strays) = (0, 0, 0);
    }

    /// Takes the next line, line feed included; only the last of a segment may be without one. An entry comes
    /// back as long as everything holds.
    pub fn line(&mut self, line: &[u8]) -> Option<Entry> {
        self.checked(line, Checked::of(line))
    }

    /// Takes the next line, and what a [check](Checked::of) of it said.
    pub fn checked(&mut self, line: &[u8], check: Result<Checked, LineProblem>) -> Option<Entry> {
        let from = self.read;
        self.read += line.len() as u64;
        if line.is_empty() || self.broken.is_some() {
            return None;
        }
        if let Some(next) = self.next() {
            self.superseded(from, check.as_ref().ok(), next);
            return None;
        }
        if let Some(fault) = &mut self.fault {
            fault.unfinished = false;
            return None;
        }
        match check.and_then(|line| self.chain.take(line)) {
            Ok(entry) => {
                self.end = self.read;
                self.last = Some(Spot { segment: self.segment, from, to: self.end });
                Some(entry)
            }
            Err(problem) => {
                let unfinished = self.looks_unfinished(line);
                self.fault = Some(Fault { what: self.break_at(from, problem), unfinished });
                None
            }
        }
    }

    /// A whole journal of one segment at once.
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
    pub fn verdict(mut self) -> Verdict {
        self.close();
        Verdict {
            entries: self.chain.seq(),
            head: self.chain.head(),
            last: self.last,
            problem: self.broken,
            torn: self.torn,
        }
    }

    /// The segment is read to its end.
    fn close(&mut self) {
        match self.fault.take() {
            Some(Fault { what, unfinished: false }) => {
                self.broken.get_or_insert(what);
            }
            Some(_) | None if self.broken.is_none() && self.read > self.end => {
                let Self { segment, end: from, read: to, .. } = *self;
                self.torn.push(Torn { segment, from, to });
            }
            Some(_) | None => {}
        }
    }

    /// A line behind the place where `next` goes on: a copy of the line there, or one whole line that was not saved.
    /// Two are a second writer, or a segment out of its place; and so is one that another machine wrote, which had no
    /// way to know that it does not count.
    fn superseded(&mut self, from: u64, line: Option<&Checked>, next: Start) {
        let Some(line) = line else { return };
        // The last segment that begins with this entry has it; any before that one has it in vain.
        if self.later(line.seq()).last().is_some_and(|next| next.head == line.head()) {
            if self.end == from {
                // It was saved; where it is now is behind this segment.
                self.end = self.read;
            }
            return;
        }
        self.strays += 1;
        let elsewhere = line.machine() != next.machine;
        if self.strays > 1 || elsewhere {
            let fork = LineProblem::Fork(self.chain.seq() + u64::from(self.strays));
            self.broken = Some(self.break_at(from, fork));
        }
    }

    /// Where the chain goes on in a later segment, if it does.
    fn next(&self) -> Option<Start> {
        self.later(self.chain.seq() + 1).find(|next| self.chain.is_continued_by(*next))
    }

    /// Later segments that begin with this entry.
    fn later(&self, seq: u64) -> impl Iterator<Item = Start> {
        let starts = self.starts.get(&seq).into_iter().flatten();
        starts.filter(|(segment, _)| *segment > self.segment).map(|(_, start)| *start)
    }

    const fn break_at(&self, offset: u64, problem: LineProblem) -> Break {
        Break { segment: self.segment, line: self.chain.seq() + 1, offset, problem }
    }

    /// A write that was cut leaves the beginning of a line, or a line whose pages did not all arrive.
    ///
    /// A whole line whose line feed alone was changed is damage: it may have been acknowledged. So is a single zero
    /// within the line, which one flipped bit can make of a space; at either end of it no flip of one bit can, and
    /// a lost block may have had no more than that byte of the line.
    fn looks_unfinished(&self, line: &[u8]) -> bool {
        let zeros = line.windows(2).any(|pair| pair == [0, 0])
            || [line.first(), line.last()].contains(&Some(&0));
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
        self.problem.is_none() && self.torn.is_empty()
    }

    /// How many bytes were never acknowledged.
    #[must_use]
    pub fn torn_bytes(&self) -> u64 {
        self.torn.iter().map(|torn| torn.to - torn.from).sum()
    }
}
