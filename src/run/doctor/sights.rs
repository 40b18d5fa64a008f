//! What this process may see here, and what this kernel has.

use std::fs;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{fstat, fstatfs, statfs};
use rustix::net::{AddressFamily, SocketType, netlink, socket};
use rustix::process::{PidfdFlags, getpid, pidfd_open};

use crate::domain::facts::Snapshot;
use crate::host::probe::Source;
use crate::words::doctor::{Feature, Need, Sight};

const CAP_DAC_READ_SEARCH: u32 = 2;
const CAP_NET_RAW: u32 = 13;
const CAP_SYS_PTRACE: u32 = 19;
const CAP_SYS_NICE: u32 = 23;

/// File systems, by the number that the kernel gives them.
const CGROUP2: i64 = 0x6367_7270;
const PIDFS: i64 = 0x5049_4446;

/// What can be seen, and what the kernel has.
pub(super) struct Sights {
    /// Each with what it takes, where it cannot be seen.
    pub(super) sights: Vec<(Sight, Option<Need>)>,
    /// Each, whether it is there.
    pub(super) features: Vec<(Feature, bool)>,
}

impl Sights {
    /// On this host, for this process.
    pub(super) fn here(snapshot: &Snapshot, packages: &[Source]) -> Self {
        let capabilities = capabilities();
        let may = |bit: u32, name| {
            let has = capabilities >> bit & 1 == 1;
            (!has).then_some(Need::Capability(name))
        };
        let hidden = fs::read_to_string("/proc/self/mounts").is_ok_and(|text| {
            text.lines().any(|line| line.contains(" /proc ") && line.contains("hidepid="))
        });
        let processes = hidden.then(|| may(CAP_SYS_PTRACE, "CAP_SYS_PTRACE")).flatten();
        // Threads of the kernel are children of 2, which a container does not show.
        let host = fs::read("/proc/2/comm").is_ok_and(|name| name == b"kthreadd\n");
        let whole = packages.iter().all(|source| source.trouble.is_none());
        let packages = match packages {
            [] => Some(Need::NotHere),
            _ if whole => None,
            _ => Some(Need::NotRead),
        };
        let gpu = snapshot.gpu.devices.is_empty().then_some(Need::NotHere);
        let sights = vec![
            (Sight::Processes, processes),
            (Sight::WholeHost, (!host).then_some(Need::OutOfContainer)),
            (Sight::SocketOwners, may(CAP_SYS_PTRACE, "CAP_SYS_PTRACE")),
            (Sight::Persistence, may(CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH")),
            (Sight::Wire, may(CAP_NET_RAW, "CAP_NET_RAW")),
            (Sight::Packages, packages),
            (Sight::Gpu, gpu),
            (Sight::Priority, may(CAP_SYS_NICE, "CAP_SYS_NICE")),
        ];
        Self { sights, features: features() }
    }
}

/// `CapEff` of `/proc/self/status`, a bit each.
fn capabilities() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or_default()
}

fn features() -> Vec<(Feature, bool)> {
    let pidfd = pidfd_open(getpid(), PidfdFlags::empty()).ok();
    let inode = pidfd.as_ref().is_some_and(|fd| {
        let named = fstat(fd.as_fd()).is_ok_and(|stat| stat.st_ino != 0);
        named && fstatfs(fd.as_fd()).is_ok_and(|it| same(it.f_type, PIDFS))
    });
    let diag = socket(AddressFamily::NETLINK, SocketType::RAW, Some(netlink::SOCK_DIAG));
    let one_tree = statfs("/sys/fs/cgroup").is_ok_and(|it| same(it.f_type, CGROUP2));
    let lockdown = fs::read_to_string("/sys/kernel/security/lockdown").unwrap_or_default();
    vec![
        (Feature::Pidfd, pidfd.is_some()),
        (Feature::PidfdInode, inode),
        (Feature::SockDiag, diag.is_ok()),
        (Feature::CgroupV2, one_tree),
        (Feature::Pressure, Path::new("/proc/pressure/cpu").exists()),
        (Feature::Lockdown, !lockdown.is_empty() && !lockdown.contains("[none]")),
    ]
}

/// The kind of a file system is a word of another width on some machines.
fn same(kind: impl TryInto<i64>, wanted: i64) -> bool {
    kind.try_into().is_ok_and(|kind| kind == wanted)
}
