//! The calls of a simulated disk.

use std::io;
use std::path::Path;
use std::sync::{Arc, MutexGuard};

use firedamp::host::store::disk::{Access, Disk, Folder, Kind, LockKind, Medium, Space, Stat};

use super::{EEXIST, EIO, ENOENT, ENOSPC, ENOTDIR, Failure, Node, SimDisk, World, error};

/// Something open on the disk.
#[derive(Debug)]
struct Handle {
    disk: SimDisk,
    at: usize,
    age: u32,
    number: u64,
}

impl Handle {
    fn new(disk: &SimDisk, world: &mut World, at: usize) -> Arc<Self> {
        world.handles += 1;
        Arc::new(Self { disk: disk.clone(), at, age: world.age, number: world.handles })
    }

    /// The disk, if it is still the one of before the power cut.
    fn world(&self) -> io::Result<MutexGuard<'_, World>> {
        let world = self.disk.world();
        if world.age == self.age { Ok(world) } else { Err(error(EIO)) }
    }

    fn stat(&self) -> io::Result<Stat> {
        let mut world = self.world()?;
        world.gate()?;
        let node = &world.nodes[self.at];
        let (kind, mode) = if node.is_folder { (Kind::Folder, 0o700) } else { (Kind::File, 0o600) };
        let owner = rustix::process::geteuid().as_raw();
        let names = world.nodes.iter().flat_map(|node| node.names.values());
        let links = names.filter(|at| **at == self.at).count().max(usize::from(node.is_folder));
        let links = links as u64;
        Ok(Stat { kind, links, owner, mode, bytes: node.live.len().max(node.allocated) as u64 })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut world = self.disk.world();
        if world.age == self.age {
            world.nodes[self.at].locks.retain(|(number, _)| *number != self.number);
        }
    }
}

impl Disk for SimDisk {
    fn folder(&self, path: &Path, create: bool) -> io::Result<Arc<dyn Folder>> {
        let mut world = self.world();
        world.gate()?;
        let at = match world.roots.get(path) {
            Some(at) => *at,
            None if create => {
                let at = world.nodes.len();
                world.nodes.push(Node { is_folder: true, ..Node::default() });
                world.roots.insert(path.to_owned(), at);
                at
            }
            None => return Err(error(ENOENT)),
        };
        Ok(Handle::new(self, &mut world, at))
    }
}

impl Folder for Handle {
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn Medium>> {
        let mut world = self.world()?;
        world.gate()?;
        let found = world.nodes[self.at].names.get(name).copied();
        let at = match (found, access) {
            (Some(_), Access::New) => return Err(error(EEXIST)),
            (Some(at), _) => at,
            (None, Access::New | Access::Shared) => world.add(self.at, name, false),
            (None, Access::Read | Access::Append | Access::Patch) => return Err(error(ENOENT)),
        };
        Ok(Handle::new(&self.disk, &mut world, at))
    }

    fn folder(&self, name: &str) -> io::Result<Arc<dyn Folder>> {
        let mut world = self.world()?;
        world.gate()?;
        let at = *world.nodes[self.at].names.get(name).ok_or_else(|| error(ENOENT))?;
        if !world.nodes[at].is_folder {
            return Err(error(ENOTDIR));
        }
        Ok(Handle::new(&self.disk, &mut world, at))
    }

    fn make(&self, name: &str) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        if world.nodes[self.at].names.contains_key(name) {
            return Err(error(EEXIST));
        }
        world.add(self.at, name, true);
        Ok(())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut world = self.world()?;
        world.gate()?;
        Ok(world.nodes[self.at].names.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        let folder = &mut world.nodes[self.at];
        let node = folder.names.remove(from).ok_or_else(|| error(ENOENT))?;
        folder.names.insert(to.to_owned(), node);
        Ok(())
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        let folder = &mut world.nodes[self.at];
        let node = folder.names.remove(from).ok_or_else(|| error(ENOENT))?;
        folder.names.insert(to.to_owned(), node);
        Ok(())
    }

    fn unlink(&self, name: &str) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        let gone = world.nodes[self.at].names.remove(name);
        gone.map(drop).ok_or_else(|| error(ENOENT))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.unlink(name)
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.world()?;
        let met = world.meet();
        let folder = &mut world.nodes[self.at];
        match met {
            None | Some(Failure::Short | Failure::Late(_)) => {
                folder.kept_names.clone_from(&folder.names);
            }
            Some(Failure::Error(_) | Failure::Part(_) | Failure::Sync(_) | Failure::Death) => {}
        }
        met.and_then(Failure::of_sync).map_or(Ok(()), |code| Err(error(code)))
    }

    fn stat(&self) -> io::Result<Stat> {
        Self::stat(self)
    }

    fn space(&self) -> io::Result<Space> {
        let mut world = self.world()?;
        world.gate()?;
        let free = world.capacity.saturating_sub(world.used());
        Ok(Space { free, volatile: false, read_only: false })
    }
}

impl Medium for Handle {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut world = self.world()?;
        world.gate()?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = world.nodes[self.at].live.get(from..).unwrap_or_default();
        let read = bytes.len().min(buffer.len());
        buffer[..read].copy_from_slice(&bytes[..read]);
        Ok(read)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut world = self.world()?;
        let end = world.nodes[self.at].live.len();
        let some = world.dice.below(bytes.len().max(1));
        match world.meet() {
            Some(Failure::Error(code)) => Err(error(code)),
            Some(Failure::Short) => Ok(world.put(self.at, &bytes[..some], end)),
            Some(Failure::Part(code)) => {
                world.put(self.at, &bytes[..some], end);
                Err(error(code))
            }
            Some(Failure::Death) => {
                if world.dies_now() {
                    world.put(self.at, &bytes[..some], end);
                }
                Err(error(EIO))
            }
            None | Some(Failure::Sync(_) | Failure::Late(_)) => {
                match world.put(self.at, bytes, end) {
                    0 if !bytes.is_empty() => Err(error(ENOSPC)),
                    taken => Ok(taken),
                }
            }
        }
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut world = self.world()?;
        world.gate()?;
        let taken = world.put(self.at, bytes, usize::try_from(offset).unwrap());
        if taken == 0 && !bytes.is_empty() { Err(error(ENOSPC)) } else { Ok(taken) }
    }

    fn sync(&self) -> io::Result<()> {
        let mut guard = self.world()?;
        let world = &mut *guard;
        let met = world.meet();
        match met {
            None | Some(Failure::Short | Failure::Late(_)) => world.nodes[self.at].sync(),
            Some(Failure::Error(_) | Failure::Part(_) | Failure::Sync(_)) => {
                world.nodes[self.at].lose(&mut world.dice);
            }
            Some(Failure::Death) => {}
        }
        met.and_then(Failure::of_sync).map_or(Ok(()), |code| Err(error(code)))
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        let len = usize::try_from(len).unwrap();
        let node = &mut world.nodes[self.at];
        node.live.resize(len, 0);
        node.touched(len.saturating_sub(1), len);
        Ok(())
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        let mut world = self.world()?;
        world.gate()?;
        if world.capacity.saturating_sub(world.used()) < len {
            return Err(error(ENOSPC));
        }
        world.nodes[self.at].allocated = usize::try_from(len).unwrap();
        Ok(())
    }

    fn stat(&self) -> io::Result<Stat> {
        Self::stat(self)
    }

    fn lock(&self, kind: LockKind) -> io::Result<bool> {
        self.disk.now_the_other();
        let mut world = self.world()?;
        world.gate()?;
        let locks = &mut world.nodes[self.at].locks;
        let mut others = locks.iter().filter(|(number, _)| *number != self.number);
        let free = others.all(|(_, held)| (kind, *held) == (LockKind::Shared, LockKind::Shared));
        if free {
            locks.retain(|(number, _)| *number != self.number);
            locks.push((self.number, kind));
        }
        Ok(free)
    }
}
