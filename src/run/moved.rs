//! A session goes on in another place while it is written.
//!
//! Invariant: entries that wait in memory are written in the new place, in their order, before any other. A session
//! that could not be carried goes on where it is, and the screen says so.

use std::path::{Path, PathBuf};

use crate::cockpit::Msg;
use crate::cockpit::model::NoticeKind;
use crate::cockpit::storage::{Storage, Waiting};
use crate::cockpit::trouble::NotCarried;
use crate::domain::untrusted::Untrusted;
use crate::host::store::{Backlog, Carried, Fence, JournalError, Recorder, Store, StoreError};
use crate::run::{places, reason};

/// With less room than this the screen warns, before anything fails.
const LITTLE: u64 = 64 << 20;

/// A session that was carried, and the recording that goes on beside it.
#[derive(Debug)]
pub(super) struct Moved {
    /// Where it is now.
    pub(super) carried: Carried,
    /// Tells whether the pen is still here, in the new place.
    pub(super) fence: Fence,
    /// The new recording, or why there is none.
    pub(super) recorder: Result<Recorder, StoreError>,
}

/// Carries the session of `backlog` to the sessions directory `to`.
pub(super) fn carry(
    store: &Store,
    to: &Path,
    backlog: &mut Backlog,
    who: &Untrusted,
) -> Result<Moved, Msg> {
    let refused = |why| Msg::Notice(NoticeKind::NotCarried(why));
    if !to.is_absolute() {
        return Err(refused(NotCarried::Relative));
    }
    if !places::may_be_made(to) {
        return Err(refused(NotCarried::NoParent(reason::shown(to))));
    }
    match store.move_to(to, backlog.journal_mut(), who) {
        Ok(carried) => {
            let journal = backlog.journal();
            Ok(Moved { carried, fence: journal.fence(), recorder: journal.record() })
        }
        Err(error) => Err(refused(NotCarried::Place(reason::unusable(&error)))),
    }
}

impl Moved {
    /// The directory of all sessions that this one is in now.
    pub(super) fn sessions(&self) -> PathBuf {
        self.carried.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// What the screen says about it.
    pub(super) fn notices(&self) -> Vec<Msg> {
        let Carried { path, left_behind, marked, .. } = &self.carried;
        let place = reason::shown(path);
        let carried = NoticeKind::Carried { place, left_behind: left_behind.len() };
        let silent = (!marked).then_some(NoticeKind::OldPlaceSilent);
        [carried].into_iter().chain(silent).map(Msg::Notice).collect()
    }
}

/// What the screen needs to know about the disk.
pub(super) fn storage(backlog: &Backlog, trouble: Option<&JournalError>) -> Storage {
    let space = backlog.journal().space().ok();
    let low = space.map(|it| it.free).filter(|free| *free < LITTLE);
    Storage {
        volatile: space.is_some_and(|it| it.volatile),
        low: low.map(|free| free >> 20),
        waiting: trouble.map(reason::of_journal).map(|why| Waiting { entries: backlog.len(), why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::{Clock, Digest};
    use crate::domain::session::Opening;
    use crate::host::probe::HostClock;
    use crate::host::store::Hand;

    #[test]
    fn an_old_place_that_cannot_say_where_the_session_went_is_told_of() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::at(&place.path().join("sessions")).unwrap();
        let who = Untrusted::from("suda");
        let first = Opening {
            version: "0.1.0".into(),
            host: "web03".into(),
            playbook: "PB-31".into(),
            title: "Cryptomining".into(),
            sha256: Digest::default(),
            training: None,
        };
        let opened = store.create(first, "", HostClock.now(), &who).unwrap();
        let Hand::Pen(mut journal) = opened.hand else { panic!("nobody else is here") };
        let carried = store.move_to(&place.path().join("new"), &mut journal, &who).unwrap();
        let (fence, recorder) = (journal.fence(), journal.record());
        let mut moved = Moved { carried, fence, recorder };
        let is_silent = |moved: &Moved| {
            let notices = moved.notices();
            notices.iter().any(|it| matches!(it, Msg::Notice(NoticeKind::OldPlaceSilent)))
        };
        assert!(!is_silent(&moved));
        moved.carried.marked = false;
        assert!(is_silent(&moved));
    }
}
