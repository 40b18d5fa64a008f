//! The disks of this host.
//!
//! Invariant: every open is `openat2` beneath its folder without links of any kind; a kernel without that call gets
//! `O_NOFOLLOW`, which for a name of one component is the same. Nothing blocks on a FIFO, nothing outlives an exec.

use std::fs::DirBuilder;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, FallocateFlags, FileType, FlockOperation, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::host::store::disk::{Access, Disk, Folder, Kind, LockKind, Medium, Space, Stat};

/// `f_type` of file systems that are memory: tmpfs and ramfs.
const MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// `f_type` of file systems whose locks and lengths other machines, or a program, answer for.
const NETWORKS: [(u64, &str); 17] = [
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0x517b, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x564c, "NCP"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0xaad7_aaea, "PanFS"),
    (0x4750_4653, "GPFS"),
    (0x786f_4256, "VirtualBox share"),
];

/// The file systems of this host.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostDisk;

#[derive(Debug)]
struct HostFolder(OwnedFd);

#[derive(Debug)]
struct HostMedium(OwnedFd);

impl Disk for HostDisk {
    fn folder(&self, path: &Path, create: bool) -> io::Result<Arc<dyn Folder>> {
        if create {
            DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(Arc::new(HostFolder(rustix::fs::openat(CWD, path, flags, Mode::empty())?)))
    }
}

impl HostFolder {
    fn open_at(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode =
            if flags.contains(OFlags::CREATE) { Mode::RUSR | Mode::WUSR } else { Mode::empty() };
        let beneath =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let opened = match rustix::fs::openat2(&self.0, name, flags, mode, beneath) {
            // Kernels before 5.6 have no openat2, and some sandboxes forbid it.
            Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(&self.0, name, flags, mode),
            opened => opened,
        };
        Ok(opened?)
    }
}

impl Folder for HostFolder {
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn Medium>> {
        let flags = match access {
            Access::Read => OFlags::RDONLY,
            Access::Append => OFlags::RDWR | OFlags::APPEND,
            Access::New => OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL,
            Access::Shared => OFlags::RDWR | OFlags::CREATE,
            Access::Patch => OFlags::RDWR,
        };
        // A FIFO would block until somebody comes to its other end.
        Ok(Arc::new(HostMedium(self.open_at(name, flags | OFlags::NONBLOCK)?)))
    }

    fn folder(&self, name: &str) -> io::Result<Arc<dyn Folder>> {
        Ok(Arc::new(Self(self.open_at(name, OFlags::DIRECTORY | OFlags::RDONLY)?)))
    }

    fn make(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(&self.0, name, Mode::RWXU)?)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            names.extend(entry?.file_name().to_str().ok().map(str::to_owned));
        }
        names.retain(|name| name != "." && name != "..");
        Ok(names)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&self.0, from, &self.0, to, flags) {
            // Some file systems cannot promise it; none lets a folder take the place of one with something in it.
            Err(Errno::INVAL | Errno::NOSYS) => {
                Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
            }
            renamed => Ok(renamed?),
        }
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    fn unlink(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, rustix::fs::AtFlags::empty())?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, rustix::fs::AtFlags::REMOVEDIR)?)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }

    fn stat(&self) -> io::Result<Stat> {
        stat(&self.0)
    }

    fn space(&self) -> io::Result<Space> {
        let (stat, kind) = (rustix::fs::fstatvfs(&self.0)?, rustix::fs::fstatfs(&self.0)?);
        Ok(Space {
            free: stat.f_bavail.saturating_mul(stat.f_frsize),
            volatile: u64::try_from(kind.f_type).is_ok_and(|kind| MEMORY.contains(&kind)),
            read_only: stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY),
        })
    }

    fn network(&self) -> io::Result<Option<&'static str>> {
        let kind = u64::try_from(rustix::fs::fstatfs(&self.0)?.f_type).unwrap_or_default();
        Ok(NETWORKS.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name))
    }
}

impl Medium for HostMedium {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        Ok(rustix::io::pread(&self.0, buffer, offset)?)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(&self.0, bytes)?)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        Ok(rustix::io::pwrite(&self.0, bytes, offset)?)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fdatasync(&self.0)?)
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        Ok(rustix::fs::ftruncate(&self.0, len)?)
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        Ok(rustix::fs::fallocate(&self.0, FallocateFlags::empty(), 0, len)?)
    }

    fn stat(&self) -> io::Result<Stat> {
        stat(&self.0)
    }

    fn lock(&self, kind: LockKind) -> io::Result<bool> {
        let operation = match kind {
            LockKind::Exclusive => FlockOperation::NonBlockingLockExclusive,
            LockKind::Shared => FlockOperation::NonBlockingLockShared,
        };
        match rustix::fs::flock(&self.0, operation) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }
}

fn stat(fd: &OwnedFd) -> io::Result<Stat> {
    let stat = rustix::fs::fstat(fd)?;
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink
        | FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Kind::Other,
    };
    Ok(Stat {
        kind,
        links: stat.st_nlink,
        owner: stat.st_uid,
        mode: stat.st_mode & 0o7777,
        bytes: u64::try_from(stat.st_size).unwrap_or_default(),
    })
}
