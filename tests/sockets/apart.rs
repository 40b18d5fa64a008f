//! Threads that have open files, or a network, which their process has not.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::base::Pid;
use firedamp::host::probe::Eyes;

use crate::{look, look_for, may, python};

/// Its second thread has a connection in a table of open files of its own, until it is told to close it.
const FILES: &str = r"
import ctypes,socket,sys,threading,time
listens=socket.socket()
listens.bind(('127.0.0.1',0))
listens.listen()
def work():
    ctypes.CDLL(None).unshare(0x400)
    talks=socket.create_connection(listens.getsockname())
    print(talks.getsockname()[1],flush=True)
    sys.stdin.readline()
    talks.close()
    time.sleep(600)
threading.Thread(target=work,daemon=True).start()
time.sleep(600)
";
/// The same, and very many other files besides in that table.
const VERY_MANY: &str = r"
import ctypes,os,resource,socket,threading,time
_,most=resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE,(most,most))
listens=socket.socket()
listens.bind(('127.0.0.1',0))
listens.listen()
def work():
    ctypes.CDLL(None).unshare(0x400)
    talks=socket.create_connection(listens.getsockname())
    null=os.open('/dev/null',os.O_RDONLY)
    for _ in range(min(most-64,12000)):
        os.dup(null)
    print(talks.getsockname()[1],flush=True)
    time.sleep(600)
threading.Thread(target=work,daemon=True).start()
time.sleep(600)
";
/// Its second thread listens in a network of its own.
const NETWORK: &str = r"
import ctypes,os,socket,threading,time
def work():
    ctypes.CDLL(None).unshare(0x40000000)
    listens=socket.socket()
    listens.bind(('0.0.0.0',4444))
    listens.listen()
    print(os.readlink('/proc/thread-self/ns/net')[5:-1],flush=True)
    time.sleep(600)
threading.Thread(target=work,daemon=True).start()
time.sleep(600)
";

/// It listens in a network that it has left, and holds nothing of it but that socket.
const LEFT: &str = r"
import ctypes,os,socket,time
libc=ctypes.CDLL(None)
home=os.open('/proc/self/ns/net',os.O_RDONLY)
libc.unshare(0x40000000)
print(os.readlink('/proc/self/ns/net')[5:-1],flush=True)
listens=socket.socket()
listens.bind(('0.0.0.0',4444))
listens.listen()
libc.setns(home,0)
os.close(home)
time.sleep(600)
";

/// Its second thread does the same with a table of open files of its own, so that its process has not even the socket.
const LEFT_BY_A_THREAD: &str = r"
import ctypes,os,socket,threading,time
libc=ctypes.CDLL(None)
def work():
    libc.unshare(0x400)
    home=os.open('/proc/thread-self/ns/net',os.O_RDONLY)
    libc.unshare(0x40000000)
    print(os.readlink('/proc/thread-self/ns/net')[5:-1],flush=True)
    listens=socket.socket()
    listens.bind(('0.0.0.0',4444))
    listens.listen()
    libc.setns(home,0)
    os.close(home)
    time.sleep(600)
threading.Thread(target=work,daemon=True).start()
time.sleep(600)
";

/// A child that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Python with a script, and the number that it prints; `None` and a word about it where there is none.
fn python(script: &str) -> Option<(Ends, u64)> {
    let mut command = Command::new("python3");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    if !python::is_here() {
        return None;
    }
    let mut child = command.spawn().unwrap();
    let (mut said, out) = (String::new(), child.stdout.take().unwrap());
    let child = Ends(child);
    BufReader::new(out).read_line(&mut said).unwrap();
    Some((child, said.trim().parse().unwrap()))
}

#[test]
fn a_connection_that_only_a_thread_holds_is_its_process_s_until_it_is_closed() {
    let Some((mut child, port)) = python(FILES) else { return };
    let pid = Pid(child.0.id());
    let mut eyes = Eyes::open().unwrap();
    let (_, socket) = look_for(&mut eyes, |it| {
        u64::from(it.local.port()) == port && it.remote.is_some() && !it.owners.is_empty()
    });
    let owners: Vec<_> = socket.owners.iter().map(|owner| owner.pid).collect();
    assert_eq!(owners, [pid]);
    child.0.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    let inode = socket.inode;
    while look(&mut eyes).sockets.iter().any(|it| it.inode == inode && !it.owners.is_empty()) {
        assert!(Instant::now() < end, "nobody holds it any more");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_thread_with_very_many_files_keeps_nobody_from_the_search_for_another_s() {
    let Some((many, port)) = python(VERY_MANY) else { return };
    let mut eyes = Eyes::open().unwrap();
    let mut owner_of = |port: u64| {
        let (_, socket) = look_for(&mut eyes, |it| {
            u64::from(it.local.port()) == port && it.remote.is_some() && !it.owners.is_empty()
        });
        socket.owners.iter().map(|owner| owner.pid).collect::<Vec<_>>()
    };
    assert_eq!(owner_of(port), [Pid(many.0.id())]);
    // By now its files are read again in each turn.
    let Some((other, port)) = python(FILES) else { return };
    assert_eq!(owner_of(port), [Pid(other.0.id())]);
}

#[test]
fn a_network_that_only_a_thread_is_in_is_looked_into_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    let Some((child, inode)) = python(NETWORK) else { return };
    let pid = Pid(child.0.id());
    let mut eyes = Eyes::open().unwrap();
    let (_, socket) = look_for(&mut eyes, |it| it.namespace == inode && !it.owners.is_empty());
    assert_eq!((socket.local.port(), socket.owners.first().map(|it| it.pid)), (4444, Some(pid)));
    drop(child);
    let end = Instant::now() + Duration::from_secs(20);
    while look(&mut eyes).sockets.iter().any(|it| it.namespace == inode) {
        assert!(Instant::now() < end, "it goes with its last thread");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_network_that_only_a_socket_holds_is_looked_into_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    is_looked_into_and_goes(LEFT);
}

#[test]
fn a_network_that_only_a_thread_s_socket_holds_is_looked_into_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    if older_than((6, 9)) {
        eprintln!("left out: before Linux 6.9 nobody gives out the sockets of a thread alone");
        return;
    }
    is_looked_into_and_goes(LEFT_BY_A_THREAD);
}

/// The kernel is one of before this.
fn older_than(version: (u32, u32)) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(|it: char| !it.is_ascii_digit()).map(str::parse::<u32>);
    let mut next = || numbers.next().unwrap().unwrap();
    (next(), next()) < version
}

/// Its process is found as the owner of what listens in there, for as long as it does.
fn is_looked_into_and_goes(script: &str) {
    let Some((child, inode)) = python(script) else { return };
    let pid = Pid(child.0.id());
    let mut eyes = Eyes::open().unwrap();
    let (_, socket) = look_for(&mut eyes, |it| it.namespace == inode && !it.owners.is_empty());
    assert_eq!((socket.local.port(), socket.owners.first().map(|it| it.pid)), (4444, Some(pid)));
    // Not for some looks alone: what is known of sockets is let go of in turns.
    for _ in 0..40 {
        assert!(look(&mut eyes).sockets.iter().any(|it| it.namespace == inode));
    }
    drop(child);
    let end = Instant::now() + Duration::from_secs(20);
    while look(&mut eyes).sockets.iter().any(|it| it.namespace == inode) {
        assert!(Instant::now() < end, "it goes with its last socket");
        std::thread::sleep(Duration::from_millis(20));
    }
}
