//! A host that is made up: processes and connections that come and go, and a miner.

use std::sync::Arc;

use firedamp::domain::facts::{Process, Protocol, Snapshot, Socket, SocketState};

use crate::incident::{miner, process, snapshot};

/// Processes at any time.
const PROCESSES: usize = 300;
/// Processes of which each look shows something new.
const BUSY: usize = 20;
/// Processes that end in a second, and begin.
const ENDING: u64 = 2;
/// Sockets at any time.
const SOCKETS: u64 = 80;
/// On a hostile host a miner lives for so many looks.
pub(crate) const HOSTILE: u64 = 2;

/// The host: what the next look will see.
pub(crate) struct Host {
    /// Looks for which a miner lives.
    miner: u64,
    processes: Vec<Arc<Process>>,
    next_pid: u32,
    dice: u64,
}

impl Host {
    /// A host on which a miner comes back after so many looks.
    pub(crate) fn new(miner: u64) -> Self {
        let processes = (0..PROCESSES).map(|at| Arc::new(usual(1_000 + at_u32(at), 0))).collect();
        Self { miner, processes, next_pid: 10_000, dice: 0x9E37_79B9_7F4A_7C15 }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides.max(1)
    }

    fn pid(&mut self) -> u32 {
        self.next_pid = if self.next_pid >= 4_000_000 { 10_000 } else { self.next_pid + 1 };
        self.next_pid
    }

    /// What the next look sees.
    pub(crate) fn next(&mut self, look: u64) -> Snapshot {
        for _ in 0..ENDING {
            let (place, pid) = (self.roll(PROCESSES as u64), self.pid());
            self.put(place, usual(pid, look));
        }
        for _ in 0..BUSY {
            let (place, cpu) = (self.roll(PROCESSES as u64), self.roll(30));
            let old = usize::try_from(place).ok().and_then(|at| self.processes.get(at)).cloned();
            if let Some(old) = old {
                let cpu = f32::from(u8::try_from(cpu).unwrap_or(0)) / 2.0;
                let cpu_ms = old.cpu_ms + 20;
                self.put(place, Process { cpu, cpu_ms, ..(*old).clone() });
            }
        }
        let mut processes = self.processes.clone();
        let number = look / self.miner;
        let mut mines = miner(5_000_000 + u32::try_from(number).unwrap_or(0));
        mines.id.start = number * self.miner * 100;
        if self.miner == HOSTILE {
            mines.comm = format!("kworker{number}").into();
        }
        processes.push(Arc::new(mines));
        processes.sort_by_key(|it| it.id.pid);
        let sockets = (0..SOCKETS).map(|at| Arc::new(socket(at, look))).collect();
        Snapshot { processes, sockets, ..snapshot(look * 1_000, Vec::new()) }
    }

    fn put(&mut self, place: u64, process: Process) {
        if let Some(slot) = usize::try_from(place).ok().and_then(|at| self.processes.get_mut(at)) {
            *slot = Arc::new(process);
        }
    }
}

fn usual(pid: u32, look: u64) -> Process {
    let mut usual = process(pid, "php-fpm", b"php-fpm: pool www\0");
    usual.id.start = look * 100;
    usual
}

/// A connection; each ends after a while, and another begins from another port.
fn socket(at: u64, look: u64) -> Socket {
    let age = (look + at * 7) / (20 + at);
    let port = u16::try_from(20_000 + (age * 31 + at * 501) % 40_000).unwrap_or(20_000);
    Socket {
        protocol: Protocol::Tcp,
        local: ([192, 0, 2, 10], port).into(),
        remote: Some(([198, 51, 100, u8::try_from(at % 250).unwrap_or(1)], 443).into()),
        state: SocketState::Established,
        inode: age * 1_000 + at,
        uid: 33,
        owners: Vec::new(),
        first_seen_ms: 0,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}

fn at_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
