//! Whose a file is that a process has: what the host's packages say of it.
//!
//! Invariant: a package speaks for a file only where the host has this very file under that name, by device and inode:
//! a mount namespace, a mount over a name or a root of its own can put anything under a name that a package has. Of who
//! lives in another root with packages of its own, the host's packages say nothing at all.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::desk::Desk;
use super::open::{self, Found, Version};
use super::reach;
use crate::domain::facts::{Container, Packaged, Process, Runtime};
use crate::host::probe::Packages;
use crate::host::probe::door::Door;

/// Lists of packages, wherever dpkg, apk and rpm have them.
const LISTS: [&[u8]; 8] = [
    b"/var/lib/dpkg/status",
    b"/lib/apk/db/installed",
    b"/usr/lib/apk/db/installed",
    b"/usr/lib/sysimage/rpm/rpmdb.sqlite",
    b"/usr/lib/sysimage/rpm/Packages.db",
    b"/var/lib/rpm/rpmdb.sqlite",
    b"/var/lib/rpm/Packages.db",
    b"/var/lib/rpm/Packages",
];

/// Knows whose the files of one process are.
pub(super) struct Owner<'a> {
    desk: &'a Desk,
    packages: &'a Packages,
    /// Where this program, and with it the packages, finds its files.
    ours: Option<BorrowedFd<'a>>,
    /// It is in a container, or its root has packages of its own.
    pub(super) elsewhere: bool,
}

impl<'a> Owner<'a> {
    /// Looks where the process lives.
    pub(super) fn of(
        (desk, proc): (&'a Desk, BorrowedFd<'_>),
        (packages, ours): (&'a Packages, Option<&'a OwnedFd>),
        process: &Process,
    ) -> Self {
        let contained = process.around.container.as_ref().is_some_and(|it| !is_unit(it));
        let ours = ours.map(AsFd::as_fd);
        let elsewhere = contained
            || ours.is_some_and(|ours| has_other_lists((desk, proc), ours, Door::of(process)));
        Self { desk, packages, ours, elsewhere }
    }

    /// Whether a package brought the executable.
    pub(super) fn program(&self, process: &Process, exe: Option<&Found>) -> Packaged {
        let (Some(path), Some(exe), false) = (process.exe.known(), exe, self.elsewhere) else {
            return Packaged::Unknown;
        };
        if process.exe_deleted || exe.links == 0 {
            return Packaged::No;
        }
        self.judge(path.bytes(), &exe.version)
    }

    /// Whether a package brought a file that the process finds under this name.
    pub(super) fn file(&self, path: &[u8], found: &Found) -> Packaged {
        if self.elsewhere || found.links == 0 {
            return Packaged::Unknown;
        }
        self.judge(path, &found.version)
    }

    fn judge(&self, path: &[u8], version: &Version) -> Packaged {
        // A name that no package has is no package's, whatever file is meant.
        if self.packages.owner(open::path(path)).is_none() {
            return self.packages.judge(open::path(path));
        }
        let is_ours = || {
            let found = self.ours.and_then(|ours| reach::file(self.desk, ours, path))?;
            let found = (found.version.device, found.version.inode);
            Some(found == (version.device, version.inode))
        };
        match is_ours() {
            Some(true) => {}
            Some(false) => return Packaged::No,
            None => return Packaged::Unknown,
        }
        let judged = self.packages.judge(open::path(path));
        // What was judged is what the name meant then.
        if is_ours() == Some(true) { judged } else { Packaged::Unknown }
    }
}

/// A unit of systemd is no container.
fn is_unit(container: &Container) -> bool {
    container.runtime == Runtime::Systemd
}

/// Its root is another one than ours, and has lists of packages that are not ours.
fn has_other_lists(
    (desk, proc): (&Desk, BorrowedFd<'_>),
    ours: BorrowedFd<'_>,
    door: Door,
) -> bool {
    let Ok((root, device, inode)) = open::folder(proc, format!("{door}/root").as_bytes()) else {
        return false;
    };
    let same = open::folder(ours, b".").is_ok_and(|(_, ours, own)| (ours, own) == (device, inode));
    if same {
        return false;
    }
    let which = |root: BorrowedFd<'_>, list: &[u8]| {
        reach::file(desk, root, list).map(|it| (it.version.device, it.version.inode))
    };
    LISTS
        .iter()
        .any(|list| which(root.as_fd(), list).is_some_and(|its| which(ours, list) != Some(its)))
}
