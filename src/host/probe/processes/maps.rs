//! What the memory and the environment of a process tell, as text. Pure.
//!
//! Invariant: total, and bounded by what it is given. The path of a mapping stands last in its line and the kernel
//! escapes line feeds in it, so it moves no field.

use super::file::Device;
use crate::domain::facts::{Environment, Mapping, MappingKind, Maps};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;

/// More odd mappings are counted and not listed.
const MOST_ODD: usize = 64;
/// Folders that anybody writes to, or that are gone after a boot.
const VOLATILE: [&[u8]; 5] = [b"/tmp/", b"/var/tmp/", b"/dev/shm/", b"/run/", b"/var/run/"];
/// What the kernel appends to the path of a file that was unlinked.
const DELETED: &[u8] = b" (deleted)";
/// Executable mappings that the kernel gives to every process.
const USUAL: [&[u8]; 5] = [b"[vdso]", b"[vsyscall]", b"[uprobes]", b"[sigpage]", b"[vectors]"];

/// Variables that tell how a process came to be started; a name that ends in `_` stands for all that begin so.
const ENTRY: [&str; 17] = [
    "SSH_",
    "SUDO_",
    "REMOTE_",
    "REQUEST_",
    "HTTP_",
    "QUERY_STRING",
    "SCRIPT_",
    "SERVER_",
    "GATEWAY_",
    "LD_",
    "PWD",
    "OLDPWD",
    "KUBERNETES_",
    "container",
    "INVOCATION_ID",
    "XDG_SESSION_ID",
    "CRON_TZ",
];

/// One line of `/proc/PID/maps`.
struct Line<'a> {
    from: u64,
    to: u64,
    flags: &'a [u8],
    device: Device,
    inode: u64,
    path: &'a [u8],
}

/// Reads `/proc/PID/maps`. `has_name` says whether the file of a mapping (given as the kernel names it in `map_files`)
/// has a name on disk though its text says that it has none; `memory` whether a device holds files in memory alone.
pub(super) fn maps(
    text: &[u8],
    cut: bool,
    memory: impl Fn(Device) -> bool,
    has_name: impl Fn(&str) -> bool,
) -> Maps {
    let mut maps = Maps { cut, ..Maps::default() };
    for line in text.split(|byte| *byte == b'\n').filter_map(Line::parse) {
        maps.count += 1;
        if line.flags.get(2) != Some(&b'x') {
            continue;
        }
        let named = || has_name(&format!("{:x}-{:x}", line.from, line.to));
        let Some(kind) = line.kind(&memory, named) else { continue };
        if maps.odd.len() == MOST_ODD {
            maps.more += 1;
            continue;
        }
        maps.odd.push(Mapping {
            from: line.from,
            size: line.to.saturating_sub(line.from),
            kind,
            writable: line.flags.get(1) == Some(&b'w'),
            path: Untrusted::new(line.path),
        });
    }
    maps
}

impl<'a> Line<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let mut fields = line.splitn(6, |byte| *byte == b' ');
        let (from, to) = pair(fields.next()?, b'-')?;
        let flags = fields.next()?;
        let _offset = fields.next()?;
        let (major, minor) = pair(fields.next()?, b':')?;
        let inode = text::number(fields.next()?)?;
        let path = fields.next().unwrap_or_default().trim_ascii_start();
        let device = (major.try_into().ok()?, minor.try_into().ok()?);
        Some(Self { from, to, flags, device, inode, path })
    }

    fn kind(
        &self,
        memory: impl Fn(Device) -> bool,
        named: impl Fn() -> bool,
    ) -> Option<MappingKind> {
        if self.inode == 0 && !self.path.starts_with(b"/") {
            return (!USUAL.contains(&self.path)).then_some(MappingKind::Anonymous);
        }
        if memory(self.device) {
            return Some(MappingKind::Memory);
        }
        if self.path.ends_with(DELETED) && !named() {
            return Some(MappingKind::Deleted);
        }
        let volatile = VOLATILE.iter().any(|folder| self.path.starts_with(folder));
        volatile.then_some(MappingKind::Volatile)
    }
}

fn pair(text: &[u8], between: u8) -> Option<(u64, u64)> {
    let at = text.iter().position(|byte| *byte == between)?;
    let (one, other) = text.split_at(at);
    Some((text::hexadecimal(one)?, text::hexadecimal(other.get(1..)?)?))
}

/// Reads `/proc/PID/environ`. A process may have written anything there, also what has no name and no value.
pub(super) fn environment(text: &[u8], cut: bool) -> Environment {
    let all = text.split(|byte| *byte == 0).filter(|variable| !variable.is_empty());
    let (entry, rest): (Vec<_>, Vec<_>) = all.partition(|variable| tells_entry(variable));
    let keep = |some: Vec<&[u8]>| some.into_iter().map(Untrusted::new).collect();
    Environment { entry: keep(entry), rest: keep(rest), cut }
}

fn tells_entry(variable: &[u8]) -> bool {
    let name = variable.split(|byte| *byte == b'=').next().unwrap_or_default();
    let fits = |entry: &&str| match entry.as_bytes() {
        all if all.ends_with(b"_") => name.starts_with(all),
        one => name == one,
    };
    ENTRY.iter().any(fits)
}

/// Bytes of transparent huge pages, from `/proc/PID/smaps_rollup`.
pub(super) fn transparent(rollup: &[u8]) -> Option<u64> {
    let mut lines = rollup.split(|byte| *byte == b'\n');
    let value = lines.find_map(|line| line.strip_prefix(b"AnonHugePages:"))?;
    text::words(value).next().and_then(text::number)?.checked_mul(1024)
}
