//! What a process holds open, as far as anybody here asks: sockets, and devices of graphics processors.

use rustix::io::Errno;

use crate::domain::untrusted::Untrusted;
use crate::host::probe::door::Door;
use crate::host::probe::text;
use crate::host::probe::tree::Reader;

/// An open device file of a graphics processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host::probe) struct Device {
    /// Number of the descriptor.
    pub(in crate::host::probe) fd: u32,
    /// Target of the link.
    pub(in crate::host::probe) path: Untrusted,
}

/// More sockets of a process that is read in parts are not kept.
const MOST_KEPT: usize = 1 << 16;

/// What a process holds open. Of one that has very many open files a part is read in each look, and the others stay as
/// they were known.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Inodes of sockets, sorted.
    pub(super) sockets: Vec<u64>,
    pub(super) devices: Vec<Device>,
    pub(super) denied: bool,
    /// Where the next part begins; 0 if all of it was read.
    next: u32,
    /// Sockets by descriptor, while it is read in parts.
    by_fd: Vec<(u32, u64)>,
}

impl Held {
    /// It has more open files than are read in one look.
    pub(super) const fn is_in_parts(&self) -> bool {
        self.next > 0 || !self.by_fd.is_empty()
    }

    /// There are parts that no look has come to yet.
    pub(super) const fn is_unfinished(&self) -> bool {
        self.next > 0
    }

    /// Reads it, or its next part: `before` is what was known of the same process. `None` if it could not be read now.
    pub(super) fn read(door: Door, before: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let from = before.map_or(0, |before| before.next);
        let mut held = Self::default();
        let read = reader.open_files_from(door, from, |fd, link| {
            if let Some(inode) = text::socket_inode(link) {
                held.by_fd.push((fd, inode));
            } else if is_graphics(link) {
                held.devices.push(Device { fd, path: Untrusted::new(link) });
            }
        });
        match read {
            Ok(next) => held.next = next.unwrap_or(0),
            Err(Errno::ACCESS | Errno::PERM) => held.denied = true,
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => return None,
        }
        let whole = from == 0 && held.next == 0;
        if let Some(before) = before.filter(|_| !whole) {
            held.keep(before, from);
        }
        held.sockets = held.by_fd.iter().map(|(_, inode)| *inode).collect();
        held.sockets.sort_unstable();
        held.sockets.dedup();
        if whole {
            held.by_fd = Vec::new();
        }
        Some(held)
    }

    /// Adds what is known of the other parts.
    fn keep(&mut self, before: &Self, from: u32) {
        let next = self.next;
        let elsewhere = |fd: u32| fd < from || (next > 0 && fd >= next);
        let room = MOST_KEPT.saturating_sub(self.by_fd.len());
        self.by_fd.extend(before.by_fd.iter().filter(|(fd, _)| elsewhere(*fd)).take(room));
        self.devices.extend(before.devices.iter().filter(|it| elsewhere(it.fd)).cloned());
    }
}

/// The device files that a graphics processor is used through.
fn is_graphics(link: &[u8]) -> bool {
    [b"/dev/nvidia".as_slice(), b"/dev/dri/", b"/dev/kfd"].iter().any(|dev| link.starts_with(dev))
}
