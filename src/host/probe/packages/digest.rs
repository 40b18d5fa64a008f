//! Digests of files, as databases hold them.
//!
//! Invariant: a file is opened without following a link at its end and without waiting, only if it is a regular one,
//! and no more of it is read than [`MOST`]. Its access time stays as it is where the kernel lets us.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use md5::Md5;
use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// More of a file is not read; no tool is that big.
const MOST: u64 = 256 << 20;
/// Read at once.
const PART: usize = 256 << 10;
/// As much of a digest is kept: nobody finds a second file for it.
const KEPT: usize = 16;

/// How a digest is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// The beginning of a digest, and how it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seal {
    /// How.
    pub(super) algorithm: Algorithm,
    start: [u8; KEPT],
}

/// What came of hashing a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hashed {
    /// Its digests, in the order of the algorithms; of a link, those of where it leads.
    Seals(Vec<Seal>),
    /// It is neither a regular file nor a link.
    NoFile,
    /// It is not there, cannot be read, or is too big.
    Unread,
}

impl Algorithm {
    const fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl Seal {
    /// A digest as it was computed or decoded; `None` if it is not as long as its algorithm makes it.
    pub(super) fn new(algorithm: Algorithm, digest: &[u8]) -> Option<Self> {
        let start = digest.first_chunk().filter(|_| digest.len() == algorithm.bytes())?;
        Some(Self { algorithm, start: *start })
    }

    /// The same from hexadecimal digits.
    pub(super) fn from_hex(algorithm: Algorithm, digits: &[u8]) -> Option<Self> {
        if digits.len() != algorithm.bytes() * 2 {
            return None;
        }
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        };
        let digest: Option<Vec<u8>> = digits.chunks(2).map(pair).collect();
        Self::new(algorithm, &digest?)
    }
}

/// A file that was opened to be hashed.
pub(super) enum Opened {
    /// A regular one, and what it was like then.
    Regular(OwnedFd, Stat),
    /// Something else, of which all is said.
    Other(Hashed),
}

/// Opens a file to be hashed.
pub(super) fn open(path: &Path, algorithms: &[Algorithm]) -> Opened {
    let Ok(stat) = rustix::fs::lstat(path) else { return Opened::Other(Hashed::Unread) };
    let kind = FileType::from_raw_mode(stat.st_mode);
    if kind == FileType::Symlink {
        return Opened::Other(of_link(path, algorithms));
    }
    if kind != FileType::RegularFile {
        return Opened::Other(Hashed::NoFile);
    }
    let Ok(file) = open_quietly(path) else { return Opened::Other(Hashed::Unread) };
    // Asked again of what was opened: the name may mean something else by now.
    let Ok(stat) = rustix::fs::fstat(&file) else { return Opened::Other(Hashed::Unread) };
    let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if !regular || u64::try_from(stat.st_size).unwrap_or(u64::MAX) > MOST {
        return Opened::Other(Hashed::Unread);
    }
    Opened::Regular(file, stat)
}

/// Hashes an open file in all these ways at once.
pub(super) fn of_open(file: impl AsFd, algorithms: &[Algorithm]) -> Hashed {
    let mut states: Vec<State> = algorithms.iter().map(|it| State::new(*it)).collect();
    match feed(file, &mut states) {
        Ok(()) => Hashed::Seals(states.into_iter().filter_map(State::seal).collect()),
        Err(_) => Hashed::Unread,
    }
}

/// A link where a package has a file is not what the package has; some have digests of where links lead, too.
fn of_link(path: &Path, algorithms: &[Algorithm]) -> Hashed {
    let Ok(target) = rustix::fs::readlink(path, Vec::new()) else { return Hashed::Unread };
    let seal = |algorithm: &Algorithm| {
        let mut state = State::new(*algorithm);
        state.update(target.to_bytes());
        state.seal()
    };
    Hashed::Seals(algorithms.iter().filter_map(seal).collect())
}

/// Only its owner and root may leave the access time of a file alone.
fn open_quietly(path: &Path) -> Result<OwnedFd, Errno> {
    let flags =
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    match rustix::fs::open(path, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => rustix::fs::open(path, flags, Mode::empty()),
        other => other,
    }
}

/// A file that grows while it is read ends where [`MOST`] does, as an error.
fn feed(file: impl AsFd, states: &mut [State]) -> Result<(), Errno> {
    let (mut part, mut total) = (Vec::with_capacity(PART), 0_u64);
    loop {
        part.clear();
        match rustix::io::read(&file, spare_capacity(&mut part)) {
            Ok(0) => return Ok(()),
            Ok(count) => total = total.saturating_add(count as u64),
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error),
        }
        if total > MOST {
            return Err(Errno::FBIG);
        }
        for state in &mut *states {
            state.update(&part);
        }
    }
}

/// A digest that is being made.
enum State {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl State {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Md5::default()),
            Algorithm::Sha1 => Self::Sha1(Sha1::default()),
            Algorithm::Sha224 => Self::Sha224(Sha224::default()),
            Algorithm::Sha256 => Self::Sha256(Sha256::default()),
            Algorithm::Sha384 => Self::Sha384(Sha384::default()),
            Algorithm::Sha512 => Self::Sha512(Sha512::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(state) => state.update(bytes),
            Self::Sha1(state) => state.update(bytes),
            Self::Sha224(state) => state.update(bytes),
            Self::Sha256(state) => state.update(bytes),
            Self::Sha384(state) => state.update(bytes),
            Self::Sha512(state) => state.update(bytes),
        }
    }

    fn seal(self) -> Option<Seal> {
        match self {
            Self::Md5(state) => Seal::new(Algorithm::Md5, &state.finalize()),
            Self::Sha1(state) => Seal::new(Algorithm::Sha1, &state.finalize()),
            Self::Sha224(state) => Seal::new(Algorithm::Sha224, &state.finalize()),
            Self::Sha256(state) => Seal::new(Algorithm::Sha256, &state.finalize()),
            Self::Sha384(state) => Seal::new(Algorithm::Sha384, &state.finalize()),
            Self::Sha512(state) => Seal::new(Algorithm::Sha512, &state.finalize()),
        }
    }
}
