//! The network namespace that a socket was made in, asked of the socket itself.
//!
//! Whoever makes a network, opens a socket there and leaves again has connections that no process, no mount and no file of
//! the namespace tells of. The socket does: a copy of it is taken for as long as it takes to ask, which its process does not
//! notice. Invariant: only what is a socket is asked, and nothing is sent or read. Where `net_cls` or `net_prio` is mounted, the
//! kernel marks a socket that is copied with the group of who copies it: there nobody is asked. Deliberately absent: before
//! Linux 6.9 the sockets of a process whose first thread has ended, and those of a thread alone, since no other one can be
//! named; who has such ones is counted as closed to us.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::host::probe::door::Door;
use crate::host::probe::text;
use crate::host::probe::tree::Reader;

/// `SIOCGSKNS` of `linux/sockios.h`.
const NAMESPACE_OF: libc::Ioctl = 0x894C;

/// `PIDFD_THREAD` of `linux/pidfd.h`.
const THREAD: PidfdFlags = PidfdFlags::from_bits_retain(libc::O_EXCL.cast_unsigned());

/// A socket that is copied stays as it is.
pub(super) fn leaves_no_mark(reader: &mut Reader<'_>) -> bool {
    match reader.top("cgroups") {
        Ok(cgroups) => !marks(cgroups),
        Err(why) => why == Errno::NOENT,
    }
}

/// One of the two is mounted: its hierarchy has a number then.
fn marks(cgroups: &[u8]) -> bool {
    cgroups.split(|byte| *byte == b'\n').any(|line| {
        let mut fields = text::words(line);
        matches!(fields.next(), Some(b"net_cls" | b"net_prio")) && fields.next() != Some(b"0")
    })
}

/// A process whose sockets are asked, or one of its threads.
pub(super) fn process(door: Door) -> Option<OwnedFd> {
    let flags = if door.thread.is_some() { THREAD } else { PidfdFlags::empty() };
    pidfd_open(Pid::from_raw(door.number().cast_signed())?, flags).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_copied_only_where_no_hierarchy_would_mark_it() {
        let head = "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t4\t7\t1\n";
        let with = |rest: &str| marks(format!("{head}{rest}").as_bytes());
        assert!(!with("net_cls\t0\t1\t1\nnet_prio\t0\t1\t1\n"));
        assert!(with("net_cls\t9\t1\t1\nnet_prio\t0\t1\t1\n"));
        assert!(with("net_cls\t0\t1\t1\nnet_prio\t12\t1\t1\n"));
        assert!(!with(""));
    }
}
