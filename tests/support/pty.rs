//! Runs a program on a terminal of its own, types at it and reads its screen.
//!
//! Invariant: a wait has a deadline and, when it passes, says which state did not come and shows the screen;
//! when the harness goes, the program goes.

mod line;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use line::{Line, Terminal, cells};

/// A state that does not come in this time does not come.
const PATIENCE: Duration = Duration::from_secs(40);

/// A key that is not a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Delete,
    Ctrl(char),
    Alt(char),
}

impl Key {
    /// What a terminal sends for it.
    fn bytes(self) -> Vec<u8> {
        let fixed: &[u8] = match self {
            Self::Enter => b"\r",
            Self::Esc => b"\x1b",
            Self::Tab => b"\t",
            Self::BackTab => b"\x1b[Z",
            Self::Backspace => b"\x7f",
            Self::Up => b"\x1b[A",
            Self::Down => b"\x1b[B",
            Self::Right => b"\x1b[C",
            Self::Left => b"\x1b[D",
            Self::Home => b"\x1b[H",
            Self::End => b"\x1b[F",
            Self::PageUp => b"\x1b[5~",
            Self::PageDown => b"\x1b[6~",
            Self::Delete => b"\x1b[3~",
            Self::Ctrl(letter) => return vec![u8::try_from(letter).unwrap() & 0x1f],
            Self::Alt(letter) => return format!("\x1b{letter}").into_bytes(),
        };
        fixed.to_vec()
    }
}

/// The program on its terminal.
pub(crate) struct Cockpit {
    child: Box<dyn Child + Send + Sync>,
    pid: Pid,
    line: Option<Line>,
    terminal: Arc<Mutex<Terminal>>,
    termios_before: String,
    /// Kept until the program is gone.
    _home: TempDir,
}

impl Cockpit {
    /// The real binary. Its environment is `HOME` (a fresh folder), `TERM`, `LANG` and what `env` adds.
    pub(crate) fn start(args: &[&str], env: &[(&str, &str)], cols: u16, rows: u16) -> Self {
        Self::start_program(&super::built("firedamp"), args, env, cols, rows)
    }

    /// Any program, in the same way.
    pub(crate) fn start_program(
        program: &Path,
        args: &[&str],
        env: &[(&str, &str)],
        cols: u16,
        rows: u16,
    ) -> Self {
        let home = TempDir::new().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(home.path());
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        let termios_before = termios(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        // Ours would keep the terminal open after the program's end.
        drop(pair.slave);
        let pid = Pid::from_raw(child.process_id().unwrap().cast_signed()).unwrap();
        let terminal = Arc::new(Mutex::new(Terminal::new(cols, rows)));
        let line = Some(Line::open(pair.master, &terminal));
        Self { child, pid, line, terminal, termios_before, _home: home }
    }

    fn terminal(&self) -> MutexGuard<'_, Terminal> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&mut self) -> &mut Line {
        self.line.as_mut().expect("the terminal was hung up")
    }

    /// Types the letters as they are.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.line().keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Presses one key. A letter that follows Esc at once would be read as Alt with that letter, so there is a
    /// pause after Esc, as a person makes one.
    pub(crate) fn press(&mut self, key: Key) {
        self.line().keys.write_all(&key.bytes()).unwrap();
        if key == Key::Esc {
            thread::sleep(Duration::from_millis(150));
        }
    }

    /// Pastes as a terminal does, between marks where the program asked for them.
    pub(crate) fn paste(&mut self, text: &str) {
        let marked = self.terminal().parser.screen().bracketed_paste();
        let (start, end) = if marked { ("\x1b[200~", "\x1b[201~") } else { ("", "") };
        self.type_keys(&format!("{start}{text}{end}"));
    }

    /// Waits until the screen satisfies `state`, and fails with its name and the last screen otherwise.
    pub(crate) fn wait_until(&mut self, name: &str, state: impl Fn(&str) -> bool) {
        self.wait_within(PATIENCE, name, state);
    }

    /// The same with a deadline of its own.
    pub(crate) fn wait_within(
        &mut self,
        limit: Duration,
        name: &str,
        state: impl Fn(&str) -> bool,
    ) {
        let end = Instant::now() + limit;
        loop {
            let over = Instant::now() > end;
            let screen = self.screen();
            if state(&screen) {
                return;
            }
            if over {
                let exit = self.child.try_wait().ok().flatten();
                panic!(
                    "«{name}» did not come within {limit:?} (exit: {exit:?}); the screen:\n{screen}"
                );
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end of the program and of its output.
    pub(crate) fn wait_for_exit(&mut self, limit: Duration) -> ExitStatus {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.drain(end);
                return status;
            }
            assert!(Instant::now() < end, "it still runs after {limit:?}:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Until the reading thread has seen the end of the output.
    fn drain(&self, end: Instant) {
        let done = |line: &Line| line.reading.as_ref().is_none_or(JoinHandle::is_finished);
        while self.line.as_ref().is_some_and(|line| !done(line)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The screen as text, a line per row.
    pub(crate) fn screen(&self) -> String {
        self.terminal().parser.screen().contents()
    }

    /// The screen with its colours and its modes.
    pub(crate) fn full_screen(&self) -> vt100::Screen {
        self.terminal().parser.screen().clone()
    }

    /// Every byte that it ever sent.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.terminal().raw.clone()
    }

    /// Another size, as if the window had been dragged.
    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.terminal().parser.set_size(cells(rows), cells(cols));
        self.line().master.resize(size(cols, rows)).unwrap();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process that draws: the program itself, or the one that it guards.
    pub(crate) fn screen_pid(&self) -> Option<Pid> {
        let exe = |pid: u32| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
        let own = exe(self.pid())?;
        let screen = super::child_of(self.pid()).filter(|pid| exe(*pid).as_ref() == Some(&own));
        screen.map_or(Some(self.pid), |screen| Pid::from_raw(screen.cast_signed()))
    }

    /// From here on nobody reads what the program sends, or somebody does again.
    pub(crate) fn stall(&mut self, stalled: bool) {
        self.line().stalled.store(stalled, Ordering::SeqCst);
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Kills what draws as nothing can be prepared for, and waits until all is gone.
    pub(crate) fn kill9(&mut self) {
        let screen = self.screen_pid().unwrap_or(self.pid);
        kill_process(screen, Signal::KILL).unwrap();
        self.wait_for_exit(PATIENCE);
    }

    /// Closes the terminal under the program.
    pub(crate) fn hang_up(&mut self) {
        self.line = None;
    }

    /// User and system time of the screen so far, without the threads that read the host; none once it is gone.
    pub(crate) fn cpu_time(&self) -> Option<Duration> {
        let pid = self.screen_pid()?.as_raw_nonzero();
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
        let ticks = tasks.filter_map(|task| {
            let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
            let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
            let ticks = fields.split_ascii_whitespace().skip(11).take(2);
            let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>().ok()?;
            (!READERS.contains(&name)).then_some(ticks)
        });
        // The kernel counts hundredths of a second on every machine that we run on.
        Some(Duration::from_millis(ticks.sum::<u64>() * 10))
    }

    /// The terminal's modes before the program started.
    pub(crate) fn termios_before(&self) -> &str {
        &self.termios_before
    }

    /// The terminal's modes now.
    pub(crate) fn termios(&mut self) -> String {
        termios(&*self.line().master)
    }
}

impl Drop for Cockpit {
    fn drop(&mut self) {
        if self.is_running() {
            // It may have gone in between.
            let _gone = kill_process(self.pid, Signal::KILL);
            drop(self.child.wait());
        }
    }
}

fn termios(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

const fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// Threads that read the host, which takes what it takes and has nothing to do with the terminal.
const READERS: [&str; 11] = [
    "commands",
    "evidence",
    "hidden-pids",
    "hidden-threads",
    "hiding-files",
    "hiding-maps",
    "hunter",
    "mounted-nets",
    "own",
    "tables",
    "tools",
];

/// The folder of the build that this test or example belongs to: `target/debug` or its like.
pub(crate) fn build_folder() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().and_then(Path::parent).unwrap().to_owned()
}
