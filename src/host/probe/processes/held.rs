//! What a process holds open, as far as anybody here asks: sockets, and devices of graphics processors.

use rustix::io::Errno;

use crate::domain::untrusted::Untrusted;
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

/// What a process holds open.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Inodes of sockets, sorted.
    pub(super) sockets: Vec<u64>,
    pub(super) devices: Vec<Device>,
    pub(super) denied: bool,
    /// It has more open files than are listed.
    pub(super) cut: bool,
}

impl Held {
    /// `None` if they could not be listed this time.
    pub(super) fn read(pid: u32, reader: &mut Reader<'_>) -> Option<Self> {
        let mut held = Self::default();
        let read = reader.open_files(pid, |fd, link| {
            if let Some(inode) = text::socket_inode(link) {
                held.sockets.push(inode);
            } else if is_graphics(link) {
                held.devices.push(Device { fd, path: Untrusted::new(link) });
            }
        });
        match read {
            Ok(cut) => held.cut = cut,
            Err(Errno::ACCESS | Errno::PERM) => held.denied = true,
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => return None,
        }
        held.sockets.sort_unstable();
        held.sockets.dedup();
        Some(held)
    }
}

/// The device files that a graphics processor is used through.
fn is_graphics(link: &[u8]) -> bool {
    [b"/dev/nvidia".as_slice(), b"/dev/dri/", b"/dev/kfd"].iter().any(|dev| link.starts_with(dev))
}
