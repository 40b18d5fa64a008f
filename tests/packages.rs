//! Package databases: what they say about files, and which tools are no longer what a package brought.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop where it is, and starts its own children"
)]

#[path = "packages/real.rs"]
mod real;
#[path = "packages/recorded.rs"]
mod recorded;
