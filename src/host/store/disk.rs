//! What the store asks of a file system, and nothing more, so that tests can bring a disk that fails.
//!
//! Invariant: every name is one component below an open folder, and every call is one system call whose failure
//! is handed on as it is. What a failure means, and what may be trusted, is decided by the rooms above.

mod host;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use host::HostDisk;

/// Where folders are.
pub trait Disk: Debug + Send + Sync {
    /// Opens the folder at `path`, which no link may stand for; `create` makes it first, for us alone.
    fn folder(&self, path: &Path, create: bool) -> io::Result<Arc<dyn Folder>>;
}

/// An open folder.
pub trait Folder: Debug + Send + Sync {
    /// Opens a file below it, without following a link.
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn Medium>>;
    /// Opens a folder below it, without following a link.
    fn folder(&self, name: &str) -> io::Result<Arc<dyn Folder>>;
    /// Makes a folder below it, for us alone.
    fn make(&self, name: &str) -> io::Result<()>;
    /// The names in it that are text.
    fn names(&self) -> io::Result<Vec<String>>;
    /// Gives something in it another name, which nothing has.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Gives a file in it another name, whatever file had that name before.
    fn replace(&self, from: &str, to: &str) -> io::Result<()>;
    /// Takes the name of a file away.
    fn unlink(&self, name: &str) -> io::Result<()>;
    /// Takes an empty folder away.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Returns when the names in it are on disk.
    fn sync(&self) -> io::Result<()>;
    /// What it is.
    fn stat(&self) -> io::Result<Stat>;
    /// What is left where it is.
    fn space(&self) -> io::Result<Space>;
    /// The kind of file system, if other machines may write there too or a program of the host stands behind it.
    fn network(&self) -> io::Result<Option<&'static str>> {
        Ok(None)
    }
}

/// An open file.
pub trait Medium: Debug + Send + Sync {
    /// Reads from a place on; 0 at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes at the end of a file opened for [`Access::Append`] or [`Access::New`]; how many bytes the disk took.
    fn append(&self, bytes: &[u8]) -> io::Result<usize>;
    /// Writes at a place of a file opened for [`Access::Shared`] or [`Access::Patch`]; how many bytes the disk took.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// Returns when its bytes and its length are on disk. After a failure the kernel may have forgotten what it
    /// could not write: a second call proves nothing.
    fn sync(&self) -> io::Result<()>;
    /// Makes it `len` bytes long.
    fn cut(&self, len: u64) -> io::Result<()>;
    /// Has the disk set `len` bytes apart for it.
    fn allocate(&self, len: u64) -> io::Result<()>;
    /// What it is.
    fn stat(&self) -> io::Result<Stat>;
    /// Takes a lock that ends with this file; `false` if somebody else has it.
    fn lock(&self, kind: LockKind) -> io::Result<bool>;
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read; it must exist.
    Read,
    /// To read and to append; it must exist.
    Append,
    /// To read and to append; it must not exist.
    New,
    /// To read and to write anywhere; it may exist.
    Shared,
    /// To read and to write anywhere; it must exist.
    Patch,
}

/// How a file is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// Alone.
    Exclusive,
    /// With others who only look.
    Shared,
}

/// What something on a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// File, folder, or neither.
    pub kind: Kind,
    /// How many names it has.
    pub links: u64,
    /// User id of its owner.
    pub owner: u32,
    /// Permission bits.
    pub mode: u32,
    /// How long it is.
    pub bytes: u64,
}

/// Kind of a thing on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a device, a socket, a link.
    Other,
}

/// What is left on a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes that we may still write.
    pub free: u64,
    /// It is memory: gone with the next boot.
    pub volatile: bool,
    /// Nothing can be written.
    pub read_only: bool,
}
