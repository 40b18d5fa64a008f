//! The screen's own priority, as the kernel tells it.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

use super::{PROGRAM, is_root};

/// `SCHED_RR`, as field 41 of a thread's `stat` has it.
const ROUND_ROBIN: i64 = 2;

/// A screen of the program on a terminal of its own.
pub(crate) struct Screen {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    pub(crate) pty: portable_pty::PtyPair,
    shown: Arc<Mutex<Vec<u8>>>,
    place: TempDir,
    alone: Option<Alone>,
}

/// Held while screens run: there is one kernel, and a screen may raise its workers while another test looks at them.
pub(crate) type Alone = MutexGuard<'static, ()>;

/// Waits until no other test has screens.
pub(crate) fn alone() -> Alone {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Screen {
    pub(crate) fn start(args: &[&str]) -> Self {
        let alone = alone();
        let mut screen = Self::start_while(args);
        screen.alone = Some(alone);
        screen
    }

    /// Starts it while the caller is alone.
    pub(crate) fn start_while(args: &[&str]) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let (pty, place) = (native_pty_system().openpty(size).unwrap(), TempDir::new().unwrap());
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(args);
        command.args(["--new", "--dir", place.path().join("s").to_str().unwrap()]);
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        let screen = Self { child, pty, shown, place, alone: None };
        screen.wait_until("its journal begins", || screen.journal().contains("prepared"));
        screen
    }

    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !holds() {
            assert!(Instant::now() < end, "never: {what}: {}", self.journal());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it has ended.
    pub(crate) fn leave(&mut self) {
        self.child.wait().unwrap();
    }

    /// All that went to the terminal.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    pub(crate) fn journal(&self) -> String {
        let sessions = fs::read_dir(self.place.path().join("s")).into_iter().flatten();
        let journals = sessions.flatten().map(|it| it.path().join("journal.jsonl"));
        journals.filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// The guard, and the screen below it.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let guard = self.child.process_id().unwrap();
        let children = format!("/proc/{guard}/task/{guard}/children");
        let children = fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
        [guard].into_iter().chain(children).collect()
    }
}

/// Name, nice value, and policy of every thread.
pub(crate) fn threads(pid: u32) -> Vec<(String, i64, i64)> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let read = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        Some((name.to_owned(), fields[16].parse().ok()?, fields[38].parse().ok()?))
    };
    tasks.filter_map(read).collect()
}

#[test]
fn as_root_the_guard_the_screen_and_the_journal_are_before_all_others() {
    if !is_root() {
        eprintln!("skipped: needs root");
        return;
    }
    let screen = Screen::start(&[]);
    let processes = screen.processes();
    assert_eq!(processes.len(), 2, "a guard and a screen");
    for pid in &processes {
        let main = &threads(*pid)[0];
        assert_eq!(main.2, ROUND_ROBIN, "{main:?}");
    }
    let named = |name: &str| threads(processes[1]).into_iter().find(|it| it.0.starts_with(name));
    screen.wait_until("the looker is raised", || named("looker").is_some_and(|it| it.1 == -15));
    assert_eq!(named("scribe").unwrap().2, ROUND_ROBIN);
    // What a raised thread starts is not raised with it.
    screen.wait_until("there is a recorder", || named("recorder").is_some());
    let recorder = named("recorder").unwrap();
    assert_eq!((recorder.1, recorder.2), (0, 0), "{recorder:?}");
    let journal = screen.journal();
    assert!(journal.contains("\"by\":\"firedamp\"") && journal.contains("{\"real-time\":1}"));
    let limits = fs::read_to_string(format!("/proc/{}/limits", processes[1])).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max realtime timeout")).unwrap();
    assert!(line.contains("200000"), "{line}");
    let status = fs::read_to_string(format!("/proc/{}/status", processes[1])).unwrap();
    assert!(!status.contains("VmLck:\t       0 kB"), "{status}");
}

#[test]
fn who_asks_for_it_is_not_raised() {
    let own = threads(std::process::id()).first().unwrap().1;
    let screen = Screen::start(&["--no-raise"]);
    for pid in screen.processes() {
        assert!(threads(pid).iter().all(|it| it.2 == 0 && it.1 >= own), "{:?}", threads(pid));
    }
    assert!(screen.journal().contains("\"raised\":\"not-tried\""), "{}", screen.journal());
    let mut verify = std::process::Command::new(PROGRAM);
    verify.args(["verify", "latest", "-v", "--lang", "en", "--dir"]);
    let done = verify.arg(screen.place.path().join("s")).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("firedamp itself: "), "{told}");
}

#[test]
fn a_screen_that_runs_too_long_without_waiting_holds_no_processor() {
    if !is_root() {
        eprintln!("skipped: needs root");
        return;
    }
    // In a child of its own: the test's own process stays as it is.
    let me = std::env::current_exe().unwrap();
    let mut child = std::process::Command::new(me);
    child.args(["--exact", "raised::run_too_long", "--ignored", "--nocapture"]);
    let done = child.output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn run_too_long() {
    firedamp::host::probe::prepare();
    let policy = || {
        let stat = fs::read_to_string(Path::new("/proc/thread-self/stat")).unwrap();
        let fields = stat.rsplit_once(") ").unwrap().1.split(' ').map(str::to_owned);
        let fields: Vec<String> = fields.collect();
        (fields[16].parse::<i64>().unwrap(), fields[38].parse::<i64>().unwrap())
    };
    assert_eq!(policy().1, ROUND_ROBIN);
    let end = Instant::now() + Duration::from_secs(10);
    while policy().1 == ROUND_ROBIN {
        assert!(Instant::now() < end, "it held the processor");
        let spin = Instant::now();
        while spin.elapsed() < Duration::from_millis(100) {
            std::hint::black_box(0);
        }
    }
    assert_eq!(policy(), (-20, 0), "before most, but not before all");
    // Said again, the screen goes before all others again.
    firedamp::host::probe::raise::screen();
    assert_eq!(policy().1, ROUND_ROBIN);
}
