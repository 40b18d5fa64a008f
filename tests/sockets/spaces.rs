//! Network namespaces: those of children on this machine, and those of a recorded tree.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Moment, Pid, Timestamp};
use firedamp::host::probe::{Eyes, Roots};

use crate::child::Role;
use crate::{look, look_for, may};

const APART: [&str; 2] = ["unshare", "--net"];
const LOOP: &str = "ip link set lo up";

#[test]
fn a_connection_inside_another_namespace_is_seen_with_owner_and_bytes_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    look(&mut eyes);
    let mut role = Role::start(&APART, LOOP, "talks_to_itself", "");
    let local = role.line("CLIENT ").parse().unwrap();
    let pid = role.child.id();
    let inode = fs::metadata(format!("/proc/{pid}/ns/net")).unwrap().ino();
    let (snapshot, socket) = look_for(&mut eyes, |it| {
        it.local == local && it.namespace == inode && !it.owners.is_empty()
    });
    let owners: Vec<_> = socket.owners.iter().map(|owner| owner.pid).collect();
    assert_eq!(owners, [Pid(pid)]);
    assert_eq!(socket.flow.map(|flow| flow.sent), Some(2001));
    let listening = snapshot.sockets.iter().filter(|it| it.namespace == inode);
    assert_eq!(listening.count(), 3, "the listener and both ends");
    let mut alive = || look(&mut eyes).sockets.iter().any(|it| it.namespace == inode);
    drop(role);
    let end = Instant::now() + Duration::from_secs(20);
    while alive() {
        assert!(Instant::now() < end, "it goes with its last process");
    }
}

#[test]
fn our_own_namespace_has_no_number_and_the_same_addresses_in_two_do_not_mix() {
    if !may("to make a network namespace") {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    let mut roles = [(); 2].map(|()| Role::start(&APART, LOOP, "talks_to_itself", ""));
    for role in &mut roles {
        role.line("CLIENT ");
    }
    let inode =
        |role: &Role| fs::metadata(format!("/proc/{}/ns/net", role.child.id())).unwrap().ino();
    let inodes = [inode(&roles[0]), inode(&roles[1])];
    // New namespaces are entered in turns, so one may be there a look before the other.
    let end = Instant::now() + Duration::from_secs(20);
    let snapshot = loop {
        let snapshot = look(&mut eyes);
        let of = |inode| snapshot.sockets.iter().filter(|it| it.namespace == inode).count();
        let counts = inodes.map(of);
        if counts == [3, 3] {
            break snapshot;
        }
        assert!(counts.iter().all(|count| *count <= 3), "{counts:?}");
        assert!(Instant::now() < end, "{counts:?}");
    };
    let own = fs::metadata("/proc/self/ns/net").unwrap().ino();
    assert!(snapshot.sockets.iter().all(|it| it.namespace != own));
}

#[test]
fn a_namespace_that_only_a_mount_holds_is_seen_and_goes_with_it() {
    if !may("to make a network namespace") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("a net");
    // The mount is there for the child alone, and so is the network.
    let before = format!("touch '{0}'; unshare --net='{0}' {LOOP}", place.display());
    let apart = ["unshare", "--mount", "--propagation", "private"];
    let role = "sees_what_only_a_mount_holds";
    let mut role = Role::start(&apart, &before, role, place.to_str().unwrap());
    let inode: u64 = role.line("SEEN ").parse().unwrap();
    assert_ne!(inode, fs::metadata("/proc/self/ns/net").unwrap().ino());
    role.line("GONE");
}

fn write(at: &Path, text: &str) {
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(at, text).unwrap();
}

fn tcp(local: &str, inode: u64) -> String {
    format!("head\n 0: {local} 00000000:0000 0A 0:0 00:0 0 0 0 {inode} 1 0\n")
}

fn stat(pid: u32) -> String {
    format!("{pid} (web) S 1 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 99 0 7\n")
}

/// Where netlink is closed to us, the tables of a process tell of its namespace; a recorded tree has nothing else.
#[test]
fn without_netlink_the_tables_of_a_process_tell_of_its_namespace() {
    let home = tempfile::tempdir().unwrap();
    let proc = home.path().join("proc");
    write(&proc.join("self/net/tcp"), &tcp("0100007F:0016", 11));
    for (pid, net) in [("self", 1), ("41", 1), ("42", 2), ("43", 2)] {
        fs::create_dir_all(proc.join(pid).join("ns")).unwrap();
        symlink(format!("net:[{net}]"), proc.join(pid).join("ns/net")).unwrap();
    }
    for pid in [41, 42, 43] {
        write(&proc.join(format!("{pid}/stat")), &stat(pid));
        let inode = if pid == 41 { 11 } else { 22 };
        write(&proc.join(format!("{pid}/net/tcp")), &tcp("0100007F:0D05", inode));
        fs::create_dir_all(proc.join(format!("{pid}/fd"))).unwrap();
    }
    symlink("socket:[22]", proc.join("43/fd/3")).unwrap();
    let mut eyes = Eyes::open_at(&Roots::recorded(home.path())).unwrap();
    let mut ends = |ms: u64| {
        let at = Timestamp::from_millisecond(1_795_282_200_000).unwrap();
        let all = eyes.look(Moment { at, boot_ms: 2_000_000 + ms }).sockets;
        let row = |it: &std::sync::Arc<firedamp::domain::facts::Socket>| {
            let owners: Vec<u32> = it.owners.iter().map(|owner| owner.pid.0).collect();
            (it.local.port(), it.namespace, owners)
        };
        all.iter().map(row).collect::<Vec<_>>()
    };
    let both = vec![(22, 0, vec![]), (3333, 2, vec![43])];
    assert_eq!(ends(0), both);
    fs::remove_dir_all(proc.join("42")).unwrap();
    assert_eq!(ends(1_000), both, "another process of the same namespace tells it");
    fs::remove_dir_all(proc.join("43")).unwrap();
    ends(2_000);
    assert_eq!(ends(3_000), [(22, 0, vec![])]);
}
