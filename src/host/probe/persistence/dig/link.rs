//! A link in a home that leads out of it.

use rustix::fs::FileType;

use super::{Dig, Draft, Home, Runs};
use crate::domain::facts::{AutostartKind, Remark};
use crate::host::probe::persistence::ground::File;

impl Dig<'_> {
    /// A link in a home that leads out of it is an entry by itself: it was not followed.
    pub(in crate::host::probe::persistence) fn read_or_link(
        &mut self,
        home: &Home,
        path: &[u8],
        kind: AutostartKind,
    ) -> Option<File> {
        let file = self.read_in(home.base(), path);
        if file.is_none() {
            self.link(home, path, kind);
        }
        file
    }

    fn link(&mut self, home: &Home, path: &[u8], kind: AutostartKind) {
        let base = home.base();
        let Ok(meta) = self.ground.meta(base, path) else { return };
        if meta.kind != FileType::Symlink {
            return;
        }
        let Ok(target) = self.ground.link(base, path) else { return };
        let text = [b"-> ", target.as_slice()].concat();
        let (whole, user) = (base.whole(path), Some(home.user.as_slice()));
        let remarks = vec![Remark::LeadsElsewhere];
        let (path, text) = (whole.as_slice(), text.as_slice());
        self.add(Draft { kind, path, meta, line: 0, text, user, runs: Runs::Nothing, remarks });
    }
}
