//! Listens on the wire when the responder asked for it, in a thread of its own.
//!
//! Invariant: nothing is ever sent. The socket has no address to send from, nobody writes to it, and it sees only what
//! the kernel's filter lets through. A flood costs a bounded part of one CPU: what is more than [`A_SECOND`] packets
//! is left to the kernel, which counts what it has no room for. Absent on purpose: promiscuous mode, other network
//! namespaces, packets on disk.

mod ring;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::clock::HostClock;
use crate::domain::base::{Clock, Moment};
use crate::domain::facts::{Socket, Wire, WireState};
use crate::domain::untrusted::Untrusted;
use crate::domain::wire::Ear;
use ring::Ring;

/// Packets that are read in a second.
const A_SECOND: u64 = 20_000;
/// The thread looks this often whether it shall end.
const PATIENCE: Duration = Duration::from_millis(200);
/// What is only counted is told this often: a recording holds each telling.
const COUNTS_MS: u64 = 5_000;

/// Listens, or says why not.
#[derive(Default)]
pub(super) struct Listener {
    at: Option<Listening>,
    told: Arc<Wire>,
    /// What was told last: which changes, and when.
    changes: u64,
    told_ms: u64,
}

struct Listening {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
    since: Moment,
}

/// What the thread and the looks share.
struct Shared {
    ear: Mutex<Ear>,
    packets: AtomicU64,
    dropped: AtomicU64,
    stop: AtomicBool,
}

impl Listener {
    /// Listens from now on with this ear, or to nothing any more.
    pub(super) fn turn(&mut self, ear: Option<Ear>, now: Moment) {
        *self = Self::default();
        let Some(ear) = ear else { return };
        match Listening::start(ear, now) {
            Ok(listening) => self.at = Some(listening),
            Err(error) => self.refused(&error.to_string()),
        }
    }

    /// What was heard so far. The same as before if nothing happened, so that nobody compares or records it again.
    pub(super) fn look(&mut self, now: Moment, sockets: &[Arc<Socket>]) -> Arc<Wire> {
        let Some(at) = &self.at else { return Arc::clone(&self.told) };
        if at.thread.is_finished() {
            let why = "the listening thread has ended";
            self.at = None;
            self.refused(why);
            return Arc::clone(&self.told);
        }
        let mut ear = at.shared.ear();
        ear.join(now, sockets);
        let is_new = ear.changes() != self.changes || self.told.since.is_none();
        if is_new || now.boot_ms.saturating_sub(self.told_ms) >= COUNTS_MS {
            (self.changes, self.told_ms) = (ear.changes(), now.boot_ms);
            let told = Wire {
                state: WireState::Listening,
                since: Some(at.since),
                packets: at.shared.packets.load(Ordering::Relaxed),
                dropped: at.shared.dropped.load(Ordering::Relaxed),
                ..ear.told(sockets)
            };
            if told != *self.told {
                self.told = Arc::new(told);
            }
        }
        Arc::clone(&self.told)
    }

    fn refused(&mut self, why: &str) {
        let state = WireState::Refused(Untrusted::from(why));
        self.told = Arc::new(Wire { state, ..Wire::default() });
    }
}

impl Listening {
    fn start(ear: Ear, since: Moment) -> io::Result<Self> {
        let ring = Ring::open(&ear.filter())?;
        let shared = Arc::new(Shared {
            ear: Mutex::new(ear),
            packets: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("wire".to_owned()).spawn(move || listen(ring, &served))?;
        Ok(Self { shared, thread, since })
    }
}

impl Drop for Listening {
    /// The thread ends by itself, and the socket with it; nobody waits for that.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
    }
}

impl Shared {
    /// Plain values stay behind wherever a panic was, so the lock stays usable.
    fn ear(&self) -> MutexGuard<'_, Ear> {
        self.ear.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, ring: &Ring) {
        let (packets, dropped) = ring.counts();
        self.packets.fetch_add(packets, Ordering::Relaxed);
        self.dropped.fetch_add(dropped, Ordering::Relaxed);
    }
}

fn listen(mut ring: Ring, shared: &Shared) {
    let clock = HostClock;
    let (mut begun, mut heard) = (Instant::now(), 0);
    while !shared.stop.load(Ordering::Acquire) {
        if begun.elapsed() >= Duration::from_secs(1) {
            shared.count(&ring);
            (begun, heard) = (Instant::now(), 0);
        }
        if heard >= A_SECOND {
            let left = Duration::from_secs(1).saturating_sub(begun.elapsed());
            thread::sleep(left.min(PATIENCE));
            continue;
        }
        let now = clock.now();
        match ring.block(|packet| shared.ear().hear(now, packet)) {
            Some(packets) => heard += packets,
            None if ring.wait(PATIENCE).is_err() => return,
            None => {}
        }
    }
}
