//! What follows from how the program stands, without standing so.

use proptest::prelude::*;

use super::*;

const ALL: u64 = 0x1ff_ffff_ffff;

fn root() -> Standing {
    Standing {
        capabilities: Some(ALL),
        pid_namespace: Some(FIRST_PID),
        user_namespace: Some(FIRST_USER),
        net_namespaces: Some((7, 7)),
        mount_namespaces: Some((8, 8)),
        ..Standing::default()
    }
}

#[test]
fn root_with_all_capabilities_on_the_host_lacks_nothing() {
    assert_eq!(root().gaps(), []);
    let hidden = Standing { hidepid: Some(("2".into(), None)), ..root() };
    assert_eq!(hidden.gaps(), [], "hidepid hides nothing from who may look into all");
}

#[test]
fn a_plain_user_lacks_root_and_not_six_capabilities_one_by_one() {
    let user = Standing { user: 1000, capabilities: Some(0), ..root() };
    assert_eq!(user.gaps(), [Gap::NotRoot(1000)]);
    let with_one = Standing { capabilities: Some(1 << 19), ..user };
    let lacks: Vec<Gap> = Capability::ALL.into_iter().skip(1).map(Gap::Capability).collect();
    assert_eq!(with_one.gaps(), lacks, "a copy with capabilities says which it lacks");
}

#[test]
fn root_without_a_capability_says_which() {
    let set = ALL & !(1 << 19) & !(1 << 2);
    let gaps = Standing { capabilities: Some(set), ..root() }.gaps();
    assert_eq!(gaps, [Gap::Capability(Capability::SysPtrace)], "who may override may read");
}

#[test]
fn hidepid_is_seen_through_by_its_group() {
    let user = Standing { user: 1000, capabilities: Some(0), ..root() };
    let hidden = Standing { hidepid: Some(("invisible".into(), Some(4))), ..user };
    let gap = Gap::HidePid { mode: "invisible".into(), group: Some(4) };
    assert_eq!(hidden.gaps(), [gap, Gap::NotRoot(1000)]);
    assert_eq!(Standing { groups: vec![3, 4], ..hidden }.gaps(), [Gap::NotRoot(1000)]);
}

#[test]
fn in_a_container_process_1_is_no_measure_of_the_host() {
    let inside = Standing {
        pid_namespace: Some(4_026_532_999),
        net_namespaces: Some((9, 9)),
        mount_namespaces: Some((9, 10)),
        runtime: Some(Runtime::Podman),
        ..root()
    };
    assert_eq!(inside.gaps(), [Gap::PidNamespace(Some(Runtime::Podman))]);
    let rootless = Standing { user_namespace: Some(5), ..inside };
    let both = [Gap::PidNamespace(Some(Runtime::Podman)), Gap::UserNamespace];
    assert_eq!(rootless.gaps(), both);
    let service = Standing { net_namespaces: Some((9, 7)), ..root() };
    assert_eq!(service.gaps(), [Gap::NetNamespace]);
}

#[test]
fn what_is_only_good_to_know_comes_last() {
    let gaps = Standing {
        user: 33,
        capabilities: Some(0),
        subset: true,
        seccomp: Some(2),
        no_ptrace: true,
        no_cgroup2: true,
        label: Some("example (enforce)".into()),
        lockdown: Some(Lockdown::Integrity),
        ..root()
    }
    .gaps();
    assert_eq!(gaps.first(), Some(&Gap::NotRoot(33)));
    assert!(gaps.is_sorted_by(|one, other| one.weight() >= other.weight()), "{gaps:?}");
    assert_eq!(gaps.len(), 7);
}

#[test]
fn files_of_the_kernel_are_read_as_it_writes_them() {
    assert_eq!(text::namespace_inode(b"pid:[4026531836]"), Some(FIRST_PID));
    assert_eq!(lockdown(b"none [integrity] confidentiality\n"), Some(Lockdown::Integrity));
    assert_eq!(lockdown(b"[none] integrity confidentiality\n"), None);
    let confined = |label: &[u8], enforces| confining(label, enforces).is_some();
    assert!(confined(b"docker-default (enforce)\n", false));
    assert!(!confined(b"unconfined\n", false));
    assert!(!confined(b"example (complain)\n", false));
    assert!(confined(b"system_u:system_r:container_t:s0:c1,c2\0", true));
    assert!(!confined(b"system_u:system_r:container_t:s0:c1,c2\0", false));
    assert!(!confined(b"unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\0", true));
    let mounts = b"proc /proc proc rw,hidepid=invisible,gid=4 0 0\nx /y z subset=pid 0 0\n";
    assert_eq!(proc_option(mounts, b"gid="), Some(b"4".as_slice()));
    assert_eq!(proc_option(mounts, b"subset="), None);
    assert_eq!(value(b"Name:\tx\nCapEff:\t000001ff\n", b"CapEff:"), Some(b"000001ff".as_slice()));
    assert_eq!(hexadecimal(b"1ff"), Some(0x1ff));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        text::namespace_inode(&bytes);
        lockdown(&bytes);
        confining(&bytes, true);
        proc_option(&bytes, b"gid=");
        value(&bytes, b"CapEff:").and_then(hexadecimal);
    }
}
