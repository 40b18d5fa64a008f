//! Network namespaces for tests: the test runs once more, alone, in a namespace of its own.
//!
//! Nothing of this machine's network is touched: what is made here goes with the process that lives in it.
#![expect(clippy::disallowed_methods, reason = "tests set their own stage")]

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, setns};

use firedamp::domain::base::{Clock, Moment};
use firedamp::domain::facts::{Snapshot, WireState};
use firedamp::domain::wire::{Ear, dns};
use firedamp::host::probe::{Eyes, HostClock};

use crate::bytes::{answer, indicators, job};

const ALONE: &str = "FIREDAMP_TEST_ALONE";

/// Whether this is the run in a namespace of its own; if it is not, that run has happened when this returns.
pub(crate) fn alone(test: &str, before: &[&str]) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    if !rustix::process::geteuid().is_root() || !run(&["unshare", "-n", "ip", "link"]) {
        skip(test, "it needs root, `unshare` and `ip`");
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new("unshare");
    command.arg("-n").args(before).arg(program).args(["--exact", test, "--nocapture"]);
    let status = command.env(ALONE, "1").status().unwrap();
    assert!(status.success(), "{test} failed in its namespace");
    false
}

pub(crate) fn skip(test: &str, why: &str) {
    eprintln!("{test} is skipped: {why}");
}

/// Runs a tool of the tests and says whether it went well.
pub(crate) fn run(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Another host at the other end of a wire: 192.0.2.1 here, 192.0.2.2 there.
pub(crate) struct Other(Child);

impl Other {
    pub(crate) fn there() -> Self {
        let child = Command::new("unshare").args(["-n", "sleep", "60"]).spawn().unwrap();
        let (other, pid) = (Self(child), std::process::id());
        let there = other.0.id().to_string();
        let ours = std::fs::read_link(format!("/proc/{pid}/ns/net")).unwrap();
        let begun = Instant::now();
        while std::fs::read_link(format!("/proc/{there}/ns/net")).is_ok_and(|it| it == ours) {
            assert!(begun.elapsed() < Duration::from_secs(10));
            thread::sleep(Duration::from_millis(5));
        }
        let enter = ["nsenter", "-n", "-t", &there];
        let ip = |words: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            assert!(run(&words), "{words:?}");
        };
        ip("ip link set lo up");
        ip(&format!("ip link add wire0 type veth peer name wire1 netns {there}"));
        for (at, name, address, peer) in
            [(None, "wire0", "1", "2"), (Some(enter), "wire1", "2", "1")]
        {
            let before = at.map_or_else(String::new, |it| format!("{} ", it.join(" ")));
            // Otherwise the kernel greets its neighbours.
            ip(&format!("{before}ip link set {name} addrgenmode none"));
            ip(&format!("{before}ip address add 192.0.2.{address}/24 dev {name}"));
            ip(&format!("{before}ip link set {name} address 02:00:00:00:00:0{address} up"));
            // Otherwise it asks now and then who is where.
            let known = format!("192.0.2.{peer} lladdr 02:00:00:00:00:0{peer}");
            ip(&format!("{before}ip neighbour add {known} dev {name} nud permanent"));
        }
        other
    }

    /// Does something over there, in a thread.
    pub(crate) fn does<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let namespace = File::open(format!("/proc/{}/ns/net", self.0.id())).unwrap();
        thread::spawn(move || {
            setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
            what()
        })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Eyes that listen.
pub(crate) fn listening() -> Eyes {
    let mut eyes = Eyes::open().unwrap();
    eyes.listen(Some(Ear::new(indicators())), HostClock.now());
    let snapshot = eyes.look(HostClock.now());
    assert_eq!(snapshot.wire.state, WireState::Listening);
    eyes
}

/// Looks until something is so, and gives that look.
pub(crate) fn until(eyes: &mut Eyes, what: &str, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let begun = Instant::now();
    loop {
        let now: Moment = HostClock.now();
        let snapshot = eyes.look(now);
        if is_so(&snapshot) {
            return snapshot;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", snapshot.wire);
        thread::sleep(Duration::from_millis(50));
    }
}

/// A name server that says the same address of every name.
pub(crate) fn name_server(at: &str, address: &'static str) -> impl FnOnce() + Send + 'static {
    let at = at.to_owned();
    move || {
        let socket = UdpSocket::bind(at).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let asked = dns::message(&buffer[..length]).unwrap();
            if asked.name == "end.example" {
                return;
            }
            socket.send_to(&answer(asked.id, &asked.name, &[], &[address]), from).unwrap();
        }
    }
}

/// A pool that pays nothing: answers whatever is said with a job.
pub(crate) fn pool(at: &str) -> impl FnOnce() + Send + 'static {
    let at = at.to_owned();
    move || {
        let (mut stream, _) = TcpListener::bind(at).unwrap().accept().unwrap();
        let mut said = [0; 2_048];
        while let Ok(1..) = std::io::Read::read(&mut stream, &mut said) {
            stream.write_all(&job()).unwrap();
        }
    }
}

/// Connects as soon as somebody is there.
pub(crate) fn connect(to: &str) -> TcpStream {
    let begun = Instant::now();
    loop {
        match TcpStream::connect(to) {
            Ok(stream) => return stream,
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(10), "{error}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}
