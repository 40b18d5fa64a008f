//! The CPU time that something takes, and the floor that every reader of `/proc` pays: open, read and close of every
//! `/proc/PID/stat`.

use std::io::Read;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Freed inodes are reclaimed by whatever runs next; the pause keeps one measurement off the other.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);

/// CPU time of this process, in milliseconds.
pub(crate) fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// What every reader of `/proc` pays now, in milliseconds.
pub(crate) fn floor() -> f64 {
    let before = cpu_ms();
    let mut buffer = [0; 4096];
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
            let file = std::fs::File::open(format!("/proc/{}/stat", name.display()));
            file.and_then(|mut file| file.read(&mut buffer)).ok();
        }
    }
    cpu_ms() - before
}
