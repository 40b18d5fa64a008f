//! The machine as a whole: processors, memory, load, names.
//!
//! Memory and load come from files of `/proc` itself, which stay open. Where something is mounted over them, as
//! containers have it to tell their own limits, `sysinfo` reads that by its path, in a thread that nobody waits for. It is
//! never asked for processes, because it reads their command lines in line with everything else, nor for processors: the
//! `/proc/stat` that tells of them takes the kernel longest to print, and the look has read it already.

mod memory;

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;

use super::{text, tree};
use crate::domain::facts::{Host, NotWhole, Unread};
use crate::domain::untrusted::Untrusted;
use memory::Memory;

/// Looks from one reading of the memory to the next: the kernel adds its pages up each time it is asked.
const MEMORY_TURNS: u64 = 3;

/// Facts about the machine, from look to look.
pub(super) struct Machine {
    memory: Memory,
    last: Arc<Host>,
    all: Processor,
    processors: Vec<Processor>,
    looks: u64,
}

/// Clock ticks of one processor, or of all, and how busy it was between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Processor {
    number: u32,
    ticks: u64,
    idle: u64,
    percent: f32,
}

impl Machine {
    /// Remembers what does not change until the next boot. `proc` is `/proc`, `live` if it is that of this machine.
    pub(super) fn new(proc: Option<OwnedFd>, live: bool, boot_id: String) -> Self {
        let kernel = rustix::system::uname().release().to_bytes().to_vec();
        let last = Arc::new(Host { kernel: Untrusted::new(kernel), boot_id, ..Host::default() });
        let (all, processors) = (Processor::default(), Vec::new());
        Self { memory: Memory::new(proc, live), last, all, processors, looks: 0 }
    }

    /// Reads them; `stat` is `/proc/stat`, or why it could not be read. The processors' first percentages are averages since boot.
    pub(super) fn look(
        &mut self,
        stat: Result<&[u8], Errno>,
        unread: &mut Vec<Unread>,
    ) -> Arc<Host> {
        self.work(stat, unread);
        if self.looks.is_multiple_of(MEMORY_TURNS) {
            self.memory.read_amounts();
        }
        self.memory.read_load();
        self.memory.tell(unread);
        self.looks += 1;
        let amounts = self.memory.amounts;
        let name = rustix::system::uname().nodename().to_bytes().to_vec();
        let host = Host {
            name: Untrusted::new(name),
            kernel: self.last.kernel.clone(),
            boot_id: self.last.boot_id.clone(),
            cpus: self.processors.iter().map(|it| it.percent).collect(),
            cpu: self.all.percent,
            load: self.memory.load,
            memory_total: amounts.memory_total,
            memory_used: amounts.memory_used,
            swap_total: amounts.swap_total,
            swap_used: amounts.swap_used,
        };
        if *self.last != host {
            self.last = Arc::new(host);
        }
        Arc::clone(&self.last)
    }

    fn work(&mut self, stat: Result<&[u8], Errno>, unread: &mut Vec<Unread>) {
        let now = processors(stat.unwrap_or_default());
        let Some((all, each)) = now.split_first() else {
            let what = "/proc/stat";
            return unread.push(match stat {
                Ok(_) => Unread::part(what, NotWhole::NoProcessors),
                Err(Errno::XDEV) => Unread::part(what, NotWhole::Covered),
                Err(error) => super::processes::note(what, error.to_string()),
            });
        };
        self.all = all.since(Some(&self.all));
        let before = std::mem::take(&mut self.processors);
        let old = |it: &Processor| before.iter().find(|old| old.number == it.number);
        self.processors = each.iter().map(|it| it.since(old(it))).collect();
    }
}

impl Processor {
    /// The same, and how busy it was since `before`, or since boot.
    fn since(self, before: Option<&Self>) -> Self {
        let (ticks, idle) = before.map_or((0, 0), |it| (it.ticks, it.idle));
        let all = self.ticks.saturating_sub(ticks);
        // Ticks of the kernel's idle time may go back a little.
        let idle = self.idle.saturating_sub(idle).min(all);
        let hundredths = (all - idle).saturating_mul(10_000).checked_div(all);
        let percent = match (hundredths, before) {
            (Some(share), _) => f32::from(u16::try_from(share).unwrap_or(10_000)) / 100.0,
            (None, before) => before.map_or(0.0, |it| it.percent),
        };
        Self { percent, ..self }
    }
}

/// All processors together and then each, from `/proc/stat`.
fn processors(stat: &[u8]) -> Vec<Processor> {
    let lines = stat.split(|byte| *byte == b'\n').map_while(|line| line.strip_prefix(b"cpu"));
    let read = |line: &[u8]| {
        let (number, fields) = line.split_at(line.iter().position(|byte| *byte == b' ')?);
        // User, nice, system, idle, waiting for a disk, two kinds of interrupts, stolen; time of guests is in the first.
        let fields: Vec<u64> = text::words(fields).take(8).map_while(text::number).collect();
        let idle = fields.iter().skip(3).take(2).copied().fold(0, u64::saturating_add);
        let ticks = fields.iter().copied().fold(0, u64::saturating_add);
        let number = text::whole_number(number).unwrap_or(u32::MAX);
        (fields.len() > 3).then_some(Processor { number, ticks, idle, percent: 0.0 })
    };
    lines.filter_map(read).collect()
}

/// Names this boot, below the directory `proc`; empty where the kernel does not say.
pub(super) fn boot_id(proc: &Path) -> String {
    let bytes = tree::small_file(&proc.join("sys/kernel/random/boot_id"), 64).unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    bytes.into_iter().filter(plain).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAT: &[u8] = b"cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 50 0 50 400 0 0 0 0 0 0\n\
        cpu2 50 0 50 300 100 0 0 0 50 0\nintr 9 9\ncpu9 is no processor\n";

    #[test]
    fn waiting_for_a_disk_is_idle_and_guests_count_once() {
        let mut machine = Machine::new(None, false, String::new());
        let mut unread = Vec::new();
        machine.work(Ok(STAT), &mut unread);
        assert_eq!((machine.all.percent, machine.processors.len()), (20.0, 2));
        let later = b"cpu  190 0 100 710 100 0 0 0 0 0\ncpu0 50 0 50 410 0 0 0 0 0 0\n\
            cpu3 9 0 0 1 0 0 0 0 0 0\n";
        machine.work(Ok(later), &mut unread);
        let percent: Vec<f32> = machine.processors.iter().map(|it| it.percent).collect();
        assert_eq!((machine.all.percent, percent), (90.0, vec![0.0, 90.0]));
        machine.work(Ok(later), &mut unread);
        assert_eq!((machine.all.percent, unread.len()), (90.0, 0), "no tick has passed");
        machine.work(Ok(b""), &mut unread);
        assert_eq!(unread.len(), 1, "it is said that nothing could be read");
        machine.work(Err(Errno::XDEV), &mut unread);
        assert_eq!(unread[1], Unread::part("/proc/stat", NotWhole::Covered), "and why");
    }

    proptest! {
        #[test]
        fn any_text_gives_percentages(texts in prop::collection::vec("(cpu[0-9]{0,2} ([0-9]{1,20} ){0,9}\n){0,4}", 1..4)) {
            let mut machine = Machine::new(None, false, String::new());
            for text in &texts {
                machine.work(Ok(text.as_bytes()), &mut Vec::new());
                prop_assert!(machine.processors.iter().all(|it| (0.0..=100.0).contains(&it.percent)));
            }
        }
    }
}
