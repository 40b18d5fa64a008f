//! From `/proc/PID/cgroup` to the container that a process is in, or the unit of systemd. Pure.
//!
//! Both versions of control groups, and both ways in which container runtimes name theirs: paths of their own, and
//! units of systemd. Of containers within containers the innermost counts.
//!
//! Invariant: total. A name counts only in the full form that the runtime gives it, 64 hexadecimal digits where there
//! are ids, so that a group that is only called "docker-x.scope" is no container. Deliberately absent: belief. Root can
//! put any process into any group; who needs to be sure compares namespaces.

use crate::domain::facts::{Container, Runtime};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;

/// Prefixes of 64 digits in the name of a scope or a folder.
const PREFIXES: [(&[u8], Runtime); 7] = [
    (b"docker-", Runtime::Docker),
    (b"cri-containerd-", Runtime::Containerd),
    (b"nerdctl-", Runtime::Containerd),
    (b"containerd-", Runtime::Containerd),
    (b"libpod-payload-", Runtime::Podman),
    (b"libpod-", Runtime::Podman),
    (b"crio-", Runtime::CriO),
];
/// Prefixes of the name of a container that has no id.
const NAMED: [(&[u8], Runtime); 3] = [
    (b"lxc.payload.", Runtime::Lxc),
    (b"systemd-nspawn@", Runtime::Nspawn),
    (b"machine-", Runtime::Nspawn),
];
/// What units of systemd are called. A slice holds units, and is none that runs anything.
const UNITS: [&[u8]; 4] = [b".service", b".scope", b".socket", b".mount"];
/// What the kernel appends to the path of a group that was removed.
const REMOVED: &[u8] = b" (deleted)";

/// Path of the control group, and what it says where the process runs.
pub(super) fn parse(cgroup: &[u8]) -> (Untrusted, Option<Container>) {
    let paths = || cgroup.split(|byte| *byte == b'\n').filter_map(Line::parse);
    let found = paths().find_map(|line| innermost(line.path));
    let shown = paths().filter(|line| line.path != b"/").max_by_key(Line::weight);
    let shown = shown.map_or(&b"/"[..], |line| line.path);
    let path = if cgroup.is_empty() { Untrusted::default() } else { Untrusted::new(shown) };
    (path, found.or_else(|| unit(shown)))
}

/// `0::/path`, or `7:cpu,cpuacct:/path` of the first version.
struct Line<'a> {
    controllers: &'a [u8],
    path: &'a [u8],
}

impl<'a> Line<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let mut parts = line.splitn(3, |byte| *byte == b':');
        text::whole_number(parts.next()?)?;
        let (controllers, path) = (parts.next()?, parts.next()?);
        path.starts_with(b"/").then_some(Self { controllers, path })
    }

    /// Which of several paths is shown: the unified one, that of systemd, any other.
    fn weight(&self) -> u8 {
        match self.controllers {
            b"" => 2,
            b"name=systemd" => 1,
            _ => 0,
        }
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    let path = path.strip_suffix(REMOVED).unwrap_or(path);
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty())
}

fn innermost(path: &[u8]) -> Option<Container> {
    let parts: Vec<&[u8]> = parts(path).collect();
    let at = |at: usize| parts.get(at).copied().unwrap_or_default();
    (0..parts.len()).rev().find_map(|place| {
        let above = place.checked_sub(1).map_or(&b""[..], at);
        let in_pod = (0..place).any(|before| at(before).starts_with(b"kubepods"));
        by_id(at(place), above, in_pod).or_else(|| by_name(at(place), above))
    })
}

/// A container with an id: `docker-ID.scope`, `pod…slice:cri-containerd:ID`, or the bare id below a folder.
fn by_id(part: &[u8], above: &[u8], in_pod: bool) -> Option<Container> {
    let name = part.strip_suffix(b".scope").unwrap_or(part);
    let id = name.get(name.len().checked_sub(64)?..)?;
    if !id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let before = name.get(..name.len() - 64)?;
    let runtime = match before {
        b"" if in_pod => Runtime::Kubernetes,
        b"" if matches!(above, b"default" | b"k8s.io" | b"containerd") => Runtime::Containerd,
        b"" => Runtime::Docker,
        _ if before.ends_with(b":cri-containerd:") => Runtime::Containerd,
        _ if before.ends_with(b":docker:") => Runtime::Docker,
        _ => PREFIXES.iter().find(|(prefix, _)| *prefix == before)?.1,
    };
    Some(Container { runtime, id: Untrusted::new(id) })
}

/// A container with a name: those of LXC and of systemd-nspawn.
fn by_name(part: &[u8], above: &[u8]) -> Option<Container> {
    if matches!(above, b"lxc" | b"lxc.payload") {
        return Some(Container { runtime: Runtime::Lxc, id: Untrusted::new(part) });
    }
    let (prefix, runtime) = NAMED.iter().find(|(prefix, _)| part.starts_with(prefix))?;
    let name = part.get(prefix.len()..)?;
    let name = if *runtime == Runtime::Lxc {
        name.to_vec()
    } else {
        let unit = name.strip_suffix(b".service").or_else(|| name.strip_suffix(b".scope"))?;
        unescaped(unit)
    };
    // libvirt puts its machines beside those of nspawn; the ones with a kernel of their own are no containers.
    let runtime = match (runtime, name.starts_with(b"lxc-"), name.starts_with(b"qemu-")) {
        (Runtime::Nspawn, true, _) => Runtime::Lxc,
        (Runtime::Nspawn, _, true) => return None,
        (runtime, _, _) => *runtime,
    };
    (!name.is_empty()).then(|| Container { runtime, id: Untrusted::new(name) })
}

/// The innermost unit of systemd.
fn unit(path: &[u8]) -> Option<Container> {
    let is_unit =
        |part: &&[u8]| UNITS.iter().any(|kind| part.len() > kind.len() && part.ends_with(kind));
    let unit = parts(path).rfind(is_unit)?;
    Some(Container { runtime: Runtime::Systemd, id: Untrusted::new(unit) })
}

/// systemd writes a byte that may not stand in the name of a unit as `\x2d`.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        let byte = after.strip_prefix(b"x").and_then(|digits| text::hexadecimal(digits.get(..2)?));
        let byte = byte.and_then(|byte| u8::try_from(byte).ok()).filter(|_| *first == b'\\');
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    plain
}
