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
}

impl Held {
    pub(super) fn read(pid: u32, reader: &mut Reader<'_>) -> Self {
        let mut held = Self::default();
        let read = reader.open_files(pid, |fd, link| {
            if let Some(inode) = text::socket_inode(link) {
                held.sockets.push(inode);
            } else if is_graphics(link) {
                held.devices.push(Device { fd, path: Untrusted::new(link) });
            }
        });
        held.denied = matches!(read, Err(Errno::ACCESS | Errno::PERM));
        held.sockets.sort_unstable();
        held.sockets.dedup();
        held
    }
}

/// The device files that a graphics processor is used through.
fn is_graphics(link: &[u8]) -> bool {
    [b"/dev/nvidia".as_slice(), b"/dev/dri/", b"/dev/kfd"].iter().any(|dev| link.starts_with(dev))
}
