//! Package databases: what they say about files, and which tools are no longer what a package brought.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop where it is, starts its own children, and says why it skips"
)]

#[path = "packages/real.rs"]
mod real;
#[path = "packages/recorded.rs"]
mod recorded;
