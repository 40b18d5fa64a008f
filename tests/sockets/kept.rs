//! Network namespaces that only open files hold, and what is said of those that are not looked into.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{Gap, NotEntered, Snapshot, Socket, Unread};
use firedamp::host::probe::Eyes;

use crate::child::Role;
use crate::{look, may};

/// Looks until the first search for open files has ended, on any machine that tests run on.
const LOOKS: u32 = 40;

#[test]
fn a_namespace_that_only_an_open_file_holds_is_seen_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    is_seen_until_its_holder_ends(&mut eyes, "");
}

/// Many more files than one turn reads stand before the one that holds it, all of one other namespace, and they were not
/// there when the search began.
#[test]
fn a_namespace_behind_thousands_of_files_of_another_is_seen() {
    if !may("to make a network namespace") {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    for _ in 0..LOOKS {
        look(&mut eyes);
        std::thread::sleep(Duration::from_millis(5));
    }
    let said = is_seen_until_its_holder_ends(&mut eyes, "15000");
    assert!(said, "as long as the search is not at their end, that is said");
}

/// `true` if it was said before that the search has not come to all files yet.
fn is_seen_until_its_holder_ends(eyes: &mut Eyes, files_before: &str) -> bool {
    let (role, inode, local) = holder(files_before);
    let pid = Pid(role.child.id());
    let mut said = false;
    let end = Instant::now() + Duration::from_secs(20);
    let socket = loop {
        let Snapshot { sockets, unread, .. } = look(eyes);
        let not_yet = |it: &Unread| matches!(it.gap, Some(Gap::NotEntered(NotEntered::NotYet, _)));
        said |= unread.iter().any(not_yet);
        let is_it = |it: &&Arc<Socket>| it.namespace == inode && !it.owners.is_empty();
        if let Some(socket) = sockets.iter().find(is_it) {
            break Arc::clone(socket);
        }
        assert!(Instant::now() < end, "it is never seen: {unread:?}");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((socket.local, socket.owners.first().unwrap().pid), (local, pid));
    drop(role);
    let end = Instant::now() + Duration::from_secs(30);
    while look(eyes).sockets.iter().any(|it| it.namespace == inode) {
        assert!(Instant::now() < end, "it goes with its file");
        std::thread::sleep(Duration::from_millis(50));
    }
    said
}

/// A child that holds a namespace by a file, the number of that, and where it listens in it.
fn holder(files_before: &str) -> (Role, u64, SocketAddr) {
    let mut role = Role::start(&["env"], ":", "holds_what_nobody_is_in", files_before);
    let inode = role.line("HOLDS ").parse().unwrap();
    let local = role.line("LISTENS ").parse().unwrap();
    (role, inode, local)
}

const APART: [&str; 4] = ["unshare", "--mount", "--propagation", "private"];

#[test]
fn what_is_mounted_over_its_holder_does_not_hide_a_namespace() {
    if !may("to make a network namespace") {
        return;
    }
    let (held, inode, _) = holder("");
    let before = format!("mount -t tmpfs none /proc/{}", held.child.id());
    let mut role = Role::start(&APART, &before, "sees_a_namespace", &inode.to_string());
    role.line("SEEN");
}

/// What of other namespaces the eyes of a child do not look into, after `before`, as soon as it says `what`.
fn said(wrap: &[&str], before: &str, what: &str) -> u32 {
    let mut role = Role::start(wrap, before, "says_what_it_does_not_enter", what);
    role.line("NOT ENTERED ").parse().unwrap()
}

#[test]
fn a_namespace_that_netlink_is_not_asked_about_is_said() {
    if !may("to make a network namespace") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("net");
    // Where nothing of the machine is in /proc nobody knows which modules there are.
    let before = format!(
        "touch '{0}'; unshare --net='{0}' true; mount -t proc -o subset=pid proc /proc",
        place.display()
    );
    assert!(said(&APART, &before, "NotAsked") >= 1);
}

#[test]
fn a_namespace_whose_name_is_covered_is_said() {
    if !may("to make a network namespace") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("net");
    let before = format!(
        "touch '{0}' '{0}.other'; unshare --net='{0}' true; mount --bind '{0}.other' '{0}'",
        place.display()
    );
    assert!(said(&APART, &before, "Refused") >= 1);
}

#[test]
fn processes_whose_files_cannot_be_searched_are_said() {
    if !may("to give up what root may") {
        return;
    }
    // Without this, processes that may more are closed, even to their own user.
    let drop = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"];
    if !fs::exists("/usr/bin/setpriv").unwrap_or_default() {
        eprintln!("skipped: there is no setpriv");
        return;
    }
    assert!(said(&drop, ":", "Files") >= 1);
}
