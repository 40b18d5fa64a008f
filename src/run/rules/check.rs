//! `firedamp rules check`: reads files of rules and says what is wrong with them.
//!
//! Invariant: a file that cannot be read is a problem of that file alone; all text that is written has passed through
//! [`Untrusted`].

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::{faults, rulebook, text};
use crate::cockpit::trouble::BadRules;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::run::reason;
use crate::words;

/// What `check --json` says about one file.
#[derive(Serialize)]
struct Report {
    file: String,
    pack: String,
    sha256: String,
    indicators: usize,
    rules: usize,
    problems: Vec<Problem>,
}

/// A problem as it is written.
#[derive(Serialize)]
struct Problem {
    line: usize,
    message: String,
}

/// Writes a line for each file and one for each problem in it, or an array in JSON. Fails if there is a problem.
pub(in crate::run) fn check(
    files: &[PathBuf],
    json: bool,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<ExitCode> {
    let reports: Vec<Report> = files.iter().map(|file| report(file, language)).collect();
    if json {
        serde_json::to_writer_pretty(&mut *out, &reports)?;
        writeln!(out)?;
    } else {
        for Report { file, pack, indicators, rules, problems, .. } in &reports {
            let name = if pack.is_empty() { String::new() } else { format!("\"{pack}\" ") };
            let counts = words::rules::counts(language, *indicators, *rules, problems.len());
            writeln!(out, "{file}: {name}{counts}")?;
            for Problem { line, message } in problems {
                writeln!(out, "{file}:{line}: {message}")?;
            }
        }
    }
    let failed = reports.iter().any(|it| !it.problems.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report(path: &Path, language: Language) -> Report {
    let file = reason::shown(path);
    let message = |it: &BadRules| words::rules::why(language, &it.why).plain(usize::MAX);
    let mut report = Report {
        file: file.plain(usize::MAX),
        pack: String::new(),
        sha256: String::new(),
        indicators: 0,
        rules: 0,
        problems: Vec::new(),
    };
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
        Err(why) => vec![BadRules { file, line: 1, why }],
    };
    report.problems =
        bad.iter().map(|it| Problem { line: it.line, message: message(it) }).collect();
    report
}
