//! What the package databases of the host say about its files: dpkg, apk and rpm, read directly.
//!
//! The index is made when somebody first asks, by whoever asks, and made anew when a database is another one than
//! before. It keeps no path: a keyed hash of each, and the first 16 bytes of the file's digest, 27 bytes a file.
//!
//! Invariant: nothing here is for the tick, since files are hashed; and a database that is torn, forged or too big
//! makes answers less certain and never wrong: then a file without an owner is [`Packaged::Unknown`], not
//! [`Packaged::No`]. Deliberately absent: trust. Whoever is root can write the database too.

mod apk;
mod berkeley;
mod digest;
mod dpkg;
mod index;
mod memo;
mod paths;
mod rpm;
pub(super) mod sqlite;

#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Roots, memory, tree};
use crate::domain::facts::Packaged;
use crate::domain::untrusted::Untrusted;
use digest::{Hashed, Seal};
use index::{Builder, Index};
use memo::Memo;
use paths::Merged;

/// Whether a database is still the same is looked at this often.
pub(super) const FRESH: Duration = Duration::from_secs(2);
/// What is another one when a database is: those of dpkg, apk and rpm, wherever they keep it.
const MARKS: [&str; 13] = [
    "var/lib/dpkg/status",
    "var/lib/dpkg/info",
    "var/lib/dpkg/diversions",
    "usr/lib/apk/db/installed",
    "lib/apk/db/installed",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/rpmdb.sqlite-wal",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
];

/// The package databases of a host. Cheap to clone; all clones share one index.
#[derive(Clone, Debug)]
pub struct Packages {
    shelf: Arc<Shelf>,
}

#[derive(Debug)]
struct Shelf {
    roots: Roots,
    /// What was hashed before.
    memo: Memo,
    held: Mutex<Held>,
    /// Held by whoever reads the databases, so that they are read once.
    reading: Mutex<()>,
}

#[derive(Debug, Default)]
struct Held {
    index: Option<Arc<Index>>,
    version: Vec<Option<Version>>,
    looked: Option<Instant>,
}

/// Which version of a file: inode, size, and when it last changed.
type Version = (u64, i64, i64, u64);

/// A kind of package database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// Debian and what came of it.
    Dpkg,
    /// Alpine.
    Apk,
    /// Red Hat, SUSE and what came of them.
    Rpm,
}

/// What was read of a package database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which.
    pub database: Database,
    /// Packages in it.
    pub packages: usize,
    /// Files in it.
    pub files: usize,
    /// Why not all of it could be read.
    pub trouble: Option<&'static str>,
}

impl Packages {
    /// The databases below these roots. Nothing is read yet.
    #[must_use]
    pub fn open(roots: &Roots) -> Self {
        let (memo, held, reading) = (Memo::default(), Mutex::default(), Mutex::default());
        Self { shelf: Arc::new(Shelf { roots: roots.clone(), memo, held, reading }) }
    }

    /// Reads the databases now, if nobody has yet.
    pub(super) fn begin(&self) {
        self.index();
    }

    /// What the databases say about this file, which is hashed for that: never call this in the tick. A link is
    /// judged as the link that it is.
    #[must_use]
    pub fn judge(&self, path: &Path) -> Packaged {
        let index = self.index();
        let Some(path) = self.known(&index, path) else { return index.unowned() };
        let rows = index.rows(&path);
        let Some(name) = rows.first().and_then(|row| index.name(row)) else {
            return index.unowned();
        };
        let wanted = || rows.iter().filter_map(index::Row::seal);
        let algorithms: Vec<_> = wanted().map(|seal| seal.algorithm).collect();
        if algorithms.is_empty() {
            return Packaged::Undigested(name.clone());
        }
        match self.shelf.memo.of_file(&self.at(&path), &algorithms) {
            Hashed::Unread => Packaged::Unknown,
            Hashed::Seals(seals) if wanted().any(|seal| seals.contains(seal)) => {
                Packaged::Unchanged(name.clone())
            }
            Hashed::NoFile | Hashed::Seals(_) => Packaged::Changed(name.clone()),
        }
    }

    /// The package that has a file of this name, whether or not the file is there. Nothing is hashed.
    #[must_use]
    pub fn owner(&self, path: &Path) -> Option<Untrusted> {
        let index = self.index();
        let path = self.known(&index, path)?;
        index.rows(&path).first().and_then(|row| index.name(row)).cloned()
    }

    /// Its one name: folders that are links into others put right.
    pub(super) fn normal(&self, path: &Path) -> PathBuf {
        PathBuf::from(OsString::from_vec(self.index().merged().normal(bytes(path))))
    }

    /// A package says what this file looks like.
    pub(super) fn has_digest(&self, path: &Path) -> bool {
        !self.seals(path).is_empty()
    }

    /// The file `other` is what `path` is in its package.
    pub(super) fn is_copy(&self, path: &Path, other: &Path) -> bool {
        let wanted = self.seals(path);
        let algorithms: Vec<_> = wanted.iter().map(|seal| seal.algorithm).collect();
        let hashed = self.shelf.memo.of_file(&self.shelf.roots.below(other), &algorithms);
        matches!(hashed, Hashed::Seals(seals) if seals.iter().any(|seal| wanted.contains(seal)))
    }

    fn seals(&self, path: &Path) -> Vec<Seal> {
        let index = self.index();
        let path = self.known(&index, path);
        let rows = path.as_ref().map(|path| index.rows(path));
        rows.unwrap_or_default().iter().filter_map(index::Row::seal).copied().collect()
    }

    /// What was read, for people.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.index().sources().to_vec()
    }

    /// The name under which the databases know this file: the path as it is, or as it is without links in the folders
    /// that lead to it.
    fn known(&self, index: &Index, path: &Path) -> Option<Vec<u8>> {
        let plain = index.merged().normal(bytes(path));
        if !index.rows(&plain).is_empty() {
            return Some(plain);
        }
        if !self.shelf.roots.live {
            return None;
        }
        let (folder, name) = (path.parent()?, path.file_name()?);
        let real = std::fs::canonicalize(folder).ok()?.join(name);
        let real = index.merged().normal(bytes(&real));
        (!index.rows(&real).is_empty()).then_some(real)
    }

    /// Where a file lies that the databases know by this name.
    fn at(&self, path: &[u8]) -> PathBuf {
        self.shelf.roots.below(Path::new(OsStr::from_bytes(path)))
    }

    /// The index as it is, or a new one. Others wait for whoever reads the databases, so that is done at no low
    /// priority, and nothing else is done while they would have to wait.
    fn index(&self) -> Arc<Index> {
        if let Some(index) = self.shelf.same() {
            return index;
        }
        let _lifted = Lifted::from_low();
        let _reading = self.shelf.reading.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have read them while this thread waited.
        if let Some(index) = self.shelf.same() {
            return index;
        }
        let (version, looked) = (self.shelf.version(), Instant::now());
        // The old one goes first, so that there are never two in memory.
        self.shelf.held().index = None;
        let index = Arc::new(self.shelf.read());
        memory::give_back();
        *self.shelf.held() =
            Held { index: Some(Arc::clone(&index)), version, looked: Some(looked) };
        index
    }
}

/// A thread of low priority that is at the usual one for a while, where the kernel lets it.
struct Lifted(Option<i32>);

impl Lifted {
    fn from_low() -> Self {
        let this_thread = Some(rustix::thread::gettid());
        let low = rustix::process::getpriority_process(this_thread).ok().filter(|nice| *nice > 0);
        let lifts = |_: &i32| rustix::process::setpriority_process(this_thread, 0).is_ok();
        Self(low.filter(lifts))
    }
}

impl Drop for Lifted {
    fn drop(&mut self) {
        if let Some(nice) = self.0 {
            rustix::process::setpriority_process(Some(rustix::thread::gettid()), nice).ok();
        }
    }
}

impl Shelf {
    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index, if the databases are still what it was made of.
    fn same(&self) -> Option<Arc<Index>> {
        let (index, made_of) = {
            let held = self.held();
            let index = Arc::clone(held.index.as_ref()?);
            if held.looked.is_some_and(|then| then.elapsed() < FRESH) {
                return Some(index);
            }
            (index, held.version.clone())
        };
        let looked = Instant::now();
        if self.version() != made_of {
            return None;
        }
        let mut held = self.held();
        if held.index.as_ref().is_some_and(|now| Arc::ptr_eq(now, &index)) {
            held.looked = Some(looked);
        }
        Some(index)
    }

    fn version(&self) -> Vec<Option<Version>> {
        let of = |path: &&str| {
            let stat = rustix::fs::stat(self.roots.at(path)).ok()?;
            Some((stat.st_ino, stat.st_size, stat.st_ctime, stat.st_ctime_nsec))
        };
        MARKS.iter().map(of).collect()
    }

    fn read(&self) -> Index {
        let mut builder = Builder::new(Merged::of(&self.roots));
        dpkg::read(&self.roots, &mut builder);
        apk::read(&self.roots, &mut builder);
        rpm::read(&self.roots, &mut builder);
        builder.done()
    }
}

impl Roots {
    /// Where an absolute path of the host lies.
    pub(super) fn below(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// A file of a database, if it is there and not too big. Some are large: room is made for all of it at once.
fn database_file(path: &Path, cap: usize) -> Option<Vec<u8>> {
    let file = tree::open_file(path).ok()?;
    let size = usize::try_from(rustix::fs::fstat(&file).ok()?.st_size).ok()?;
    let mut bytes = Vec::with_capacity(size.min(cap) + 1);
    tree::read_to_end(file.as_fd(), &mut bytes, cap + 1).ok()?;
    (bytes.len() <= cap).then_some(bytes)
}
