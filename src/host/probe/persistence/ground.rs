//! The ground that is dug over: a root, the home directories on it, and files opened so that nobody can lead or hold us.
//!
//! Invariant: a path never leaves the root, a path in a home never leaves that home nor its file system, only regular
//! files are opened to be read, and nothing on a network or a FUSE mount is touched, whatever link leads there: such a
//! mount is known by its place, so a path is held against the list of mounts step by step, each link resolved.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use crate::domain::base::Timestamp;
use crate::domain::facts::Reading;
use crate::host::probe::{Roots, text, tree};

/// More of one file is not read.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// More names of one directory are not read.
pub(super) const MOST_NAMES: usize = 10_000;
/// More of the list of mounts is not read.
const MOST_MOUNTS: usize = 4 << 20;
/// Nor for longer: mounts on mounts cost the kernel the square of their number.
const MOUNTS_PATIENCE: Duration = Duration::from_millis(500);
/// More links on one path are not followed, as the kernel does.
const MOST_LINKS: usize = 40;
/// File systems on which a look can wait for somebody else.
const SLOW: [&[u8]; 11] = [
    b"nfs",
    b"nfs4",
    b"cifs",
    b"smb3",
    b"smbfs",
    b"9p",
    b"ceph",
    b"afs",
    b"autofs",
    b"ncpfs",
    b"glusterfs",
];

/// Names in a directory and what they are, and whether there are more.
pub(super) type Listing = (Vec<(Vec<u8>, FileType)>, bool);

/// A root, opened once.
pub(super) struct Ground {
    root: OwnedFd,
    /// Clocks, mounts and limits of this kernel are those of the tree.
    pub(super) live: bool,
    slow: Vec<Vec<u8>>,
    /// Where directories really are. What becomes a link after that is not followed.
    places: RefCell<BTreeMap<Vec<u8>, Vec<u8>>>,
}

/// From where a path is read: the root itself, or somebody's home.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    fd: BorrowedFd<'a>,
    /// What stands before a path of this base; nothing for the root.
    pub(super) prefix: &'a [u8],
    resolve: ResolveFlags,
}

/// What the kernel says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) uid: u32,
    pub(super) mode: u32,
    pub(super) modified: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) immutable: Reading<bool>,
    pub(super) kind: FileType,
}

/// A file that was read.
pub(super) struct File {
    /// From the root.
    pub(super) path: Vec<u8>,
    pub(super) meta: Meta,
    pub(super) bytes: Vec<u8>,
    /// There is more in it than was read.
    pub(super) cut: bool,
}

impl Ground {
    pub(super) fn open(roots: &Roots) -> Result<Self, Errno> {
        let root = tree::open_dir(&roots.root)?;
        let mut mounts = Vec::new();
        // Cut short, it has those that were mounted first, which are the system's own. That it is cut is said by who
        // compares what is mounted over `/proc`.
        if let Ok(file) = tree::open_file(Path::new("/proc/self/mountinfo")) {
            tree::read_within(file.as_fd(), &mut mounts, MOST_MOUNTS, MOUNTS_PATIENCE).ok();
        }
        // Of another tree than the whole machine only what is mounted in it counts.
        let root_path = std::path::absolute(&roots.root).unwrap_or_else(|_| roots.root.clone());
        let slow = slow_mounts(&mounts, &root_path);
        Ok(Self { root, live: roots.live, slow, places: RefCell::default() })
    }

    /// The root itself: links are followed, within it.
    pub(super) fn base(&self) -> Base<'_> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        Base { fd: self.root.as_fd(), prefix: b"", resolve }
    }

    /// Opens a home.
    pub(super) fn home(&self, path: &[u8]) -> Result<OwnedFd, Errno> {
        self.open_in(self.base(), path, OFlags::RDONLY | OFlags::DIRECTORY)
    }

    /// A directory of the root as a place that can be watched; it is not opened to be read.
    pub(super) fn place(&self, path: &[u8]) -> Result<OwnedFd, Errno> {
        self.open_in(self.base(), path, OFlags::PATH | OFlags::DIRECTORY)
    }

    /// A look below this path may wait for a server or for a program.
    fn is_slow(&self, path: &[u8]) -> bool {
        let below = |mount: &Vec<u8>| {
            path.strip_prefix(mount.as_slice())
                .is_some_and(|it| it.is_empty() || it.starts_with(b"/"))
        };
        self.slow.iter().any(below)
    }

    /// What stands under a path; a link is looked at, not followed.
    pub(super) fn meta(&self, base: Base<'_>, path: &[u8]) -> Result<Meta, Errno> {
        let file = self.open_in(base, path, OFlags::PATH | OFlags::NOFOLLOW)?;
        meta(file.as_fd())
    }

    /// Where a link leads.
    pub(super) fn link(&self, base: Base<'_>, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let link = self.open_in(base, path, OFlags::PATH | OFlags::NOFOLLOW)?;
        Ok(rustix::fs::readlinkat(&link, c"", Vec::new())?.into_bytes())
    }

    /// A regular file, as much of it as is read of any.
    pub(super) fn read(&self, base: Base<'_>, path: &[u8]) -> Result<File, Errno> {
        let (file, meta) = self.open_file(base, path)?;
        let mut bytes = Vec::new();
        tree::read_to_end(file.as_fd(), &mut bytes, MOST_BYTES + 1)?;
        let cut = bytes.len() > MOST_BYTES;
        bytes.truncate(MOST_BYTES);
        Ok(File { path: base.whole(path), meta, bytes, cut })
    }

    /// A regular file, opened.
    pub(super) fn open_file(
        &self,
        base: Base<'_>,
        path: &[u8],
    ) -> Result<(std::fs::File, Meta), Errno> {
        // To open a device may do things, so it is looked at first.
        let seen = meta(self.open_in(base, path, OFlags::PATH)?.as_fd())?;
        if seen.kind != FileType::RegularFile {
            return Err(Errno::INVAL);
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.open_in(base, path, flags)?;
        let meta = meta(file.as_fd())?;
        if meta.kind != FileType::RegularFile {
            return Err(Errno::INVAL);
        }
        Ok((std::fs::File::from(file), meta))
    }

    /// The names in a directory, sorted; and whether there are more than are read of any.
    pub(super) fn names(&self, base: Base<'_>, path: &[u8]) -> Result<(Vec<Vec<u8>>, bool), Errno> {
        let (found, cut) = self.listing(base, path)?;
        Ok((found.into_iter().map(|(name, _)| name).collect(), cut))
    }

    /// The same, with what each of them is as far as the directory says it.
    pub(super) fn listing(&self, base: Base<'_>, path: &[u8]) -> Result<Listing, Errno> {
        let dir = self.open_in(base, path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let (mut found, mut cut) = (Vec::new(), false);
        let mut buffer = Vec::with_capacity(32 << 10);
        let mut entries = rustix::fs::RawDir::new(&dir, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if found.len() == MOST_NAMES {
                cut = true;
                break;
            }
            if name != b"." && name != b".." {
                found.push((name.to_vec(), entry.file_type()));
            }
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok((found, cut))
    }

    /// A home is one file system and the kernel lets nothing out of it; elsewhere a link may lead to any mount.
    fn open_in(&self, base: Base<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        if self.is_slow(&base.whole(path)) {
            return Err(Errno::TIMEDOUT);
        }
        if base.is_home() || self.slow.is_empty() {
            return base.open(path, flags, self.live);
        }
        let real = self.real(path, !flags.contains(OFlags::NOFOLLOW))?;
        base.without_links().open(&real, flags, self.live)
    }

    /// Where a path of the root really is; `follow`: also where the last name of it is a link.
    fn real(&self, path: &[u8], follow: bool) -> Result<Vec<u8>, Errno> {
        let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let (dir, name) = path.split_at_checked(cut).unwrap_or_default();
        let known = self.places.borrow().get(dir).cloned();
        let dir = if let Some(known) = known {
            known
        } else {
            let real = self.walk(Vec::new(), dir, true)?;
            self.places.borrow_mut().insert(dir.to_vec(), real.clone());
            real
        };
        self.walk(dir, name, follow)
    }

    /// From a real place on, a name at a time; no name on a slow mount is asked for.
    fn walk(&self, mut at: Vec<u8>, path: &[u8], follow: bool) -> Result<Vec<u8>, Errno> {
        let mut left = names_from_last(path);
        let mut links = 0;
        while let Some(name) = left.pop() {
            if name == b".." {
                at.truncate(at.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                continue;
            }
            let next = [at.as_slice(), name.as_slice()].join(&b'/');
            if self.is_slow(&next) {
                return Err(Errno::TIMEDOUT);
            }
            let is_last = left.is_empty();
            let target = if is_last && !follow { None } else { self.leads(&next)? };
            let Some(target) = target else {
                at = next;
                continue;
            };
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            if target.starts_with(b"/") {
                at.clear();
            }
            left.extend(names_from_last(&target));
        }
        Ok(at)
    }

    /// Where this leads, if it is a link; the way to it has none.
    fn leads(&self, real: &[u8]) -> Result<Option<Vec<u8>>, Errno> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW;
        let file = self.base().without_links().open(real, flags, self.live)?;
        if meta(file.as_fd())?.kind != FileType::Symlink {
            return Ok(None);
        }
        Ok(Some(rustix::fs::readlinkat(&file, c"", Vec::new())?.into_bytes()))
    }
}

impl<'a> Base<'a> {
    /// Somebody's home: no link leads out of it, nor to another file system.
    pub(super) fn of_home(home: &'a OwnedFd, prefix: &'a [u8]) -> Self {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_XDEV | ResolveFlags::NO_MAGICLINKS;
        Self { fd: home.as_fd(), prefix, resolve }
    }

    /// The same; a path with a link on it leads nowhere.
    fn without_links(self) -> Self {
        Self { resolve: self.resolve | ResolveFlags::NO_SYMLINKS, ..self }
    }

    /// It is somebody's home.
    pub(super) const fn is_home(&self) -> bool {
        !self.prefix.is_empty()
    }

    /// A path of this base from the root.
    pub(super) fn whole(&self, path: &[u8]) -> Vec<u8> {
        if self.prefix.is_empty() {
            return path.to_vec();
        }
        [self.prefix, path].join(&b'/')
    }

    fn open(&self, path: &[u8], flags: OFlags, live: bool) -> Result<OwnedFd, Errno> {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let path = if path.is_empty() { b"." } else { path };
        let flags = flags | OFlags::CLOEXEC;
        match rustix::fs::openat2(self.fd, path, flags, Mode::empty(), self.resolve) {
            // Before Linux 5.6. On this machine the root is the root; of another's tree nothing is read then.
            Err(Errno::NOSYS) if live && !self.is_home() => {
                rustix::fs::openat(self.fd, path, flags, Mode::empty())
            }
            Err(Errno::NOSYS) if live => {
                rustix::fs::openat(self.fd, path, flags | OFlags::NOFOLLOW, Mode::empty())
            }
            other => other,
        }
    }
}

/// The names of a path, the last one first.
fn names_from_last(path: &[u8]) -> Vec<Vec<u8>> {
    let is_name = |name: &&[u8]| !name.is_empty() && *name != b".";
    let names = path.split(|byte| *byte == b'/').filter(is_name);
    let mut names: Vec<Vec<u8>> = names.map(<[u8]>::to_vec).collect();
    names.reverse();
    names
}

fn meta(file: BorrowedFd<'_>) -> Result<Meta, Errno> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let stat = rustix::fs::statx(file, c"", flags, StatxFlags::BASIC_STATS)?;
    let time = |at: rustix::fs::StatxTimestamp| {
        let nanoseconds = i32::try_from(at.tv_nsec).unwrap_or(0);
        Timestamp::new(at.tv_sec, nanoseconds).unwrap_or_default()
    };
    let flags = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
    let told = stat.stx_attributes_mask.intersects(flags);
    let set = stat.stx_attributes.intersects(flags);
    Ok(Meta {
        inode: stat.stx_ino,
        size: stat.stx_size,
        uid: stat.stx_uid,
        mode: u32::from(stat.stx_mode),
        modified: time(stat.stx_mtime),
        changed: time(stat.stx_ctime),
        immutable: if told { Reading::Known(set) } else { Reading::Unknown },
        kind: FileType::from_raw_mode(u32::from(stat.stx_mode)),
    })
}

/// Mount points below `root`, from `mountinfo`, on which a look can wait for a server or for a program.
fn slow_mounts(mountinfo: &[u8], root: &Path) -> Vec<Vec<u8>> {
    let lines = mountinfo.split(|byte| *byte == b'\n');
    let slow = lines.filter_map(|line| {
        let mut words = text::words(line);
        let point = words.nth(4)?;
        let kind = words.skip_while(|word| *word != b"-").nth(1)?;
        let is_slow = SLOW.contains(&kind) || kind.starts_with(b"fuse");
        let point = text::unescape(point);
        let below = as_path(&point).strip_prefix(root).ok().filter(|_| is_slow)?;
        // What is mounted on the root itself is the machine.
        let below = below.as_os_str().as_encoded_bytes();
        (!below.is_empty()).then(|| [b"/", below].concat())
    });
    slow.collect()
}

/// Bytes of the host as a path.
pub(super) fn as_path(bytes: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}
