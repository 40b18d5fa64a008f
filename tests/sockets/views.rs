//! Netlink against `/proc/net`, with something that really hides: a copy of the tables, without a line or with one too many,
//! is mounted over those that the looking process reads, in a mount namespace of its own. (Over a single table nothing can
//! be mounted: the kernel looks each up anew.)

use std::net::TcpListener;
use std::os::fd::AsRawFd;

use crate::child::Role;
use crate::may;

const APART: [&str; 4] = ["unshare", "--mount", "--propagation", "private"];

fn inode(listener: &TcpListener) -> String {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
    let link = link.to_str().unwrap().to_owned();
    link.trim_start_matches("socket:[").trim_end_matches(']').to_owned()
}

/// Copies the tables, does something to the copies, and mounts them where the shell and what follows it reads.
fn instead(home: &std::path::Path, edit: &str) -> String {
    format!(
        "cd {}\nfor table in tcp tcp6 udp udp6; do cp /proc/net/$table .; done\n{edit}\nmount --bind . /proc/$$/net",
        home.display()
    )
}

/// All that the child says until it is done.
fn said(role: &mut Role) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(std::io::BufRead::read_line(&mut role.said, &mut line).unwrap() > 0, "{lines:?}");
        if line.contains("DONE") {
            return lines;
        }
        lines.push(line.trim().to_owned());
    }
}

fn found(lines: &[String], mark: &str) -> Vec<String> {
    let after = |line: &String| Some(line[line.find(mark)? + mark.len()..].to_owned());
    lines.iter().filter_map(after).collect()
}

#[test]
fn a_socket_that_the_table_lacks_is_found_by_netlink() {
    if !may("to mount something over a table") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = listener.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    let hide = format!("grep -v ':{:04X} 00000000:0000 0A' /proc/net/tcp > tcp", local.port());
    let hide = instead(home.path(), &hide);
    let mut role = Role::start(&APART, &hide, "compares", "30");
    let lines = said(&mut role);
    // Whatever another test opens meanwhile is missing in the copy too.
    let alone = format!("Netlink {local} {}", inode(&listener));
    assert!(found(&lines, "ALONE ").contains(&alone), "{lines:?}");
    let begin = format!("SocketNotInProc tcp {local} | sock_diag: inode ");
    assert!(found(&lines, "FOUND ").iter().any(|line| line.starts_with(&begin)), "{lines:?}");
}

#[test]
fn a_socket_that_netlink_lacks_is_found_in_the_table() {
    if !may("to mount something over a table") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let line = "  99: 0100007F:1092 077100CB:0D05 01 00000000:00000000 00:00000000 00000000  1000 \
        0 4711 1 0000000000000000 20 4 30 10 -1";
    let add = instead(home.path(), &format!("echo '{line}' >> tcp"));
    let mut role = Role::start(&APART, &add, "compares", "30");
    let lines = said(&mut role);
    assert!(found(&lines, "ALONE ").contains(&"Proc 127.0.0.1:4242 4711".to_owned()), "{lines:?}");
    let expected = "SocketNotInNetlink tcp 127.0.0.1:4242 -> 203.0.113.7:3333 | /proc/net: inode 4711, uid 1000";
    assert!(found(&lines, "FOUND ").contains(&expected.to_owned()), "{lines:?}");
}

#[test]
fn both_views_of_a_machine_that_hides_nothing_agree_while_connections_come_and_go() {
    if !may("to make a network namespace") {
        return;
    }
    let mut role = Role::start(&["unshare", "--net"], "ip link set lo up", "compares_busily", "60");
    let lines = said(&mut role);
    assert_eq!(found(&lines, "ALONE "), Vec::<String>::new());
    assert_eq!(found(&lines, "FOUND "), Vec::<String>::new());
}
