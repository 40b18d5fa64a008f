//! The walkthroughs inside the binary.

/// A walkthrough as it lies in `sessions/`.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// `walkthrough.toml`.
    pub text: &'static str,
    /// `telemetry.jsonl.zst`.
    pub tape: &'static [u8],
}

/// All of them.
pub const SHIPPED: [Shipped; 1] = [Shipped {
    text: include_str!("../../../sessions/web-03-slow-at-night/walkthrough.toml"),
    tape: include_bytes!("../../../sessions/web-03-slow-at-night/telemetry.jsonl.zst"),
}];
