//! dpkg's database: `info/*.list`, `info/*.md5sums`, the conffiles in `status`, and diversions.
//!
//! A list says what a package has now; `md5sums` is as it was shipped, so it counts only for what is in the list.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::digest::{Algorithm, Seal};
use super::index::Builder;
use super::paths::Merged;
use super::{Database, database_file};
use crate::host::probe::{Roots, text, tree};

/// More of a list is not read.
const MOST_LIST: usize = 32 << 20;
/// More of `status` is not read.
const MOST_STATUS: usize = 128 << 20;
/// More of the diversions is not read; a host has a few dozen.
const MOST_DIVERSIONS: usize = 1 << 20;

/// Where a file was moved to, and by which package; no package if the administrator did it.
type Diversions = HashMap<Vec<u8>, (Vec<u8>, Vec<u8>)>;

/// Digests of configuration files, by package.
type Conffiles<'s> = HashMap<&'s [u8], Vec<(&'s [u8], Seal)>>;

/// Reads it all, if there is such a database.
pub(super) fn read(roots: &Roots, builder: &mut Builder) {
    let info = roots.at("var/lib/dpkg/info");
    let names = tree::names(&info);
    let mut trouble = None;
    let status = database_file(&roots.at("var/lib/dpkg/status"), MOST_STATUS);
    if names.is_empty() && status.is_none() {
        return;
    }
    if status.is_none() {
        trouble = Some("its status cannot be read");
    }
    let status = status.unwrap_or_default();
    let (merged, conffiles) = (builder.merged(), conffiles(&status));
    let diversions = database_file(&roots.at("var/lib/dpkg/diversions"), MOST_DIVERSIONS);
    let diversions = diversions_of(&diversions.unwrap_or_default(), &merged);
    for name in &names {
        let Some(full) = name.strip_suffix(b".list") else { continue };
        let path = |ending: &[u8]| info.join(OsStr::from_bytes(&[full, ending].concat()));
        let Some(list) = database_file(&path(b".list"), MOST_LIST) else {
            trouble = Some("a list cannot be read");
            continue;
        };
        let sums = database_file(&path(b".md5sums"), MOST_LIST).unwrap_or_default();
        if builder.spend(list.len() + sums.len()).is_none() {
            break;
        }
        let package = full.split(|byte| *byte == b':').next().unwrap_or(full);
        let conffiles = conffiles.get(package).map_or(&[][..], Vec::as_slice);
        let seals = seals(&sums, conffiles, &merged);
        let files = listed(&list).map(|path| {
            let path = merged.normal(path);
            let seal = seals.get(&path).copied();
            (moved(path, package, &diversions), seal)
        });
        builder.add(package, files);
    }
    builder.end_of(Database::Dpkg, trouble);
}

/// Another package's file may have been put aside for the one of `package`.
fn moved(path: Vec<u8>, package: &[u8], diversions: &Diversions) -> Vec<u8> {
    match diversions.get(&path) {
        Some((to, by)) if by != package => to.clone(),
        _ => path,
    }
}

fn seals(sums: &[u8], conffiles: &[(&[u8], Seal)], merged: &Merged) -> HashMap<Vec<u8>, Seal> {
    let shipped = md5sums(sums);
    let all = shipped.chain(conffiles.iter().copied());
    all.map(|(path, seal)| (merged.normal(path), seal)).collect()
}

/// The paths in a list. What the next path lies in is a folder, and folders are of no use here.
pub(super) fn listed(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut lines = list.split(|byte| *byte == b'\n').peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let folder = lines.peek().is_some_and(|next| {
                next.strip_prefix(line).is_some_and(|rest| rest.starts_with(b"/"))
            });
            if line.starts_with(b"/") && line != b"/." && !folder {
                return Some(line);
            }
        }
    })
}

/// Lines of 32 digits, two blanks, and a path from the root.
pub(super) fn md5sums(sums: &[u8]) -> impl Iterator<Item = (&[u8], Seal)> {
    sums.split(|byte| *byte == b'\n').filter_map(|line| {
        let (digits, rest) = line.split_at_checked(32)?;
        let path = rest.strip_prefix(b"  ").or_else(|| rest.strip_prefix(b" *"))?;
        (!path.is_empty()).then_some(())?;
        Some((path, Seal::from_hex(Algorithm::Md5, digits)?))
    })
}

/// ` /etc/name digest`, sometimes with a word behind it, below `Conffiles:` of each package.
pub(super) fn conffiles(status: &[u8]) -> Conffiles<'_> {
    let (mut found, mut package, mut within) = (Conffiles::new(), &b""[..], false);
    for line in status.split(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"Package: ") {
            (package, within) = (name, false);
        } else if line == b"Conffiles:" {
            within = true;
        } else if !line.starts_with(b" ") {
            within = false;
        } else if within {
            let mut words = text::words(line);
            let (Some(path), Some(digits)) = (words.next(), words.next()) else { continue };
            if let Some(seal) = Seal::from_hex(Algorithm::Md5, digits) {
                found.entry(package).or_default().push((path, seal));
            }
        }
    }
    found
}

/// Three lines each: the path, where its file went, and the package that wanted that (`:` is the administrator).
fn diversions_of(text: &[u8], merged: &Merged) -> Diversions {
    let mut lines = text.split(|byte| *byte == b'\n');
    let mut found = Diversions::new();
    while let (Some(from), Some(to), Some(by)) = (lines.next(), lines.next(), lines.next()) {
        found.insert(merged.normal(from), (merged.normal(to), by.to_vec()));
    }
    found
}
