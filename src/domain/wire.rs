//! What is said on the wire, as bytes: packets in, what matters out.
//!
//! Invariant: any bytes are read, in time that grows with their number, and what is kept is bounded whoever speaks.
//! Nothing is kept but what matched the playbook, and the names of addresses. An answer that nobody asked for is not
//! believed. Absent on purpose: sockets, and whatever is sent.

pub mod dns;
mod ear;
pub mod filter;
mod newest;
pub mod packet;
pub mod stratum;
pub mod tls;

pub use ear::Ear;
