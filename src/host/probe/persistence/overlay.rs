//! Drop-ins laid over units as systemd does it: by the names of the files, whatever folder they are in; of two files of one
//! name the one in the stronger folder counts, and the other is as if it were not there.
//!
//! Deliberately absent: drop-ins of aliases and of single instances of a template.

use std::collections::BTreeMap;

use super::cron::base_name;
use super::ground::File;
use super::unit::{Setting, settings};

/// Of one folder so many are laid over units. All of them are entries.
const MOST: usize = 256;

/// One file.
pub(super) struct DropIn {
    pub(super) file: File,
    pub(super) found: Vec<Setting>,
    /// The unit that its folder is named for, or many of them: `service`, `a-.service`.
    pub(super) unit: Vec<u8>,
    /// Its place on the search path; the least is the strongest.
    place: usize,
}

/// How strong the folder of a file is, the least the most: whether it is for all units of a kind, its place on the search
/// path, and how much of the unit's name it leaves out.
type Rank = (bool, usize, usize);

/// All drop-ins of a search path.
#[derive(Default)]
pub(super) struct Overlays {
    by_unit: BTreeMap<Vec<u8>, Vec<DropIn>>,
    dirs: Vec<Vec<u8>>,
}

impl Overlays {
    /// Takes the files of a folder `name`, which ends in `.d`, in a directory of the search path. The strongest directory
    /// comes first.
    pub(super) fn add(&mut self, name: &[u8], dir: &[u8], files: impl Iterator<Item = File>) {
        if self.dirs.last().is_none_or(|last| last != dir) {
            self.dirs.push(dir.to_vec());
        }
        let (place, unit) = (self.dirs.len(), name.strip_suffix(b".d").unwrap_or(name).to_vec());
        let drop_in = |file: File| {
            let found = settings(&file.bytes);
            DropIn { file, found, unit: unit.clone(), place }
        };
        let drop_ins: Vec<DropIn> = files.map(drop_in).collect();
        self.by_unit.entry(unit).or_default().extend(drop_ins);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &DropIn> {
        self.by_unit.values().flatten()
    }

    /// Those of a unit, in the order in which they count: the last one has the last word.
    pub(super) fn of(&self, unit: &[u8]) -> Vec<&DropIn> {
        let folders = folders(unit);
        let last = folders.len().saturating_sub(1);
        let mut chosen: BTreeMap<&[u8], (Rank, &DropIn)> = BTreeMap::new();
        for (depth, folder) in folders.iter().enumerate() {
            for one in self.by_unit.get(folder).into_iter().flatten().take(MOST) {
                let rank = (depth == last, one.place, depth);
                let slot = chosen.entry(base_name(&one.file.path)).or_insert((rank, one));
                if rank < slot.0 {
                    *slot = (rank, one);
                }
            }
        }
        chosen.into_values().map(|(_, one)| one).collect()
    }
}

/// Whose drop-ins a unit has: its own, those of every beginning of its name that ends in a dash, and those of its kind.
fn folders(unit: &[u8]) -> Vec<Vec<u8>> {
    let dot = unit.iter().rposition(|byte| *byte == b'.').unwrap_or(unit.len());
    let (stem, kind) = unit.split_at(dot);
    let mut folders = vec![unit.to_vec()];
    let dashes = stem.iter().enumerate().rev().filter(|(at, byte)| **byte == b'-' && *at > 0);
    let beginnings = dashes.filter_map(|(at, _)| stem.get(..=at)).filter(|it| *it != stem);
    folders.extend(beginnings.map(|beginning| [beginning, kind].concat()));
    folders.push(kind.strip_prefix(b".").unwrap_or(kind).to_vec());
    folders
}

/// Whom these settings, in their order, have a unit run as; `None` where they do not say.
pub(super) fn account<'s>(all: impl Iterator<Item = &'s Setting>) -> Option<Vec<u8>> {
    let (mut user, mut is_dynamic) = (None, false);
    for setting in all {
        match setting.name.as_slice() {
            // Nothing behind it takes back what was said.
            b"User" => user = Some(&setting.value).filter(|it| !it.is_empty()),
            b"DynamicUser" => {
                is_dynamic = matches!(setting.value.as_slice(), b"yes" | b"true" | b"on" | b"1");
            }
            _ => {}
        }
    }
    // systemd makes up an account for the unit, which is not root.
    user.cloned().or_else(|| is_dynamic.then(|| b"dynamic".to_vec()))
}
