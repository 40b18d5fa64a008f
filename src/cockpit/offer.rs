//! Sessions that the start screen offers.

use crate::cockpit::trouble::Damage;
use crate::domain::base::Timestamp;
use crate::domain::untrusted::Untrusted;

/// A session that can be taken up.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its id, which is also its directory.
    pub id: String,
    /// Host that it was opened on.
    pub host: Untrusted,
    /// Id of the playbook.
    pub playbook: String,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was last written.
    pub last_at: Option<Timestamp>,
    /// By whom.
    pub last_by: Option<Untrusted>,
    /// Entries.
    pub entries: u64,
    /// Condition.
    pub condition: Condition,
}

/// Condition of a session on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The chain is whole; the last screen left in good order.
    Left,
    /// The chain is whole; the last screen was cut off.
    CutOff,
    /// Somebody is writing to it now.
    Held,
    /// A training that is over, and the points that it got.
    Debriefed(u32),
    /// It goes on in this sessions directory.
    Moved(Untrusted),
    /// It does not open for writing; why.
    Broken(Damage),
}
