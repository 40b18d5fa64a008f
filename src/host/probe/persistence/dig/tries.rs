//! How much may be tried for whoever names files in files: each home has its own share of a family, and the machine one.

use std::collections::BTreeMap;

use super::Dig;
use crate::host::probe::persistence::ground::{Base, File};

/// Files that are opened and directories that are listed, of one home in one family.
pub(in crate::host::probe::persistence) const MOST_TRIES: usize = 2_000;
/// So many names of a directory are one more: to read a wide one takes its time.
const NAMES_A_TRY: usize = 32;

/// What has been tried, by the home that it was tried for; the machine has none.
#[derive(Default)]
pub(super) struct Tries(BTreeMap<Vec<u8>, usize>);

impl Dig<'_> {
    /// There is something left to be tried in this place.
    pub(in crate::host::probe::persistence) fn may_try(&self, base: Base<'_>) -> bool {
        self.tries.0.get(base.prefix).is_none_or(|tried| *tried < MOST_TRIES)
    }

    fn tried(&mut self, base: Base<'_>, cost: usize) {
        *self.tries.0.entry(base.prefix.to_vec()).or_default() += cost;
    }

    /// A file, as one of the things that are tried.
    pub(in crate::host::probe::persistence) fn try_read(
        &mut self,
        base: Base<'_>,
        path: &[u8],
    ) -> Option<File> {
        self.tried(base, 1);
        self.read_in(base, path)
    }

    /// A directory, as one of the things that are tried; `None` where nothing is left for it.
    pub(in crate::host::probe::persistence) fn try_list(
        &mut self,
        base: Base<'_>,
        path: &[u8],
    ) -> Option<Vec<Vec<u8>>> {
        if !self.may_try(base) {
            return None;
        }
        let names = self.list_in(base, path);
        self.tried(base, 1 + names.len() / NAMES_A_TRY);
        Some(names)
    }
}
