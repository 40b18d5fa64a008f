//! The network namespace that a socket was made in, asked of the socket itself.
//!
//! Whoever makes a network, opens a socket there and leaves again has connections that no process, no mount and no file of
//! the namespace tells of. The socket does: a copy of it is taken for as long as it takes to ask, which its process does not
//! notice. Invariant: only what is a socket is asked, and nothing is sent or read.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

/// `SIOCGSKNS` of `linux/sockios.h`.
const NAMESPACE_OF: libc::Ioctl = 0x894C;

/// A process whose sockets are asked.
pub(super) fn process(pid: u32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()
}

/// The namespace of this open file of a process, as a file of it.
pub(super) fn namespace(process: BorrowedFd<'_>, fd: u32) -> Result<OwnedFd, Errno> {
    let socket = pidfd_getfd(process, fd.cast_signed(), PidfdGetfdFlags::empty())?;
    let mode = rustix::fs::fstat(&socket)?.st_mode;
    if FileType::from_raw_mode(mode) != FileType::Socket {
        return Err(Errno::NOTSOCK);
    }
    ask(&socket)
}

#[expect(unsafe_code, reason = "no crate of ours has this call")]
fn ask(socket: &OwnedFd) -> Result<OwnedFd, Errno> {
    // SAFETY: the call takes no argument beyond its number, touches no memory of ours, and gives a new descriptor.
    let file = unsafe { libc::ioctl(socket.as_raw_fd(), NAMESPACE_OF, 0) };
    if file < 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::INVAL));
    }
    // SAFETY: the kernel has just made it for us, and nobody else has its number.
    Ok(unsafe { OwnedFd::from_raw_fd(file) })
}
