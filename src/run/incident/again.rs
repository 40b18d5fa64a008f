//! Looks again at what could not be read or taken.
//!
//! Invariant: a screen that was told that a session cannot be read is told so as soon as a later look finds it whole. A
//! look that reads all of a journal is made less and less often, but never less than once a minute.

use crate::cockpit::Msg;
use crate::cockpit::model::{Closed, NoticeKind, Pen};
use crate::cockpit::pen;
use crate::cockpit::trouble::{Damage, Trouble};
use crate::domain::base::{Clock, Moment};
use crate::domain::session::{Break, Past};
use crate::host::probe::HostClock;
use crate::host::store::{Hand, Opened};
use crate::run::incident::{Following, Incident, unwritable};
use crate::run::reason;

/// Before the second look.
const FIRST_MS: u64 = 1_000;
/// No pause is longer.
const LONGEST_MS: u64 = 60_000;

/// When to look again.
#[derive(Debug)]
pub(super) struct Again {
    pause_ms: u64,
    last: Option<Moment>,
}

/// A session that nobody could read to its end.
pub(super) struct Lapsed {
    id: String,
    /// What was said about it, if it was read.
    told: Option<Break>,
    /// The pen went when it was read, and that was not told: whether it was given.
    went: Option<bool>,
    again: Again,
}

impl Again {
    /// The first look is due at once.
    pub(super) const fn now() -> Self {
        Self { pause_ms: FIRST_MS, last: None }
    }

    const fn after(look: Moment) -> Self {
        Self { pause_ms: FIRST_MS, last: Some(look) }
    }

    /// A look is due, and is made now.
    pub(super) fn is_due(&mut self, now: Moment) -> bool {
        if let Some(last) = self.last {
            if now.ms_since(last) < self.pause_ms {
                return false;
            }
            self.pause_ms = (self.pause_ms * 2).min(LONGEST_MS);
        }
        self.last = Some(now);
        true
    }
}

impl Incident {
    /// Neither writes nor watches, and looks from time to time whether it can.
    pub(super) fn lapse(&mut self, id: &str, told: Option<Break>, went: Option<bool>) {
        self.following = None;
        let again = Again::after(HostClock.now());
        self.lapsed = Some(Lapsed { id: id.to_owned(), told, went, again });
    }

    /// The writer may have taken back a line that it could not save, which looks like damage to whoever had read
    /// it. So the whole journal is read once more before that word is said.
    pub(super) fn follow_again(&mut self) -> Vec<Msg> {
        let Some(Following { id, pencil, lost, .. }) = self.following.take() else {
            return Vec::new();
        };
        match self.store.observe(&id) {
            Ok(Opened { hand: Hand::Observer(follower, _), state, entries, earlier, .. }) => {
                self.following = Some(Following { id, follower, pencil, lost });
                vec![Msg::Rewound(Box::new(Past { state, entries, earlier }))]
            }
            Ok(Opened {
                hand: Hand::ReadOnly(broken), state, entries, earlier, branches, ..
            }) => {
                self.lapse(&id, Some(broken.clone()), None);
                let closed = if branches.is_empty() { Closed::Damaged } else { Closed::Forked };
                let pen = Msg::Pen(unwritable(&broken, branches));
                let rewound = Msg::Rewound(Box::new(Past { state, entries, earlier }));
                vec![rewound, pen, Msg::Notice(NoticeKind::NoPenHere(closed))]
            }
            Ok(Opened { hand: Hand::Pen(_), .. }) => Vec::new(),
            Err(error) => {
                self.lapse(&id, None, None);
                let why = reason::unusable(&error);
                let pen = Pen::Damaged(Damage::Unreadable(why.clone()));
                vec![Msg::Pen(pen), Msg::Notice(NoticeKind::Trouble(Trouble::Session(why)))]
            }
        }
    }

    /// Reads a session that could not be read, if it is time to.
    pub(super) fn look_again(&mut self) -> Vec<Msg> {
        let Some(lapsed) = &mut self.lapsed else { return Vec::new() };
        if !lapsed.again.is_due(HostClock.now()) {
            return Vec::new();
        }
        let Ok(opened) = self.store.observe(&lapsed.id) else { return Vec::new() };
        let Opened { hand, state, entries, earlier, branches, path, .. } = opened;
        let past = Past { state, entries, earlier };
        match hand {
            Hand::Observer(follower, holder) => {
                let Some(Lapsed { id, went, .. }) = self.lapsed.take() else { return Vec::new() };
                let pencil = self.pencil(&id, &path);
                self.following = Some(Following { id, follower, pencil, lost: false });
                let to = holder.map(|holder| holder.by);
                match went {
                    Some(given) => vec![Msg::PenWent(Box::new(pen::Went { past, to, given }))],
                    None => vec![Msg::Rewound(Box::new(past)), Msg::Pen(Pen::Observer(to))],
                }
            }
            Hand::ReadOnly(broken) if lapsed.told.as_ref() != Some(&broken) => {
                lapsed.told = Some(broken.clone());
                let pen = Msg::Pen(unwritable(&broken, branches));
                vec![Msg::Rewound(Box::new(past)), pen]
            }
            Hand::ReadOnly(_) | Hand::Pen(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use tokio::sync::mpsc::channel;

    use super::*;
    use crate::domain::base::Digest;
    use crate::domain::session::Opening;
    use crate::host::store::{self, Journal, Store};

    /// A session of suda's in a new place, and hands that hold nothing.
    fn begun(place: &Path) -> (Opened, Store, Incident) {
        let store = Store::at(&place.join("sessions")).unwrap();
        let opening = Opening {
            version: "0.1.0".into(),
            host: "web03".into(),
            playbook: "PB-31".into(),
            title: "Cryptomining".into(),
            sha256: Digest::default(),
            training: None,
        };
        let opened = store.create(opening, "", HostClock.now(), &"suda".into()).unwrap();
        let incident = Incident {
            store: store.clone(),
            who: "ploy".into(),
            host: "web03".into(),
            playbook: None,
            inbox: channel(64).0,
            looker: None,
            writing: None,
            following: None,
            lapsed: None,
            untold: Vec::new(),
        };
        (opened, store, incident)
    }

    /// Suda writes, and ploy watches.
    fn watched(place: &Path) -> (Journal, Store, Incident, String) {
        let (opened, store, mut incident) = begun(place);
        let Opened { id, path, hand: Hand::Pen(journal), .. } = opened else { panic!("no pen") };
        let hand = store.observe(&id).unwrap().hand;
        incident.settle(&id, hand, &path, None, Vec::new()).unwrap();
        assert!(incident.following.is_some());
        (journal, store, incident, id)
    }

    /// With others' bits on it, no journal is read.
    fn open_to_others(store: &Store, id: &str, yes: bool) {
        let file = store.path().join(id).join("journal.jsonl");
        set_permissions(file, Permissions::from_mode(if yes { 0o644 } else { 0o600 })).unwrap();
    }

    #[test]
    fn looks_become_rarer_and_never_rarer_than_once_a_minute() {
        let begun = HostClock.now();
        let mut again = Again::now();
        let looks = (0..3_600_u64)
            .filter(|second| {
                let boot_ms = begun.boot_ms + second * 1_000;
                again.is_due(Moment { boot_ms, ..begun })
            })
            .count();
        assert!((60..70).contains(&looks), "{looks} looks in an hour");
    }

    #[test]
    fn a_screen_that_could_not_read_watches_again_when_it_can() {
        let place = tempfile::tempdir().unwrap();
        let (_journal, store, mut incident, id) = watched(place.path());
        open_to_others(&store, &id, true);
        let msgs = incident.follow_again();
        assert!(matches!(msgs.first(), Some(Msg::Pen(Pen::Damaged(_)))), "{msgs:?}");
        open_to_others(&store, &id, false);
        assert!(incident.look_around().is_empty(), "not at once");
        sleep(Duration::from_millis(FIRST_MS + 50));
        let msgs = incident.look_around();
        let [Msg::Rewound(past), Msg::Pen(Pen::Observer(Some(holder)))] = msgs.as_slice() else {
            panic!("{msgs:?}")
        };
        assert_eq!((past.entries.len(), holder.plain(9).as_str()), (1, "suda"));
        assert!(incident.following.is_some() && incident.lapsed.is_none());
    }

    #[test]
    fn a_screen_that_lost_its_pen_and_could_not_read_says_so_when_it_can() {
        let place = tempfile::tempdir().unwrap();
        let (opened, store, mut incident) = begun(place.path());
        let Opened { id, path, hand, .. } = opened;
        incident.settle(&id, hand, &path, None, Vec::new()).unwrap();
        let _ploy = store.force(&id, &"ploy".into()).unwrap();
        open_to_others(&store, &id, true);
        let msgs = incident.look_around();
        assert!(matches!(msgs.as_slice(), [Msg::Pen(Pen::Damaged(_))]), "{msgs:?}");
        open_to_others(&store, &id, false);
        sleep(Duration::from_millis(FIRST_MS + 50));
        let msgs = incident.look_around();
        let Some(Msg::PenWent(went)) = msgs.first() else { panic!("{msgs:?}") };
        assert!(!went.given && went.to.as_ref().is_some_and(|to| to.plain(9) == "ploy"));
        assert!(incident.following.is_some());
    }

    #[test]
    fn a_promised_pen_is_waited_for_without_waiting() {
        let place = tempfile::tempdir().unwrap();
        let (journal, store, mut incident, id) = watched(place.path());
        let around: store::Around = store.around(&id).unwrap();
        let seat = around.watchers().unwrap().remove(0).seat;
        around.answer(&seat, true).unwrap();
        let begun = Instant::now();
        for _ in 0..40 {
            let msgs = incident.look_around();
            assert!(!msgs.iter().any(|msg| matches!(msg, Msg::PenCame(_))), "{msgs:?}");
        }
        // A lock that is held is waited for a tenth of a second each time.
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        drop(journal);
        let msgs = incident.look_around();
        assert!(matches!(msgs.as_slice(), [Msg::PenCame(_)]), "{msgs:?}");
    }
}
