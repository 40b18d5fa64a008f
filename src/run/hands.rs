//! Hands: what carries effects out.
//!
//! Two kinds, by type. Those of an incident hold the journal and the eyes on this host. Those of a tape hold a
//! recording and perhaps a journal, and nothing that could reach a host: training cannot act by mistake.

use crate::cockpit::model::{Closed, Kept, NoticeKind};
use crate::cockpit::pen::Wish;
use crate::cockpit::trouble::Trouble;
use crate::cockpit::{Msg, Opened, Tape, Which};
use crate::domain::base::ProcessId;
use crate::domain::playbook::Indicators;
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;
use crate::run::moved::Moved;

/// Carries effects out. Only [`Hands::open`] and [`Hands::pen`] wait for a disk; nothing waits for a probe or a child.
pub(super) trait Hands {
    /// Sends an event to the journal. The answer comes through the inbox, or at once if it is a refusal.
    fn record(&mut self, ticket: u64, event: Event) -> Option<Msg>;
    /// Takes a session up.
    fn open(&mut self, which: &Which) -> Result<Opened, Trouble>;
    /// Lets a program of the host run as a source of facts.
    fn use_tool(&mut self, path: &Untrusted);
    /// Listens on the wire for what these indicators name, or not any more. A tape has no wire.
    fn listen(&mut self, _look_for: Option<&Indicators>) {}
    /// Has a process of the host read in full; the answer comes through the inbox. A tape has no host.
    fn examine(&mut self, _process: ProcessId) {}
    /// Changes the pace or place of the tape.
    fn tape(&mut self, tape: Tape);
    /// Keeps what was copied in the session with this id, if this screen may write.
    fn keep(&mut self, id: &str, text: &str) -> Kept;
    /// What changed around the session since the last look: for an observer, what somebody else wrote too.
    fn follow(&mut self) -> Vec<Msg>;
    /// Has the session carried to another directory; what is wrong at once is returned.
    fn carry(&mut self, to: &Untrusted) -> Option<Msg>;
    /// The session was carried: what goes with it goes on there.
    fn carried(&mut self, moved: Moved) -> Vec<Msg>;
    /// What the responder wants of the pen. Giving and taking it wait for the disk, as opening does. A tape has no pen
    /// that could go anywhere.
    fn pen(&mut self, _wish: Wish) -> Option<Msg> {
        Some(Msg::Notice(NoticeKind::NoPenHere(Closed::Replay)))
    }
    /// Puts the pen down: what was asked for is written, then, in good order, that we left.
    fn put_down(&mut self, in_good_order: bool);
}
