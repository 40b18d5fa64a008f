//! How the program itself stands: what it says of itself is so, and what should put it before others does.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop where it is, starts its own children, and says why it skips"
)]

#[path = "own/carried.rs"]
mod carried;
#[path = "own/places.rs"]
mod places;
#[path = "own/raised.rs"]
mod raised;
#[path = "own/seen.rs"]
mod seen;

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_firedamp");

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
