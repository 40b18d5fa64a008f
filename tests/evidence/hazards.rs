//! What a hostile process puts in the way.

use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{Grade, Rule};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::{Looker, Running, alone, configuration, copied, python, silent, until_runs};

/// No look may take longer for what is read beside it.
const MOST: Duration = Duration::from_millis(500);

#[test]
fn pipes_sockets_links_and_huge_files_hide_nothing_and_hold_nobody_up() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    let exe = copied("/bin/sleep", place.path(), "rtkit0");
    let at = |name: &str| place.path().join(name);
    mknodat(CWD, at("config.json"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let _socket = UnixListener::bind(at("pools.txt")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("config.txt")).unwrap();
    std::fs::create_dir(at("config.ini")).unwrap();
    std::fs::File::create(at("config.cfg")).unwrap().set_len(1 << 40).unwrap();
    for number in 0..3_000 {
        std::fs::write(at(&format!("n{number:04}.dat")), "nothing").unwrap();
    }
    std::fs::write(at("miner.json"), configuration()).unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir(place.path()));
    let mut looker = Looker::open();
    let (_, found) = looker.find(child.pid(), Rule::ConfigFile);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
    let begun = Instant::now();
    looker.look();
    assert!(begun.elapsed() < MOST, "{:?}", begun.elapsed());
}

#[test]
fn a_file_system_that_does_not_answer_costs_its_process_a_reading_and_nobody_else() {
    if !std::path::Path::new("/dev/fuse").exists() {
        return eprintln!("left out: it needs FUSE");
    }
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    let bash = copied("/bin/bash", place.path(), "udevd0");
    let home = TempDir::new().unwrap();
    let mut worker = Command::new(&bash);
    worker.args(["-s", "--"]).arg(format!("--config={}/config.json", home.path().display()));
    let apart = ["--pid", "--fork", "--kill-child"];
    let start = |command: &mut Command| command.spawn().unwrap();
    let Some((silent, _says)) = silent::held(&[home.path()], &apart, &worker, start) else {
        return;
    };
    let silent = Running(silent);
    until_runs("udevd0");
    let mut looker = Looker::open();
    let (mut slowest, begun) = (Duration::ZERO, Instant::now());
    let mut told = false;
    while begun.elapsed() < Duration::from_secs(12) && !told {
        let now = Instant::now();
        let (snapshot, _) = looker.look();
        slowest = slowest.max(now.elapsed());
        // Whoever is read first shows that it does not answer; what lies there is not asked for again.
        let worker = snapshot
            .processes
            .iter()
            .find(|it| it.exe.known().is_some_and(|it| it.bytes().ends_with(b"/udevd0")));
        if let Some(Pid(pid)) = worker.map(|it| it.id.pid) {
            let name = format!("/proc/{pid}");
            told = snapshot.unread.iter().any(|it| it.what.plain(80) == name);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    println!(
        "beside a silent file system: slowest look {slowest:?}, told after {:?}",
        begun.elapsed()
    );
    assert!(told, "what could not be read is said");
    assert!(slowest < MOST, "{slowest:?}");
    // Somebody else is read all the same.
    let exe = copied("/bin/sleep", place.path(), "ntpd0");
    std::fs::write(place.path().join("a.json"), configuration()).unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let (_, found) = looker.find(child.pid(), Rule::ConfigFile);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
    drop(silent);
}

/// Threads that fill and give back memory: they have the lock of the memory nearly all the time.
const HOG: &str = r"
import ctypes,threading,time
libc=ctypes.CDLL(None)
libc.mmap.restype=ctypes.c_void_p
libc.mmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t,ctypes.c_int,ctypes.c_int,ctypes.c_int,ctypes.c_long]
libc.madvise.argtypes=[ctypes.c_void_p,ctypes.c_size_t,ctypes.c_int]
libc.munmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t]
n=64<<20
end=time.time()+4
def hog():
    while time.time()<end:
        p=libc.mmap(None,n,3,0x22,-1,0)
        libc.madvise(p,n,23)
        libc.munmap(p,n)
for i in range(2): threading.Thread(target=hog,daemon=True).start()
print('ready',flush=True)
time.sleep(5)
";

#[test]
fn a_process_that_locks_its_memory_holds_no_look_up() {
    let Some(_alone) = alone() else { return };
    if !python::is_here() {
        return;
    }
    let mut hog = Command::new("python3").args(["-c", HOG]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let out = hog.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    let _hog = Running(hog);
    let mut looker = Looker::open();
    let (mut slowest, begun) = (Duration::ZERO, Instant::now());
    while begun.elapsed() < Duration::from_secs(4) {
        let now = Instant::now();
        looker.look();
        slowest = slowest.max(now.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    println!("beside a process that locks its memory: slowest look {slowest:?}");
    assert!(slowest < MOST, "{slowest:?}");
}
