//! `firedamp rules check`: reads files of rules and says what is wrong with them.
//!
//! Invariant: a file that cannot be read is a problem of that file alone; all text that is written has passed through
//! [`Untrusted`].

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::{faults, listed, rulebook, text};
use crate::cockpit::trouble::BadRules;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::run::reason;
use crate::words;

/// How it ends where a file could not be read at all.
const UNREAD: u8 = 2;

/// What `check --json` says about one file.
#[derive(Serialize)]
struct Report {
    file: String,
    pack: String,
    sha256: String,
    indicators: usize,
    rules: usize,
    problems: Vec<Problem>,
    /// There is nothing to count.
    #[serde(skip)]
    unread: bool,
}

/// A problem as it is written.
#[derive(Serialize)]
struct Problem {
    /// None where it is about all of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    message: String,
}

/// Writes a line for each file and one for each problem in it, or an array in JSON. Fails if there is a problem.
pub(in crate::run) fn check(
    files: &[PathBuf],
    json: bool,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<ExitCode> {
    let reports: Vec<Report> = all(files, language);
    if json {
        serde_json::to_writer_pretty(&mut *out, &reports)?;
        writeln!(out)?;
    } else {
        for Report { file, pack, indicators, rules, problems, unread, .. } in &reports {
            let name = if pack.is_empty() { String::new() } else { format!("\"{pack}\" ") };
            let counts = words::rules::counts(language, *indicators, *rules, problems.len());
            if !unread {
                writeln!(out, "{file}: {name}{counts}")?;
            }
            for Problem { line, message } in problems {
                let at = line.map(|line| format!(":{line}")).unwrap_or_default();
                writeln!(out, "{file}{at}: {message}")?;
            }
        }
    }
    let unread = reports.iter().any(|it| it.unread);
    let failed = reports.iter().any(|it| !it.problems.is_empty());
    Ok(match (unread, failed) {
        (true, _) => ExitCode::from(UNREAD),
        (false, true) => ExitCode::FAILURE,
        (false, false) => ExitCode::SUCCESS,
    })
}

/// One report a file; of a folder, those that the cockpit would read in it.
fn all(files: &[PathBuf], language: Language) -> Vec<Report> {
    let mut reports = Vec::new();
    for path in files {
        if !path.is_dir() {
            reports.push(report(path, language));
            continue;
        }
        let mut bad = Vec::new();
        reports.extend(listed(path, &mut bad).iter().map(|file| report(file, language)));
        if !bad.is_empty() {
            reports.push(Report { unread: true, ..empty(path) }.with(bad, language));
        }
    }
    reports
}

fn report(path: &Path, language: Language) -> Report {
    let mut report = empty(path);
    let bad = match text(path, false) {
        Ok(text) => {
            let name = Untrusted::new(path.file_name().unwrap_or_default().as_encoded_bytes());
            let contents = rulebook::read(&name.plain(usize::MAX), &text);
            if let Some(pack) = &contents.pack {
                report.pack = Untrusted::from(pack.name.as_str()).plain(usize::MAX);
                report.indicators = pack.rows.len();
            }
            report.sha256 = contents.digest.to_string();
            report.rules = contents.sigma.len();
            faults(path, &contents)
        }
        Err(why) => {
            report.unread = true;
            vec![BadRules { file: reason::shown(path), line: 0, why }]
        }
    };
    report.with(bad, language)
}

fn empty(path: &Path) -> Report {
    Report {
        file: reason::shown(path).plain(usize::MAX),
        pack: String::new(),
        sha256: String::new(),
        indicators: 0,
        rules: 0,
        problems: Vec::new(),
        unread: false,
    }
}

impl Report {
    /// With what is wrong, in the order of the lines.
    fn with(self, mut bad: Vec<BadRules>, language: Language) -> Self {
        bad.sort_by_key(|it| it.line);
        let problem = |it: &BadRules| Problem {
            line: Some(it.line).filter(|line| *line > 0),
            message: words::rules::why(language, &it.why).plain(usize::MAX),
        };
        Self { problems: bad.iter().map(problem).collect(), ..self }
    }
}
