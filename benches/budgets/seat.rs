//! A program on a terminal of its own: what it wrote and when, what it answers to a key, what CPU it used.
//!
//! Invariant: the terminal answers what an xterm is asked, or a program would wait for it and be slow for nothing.

use std::collections::HashSet;
use std::error::Error;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::time::ClockId;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Rows and columns of the terminal.
const SIZE: (u16, u16) = (48, 160);
/// The screen is full when this part of the cells that it uses later is in use, in percent.
const FULL: usize = 90;

/// What a terminal is asked, and what an xterm says.
const QUERIES: [(&[u8], &[u8]); 3] = [
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[?2026$p", b"\x1b[?2026;0$y"),
];

/// A program and its terminal.
pub(crate) struct Seat {
    /// The process that was started; it may have children.
    pub(crate) pid: i32,
    begun: Instant,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    news: Receiver<(Instant, Vec<u8>)>,
    /// Everything that it wrote, with the time.
    written: Vec<(Instant, Vec<u8>)>,
    /// The terminal is there as long as this is.
    _master: Box<dyn MasterPty + Send>,
}

impl Seat {
    /// Starts a program in a home of its own.
    pub(crate) fn take(
        program: &str,
        arguments: &[&str],
        home: &Path,
    ) -> Result<Self, Box<dyn Error>> {
        let size = PtySize { rows: SIZE.0, cols: SIZE.1, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut reader = pair.master.try_clone_reader()?;
        let keys = pair.master.take_writer()?;
        let (outbox, news) = sync_channel(1_024);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                if outbox.send((Instant::now(), bytes)).is_err() {
                    return;
                }
            }
        });
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        let pid = i32::try_from(child.process_id().ok_or("it has no number")?)?;
        let written = Vec::new();
        Ok(Self { pid, begun, child, keys, news, written, _master: pair.master })
    }

    /// Reads what it writes for so long.
    pub(crate) fn watch(&mut self, time: Duration) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + time;
        while self.next(until)?.is_some() {}
        Ok(())
    }

    /// Presses a key: how long until something came. Reads on until the pause is over.
    pub(crate) fn press(
        &mut self,
        key: &[u8],
        pause: Duration,
    ) -> Result<Option<Duration>, Box<dyn Error>> {
        let pressed = Instant::now();
        self.keys.write_all(key)?;
        self.keys.flush()?;
        let answered = self.next(pressed + pause)?;
        self.watch((pressed + pause).saturating_duration_since(Instant::now()))?;
        Ok(answered.map(|at| at.saturating_duration_since(pressed)))
    }

    fn next(&mut self, until: Instant) -> Result<Option<Instant>, Box<dyn Error>> {
        match self.news.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok((at, bytes)) => {
                for (query, answer) in QUERIES {
                    if bytes.windows(query.len()).any(|part| part == query) {
                        self.keys.write_all(answer)?;
                    }
                }
                self.written.push((at, bytes));
                Ok(Some(at))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("the program ended".into()),
        }
    }

    /// Bytes that it has written.
    pub(crate) fn bytes(&self) -> usize {
        self.written.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// When the screen first held something in most of the cells that it uses now. What is there may have changed:
    /// on a host that works, rows trade their places.
    pub(crate) fn first_full_frame(&self) -> Duration {
        let Some(mut now) = blank_screen() else { return self.begun.elapsed() };
        self.written.iter().for_each(|(_, bytes)| now.process(bytes));
        let now = used(now.screen());
        let Some(mut then) = blank_screen() else { return self.begun.elapsed() };
        for (at, bytes) in &self.written {
            then.process(bytes);
            if used(then.screen()).intersection(&now).count() * 100 >= now.len() * FULL {
                return at.saturating_duration_since(self.begun);
            }
        }
        self.begun.elapsed()
    }
}

fn blank_screen() -> Option<vt100::Parser> {
    Some(vt100::Parser::new(SIZE.0.try_into().ok()?, SIZE.1.try_into().ok()?, 0))
}

/// The cells that hold more than a space.
fn used(screen: &vt100::Screen) -> HashSet<(u16, u16)> {
    let places = (0..SIZE.0).flat_map(|row| (0..SIZE.1).map(move |column| (row, column)));
    let holds = |(row, column): &(u16, u16)| {
        screen.cell(*row, *column).is_some_and(|cell| !cell.contents().trim().is_empty())
    };
    places.filter(holds).collect()
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A process, its children that live, and theirs.
pub(crate) fn family(pid: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|text| {
            text.split_whitespace().filter_map(|it| it.parse().ok()).collect::<Vec<_>>()
        });
    std::iter::once(pid).chain(children.flat_map(family)).collect()
}

/// CPU time of a process and its family, in nanoseconds.
pub(crate) fn cpu_ns(pid: i32) -> i64 {
    // `CPUCLOCK_SCHED` of the whole process, as `clock_getcpuclockid(3)` gives it.
    let of = |pid: i32| ClockId::from_raw((!pid << 3) | 2).now();
    let nanos = |pid| of(pid).map_or(0, |it| it.tv_sec() * 1_000_000_000 + it.tv_nsec());
    family(pid).into_iter().map(nanos).sum()
}

/// Memory of a process and its family, each page that others have too counted in part.
pub(crate) fn pss_kib(pid: i32) -> u32 {
    let of = |pid| {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse::<u32>().ok()
    };
    family(pid).into_iter().filter_map(of).sum()
}
