//! A disk in memory that forgets and fails as real ones do.
//!
//! What is written is only in its cache until it is synced. A power cut keeps, of everything that was not synced,
//! any part: single blocks in any of their versions, any length that the file had, single names of a folder. A sync
//! that fails leaves the blocks clean: a later sync does not write them. A call can fail at the N-th call, once or
//! for ever; a write can be short, or fail after a part of it.

mod calls;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firedamp::host::store::disk::{Disk, LockKind};

use super::dice::Dice;

/// So small that every line has several, and a line's end shares one with the next line's beginning.
const BLOCK: usize = 64;
/// What a disk without a limit has.
const PLENTY: u64 = 1 << 30;

pub(crate) const EIO: i32 = 5;
pub(crate) const EINTR: i32 = 4;
pub(crate) const EMFILE: i32 = 24;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EROFS: i32 = 30;
pub(crate) const EDQUOT: i32 = 122;
const EEXIST: i32 = 17;
const ENOENT: i32 = 2;
const ENOTDIR: i32 = 20;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// With this error, before anything is done.
    Error(i32),
    /// A write takes a part, and says so; another call is not touched.
    Short,
    /// A write takes a part, and fails nevertheless; another call fails.
    Part(i32),
    /// The disk keeps nothing: a call that waits for it fails, all others go well.
    Sync(i32),
    /// A call that waits for the disk fails after everything is kept; all others go well.
    Late(i32),
    /// The process is killed: a write that is under way takes a part, and no call is made any more. What the kernel
    /// has, it keeps.
    Death,
}

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// At which call, counted from the first one of this disk.
    pub(crate) at: u64,
    pub(crate) failure: Failure,
    /// At every call after it too.
    pub(crate) for_ever: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct SimDisk {
    world: Arc<Mutex<World>>,
    meanwhile: Arc<Mutex<Meanwhile>>,
}

/// What somebody else does between two calls.
#[derive(Default)]
struct Meanwhile(Option<Box<dyn FnOnce() + Send>>);

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Meanwhile").field(&self.0.is_some()).finish()
    }
}

#[derive(Clone, Debug)]
struct World {
    roots: BTreeMap<PathBuf, usize>,
    nodes: Vec<Node>,
    calls: u64,
    fault: Option<Fault>,
    dice: Dice,
    /// Counts power cuts; what was open before one is gone.
    age: u32,
    handles: u64,
    capacity: u64,
}

#[derive(Clone, Debug, Default)]
struct Node {
    is_folder: bool,
    live: Vec<u8>,
    kept: Vec<u8>,
    /// Of each block that was not synced, what it has been since.
    versions: BTreeMap<usize, Vec<Vec<u8>>>,
    /// The lengths since the last sync.
    lengths: Vec<usize>,
    allocated: usize,
    names: BTreeMap<String, usize>,
    kept_names: BTreeMap<String, usize>,
    locks: Vec<(u64, LockKind)>,
}

impl Failure {
    /// What a call says that waits for the disk.
    const fn of_sync(self) -> Option<i32> {
        match self {
            Self::Short => None,
            Self::Error(code) | Self::Part(code) | Self::Sync(code) | Self::Late(code) => {
                Some(code)
            }
            Self::Death => Some(EIO),
        }
    }
}

impl SimDisk {
    pub(crate) fn new(seed: u64) -> Self {
        Self::of(World {
            roots: BTreeMap::new(),
            nodes: Vec::new(),
            calls: 0,
            fault: None,
            dice: Dice::new(seed),
            age: 0,
            handles: 0,
            capacity: PLENTY,
        })
    }

    fn of(world: World) -> Self {
        Self { world: Arc::new(Mutex::new(world)), meanwhile: Arc::default() }
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        Arc::new(self.clone())
    }

    /// A disk of its own with the same content.
    pub(crate) fn copy(&self) -> Self {
        Self::of(self.world().clone())
    }

    /// What `call` brings if somebody else does `act` just before it takes its first lock.
    pub(crate) fn with_another<T>(
        &self,
        act: impl FnOnce() + Send + 'static,
        call: impl FnOnce() -> T,
    ) -> T {
        self.meanwhile.lock().unwrap().0 = Some(Box::new(act));
        let brought = call();
        self.meanwhile.lock().unwrap().0 = None;
        brought
    }

    /// It is time for what somebody else does.
    fn now_the_other(&self) {
        let act = self.meanwhile.lock().unwrap().0.take();
        if let Some(act) = act {
            act();
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.world().fault = Some(fault);
    }

    pub(crate) fn heal(&self) {
        self.world().fault = None;
    }

    pub(crate) fn calls(&self) -> u64 {
        self.world().calls
    }

    /// From now on there is room for so many bytes more.
    pub(crate) fn leave_room(&self, bytes: u64) {
        let mut world = self.world();
        world.capacity = world.used() + bytes;
    }

    /// The power fails: what is open is gone, and what was not synced is there in part.
    pub(crate) fn cut_power(&self) {
        self.world().cut_power();
    }

    /// What is in a file.
    pub(crate) fn read(&self, path: &str) -> Option<Vec<u8>> {
        let world = self.world();
        world.find(path).and_then(|at| world.nodes.get(at)).map(|node| node.live.clone())
    }

    /// Has a file be this, on disk.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let mut world = self.world();
        let (folder, name) = path.rsplit_once('/').expect("a path");
        let folder = world.find(folder).expect("a folder");
        let at = world.nodes[folder].names.get(name).copied();
        let at = at.unwrap_or_else(|| world.add(folder, name, false));
        world.nodes[folder].kept_names.insert(name.to_owned(), at);
        let node = &mut world.nodes[at];
        (node.live, node.kept) = (bytes.to_vec(), bytes.to_vec());
        node.versions.clear();
        node.lengths.clear();
    }

    /// The names in a folder.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let world = self.world();
        let at = world.find(path).and_then(|at| world.nodes.get(at));
        at.map(|node| node.names.keys().cloned().collect()).unwrap_or_default()
    }
}

impl World {
    fn find(&self, path: &str) -> Option<usize> {
        let (root, at) = self.roots.iter().find(|(root, _)| Path::new(path).starts_with(root))?;
        let below = Path::new(path).strip_prefix(root).ok()?;
        below.iter().try_fold(*at, |at, name| self.nodes[at].names.get(name.to_str()?).copied())
    }

    fn add(&mut self, folder: usize, name: &str, is_folder: bool) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node { is_folder, ..Node::default() });
        self.nodes[folder].names.insert(name.to_owned(), at);
        at
    }

    fn used(&self) -> u64 {
        let reached: std::collections::BTreeSet<usize> =
            self.nodes.iter().flat_map(|node| node.names.values().copied()).collect();
        reached
            .iter()
            .map(|at| self.nodes[*at].live.len().max(self.nodes[*at].allocated))
            .sum::<usize>() as u64
    }

    /// Counts a call; says what is wrong with it.
    fn meet(&mut self) -> Option<Failure> {
        self.calls += 1;
        let fault = self.fault?;
        let goes_on = fault.for_ever || fault.failure == Failure::Death;
        let due = self.calls == fault.at || (goes_on && self.calls > fault.at);
        due.then_some(fault.failure)
    }

    /// The same for a call that cannot be done in part.
    fn gate(&mut self) -> io::Result<()> {
        match self.meet() {
            None | Some(Failure::Short | Failure::Sync(_) | Failure::Late(_)) => Ok(()),
            Some(Failure::Error(code) | Failure::Part(code)) => Err(error(code)),
            Some(Failure::Death) => Err(error(EIO)),
        }
    }

    /// This is the call in which the process dies.
    fn dies_now(&self) -> bool {
        self.fault.is_some_and(|fault| fault.failure == Failure::Death && fault.at == self.calls)
    }

    fn put(&mut self, at: usize, bytes: &[u8], offset: usize) -> usize {
        let room = usize::try_from(self.capacity.saturating_sub(self.used())).unwrap_or(usize::MAX);
        let node = &mut self.nodes[at];
        let more = (offset + bytes.len()).saturating_sub(node.live.len());
        let taken = bytes.len() - more.saturating_sub(room).min(bytes.len());
        let end = offset + taken;
        if node.live.len() < end {
            node.live.resize(end, 0);
        }
        node.live[offset..end].copy_from_slice(&bytes[..taken]);
        node.touched(offset, end);
        taken
    }

    fn cut_power(&mut self) {
        let Self { nodes, dice, .. } = self;
        for node in nodes {
            node.lose(dice);
            for name in node.changed_names() {
                if dice.chance(50) {
                    node.keep_name(&name);
                }
            }
            node.live.clone_from(&node.kept);
            node.names.clone_from(&node.kept_names);
            node.locks.clear();
        }
        self.age += 1;
    }
}

impl Node {
    fn touched(&mut self, from: usize, to: usize) {
        self.lengths.push(self.live.len());
        for block in from / BLOCK..to.div_ceil(BLOCK) {
            let bytes = self.live.iter().skip(block * BLOCK).take(BLOCK).copied().collect();
            self.versions.entry(block).or_default().push(bytes);
        }
    }

    /// Of what was not synced, some part is kept, and nothing is left to be synced.
    fn lose(&mut self, dice: &mut Dice) {
        if !self.lengths.is_empty() && dice.chance(70) {
            let length = self.lengths[dice.below(self.lengths.len())];
            self.kept.resize(length, 0);
        }
        for (block, versions) in std::mem::take(&mut self.versions) {
            if dice.chance(50) {
                let version = &versions[dice.below(versions.len())];
                for (byte, at) in version.iter().zip(block * BLOCK..) {
                    if let Some(kept) = self.kept.get_mut(at) {
                        *kept = *byte;
                    }
                }
            }
        }
        self.lengths.clear();
    }

    fn sync(&mut self) {
        self.kept.resize(self.live.len(), 0);
        for block in std::mem::take(&mut self.versions).into_keys() {
            let to = ((block + 1) * BLOCK).min(self.live.len());
            if let Some(live) = self.live.get(block * BLOCK..to) {
                self.kept[block * BLOCK..to].copy_from_slice(live);
            }
        }
        self.lengths.clear();
    }

    fn changed_names(&self) -> Vec<String> {
        let names = self.names.keys().chain(self.kept_names.keys());
        let mut changed: Vec<String> =
            names.filter(|it| self.names.get(*it) != self.kept_names.get(*it)).cloned().collect();
        changed.sort();
        changed.dedup();
        changed
    }

    fn keep_name(&mut self, name: &str) {
        match self.names.get(name) {
            Some(at) => self.kept_names.insert(name.to_owned(), *at),
            None => self.kept_names.remove(name),
        };
    }
}

fn error(code: i32) -> io::Error {
    io::Error::from_raw_os_error(code)
}
