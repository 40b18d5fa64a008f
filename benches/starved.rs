//! How long a key takes to become a frame while miners hold every processor at nice -20, with the screen before others
//! and without. Needs root. It starves the whole machine for as long as it runs, some half a minute.
//!
//! `cargo bench --bench starved`

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it stops where it cannot go on, prints its table, and starts what it measures"
)]

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use firedamp::host::probe;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Signal, set_parent_process_death_signal, setpriority_process, setsid};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Keys that are pressed, unless they take so long that there is no time for them.
const KEYS: usize = 150;
/// From one to the next.
const APART: Duration = Duration::from_millis(60);
/// Nobody is starved for longer.
const LONGEST: Duration = Duration::from_secs(15);
/// A key that got no answer by then counts as this long.
const LOST: Duration = Duration::from_secs(8);

fn main() {
    if std::env::args().any(|arg| arg == "burn") {
        return burn();
    }
    if std::env::args().any(|arg| arg == "echo") {
        return echo();
    }
    if !rustix::process::geteuid().is_root() {
        println!("skipped: needs root");
        return;
    }
    let cores = std::thread::available_parallelism().unwrap().get();
    // Whoever measures stands for the terminal, which must not be starved either.
    probe::prepare();
    println!(
        "key to frame on {cores} cores, ms{:>15} {:>8} {:>8} {:>6}",
        "p50", "p99", "max", "keys"
    );
    let me = std::env::current_exe().unwrap();
    let (echo, cockpit) = (me.to_str().unwrap(), env!("CARGO_BIN_EXE_firedamp"));
    for (name, burners, program, args) in [
        ("quiet, raised", 0, cockpit, &[][..]),
        ("an echo alone, quiet, raised", 0, echo, &["echo"]),
        ("an echo alone, 2 burners a core, raised", 2 * cores, echo, &["echo"]),
        ("2 burners a core, raised", 2 * cores, cockpit, &[]),
        ("2 burners a core, not raised", 2 * cores, cockpit, &["--no-raise"]),
    ] {
        let mut screen = Screen::start(program, args);
        let burners: Vec<Burner> = (0..burners).map(|_| Burner::start()).collect();
        std::thread::sleep(Duration::from_secs(1));
        let mut times = screen.press();
        drop(burners);
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        let (p50, p99, max) = (ms(at(50)), ms(at(99)), ms(at(100)));
        println!("  {name:<40} {p50:>8} {p99:>8} {max:>8} {:>6}", times.len());
    }
}

/// A process that does nothing but hold a processor.
struct Burner(Child);

impl Burner {
    fn start() -> Self {
        let me = std::env::current_exe().unwrap();
        Self(Command::new(me).arg("burn").stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn burn() {
    set_parent_process_death_signal(Some(Signal::KILL)).ok();
    // A session of its own is a scheduling group of its own on most kernels; root raises that as well.
    setsid().unwrap();
    std::fs::write("/proc/self/autogroup", "-20").ok();
    setpriority_process(None, -20).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < LONGEST * 2 {
        std::hint::black_box(0);
    }
}

/// What the terminal itself costs: a program that gives back what it gets.
fn echo() {
    probe::prepare();
    let mut mode = tcgetattr(std::io::stdin()).unwrap();
    mode.make_raw();
    tcsetattr(std::io::stdin(), OptionalActions::Now, &mode).unwrap();
    let (mut input, mut output, mut byte) = (std::io::stdin(), std::io::stdout(), [0]);
    output.write_all(b"ready").unwrap();
    output.flush().unwrap();
    while input.read(&mut byte).is_ok_and(|count| count > 0) {
        output.write_all(&byte).unwrap();
        output.flush().unwrap();
    }
}

/// The cockpit on a terminal.
struct Screen {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    frames: Receiver<Instant>,
    _place: tempfile::TempDir,
    _pty: portable_pty::PtyPair,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Screen {
    fn start(program: &str, args: &[&str]) -> Self {
        let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let place = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        if program == env!("CARGO_BIN_EXE_firedamp") {
            command.args(["--new", "--dir", place.path().join("s").to_str().unwrap()]);
        }
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let keys = pty.master.take_writer().unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (seen, frames) = sync_channel(4096);
        std::thread::spawn(move || {
            probe::raise::journal();
            let mut bytes = vec![0; 1 << 16];
            while reader.read(&mut bytes).is_ok_and(|count| count > 0) {
                if seen.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
        frames.recv_timeout(Duration::from_secs(20)).unwrap();
        std::thread::sleep(Duration::from_secs(3));
        Self { child, keys, frames, _place: place, _pty: pty }
    }

    /// From each key to the first byte of the frame that it makes.
    fn press(&mut self) -> Vec<Duration> {
        let (mut times, begun) = (Vec::new(), Instant::now());
        while times.len() < KEYS && begun.elapsed() < LONGEST {
            while self.frames.try_recv().is_ok() {}
            let pressed = Instant::now();
            self.keys.write_all(b"\t").unwrap();
            let answered = self.frames.recv_timeout(LOST).ok();
            times.push(answered.map_or(LOST, |at| at.duration_since(pressed)));
            std::thread::sleep(APART);
        }
        times
    }
}
