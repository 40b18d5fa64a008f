//! `firedamp assess`: judges facts from files, no host needed.
//!
//! Invariant: the rules are those of the cockpit. Each line that can be read has one answer, in the order of the lines;
//! one that cannot is named with its number, and does not stop the rest, nor does a file. What was answered is not held:
//! only lines behind a connection whose process has not come yet wait for it, while there is room. Whatever is ready is
//! handed out before more lines are waited for. Nothing unprintable is ever printed.

mod answers;
mod input;
mod listing;
mod owners;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::base::{Clock as _, Language, Timestamp};
use crate::domain::detect::{Grade, Rulebook, Verdict};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::run::complain::Complaint;
use crate::run::verdicts::{grade, text, told};
use crate::words::finding;
use crate::words::misread::{Misread, not_read};
use crate::words::trouble::Refused;
use answers::Answers;
use input::Case;

/// A longer line is no fact.
const LONGEST: u64 = 4 << 20;
/// More of a list is not read.
const LARGEST: u64 = 256 << 20;
/// More is not held of lines that wait for another one, nor of processes.
const MOST_HELD: usize = 128 << 20;
/// What is held takes so much besides its texts.
const A_ROW: usize = 128;
/// Some lines could not be read, or stood too far from others.
const NOT_ALL: u8 = 3;
/// A file could not be read.
const NOT_A_FILE: u8 = 4;
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

/// What a file gives.
enum Step {
    /// A row by the number of its line, or why there is none.
    Row(usize, Result<Case, Misread>),
    /// The next row may be long in coming.
    Lull,
}

/// Why no more rows are handed on.
enum Stop {
    /// The file cannot be read.
    Read(io::Error),
    /// Nobody takes the answers.
    Write(io::Error),
}

/// By what facts are judged.
struct By<'a> {
    look_for: &'a Indicators,
    rules: &'a Rulebook,
    now: Timestamp,
}

/// Judges what is in these files; `-` is standard input. A file that cannot be read takes nothing from the others.
pub(super) fn assess(
    files: &[PathBuf],
    given: Given,
    (form, language): (Form, Language),
    (look_for, rules): (&Indicators, &Rulebook),
    (out, help): (&mut dyn Write, &mut dyn Write),
) -> io::Result<ExitCode> {
    let by = By { look_for, rules, now: HostClock.now().at };
    let mut answers = Answers::new(&by, form, out);
    let (mut refused, mut unread) = (false, false);
    for file in files {
        let each = |step: Step| match step {
            Step::Lull => answers.hand_out().map_err(Stop::Write),
            Step::Row(_, Ok(case)) => answers.take(case).map_err(Stop::Write),
            Step::Row(number, Err(why)) => {
                refused = true;
                let why = not_read(language, &why).plain(VALUE);
                let file = file.display().to_string();
                let file = Untrusted::from(file).plain(VALUE);
                writeln!(help, "{file}:{number}: {why}").ok();
                Ok(())
            }
        };
        match rows(file, given, each) {
            Ok(()) => {}
            Err(Stop::Write(error)) => return Err(error),
            Err(Stop::Read(error)) => {
                unread = true;
                let next = "name a file with one JSON object a line, or `-` for standard input";
                let complaint = Complaint::about("cannot read", file, error, next);
                writeln!(help, "{}", complaint.show(language, None).trim_end()).ok();
            }
        }
    }
    answers.end()?;
    let short = answers.fell_short();
    if short {
        let complaint = Complaint::from(Refused::TooFarApart(MOST_HELD >> 20));
        writeln!(help, "{}", complaint.show(language, None).trim_end()).ok();
    }
    let code = match (unread, refused || short) {
        (true, _) => ExitCode::from(NOT_A_FILE),
        (false, true) => ExitCode::from(NOT_ALL),
        (false, false) => ExitCode::SUCCESS,
    };
    Ok(code)
}

/// Hands the rows of a file on, one after the other.
fn rows(
    path: &Path,
    given: Given,
    mut each: impl FnMut(Step) -> Result<(), Stop>,
) -> Result<(), Stop> {
    if given == Given::Json {
        return lines(path, each);
    }
    each(Step::Lull)?;
    let mut bytes = Vec::new();
    source(path)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(Stop::Read)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size > LARGEST) {
        let why = format!("a list is at most {} MiB", LARGEST >> 20);
        return Err(Stop::Read(io::Error::new(io::ErrorKind::FileTooLarge, why)));
    }
    let text = String::from_utf8_lossy(&bytes);
    let read = match given {
        Given::Osquery => listing::of_osquery(&text),
        Given::Json | Given::Ps | Given::Uac => listing::of_ps(&text),
    };
    read.into_iter().try_for_each(|(number, case)| each(Step::Row(number, case)))
}

fn source(path: &Path) -> Result<Box<dyn Read>, Stop> {
    Ok(if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(Stop::Read)?)
    })
}

/// The lines of a file that are not empty.
fn lines(path: &Path, mut each: impl FnMut(Step) -> Result<(), Stop>) -> Result<(), Stop> {
    let (mut source, mut first) = (BufReader::new(source(path)?), true);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if !source.buffer().contains(&b'\n') {
            each(Step::Lull)?;
        }
        let taken = source.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        let taken = taken.map_err(Stop::Read)?;
        if taken == 0 {
            break;
        }
        let row = if line.last() != Some(&b'\n')
            && u64::try_from(taken).is_ok_and(|taken| taken == LONGEST)
        {
            source.skip_until(b'\n').map_err(Stop::Read)?;
            Err(Misread::TooLong)
        } else if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        } else if let Some(kind) = first.then(|| listing::kind_of(&line)).flatten() {
            // One line says it; each of the others would say it again.
            return each(Step::Row(number, Err(Misread::OtherTool(kind))));
        } else {
            input::read(&line)
        };
        first = false;
        each(Step::Row(number, row))?;
    }
    Ok(())
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
