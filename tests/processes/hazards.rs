//! Processes that want to be waited for: the look is not.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use firedamp::domain::facts::{Reading, Snapshot};
use firedamp::host::probe::Eyes;

use crate::{Running, Talking, alone, is_root, look, python, row, silent};

/// What is promised: nearly no look takes longer. Only what the machine took from the looks themselves, by giving their
/// thread no processor though it could have gone on, is no time of theirs; the kernel counts that for each of them.
const MOST: Duration = Duration::from_millis(250);
/// Threads that may be stuck, and the one that is not.
const MOST_THREADS: usize = 9;

/// Four threads that fill and give back memory: each of them has the lock of the memory nearly all the time.
const HOG: &str = r"
import ctypes,threading,time
libc=ctypes.CDLL(None)
libc.mmap.restype=ctypes.c_void_p
libc.mmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t,ctypes.c_int,ctypes.c_int,ctypes.c_int,ctypes.c_long]
libc.madvise.argtypes=[ctypes.c_void_p,ctypes.c_size_t,ctypes.c_int]
libc.munmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t]
n=256<<20
def hog():
    while True:
        p=libc.mmap(None,n,3,0x22,-1,0)
        libc.madvise(p,n,23)
        libc.munmap(p,n)
for i in range(4): threading.Thread(target=hog,daemon=True).start()
print('ready',flush=True)
time.sleep(600)
";

/// One process that has the folder open, and one that asks it something and waits.
const HOLDS: &str = r"
import os,sys,time
d=sys.argv[1]
pid=os.fork()
if pid==0:
    os.open(d,os.O_PATH)
    time.sleep(600)
time.sleep(0.2)
asks=os.fork()
if asks==0: os.stat(d+'/x')
print(pid,asks,flush=True)
time.sleep(600)
";

/// Names that could be taken for the fields behind them.
const FORGED: &str = r"
import ctypes,os,time
libc=ctypes.CDLL(None)
for name in (b') R 1 1 1 0 -1',b'x) S 2 0 (y',b'(((((((((((((((',b'\n\n\n) Z 1\n',b'\xff\xfe) I 2'):
    if os.fork()==0:
        libc.prctl(15,name)
        time.sleep(600)
print('ready',flush=True)
time.sleep(600)
";

fn stuck_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| matches!(name.trim(), "commands" | "examiner")).count()
}

/// Looks so often; the snapshots, and how long the looks took, the shortest first.
fn looks(eyes: &mut Eyes, count: usize) -> (Vec<Snapshot>, Vec<Duration>) {
    let mut times = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..count {
        let (took, snapshot) = timed(|| look(eyes));
        seen.push(snapshot);
        times.push(took);
        assert!(stuck_threads() <= MOST_THREADS, "{} threads", stuck_threads());
        std::thread::sleep(Duration::from_millis(20));
    }
    times.sort();
    (seen, times)
}

/// Eyes that have seen this machine in peace.
fn in_peace() -> Eyes {
    let mut eyes = Eyes::open().unwrap();
    look(&mut eyes);
    let (_, times) = looks(&mut eyes, 20);
    eprintln!("in peace: p50 {:?}, p99 {:?}", times[times.len() / 2], p99(&times));
    eyes
}

/// How long this took, without the time in which the thread could have gone on and got no processor.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let (lost, begun) = (without_processor(), Instant::now());
    let done = work();
    let took = begun.elapsed();
    (took.saturating_sub(without_processor().saturating_sub(lost)), done)
}

/// What this thread has waited for a processor so far; nothing where the kernel does not count it.
fn without_processor() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = counted.split_whitespace().nth(1).and_then(|it| it.parse().ok());
    Duration::from_nanos(waited.unwrap_or_default())
}

/// The slowest but one of a hundred.
fn p99(times: &[Duration]) -> Duration {
    times[(times.len() * 99).div_ceil(100) - 1]
}

#[test]
fn processes_that_lock_their_memory_are_blocked_and_nobody_else_is() {
    let _alone = alone();
    let mut eyes = in_peace();
    let mut hogs = Vec::new();
    for _ in 0..2 {
        let Some(mut script) = python(HOG) else { return };
        let mut hog = Talking::start(&mut script);
        hog.says().unwrap();
        hogs.push(hog);
    }
    let honest = Running::start(Command::new("/bin/sleep").arg("60"));
    let (seen, times) = looks(&mut eyes, 120);
    let blocked = |pid: u32| {
        seen.iter().filter(|it| row(it, pid).unwrap().command == Reading::Blocked).count()
    };
    let counts: Vec<_> = hogs.iter().map(|hog| blocked(hog.child.pid())).collect();
    let (p99, middle) = (p99(&times), times[times.len() / 2]);
    eprintln!(
        "with 8 threads at it: p50 {middle:?}, p99 {p99:?}; blocked in {counts:?} of 120 looks"
    );
    assert!(p99 < MOST, "{times:?}");
    assert!(counts.iter().any(|count| *count > 0), "nobody was ever blocked: {counts:?}");
    let last = seen.last().unwrap();
    assert!(row(last, honest.pid()).unwrap().command.known().is_some());
    for hog in &hogs {
        let process = row(last, hog.child.pid()).unwrap();
        assert!(process.threads >= 5 && process.comm.bytes().starts_with(b"python"));
        assert!(!process.around.cgroup.is_empty());
    }
}

#[test]
fn examining_a_process_that_locks_its_memory_waits_for_nothing() {
    let _alone = alone();
    let mut eyes = in_peace();
    let Some(mut script) = python(HOG) else { return };
    let mut hog = Talking::start(&mut script);
    hog.says().unwrap();
    let first = look(&mut eyes);
    let id = row(&first, hog.child.pid()).unwrap().id;
    let (mut slowest, mut blocked, mut read) = (Duration::ZERO, 0, 0);
    for _ in 0..60 {
        let (took, found) = timed(|| eyes.examine(id, first.moment).unwrap());
        slowest = slowest.max(took);
        assert!(stuck_threads() <= MOST_THREADS);
        blocked += usize::from(found.environment == Reading::Blocked);
        read += usize::from(found.maps.known().is_some());
        assert!(found.threads.known().is_none_or(|threads| threads.len() >= 5));
    }
    eprintln!("examined 60 times: slowest {slowest:?}, blocked {blocked}, read to the end {read}");
    assert!(slowest < MOST);
    assert!(blocked > 0, "it never let us wait");
    assert!(read > 0, "what comes late is told when it is asked for again");
}

#[test]
fn a_file_system_that_does_not_answer_holds_nobody_up() {
    let _alone = alone();
    let mut eyes = in_peace();
    let Some(mut script) = python(HOLDS).filter(|_| is_root()) else { return };
    let home = tempfile::tempdir().unwrap();
    script.arg(home.path());
    let start = |command: &mut Command| {
        // In a group of its own, which ends with the test.
        command.process_group(0).spawn().unwrap()
    };
    let Some((silent, mut says)) = silent::held(&[home.path()], &[], &script, start) else {
        return;
    };
    let _silent = Running(silent);
    let said = says.next().unwrap().unwrap();
    let pids: Vec<u32> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let (seen, times) = looks(&mut eyes, 40);
    let p99 = p99(&times);
    eprintln!("beside a silent file system: p50 {:?}, p99 {p99:?}", times[times.len() / 2]);
    assert!(p99 < MOST, "{times:?}");
    let last = seen.last().unwrap();
    for pid in pids {
        let process = row(last, pid).expect("it is seen");
        assert!(process.command.known().is_some());
        let (took, found) = timed(|| eyes.examine(process.id, last.moment).unwrap());
        assert!(took < MOST);
        assert!(found.environment.known().is_some());
    }
}

#[test]
fn forged_names_move_no_field_while_they_are_looked_at() {
    let _alone = alone();
    let mut eyes = in_peace();
    let Some(mut script) = python(FORGED) else { return };
    let mut forger = Talking::start(&mut script);
    forger.says().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let (seen, times) = looks(&mut eyes, 20);
    assert!(p99(&times) < MOST, "{times:?}");
    let snapshot = seen.last().unwrap();
    let parent = row(snapshot, forger.child.pid()).unwrap();
    let all = snapshot.processes.iter().filter(|it| it.parent == parent.id.pid);
    let children: Vec<_> = all.collect();
    assert_eq!(children.len(), 5);
    for child in children {
        assert_eq!(child.around.ancestors[0].id, parent.id);
        assert_eq!((child.uid, child.threads, child.kernel), (parent.uid, 1, false));
        assert_eq!(child.command, parent.command);
    }
}
