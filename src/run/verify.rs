//! `firedamp verify`: what holds of a journal, entry by entry.
//!
//! Three things are checked: that each line is what it was and continues the one before; that what an entry refers to
//! was there; that anchors and signatures in the journal are right. Invariant: only reads; whatever stood in a file is
//! printed through [`Untrusted`](crate::domain::untrusted::Untrusted).

mod heads;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::domain::base::{Digest, Language};
use crate::domain::session::{Anchor, Entry, Event, Signature, State, Statement, Verdict};
use crate::host::store::{Store, Verified};
use crate::run::sessions::SessionsError;
use crate::run::verify::heads::Heads;
use crate::run::{forks, reason};
use crate::words::listing::{self, Checked, Wrong};
use crate::words::session::event;
use crate::words::trouble;

/// Cells of one hostile value.
const VALUE: usize = 120;
/// Cells of what is wrong with a line: whoever looks at its bytes gets all of it.
const DETAIL: usize = 4_000;

/// What is asked beside the chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// A line for each entry, and every anchor that was shown is worked out again.
    pub each: bool,
    /// This anchor, which somebody wrote down, shall fit.
    pub anchor: Option<Anchor>,
    /// In these words.
    pub language: Language,
}

/// Takes in entries one after the other.
struct Reading<'a> {
    asked: Asked,
    out: &'a mut dyn Write,
    /// Why nothing can be printed any more.
    failed: Option<io::Error>,
    state: State,
    heads: Heads,
    anchors: Vec<(u64, Anchor)>,
    signatures: Vec<(u64, u64, String)>,
    wrong: Vec<(u64, Wrong)>,
}

/// Reads a journal from end to end and says what holds of it. Anything that does not hold gives exit code 1.
pub fn verify(
    store: &Store,
    id: &str,
    asked: Asked,
    out: &mut dyn Write,
) -> Result<ExitCode, SessionsError> {
    let mut reading = Reading {
        asked,
        out,
        failed: None,
        state: State::default(),
        heads: Heads::wanting(asked.anchor.map(|anchor| anchor.seq)),
        anchors: Vec::new(),
        signatures: Vec::new(),
        wrong: Vec::new(),
    };
    let verified = store.verify_each(id, |entry| reading.take(entry))?;
    if let Some(error) = reading.failed.take() {
        return Err(error.into());
    }
    if reading.heads.lacks_some(verified.verdict.entries) {
        // What is named so long after it was written is rare: it is read once more instead of kept.
        store.verify_each(id, |entry| reading.heads.look_up(entry))?;
    }
    reading.finish(&verified);
    let out = &mut *reading.out;
    let (id, language) = (&verified.id, asked.language);
    for doubt in &verified.doubts {
        let why = trouble::reason(language, &reason::unusable(doubt));
        writeln!(out, "{id}: {}", said(language, &Checked::Doubt(why)))?;
    }
    for (seq, wrong) in &reading.wrong {
        writeln!(out, "{id}: {}", said(language, &Checked::Wrong(*seq, wrong)))?;
    }
    let whole = chain(&verified, language, out)?;
    reading.told(&verified.verdict)?;
    let fits = reading.anchor(&verified.verdict)?;
    let holds = whole && fits && reading.wrong.is_empty();
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What holds of the chain, and of what lies beside it.
fn chain(
    verified: &Verified,
    language: Language,
    out: &mut dyn Write,
) -> Result<bool, SessionsError> {
    let said = |line| said(language, &line);
    let Verified { id, verdict, playbook_intact: intact, .. } = verified;
    let Verdict { entries, head, last, problem, .. } = verdict;
    if let Some(broken) = problem {
        let end = last.map_or(0, |last| last.to);
        writeln!(out, "{id}: {}", said(Checked::Broken(broken)))?;
        writeln!(out, "{}", said(Checked::Before(*entries, end, *head)))?;
        match &verified.fork {
            Some(fork) => forks::print(fork, language, out)?,
            None => writeln!(out, "{}", said(Checked::NothingAfter))?,
        }
        return Ok(false);
    }
    if *entries == 0 {
        writeln!(out, "{id}: {}", said(Checked::Empty))?;
        return Ok(false);
    }
    writeln!(out, "{id}: {}", said(Checked::Whole))?;
    let anchor = Anchor::of(*entries, *head);
    writeln!(out, "{}", said(Checked::Sums(*entries, *head, anchor)))?;
    if !intact {
        writeln!(out, "{}", said(Checked::OtherPlaybook))?;
    }
    let torn = verdict.torn_bytes();
    if torn > 0 {
        writeln!(out, "{}", said(Checked::Torn(torn, id)))?;
    }
    Ok(*intact)
}

impl Reading<'_> {
    fn take(&mut self, entry: &Entry) {
        self.heads.pass(entry);
        let wrong = self.check(entry);
        if self.asked.each && self.failed.is_none() {
            let at = entry.at.strftime("%Y-%m-%d %H:%M:%SZ");
            let said = event(self.asked.language, &entry.event).plain(VALUE);
            let (seq, by) = (entry.seq, entry.by.plain(24));
            let holds = listing::holds(self.asked.language, wrong.is_none());
            let printed = writeln!(self.out, "{seq:>6}  {holds}  {at}  {by}: {said}");
            self.failed = self.failed.take().or(printed.err());
        }
        self.wrong.extend(wrong.map(|wrong| (entry.seq, wrong)));
        self.state.apply(entry);
    }

    /// What the entry refers to was there.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other entries refer to no other")]
    fn check(&mut self, entry: &Entry) -> Option<Wrong> {
        let state = &self.state;
        let before = |seq: u64| seq > 0 && seq < entry.seq;
        match &entry.event {
            Event::Opened(_) if state.seq > 0 => Some(Wrong::Again),
            Event::TookBack { choice } if !state.choices.iter().any(|it| it.seq == *choice) => {
                Some(Wrong::NoChoice(*choice))
            }
            Event::Withdrew { entry } => {
                let note = state.has_note(*entry);
                let open = state.handoff.as_ref().filter(|it| it.accepted.is_none());
                let handoff = open.is_some_and(|it| it.seq == *entry);
                (!note && !handoff).then_some(Wrong::NothingWritten(*entry))
            }
            Event::Accepted { handoff, .. } => {
                let open = state.handoff.as_ref().filter(|it| it.accepted.is_none());
                let waits = open.is_some_and(|it| it.seq == *handoff);
                (!waits).then_some(Wrong::NoHandoff(*handoff))
            }
            Event::Anchored { anchor } if before(anchor.seq) => {
                self.anchors.push((entry.seq, *anchor));
                self.heads.want(anchor.seq);
                None
            }
            Event::Anchored { anchor } => Some(Wrong::NotBefore(anchor.seq)),
            Event::Signed { entry: of, armour, .. } if before(*of) => {
                let armour = String::from_utf8_lossy(armour.bytes()).into_owned();
                self.signatures.push((entry.seq, *of, armour));
                self.heads.want(*of);
                None
            }
            Event::Signed { entry: of, .. } => Some(Wrong::NotBefore(*of)),
            _ => None,
        }
    }

    /// SHA-256 of the line of an entry.
    fn head(&self, seq: u64, verdict: &Verdict) -> Option<Digest> {
        if seq == verdict.entries {
            return Some(verdict.head).filter(|_| seq > 0);
        }
        self.heads.of(seq)
    }

    /// Anchors and signatures, now that every line is known. The newest anchor vouches for all that is before it, so
    /// the others are worked out only where a line for each entry is asked for.
    fn finish(&mut self, verified: &Verified) {
        let verdict = &verified.verdict;
        let few = if self.asked.each { usize::MAX } else { 1 };
        let mut wrong = Vec::new();
        for (seq, anchor) in self.anchors.iter().rev().take(few) {
            if !self.head(anchor.seq, verdict).is_some_and(|head| anchor.fits(head)) {
                wrong.push((*seq, Wrong::Anchor(*anchor)));
            }
        }
        for (seq, of, armour) in &self.signatures {
            let Some(head) = self.head(*of, verdict) else { continue };
            let statement = Statement::of(&verified.id, *of, head);
            let checked = Signature::read(armour).and_then(|it| it.check(&statement));
            wrong.extend(checked.err().map(|problem| (*seq, Wrong::Signature(problem))));
        }
        self.wrong.append(&mut wrong);
        self.wrong.sort_by_key(|(seq, _)| *seq);
    }

    /// Which anchors and signatures there are, so that the reader can ask for the other half of them.
    fn told(&mut self, verdict: &Verdict) -> Result<(), SessionsError> {
        let (out, language) = (&mut *self.out, self.asked.language);
        let said = |line| said(language, &line);
        if let Some((_, anchor)) = self.anchors.last() {
            let (count, after) = (self.anchors.len(), verdict.entries.saturating_sub(anchor.seq));
            writeln!(out, "{}", said(Checked::Shown(count, *anchor, after)))?;
        }
        for it in &self.state.signatures {
            let good = !self.wrong.iter().any(|(seq, _)| *seq == it.seq);
            writeln!(out, "{}", said(Checked::Signed(it.entry, good, &it.key)))?;
        }
        let unknown = self.state.unknown.len() as u64 + self.state.earlier_unknown;
        if unknown > 0 {
            writeln!(out, "{}", said(Checked::Unknown(unknown)))?;
        }
        Ok(())
    }

    /// The anchor that somebody wrote down elsewhere.
    fn anchor(&mut self, verdict: &Verdict) -> Result<bool, SessionsError> {
        let Some(anchor) = self.asked.anchor else { return Ok(true) };
        let (seq, entries) = (anchor.seq, verdict.entries);
        let found = self.head(seq, verdict);
        let fits = found.is_some_and(|head| anchor.fits(head));
        let line = match found {
            None => Checked::AnchorBeyond(seq, entries),
            Some(_) if fits => Checked::AnchorFits(seq, entries - seq),
            Some(head) => Checked::AnchorDiffers(Anchor::of(seq, head)),
        };
        writeln!(self.out, "{}", said(self.asked.language, &line))?;
        Ok(fits)
    }
}

fn said(language: Language, line: &Checked<'_>) -> String {
    let cells = if matches!(line, Checked::Broken(_)) { DETAIL } else { VALUE };
    listing::checked(language, line).plain(cells)
}
