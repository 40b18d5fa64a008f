//! A notice of each kind.

use firedamp::cockpit::model::{Copied, Kept, NextAlert, NoticeKind};
use firedamp::cockpit::pen::Holding;
use firedamp::cockpit::storage::{Refusal, Unsaved};
use firedamp::cockpit::trouble::{BadRules, BadTheme, NotCarried, RulesFault, ThemeFault, Trouble};
use firedamp::domain::base::Both;
use firedamp::domain::detect::{Grade, RuleFault};
use firedamp::domain::untrusted::Untrusted;

use super::lists::{anchor, found, traced, unusable};

#[expect(clippy::too_many_lines, reason = "a table: one row a kind of notice")]
pub(crate) fn notices() -> Vec<NoticeKind> {
    let value = || Untrusted::from("VALUE");
    let text = Both { en: String::from("VALUE"), th: String::from("VALUE") };
    vec![
        NoticeKind::Found(found(Grade::Confirmed), value()),
        NoticeKind::NotSaved(Unsaved::Disk(Refusal::Other(value()))),
        NoticeKind::NoPen,
        NoticeKind::NotReachable,
        NoticeKind::Acknowledged(value(), 0),
        NoticeKind::Acknowledged(value(), 3),
        NoticeKind::AcknowledgedAll(7, 0),
        NoticeKind::AcknowledgedAll(7, 3),
        NoticeKind::NextAlert(Box::new(NextAlert {
            done: value(),
            left: 3,
            finding: found(Grade::Suspect),
            name: value(),
        })),
        NoticeKind::ChooseBelow,
        NoticeKind::EndOfFlow,
        NoticeKind::WasAnswered,
        NoticeKind::NothingBefore,
        NoticeKind::NothingAfter,
        NoticeKind::AskedForShift(value(), Holding::Works),
        NoticeKind::AskedForShift(Untrusted::default(), Holding::Stopped),
        NoticeKind::ShiftRefused(value()),
        NoticeKind::ShiftRefused(Untrusted::default()),
        NoticeKind::NothingToUndo,
        NoticeKind::NothingSigned,
        NoticeKind::ShiftTaken(value()),
        NoticeKind::TakenInstead(value()),
        NoticeKind::OtherBranch,
        NoticeKind::LostWithPen(1),
        NoticeKind::LostWithPen(3),
        NoticeKind::ReasonNeeded,
        NoticeKind::BadFilter(value()),
        NoticeKind::UnknownVerb(value()),
        NoticeKind::ThemeLoaded(String::from("dark")),
        NoticeKind::ThemeBroken(Box::new(BadTheme {
            place: Some((value(), 3)),
            why: ThemeFault::NoRole(value()),
        })),
        NoticeKind::RulesBroken(
            Box::new(BadRules {
                file: value(),
                line: 3,
                why: RulesFault::Content(RuleFault::Private(value())),
            }),
            2,
        ),
        NoticeKind::RulesLoaded(3, 4),
        NoticeKind::NewPlace(value()),
        NoticeKind::Doubted(Box::new(traced())),
        NoticeKind::TornSetAside(12),
        NoticeKind::NotRecording(Refusal::Other(value())),
        NoticeKind::NoTool,
        NoticeKind::NoWireHere,
        NoticeKind::WireRefused(value()),
        NoticeKind::WireLost,
        NoticeKind::Inject(String::from("SOC"), text),
        NoticeKind::EndOfTape,
        NoticeKind::Signed(anchor()),
        NoticeKind::Accepted(anchor()),
        NoticeKind::Anchor(anchor()),
        NoticeKind::MustRead(1),
        NoticeKind::MustRead(3),
        NoticeKind::AllRead,
        NoticeKind::NoHandoff,
        NoticeKind::Trouble(Trouble::Fell(value())),
        NoticeKind::HandoffWaits(value()),
        NoticeKind::OwnHandoff,
        NoticeKind::NoFilter,
        NoticeKind::NotFound(value()),
        NoticeKind::NotFoundHere(value(), 12_345),
        NoticeKind::Wrapped(true),
        NoticeKind::Wrapped(false),
        NoticeKind::NoSearch,
        NoticeKind::NothingToFollow,
        NoticeKind::FollowedGone(value()),
        NoticeKind::NothingToCopy,
        NoticeKind::Copied(Copied { sent: 42, all: 42, kept: Kept::InFile }),
        NoticeKind::Copied(Copied { sent: 42, all: 99, kept: Kept::Nowhere }),
        NoticeKind::Copied(Copied { sent: 42, all: 42, kept: Kept::Failed(unusable()) }),
        NoticeKind::NoBookmarks,
        NoticeKind::Moving(value()),
        NoticeKind::Carried { place: value(), left_behind: 0 },
        NoticeKind::Carried { place: value(), left_behind: 2 },
        NoticeKind::OldPlaceSilent,
        NoticeKind::NotCarried(NotCarried::Place(unusable())),
        NoticeKind::NothingToMove,
        NoticeKind::DraftKept,
        NoticeKind::NotCarried(NotCarried::NoParent(value())),
        NoticeKind::Elsewhere(value(), vec![unusable()]),
        NoticeKind::BadTime(value()),
        NoticeKind::NoOtherTime,
        NoticeKind::NoRange,
        NoticeKind::NoTable,
        NoticeKind::NothingToRedo,
        NoticeKind::NothingToAcknowledge,
        NoticeKind::AlreadyAcknowledged(value()),
    ]
}
