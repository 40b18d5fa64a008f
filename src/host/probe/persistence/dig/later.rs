//! Files that change all the time, and are not read each time that something else of their family is.
//!
//! Invariant: what is known of such a file stays as it is, what could not be read of it too, and it is watched as before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Dig;
use crate::domain::facts::{Autostart, Unread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::persistence::ground::Base;

/// What was found the last time, and which files are to be read another time.
#[derive(Clone, Copy)]
pub(in crate::host::probe::persistence) struct Known<'k> {
    pub(in crate::host::probe::persistence) later: &'k BTreeSet<Vec<u8>>,
    /// By their keys.
    pub(in crate::host::probe::persistence) entries: &'k [Arc<Autostart>],
    pub(in crate::host::probe::persistence) unread: &'k [Unread],
}

impl Dig<'_> {
    /// This file is read another time: its entries stay as they are known. For files that stand by themselves.
    pub(in crate::host::probe::persistence) fn is_for_later(
        &mut self,
        base: Base<'_>,
        path: &[u8],
    ) -> bool {
        let whole = base.whole(path);
        if !self.known.later.contains(&whole) {
            return false;
        }
        self.watch_file(&whole);
        let what = Untrusted::new(whole);
        let entries = self.known.entries.iter().filter(|it| it.path == what);
        self.entries.extend(entries.cloned());
        self.unread.extend(self.known.unread.iter().filter(|it| it.what == what).cloned());
        true
    }
}
