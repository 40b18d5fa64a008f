//! The system calls of the real `firedamp note` are failed by `strace -e inject`: nothing that it acknowledged is lost,
//! and it acknowledges what it can.

use std::path::Path;
use std::process::Stdio;

use firedamp::domain::session::Entry;
use firedamp::host::store::Store;

use super::program::{self, Notes, Said, binary};
use super::story::{ID, begin, by, pen, says};

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
const NOTES: usize = 5;
/// Runs that say nothing yet about most of them.
const FEW: u64 = 10;

/// What became of the notes of a run.
struct Run {
    /// The call was made, and failed.
    met: bool,
    /// All of them were acknowledged.
    saved: bool,
}

/// Every call with every error, at the N-th call, once and from there on, until `runs` are done.
pub(crate) fn run(_seed: u64, runs: u64) -> Result<u64, String> {
    if !possible() {
        return Err(String::from("strace is not there or may not trace: apt-get install strace"));
    }
    // Of the runs in which a call failed once, all and those that got over it.
    let (mut once, mut over) = (0, 0);
    for (done, (nth, error, call, step)) in (0..runs).zip(ways()) {
        let inject = format!("inject={call}:error={error}:when={nth}{step}");
        let run = one(call, &inject).map_err(|why| format!("calls, {inject}: {why}"))?;
        if !run.met && !run.saved {
            return Err(format!("calls, {inject}: nothing failed, and not every note was saved"));
        }
        if run.met && step.is_empty() {
            once += 1;
            over += u64::from(run.saved);
        }
        if once >= FEW && over * 2 <= once {
            let runs = done + 1;
            return Err(format!("calls: {over} of {once} failures got over in {runs} runs"));
        }
    }
    Ok(runs)
}

/// Which call fails, with which error, when, and whether from there on.
fn ways() -> impl Iterator<Item = (u64, &'static str, &'static str, &'static str)> {
    let calls = || CALLS.into_iter().flat_map(|call| [(call, ""), (call, "+")]);
    let errors =
        move || ERRORS.into_iter().flat_map(move |error| calls().map(move |it| (error, it)));
    let all = (1..).flat_map(move |nth| errors().map(move |(error, it)| (nth, error, it.0, it.1)));
    // No kernel breaks every call off, and whoever prints or lists a folder tries again for ever.
    all.filter(|(_, error, call, step)| {
        !(*error == "EINTR" && *step == "+" && ["write", "getdents64"].contains(call))
    })
}

/// `strace` is here.
pub(crate) fn possible() -> bool {
    let mut strace = program::plain(Path::new("strace"));
    strace.args(["-e", "inject=fdatasync:error=EIO", "true"]);
    let ended = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

fn note(number: usize) -> String {
    format!("{number}: พบโปรเซสแปลก cron of www-data")
}

/// A session that was cut off in a line is taken up by a writer whose calls fail, and then by one whose calls do not.
fn one(call: &str, inject: &str) -> Result<Run, String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sessions = place.path().join("sessions");
    let store = Store::at(&sessions).map_err(|error| error.to_string())?;
    let opened = begin(&store).map_err(|error| error.to_string())?;
    let (journal, before) = (opened.path.join("journal.jsonl"), opened.entries.clone());
    drop(opened);
    tear(&journal).map_err(|error| error.to_string())?;
    let log = place.path().join("log");
    let mut traced = program::plain(Path::new("strace"));
    traced.args(["-f", "-qq", "-e", &format!("trace={call}"), "-e", inject, "-o"]).arg(&log);
    traced.arg(binary()?).args(["note", "--as", "suda", ID, "--dir"]).arg(&sessions).env_clear();
    let said = Notes::start(traced, (0..NOTES).map(note), true)?.end(None)?;
    if said.complaint.contains("panicked") || said.status.code().is_none() {
        return Err(format!("{said:?}"));
    }
    held(&store, &before, &said)?;
    let opened = store.open("latest", &by()).map_err(|error| error.to_string())?;
    drop(pen(opened)?);
    held(&store, &before, &said)?;
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if !verdict.is_whole() {
        return Err(format!("not whole: {verdict:?}"));
    }
    let log = std::fs::read(&log).map_err(|error| error.to_string())?;
    let met = String::from_utf8_lossy(&log).contains("(INJECTED)");
    Ok(Run { met, saved: said.saved.len() == NOTES && said.status.success() })
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
