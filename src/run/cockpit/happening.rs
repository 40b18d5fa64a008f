//! What reaches the loop, and how it ends.

use crate::cockpit::Msg;
use crate::run::moved::Moved;

/// What reaches the loop.
#[derive(Debug)]
pub(in crate::run) enum Happening {
    /// Something for the cockpit.
    Msg(Msg),
    /// Somebody else wrote to the session that is on the screen.
    JournalGrew,
    /// The session that is on the screen goes on in another place.
    Carried(Box<Moved>),
    /// A theme file changed.
    ThemesChanged,
    /// Something in the folder of rules changed.
    RulesChanged,
}

/// How the cockpit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Ended {
    /// The responder left.
    Left,
    /// The terminal went away, or SIGHUP said so.
    TerminalGone,
    /// SIGTERM or SIGINT.
    Told,
}
