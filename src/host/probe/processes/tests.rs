//! The parsers of where a process belongs and what it has in memory, on what kernels and runtimes really print and on
//! anything else.

use proptest::prelude::*;

use super::{around, container, maps};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Ancestor, Around, Io, MappingKind, Process, Runtime};
use crate::host::probe::text;

const ID: &str = "4f5c8e1a9b3d7026c4e8f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6";
const OTHER: &str = "00000000000000000000000000000000000000000000000000000000000000ff";

/// The runtime and the id that a text of `/proc/PID/cgroup` tells of, `ID` and `OTHER` put in.
fn told(cgroup: &str) -> Option<(Runtime, String)> {
    let text = cgroup.replace("OTHER", OTHER).replace("ID", ID);
    let (_, container) = container::parse(text.as_bytes());
    container.map(|it| (it.runtime, String::from_utf8(it.id.bytes().to_vec()).unwrap()))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: one row a runtime's way to name its groups")]
fn containers_are_known_by_the_groups_that_their_runtimes_make() {
    use Runtime::{Containerd, CriO, Docker, Kubernetes, Lxc, Nspawn, Podman, Systemd};
    let pod = "kubepods-burstable-pod1f0e5c2a_77d2_4c19_9d1e_0a1b2c3d4e5f.slice";
    let lines = [
        // Docker: systemd and its own folders, both versions, rootless, below a group of one's own, in itself.
        ("0::/system.slice/docker-ID.scope", Docker, "ID"),
        (
            "12:pids:/docker/ID\n1:name=systemd:/docker/ID\n0::/system.slice/containerd.service",
            Docker,
            "ID",
        ),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope",
            Docker,
            "ID",
        ),
        ("0::/build/ID", Docker, "ID"),
        ("5:memory:/ecs/example-task/ID", Docker, "ID"),
        ("4:cpu:/docker/OTHER/docker/ID", Docker, "ID"),
        ("0::/../docker-ID.scope", Docker, "ID"),
        ("0::/system.slice/docker-ID.scope/init.scope", Docker, "ID"),
        ("0::/system.slice/docker-ID.scope (deleted)", Docker, "ID"),
        // containerd, alone and in Kubernetes.
        ("0::/default/ID", Containerd, "ID"),
        ("0::/system.slice/nerdctl-ID.scope", Containerd, "ID"),
        (
            &format!("0::/kubepods.slice/kubepods-burstable.slice/{pod}/cri-containerd-ID.scope"),
            Containerd,
            "ID",
        ),
        (
            &format!("9:devices:/system.slice/containerd.service/{pod}:cri-containerd:ID"),
            Containerd,
            "ID",
        ),
        // Kubernetes with folders does not tell by what it runs them.
        ("3:cpuset:/kubepods/besteffort/pod1f0e5c2a-77d2-4c19/ID", Kubernetes, "ID"),
        (&format!("0::/kubepods.slice/{pod}/docker-ID.scope"), Docker, "ID"),
        (&format!("0::/kubepods.slice/{pod}/crio-ID.scope"), CriO, "ID"),
        (&format!("0::/kubepods.slice/{pod}/crio-ID.scope/container"), CriO, "ID"),
        // Podman: as root, rootless, in a pod, as a unit.
        ("0::/machine.slice/libpod-ID.scope/container", Podman, "ID"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
            Podman,
            "ID",
        ),
        ("0::/machine.slice/machine-libpod_pod_OTHER.slice/libpod-ID.scope", Podman, "ID"),
        ("0::/system.slice/web.service/libpod-payload-ID", Podman, "ID"),
        ("8:memory:/libpod_parent/libpod-ID", Podman, "ID"),
        // LXC and nspawn have names; whatever runs inside of them is in them.
        ("0::/lxc.payload.web-1/system.slice/nginx.service", Lxc, "web-1"),
        ("10:freezer:/lxc/web/init.scope", Lxc, "web"),
        ("0::/lxc.payload/web", Lxc, "web"),
        (r"0::/machine.slice/machine-lxc\x2d42\x2dweb.scope", Lxc, "lxc-42-web"),
        (
            "0::/machine.slice/systemd-nspawn@web.service/payload/system.slice/cron.service",
            Nspawn,
            "web",
        ),
        (r"0::/machine.slice/machine-web\x2d1.scope", Nspawn, "web-1"),
        // Units: the innermost counts.
        ("0::/system.slice/cron.service", Systemd, "cron.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope", Systemd, "session-3.scope"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service/y",
            Systemd,
            "x.service",
        ),
        (
            "11:pids:/system.slice/ssh.service\n1:name=systemd:/system.slice/ssh.service\n0::/",
            Systemd,
            "ssh.service",
        ),
        ("0::/machine.slice/libpod-conmon-ID.scope", Systemd, "libpod-conmon-ID.scope"),
        (
            r"0::/machine.slice/machine-qemu\x2d1\x2ddb.scope",
            Systemd,
            r"machine-qemu\x2d1\x2ddb.scope",
        ),
        ("0::/init.scope", Systemd, "init.scope"),
    ];
    for (text, runtime, id) in lines {
        assert_eq!(told(text), Some((runtime, id.replace("ID", ID))), "{text}");
    }
}

#[test]
fn a_group_that_is_only_called_like_a_container_is_none() {
    for text in [
        "",
        "0::/",
        "0::/user.slice",
        "0::/docker",
        "0::/docker/web",
        "0::/docker-cafe",
        "0::/docker-IDID/x.slice",
        "0::/x-ID",
        "0::/machine.slice/machine-.slice",
        "0::/lxc.payload.",
        "nonsense",
        "x::/system.slice/cron.service",
        "0::system.slice/cron.service",
    ] {
        assert_eq!(told(text), None, "{text}");
    }
    let upper = ID.to_uppercase();
    assert_eq!(told(&format!("0::/docker/{upper}")), None);
}

#[test]
fn the_path_that_is_shown_is_the_unified_one_then_that_of_systemd() {
    let shown = |text: &str| container::parse(text.as_bytes()).0.bytes().to_vec();
    assert_eq!(shown("4:cpu:/a\n1:name=systemd:/b\n0::/c"), b"/c");
    assert_eq!(shown("4:cpu:/a\n1:name=systemd:/b\n0::/"), b"/b");
    assert_eq!(shown("4:cpu:/a\n1:name=systemd:/\n0::/"), b"/a");
    assert_eq!(shown("0::/\n"), b"/");
    assert_eq!(shown("0::/with: colon/and blank"), b"/with: colon/and blank");
    assert_eq!(shown(""), b"");
}

#[test]
fn status_tells_user_capabilities_seccomp_processors_and_huge_pages() {
    let text = b"Name:\tx\\nCapEff:\\t0\nUid:\t33\t0\t0\t0\nHugetlbPages:\t  2097152 kB\n\
        CapInh:\t0000000000000001\nCapEff:\t000001ffffffffff\nSeccomp:\t2\nSeccomp_filters:\t7\n\
        Cpus_allowed:\tf\nCpus_allowed_list:\t0-3,8\n";
    let status = text::status(text);
    assert_eq!((status.uid, status.capabilities), (Some(33), Some(0x1ff_ffff_ffff)));
    assert_eq!((status.seccomp, status.cpus), (Some(2), &b"0-3,8"[..]));
    assert_eq!(status.huge, Some(2 << 30));
    assert_eq!(text::status(b"Name:\tx\n"), text::Status::default());
}

#[test]
fn terminals_and_namespaces_have_their_names() {
    let of = |device| text::terminal(device);
    assert_eq!(of(0), None);
    assert_eq!(of((136 << 8) | 3).as_deref(), Some("pts/3"));
    assert_eq!(of((137 << 8) | 1).as_deref(), Some("pts/257"));
    assert_eq!(of((136 << 8) | (1 << 20) | 0x2c).as_deref(), Some("pts/300"));
    assert_eq!(of((4 << 8) | 1).as_deref(), Some("tty1"));
    assert_eq!(of((4 << 8) | 64).as_deref(), Some("ttyS0"));
    assert_eq!(of((5 << 8) | 1).as_deref(), Some("console"));
    assert_eq!(of((99 << 8) | 7).as_deref(), Some("99:7"));
    assert_eq!(text::namespace_inode(b"net:[4026531840]"), Some(4_026_531_840));
    assert_eq!(text::namespace_inode(b"net:[]"), None);
}

#[test]
fn io_tells_what_storage_did_and_not_what_was_asked_of_the_cache() {
    let text = b"rchar: 9\nwchar: 9\nsyscr: 9\nsyscw: 9\nread_bytes: 4096\nwrite_bytes: 8192\n\
        cancelled_write_bytes: 1\n";
    assert_eq!(text::io(text), Some(Io { read: 4096, written: 8192 }));
    assert_eq!(text::io(b"read_bytes: 1\n"), None);
}

#[test]
fn code_that_comes_from_no_usual_file_is_told() {
    let text = b"55d0c0000000-55d0c0001000 r-xp 00000000 fe:01 77 /usr/bin/web\n\
        7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n\
        7f0000010000-7f0000012000 rwxp 00000000 00:00 0 \n\
        7f0000020000-7f0000021000 r-xp 00000000 00:05 9 /memfd:x (deleted)\n\
        7f0000030000-7f0000031000 r-xp 00000000 fe:01 5 /usr/lib/gone.so (deleted)\n\
        7f0000040000-7f0000041000 r-xp 00000000 fe:01 6 /usr/lib/kept (deleted)\n\
        7f0000050000-7f0000051000 r-xp 00000000 00:1a 8 /dev/shm/.x y\\012z\n\
        7f0000060000-7f0000061000 rw-s 00000000 00:05 3 /memfd:data (deleted)\n\
        7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0 [vdso]\n\
        7ffc00010000-7ffc00012000 rwxp 00000000 00:00 0 [stack]\nnonsense\n";
    let kept = |range: &str| range == "7f0000040000-7f0000041000";
    let maps = maps::maps(text, false, |device| device == (0, 5), kept);
    let odd: Vec<_> =
        maps.odd.iter().map(|it| (it.from >> 16 & 0xf, it.kind, it.writable)).collect();
    assert_eq!(
        odd,
        [
            (1, MappingKind::Anonymous, true),
            (2, MappingKind::Memory, false),
            (3, MappingKind::Deleted, false),
            (5, MappingKind::Volatile, false),
            (1, MappingKind::Anonymous, true),
        ]
    );
    assert_eq!((maps.count, maps.more, maps.odd[0].size), (10, 0, 8192));
    assert_eq!(maps.odd[3].path.bytes(), br"/dev/shm/.x y\012z");
}

#[test]
fn variables_that_tell_the_entry_come_first() {
    let text =
        b"HOME=/root\0SSH_CLIENT=192.0.2.7 4711 22\0LD_PRELOAD=/tmp/x.so\0PWDX=1\0\0PWD=/tmp\0torn";
    let found = maps::environment(text, true);
    let plain = |all: &[crate::domain::untrusted::Untrusted]| -> Vec<String> {
        all.iter().map(|it| it.plain(80)).collect()
    };
    assert_eq!(
        plain(&found.entry),
        ["SSH_CLIENT=192.0.2.7 4711 22", "LD_PRELOAD=/tmp/x.so", "PWD=/tmp"]
    );
    assert_eq!(plain(&found.rest), ["HOME=/root", "PWDX=1", "torn"]);
    assert!(found.cut);
    assert_eq!(maps::transparent(b"Rss: 9 kB\nAnonHugePages:   2048 kB\n"), Some(2 << 20));
}

fn row(pid: u32, parent: u32, start: u64) -> Process {
    let id = ProcessId { pid: Pid(pid), start, inode: 0 };
    Process { id, parent: Pid(parent), ..Process::default() }
}

#[test]
fn a_chain_of_ancestors_ends_at_a_younger_one_and_takes_what_was_known() {
    let gone = Ancestor { id: row(7, 1, 5).id, comm: "gone".into() };
    let mut shell = row(9, 1, 10);
    shell.around = Around { ancestors: vec![gone.clone()], ..Around::default() }.into();
    let (first, young, circle) = (row(1, 0, 1), row(20, 1, 99), row(30, 30, 3));
    let find = |pid: u32| match pid {
        1 => Some((&first, false)),
        9 => Some((&shell, true)),
        20 => Some((&young, false)),
        30 => Some((&circle, false)),
        _ => None,
    };
    let pids = |of: &Process| -> Vec<u32> {
        around::chain(of, find).iter().map(|it| it.id.pid.0).collect()
    };
    assert_eq!(pids(&row(12, 9, 50)), [9, 7]);
    assert_eq!(
        pids(&row(12, 20, 50)),
        [0_u32; 0],
        "the parent's number was given to a younger one"
    );
    assert_eq!(pids(&young), [1]);
    assert_eq!(pids(&circle).len(), around::MOST_ANCESTORS, "a forged circle ends");
}

proptest! {
    #[test]
    fn no_bytes_make_these_parsers_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        container::parse(&bytes);
        maps::maps(&bytes, false, |_| false, |_| false);
        maps::environment(&bytes, false);
        maps::transparent(&bytes);
    }

    #[test]
    fn no_change_of_a_real_line_makes_these_parsers_fall(at in 0..90_usize, byte in any::<u8>()) {
        let mut line = format!("0::/machine.slice/machine-web\\x2d1.scope/docker-{ID}.scope").into_bytes();
        line[at] = byte;
        container::parse(&line);
        let mut line = b"7f0000030000-7f0000031000 r-xp 00000000 fe:01 5 /usr/lib/gone.so (deleted) and some more \n".to_vec();
        line[at] = byte;
        maps::maps(&line, false, |_| false, |_| false);
    }

    #[test]
    fn any_id_below_any_folders_is_found(id in "[0-9a-f]{64}", folders in "(/[a-z.]{1,9}){0,4}") {
        let told = told(&format!("0::{folders}/docker-{id}.scope"));
        prop_assert_eq!(told, Some((Runtime::Docker, id)));
    }
}
