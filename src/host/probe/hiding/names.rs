//! Processes that wear a kernel thread's name and are none.
//!
//! The kernel itself says who is one of its threads (`PF_KTHREAD`); a name in brackets, or one like
//! `kworker/0:1`, says nothing. What the threads of this very host are called counts too.
//!
//! Invariant: a process that the kernel started for a helper program bears its parent's name for a moment:
//! nobody is named before it wore the name for [`SETTLED_MS`].

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::base::ProcessId;
use crate::domain::facts::{Process, RunState};
use crate::domain::untrusted::Untrusted;

/// A process wears the name for so long before that is said.
const SETTLED_MS: u64 = 1_500;
/// Names of kernel threads on any host, as [`family`] gives them.
const CLASSIC: [&[u8]; 37] = [
    b"kworker/",
    b"kworker",
    b"ksoftirqd/",
    b"ksoftirqd",
    b"kthreadd",
    b"kswapd",
    b"kdevtmpfs",
    b"kauditd",
    b"khungtaskd",
    b"kcompactd",
    b"khugepaged",
    b"ksmd",
    b"kintegrityd",
    b"kblockd",
    b"kthrotld",
    b"kpsmoused",
    b"kstrp",
    b"migration/",
    b"cpuhp/",
    b"watchdog/",
    b"idle_inject/",
    b"rcu_sched",
    b"rcu_preempt",
    b"rcu_bh",
    b"rcu_gp",
    b"rcu_par_gp",
    b"rcuob/",
    b"rcuos/",
    b"oom_reaper",
    b"writeback",
    b"bioset",
    b"jbd2/",
    b"scsi_eh_",
    b"devfreq_wq",
    b"deferwq",
    b"ipv6_addrconf",
    b"mm_percpu_wq",
];
/// Programs that are called like a kernel thread, and honestly so.
const SHARED: [&[u8]; 6] = [b"watchdogd", b"nfsd", b"lockd", b"md", b"kvm", b"loop"];

/// Who wears a name of the kernel's, from look to look.
#[derive(Default)]
pub(super) struct Wearers {
    threads: BTreeSet<Vec<u8>>,
    since: BTreeMap<ProcessId, (u64, Worn)>,
}

/// The name that somebody wears, and what shows that it is no kernel thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Worn {
    /// The name.
    pub(super) name: Untrusted,
    /// What kernel threads do not have.
    pub(super) shown: Untrusted,
}

impl Wearers {
    /// Takes in a row that is new or changed.
    pub(super) fn see(&mut self, process: &Process, boot_ms: u64) {
        if process.kernel {
            let family = family(process.comm.bytes());
            if !self.threads.contains(family) {
                self.threads.insert(family.to_vec());
            }
            return;
        }
        match self.worn(process) {
            Some(worn) => {
                let since = self.since.get(&process.id).map_or(boot_ms, |(since, _)| *since);
                self.since.insert(process.id, (since, worn));
            }
            None => drop(self.since.remove(&process.id)),
        }
    }

    /// A process has gone.
    pub(super) fn forget(&mut self, id: ProcessId) {
        self.since.remove(&id);
    }

    /// Everybody who has worn one for long enough.
    pub(super) fn settled(&self, boot_ms: u64) -> impl Iterator<Item = (ProcessId, &Worn)> {
        let old = move |since: u64| boot_ms.saturating_sub(since) >= SETTLED_MS;
        self.since.iter().filter(move |(_, (since, _))| old(*since)).map(|(id, (_, it))| (*id, it))
    }

    fn worn(&self, process: &Process) -> Option<Worn> {
        // A kernel thread has no memory of its own. A dead process has none left either.
        if process.memory == 0 || process.state == RunState::Zombie {
            return None;
        }
        let first = process.command.known().and_then(|command| command.arguments().next());
        let said = [Some(process.comm.bytes()), first].into_iter().flatten();
        let name = said.map(without_brackets).find(|name| self.is_the_kernels(name))?;
        let exe = process.exe.known().map_or(&b"?"[..], Untrusted::bytes);
        let shown = [exe, format!("  ppid {}", process.parent).as_bytes()].concat();
        Some(Worn { name: Untrusted::new(name), shown: Untrusted::new(shown) })
    }

    fn is_the_kernels(&self, name: &[u8]) -> bool {
        let family = family(name);
        let known = CLASSIC.contains(&family) || self.threads.contains(family);
        known && !family.is_empty() && !SHARED.contains(&family)
    }
}

/// Tools put the names of kernel threads in brackets; a title may have its own, and go on behind them.
fn without_brackets(name: &[u8]) -> &[u8] {
    let Some(inner) = name.strip_prefix(b"[") else { return name };
    inner.split(|byte| *byte == b']').next().unwrap_or(inner)
}

/// What threads of a kind have in common: all up to a slash, or all but a number at the end.
fn family(name: &[u8]) -> &[u8] {
    let slash = name.iter().position(|byte| *byte == b'/').filter(|at| *at > 0);
    let end = slash.map_or_else(
        || name.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1),
        |at| at + 1,
    );
    name.get(..end).unwrap_or_default()
}
