//! What a journal has to stand, in a short version for `cargo test` and in a long one for the `torture` example.
//!
//! Everything that is left to chance follows from a seed, which a failure names.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends where its stage is not set"
)]

#[path = "../support/mod.rs"]
pub(crate) mod support;

pub(crate) mod calls;
pub(crate) mod cuts;
pub(crate) mod damage;
pub(crate) mod dice;
pub(crate) mod faults;
pub(crate) mod judge;
pub(crate) mod kills;
pub(crate) mod model;
pub(crate) mod program;
pub(crate) mod screens;
pub(crate) mod sim;
pub(crate) mod stopped;
pub(crate) mod story;
pub(crate) mod swaps;
pub(crate) mod torn;
