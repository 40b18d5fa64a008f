//! `firedamp scan`: one look at this host, without a session.
//!
//! It looks as the cockpit looks, for as long as it is told, and writes nothing. How it ends says what was found: 0
//! nothing, 1 somebody suspect, 2 somebody confirmed, 3 nothing, but not enough could be seen to say so. With a baseline
//! only what was not found then counts.

mod baseline;
mod image;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::domain::base::{Clock as _, Language};
use crate::domain::detect::{Finding, Grade, Rulebook, Subject, Watch};
use crate::domain::facts::{Snapshot, Weight};
use crate::domain::playbook::{Indicators, PB_31, read};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{Eyes, HostClock};
use crate::run::args::time;
use crate::run::complain::Complaint;
use crate::run::looker::SIEVE;
use crate::run::reason;
use crate::run::verdicts::{escaped, grade, text, told};
use crate::words::{finding, gap};
use baseline::{Baseline, Look};

/// What the answers look like; it changes when they do.
const SCHEMA: &str = "firedamp-scan/1";
/// From one look to the next.
const APART: Duration = Duration::from_secs(1);
/// What starts by itself is waited for, beyond the time that was asked for.
const HUNT: Duration = Duration::from_secs(20);
/// Cells of a value in a line of words.
const VALUE: usize = 200;
/// Nothing was found, and not enough was seen.
const BLIND: u8 = 3;
/// It could not look at all.
pub(super) const TROUBLE: u8 = 4;

/// What is looked at, and how.
#[derive(Debug, Args)]
pub(super) struct Asked {
    /// How long to look: 30s, 5m
    #[arg(long = "for", value_name = "TIME", default_value = "2s", value_parser = time)]
    time: Duration,
    /// Judge what starts by itself in a mounted image, and nothing of this host
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Compare with a look that `scan --json` printed: only what was not found then counts
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// What was found.
struct Found {
    snapshot: Snapshot,
    findings: BTreeMap<Subject, Finding>,
    baseline: Option<Baseline>,
    rules: Arc<Rulebook>,
}

/// Looks and prints what speaks against whom.
pub(super) fn scan(
    asked: &Asked,
    rules: &Arc<Rulebook>,
    language: Language,
    out: &mut dyn Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    let look_for = read(PB_31.en).0.indicators();
    let baseline = asked.baseline.as_deref().map(Baseline::read).transpose()?;
    let (snapshot, findings) = match asked.root.as_deref() {
        None => look(asked.time, &look_for, rules)?,
        Some(root) => {
            let snapshot = image::look(root)?;
            let findings = Watch::heeding(Arc::clone(rules)).see(&snapshot, &look_for);
            (snapshot, findings)
        }
    };
    let found = Found { snapshot, findings, baseline, rules: Arc::clone(rules) };
    let printed = if asked.json {
        writeln!(out, "{}", escaped(&found.value()))
    } else {
        found.words(language, out)
    };
    Ok(printed.map(|()| found.code()))
}

fn look(
    time: Duration,
    look_for: &Indicators,
    rules: &Arc<Rulebook>,
) -> Result<(Snapshot, BTreeMap<Subject, Finding>), Complaint> {
    let mut eyes = Eyes::open().map_err(|error| reason::no_eyes(&error))?;
    eyes.seek(SIEVE);
    let (mut watch, begun) = (Watch::heeding(Arc::clone(rules)), Instant::now());
    let mut snapshot = eyes.look(HostClock.now());
    let mut findings = watch.see(&snapshot, look_for);
    while begun.elapsed() < time
        || ((snapshot.persistence.hunted_ms.is_none() || eyes.is_reading())
            && begun.elapsed() < time + HUNT)
    {
        std::thread::sleep(APART);
        snapshot = eyes.look(HostClock.now());
        findings = watch.see(&snapshot, look_for);
    }
    Ok((snapshot, findings))
}

impl Found {
    fn grade(&self) -> Option<Grade> {
        self.findings.values().filter(|it| !self.is_known(it)).map(|it| it.grade).max()
    }

    fn is_blind(&self) -> bool {
        self.snapshot.unread.iter().any(|it| it.weight() == Weight::Much)
    }

    fn code(&self) -> ExitCode {
        ExitCode::from(match self.grade() {
            Some(Grade::Confirmed) => 2,
            Some(Grade::Suspect) => 1,
            Some(Grade::Noted) | None if self.is_blind() => BLIND,
            Some(Grade::Noted) | None => 0,
        })
    }

    /// It was found before already.
    fn is_known(&self, it: &Finding) -> bool {
        self.baseline.as_ref().is_some_and(|baseline| baseline.knows(&self.finding(it)))
    }

    fn finding(&self, it: &Finding) -> Value {
        let reasons: Vec<Value> = it.reasons.iter().map(told).collect();
        let grade = grade(Some(it.grade));
        json!({"subject": self.subject(&it.subject), "grade": grade, "reasons": reasons})
    }

    fn value(&self) -> Value {
        let findings = self.findings.values().map(|it| {
            let mut value = self.finding(it);
            if let (Some(baseline), Some(members)) = (&self.baseline, value.as_object()) {
                let known = baseline.knows(&value);
                let members = members.clone().into_iter();
                value = members.chain([("known".to_owned(), json!(known))]).collect();
            }
            value
        });
        let look = Look::of(&self.snapshot);
        let difference = self.baseline.as_ref().map(|it| it.against(&look).value());
        let unread = self
            .snapshot
            .unread
            .iter()
            .map(|it| json!({"what": text(&it.what), "why": text(&it.why), "gap": it.gap}));
        let rules = self.rules.files().iter();
        let rules = rules.map(|(file, digest)| json!({"file": file, "sha256": digest.to_string()}));
        json!({
            "schema": SCHEMA,
            "host": text(&self.snapshot.host.name),
            "at": self.snapshot.moment.at,
            "processes": self.snapshot.processes.len(),
            "findings": findings.collect::<Vec<_>>(),
            "rules": rules.collect::<Vec<_>>(),
            "unread": unread.collect::<Vec<_>>(),
            "since_baseline": difference,
            "look": look.value(),
        })
    }

    fn subject(&self, subject: &Subject) -> Value {
        match subject {
            Subject::Process(id) => {
                let process = self.snapshot.process(*id);
                let command = process.and_then(|it| it.command.known()).map(Untrusted::joined);
                json!({
                    "kind": "process",
                    "pid": id.pid,
                    "name": process.map(|it| text(&it.comm)),
                    "exe": process.and_then(|it| it.exe.known()).map(text),
                    "command": command.as_ref().map(text),
                })
            }
            Subject::Connection { protocol, local, remote } => {
                json!({"kind": "connection", "protocol": protocol, "local": local, "remote": remote})
            }
            Subject::Hiding { kind, what } => {
                json!({"kind": "hiding", "hides": kind, "what": text(what)})
            }
            Subject::Autostart { place, path, line } => {
                json!({"kind": "persistence", "type": place.word(), "path": text(path), "line": line})
            }
        }
    }

    fn words(&self, language: Language, out: &mut dyn Write) -> io::Result<()> {
        let worth = |it: &&Finding| it.grade > Grade::Noted && !self.is_known(it);
        for it in self.findings.values().filter(worth) {
            let name = match &it.subject {
                Subject::Process(id) => self.snapshot.process(*id).map(|it| it.comm.plain(VALUE)),
                Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => {
                    None
                }
            };
            let grade = finding::grade(language, it.grade);
            let subject = finding::subject(&it.subject);
            writeln!(out, "{grade}  {subject} {}", name.unwrap_or_default())?;
            for reason in &it.reasons {
                writeln!(out, "    {}", finding::reason(language, reason).plain(VALUE))?;
            }
        }
        if self.grade().is_none_or(|it| it == Grade::Noted) {
            writeln!(out, "{}", finding::nothing(language))?;
        }
        if let Some(baseline) = &self.baseline {
            let difference = baseline.against(&Look::of(&self.snapshot));
            let signs =
                [("+", &difference.new), ("~", &difference.changed), ("-", &difference.gone)];
            for (sign, (kind, name)) in
                signs.into_iter().flat_map(|(sign, all)| all.iter().map(move |it| (sign, it)))
            {
                writeln!(out, "{sign} {kind}: {}", Untrusted::from(name.as_str()).plain(VALUE))?;
            }
        }
        for it in self.snapshot.unread.iter().filter(|it| it.weight() == Weight::Much) {
            let said = it.gap.as_ref().map(|it| gap::gap(language, it).plain(VALUE));
            writeln!(out, "{}", said.unwrap_or_else(|| it.what.plain(VALUE)))?;
        }
        Ok(())
    }
}
