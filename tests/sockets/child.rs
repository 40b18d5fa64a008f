//! Children of these tests: the test program itself, started again to do one thing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::facts::Gap;
use firedamp::host::probe::Eyes;

use crate::{look, look_for};

/// A child that ends with the test, and what it prints.
pub(crate) struct Role {
    pub(crate) child: Child,
    pub(crate) said: BufReader<ChildStdout>,
    stdin: ChildStdin,
}

impl Drop for Role {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Role {
    /// Starts this program as `role`, after what `before` does in a shell of its own under `wrap`.
    pub(crate) fn start(wrap: &[&str], before: &str, role: &str, argument: &str) -> Self {
        let me = std::env::current_exe().unwrap();
        let script = format!(
            "{before}\nexec '{}' --exact child::{role} --ignored --nocapture --test-threads 1",
            me.display()
        );
        let words: Vec<&str> = wrap.iter().copied().chain(["sh", "-e", "-c", &script]).collect();
        let mut command = Command::new(words.first().unwrap());
        command.args(words.iter().skip(1)).env("ROLE_ARGUMENT", argument);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child starts");
        let said = BufReader::new(child.stdout.take().unwrap());
        let stdin = child.stdin.take().unwrap();
        Self { child, said, stdin }
    }

    /// Tells the shell before it to go on.
    pub(crate) fn go(&mut self) {
        self.stdin.write_all(b"go\n").unwrap();
    }

    /// The rest of the next line that begins with `mark`.
    pub(crate) fn line(&mut self, mark: &str) -> String {
        let mut line = String::new();
        while self.said.read_line(&mut line).unwrap() > 0 {
            if let Some(at) = line.find(mark) {
                return line[at + mark.len()..].trim().to_owned();
            }
            line.clear();
        }
        panic!("it ended without saying {mark:?}");
    }
}

fn argument() -> String {
    std::env::var("ROLE_ARGUMENT").unwrap_or_default()
}

fn until_the_test_ends() {
    std::io::stdin().read_to_end(&mut Vec::new()).ok();
}

#[test]
#[ignore = "a role that other tests start"]
fn talks_to_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(&[7; 2000]).unwrap();
    server.read_exact(&mut [0; 2000]).unwrap();
    println!("CLIENT {}", client.local_addr().unwrap());
    until_the_test_ends();
}

/// Its sockets have the highest numbers of five thousand open files.
#[test]
#[ignore = "a role that other tests start"]
fn holds_very_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let may = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: may.maximum, ..may }).unwrap();
    let files: Result<Vec<_>, _> = (0..5_000).map(|_| std::fs::File::open("/dev/null")).collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    match files {
        Ok(_) => println!("LISTENS {}", listener.local_addr().unwrap()),
        Err(error) => println!("LISTENS not: {error}"),
    }
    until_the_test_ends();
}

#[test]
#[ignore = "a role that other tests start"]
fn passes_on() {
    let to: SocketAddr = argument().parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("LISTENS {}", listener.local_addr().unwrap());
    let (_here, _) = listener.accept().unwrap();
    let _there = TcpStream::connect(to).unwrap();
    println!("PASSES");
    until_the_test_ends();
}

#[test]
#[ignore = "a role that other tests start"]
fn calls() {
    let _line = TcpStream::connect(argument()).unwrap();
    println!("CALLED");
    until_the_test_ends();
}

#[test]
#[ignore = "a role that other tests start"]
fn answers() {
    let listener = TcpListener::bind(argument()).unwrap();
    println!("LISTENS");
    let _line = listener.accept().unwrap();
    until_the_test_ends();
}

/// The same while connections come and go.
#[test]
#[ignore = "a role that other tests start"]
fn compares_busily() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        loop {
            let ends: Vec<_> = (0..20)
                .map(|_| (TcpStream::connect(to).unwrap(), listener.accept().unwrap()))
                .collect();
            std::thread::sleep(std::time::Duration::from_millis(5));
            drop(ends);
        }
    });
    compares();
}

/// Says which sockets only one view has, after enough looks for three comparisons.
#[test]
#[ignore = "a role that other tests start"]
fn compares() {
    let mut eyes = Eyes::open().unwrap();
    let mut last = look(&mut eyes);
    for _ in 0..argument().parse().unwrap() {
        std::thread::sleep(std::time::Duration::from_millis(30));
        last = look(&mut eyes);
    }
    for socket in last.sockets.iter().filter(|socket| socket.only_in.is_some()) {
        println!("ALONE {:?} {} {}", socket.only_in.unwrap(), socket.local, socket.inode);
    }
    for it in &last.hiding.contradictions {
        println!("FOUND {:?} {} | {}", it.kind, it.what.plain(200), it.shown.plain(200));
    }
    println!("DONE");
}

/// Opens a socket in a namespace that only a mount holds, is elsewhere itself, and says when it sees it; and, when the mount
/// has gone, when it does not any more.
#[test]
#[ignore = "a role that other tests start"]
fn sees_what_only_a_mount_holds() {
    let namespace = std::fs::File::open(argument()).unwrap();
    let inode = namespace.metadata().unwrap().ino();
    let within = move || {
        let wanted = Some(rustix::thread::LinkNameSpaceType::Network);
        rustix::thread::move_into_link_name_space(namespace.as_fd(), wanted).unwrap();
        TcpListener::bind("127.0.0.1:0").unwrap()
    };
    let listener = std::thread::spawn(within).join().unwrap();
    let local = listener.local_addr().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let (_, socket) = look_for(&mut eyes, |it| it.namespace == inode && !it.owners.is_empty());
    assert_eq!((socket.local, socket.owners[0].pid.0), (local, std::process::id()));
    println!("SEEN {inode}");
    assert!(Command::new("umount").arg(argument()).status().unwrap().success());
    let end = Instant::now() + Duration::from_secs(20);
    while look(&mut eyes).sockets.iter().any(|it| it.namespace == inode) {
        assert!(Instant::now() < end, "it goes with its mount");
        std::thread::sleep(Duration::from_millis(50));
    }
    println!("GONE");
}

/// Makes a network namespace that goes unless its file is kept.
fn new_namespace() -> std::fs::File {
    let inode = |path: &str| std::fs::metadata(path).unwrap().ino();
    let mut maker = Command::new("unshare").args(["--net", "sleep", "60"]).spawn().unwrap();
    let path = format!("/proc/{}/ns/net", maker.id());
    while inode(&path) == inode("/proc/self/ns/net") {
        std::thread::sleep(Duration::from_millis(10));
    }
    let namespace = std::fs::File::open(&path).unwrap();
    maker.kill().unwrap();
    maker.wait().unwrap();
    namespace
}

/// Holds a namespace by an open file alone, and a socket in it. Before that file it has as many of another namespace as
/// the argument says.
#[test]
#[ignore = "a role that other tests start"]
fn holds_what_nobody_is_in() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let may = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: may.maximum, ..may }).unwrap();
    let before = argument().parse().unwrap_or(0_usize);
    let other = (before > 0).then(new_namespace);
    let _crowd: Vec<_> =
        other.iter().cycle().take(before).map(|it| it.try_clone().unwrap()).collect();
    let namespace = new_namespace();
    let held = namespace.try_clone().unwrap();
    let within = move || {
        let wanted = Some(rustix::thread::LinkNameSpaceType::Network);
        rustix::thread::move_into_link_name_space(held.as_fd(), wanted).unwrap();
        TcpListener::bind("0.0.0.0:0").unwrap()
    };
    let listener = std::thread::spawn(within).join().unwrap();
    println!("HOLDS {}", namespace.metadata().unwrap().ino());
    println!("LISTENS {}", listener.local_addr().unwrap());
    until_the_test_ends();
}

#[test]
#[ignore = "a role that other tests start"]
fn sees_a_namespace() {
    let inode: u64 = argument().parse().unwrap();
    look_for(&mut Eyes::open().unwrap(), |it| it.namespace == inode);
    println!("SEEN");
}

/// Looks until it says that namespaces are not looked into for the reason that is asked for, and says how many.
#[test]
#[ignore = "a role that other tests start"]
fn says_what_it_does_not_enter() {
    let (wanted, mut eyes) = (argument(), Eyes::open().unwrap());
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let gaps = look(&mut eyes).unread;
        let told = gaps.iter().find_map(|it| {
            let Some(Gap::NotEntered(why, count)) = &it.gap else { return None };
            (format!("{why:?}") == wanted).then_some(*count)
        });
        if let Some(count) = told {
            println!("NOT ENTERED {count}");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
