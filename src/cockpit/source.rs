//! Where snapshots come from, and whether they are recorded.

use crate::cockpit::storage::Refusal;
use crate::domain::base::Moment;

/// Where the snapshots come from. Panes do not look at this; only the header does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Which kind.
    pub kind: SourceKind,
    /// Held by the responder.
    pub paused: bool,
    /// Times real time.
    pub speed: f32,
    /// Milliseconds from the start of the recording; 0 when live.
    pub at_ms: u64,
    /// Length of the recording in milliseconds; 0 when live.
    pub length_ms: u64,
}

/// Kinds of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// This host, now.
    Host,
    /// A session's own recording.
    Replay,
    /// A walkthrough.
    Training,
}

/// Whether what is seen is recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recording {
    /// Not by this screen: it follows another one, or what it shows is a tape.
    #[default]
    Elsewhere,
    /// Since then.
    Since(Moment),
    /// Not any more; why.
    Stopped(Refusal),
}

impl Default for Source {
    fn default() -> Self {
        Self { kind: SourceKind::Host, paused: false, speed: 1.0, at_ms: 0, length_ms: 0 }
    }
}
