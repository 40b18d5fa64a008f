//! The pen of an incident, as it goes from screen to screen.
//!
//! Invariant: a screen either writes or watches. Whoever puts the pen down, or loses it, has written all that it ever
//! will before it begins to watch.

use crate::cockpit::Msg;
use crate::cockpit::model::{Closed, NoticeKind, Pen};
use crate::cockpit::pen::{self, Around, Came, Holding, Watcher, Wish};
use crate::cockpit::trouble::Damage;
use crate::domain::base::{Clock, Moment};
use crate::domain::session::Past;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::{self, Answer, Fence, Hand, Journal, Pulse, Seat, Standing, StoreError};
use crate::run::incident::again::Again;
use crate::run::incident::watch::{For, Watch};
use crate::run::incident::{Following, Incident};
use crate::run::looker::Order;
use crate::run::reason;
use crate::run::scribe::Scribe;

/// From one heartbeat to the next.
const BEAT_MS: u64 = 1_900;
/// The kernel tells when somebody sits down to watch; it is not believed for longer than this.
const LIST_MS: u64 = 10_000;

/// A session that this screen writes.
pub(super) struct Writing {
    pub(super) scribe: Scribe,
    id: String,
    fence: Fence,
    around: Option<store::Around>,
    told: Around,
    beaten: Option<Moment>,
    listed: Option<Moment>,
    watch: Watch,
}

/// What a screen that watches knows about the pen.
pub(super) struct Pencil {
    around: Option<store::Around>,
    seat: Option<Seat>,
    told: Around,
    holder: Option<Untrusted>,
    /// When a promised pen is reached for.
    reaches: Again,
    _watch: Watch,
}

impl Incident {
    /// Begins to write.
    pub(super) fn write(
        &mut self,
        id: &str,
        path: &std::path::Path,
        journal: Journal,
    ) -> std::io::Result<()> {
        let around = self.store.around(id).ok();
        if let Some(around) = &around {
            // What the dead left behind is in nobody's way; it is only tidied.
            around.tidy().ok();
        }
        let shared = around.as_ref().is_some_and(store::Around::is_shared);
        let fence = journal.fence();
        let scribe = Scribe::hire(journal, self.who.clone(), HostClock, self.inbox.clone())?;
        let watch = Watch::on(path, For::Writer, shared, &self.inbox);
        let (id, told) = (id.to_owned(), Around::default());
        let (beaten, listed) = (None, None);
        self.writing = Some(Writing { scribe, id, fence, around, told, beaten, listed, watch });
        Ok(())
    }

    /// The session lies elsewhere now: who watches it watches there.
    pub(super) fn goes_on_at(&mut self, path: &std::path::Path, fence: Fence) {
        if let Some(writing) = &mut self.writing {
            writing.fence = fence;
            writing.around = self.store.around(&writing.id).ok();
            let shared = writing.around.as_ref().is_some_and(store::Around::is_shared);
            writing.watch = Watch::on(path, For::Writer, shared, &self.inbox);
        }
    }

    /// Takes a place beside whoever writes.
    pub(super) fn pencil(&self, id: &str, path: &std::path::Path) -> Pencil {
        let around = self.store.around(id).ok();
        let shared = around.as_ref().is_some_and(store::Around::is_shared);
        // Where no seat can be had, the disk takes nothing: then there is nothing to ask for either.
        let seat = around.as_ref().and_then(|around| around.sit(&self.who).ok());
        let watch = Watch::on(path, For::Watcher, shared, &self.inbox);
        let (told, reaches) = (Around::default(), Again::now());
        Pencil { around, seat, told, holder: None, reaches, _watch: watch }
    }

    /// What the writer looks at: whether it still is one, and who watches.
    pub(super) fn mind_the_pen(&mut self) -> Vec<Msg> {
        let Some(writing) = &mut self.writing else { return Vec::new() };
        if !writing.fence.holds() {
            return self.put_pen_down(false).into_iter().collect();
        }
        let now = HostClock.now();
        if writing.beaten.is_none_or(|last| now.ms_since(last) >= BEAT_MS) {
            writing.scribe.beat();
            writing.beaten = Some(now);
        }
        let alone = writing.told.watchers.is_empty()
            && writing.listed.is_some_and(|last| now.ms_since(last) < LIST_MS);
        if !writing.watch.has_news() && alone {
            return Vec::new();
        }
        let watchers = writing.around.as_ref().and_then(|around| around.watchers().ok());
        // What could not be listed is listed at the next look.
        writing.listed = watchers.is_some().then_some(now);
        let Some(watchers) = watchers else { return Vec::new() };
        let around =
            Around { watchers: watchers.into_iter().map(watcher).collect(), ..Around::default() };
        if around == writing.told {
            return Vec::new();
        }
        writing.told = around.clone();
        vec![Msg::Around(around)]
    }

    /// What a watcher looks at: whether it was answered, and how the pen is held.
    pub(super) fn mind_the_writer(&mut self) -> Vec<Msg> {
        let Some(Following { pencil, .. }) = &mut self.following else { return Vec::new() };
        let mut msgs = Vec::new();
        match pencil.seat.as_ref().map(Seat::answer) {
            Some(Ok(Answer::Yes)) => {
                // Until it is put down, the next look tries again.
                if let Some(came) = self.take_promised() {
                    return vec![came];
                }
            }
            Some(Ok(Answer::No)) => {
                if let Some(seat) = &pencil.seat {
                    seat.ask(false).ok();
                }
                msgs.push(Msg::PenRefused);
            }
            Some(Ok(Answer::None) | Err(_)) | None => {}
        }
        let Some(Following { pencil, .. }) = &mut self.following else { return msgs };
        let Some(Ok(standing)) = pencil.around.as_ref().map(|it| it.standing(HostClock.now()))
        else {
            return msgs;
        };
        let (holder, holding) = held(standing);
        if holder.is_some() && holder != pencil.holder {
            pencil.holder.clone_from(&holder);
            msgs.push(Msg::Pen(Pen::Observer(holder)));
        }
        if holding != pencil.told.holding {
            pencil.told.holding = holding;
            msgs.push(Msg::Around(pencil.told.clone()));
        }
        msgs
    }

    /// What the responder wants of the pen.
    pub(super) fn wish(&mut self, wish: Wish) -> Option<Msg> {
        if let Some(place) = self.lost_to() {
            return Some(Msg::Notice(NoticeKind::MovedAway(place)));
        }
        match wish {
            Wish::Ask => self.ask(),
            Wish::Take => self.take(None, false),
            Wish::Force(reason) => self.take(Some(reason), false),
            Wish::Give(seat) => self.give(&seat),
            Wish::Refuse(seat) => self.say(&seat, false).err(),
        }
    }

    fn ask(&self) -> Option<Msg> {
        let Following { pencil, .. } = self.following.as_ref()?;
        match pencil.seat.as_ref().map(|seat| seat.ask(true)) {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(trouble(&error)),
            None => Some(Msg::Notice(NoticeKind::NoPenHere(Closed::NoSeat))),
        }
    }

    fn say(&self, seat: &str, yes: bool) -> Result<(), Msg> {
        let around = self.writing.as_ref().and_then(|writing| writing.around.as_ref());
        around.map_or(Ok(()), |around| around.answer(seat, yes)).map_err(|it| trouble(&it))
    }

    /// The pen is promised first, so that nobody else takes it in between.
    fn give(&mut self, seat: &str) -> Option<Msg> {
        if let Err(trouble) = self.say(seat, true) {
            return Some(trouble);
        }
        self.put_pen_down(true)
    }

    /// From writing to watching.
    fn put_pen_down(&mut self, given: bool) -> Option<Msg> {
        let Writing { scribe, id, around, .. } = self.writing.take()?;
        self.order(Order::StopRecording);
        scribe.dismiss(false);
        let standing = around.and_then(|around| around.standing(HostClock.now()).ok());
        let (to, _) = standing.map_or((None, Holding::Free), held);
        match self.store.observe(&id) {
            Ok(store::Opened {
                hand: Hand::Observer(follower, _),
                state,
                entries,
                earlier,
                path,
                ..
            }) => {
                let pencil = self.pencil(&id, &path);
                self.following = Some(Following { id, follower, pencil, lost: false });
                Some(Msg::PenWent(Box::new(pen::Went {
                    past: Past { state, entries, earlier },
                    to,
                    given,
                })))
            }
            Ok(store::Opened { hand: Hand::ReadOnly(broken), branches, .. }) => {
                self.lapse(&id, Some(broken.clone()), Some(given));
                Some(Msg::Pen(super::unwritable(&broken, branches)))
            }
            Ok(store::Opened { hand: Hand::Pen(_), .. }) => None,
            Err(error) => {
                self.lapse(&id, None, Some(given));
                Some(Msg::Pen(Pen::Damaged(Damage::Unreadable(reason::unusable(&error)))))
            }
        }
    }

    /// A pen that was promised is reached for when it is put down: to reach for it reads all of the journal, and waits.
    fn take_promised(&mut self) -> Option<Msg> {
        let Following { pencil, .. } = self.following.as_mut()?;
        let now = HostClock.now();
        match pencil.around.as_ref()?.standing(now) {
            Ok(Standing::Free(_)) if pencil.reaches.is_due(now) => self.take(None, true),
            Ok(Standing::Free(_) | Standing::Held(..)) | Err(_) => None,
        }
    }

    /// From watching to writing: because nobody has the pen, because it was given, or by force.
    fn take(&mut self, reason: Option<Untrusted>, given: bool) -> Option<Msg> {
        let Following { id, pencil, .. } = self.following.as_ref()?;
        let (id, from) = (id.clone(), pencil.holder.clone().unwrap_or_default());
        let opened = match (&reason, &pencil.seat) {
            (Some(_), _) => self.store.force(&id, &self.who),
            (None, Some(seat)) => self.store.open_from(seat, &id, &self.who),
            (None, None) => self.store.open(&id, &self.who),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => return Some(trouble(&error)),
        };
        match &opened.hand {
            Hand::Pen(_) => {}
            Hand::Observer(..) if given && opened.trouble.is_none() => return None,
            Hand::Observer(..) => {
                let why = opened.trouble.map(|error| NoticeKind::Trouble(super::refused(&error)));
                return Some(Msg::Notice(why.unwrap_or(NoticeKind::PenNotFree)));
            }
            Hand::ReadOnly(broken) => {
                self.lapse(&id, Some(broken.clone()), None);
                return Some(Msg::Pen(super::unwritable(broken, opened.branches)));
            }
        }
        self.recall(&opened);
        let recorder = self.recorder(&opened);
        for recovered in &opened.recovered {
            self.tell(NoticeKind::TornSetAside(recovered.bytes));
        }
        let (state, entries, earlier) = (opened.state, opened.entries, opened.earlier);
        match self.settle(&opened.id, opened.hand, &opened.path, recorder, Vec::new()) {
            Ok(_) => {
                let reason = reason.unwrap_or_default();
                Some(Msg::PenCame(Box::new(Came {
                    past: Past { state, entries, earlier },
                    from,
                    reason,
                })))
            }
            Err(trouble) => Some(Msg::Notice(NoticeKind::Trouble(trouble))),
        }
    }
}

impl Pencil {
    /// Where the session went, if it goes on in another place.
    pub(super) fn moved(&self) -> Option<Untrusted> {
        self.around.as_ref()?.moved().ok().flatten()
    }
}

fn watcher(it: store::Watcher) -> Watcher {
    Watcher { seat: it.seat, who: it.who.by, asks: it.asks }
}

fn held(standing: Standing) -> (Option<Untrusted>, Holding) {
    match standing {
        Standing::Free(last) => (last.map(|it| it.by), Holding::Free),
        Standing::Held(holder, pulse) => {
            let holding = match pulse {
                Pulse::Beats => Holding::Works,
                Pulse::Stopped => Holding::Stopped,
                Pulse::Silent(ms) => Holding::Silent(ms),
            };
            (holder.is_told().then_some(holder.by), holding)
        }
    }
}

fn trouble(error: &StoreError) -> Msg {
    Msg::Notice(NoticeKind::Trouble(super::refused(error)))
}
