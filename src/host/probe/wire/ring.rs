//! The packet socket and the memory that it shares with the kernel.
//!
//! Invariant: the kernel writes a block only while its status says so, and we read it only while it does not; every
//! place inside a block is checked against the block's end, since what stands there is a number like any other.

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::{NonNull, null_mut};
use std::slice;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use socket2::{Domain, SockFilter, Socket, Type};

use crate::domain::wire::filter::Filter;

/// Bytes of a block, and how many there are: 4 MiB.
const BLOCK: usize = 256 * 1024;
const BLOCKS: usize = 16;
const SIZE: usize = BLOCK * BLOCKS;
/// A block that did not get full is handed over after so many milliseconds.
const LATEST_MS: u32 = 100;

// Places in a block, as <linux/if_packet.h> lays it out: version, private, then status, number of packets, first packet.
const STATUS: usize = 8;
const PACKETS: usize = 12;
const FIRST: usize = 16;
// Places in front of a packet.
const NEXT: usize = 0;
const KEPT: usize = 12;
const DATA: usize = 24;

/// A socket that hears whole packets, from their IP header on.
#[derive(Debug)]
pub(super) struct Ring {
    socket: Socket,
    memory: NonNull<u8>,
    /// The block that comes next.
    at: usize,
}

#[expect(
    unsafe_code,
    reason = "the mapping is an address, and addresses are not sent by themselves"
)]
// SAFETY: the mapping belongs to this value alone and to no thread.
unsafe impl Send for Ring {}

impl Ring {
    /// Opens the socket. It hears nothing before its filter is in place, and nobody can take that off again.
    pub(super) fn open(filter: &Filter) -> io::Result<Self> {
        // Without a protocol it hears nothing yet.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
        let step = |it: &crate::domain::wire::filter::Instruction| {
            SockFilter::new(it.code, it.if_true, it.if_false, it.k)
        };
        let steps: Vec<SockFilter> = filter.steps().iter().map(step).collect();
        socket.attach_filter(&steps)?;
        set(&socket, libc::SOL_SOCKET, libc::SO_LOCK_FILTER, &1_i32)?;
        let version = libc::tpacket_versions::TPACKET_V3 as i32;
        set(&socket, libc::SOL_PACKET, libc::PACKET_VERSION, &version)?;
        let number = |of: usize| u32::try_from(of).unwrap_or_default();
        let frame = 2048;
        let request = libc::tpacket_req3 {
            tp_block_size: number(BLOCK),
            tp_block_nr: number(BLOCKS),
            tp_frame_size: frame,
            tp_frame_nr: number(SIZE) / frame,
            tp_retire_blk_tov: LATEST_MS,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        set(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        let memory = map(&socket)?;
        let ring = Self { socket, memory, at: 0 };
        ring.hear_all()?;
        Ok(ring)
    }

    /// Takes the next block that the kernel has handed over, packet by packet; `None` if there is none yet. Gives the
    /// number of packets.
    pub(super) fn block(&mut self, mut hear: impl FnMut(&[u8])) -> Option<u64> {
        let status = self.status();
        if status.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        #[expect(unsafe_code, reason = "the kernel's memory")]
        // SAFETY: `at` is below BLOCKS, so the block lies in the mapping, which lives as long as `self`; its status says
        // that the kernel does not write to it until that is set back, which is done below, after the last use.
        let block =
            unsafe { slice::from_raw_parts(self.memory.as_ptr().add(self.at * BLOCK), BLOCK) };
        let packets = number(block, PACKETS).unwrap_or_default();
        let mut from = number(block, FIRST).unwrap_or_default();
        for _ in 0..packets {
            if let Some(packet) = packet(block, from) {
                hear(packet);
            }
            match number(block, from.saturating_add(NEXT)) {
                Some(next) if next > 0 => from = from.saturating_add(next),
                Some(_) | None => break,
            }
        }
        self.status().store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.at = (self.at + 1) % BLOCKS;
        u64::try_from(packets).ok()
    }

    /// Waits for a block, but not longer than this.
    pub(super) fn wait(&self, patience: Duration) -> io::Result<()> {
        let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
        let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Packets that were let through since the last call, and how many of them there was no room for.
    pub(super) fn counts(&self) -> (u64, u64) {
        let mut counts = libc::tpacket_stats_v3 { tp_packets: 0, tp_drops: 0, tp_freeze_q_cnt: 0 };
        let mut length = size::<libc::tpacket_stats_v3>();
        #[expect(unsafe_code, reason = "no crate reads this option")]
        // SAFETY: the kernel writes at most `length` bytes, which is the size of `counts`, a struct of plain numbers.
        let read = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut counts).cast(),
                &raw mut length,
            )
        };
        if read != 0 {
            return (0, 0);
        }
        (counts.tp_packets.saturating_sub(counts.tp_drops).into(), counts.tp_drops.into())
    }

    fn status(&self) -> &AtomicU32 {
        #[expect(unsafe_code, reason = "the kernel's memory")]
        // SAFETY: `at` is below BLOCKS, so the number lies in the mapping, which lives as long as `self`; blocks begin at
        // pages, so it is aligned; both the kernel and we go to it as a whole.
        unsafe {
            AtomicU32::from_ptr(self.memory.as_ptr().add(self.at * BLOCK + STATUS).cast())
        }
    }

    /// All interfaces, what comes and what goes.
    fn hear_all(&self) -> io::Result<()> {
        let all = u16::try_from(libc::ETH_P_ALL).unwrap_or_default().to_be();
        let family = u16::try_from(libc::AF_PACKET).unwrap_or_default();
        let address = libc::sockaddr_ll {
            sll_family: family,
            sll_protocol: all,
            sll_ifindex: 0,
            sll_hatype: 0,
            sll_pkttype: 0,
            sll_halen: 0,
            sll_addr: [0; 8],
        };
        #[expect(unsafe_code, reason = "no crate binds to this kind of address")]
        // SAFETY: the pointer and the length are those of `address`, which lives until the call returns.
        let bound = unsafe {
            libc::bind(
                self.socket.as_raw_fd(),
                (&raw const address).cast(),
                size::<libc::sockaddr_ll>(),
            )
        };
        if bound == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "the kernel's memory")]
        // SAFETY: the mapping was made with this size, belongs to us, and nothing that borrows it outlives `self`.
        let unmapped = unsafe { munmap(self.memory.as_ptr().cast(), SIZE) };
        // Nothing could be done about it, and the process gives it back in the end.
        unmapped.ok();
    }
}

fn map(socket: &Socket) -> io::Result<NonNull<u8>> {
    #[expect(unsafe_code, reason = "the kernel's memory")]
    // SAFETY: no address is asked for, so no mapping of ours is replaced; SIZE is what the ring was made with.
    let memory = unsafe {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        mmap(null_mut(), SIZE, access, MapFlags::SHARED, socket.as_fd(), 0)?
    };
    NonNull::new(memory.cast()).ok_or_else(|| io::Error::other("the kernel mapped nothing"))
}

/// Sets an option to a struct of plain numbers.
fn set<T: Copy>(socket: &Socket, level: i32, name: i32, value: &T) -> io::Result<()> {
    #[expect(unsafe_code, reason = "no crate sets these options")]
    // SAFETY: the pointer and the length are those of `value`, which the kernel only reads.
    let set = unsafe {
        let value: *const T = value;
        libc::setsockopt(socket.as_raw_fd(), level, name, value.cast(), size::<T>())
    };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn size<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or_default()
}

/// The bytes of the packet whose header begins at `from`.
fn packet(block: &[u8], from: usize) -> Option<&[u8]> {
    let header = block.get(from..)?;
    let kept = number(header, KEPT)?;
    let data = header.get(DATA..DATA + 2)?;
    let start = usize::from(u16::from_ne_bytes(data.try_into().ok()?));
    header.get(start..start.checked_add(kept)?)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_ne_bytes(four.try_into().ok()?)).ok()
}
