//! Sockets of this machine as they are seen: bytes, network namespaces, two views that must agree, proxies.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it must be, and starts its own children"
)]

#[path = "sockets/apart.rs"]
mod apart;
#[path = "sockets/child.rs"]
mod child;
#[path = "sockets/flow.rs"]
mod flow;
#[path = "sockets/kept.rs"]
mod kept;
#[path = "sockets/others.rs"]
mod others;
#[path = "sockets/proxy.rs"]
mod proxy;
#[path = "support/python.rs"]
mod python;
#[path = "sockets/screens.rs"]
mod screens;
#[path = "sockets/spaces.rs"]
mod spaces;
#[path = "sockets/views.rs"]
mod views;

use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::domain::facts::{Snapshot, Socket};
use firedamp::host::probe::{Eyes, HostClock};

fn look(eyes: &mut Eyes) -> Snapshot {
    eyes.look(HostClock.now())
}

/// Looks until a socket is as wanted.
fn look_for(
    eyes: &mut Eyes,
    wanted: impl Fn(&Socket) -> bool,
) -> (Snapshot, std::sync::Arc<Socket>) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let snapshot = look(eyes);
        if let Some(socket) = snapshot.sockets.iter().find(|socket| wanted(socket)) {
            let socket = socket.clone();
            return (snapshot, socket);
        }
        assert!(Instant::now() < end, "no socket was ever as wanted: {:#?}", snapshot.sockets);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// This test can do what only root may; says so if not.
fn may(what: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("skipped: {what} takes root");
    }
    root
}
