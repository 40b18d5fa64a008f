//! The machine, read and written. Its rooms do not know each other.

pub mod probe;
pub mod store;
