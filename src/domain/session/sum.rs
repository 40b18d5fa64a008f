//! SHA-256 of bytes that come in pieces.

use sha2::{Digest as _, Sha256};

use crate::domain::base::Digest;

/// Bytes that went by, and their digest.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    hash: Sha256,
    bytes: u64,
}

impl Sum {
    /// The next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
    }

    /// How many bytes went by.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digest of all of them.
    #[must_use]
    pub fn digest(self) -> Digest {
        Digest(self.hash.finalize().into())
    }
}
