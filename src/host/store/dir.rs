//! Directories and files that nobody else can have prepared for us.
//!
//! Invariant: every name is one component below an open directory, no link of any kind is followed or
//! accepted, and what is opened is ours alone: a regular file with one name, owner us, no bits for others.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use crate::host::store::error::{StoreError, Unsafe};

/// An open directory.
#[derive(Debug)]
pub(super) struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// To read; it must exist.
    Read,
    /// To read and to append; it must exist.
    Append,
    /// To write from the start; it must not exist.
    New,
    /// To read and write; it may exist.
    Shared,
}

impl Dir {
    /// The directory that holds all sessions. Others may read it, but none may write there: who can
    /// rename our directories can exchange them.
    pub(super) fn base(path: &Path, create: bool) -> Result<Self, StoreError> {
        let problem = |source| StoreError::io("open the sessions directory", path, source);
        if create {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(|source| StoreError::io("create the sessions directory", path, source))?;
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Err(StoreError::Missing { path: path.into() }),
            Err(errno) => return Err(refused(path, errno).unwrap_or_else(|| problem(errno.into()))),
        };
        let dir = Self { fd, path: path.to_owned() };
        dir.check(0o022)?;
        Ok(dir)
    }

    /// Makes a directory of our own; `false` if the name is taken.
    pub(super) fn make(&self, name: &str) -> Result<bool, StoreError> {
        let path = self.below(name)?;
        match rustix::fs::mkdirat(&self.fd, name, Mode::RWXU) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(errno) => Err(StoreError::io("create the directory", &path, errno.into())),
        }
    }

    /// Opens a directory that is ours alone.
    pub(super) fn sub(&self, name: &str) -> Result<Self, StoreError> {
        let path = self.below(name)?;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY;
        let fd = self.open_at(name, flags, Mode::empty(), &path)?;
        let dir = Self { fd, path };
        dir.check(0o077)?;
        Ok(dir)
    }

    /// Opens a file that is ours alone.
    pub(super) fn file(&self, name: &str, access: Access) -> Result<File, StoreError> {
        let path = self.below(name)?;
        let flags = match access {
            Access::Read => OFlags::RDONLY,
            Access::Append => OFlags::RDWR | OFlags::APPEND,
            Access::New => OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL,
            Access::Shared => OFlags::RDWR | OFlags::CREATE,
        };
        let mode =
            if flags.contains(OFlags::CREATE) { Mode::RUSR | Mode::WUSR } else { Mode::empty() };
        // A FIFO would block until somebody comes to its other end.
        let fd = self.open_at(name, flags | OFlags::NONBLOCK, mode, &path)?;
        let stat = stat(&fd, &path)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Unsafe::NotAFile.at(&path));
        }
        if stat.st_nlink != 1 {
            return Err(Unsafe::Links.at(&path));
        }
        ours(&stat, 0o077, &path)?;
        Ok(File::from(fd))
    }

    /// Names in it that are text, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let problem = |errno: Errno| StoreError::io("list the directory", &self.path, errno.into());
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(problem)? {
            let entry = entry.map_err(problem)?;
            names.extend(entry.file_name().to_str().ok().map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Makes the names in it durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        rustix::fs::fsync(&self.fd)
            .map_err(|errno| StoreError::io("sync the directory", &self.path, errno.into()))
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn below(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.path.join(name);
        if name.is_empty() || name.contains(['/', '\0']) || name == "." || name == ".." {
            let source = io::Error::from(io::ErrorKind::InvalidInput);
            return Err(StoreError::io("open", &path, source));
        }
        Ok(path)
    }

    fn open_at(
        &self,
        name: &str,
        flags: OFlags,
        mode: Mode,
        path: &Path,
    ) -> Result<OwnedFd, StoreError> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let opened = match rustix::fs::openat2(&self.fd, name, flags, mode, beneath) {
            // Kernels before 5.6 and some sandboxes have no openat2; for a single name NOFOLLOW is as good.
            Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(&self.fd, name, flags, mode),
            opened => opened,
        };
        opened.map_err(|errno| {
            refused(path, errno).unwrap_or_else(|| StoreError::io("open", path, errno.into()))
        })
    }

    fn check(&self, forbidden: u32) -> Result<(), StoreError> {
        ours(&stat(&self.fd, &self.path)?, forbidden, &self.path)
    }
}

/// What the kernel's answer says about the thing that stands there.
fn refused(path: &Path, errno: Errno) -> Option<StoreError> {
    match errno {
        Errno::LOOP => Some(Unsafe::Link.at(path)),
        Errno::NOTDIR => {
            let link = path.symlink_metadata().is_ok_and(|it| it.is_symlink());
            Some(if link { Unsafe::Link } else { Unsafe::NotADirectory }.at(path))
        }
        Errno::NXIO => Some(Unsafe::NotAFile.at(path)),
        _ => None,
    }
}

fn stat(fd: &OwnedFd, path: &Path) -> Result<Stat, StoreError> {
    rustix::fs::fstat(fd).map_err(|errno| StoreError::io("look at", path, errno.into()))
}

fn ours(stat: &Stat, forbidden: u32, path: &Path) -> Result<(), StoreError> {
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(Unsafe::Owner(stat.st_uid).at(path));
    }
    if stat.st_mode & forbidden != 0 {
        return Err(Unsafe::Mode(stat.st_mode & 0o7777).at(path));
    }
    Ok(())
}
