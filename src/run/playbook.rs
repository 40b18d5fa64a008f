//! `firedamp playbook check` and `firedamp playbook show`.
//!
//! Invariant: a file that cannot be read is a problem of that file alone; all text that is written has passed
//! through [`Untrusted`].

mod page;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::cockpit::storage::Refusal;
use crate::cockpit::trouble::{BadFile, Trouble};
use crate::domain::base::Language;
use crate::domain::playbook::{self, Counts, PB_31, Playbook, Problem, Severity};
use crate::domain::untrusted::Untrusted;
use crate::run::complain::Complaint;
use crate::run::reason;

/// Largest file that is read, in bytes: a playbook is some tens of kilobytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// Ids of the playbooks that ship with the program.
const BUILT_IN: [&str; 1] = ["PB-31"];

/// Why a file cannot be read as text, and what to do.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    /// It is a directory.
    #[error("this is a directory; name the Markdown files in it")]
    Directory,
    /// It is a device, a pipe or a socket.
    #[error("this is no regular file; name a Markdown file, or `-` to read standard input")]
    Special,
    /// It is too large.
    #[error("the file has more than {} MiB, a playbook never has; name the right file", LIMIT >> 20)]
    Huge,
    /// It holds NUL bytes.
    #[error(
        "the file is binary (byte {0} is NUL), a playbook is Markdown; name the right file, or save it as UTF-8"
    )]
    Binary(usize),
    /// It is text in some other encoding.
    #[error("line {line} is not UTF-8 (byte {at}); save the file as UTF-8")]
    Encoding {
        /// One-based.
        line: usize,
        /// From the start of the file.
        at: usize,
    },
    /// The system said no.
    #[error("cannot read the file: {0}; check its name and permissions")]
    System(#[source] io::Error),
}

/// What `check --json` says about one file.
#[derive(Serialize)]
struct Report {
    file: String,
    id: String,
    title: String,
    language: Language,
    flows: usize,
    nodes: usize,
    edges: usize,
    procedures: usize,
    steps: usize,
    checklists: usize,
    items: usize,
    other: usize,
    problems: Vec<Remark>,
    /// There is nothing to count.
    #[serde(skip)]
    unreadable: bool,
}

/// A problem as it is written.
#[derive(Serialize)]
struct Remark {
    line: usize,
    severity: Severity,
    message: String,
}

/// Writes one line for each file and one for each problem in it, or an array in JSON. Fails if a problem is an
/// error; `-` stands for standard input.
pub fn check(files: &[impl AsRef<Path>], json: bool, out: &mut impl Write) -> io::Result<ExitCode> {
    let reports: Vec<Report> = files.iter().map(|file| report(file.as_ref())).collect();
    if json {
        serde_json::to_writer_pretty(&mut *out, &reports)?;
        writeln!(out)?;
    } else {
        for report in &reports {
            line(report, out)?;
        }
    }
    let mut problems = reports.iter().flat_map(|it| &it.problems);
    let failed = problems.any(|it| it.severity == Severity::Error);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Writes a playbook as text: one that ships with the program by its id, any other by its file.
pub fn show(
    what: &str,
    language: Language,
    out: &mut impl Write,
    complaints: &mut impl Write,
) -> io::Result<ExitCode> {
    let text = if BUILT_IN.iter().any(|id| what.eq_ignore_ascii_case(id)) {
        Ok((*PB_31.get(language)).to_owned())
    } else {
        open(Path::new(what)).map_err(|trouble| {
            if let Trouble::Playbook(name, BadFile::Kernel(Refusal::NotThere)) = trouble {
                return Trouble::NoPlaybook(name, &BUILT_IN);
            }
            trouble
        })
    };
    match text {
        Ok(text) => {
            page::write(&playbook::read(&text).0, out)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(trouble) => {
            write!(complaints, "{}", Complaint::from(trouble).told(language))?;
            Ok(ExitCode::from(2))
        }
    }
}

/// The text of a playbook's file, for whoever has no other use for a broken one than to say so.
pub(super) fn open(file: &Path) -> Result<String, Trouble> {
    text(file).map_err(|why| Trouble::Playbook(reason::shown(file), why.into()))
}

impl From<Unreadable> for BadFile {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Directory => Self::Directory,
            Unreadable::Special => Self::Special,
            Unreadable::Huge => Self::Huge(LIMIT >> 20),
            Unreadable::Binary(_) => Self::Binary,
            Unreadable::Encoding { line, .. } => Self::Encoding(line),
            Unreadable::System(error) => Self::Kernel(reason::refusal(&error)),
        }
    }
}

fn report(file: &Path) -> Report {
    let text = text(file);
    let unreadable = text.is_err();
    let (playbook, problems) = match text {
        Ok(text) => playbook::read(&text),
        Err(why) => {
            let problem = Problem { line: 1, severity: Severity::Error, message: why.to_string() };
            (Playbook::default(), vec![problem])
        }
    };
    let counts = playbook.counts();
    let other = counts.other();
    let Counts { flows, nodes, edges, procedures, steps, checklists, items, .. } = counts;
    let remark = |it: Problem| Remark {
        line: it.line,
        severity: it.severity,
        message: printable(&it.message),
    };
    Report {
        file: Untrusted::new(file.as_os_str().as_encoded_bytes()).plain(usize::MAX),
        id: printable(&playbook.id),
        title: printable(&playbook.title),
        language: playbook.language,
        flows,
        nodes,
        edges,
        procedures,
        steps,
        checklists,
        items,
        other,
        problems: problems.into_iter().map(remark).collect(),
        unreadable,
    }
}

fn line(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let Report { file, title, flows, nodes, edges, procedures, steps, .. } = report;
    let Report { checklists, items, other, problems, .. } = report;
    let id = if report.id.is_empty() { "no id" } else { &report.id };
    let language = match report.language {
        Language::En => "en",
        Language::Th => "th",
    };
    if report.unreadable {
        // What was not read has no counts; what is wrong is the line of this file.
        return problems.iter().try_for_each(|it| writeln!(out, "{file}: error: {}", it.message));
    }
    let counts = [
        count(*flows, "flow"),
        count(*nodes, "node"),
        count(*edges, "edge"),
        count(*procedures, "procedure"),
        count(*steps, "step"),
        count(*checklists, "checklist"),
        count(*items, "item"),
        count(*other, "other block"),
        count(problems.len(), "problem"),
    ];
    writeln!(out, "{file}: {id} \"{title}\" {language}: {}", counts.join(", "))?;
    for Remark { line, severity, message } in problems {
        let severity = match severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        writeln!(out, "{file}:{line}: {severity}: {message}")?;
    }
    Ok(())
}

fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// The text of a file, whatever the name leads to.
fn text(file: &Path) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        let input = io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes);
        input.map_err(Unreadable::System)?;
    } else {
        let kind = std::fs::metadata(file).map_err(Unreadable::System)?;
        if kind.is_dir() {
            return Err(Unreadable::Directory);
        }
        if !kind.is_file() {
            return Err(Unreadable::Special);
        }
        let file = File::open(file).map_err(Unreadable::System)?;
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(Unreadable::System)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(Unreadable::Huge);
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(Unreadable::Binary(at));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        Unreadable::Encoding { line: before.split(|it| *it == b'\n').count(), at }
    })
}

fn printable(text: &str) -> String {
    Untrusted::from(text).plain(usize::MAX)
}
