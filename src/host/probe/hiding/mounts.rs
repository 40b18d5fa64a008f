//! What is mounted over `/proc`: `mountinfo`, read without trust. Pure.
//!
//! Invariant: total. A mount point is bytes, with the four characters that the kernel writes as octal
//! numbers put back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::host::probe::text::{unescape, whole_number, words};

/// Files of `/proc` that tools read to count and to measure, and folders that say what there is.
const TOLD: [&[u8]; 9] = [
    b"stat", b"loadavg", b"uptime", b"meminfo", b"modules", b"mounts", b"net", b"self", b"version",
];
/// Containers of LXC get their own numbers this way.
const LXCFS: &[u8] = b"fuse.lxcfs";
/// Parts of one process's folder that are told of one by one; there are as many as somebody makes threads.
const MOST_PARTS: usize = 4;

/// Something that is mounted over a part of `/proc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cover {
    /// The process whose folder, or whose file, lies under it.
    pub(super) pid: Option<u32>,
    /// Where it is mounted.
    pub(super) point: Vec<u8>,
    /// What: kind of file system, its source, and which part of it.
    pub(super) what: Vec<u8>,
    /// So many more are mounted there, or over other parts of the same process.
    pub(super) more: u32,
}

impl Cover {
    /// What is mounted, and how much more.
    pub(super) fn shown(&self) -> Vec<u8> {
        let mut shown = self.what.clone();
        if self.more > 0 {
            shown.extend_from_slice(format!(" (+{})", self.more).as_bytes());
        }
        shown
    }
}

/// Reads a `mountinfo`, and gives what covers `/proc` or a part of it that matters. Mounts on mounts are one, so that a
/// heap of them is not the work of every look: the one on top, which is what everybody sees.
pub(super) fn covers(mountinfo: &[u8]) -> Vec<Cover> {
    let mut points: BTreeMap<(Option<u32>, Vec<u8>), Cover> = BTreeMap::new();
    for cover in mountinfo.split(|byte| *byte == b'\n').filter_map(cover) {
        match points.entry((cover.pid, cover.point.clone())) {
            Entry::Vacant(place) => drop(place.insert(cover)),
            Entry::Occupied(mut place) => {
                let more = place.get().more.saturating_add(1);
                *place.get_mut() = Cover { more, ..cover };
            }
        }
    }
    let mut found: Vec<Cover> = Vec::new();
    // Where those of the same process begin.
    let mut first = 0;
    for cover in points.into_values() {
        let same = |it: &Cover| cover.pid.is_some() && it.pid == cover.pid;
        if !found.last().is_some_and(same) {
            first = found.len();
        }
        let is_full = found.len() - first >= MOST_PARTS;
        match found.get_mut(first).filter(|_| is_full) {
            Some(first) => first.more = first.more.saturating_add(cover.more).saturating_add(1),
            None => found.push(cover),
        }
    }
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
    Some(Cover { pid, point, what, more: 0 })
}
