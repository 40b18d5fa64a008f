//! A session that this screen watches is carried to another place by whoever writes it.
//!
//! Invariant: what was read stays on the screen. This screen watches on in the new place as soon as it can be read
//! from here; until then it says where that is.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cockpit::Msg;
use crate::cockpit::model::{NoticeKind, Pen};
use crate::domain::session::Past;
use crate::domain::untrusted::Untrusted;
use crate::host::store::{Hand, Store, StoreError};
use crate::run::incident::{Following, Incident, goes_on_in, unwritable};
use crate::run::reason;

/// A session that went farther is no session that anybody carried.
const MOST: usize = 8;

impl Incident {
    /// Uses the place that a session went to, as far as it can be followed from place to place.
    pub(super) fn go_after(&mut self, id: &str) {
        for _ in 0..MOST {
            let there = self.next_place(id);
            let Some((there, path)) = there else { return };
            self.store = there;
            self.tell(NoticeKind::Carried { place: path, left_behind: 0 });
        }
    }

    /// Where a session went next, if it is there.
    fn next_place(&self, id: &str) -> Option<(Store, Untrusted)> {
        let place = self.store.around(id).ok()?.moved().ok()?.filter(|it| !it.is_empty())?;
        let there = Path::new(OsStr::from_bytes(place.bytes()));
        let name = there.file_name()?.to_str()?;
        let store = self.store.elsewhere(there.parent()?).ok()?;
        store.around(name).ok()?;
        Some((store, place))
    }

    /// Goes where the session went; `None` while it is where it was.
    pub(super) fn follow_elsewhere(&mut self) -> Option<Vec<Msg>> {
        let Following { id, pencil, lost, .. } = self.following.as_mut()?;
        let place = pencil.moved()?;
        let (id, told) = (id.clone(), std::mem::replace(lost, true));
        Some(match self.watch_in(&id, &place) {
            Ok(msgs) => msgs,
            Err(_) if told => Vec::new(),
            Err(_) => vec![Msg::Notice(NoticeKind::MovedAway(reason::sessions_of(&place)))],
        })
    }

    /// Where the session is that this screen cannot follow.
    pub(super) fn lost_to(&self) -> Option<Untrusted> {
        let following = self.following.as_ref().filter(|it| it.lost)?;
        following.pencil.moved().map(|place| reason::sessions_of(&place))
    }

    /// Watches the session in its new place: all of it is read again, since nothing says how far it got.
    fn watch_in(&mut self, id: &str, place: &Untrusted) -> Result<Vec<Msg>, StoreError> {
        let sessions = reason::sessions_of(place);
        let there = self.store.elsewhere(Path::new(OsStr::from_bytes(sessions.bytes())))?;
        let opened = there.observe(id)?;
        let pen = match opened.hand {
            Hand::Observer(follower, holder) => {
                self.store = there;
                let (id, pencil) = (id.to_owned(), self.pencil(id, &opened.path));
                self.following = Some(Following { id, follower, pencil, lost: false });
                Pen::Observer(holder.map(|it| it.by))
            }
            Hand::ReadOnly(broken) => {
                self.store = there;
                self.lapse(id, Some(broken.clone()), None);
                unwritable(&broken, opened.branches)
            }
            // Who only watches is given no pen.
            Hand::Pen(_) => return Err(StoreError::NoPen),
        };
        goes_on_in(&opened.path);
        let carried = NoticeKind::Carried { place: place.clone(), left_behind: 0 };
        let past = Past { state: opened.state, entries: opened.entries, earlier: opened.earlier };
        Ok(vec![Msg::Rewound(Box::new(past)), Msg::Pen(pen), Msg::Notice(carried)])
    }
}
