//! Graphics processors of many drivers, on recorded trees in `hosts/` in the form that the kernel's documents and the
//! tools give; names, numbers and processes are made up.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first thing that is not as it must be, copies its trees, and reads what children print"
)]

mod drawn;
#[path = "gpu/hangs.rs"]
mod hangs;
#[path = "gpu/kernel.rs"]
mod kernel;
#[path = "gpu/screens.rs"]
mod screens;
#[path = "support/silent.rs"]
mod silent;
#[path = "gpu/tool.rs"]
mod tool;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use firedamp::domain::base::{Clock, Moment, Pid};
use firedamp::domain::facts::{Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSourceKind, Snapshot};
use firedamp::host::probe::{Eyes, HostClock, Roots};

/// A copy of a recorded tree that a test may change, and eyes on it.
struct Recorded {
    home: tempfile::TempDir,
    eyes: Eyes,
}

impl Recorded {
    fn host(name: &str) -> Self {
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(name);
        let home = tempfile::tempdir().unwrap();
        let copied = Command::new("cp").arg("-a").arg(from.join(".")).arg(home.path()).status();
        assert!(copied.unwrap().success());
        let eyes = Eyes::open_at(&Roots::recorded(home.path())).unwrap();
        Self { home, eyes }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// A look, so many seconds after the first.
    fn look(&mut self, second: u64) -> Snapshot {
        self.eyes.look(Moment { boot_ms: 2_000_000 + second * 1000, ..HostClock.now() })
    }

    fn gpu(&mut self, second: u64) -> Arc<Gpu> {
        self.look(second).gpu
    }

    /// In the recorded file `from` stands instead of `to` from now on.
    fn change(&self, path: &str, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.at(path)).unwrap();
        assert!(before.contains(from), "{path}: {before}");
        std::fs::write(self.at(path), before.replace(from, to)).unwrap();
    }
}

fn only(gpu: &Gpu) -> &GpuDevice {
    let [device] = gpu.devices.as_slice() else { panic!("{:?}", gpu.devices) };
    device
}

fn holder(gpu: &Gpu, pid: u32) -> &GpuHolder {
    let mut holders = gpu.holders.iter().filter(|it| it.process.pid == Pid(pid));
    holders.find(|it| !it.card.is_empty()).unwrap_or_else(|| panic!("{:?}", gpu.holders))
}

fn outcome(gpu: &Gpu, kind: GpuSourceKind) -> Option<&GpuOutcome> {
    gpu.sources.iter().find(|source| source.kind == kind).map(|source| &source.outcome)
}
