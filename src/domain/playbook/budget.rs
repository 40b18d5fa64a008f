//! How much text may be written more than once.
//!
//! Invariant: what a document makes us copy (`A & B --> C & D`, the name of a participant in every step)
//! never takes more memory than a small multiple of the document itself.

/// Bytes that may still be copied.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// For a document of so many bytes.
    pub(super) const fn for_text(bytes: usize) -> Self {
        Self(bytes.saturating_mul(4).saturating_add(64 * 1024))
    }

    /// Takes `bytes` if that many are left.
    pub(super) const fn spend(&mut self, bytes: usize) -> bool {
        let enough = bytes <= self.0;
        if enough {
            self.0 -= bytes;
        }
        enough
    }
}
