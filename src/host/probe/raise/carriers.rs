//! Who carries the keys and the frames of our terminal: workers of the kernel, and the programs at its other end.
//!
//! Each byte of a terminal goes through a worker of the kernel (`kworker/u…`), and most of them through an SSH server.
//! These have nice 0, so miners at nice -20 keep them waiting, and the screen with them, however it is raised itself.
//! While somebody below nice 0 holds a processor they get [`BEFORE`], which is what the kernel gives its own urgent
//! workers. Nothing that they start inherits it.
//!
//! Invariant: nobody is touched while nobody is starved, or whose nice value somebody has chosen; what was changed is
//! told, and put back when that is over and when the program leaves; when it is killed, by its guard ([`ledger`]).

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::process::{Pid, setpriority_process};

use super::{is_begun, ledger, plain};
use crate::domain::base::{self, ProcessId};
use crate::domain::facts::Process;
use crate::host::probe::text;
use crate::host::probe::tree::{self, Reader};

/// The nice value of the kernel's own urgent workers.
pub(super) const BEFORE: i32 = -20;
/// Who was chosen to run before others and uses so much of a processor, in percent, starves those who were not.
const HOLDS: f32 = 20.0;
/// Looks for which nobody starves anybody until everything is put back.
const CALM: u32 = 10;
/// Begins the name of a worker of the kernel that is bound to no processor.
const WORKER: &[u8] = b"kworker/u";
/// Programs at the other end of a terminal.
const SERVERS: [&[u8]; 7] =
    [b"sshd", b"sshd-session", b"dropbear", b"mosh-server", b"tmux: server", b"screen", b"agetty"];

/// Those that were raised.
#[derive(Debug, Default)]
pub(in crate::host::probe) struct Carriers {
    proc: Option<OwnedFd>,
    raised: BTreeMap<u32, u64>,
    calm: u32,
    refused: bool,
}

impl Carriers {
    /// How many are raised, now that these processes were seen.
    pub(in crate::host::probe) fn look(&mut self, processes: &[Arc<Process>]) -> u32 {
        if self.refused || !is_begun() {
            return 0;
        }
        let me = std::process::id();
        let starves =
            |it: &&Arc<Process>| it.nice < 0 && it.cpu >= HOLDS && !it.kernel && it.id.pid.0 != me;
        if processes.iter().any(|it| starves(&it)) {
            self.calm = 0;
            self.raise(processes, me);
        } else if !self.raised.is_empty() {
            self.calm += 1;
            if self.calm >= CALM {
                self.put_back();
            }
        }
        u32::try_from(self.raised.len()).unwrap_or(u32::MAX)
    }

    fn raise(&mut self, processes: &[Arc<Process>], me: u32) {
        let own = processes.iter().find(|it| it.id.pid.0 == me);
        let ancestors = own.map(|own| own.around.ancestors.as_slice()).unwrap_or_default();
        let carries = |it: &Process| {
            let name = it.comm.arguments().next().unwrap_or_default();
            let serves_us = || ancestors.iter().any(|of| of.id.pid == it.id.pid);
            if it.kernel {
                name.starts_with(WORKER)
            } else {
                SERVERS.contains(&name) && serves_us()
            }
        };
        for it in processes.iter().filter(|it| it.nice == 0 && carries(it)) {
            let known = self.raised.get(&it.id.pid.0) == Some(&it.id.start);
            if !known && self.is(it.id) && set(it.id.pid.0, !it.kernel) {
                self.raised.insert(it.id.pid.0, it.id.start);
            }
        }
        self.raised.retain(|pid, _| processes.binary_search_by_key(pid, |it| it.id.pid.0).is_ok());
        ledger::write(self.raised.keys().copied());
        // Who may not raise one may raise none.
        self.refused = self.raised.is_empty();
    }

    /// It is still that process: its number may be another's by now.
    fn is(&mut self, id: ProcessId) -> bool {
        if self.proc.is_none() {
            self.proc = tree::open_dir(Path::new("/proc")).ok();
        }
        let Some(proc) = &self.proc else { return false };
        let mut reader = Reader::new(proc.as_fd());
        let stat = reader.file(id.pid.0, "stat").ok().and_then(text::stat);
        stat.is_some_and(|stat| stat.start == id.start)
    }

    fn put_back(&mut self) {
        for (pid, start) in std::mem::take(&mut self.raised) {
            if self.is(ProcessId { pid: base::Pid(pid), start, inode: 0 }) {
                ledger::put_back(pid);
                // What it starts inherits from it again, as before.
                plain(pid.cast_signed(), false).ok();
            }
        }
        ledger::write(std::iter::empty());
    }
}

impl Drop for Carriers {
    fn drop(&mut self) {
        self.put_back();
    }
}

/// Puts a process before others; what it starts is not, if `alone`.
fn set(pid: u32, alone: bool) -> bool {
    let number = pid.cast_signed();
    let pid = Pid::from_raw(number);
    pid.is_some() && plain(number, alone).is_ok() && setpriority_process(pid, BEFORE).is_ok()
}
