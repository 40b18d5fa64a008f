//! Answers in the order of the lines, each as soon as nothing has to be waited for.
//!
//! Invariant: of a process that was answered only what a connection may need of it is kept. A connection is judged with the
//! process that it names: one that stands before it, or else the first behind it; where none comes, by the name alone, and
//! so too where there is no more room to wait for it.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};

use serde_json::Value;

use super::input::{self, Case, Fact, Peer};
use super::owners::Owners;
use super::{A_ROW, By, Form, MOST_HELD, answer, in_words};
use crate::domain::detect::{Verdict, judge_connection, judge_entry, judge_file, judge_process};
use crate::run::verdicts::escaped;

/// Judges row after row.
pub(super) struct Answers<'a> {
    by: &'a By<'a>,
    form: Form,
    out: BufWriter<&'a mut dyn Write>,
    owners: Owners,
    waiting: VecDeque<Waiting>,
    /// What waits takes so much.
    held: usize,
}

/// A row that is not printed yet.
enum Waiting {
    /// Its answer.
    Answered(Vec<u8>),
    /// A connection, and the process that it names.
    Asks(Value, Peer, String),
}

impl Waiting {
    fn size(&self) -> usize {
        A_ROW
            + match self {
                Self::Answered(text) => text.len(),
                Self::Asks(id, peer, owner) => {
                    id.as_str().map_or(0, str::len) + peer.name.len() + owner.len()
                }
            }
    }
}

impl<'a> Answers<'a> {
    pub(super) fn new(by: &'a By<'a>, form: Form, out: &'a mut dyn Write) -> Self {
        let out = BufWriter::new(out);
        let (owners, waiting) = (Owners::default(), VecDeque::new());
        Self { by, form, out, owners, waiting, held: 0 }
    }

    /// Takes in a row.
    pub(super) fn take(&mut self, case: Case) -> io::Result<()> {
        let row = if let Fact::Connection(peer, Some(owner)) = &case.fact
            && !self.owners.is_settled(owner)
        {
            Waiting::Asks(case.id, peer.clone(), owner.clone())
        } else {
            let verdict = self.judged(&case);
            if self.waiting.is_empty() {
                return say(self.form, &case.id, &verdict, &mut self.out);
            }
            let mut text = Vec::new();
            say(self.form, &case.id, &verdict, &mut text)?;
            Waiting::Answered(text)
        };
        self.held += row.size();
        self.waiting.push_back(row);
        self.go_on(false)?;
        while self.held > MOST_HELD
            && let Some(Waiting::Asks(_, _, owner)) = self.waiting.front()
        {
            self.owners.give_up(owner);
            self.go_on(false)?;
        }
        Ok(())
    }

    /// Whoever reads them gets those that are ready: it may be long until the next row comes.
    pub(super) fn hand_out(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// No more rows come: whoever waits is answered.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.go_on(true)?;
        self.out.flush()
    }

    /// A connection may have been judged by less than the rows say of its process: they stood too far apart.
    pub(super) const fn fell_short(&self) -> bool {
        self.owners.fell_short()
    }

    /// Answers those whose turn it is, up to the first that waits for a process.
    fn go_on(&mut self, over: bool) -> io::Result<()> {
        while let Some(first) = self.waiting.front() {
            if let Waiting::Asks(_, _, owner) = first
                && !over
                && !self.owners.is_settled(owner)
            {
                return Ok(());
            }
            let Some(row) = self.waiting.pop_front() else { break };
            self.held = self.held.saturating_sub(row.size());
            match row {
                Waiting::Answered(text) => self.out.write_all(&text)?,
                Waiting::Asks(id, peer, owner) => {
                    let verdict = self.connection(&peer, &owner);
                    say(self.form, &id, &verdict, &mut self.out)?;
                }
            }
        }
        Ok(())
    }

    fn judged(&mut self, case: &Case) -> Verdict {
        let By { look_for, rules, now } = *self.by;
        match &case.fact {
            Fact::Process(process) => {
                let seen = process.seen();
                let verdict = judge_process(&seen, look_for).and(rules.of_process(&seen, now));
                self.owners.keep(&input::shown(&case.id), &verdict);
                verdict
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
        }
    }

    fn connection(&mut self, peer: &Peer, owner: &str) -> Verdict {
        let By { look_for, rules, now } = *self.by;
        let end = peer.end();
        // Of a process of these files more is known than a name.
        let name = Some(owner.as_bytes()).filter(|_| !self.owners.has_come(owner));
        let mut verdict = judge_connection(&end, name, look_for).and(rules.of_end(&end, None, now));
        if let Some(owner) = self.owners.of(owner) {
            verdict.join(owner, &end);
        }
        verdict
    }
}

fn say(form: Form, id: &Value, verdict: &Verdict, out: &mut impl Write) -> io::Result<()> {
    match form {
        Form::Json => writeln!(out, "{}", escaped(&answer(id, verdict))),
        Form::Words(language) => in_words(id, verdict, language, out),
    }
}
