//! The parsers, on what kernels really print and on anything else.

use proptest::prelude::*;

use super::sockets::table;
use super::text;
use crate::domain::facts::{Protocol, RunState, SocketState};

const STAT: &[u8] =
    b"4242 (a) R 1 (b\n) S 17 4242 4242 0 -1 4194560 2731 0 0 0 150 25 0 0 20 5 3 0 \
    123456 2297856000 1801 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0\n";

#[test]
fn stat_is_read_from_the_last_bracket() {
    let stat = text::stat(STAT).unwrap();
    assert_eq!(stat.comm, b"a) R 1 (b\n");
    assert_eq!(stat.state, RunState::Sleeping);
    assert_eq!((stat.parent, stat.ticks, stat.nice, stat.threads), (17, 175, 5, 3));
    assert_eq!((stat.start, stat.pages, stat.kernel), (123_456, 1801, false));
}

#[test]
fn a_kernel_thread_and_a_negative_nice_value_are_known() {
    let line = b"9 (kworker/0:0H) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 0 -20 1 0 11 0 0 1\n";
    let stat = text::stat(line).unwrap();
    assert!(stat.kernel);
    assert_eq!((stat.nice, stat.state, stat.pages), (-20, RunState::Idle, 0));
}

#[test]
fn a_cut_stat_is_no_stat() {
    let whole = STAT.iter().rposition(|byte| *byte == b')').unwrap();
    for end in 0..whole + 60 {
        assert_eq!(text::stat(&STAT[..end]), None, "cut at {end}");
    }
}

#[test]
fn the_real_uid_is_the_first_of_four() {
    let status =
        b"Name:\tUid:\\n\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1000\t0\t0\t0\nGid:\t1\n";
    assert_eq!(text::status(status).uid, Some(1000));
    assert_eq!(text::status(b"Name:\tx\n").uid, None);
}

#[test]
fn a_login_name_that_needs_escaping_is_left_out() {
    let passwd = b"root:x:0:0::/root:/bin/sh\nroot2:x:0:0::/:/bin/sh\n\x1b[31m:x:7:7::/:/bin/sh\n\
        broken\n:x:8:8::/:\nmina:x:1000:1000::/home/mina:/bin/sh";
    let users: Vec<_> = text::users(passwd).collect();
    assert_eq!(users, [(0, "root"), (0, "root2"), (1000, "mina")]);
}

#[test]
fn hidepid_of_the_mount_on_top_counts() {
    let mounts =
        b"proc /proc proc rw,relatime 0 0\nproc /proc proc rw,hidepid=invisible,gid=4 0 0\n";
    assert_eq!(text::hidepid(mounts), Some("invisible"));
    assert_eq!(text::hidepid(b"proc /proc proc rw,hidepid=0 0 0\n"), None);
}

#[test]
fn a_table_of_sockets_gives_ends_states_and_inodes() {
    let table =
        b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  \
        timeout inode\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 \
         1000        0 4711 1 0000000000000000 100 0 0 10 0\n   1: 0100007F:9C40 050200C0:0D05 01 \
        00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n   2: nonsense\n";
    let rows: Vec<_> = table::rows(table, Protocol::Tcp).collect();
    let [listening, connected] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(listening.local.to_string(), "127.0.0.1:8080");
    assert_eq!(listening.state, SocketState::Listen);
    assert_eq!((listening.uid, listening.inode), (1000, 4711));
    assert_eq!(connected.remote.to_string(), "192.0.2.5:3333");
    assert_eq!(connected.state, SocketState::Established);
}

#[test]
fn a_mapped_address_is_the_ipv4_address_that_it_is() {
    let table =
        b"head\n 0: 0000000000000000FFFF0000050200C0:01BB B80D0120000000000000000001000000:0050 \
        06 0:0 00:0 0 0 0 0 1\n";
    let rows: Vec<_> = table::rows(table, Protocol::Tcp).collect();
    assert_eq!(rows[0].local.to_string(), "192.0.2.5:443");
    assert_eq!(rows[0].remote.to_string(), "[2001:db8::1]:80");
    assert_eq!(rows[0].state, SocketState::TimeWait);
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        text::stat(&bytes);
        text::status(&bytes);
        text::io(&bytes);
        text::namespace_inode(&bytes);
        text::users(&bytes).count();
        text::forks(&bytes);
        text::hidepid(&bytes);
        text::socket_inode(&bytes);
        table::rows(&bytes, Protocol::Udp).count();
    }

    #[test]
    fn no_change_of_a_real_text_makes_a_parser_fall(
        at in 0..STAT.len(),
        byte in any::<u8>(),
        end in 0..STAT.len(),
    ) {
        let mut bytes = STAT.to_vec();
        bytes[at] = byte;
        text::stat(&bytes[..end]);
    }

    #[test]
    fn a_name_moves_no_field(comm in proptest::collection::vec(any::<u8>(), 0..16)) {
        let rest = b") T 5 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 99 0 7\n";
        let line = [b"1 (".as_slice(), &comm, rest].concat();
        let stat = text::stat(&line).unwrap();
        prop_assert_eq!(stat.comm, comm.as_slice());
        prop_assert_eq!((stat.parent, stat.start, stat.pages), (5, 99, 7));
    }
}
