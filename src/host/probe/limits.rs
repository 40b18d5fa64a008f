//! What this process may not see on this host, and by what it is kept from it: read about ourselves at the
//! beginning and again in turns, because `/proc` may be mounted anew under us. What a runtime of containers leaves behind
//! are files like any others, and may lie where nobody answers: so a thread of its own reads, and the tick takes what is there.
//!
//! Invariant: only what was read about ourselves counts. A file that is not there says nothing; so nothing is
//! said of a recorded tree, whose reader is not the one who recorded it.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use super::tool::Errand;
use super::{Roots, text, tree};
use crate::domain::facts::{Capability, Gap, Late, Lockdown, Runtime, Unread};
use crate::domain::untrusted::Untrusted;

/// Some of it is outside of `/proc`, where a file system can let us wait: when the eyes are opened, for so long.
const AT_FIRST: Duration = Duration::from_millis(200);
/// Who is at work for longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// Looks until it is read again.
const TURNS: u64 = 30;
/// More of the list of mounts is not read.
const MOST_MOUNTS: usize = 1 << 20;
/// More of any other file is not read.
const MOST: usize = 4096;
/// The process namespace and the user namespace that the kernel makes first have these inodes, always.
const FIRST_PID: u64 = 0xEFFF_FFFC;
const FIRST_USER: u64 = 0xEFFF_FFFD;
/// Types of `SELinux` that confine nobody.
const FREE_TYPES: [&[u8]; 5] =
    [b"unconfined_t", b"unconfined_service_t", b"spc_t", b"initrc_t", b"kernel_t"];

/// What keeps this process from seeing, from look to look.
pub(super) struct Limits {
    errand: Option<Errand<Standing>>,
    looks: u64,
    gaps: Vec<Gap>,
    hides_processes: bool,
    /// When what is now being read was asked for, and when what is known was; none is what nobody can change.
    asked_ms: u64,
    known_ms: Option<u64>,
}

/// What was read about this process and its surroundings. What is `None` could not be read.
#[derive(Clone, Debug, Default)]
struct Standing {
    user: u32,
    groups: Vec<u32>,
    capabilities: Option<u64>,
    seccomp: Option<u64>,
    pid_namespace: Option<u64>,
    user_namespace: Option<u64>,
    /// Ours and that of the host.
    net_namespaces: Option<(u64, u64)>,
    mount_namespaces: Option<(u64, u64)>,
    runtime: Option<Runtime>,
    /// Options of the `/proc` on top: mode of `hidepid`, its `gid`, and whether it is a part only.
    hidepid: Option<(Untrusted, Option<u32>)>,
    subset: bool,
    lockdown: Option<Lockdown>,
    label: Option<Untrusted>,
    no_ptrace: bool,
    no_cgroup2: bool,
}

impl Limits {
    /// Of this process, on this machine; of a recorded tree there is nothing to say.
    pub(super) fn new(roots: &Roots) -> Self {
        let root = roots.live.then(|| roots.at(""));
        let read = |root: std::path::PathBuf| Errand::new("limits", move || Standing::read(&root));
        let mut errand = root.and_then(read);
        let standing = errand.as_mut().and_then(|errand| {
            errand.ask();
            errand.take(AT_FIRST)
        });
        // Until somebody knows, nobody who could be kept from us is accused of hiding.
        let may_hide = || roots.live && !rustix::process::geteuid().is_root();
        let hides_processes = standing.as_ref().map_or_else(may_hide, Standing::hides_processes);
        let may_change =
            standing.as_ref().map_or_else(may_hide, |it| !it.may(Capability::SysPtrace));
        let known_ms = (roots.live && may_change).then_some(0);
        let gaps = match &standing {
            Some(standing) => standing.gaps(),
            None if roots.live => vec![Gap::Late(Late::Standing)],
            None => Vec::new(),
        };
        Self { errand, looks: 0, gaps, hides_processes, asked_ms: 0, known_ms }
    }

    /// `/proc` keeps the processes of others from us as it was last read, or could: nobody knew in time.
    pub(super) const fn hides_processes(&self) -> bool {
        self.hides_processes
    }

    /// What [`Limits::hides_processes`] says was asked for at this time since the boot, or later. Whoever may look into
    /// all is kept from nobody, however `/proc` is mounted.
    pub(super) fn is_known_since(&self, boot_ms: u64) -> bool {
        self.known_ms.is_none_or(|known| known >= boot_ms)
    }

    /// Says what stands between us and the host; read again soon if somebody is in `doubt` whether `/proc` shows all.
    pub(super) fn look(&mut self, doubt: bool, boot_ms: u64, unread: &mut Vec<Unread>) {
        self.looks += 1;
        if let Some(errand) = &mut self.errand {
            if let Some(standing) = errand.take(Duration::ZERO) {
                self.gaps = standing.gaps();
                self.hides_processes = standing.hides_processes();
                self.known_ms = (!standing.may(Capability::SysPtrace)).then_some(self.asked_ms);
            }
            if (doubt || self.looks.is_multiple_of(TURNS)) && errand.ask() {
                self.asked_ms = boot_ms;
            }
            if errand.is_late(PATIENCE) && !self.gaps.contains(&Gap::Late(Late::Standing)) {
                self.gaps.push(Gap::Late(Late::Standing));
            }
        }
        unread.extend(self.gaps.iter().cloned().map(Unread::gap));
    }
}

impl Standing {
    fn read(root: &Path) -> Self {
        let file = |path: &str| tree::small_file(&root.join(path), MOST).ok();
        let status = file("proc/self/status").unwrap_or_default();
        let mounts = tree::small_file(&root.join("proc/self/mounts"), MOST_MOUNTS);
        let mounts = mounts.unwrap_or_default();
        let of = |process: &str, name: &str| inode(&root.join(format!("proc/{process}/ns/{name}")));
        // Process 1 may be closed to us; process 2 is the kernel, and was never moved.
        let first = |name: &str| of("1", name).or_else(|| of("2", name));
        let both = |name: &str| Some((of("self", name)?, first(name)?));
        let groups = rustix::process::getgroups().unwrap_or_default();
        let hidepid = text::hidepid(&mounts)
            .map(|mode| (mode.into(), proc_option(&mounts, b"gid=").and_then(text::whole_number)));
        let cgroups = root.join("sys/fs/cgroup");
        let unified = ["cgroup.controllers", "unified/cgroup.controllers"];
        Self {
            user: rustix::process::geteuid().as_raw(),
            groups: groups.into_iter().map(rustix::process::Gid::as_raw).collect(),
            capabilities: value(&status, b"CapEff:").and_then(hexadecimal),
            seccomp: value(&status, b"Seccomp:").and_then(text::number),
            pid_namespace: of("self", "pid"),
            user_namespace: of("self", "user"),
            net_namespaces: both("net"),
            mount_namespaces: both("mnt"),
            runtime: runtime(root),
            hidepid,
            subset: proc_option(&mounts, b"subset=") == Some(b"pid"),
            lockdown: file("sys/kernel/security/lockdown").and_then(|text| lockdown(&text)),
            label: file("proc/self/attr/current").and_then(|label| {
                let enforces =
                    file("sys/fs/selinux/enforce").is_some_and(|it| it.starts_with(b"1"));
                confining(&label, enforces)
            }),
            no_ptrace: file("proc/sys/kernel/yama/ptrace_scope")
                .is_some_and(|scope| scope.trim_ascii() == b"3"),
            no_cgroup2: !unified.iter().any(|name| tree::exists(&cgroups.join(name))),
        }
    }

    /// `/proc` keeps the processes of others from us.
    fn hides_processes(&self) -> bool {
        let ours = |group: u32| self.groups.contains(&group);
        let closed = self.hidepid.as_ref().is_some_and(|(_, group)| !group.is_some_and(ours));
        closed && !self.may(Capability::SysPtrace)
    }

    /// What follows from it, the most important first.
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.powers();
        let alone = self.pid_namespace.is_some_and(|inode| inode != FIRST_PID);
        if alone {
            gaps.push(Gap::PidNamespace(self.runtime));
        }
        // In a process namespace of its own, process 1 is no measure of the host.
        let apart = |both: Option<(u64, u64)>| !alone && both.is_some_and(|(own, of)| own != of);
        if apart(self.net_namespaces) {
            gaps.push(Gap::NetNamespace);
        }
        if apart(self.mount_namespaces) {
            gaps.push(Gap::MountNamespace);
        }
        if let Some((mode, group)) = self.hidepid.as_ref().filter(|_| self.hides_processes()) {
            gaps.push(Gap::HidePid { mode: mode.clone(), group: *group });
        }
        let plain = [
            (self.subset, Gap::ProcSubset),
            (self.seccomp.is_some_and(|mode| mode > 0), Gap::Seccomp),
            (self.no_ptrace, Gap::NoPtrace),
            (self.no_cgroup2, Gap::NoCgroup2),
        ];
        gaps.extend(plain.into_iter().filter_map(|(there, gap)| there.then_some(gap)));
        gaps.extend(self.label.clone().map(Gap::Confined));
        gaps.extend(self.lockdown.map(Gap::Lockdown));
        gaps.sort_by(|one, other| other.weight().cmp(&one.weight()).then_with(|| one.cmp(other)));
        gaps
    }

    /// What it lacks of root's powers.
    fn powers(&self) -> Vec<Gap> {
        if self.user_namespace.is_some_and(|inode| inode != FIRST_USER) {
            return vec![Gap::UserNamespace];
        }
        let looks_into_others = [Capability::SysPtrace, Capability::DacReadSearch];
        if self.user != 0 && !looks_into_others.into_iter().any(|one| self.may(one)) {
            return vec![Gap::NotRoot(self.user)];
        }
        let lacks = Capability::ALL.into_iter().filter(|one| !self.may(*one));
        lacks.map(Gap::Capability).collect()
    }

    /// It has this capability; what could not be read is not held against root.
    fn may(&self, capability: Capability) -> bool {
        let has = |bit: u8| self.capabilities.map_or(self.user == 0, |set| set >> bit & 1 == 1);
        // What may pass by all permissions of files may read them too.
        has(capability.bit()) || (capability == Capability::DacReadSearch && has(DAC_OVERRIDE))
    }
}

/// `CAP_DAC_OVERRIDE`.
const DAC_OVERRIDE: u8 = 1;

/// The inode in the link of a namespace, `pid:[4026531836]`.
fn inode(link: &Path) -> Option<u64> {
    let target = rustix::fs::readlink(link, Vec::new()).ok()?;
    text::namespace_inode(target.to_bytes())
}

/// The first word of a line of `status`.
fn value<'a>(status: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut lines = status.split(|byte| *byte == b'\n');
    lines.find_map(|line| text::words(line.strip_prefix(key)?).next())
}

fn hexadecimal(digits: &[u8]) -> Option<u64> {
    u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// The value of an option of the `/proc` on top.
fn proc_option<'a>(mounts: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut lines = mounts.split(|byte| *byte == b'\n');
    let line = lines.rfind(|line| text::words(line).nth(1) == Some(b"/proc"))?;
    let mut options = text::words(line).nth(3)?.split(|byte| *byte == b',');
    options.find_map(|option| option.strip_prefix(key))
}

/// `none [integrity] confidentiality`: what stands in brackets holds.
fn lockdown(text: &[u8]) -> Option<Lockdown> {
    let chosen = text::words(text).find_map(|word| word.strip_prefix(b"[")?.strip_suffix(b"]"))?;
    match chosen {
        b"integrity" => Some(Lockdown::Integrity),
        b"confidentiality" => Some(Lockdown::Confidentiality),
        _ => None,
    }
}

/// The label of a security module that confines: `name (enforce)` of `AppArmor`, or a context of `SELinux` whose
/// type is none of those that are free, where it enforces.
fn confining(label: &[u8], selinux_enforces: bool) -> Option<Untrusted> {
    let label = label.strip_suffix(b"\0").unwrap_or(label).trim_ascii();
    let context = label.split(|byte| *byte == b':').nth(2);
    let confines = match context {
        Some(kind) => selinux_enforces && !FREE_TYPES.contains(&kind),
        None => label.ends_with(b"(enforce)"),
    };
    confines.then(|| Untrusted::new(label))
}

/// What runs the container that we are in, by what the runtimes leave in it.
fn runtime(root: &Path) -> Option<Runtime> {
    let there = |path: &str| tree::exists(&root.join(path));
    let file = |path: &str| tree::small_file(&root.join(path), MOST).unwrap_or_default();
    if there("var/run/secrets/kubernetes.io") || there("run/secrets/kubernetes.io") {
        return Some(Runtime::Kubernetes);
    }
    let told = [file("run/systemd/container"), file("proc/self/cgroup")].concat();
    let named = |name: &[u8]| told.windows(name.len()).any(|part| part == name);
    let by_name: [(&[u8], Runtime); 6] = [
        (b"kubepods", Runtime::Kubernetes),
        (b"libpod", Runtime::Podman),
        (b"podman", Runtime::Podman),
        (b"nspawn", Runtime::Nspawn),
        (b"lxc", Runtime::Lxc),
        (b"docker", Runtime::Docker),
    ];
    let by_name = by_name.into_iter().find(|(name, _)| named(name)).map(|(_, runtime)| runtime);
    by_name
        .or_else(|| there("run/.containerenv").then_some(Runtime::Podman))
        .or_else(|| there(".dockerenv").then_some(Runtime::Docker))
}
