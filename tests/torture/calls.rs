//! The real system calls of a writer are failed by `strace -e inject`: nothing that was acknowledged is lost.

use std::path::Path;
use std::process::{Command, Output};

use firedamp::host::store::Store;

use super::child::writer;
use super::story::{by, pen};

const CALLS: [&str; 6] = ["write", "fdatasync", "openat2", "ftruncate", "fsync", "pwrite64"];
const ERRORS: [&str; 4] = ["ENOSPC", "EIO", "EDQUOT", "EINTR"];
/// Entries of a writer.
const ENTRIES: &str = "6";

/// Every call with every error, at the N-th call, once and from there on, until `runs` are done.
pub(crate) fn run(_seed: u64, runs: u64) -> Result<u64, String> {
    let program = writer()?;
    if output("strace", &["-V"]).is_err() {
        return Err(String::from("strace is not there: apt-get install strace"));
    }
    let mut done = 0;
    for nth in 1.. {
        for call in CALLS {
            for error in ERRORS {
                for step in ["", "+"] {
                    if done >= runs {
                        return Ok(done);
                    }
                    let inject = format!("inject={call}:error={error}:when={nth}{step}");
                    one(&program, &inject).map_err(|why| format!("calls, {inject}: {why}"))?;
                    done += 1;
                }
            }
        }
    }
    Ok(done)
}

/// `strace` is here.
pub(crate) fn possible() -> bool {
    output("strace", &["-e", "inject=fdatasync:error=EIO", "true"]).is_ok()
}

/// A session that is there is taken up by a writer whose calls fail, and then by one whose calls do not.
fn one(program: &Path, inject: &str) -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sessions = place.path().join("sessions").display().to_string();
    let program = program.display().to_string();
    let first = output(&program, &["append", &sessions, ENTRIES])?;
    let before = saved(&first.stdout);
    let log = place.path().join("log").display().to_string();
    let traced =
        ["-f", "-qq", "-o", &log, "-e", "trace=none", "-e", inject, &program, "append", &sessions];
    let second = output("strace", &[&traced[..], &[ENTRIES]].concat())?;
    let told = saved(&second.stdout).max(before);
    let complaints = String::from_utf8_lossy(&second.stderr);
    if complaints.contains("panicked") {
        return Err(complaints.into_owned());
    }
    let store = Store::at(Path::new(&sessions)).map_err(|error| error.to_string())?;
    let opened = store.open("latest", &by()).map_err(|error| error.to_string())?;
    let (journal, entries) = pen(opened)?;
    drop(journal);
    if (entries.len() as u64) < told {
        return Err(format!("{told} entries were saved, {} are there", entries.len()));
    }
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() { Ok(()) } else { Err(format!("not whole: {verdict:?}")) }
}

/// The highest number that a writer called saved.
fn saved(out: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(out);
    text.lines().filter_map(|line| line.parse().ok()).max().unwrap_or(0)
}

#[expect(clippy::disallowed_methods, reason = "a test starts what it watches")]
fn output(program: &str, arguments: &[&str]) -> Result<Output, String> {
    Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))
}
