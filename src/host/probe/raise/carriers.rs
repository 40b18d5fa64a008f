//! Who carries the keys and the frames of our terminal: workers of the kernel, and the programs at its other end.
//!
//! Each byte of a terminal goes through a worker of the kernel (`kworker/u…`), and most of them through an SSH server.
//! These have nice 0, so miners at nice -20 keep them waiting, and the screen with them, however it is raised itself.
//! While all processors are busy and somebody below nice 0 holds one, they get [`BEFORE`], which is what the kernel gives
//! its own urgent workers. Which of its workers has the next byte the kernel does not tell: all of them do that are
//! bound to no processor. Nothing that a server starts inherits it.
//!
//! Invariant: nobody is touched while nobody is starved, or whose nice value somebody has chosen; what was changed is
//! told, and put back when that is over and when the program leaves; when it is killed, by its guard ([`ledger`]).

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::process::{Pid, setpriority_process};

use super::{held, is_begun, is_usual, ledger, plain};
use crate::domain::base::{self, ProcessId};
use crate::domain::facts::Process;
use crate::host::probe::text;
use crate::host::probe::tree::{self, Reader};

/// The nice value of the kernel's own urgent workers.
pub(super) const BEFORE: i32 = -20;
/// Who was chosen to run before others and uses so much of a processor, in percent, starves those who were not.
const HOLDS: f32 = 20.0;
/// As long as a processor is free, in percent of them all, nobody waits for long.
const BUSY: f32 = 85.0;
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
    /// How many are raised, now that these processes were seen, and the processors so busy, in percent.
    pub(in crate::host::probe) fn look(&mut self, processes: &[Arc<Process>], busy: f32) -> u32 {
        if !is_begun() {
            return 0;
        }
        let me = std::process::id();
        let holds =
            |it: &&Arc<Process>| it.nice < 0 && it.cpu >= HOLDS && !it.kernel && it.id.pid.0 != me;
        let starved = busy >= BUSY && processes.iter().any(|it| holds(&it));
        held::starved(starved || !self.raised.is_empty());
        if self.refused {
            return 0;
        }
        if starved {
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
            // What is known of who sleeps may be from before.
            if ledger::is_raised(it.id.pid.0) || !self.is(it.id) {
                continue;
            }
            match set(it.id.pid.0, !it.kernel) {
                Ok(()) => {
                    self.raised.insert(it.id.pid.0, it.id.start);
                }
                // Who may not raise one may raise none.
                Err(Errno::PERM | Errno::ACCESS) => self.refused = true,
                Err(_) => {}
            }
        }
        self.raised.retain(|pid, _| processes.binary_search_by_key(pid, |it| it.id.pid.0).is_ok());
        ledger::write(self.raised.keys().copied());
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
fn set(pid: u32, alone: bool) -> Result<(), Errno> {
    let number = pid.cast_signed();
    let pid = Some(Pid::from_raw(number).ok_or(Errno::SRCH)?);
    if !is_usual(number)? {
        return Err(Errno::INVAL);
    }
    // This first: without the right to it, nothing is changed.
    setpriority_process(pid, BEFORE)?;
    if alone { plain(number, true) } else { Ok(()) }
}
