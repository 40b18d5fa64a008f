//! The machine as a whole: processors, memory, load, names. `sysinfo` reads these; it is never asked
//! for processes, because it reads their command lines in line with everything else.

use std::path::Path;
use std::sync::Arc;

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, System};

use super::tree;
use crate::domain::facts::{Host, Unread};
use crate::domain::untrusted::Untrusted;

/// Looks from one reading of the memory to the next: the kernel adds its pages up each time it is asked.
const MEMORY_TURNS: u64 = 3;

/// Facts about the machine, from look to look.
pub(super) struct Machine {
    system: Option<System>,
    last: Arc<Host>,
    looks: u64,
}

impl Machine {
    /// Remembers what does not change until the next boot.
    pub(super) fn new(boot_id: String) -> Self {
        let kernel = rustix::system::uname().release().to_bytes().to_vec();
        let last = Arc::new(Host { kernel: Untrusted::new(kernel), boot_id, ..Host::default() });
        Self { system: System::new().ok(), last, looks: 0 }
    }

    /// Reads them. The processors' first percentages are averages since boot: a real one takes two
    /// readings a fifth of a second apart.
    pub(super) fn look(&mut self, unread: &mut Vec<Unread>) -> Arc<Host> {
        let Some(system) = &mut self.system else {
            unread.push(super::processes::note("sysinfo", "not for this system".to_owned()));
            return Arc::clone(&self.last);
        };
        system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_usage());
        if self.looks.is_multiple_of(MEMORY_TURNS) {
            system.refresh_memory_specifics(MemoryRefreshKind::everything());
        }
        self.looks += 1;
        let load = System::load_average().unwrap_or_default();
        let name = rustix::system::uname().nodename().to_bytes().to_vec();
        let host = Host {
            name: Untrusted::new(name),
            kernel: self.last.kernel.clone(),
            boot_id: self.last.boot_id.clone(),
            cpus: system.cpus().iter().map(sysinfo::Cpu::usage).collect(),
            cpu: system.global_cpu_usage(),
            load: [load.one, load.five, load.fifteen].map(narrow),
            memory_total: system.total_memory(),
            memory_used: system.used_memory(),
            swap_total: system.total_swap(),
            swap_used: system.used_swap(),
        };
        if *self.last != host {
            self.last = Arc::new(host);
        }
        Arc::clone(&self.last)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a load average has three digits that matter")]
const fn narrow(load: f64) -> f32 {
    load as f32
}

/// Names this boot, below the directory `proc`; empty where the kernel does not say.
pub(super) fn boot_id(proc: &Path) -> String {
    let bytes = tree::small_file(&proc.join("sys/kernel/random/boot_id"), 64).unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    bytes.into_iter().filter(plain).map(char::from).collect()
}
