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
    /// What was typed is not taken; it is over with the next that is typed, and with the question.
    #[must_use]
    pub(crate) const fn is_of_typed(&self) -> bool {
        matches!(
            self,
            Self::BadFigure(..)
                | Self::BadFilter(_)
                | Self::BadTime(_)
                | Self::ReasonNeeded
                | Self::UnknownVerb(_)
        )
    }

    /// With this, what `earlier` says is over.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "most say nothing of what was before")]
    pub(crate) const fn is_after(&self, earlier: &Self) -> bool {
        match self {
            Self::Carried { .. } => {
                matches!(earlier, Self::Moving(_) | Self::NotCarried(_) | Self::NotRecording(_))
            }
            Self::Moving(_) | Self::NotCarried(_) => {
                matches!(earlier, Self::Moving(_) | Self::NotCarried(_))
            }
            Self::ThemeLoaded(_) | Self::ThemeBroken(_) => matches!(earlier, Self::ThemeBroken(_)),
            _ => false,
        }
    }

    /// Once it was shown, it does not come back from below another: nothing has to be done about it.
    #[must_use]
    pub(crate) const fn is_read_once(&self) -> bool {
        matches!(self, Self::ThemeBroken(_))
    }
}
