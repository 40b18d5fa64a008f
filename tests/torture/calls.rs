//! The system calls of the real `firedamp note` are failed by `strace -e inject`: nothing that it acknowledged is lost.

use std::path::Path;
use std::process::Stdio;

use firedamp::domain::session::Entry;
use firedamp::host::store::Store;

use super::program::{self, Notes, Said, binary};
use super::story::{begin, by, pen, says};

const CALLS: [&str; 12] = [
    "write",
    "fdatasync",
    "openat2",
    "ftruncate",
    "fsync",
    "pwrite64",
    "pread64",
    "flock",
    "fallocate",
    "unlinkat",
    "mkdirat",
    "getdents64",
];
const ERRORS: [&str; 6] = ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "EINTR"];
/// Notes of a writer.
const NOTES: u64 = 5;

/// Every call with every error, at the N-th call, once and from there on, until `runs` are done.
pub(crate) fn run(_seed: u64, runs: u64) -> Result<u64, String> {
    if !possible() {
        return Err(String::from("strace is not there or may not trace: apt-get install strace"));
    }
    let mut done = 0;
    for nth in 1.. {
        for error in ERRORS {
            for call in CALLS {
                for step in ["", "+"] {
                    if done >= runs {
                        return Ok(done);
                    }
                    // No kernel breaks every write off, and whoever prints tries again for ever.
                    if (call, error, step) == ("write", "EINTR", "+") {
                        continue;
                    }
                    let inject = format!("inject={call}:error={error}:when={nth}{step}");
                    one(&inject).map_err(|why| format!("calls, {inject}: {why}"))?;
                    done += 1;
                }
            }
        }
    }
    Ok(done)
}

/// `strace` is here.
pub(crate) fn possible() -> bool {
    let mut strace = program::plain(Path::new("strace"));
    strace.args(["-e", "inject=fdatasync:error=EIO", "true"]);
    let ended = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

fn note(number: u64) -> String {
    format!("{number}: พบโปรเซสแปลก cron of www-data")
}

/// A session that was cut off in a line is taken up by a writer whose calls fail, and then by one whose calls do not.
fn one(inject: &str) -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sessions = place.path().join("sessions");
    let store = Store::at(&sessions).map_err(|error| error.to_string())?;
    let opened = begin(&store).map_err(|error| error.to_string())?;
    let (journal, before) = (opened.path.join("journal.jsonl"), opened.entries.clone());
    drop(opened);
    tear(&journal).map_err(|error| error.to_string())?;
    let mut traced = program::plain(Path::new("strace"));
    traced
        .args(["-f", "-qq", "-e", "trace=none", "-e", inject, "-o"])
        .arg(place.path().join("log"));
    traced.arg(binary()?).args(["note", "--as", "suda", "--dir"]).arg(&sessions).env_clear();
    let said = Notes::start(traced, (0..NOTES).map(note), true)?.end(None)?;
    if said.complaint.contains("panicked") || said.status.code().is_none() {
        return Err(format!("{said:?}"));
    }
    held(&store, &before, &said)?;
    let opened = store.open("latest", &by()).map_err(|error| error.to_string())?;
    drop(pen(opened)?);
    held(&store, &before, &said)?;
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() { Ok(()) } else { Err(format!("not whole: {verdict:?}")) }
}

/// As a kill in the middle of a write leaves it.
fn tear(journal: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().append(true).open(journal)?;
    std::io::Write::write_all(&mut file, b"{\"seq\":2,\"at\":\"2026-1")
}

/// What was there before is there, and each note that was called saved is where that was said.
fn held(store: &Store, before: &[Entry], said: &Said) -> Result<(), String> {
    let found = store.observe("latest").map_err(|error| error.to_string())?.entries;
    if found.get(..before.len()) != Some(before) {
        return Err(format!("what was there before is not: {found:?}"));
    }
    for (number, seq) in (0..).zip(&said.saved) {
        let there = found.iter().find(|entry| entry.seq == *seq);
        if !there.is_some_and(|entry| says(entry, &note(number))) {
            return Err(format!("entry {seq} was saved, and is {there:?}"));
        }
    }
    Ok(())
}
