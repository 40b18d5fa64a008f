//! The index over all databases: who brought which file, and what it looked like.
//!
//! Invariant: bounded. A database with more in it than an index holds is read in part, and the index says so.

use std::hash::{BuildHasher, RandomState};

use super::digest::Seal;
use super::paths::Merged;
use super::{Database, Source};
use crate::domain::facts::Packaged;
use crate::domain::untrusted::Untrusted;

/// More files are not kept, nor more packages than [`Row`] can name; the largest distributions' desktops have a third of that.
pub(super) const MOST_FILES: usize = 1 << 20;
/// More bytes of databases are not read for one index; the largest are a tenth of that.
const MOST_BYTES: u64 = 1 << 30;
/// No file can be named by a longer path.
pub(super) const LONGEST_PATH: usize = 4_096;
/// Longer names are no names of packages.
const LONGEST_NAME: usize = 256;

/// One file of one package. There are a hundred thousand of them and more, so its numbers are kept as bytes, which
/// leave no gaps between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The highest byte first, so that these are in order as the numbers are.
    hash: [u8; 8],
    owner: [u8; 2],
    seal: Option<Seal>,
}

/// All files of all packages.
#[derive(Debug)]
pub(super) struct Index {
    rows: Vec<Row>,
    names: Vec<Untrusted>,
    merged: Merged,
    key: RandomState,
    sources: Vec<Source>,
}

/// An index that is being made.
#[derive(Debug)]
pub(super) struct Builder {
    index: Index,
    full: bool,
    /// Bytes that may still be read.
    left: u64,
}

impl Row {
    /// What the file looks like in the package.
    pub(super) const fn seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }
}

impl Index {
    /// Who has a file of this name. Several packages can.
    pub(super) fn rows(&self, path: &[u8]) -> &[Row] {
        let hash = self.key.hash_one(path).to_be_bytes();
        let start = self.rows.partition_point(|row| row.hash < hash);
        let rest = self.rows.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|row| row.hash == hash).count();
        rest.get(..count).unwrap_or_default()
    }

    pub(super) fn name(&self, row: &Row) -> Option<&Untrusted> {
        self.names.get(usize::from(u16::from_be_bytes(row.owner)))
    }

    pub(super) const fn merged(&self) -> &Merged {
        &self.merged
    }

    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What can be said about a file that nobody has: only who has read all can say `No`.
    pub(super) fn unowned(&self) -> Packaged {
        let whole = self.sources.iter().all(|source| source.trouble.is_none());
        if whole && !self.rows.is_empty() { Packaged::No } else { Packaged::Unknown }
    }
}

impl Builder {
    pub(super) fn new(merged: Merged) -> Self {
        let (rows, names, sources) = (Vec::new(), Vec::new(), Vec::new());
        let key = RandomState::new();
        Self { index: Index { rows, names, merged, key, sources }, full: false, left: MOST_BYTES }
    }

    /// How the paths of the index are made.
    pub(super) fn merged(&self) -> Merged {
        self.index.merged.clone()
    }

    /// So many bytes more were read; `None` once that is more than is read for one index.
    pub(super) fn spend(&mut self, bytes: usize) -> Option<()> {
        let left = u64::try_from(bytes).ok().and_then(|bytes| self.left.checked_sub(bytes));
        self.left = left.unwrap_or_default();
        self.full |= left.is_none();
        left.map(|_| ())
    }

    /// Takes in one package. Each file has its one name and, where the package has one, its digest.
    pub(super) fn add(
        &mut self,
        package: &[u8],
        files: impl Iterator<Item = (Vec<u8>, Option<Seal>)>,
    ) {
        let index = &mut self.index;
        let owner = u16::try_from(index.names.len());
        let Some(owner) = owner.ok().filter(|_| package.len() <= LONGEST_NAME) else {
            self.full = true;
            return;
        };
        index.names.push(Untrusted::new(package));
        for (path, seal) in files.filter(|(path, _)| path.len() <= LONGEST_PATH) {
            if index.rows.len() >= MOST_FILES {
                self.full = true;
                return;
            }
            let hash = index.key.hash_one(&path[..]).to_be_bytes();
            index.rows.push(Row { hash, owner: owner.to_be_bytes(), seal });
        }
    }

    /// One database is read. `trouble` says why not all of it was.
    pub(super) fn end_of(&mut self, database: Database, trouble: Option<&'static str>) {
        let before =
            |count: fn(&Source) -> usize| self.index.sources.iter().map(count).sum::<usize>();
        let packages = self.index.names.len() - before(|source| source.packages);
        let files = self.index.rows.len() - before(|source| source.files);
        let trouble = trouble.or_else(|| self.full.then_some("more in it than is kept"));
        self.index.sources.push(Source { database, packages, files, trouble });
    }

    pub(super) fn done(self) -> Index {
        let mut index = self.index;
        index.rows.sort_unstable_by_key(|row| row.hash);
        index.rows.shrink_to_fit();
        index
    }
}
