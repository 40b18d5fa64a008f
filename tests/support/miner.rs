//! Starts the miner stand-in and ends it again.
#![expect(clippy::disallowed_methods, reason = "tests start what they watch")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running stand-in; it ends when it is dropped, and with the thread that started it.
pub(crate) struct Miner {
    child: Child,
}

impl Miner {
    /// The stand-in under its own file name.
    pub(crate) fn start<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Self {
        Self::start_file(&super::example("standin-miner"), args)
    }

    /// A copy of the stand-in, as [`Miner::copy_to`] made it.
    pub(crate) fn start_file<A: AsRef<OsStr>>(
        file: &Path,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(file);
        command.args(args).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        Self { child: command.stderr(Stdio::null()).spawn().unwrap() }
    }

    /// A copy under another name, for a miner that hides behind one.
    pub(crate) fn copy_to(folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        fs::copy(super::example("standin-miner"), &file).unwrap();
        file
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the kernel says of it: `comm`, `cmdline` and the like.
    pub(crate) fn proc_file(&self, name: &str) -> Vec<u8> {
        fs::read(format!("/proc/{}/{name}", self.pid())).unwrap()
    }

    /// Waits until its `comm` is `name`, which it takes a moment to set.
    pub(crate) fn wait_for_name(&self, name: &[u8]) {
        let end = Instant::now() + Duration::from_secs(10);
        while self.proc_file("comm").strip_suffix(b"\n") != Some(name) {
            assert!(Instant::now() < end, "comm is {}", self.proc_file("comm").escape_ascii());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// It has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().unwrap()
    }
}

impl Drop for Miner {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
