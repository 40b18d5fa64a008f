//! Digests of files that were hashed before, so that what does not change is hashed once in a while only.
//!
//! Invariant: bounded, and good for as long as the file is the same by its device, inode, size and both times, and for
//! no longer than [`LONGEST`], since whoever has set the clock can set these. A file that changed a moment ago is not
//! kept: it could change again within one tick of the clock that its times are taken from.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::Stat;
use rustix::time::{ClockId, clock_gettime};

use super::digest::{self, Algorithm, Hashed, Opened, Seal};

/// What was hashed is hashed again after this.
const LONGEST: Duration = Duration::from_mins(10);
/// A file must have been left alone so long, in seconds.
const SETTLED: i64 = 2;
/// More files are not kept.
const MOST: usize = 8_192;

/// Which version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Version {
    device: u64,
    inode: u64,
    size: i64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What was hashed, by version.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: Mutex<HashMap<Version, (Instant, Vec<Seal>)>>,
}

impl Memo {
    /// Digests of a file in all these ways, in their order.
    pub(super) fn of_file(&self, path: &Path, algorithms: &[Algorithm]) -> Hashed {
        let (file, stat) = match digest::open(path, algorithms) {
            Opened::Regular(file, stat) => (file, stat),
            Opened::Other(hashed) => return hashed,
        };
        let version = Version::of(&stat);
        if let Some(seals) = self.known(&version, algorithms) {
            return Hashed::Seals(seals);
        }
        let hashed = digest::of_open(&file, algorithms);
        let after = rustix::fs::fstat(&file).ok();
        if let Hashed::Seals(seals) = &hashed
            && after.is_some_and(|stat| Version::of(&stat) == version)
            && version.is_settled()
        {
            self.keep(version, seals);
        }
        hashed
    }

    fn known(&self, version: &Version, algorithms: &[Algorithm]) -> Option<Vec<Seal>> {
        let known = self.all();
        let (when, seals) = known.get(version)?;
        if when.elapsed() >= LONGEST {
            return None;
        }
        let wanted = |it: &Algorithm| seals.iter().find(|seal| seal.algorithm == *it).copied();
        algorithms.iter().map(wanted).collect()
    }

    fn keep(&self, version: Version, seals: &[Seal]) {
        let mut known = self.all();
        if known.len() >= MOST && !known.contains_key(&version) {
            known.clear();
        }
        known.insert(version, (Instant::now(), seals.to_vec()));
    }

    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn all(&self) -> MutexGuard<'_, HashMap<Version, (Instant, Vec<Seal>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Version {
    fn of(stat: &Stat) -> Self {
        let nanoseconds = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            size: stat.st_size,
            modified: (stat.st_mtime, nanoseconds(stat.st_mtime_nsec)),
            changed: (stat.st_ctime, nanoseconds(stat.st_ctime_nsec)),
        }
    }

    /// It was not changed a moment ago, nor in the future.
    fn is_settled(&self) -> bool {
        clock_gettime(ClockId::Realtime).tv_sec - self.changed.0 > SETTLED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seals(memo: &Memo, path: &Path) -> Hashed {
        memo.of_file(path, &[Algorithm::Md5])
    }

    #[test]
    fn a_file_that_was_left_alone_is_hashed_once_and_one_that_changes_again() {
        let (memo, folder) = (Memo::default(), tempfile::tempdir().unwrap());
        let path = folder.path().join("daemon");
        std::fs::write(&path, "one").unwrap();
        let before = seals(&memo, &path);
        assert!(memo.all().is_empty(), "it changed a moment ago");
        std::thread::sleep(Duration::from_millis(3_100));
        assert_eq!(seals(&memo, &path), before);
        assert_eq!(memo.all().len(), 1);
        // What is remembered is what is told, and only what is remembered.
        let other = Seal::new(Algorithm::Md5, &[7; 16]).unwrap();
        memo.all().values_mut().for_each(|(_, seals)| *seals = vec![other]);
        assert_eq!(seals(&memo, &path), Hashed::Seals(vec![other]));
        assert_ne!(memo.of_file(&path, &[Algorithm::Sha1]), Hashed::Seals(vec![other]));
        std::fs::write(&path, "two").unwrap();
        let changed = seals(&memo, &path);
        assert_ne!(changed, before);
        assert_ne!(changed, Hashed::Seals(vec![other]));
    }
}
