//! `firedamp scan`: one look at this host, without a session.
//!
//! It looks as the cockpit looks, for as long as it is told, and writes nothing. How it ends says what was found: 0
//! nothing, 1 somebody suspect, 2 somebody confirmed, 3 nothing, but not enough could be seen to say so.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::domain::base::{Clock as _, Language};
use crate::domain::detect::{Entry, Finding, Grade, Subject, Verdict, Watch, judge_entry};
use crate::domain::facts::{Autostart, Packaged, Snapshot, Weight};
use crate::domain::playbook::{Indicators, PB_31, read};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{Eyes, HostClock};
use crate::run::complain::Complaint;
use crate::run::reason;
use crate::run::verdicts::{escaped, grade, text, told};
use crate::words::{finding, gap};

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

/// What was found.
struct Found {
    snapshot: Snapshot,
    findings: BTreeMap<Subject, Finding>,
    entries: Vec<(std::sync::Arc<Autostart>, Verdict)>,
}

/// Looks for that long and prints what speaks against whom.
pub(super) fn scan(
    time: Duration,
    json: Option<Language>,
    out: &mut dyn Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    let look_for = read(PB_31.en).0.indicators();
    let found = look(time, &look_for)?;
    let printed = match json {
        None => writeln!(out, "{}", escaped(&found.value())),
        Some(language) => found.words(language, out),
    };
    Ok(printed.map(|()| found.code()))
}

fn look(time: Duration, look_for: &Indicators) -> Result<Found, Complaint> {
    let mut eyes = Eyes::open().map_err(|error| reason::no_eyes(&error))?;
    let (mut watch, begun) = (Watch::default(), Instant::now());
    let mut snapshot = eyes.look(HostClock.now());
    let mut findings = watch.see(&snapshot, look_for);
    while begun.elapsed() < time
        || (snapshot.persistence.hunted_ms.is_none() && begun.elapsed() < time + HUNT)
    {
        std::thread::sleep(APART);
        snapshot = eyes.look(HostClock.now());
        findings = watch.see(&snapshot, look_for);
    }
    let judged = snapshot.persistence.entries.iter().filter_map(|it| {
        let verdict = judge_entry(&entry(it), look_for);
        verdict.grade().map(|_| (std::sync::Arc::clone(it), verdict))
    });
    let entries = judged.collect();
    Ok(Found { snapshot, findings, entries })
}

/// As the rules see it. What runs is judged too: an entry of nobody's that runs a packaged program is an everyday thing.
fn entry(it: &Autostart) -> Entry<'_> {
    let packaged = match it.packaged {
        Packaged::Unchanged(_) => Some(true),
        Packaged::No | Packaged::Changed(_) => Some(false),
        Packaged::Unknown | Packaged::Undigested(_) => None,
    };
    Entry { kind: it.kind.word(), path: it.path.bytes(), content: it.text.bytes(), packaged }
}

impl Found {
    fn grade(&self) -> Option<Grade> {
        let of_entries = self.entries.iter().filter_map(|(_, verdict)| verdict.grade());
        self.findings.values().map(|it| it.grade).chain(of_entries).max()
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

    fn value(&self) -> Value {
        let findings = self.findings.values().map(|it| {
            let reasons: Vec<Value> = it.reasons.iter().map(told).collect();
            let grade = grade(Some(it.grade));
            json!({"subject": self.subject(&it.subject), "grade": grade, "reasons": reasons})
        });
        let entries = self.entries.iter().map(|(it, verdict)| {
            let reasons: Vec<Value> = verdict.reasons.iter().map(|(_, it)| told(it)).collect();
            let subject = json!({"kind": "persistence", "type": it.kind.word(), "path": text(&it.path), "line": it.line});
            json!({"subject": subject, "grade": grade(verdict.grade()), "reasons": reasons})
        });
        let unread = self
            .snapshot
            .unread
            .iter()
            .map(|it| json!({"what": text(&it.what), "why": text(&it.why), "gap": it.gap}));
        json!({
            "schema": SCHEMA,
            "host": text(&self.snapshot.host.name),
            "at": self.snapshot.moment.at,
            "processes": self.snapshot.processes.len(),
            "findings": findings.chain(entries).collect::<Vec<_>>(),
            "unread": unread.collect::<Vec<_>>(),
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
        }
    }

    fn words(&self, language: Language, out: &mut dyn Write) -> io::Result<()> {
        for it in self.findings.values().filter(|it| it.grade > Grade::Noted) {
            let name = match &it.subject {
                Subject::Process(id) => self.snapshot.process(*id).map(|it| it.comm.plain(VALUE)),
                Subject::Connection { .. } | Subject::Hiding { .. } => None,
            };
            let grade = finding::grade(language, it.grade);
            let subject = finding::subject(&it.subject);
            writeln!(out, "{grade}  {subject} {}", name.unwrap_or_default())?;
            for reason in &it.reasons {
                writeln!(out, "    {}", finding::reason(language, reason).plain(VALUE))?;
            }
        }
        for (it, verdict) in &self.entries {
            let Some(found) = verdict.grade().filter(|it| *it > Grade::Noted) else { continue };
            writeln!(
                out,
                "{}  {}:{}",
                finding::grade(language, found),
                it.path.plain(VALUE),
                it.line
            )?;
            for (_, reason) in &verdict.reasons {
                writeln!(out, "    {}", finding::reason(language, reason).plain(VALUE))?;
            }
        }
        if self.grade().is_none_or(|it| it == Grade::Noted) {
            writeln!(out, "{}", finding::nothing(language))?;
        }
        for it in self.snapshot.unread.iter().filter(|it| it.weight() == Weight::Much) {
            let said = it.gap.as_ref().map(|it| gap::gap(language, it).plain(VALUE));
            writeln!(out, "{}", said.unwrap_or_else(|| it.what.plain(VALUE)))?;
        }
        Ok(())
    }
}
