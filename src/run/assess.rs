//! `firedamp assess`: judges facts from files, no host needed.
//!
//! Invariant: the rules are those of the cockpit. Each line that can be read has one answer, in the order of the lines;
//! one that cannot is named with its number, and does not stop the rest. Nothing unprintable is ever printed.

mod input;
mod listing;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::base::{Clock as _, Language, Timestamp};
use crate::domain::detect::{
    Grade, Rulebook, Verdict, judge_connection, judge_entry, judge_file, judge_process,
};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::run::complain::Complaint;
use crate::run::verdicts::{escaped, grade, text, told};
use crate::words::finding;
use crate::words::misread::{Misread, not_read};
use input::{Case, Fact};
use listing::Row;

/// A longer line is no fact.
const LONGEST: u64 = 4 << 20;
/// More of a list is not read.
const LARGEST: u64 = 256 << 20;
/// Some lines could not be read.
const NOT_ALL: u8 = 3;
/// Cells of a value in a line of words.
const VALUE: usize = 400;

/// How answers are printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Lines of words.
    Words(Language),
    /// A JSON object a line.
    Json,
}

/// What the files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Given {
    /// One JSON object a line
    Json,
    /// What `ps auxww` printed, or `ps -ef`
    Ps,
    /// Rows of osquery's `processes`, as JSON
    Osquery,
    /// Process lists of UAC (`live_response/process`)
    Uac,
}

/// By what facts are judged.
struct By<'a> {
    look_for: &'a Indicators,
    rules: &'a Rulebook,
    now: Timestamp,
}

/// Judges what is in these files; `-` is standard input.
pub(super) fn assess(
    files: &[PathBuf],
    given: Given,
    (form, language): (Form, Language),
    (look_for, rules): (&Indicators, &Rulebook),
    (out, help): (&mut dyn Write, &mut dyn Write),
) -> Result<io::Result<ExitCode>, Complaint> {
    let mut cases = Vec::new();
    let mut refused = false;
    for file in files {
        for (number, case) in rows(file, given)? {
            match case {
                Ok(case) => cases.push(case),
                Err(why) => {
                    refused = true;
                    let why = not_read(language, &why).plain(VALUE);
                    let file = file.display().to_string();
                    let file = Untrusted::from(file).plain(VALUE);
                    writeln!(help, "{file}:{number}: {why}").ok();
                }
            }
        }
    }
    let by = By { look_for, rules, now: HostClock.now().at };
    Ok(answer_all(&cases, &by, form, out)
        .map(|()| if refused { ExitCode::from(NOT_ALL) } else { ExitCode::SUCCESS }))
}

/// The rows of a file by their lines.
fn rows(path: &Path, given: Given) -> Result<Vec<Row>, Complaint> {
    if given == Given::Json {
        return lines(path);
    }
    let mut bytes = Vec::new();
    source(path)?.take(LARGEST).read_to_end(&mut bytes).map_err(cannot(path))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(match given {
        Given::Osquery => listing::of_osquery(&text),
        Given::Json | Given::Ps | Given::Uac => listing::of_ps(&text),
    })
}

fn source(path: &Path) -> Result<Box<dyn Read>, Complaint> {
    Ok(if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(cannot(path))?)
    })
}

fn cannot(path: &Path) -> impl Fn(io::Error) -> Complaint {
    let what = format!("cannot read {}", path.display());
    let next = "name a file with one JSON object a line, or `-` for standard input";
    move |error| Complaint::new(what.clone(), error, next)
}

/// The lines of a file that are not empty.
fn lines(path: &Path) -> Result<Vec<Row>, Complaint> {
    let (source, cannot) = (source(path)?, cannot(path));
    let (mut source, mut found) = (BufReader::new(source), Vec::new());
    for number in 1.. {
        let mut line = Vec::new();
        let taken = source.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(&cannot)?;
        if taken == 0 {
            break;
        }
        if line.last() != Some(&b'\n') && u64::try_from(taken).is_ok_and(|taken| taken == LONGEST) {
            source.skip_until(b'\n').map_err(&cannot)?;
            found.push((number, Err(Misread::TooLong)));
        } else if !line.iter().all(u8::is_ascii_whitespace) {
            if let Some(kind) = found.is_empty().then(|| listing::kind_of(&line)).flatten() {
                // One line says it; each of the others would say it again.
                return Ok(vec![(number, Err(Misread::OtherTool(kind)))]);
            }
            found.push((number, input::read(&line)));
        }
    }
    Ok(found)
}

fn answer_all(cases: &[Case], by: &By<'_>, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let of_process = |case: &&Case| matches!(case.fact, Fact::Process(_));
    let processes: HashSet<String> =
        cases.iter().filter(of_process).map(|case| input::shown(&case.id)).collect();
    let judged: Vec<Verdict> = cases.iter().map(|case| judge(case, &processes, by)).collect();
    let owners: HashMap<String, &Verdict> = cases
        .iter()
        .zip(&judged)
        .filter(|(case, _)| matches!(case.fact, Fact::Process(_)))
        .map(|(case, verdict)| (input::shown(&case.id), verdict))
        .collect();
    for (case, verdict) in cases.iter().zip(&judged) {
        let mut verdict = verdict.clone();
        if let Fact::Connection(peer, Some(process)) = &case.fact
            && let Some(owner) = owners.get(process)
        {
            verdict.join(owner, &peer.end());
        }
        match form {
            Form::Json => writeln!(out, "{}", escaped(&answer(&case.id, &verdict)))?,
            Form::Words(language) => in_words(&case.id, &verdict, language, &mut out)?,
        }
    }
    out.flush()
}

fn judge(case: &Case, processes: &HashSet<String>, by: &By<'_>) -> Verdict {
    let By { look_for, rules, now } = *by;
    match &case.fact {
        Fact::Process(process) => {
            let seen = process.seen();
            judge_process(&seen, look_for).and(rules.of_process(&seen, now))
        }
        Fact::Connection(peer, owner) => {
            let owner = owner.as_deref().filter(|it| !processes.contains(*it)).map(str::as_bytes);
            let end = peer.end();
            judge_connection(&end, owner, look_for).and(rules.of_end(&end, None, now))
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

fn answer(id: &Value, verdict: &Verdict) -> Value {
    let reasons: Vec<Value> = verdict.reasons.iter().map(|(_, reason)| told(reason)).collect();
    // Everybody has a user and a name for the machine.
    let found = verdict.grade() >= Some(Grade::Suspect);
    let of_found = |it: &[Untrusted]| if found { texts(it) } else { Vec::new() };
    json!({
        "id": id,
        "grade": grade(verdict.grade()),
        "reasons": reasons,
        "extracted": {
            "pools": texts(&verdict.pools),
            "wallets": texts(&verdict.wallets),
            "users": of_found(&verdict.users),
            "rigs": of_found(&verdict.rigs),
            "algorithms": texts(&verdict.algorithms),
        },
    })
}

fn texts(values: &[Untrusted]) -> Vec<Value> {
    values.iter().map(text).collect()
}

fn in_words(
    id: &Value,
    verdict: &Verdict,
    language: Language,
    out: &mut impl Write,
) -> io::Result<()> {
    let id = Untrusted::from(input::shown(id)).plain(VALUE);
    let grade = verdict.grade().map_or_else(
        || finding::nothing(language, 0),
        |it| finding::grade(language, it).to_owned(),
    );
    writeln!(out, "{id}  {grade}")?;
    for (_, reason) in &verdict.reasons {
        writeln!(out, "    {}", finding::reason(language, reason).plain(VALUE))?;
    }
    Ok(())
}
