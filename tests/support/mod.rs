//! What the tests share: a terminal to run the cockpit in, a judge of what it sends there, a miner that mines
//! nothing and its pool.
//!
//! The one `mod.rs` of the house: beside the tests, `support.rs` would be a test itself.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends where its stage is not set"
)]

pub(crate) mod escapes;
pub(crate) mod miner;
pub(crate) mod pool;
pub(crate) mod pty;

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

fn existing(file: PathBuf) -> PathBuf {
    assert!(file.exists(), "{} is not built: `cargo build --examples --bins`", file.display());
    file
}
