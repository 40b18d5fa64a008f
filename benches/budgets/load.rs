//! Processes that do nothing, and go with the benchmark.

use std::process::{Child, Command, Stdio};

/// Processes asleep.
pub(crate) struct Asleep(Vec<Child>);

impl Asleep {
    /// So many of them.
    pub(crate) fn these(count: usize) -> std::io::Result<Self> {
        let mut load = Self(Vec::with_capacity(count));
        for _ in 0..count {
            let mut asleep = Command::new("sleep");
            // It ends by itself, should the benchmark be killed.
            asleep.arg("900").stdin(Stdio::null()).stdout(Stdio::null());
            load.0.push(asleep.spawn()?);
        }
        Ok(load)
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        for child in &mut self.0 {
            child.kill().ok();
        }
        for child in &mut self.0 {
            child.wait().ok();
        }
    }
}
