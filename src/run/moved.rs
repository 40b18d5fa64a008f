//! A session goes on in another place while it is written.
//!
//! Invariant: entries that wait in memory are written in the new place, in their order, before any other. A session
//! that could not be carried goes on where it is, and the screen says so.

use std::path::{Path, PathBuf};

use crate::cockpit::Msg;
use crate::cockpit::model::NoticeKind;
use crate::cockpit::storage::{Refusal, Storage, Waiting};
use crate::domain::untrusted::Untrusted;
use crate::host::store::{Backlog, Carried, Fence, JournalError, Recorder, Store, StoreError};
use crate::run::complain::chain;

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
    let refused = |why: Untrusted| Msg::Notice(NoticeKind::NotCarried(why));
    if !to.is_absolute() {
        return Err(refused("a full path is needed, from / on".into()));
    }
    match store.move_to(to, backlog.journal_mut(), who) {
        Ok(carried) => {
            let journal = backlog.journal();
            Ok(Moved { carried, fence: journal.fence(), recorder: journal.record() })
        }
        Err(error) => Err(refused(chain(&error).into())),
    }
}

impl Moved {
    /// The directory of all sessions that this one is in now.
    pub(super) fn sessions(&self) -> PathBuf {
        self.carried.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// What the screen says about it.
    pub(super) fn notice(&self) -> Msg {
        let path = std::os::unix::ffi::OsStrExt::as_bytes(self.carried.path.as_os_str());
        let left_behind = self.carried.left_behind.len();
        Msg::Notice(NoticeKind::Carried { place: Untrusted::new(path), left_behind })
    }
}

/// What the screen needs to know about the disk.
pub(super) fn storage(backlog: &Backlog, trouble: Option<&JournalError>) -> Storage {
    let why = trouble.map(|error| {
        if error.is_full() {
            Refusal::Full
        } else if error.is_read_only() {
            Refusal::ReadOnly
        } else {
            Refusal::Other(chain(error).into())
        }
    });
    Storage {
        volatile: backlog.journal().space().is_ok_and(|space| space.volatile),
        waiting: why.map(|why| Waiting { entries: backlog.len(), why }),
    }
}
