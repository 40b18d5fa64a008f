//! What the tests share: a terminal to run the cockpit in, a judge of what it sends there, a miner that mines
//! nothing and its pool.
//!
//! A `mod.rs`, since beside the tests `support.rs` would be a test itself.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends where its stage is not set"
)]

pub(crate) mod escapes;
pub(crate) mod miner;
pub(crate) mod modes;
pub(crate) mod place;
pub(crate) mod pool;
pub(crate) mod pty;
pub(crate) mod sshd;

use std::path::PathBuf;

/// The binary of this build; tests are told where it is, examples look beside themselves.
pub(crate) fn built(name: &str) -> PathBuf {
    let file = option_env!("CARGO_BIN_EXE_firedamp").filter(|_| name == "firedamp");
    existing(file.map_or_else(|| pty::build_folder().join(name), PathBuf::from))
}

/// An example of this build.
pub(crate) fn example(name: &str) -> PathBuf {
    existing(pty::build_folder().join("examples").join(name))
}

/// The first child of a process.
pub(crate) fn child_of(pid: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_ascii_whitespace().next()?.parse().ok()
}

/// A process runs, or at least can.
pub(crate) fn is_there(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// A process is stopped.
pub(crate) fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

/// The exit code of a command without a terminal.
#[expect(clippy::disallowed_methods, reason = "tests start what they watch")]
pub(crate) fn run_quietly(args: &[&str]) -> Option<i32> {
    let mut command = std::process::Command::new(built("firedamp"));
    command.args(args).env_clear().stdin(std::process::Stdio::null());
    command.output().unwrap().status.code()
}

fn existing(file: PathBuf) -> PathBuf {
    assert!(file.exists(), "{} is not built: `cargo build --examples --bins`", file.display());
    file
}
