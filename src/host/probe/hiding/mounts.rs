//! What is mounted over `/proc`: `mountinfo`, read without trust. Pure.
//!
//! Invariant: total. A mount point is bytes, with the four characters that the kernel writes as octal
//! numbers put back.

use crate::host::probe::text::{unescape, whole_number, words};

/// Files of `/proc` that tools read to count and to measure, and folders that say what there is.
const TOLD: [&[u8]; 9] = [
    b"stat", b"loadavg", b"uptime", b"meminfo", b"modules", b"mounts", b"net", b"self", b"version",
];
/// Containers of LXC get their own numbers this way.
const LXCFS: &[u8] = b"fuse.lxcfs";

/// Something that is mounted over a part of `/proc`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cover {
    /// The process whose folder, or whose file, lies under it.
    pub(super) pid: Option<u32>,
    /// Where it is mounted.
    pub(super) point: Vec<u8>,
    /// What: kind of file system, its source, and which part of it.
    pub(super) what: Vec<u8>,
}

/// Reads a `mountinfo`, and gives what covers `/proc` or a part of it that matters.
pub(super) fn covers(mountinfo: &[u8]) -> Vec<Cover> {
    let mut found: Vec<Cover> = mountinfo.split(|byte| *byte == b'\n').filter_map(cover).collect();
    found.sort();
    found.dedup();
    found
}

fn cover(line: &[u8]) -> Option<Cover> {
    let mut fields = words(line).skip(3);
    let (root, point) = (unescape(fields.next()?), unescape(fields.next()?));
    let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
    let (kind, source) = (rest.next()?, rest.next().unwrap_or_default());
    let below = point.strip_prefix(b"/proc")?;
    let pid = match below.strip_prefix(b"/") {
        // Another file system instead of the whole.
        None => (below.is_empty() && kind != b"proc").then_some(None)?,
        Some(name) => {
            let first = name.split(|byte| *byte == b'/').next()?;
            let pid = whole_number(first);
            (pid.is_some() || (TOLD.contains(&first) && kind != LXCFS)).then_some(pid)?
        }
    };
    let what = [kind, b" ", unescape(source).as_slice(), b":", &root].concat();
    Some(Cover { pid, point, what })
}
