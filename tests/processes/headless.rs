//! Processes whose first thread has ended: the kernel shows them as dead ones, and they are read through their others.

use std::process::Command;

use firedamp::domain::base::Pid;
use firedamp::domain::facts::RunState;
use firedamp::host::probe::Eyes;

use crate::{Running, Talking, alone, look, look_until, python};

/// Its first thread ends once it has said so. The next one ends when it is told to, the third works on.
const ENDS: &str = r"
import ctypes,platform,socket,sys,threading
listens=socket.socket()
listens.bind(('127.0.0.1',0))
listens.listen()
told=threading.Event()
def second(): told.wait()
def third():
    sys.stdin.readline()
    told.set()
    while True: pass
threading.Thread(target=second).start()
threading.Thread(target=third).start()
ends={'x86_64':60,'aarch64':93}[platform.machine()]
print(listens.getsockname()[1],flush=True)
ctypes.CDLL(None).syscall(ends,0)
";

#[test]
fn a_process_whose_first_thread_has_ended_is_read_through_another_and_then_another() {
    let _alone = alone();
    let Some(mut script) = python(ENDS) else { return };
    let mut child = Talking::start(script.arg("stratum+tcp://pool.example:3333").env("SIGN", "7"));
    let port: u16 = child.says().unwrap()[0].parse().unwrap();
    let (pid, mut eyes) = (child.child.pid(), Eyes::open().unwrap());
    let process = look_until(&mut eyes, pid, |it| it.headless.is_some());
    let whole = |process: &firedamp::domain::facts::Process| {
        let command = process.command.known().unwrap();
        assert!(command.arguments().any(|it| it == b"stratum+tcp://pool.example:3333"));
        assert!(process.exe.known().unwrap().bytes().starts_with(b"/"), "{process:?}");
        assert!(process.memory > 0 && process.state != RunState::Zombie, "{process:?}");
        assert!(process.around.namespaces.net != 0 && !process.around.cgroup.is_empty());
    };
    whole(&process);
    let snapshot = look(&mut eyes);
    let socket = snapshot.sockets.iter().find(|it| it.local.port() == port).unwrap();
    assert_eq!(socket.owners, [process.id], "its open files are those of its threads");
    let found = eyes.examine(process.id, snapshot.moment).unwrap();
    let environment = found.environment.known().unwrap();
    assert!(environment.rest.iter().any(|it| it.bytes() == b"SIGN=7"), "{environment:?}");
    assert!(found.maps.known().unwrap().count > 3 && found.transparent.known().is_some());
    assert!(found.command.known().unwrap().arguments().count() > 3);
    child.go_on();
    let later = look_until(&mut eyes, pid, |it| it.headless != process.headless);
    assert!(later.headless.is_some_and(|it| it != Pid(pid)), "{later:?}");
    whole(&later);
    assert_eq!(later.id, process.id, "it is the same process");
    let mut fresh = Eyes::open().unwrap();
    let first = look(&mut fresh);
    whole(crate::row(&first, pid).unwrap());
}

#[test]
fn neither_a_process_with_its_first_thread_nor_one_that_is_dead_is_called_so() {
    let _alone = alone();
    let threads = "import threading,time\n\
        threading.Thread(target=time.sleep,args=(600,),daemon=True).start()\n\
        print('ready',flush=True)\ntime.sleep(600)";
    let Some(mut script) = python(threads) else { return };
    let mut child = Talking::start(&mut script);
    child.says().unwrap();
    let dead = Running::start(&mut Command::new("/bin/true"));
    let mut eyes = Eyes::open().unwrap();
    let plain = look_until(&mut eyes, child.child.pid(), |it| it.threads == 2);
    assert_eq!(plain.headless, None);
    let dead = look_until(&mut eyes, dead.pid(), |it| it.state == RunState::Zombie);
    assert_eq!((dead.headless, dead.threads), (None, 1));
}
