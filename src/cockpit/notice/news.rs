//! Which notices come by themselves, and which show a finding.

use crate::cockpit::notice::NoticeKind;
use crate::domain::detect::Finding;
use crate::domain::untrusted::Untrusted;

impl NoticeKind {
    /// The finding that it shows, and its name: one that was found, or that is the next to be acknowledged.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds show a finding")]
    pub fn found(&self) -> Option<(&Finding, &Untrusted)> {
        match self {
            Self::Found(finding, name) => Some((finding, name)),
            Self::NextAlert(next) => Some((&next.finding, &next.name)),
            _ => None,
        }
    }

    /// Nobody asked for it, and it can wait until the answer to a key was read.
    #[must_use]
    pub(crate) const fn is_news(&self) -> bool {
        matches!(
            self,
            Self::Found(..)
                | Self::Autostart(..)
                | Self::Escalate(..)
                | Self::LittleRoom(_)
                | Self::Doubted(_)
                | Self::Inject(..)
                | Self::Anchor(_)
        )
    }
}
