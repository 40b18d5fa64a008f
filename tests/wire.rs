//! The wire: from packets to what is shown, in memory, on loopback and between network namespaces.
//!
//! Every name is made up, and every packet is made here.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test ends where its stage is not set, and says why it is skipped"
)]

mod drawn;
#[expect(dead_code, reason = "each test file uses its own part of this")]
mod incident;

#[path = "wire/bytes.rs"]
mod bytes;
#[path = "wire/ear.rs"]
mod ear;
#[path = "wire/filter.rs"]
mod filter;
#[path = "wire/found.rs"]
mod found;
#[path = "wire/live.rs"]
mod live;
#[path = "wire/net.rs"]
mod net;
#[path = "wire/readers.rs"]
mod readers;
#[path = "wire/screen.rs"]
mod screen;
