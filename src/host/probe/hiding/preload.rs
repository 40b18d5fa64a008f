//! What the loader puts into every program, and into one: `/etc/ld.so.preload` and `LD_PRELOAD`. Pure.
//!
//! This program is linked statically, so no library comes between it and the kernel: it reads the file that
//! such a library leaves out of listings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;

/// Variables that make the loader load what was not asked for.
const VARIABLES: [&[u8]; 2] = [b"LD_PRELOAD=", b"LD_AUDIT="];
/// Paths that the loader takes from `/etc/ld.so.preload`, at most.
const MOST: usize = 64;
/// More of a variable is not kept.
const MOST_ENTRY: usize = 4096;

/// The libraries that an `/etc/ld.so.preload` names: between spaces, tabs, line feeds and colons; a `#`
/// begins a comment.
pub(super) fn libraries(content: &[u8]) -> Vec<Vec<u8>> {
    let lines = content.split(|byte| *byte == b'\n');
    let bare = lines.map(|line| line.split(|byte| *byte == b'#').next().unwrap_or_default());
    let paths =
        bare.flat_map(|line| line.split(|byte| byte.is_ascii_whitespace() || *byte == b':'));
    paths.filter(|path| !path.is_empty()).take(MOST).map(<[u8]>::to_vec).collect()
}

/// The same of an environment that comes in parts: of it no more is kept than the variable that stands there.
#[derive(Debug, Default)]
pub(super) struct Search {
    entry: Vec<u8>,
    found: bool,
}

impl Search {
    /// Takes the next part; `true` as soon as there is nothing more to look for.
    pub(super) fn take(&mut self, part: &[u8]) -> bool {
        for (at, piece) in part.split(|byte| *byte == 0).enumerate() {
            if at > 0 {
                if self.is_over() {
                    return true;
                }
                self.entry.clear();
            }
            let room = MOST_ENTRY - self.entry.len();
            self.entry.extend_from_slice(piece.get(..room).unwrap_or(piece));
        }
        false
    }

    /// What was found, when no part is left.
    pub(super) fn end(mut self) -> Option<Vec<u8>> {
        self.is_over().then_some(self.entry)
    }

    /// An entry has ended; `true` if it is what is looked for.
    fn is_over(&mut self) -> bool {
        self.found |= is_variable(&self.entry);
        self.found
    }
}

/// It is such a variable, and not empty.
pub(super) fn is_variable(entry: &[u8]) -> bool {
    let value = VARIABLES.iter().find_map(|name| entry.strip_prefix(*name));
    value.is_some_and(|value| !value.is_empty())
}

/// The processes that are told of where they are too many. Half of them have what fewest have, so that one library in every
/// program does not bury another; the others used most CPU time.
pub(super) fn weightiest(
    found: &BTreeMap<ProcessId, Untrusted>,
    used: impl Fn(ProcessId) -> u64,
    most: usize,
) -> Vec<(ProcessId, &Untrusted)> {
    let mut all: Vec<(ProcessId, &Untrusted)> = found.iter().map(|(id, it)| (*id, it)).collect();
    if all.len() <= most {
        return all;
    }
    let mut have: HashMap<&Untrusted, usize> = HashMap::new();
    for library in found.values() {
        *have.entry(library).or_default() += 1;
    }
    let rarity = |it: &Untrusted| have.get(it).copied().unwrap_or_default();
    all.sort_by_cached_key(|(id, library)| (rarity(library), Reverse(used(*id)), *id));
    let mut busy = all.split_off((most / 2).min(all.len()));
    busy.sort_by_cached_key(|(id, _)| (Reverse(used(*id)), *id));
    all.extend(busy.into_iter().take(most.saturating_sub(all.len())));
    all.sort_by_key(|(id, _)| *id);
    all
}

/// The first of `libraries` that is mapped, by a `maps`.
pub(super) fn mapped<'l>(maps: &[u8], libraries: &'l [Vec<u8>]) -> Option<&'l [u8]> {
    // Five fields, then spaces, then the path as it is.
    let paths = maps.split(|byte| *byte == b'\n').filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b'/')?;
        line.get(at..)
    });
    for path in paths {
        let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
        let named = libraries.iter().find(|library| is_same(path, library));
        if let Some(library) = named {
            return Some(library);
        }
    }
    None
}

/// The file names it, or names it with `$LIB` or `$PLATFORM`, which stand for a folder of this machine.
fn is_same(path: &[u8], library: &[u8]) -> bool {
    if !library.contains(&b'$') {
        return path == library;
    }
    let name = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    let known = name(library).filter(|name| !name.is_empty() && !name.contains(&b'$'));
    known.is_some() && known == name(path)
}
