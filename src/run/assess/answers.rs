//! Answers in the order of the lines, each as soon as nothing has to be waited for.
//!
//! Invariant: of a process that was answered only what a connection may need of it is kept. A connection is judged with the
//! process that it names: one that stands before it, or else the first behind it; where none comes, by the name alone.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufWriter, Write};

use serde_json::Value;

use super::input::{self, Case, Fact, Peer};
use super::{By, Form, MOST_HELD, Stop, answer, in_words};
use crate::domain::detect::{Verdict, judge_connection, judge_entry, judge_file, judge_process};
use crate::run::verdicts::escaped;

/// What a row that is kept takes besides its texts.
const A_ROW: usize = 128;

/// Judges row after row.
pub(super) struct Answers<'a> {
    by: &'a By<'a>,
    form: Form,
    out: BufWriter<&'a mut dyn Write>,
    /// Processes by their ids; of those that name a pool, what speaks against them.
    owners: HashMap<String, Option<Box<Verdict>>>,
    waiting: VecDeque<Waiting>,
    held: usize,
}

/// A row that is not answered yet, and what it takes.
struct Waiting {
    id: Value,
    what: What,
    size: usize,
}

enum What {
    Judged(Box<Verdict>),
    /// A connection, and the process that it names.
    Asks(Peer, String),
}

impl<'a> Answers<'a> {
    pub(super) fn new(by: &'a By<'a>, form: Form, out: &'a mut dyn Write) -> Self {
        let out = BufWriter::new(out);
        Self { by, form, out, owners: HashMap::new(), waiting: VecDeque::new(), held: 0 }
    }

    /// Takes in a row that had so many bytes.
    pub(super) fn take(&mut self, case: Case, size: usize) -> Result<(), Stop> {
        let what = self.judged(&case);
        let id = case.id;
        if self.waiting.is_empty()
            && let What::Judged(verdict) = what
        {
            return self.say(&id, &verdict).map_err(Stop::Write).and_then(|()| self.bounded());
        }
        let size = size + A_ROW;
        self.held += size;
        self.waiting.push_back(Waiting { id, what, size });
        self.go_on(false).map_err(Stop::Write)?;
        self.bounded()
    }

    /// No more rows come: whoever waits is answered.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.go_on(true)?;
        self.out.flush()
    }

    fn bounded(&self) -> Result<(), Stop> {
        if self.held > MOST_HELD { Err(Stop::Held) } else { Ok(()) }
    }

    /// Answers those whose turn it is, up to the first that waits for a process.
    fn go_on(&mut self, over: bool) -> io::Result<()> {
        while let Some(first) = self.waiting.front() {
            if let What::Asks(_, owner) = &first.what
                && !over
                && !self.owners.contains_key(owner)
            {
                return Ok(());
            }
            let Some(Waiting { id, what, size }) = self.waiting.pop_front() else { break };
            self.held = self.held.saturating_sub(size);
            let verdict = match what {
                What::Judged(verdict) => *verdict,
                What::Asks(peer, owner) => self.connection(&peer, &owner),
            };
            self.say(&id, &verdict)?;
        }
        Ok(())
    }

    fn say(&mut self, id: &Value, verdict: &Verdict) -> io::Result<()> {
        match self.form {
            Form::Json => writeln!(self.out, "{}", escaped(&answer(id, verdict))),
            Form::Words(language) => in_words(id, verdict, language, &mut self.out),
        }
    }

    fn judged(&mut self, case: &Case) -> What {
        let By { look_for, rules, now } = *self.by;
        What::Judged(Box::new(match &case.fact {
            Fact::Process(process) => {
                let seen = process.seen();
                let verdict = judge_process(&seen, look_for).and(rules.of_process(&seen, now));
                self.keep(input::shown(&case.id), &verdict);
                verdict
            }
            Fact::Connection(peer, Some(owner)) if !self.owners.contains_key(owner) => {
                return What::Asks(peer.clone(), owner.clone());
            }
            Fact::Connection(peer, Some(owner)) => self.connection(peer, owner),
            Fact::Connection(peer, None) => {
                let end = peer.end();
                judge_connection(&end, None, look_for).and(rules.of_end(&end, None, now))
            }
            Fact::Persistence(entry) => {
                let entry = entry.entry();
                judge_entry(&entry, look_for).and(rules.of_entry(&entry, now))
            }
            Fact::File(file) => {
                let file = file.file();
                judge_file(&file).and(rules.of_file(&file, now))
            }
        }))
    }

    /// What a connection may need of a process.
    fn keep(&mut self, id: String, verdict: &Verdict) {
        let pools: usize = verdict.pools.iter().map(|it| it.bytes().len()).sum();
        let reasons: usize = verdict.reasons.iter().map(|(_, it)| it.value.bytes().len()).sum();
        let kept = (!verdict.pools.is_empty()).then(|| Box::new(verdict.clone()));
        let size = id.len() + A_ROW + if kept.is_some() { pools + reasons + A_ROW } else { 0 };
        if self.owners.insert(id, kept).is_none() {
            self.held += size;
        }
    }

    fn connection(&self, peer: &Peer, owner: &str) -> Verdict {
        let By { look_for, rules, now } = *self.by;
        let (end, known) = (peer.end(), self.owners.get(owner));
        // Of a process of these files more is known than a name.
        let name = Some(owner.as_bytes()).filter(|_| known.is_none());
        let mut verdict = judge_connection(&end, name, look_for).and(rules.of_end(&end, None, now));
        if let Some(Some(owner)) = known {
            verdict.join(owner, &end);
        }
        verdict
    }
}
