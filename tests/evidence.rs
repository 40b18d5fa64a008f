//! What is found in files and in the memory of processes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop where it is, prints what it counted, and starts its own children"
)]

#[path = "evidence/files.rs"]
mod files;
