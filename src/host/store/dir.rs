//! Folders and files that nobody else can have prepared for us.
//!
//! Invariant: every name is one component below an open folder, no link of any kind is followed or accepted, and
//! what is opened is ours alone: a regular file with one name, owner us, no bits for others. Only where a copy
//! is looked at ([`Trust::Copy`]) are owner, names and bits a doubt to be told and no reason to refuse.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use rustix::io::Errno;

use crate::host::store::disk::{Access, Disk, Folder, Kind, LockKind, Medium, Space, Stat};
use crate::host::store::error::{StoreError, Unsafe};

/// A call that a signal breaks off so often is not broken off by signals.
const INTERRUPTIONS: u32 = 64;
/// Bits that nobody else may have on what is in a session.
const OTHERS: u32 = 0o077;

/// An open folder.
#[derive(Clone, Debug)]
pub(super) struct Dir {
    folder: Arc<dyn Folder>,
    path: PathBuf,
    trust: Trust,
    /// Other machines may write here too.
    shared: bool,
}

/// What is asked of the things that are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// They are ours alone, on a disk of this machine.
    Ours,
    /// They are ours alone; the disk may be one that other machines write to.
    Shared,
    /// They are what they say; whose they are does not matter, because nothing is written.
    Copy,
}

/// An open file.
#[derive(Clone, Debug)]
pub(super) struct File {
    medium: Arc<dyn Medium>,
    path: PathBuf,
}

/// Reads a file from a place on; several do not disturb each other.
#[derive(Debug)]
pub(super) struct Reader {
    file: File,
    at: u64,
}

impl Dir {
    /// The folder that holds all sessions. Others may read it, but none may write there: who can
    /// rename our folders can exchange them.
    pub(super) fn base(
        disk: &dyn Disk,
        path: &Path,
        create: bool,
        trust: Trust,
    ) -> Result<Self, StoreError> {
        let doing =
            if create { "create the sessions directory" } else { "open the sessions directory" };
        let folder = match again(|| disk.folder(path, create)) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Missing { path: path.into() });
            }
            Err(error) => return Err(refused(path, doing, error)),
        };
        let network = again(|| folder.network()).map_err(|it| refused(path, doing, it))?;
        let shared = network.is_some();
        let dir = Self { folder, path: path.to_owned(), trust, shared };
        dir.check(0o022)?;
        match network.filter(|_| trust == Trust::Ours) {
            Some(kind) => Err(StoreError::Network { path: path.to_owned(), kind }),
            None => Ok(dir),
        }
    }

    /// Makes a folder of our own; `false` if the name is taken.
    pub(super) fn make(&self, name: &str) -> Result<bool, StoreError> {
        let path = self.below(name)?;
        match again(|| self.folder.make(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(StoreError::io("create the directory", &path, error)),
        }
    }

    /// Opens a folder that is ours alone.
    pub(super) fn sub(&self, name: &str) -> Result<Self, StoreError> {
        let path = self.below(name)?;
        let folder = again(|| self.folder.folder(name)).map_err(|it| refused(&path, "open", it))?;
        let dir = Self { folder, path, trust: self.trust, shared: self.shared };
        dir.check(OTHERS)?;
        Ok(dir)
    }

    /// Opens a file that is ours alone.
    pub(super) fn file(&self, name: &str, access: Access) -> Result<File, StoreError> {
        let path = self.below(name)?;
        let medium =
            again(|| self.folder.open(name, access)).map_err(|it| refused(&path, "open", it))?;
        let file = File { medium, path };
        let stat = file.stat()?;
        if stat.kind != Kind::File {
            return Err(Unsafe::NotAFile.at(&file.path));
        }
        match doubt(&stat, OTHERS).filter(|_| self.trust != Trust::Copy) {
            Some(why) => Err(why.at(&file.path)),
            None => Ok(file),
        }
    }

    /// What would have been refused had the file, or the folder itself, not been looked at as a copy. What is gone by now
    /// is in no doubt.
    pub(super) fn doubts(&self, names: &[String]) -> Result<Vec<StoreError>, StoreError> {
        let mut doubts = Vec::new();
        doubts.extend(doubt(&self.stat()?, OTHERS).map(|why| why.at(&self.path)));
        for name in names {
            let file = match self.file(name, Access::Read) {
                Err(error) if error.is_not_found() => continue,
                file => file?,
            };
            doubts.extend(doubt(&file.stat()?, OTHERS).map(|why| why.at(&file.path)));
        }
        Ok(doubts)
    }

    /// Names in it that are text, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let mut names = again(|| self.folder.names())
            .map_err(|source| StoreError::io("list the directory", &self.path, source))?;
        names.sort();
        Ok(names)
    }

    /// Takes a file's name away.
    pub(super) fn unlink(&self, name: &str) -> Result<(), StoreError> {
        let path = self.below(name)?;
        again(|| self.folder.unlink(name)).map_err(|source| StoreError::io("remove", &path, source))
    }

    /// Takes an empty folder away.
    pub(super) fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.below(name)?;
        again(|| self.folder.remove(name)).map_err(|source| StoreError::io("remove", &path, source))
    }

    /// Gives something in it another name, which nothing has.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (path, _) = (self.below(from)?, self.below(to)?);
        again(|| self.folder.rename(from, to))
            .map_err(|source| StoreError::io("rename", &path, source))
    }

    /// Gives a file in it another name, whatever file had that name before.
    pub(super) fn replace(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (path, _) = (self.below(from)?, self.below(to)?);
        again(|| self.folder.replace(from, to))
            .map_err(|source| StoreError::io("rename", &path, source))
    }

    /// Makes the names in it durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.folder
            .sync()
            .map_err(|source| StoreError::io("sync the directory", &self.path, source))
    }

    /// What is left on its disk.
    pub(super) fn space(&self) -> Result<Space, StoreError> {
        again(|| self.folder.space())
            .map_err(|source| StoreError::io("look at the disk of", &self.path, source))
    }

    /// A new file with these bytes, on disk; its name is not, until the folder is synced.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut file = self.file(name, Access::New)?;
        io::Write::write_all(&mut file, bytes)
            .and_then(|()| file.sync())
            .map_err(|source| StoreError::io("write", &file.path, source))
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is asked of the things in it.
    pub(super) const fn trust(&self) -> Trust {
        self.trust
    }

    /// Other machines may write here too, and their locks may not show.
    pub(super) const fn is_shared(&self) -> bool {
        self.shared
    }

    fn stat(&self) -> Result<Stat, StoreError> {
        again(|| self.folder.stat()).map_err(|it| StoreError::io("look at", &self.path, it))
    }

    fn below(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.path.join(name);
        if name.is_empty() || name.contains(['/', '\0']) || name == "." || name == ".." {
            let source = io::Error::from(io::ErrorKind::InvalidInput);
            return Err(StoreError::io("open", &path, source));
        }
        Ok(path)
    }

    fn check(&self, forbidden: u32) -> Result<(), StoreError> {
        let stat = self.stat()?;
        if stat.kind != Kind::Folder {
            return Err(Unsafe::NotADirectory.at(&self.path));
        }
        match doubt(&stat, forbidden).filter(|_| self.trust != Trust::Copy) {
            Some(why) => Err(why.at(&self.path)),
            None => Ok(()),
        }
    }
}

impl File {
    /// How long it is.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        Ok(again(|| self.medium.stat())?.bytes)
    }

    /// How long it is; nothing of it is left where nobody can find it any more.
    pub(super) fn bytes_to_find(&self) -> io::Result<u64> {
        let stat = again(|| self.medium.stat())?;
        Ok(if stat.links > 0 { stat.bytes } else { 0 })
    }

    /// It is still called something: nobody put another file in its place or took its name away.
    pub(super) fn has_name(&self) -> io::Result<bool> {
        Ok(again(|| self.medium.stat())?.links > 0)
    }

    /// The same file, not kept open by this.
    pub(super) fn weak(&self) -> Weak<dyn Medium> {
        Arc::downgrade(&self.medium)
    }

    /// Reads from a place on; 0 at the end.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        again(|| self.medium.read_at(buffer, offset))
    }

    /// What there is of `len` bytes from a place on.
    pub(super) fn read_range(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader(offset).take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads it from a place on.
    pub(super) fn reader(&self, at: u64) -> Reader {
        Reader { file: self.clone(), at }
    }

    /// One write at the end; how many bytes the disk took. Not made again after a signal: a part may be there.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<usize> {
        self.medium.append(bytes)
    }

    /// Writes all of it over what stands at a place.
    pub(super) fn write_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = again(|| self.medium.write_at(bytes, offset))?;
            bytes = bytes.get(written..).filter(|_| written > 0).ok_or(io::ErrorKind::WriteZero)?;
            offset += written as u64;
        }
        Ok(())
    }

    /// Returns when it is on disk. A signal counts as a failure: who knows what was written.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.medium.sync()
    }

    /// Makes it `len` bytes long.
    pub(super) fn cut(&self, len: u64) -> io::Result<()> {
        again(|| self.medium.cut(len))
    }

    /// Has the disk set `len` bytes apart for it.
    pub(super) fn allocate(&self, len: u64) -> io::Result<()> {
        again(|| self.medium.allocate(len))
    }

    /// Takes a lock; `false` if somebody else has it.
    pub(super) fn lock(&self, kind: LockKind) -> io::Result<bool> {
        again(|| self.medium.lock(kind))
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn stat(&self) -> Result<Stat, StoreError> {
        again(|| self.medium.stat()).map_err(|it| StoreError::io("look at", &self.path, it))
    }
}

impl io::Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        again(|| self.append(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A signal may come before a call has done anything; then it is made once more, but not for ever. What is said
/// in the end is not `Interrupted`, which the standard library would try again for ever.
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..INTERRUPTIONS {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
    Err(io::Error::other("signals broke it off again and again"))
}

/// What the kernel's answer says about the thing that stands there.
fn refused(path: &Path, doing: &'static str, error: io::Error) -> StoreError {
    let why = match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::LOOP) => Some(Unsafe::Link),
        Some(Errno::NOTDIR) => {
            let link = path.symlink_metadata().is_ok_and(|it| it.is_symlink());
            Some(if link { Unsafe::Link } else { Unsafe::NotADirectory })
        }
        Some(Errno::NXIO) => Some(Unsafe::NotAFile),
        _ => None,
    };
    why.map_or_else(|| StoreError::io(doing, path, error), |why| why.at(path))
}

/// Why something may not be ours alone.
fn doubt(stat: &Stat, forbidden: u32) -> Option<Unsafe> {
    // A file that lost its name while we opened it is nobody else's either.
    if stat.kind == Kind::File && stat.links > 1 {
        Some(Unsafe::Links)
    } else if stat.owner != rustix::process::geteuid().as_raw() {
        Some(Unsafe::Owner(stat.owner))
    } else if stat.mode & forbidden != 0 {
        Some(Unsafe::Mode(stat.mode))
    } else {
        None
    }
}
