//! `firedamp scan`: one look at this host, without a session.
//!
//! It looks as the cockpit looks, for as long as it is told, and writes nothing. How it ends says what was found: 0
//! nothing, 1 somebody suspect, 2 somebody confirmed, 3 nothing, but not enough could be seen to say so. With a baseline
//! only what was not found then counts.

mod baseline;
mod image;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::domain::base::{Clock as _, Language};
use crate::domain::detect::{Finding, Grade, Reason, Rulebook, Subject, Verdict, Watch};
use crate::domain::facts::{Gap, Late, Snapshot, Unread, Weight};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{Eyes, HostClock};
use crate::run::args::time;
use crate::run::complain::Complaint;
use crate::run::looker::{SIEVE, worthy};
use crate::run::reason;
use crate::run::verdicts::{escaped, grade, text, told};
use crate::words::trouble::Refused;
use crate::words::{finding, gap};
use baseline::{Baseline, Look};

/// What the answers look like; it changes when they do.
const SCHEMA: &str = "firedamp-scan/1";
/// From one look to the next.
const APART: Duration = Duration::from_secs(1);
/// What starts by itself is waited for so long, beyond the time that was asked for.
const HUNT: Duration = Duration::from_secs(8);
/// And so long is a closer look at processes: who is busy may have thousands.
const READ: Duration = Duration::from_secs(3);
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
    #[arg(long = "for", value_name = "TIME", default_value = "2s")]
    time: String,
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
    said: Vec<Said>,
    baseline: Option<Baseline>,
    rules: Arc<Rulebook>,
    /// Some rules could not be used, so that nothing found means less.
    rules_lack: bool,
}

/// A finding as it is printed.
struct Said {
    subject: Value,
    name: String,
    grade: Grade,
    reasons: Vec<Reason>,
    /// It was found before already.
    known: bool,
}

/// Looks and prints what speaks against whom.
pub(super) fn scan(
    asked: &Asked,
    look_for: &Indicators,
    (rules, rules_lack): (&Arc<Rulebook>, bool),
    language: Language,
    out: &mut dyn Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    let for_so_long =
        time(&asked.time).ok_or_else(|| Refused::NoTime(asked.time.as_str().into()))?;
    let baseline = asked.baseline.as_deref().map(Baseline::read).transpose()?;
    let (snapshot, findings, files) = match asked.root.as_deref() {
        None => {
            let (snapshot, findings) = look(for_so_long, look_for, rules, language)?;
            (snapshot, findings, Vec::new())
        }
        Some(root) => {
            let (snapshot, files) = image::look(root, look_for)?;
            let findings = Watch::heeding(Arc::clone(rules)).see(&snapshot, look_for);
            (snapshot, findings, files)
        }
    };
    let mut said: Vec<Said> = findings.values().map(|it| said(&snapshot, it)).collect();
    said.extend(files.into_iter().filter_map(|(path, verdict)| of_file(&path, verdict)));
    // The worst first; of the same grade as they were found.
    said.sort_by_key(|it| Reverse(it.grade));
    if let Some(baseline) = &baseline {
        for it in &mut said {
            it.known = baseline.knows(&it.subject, it.grade);
        }
    }
    let found = Found { snapshot, said, baseline, rules: Arc::clone(rules), rules_lack };
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
    language: Language,
) -> Result<(Snapshot, BTreeMap<Subject, Finding>), Complaint> {
    let mut eyes = Eyes::open().map_err(|error| reason::no_eyes(&error))?;
    eyes.seek(SIEVE, worthy(look_for.clone()));
    let (mut watch, begun) = (Watch::heeding(Arc::clone(rules)), Instant::now());
    let mut snapshot = eyes.look(HostClock.now());
    let mut findings = watch.see(&snapshot, look_for);
    let mut told = false;
    loop {
        let hunts = snapshot.persistence.hunted_ms.is_none();
        let left = wait(begun.elapsed(), time, hunts, eyes.is_reading());
        if left.is_zero() {
            break;
        }
        if begun.elapsed() >= time && !told {
            told = true;
            let said = finding::still(language, hunts, eyes.is_reading());
            writeln!(io::stderr(), "{said}").ok();
        }
        std::thread::sleep(left.min(APART));
        snapshot = eyes.look(HostClock.now());
        findings = watch.see(&snapshot, look_for);
    }
    if let Some(unasked) = snapshot.evidence.unasked() {
        snapshot.evidence = Arc::new(unasked);
        findings = watch.see(&snapshot, look_for);
    }
    while watch.is_behind() {
        findings = watch.see(&snapshot, look_for);
    }
    // Nobody takes another look, so whoever waits is not read.
    snapshot.unread.retain(|it| !is_not_read(it));
    snapshot.unread.extend(eyes.left_unread(&snapshot));
    let late = Gap::Late(Late::Hunt);
    let is_said = snapshot.unread.iter().any(|it| it.gap.as_ref() == Some(&late));
    if snapshot.persistence.hunted_ms.is_none() && !is_said {
        snapshot.unread.push(Unread::gap(late));
    }
    Ok((snapshot, findings))
}

/// How long it still looks: for as long as was asked, and a little beyond for what is still being read.
fn wait(gone: Duration, asked: Duration, hunts: bool, reads: bool) -> Duration {
    let beyond = match (hunts, reads) {
        (true, _) => HUNT,
        (false, true) => READ,
        (false, false) => Duration::ZERO,
    };
    asked.saturating_add(beyond).saturating_sub(gone)
}

/// There was no time or no room to look closer at some processes.
const fn is_not_read(unread: &Unread) -> bool {
    matches!(unread.gap, Some(Gap::NotRead(..)))
}

/// What is missing; of single processes, of which.
fn missing(language: Language, it: &Unread, cells: usize) -> String {
    let Some(gap) = &it.gap else { return it.what.plain(cells) };
    let said = gap::gap(language, gap).plain(cells);
    if is_not_read(it) && !it.what.is_empty() {
        return format!("{said}: {}", it.what.plain(cells));
    }
    said
}

impl Found {
    fn grade(&self) -> Option<Grade> {
        self.said.iter().filter(|it| !it.known).map(|it| it.grade).max()
    }

    fn is_blind(&self) -> bool {
        self.rules_lack || self.snapshot.unread.iter().any(|it| it.weight() == Weight::Much)
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
        let findings = self.said.iter().map(|it| {
            let reasons: Vec<Value> = it.reasons.iter().map(told).collect();
            let grade = grade(Some(it.grade));
            let mut value = json!({"subject": it.subject, "grade": grade, "reasons": reasons});
            if let Some(members) = value.as_object_mut().filter(|_| self.baseline.is_some()) {
                members.insert("known".to_owned(), json!(it.known));
            }
            value
        });
        let look = Look::of(&self.snapshot);
        let difference = self.baseline.as_ref().map(|it| it.against(&look).value());
        let unread = self.snapshot.unread.iter().map(|it| {
            let said = it.gap.as_ref().map(|_| missing(Language::En, it, usize::MAX).into());
            json!({"what": said.unwrap_or_else(|| text(&it.what)), "why": text(&it.why), "gap": it.gap})
        });
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

    fn words(&self, language: Language, out: &mut dyn Write) -> io::Result<()> {
        for it in self.said.iter().filter(|it| it.grade > Grade::Noted && !it.known) {
            writeln!(out, "{}  {}", finding::grade(language, it.grade), it.name)?;
            // The same may have been read in two places.
            let mut told = BTreeSet::new();
            for reason in &it.reasons {
                let line = finding::reason(language, reason).plain(VALUE);
                if !told.contains(&line) {
                    writeln!(out, "    {line}")?;
                    told.insert(line);
                }
            }
        }
        if self.grade().is_none_or(|it| it == Grade::Noted) {
            let known = self.said.iter().filter(|it| it.known && it.grade > Grade::Noted).count();
            writeln!(out, "{}", finding::nothing(language, known))?;
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
        // What was not looked at closer does not change how it ends, but what that means.
        let told = |it: &&Unread| it.weight() == Weight::Much || is_not_read(it);
        for it in self.snapshot.unread.iter().filter(told) {
            writeln!(out, "{}", missing(language, it, VALUE))?;
        }
        Ok(())
    }
}

fn said(snapshot: &Snapshot, it: &Finding) -> Said {
    let mut name = finding::subject(&it.subject);
    if let Subject::Process(id) = &it.subject {
        let comm = snapshot.process(*id).map(|it| it.comm.plain(VALUE));
        name = format!("{name} {}", comm.unwrap_or_default());
    }
    let (grade, reasons) = (it.grade, it.reasons.clone());
    Said { subject: subject(snapshot, &it.subject), name, grade, reasons, known: false }
}

/// What is only worth a line is left out: images hold many texts.
fn of_file(path: &Untrusted, verdict: Verdict) -> Option<Said> {
    let grade = verdict.grade().filter(|it| *it > Grade::Noted)?;
    let reasons = verdict.reasons.into_iter().map(|(_, it)| it).collect();
    let subject = json!({"kind": "file", "path": text(path)});
    Some(Said { subject, name: path.plain(VALUE), grade, reasons, known: false })
}

fn subject(snapshot: &Snapshot, subject: &Subject) -> Value {
    match subject {
        Subject::Process(id) => {
            let process = snapshot.process(*id);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_ends_when_it_was_told_to_or_a_little_later() {
        let (second, none) = (Duration::from_secs(1), Duration::ZERO);
        assert_eq!(wait(none, second, false, false), second, "it looks for as long as was asked");
        assert_eq!(wait(second, second, false, false), none);
        assert_eq!(wait(second, second, false, true), READ);
        assert_eq!(wait(second, second, true, true), HUNT);
        assert_eq!(
            wait(second + READ, second, false, true),
            none,
            "whoever is busy is not waited for"
        );
        assert_eq!(wait(second + HUNT, second, true, true), none);
        assert!(READ < HUNT && HUNT <= Duration::from_secs(10));
    }
}
