//! What the package databases say about the libraries of an `/etc/ld.so.preload`.
//!
//! Invariant: a list is called unchanged only if every library of it is, whatever the loader puts in for its variables.
//! A name says nothing: whoever can write the list can call a library as they like.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::facts::{FileStanding, Packaged};
use crate::host::probe::{Packages, Roots, file, tree};

/// What the loader may put in for `$LIB` and for `$PLATFORM`, on the machines that this program runs on.
const LIB: [&str; 5] =
    ["lib64", "lib", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib/arm-linux-gnueabihf"];
const PLATFORM: [&str; 5] = ["x86_64", "aarch64", "v6l", "v7l", "v8l"];
/// Links that are followed, one after the other.
const MOST_LINKS: usize = 8;

/// The weightiest that is said about any of them, and how those files stand that are not as a package has them.
pub(super) fn judged(
    roots: &Roots,
    packages: &Packages,
    libraries: &[Vec<u8>],
) -> (Packaged, Vec<FileStanding>) {
    let mut files = Vec::new();
    let mut all = libraries.iter().map(|library| one(roots, packages, library, &mut files));
    let first = all.next().unwrap_or_default();
    let worst = all.fold(first, |worst, it| if weight(&it) > weight(&worst) { it } else { worst });
    (worst, files)
}

const fn weight(packaged: &Packaged) -> u8 {
    match packaged {
        Packaged::Unchanged(_) => 0,
        Packaged::Undigested(_) => 1,
        Packaged::Unknown => 2,
        Packaged::No => 3,
        Packaged::Changed(_) => 4,
    }
}

fn one(
    roots: &Roots,
    packages: &Packages,
    library: &[u8],
    files: &mut Vec<FileStanding>,
) -> Packaged {
    let there = places(library).into_iter().filter(|it| tree::exists(&roots.below(it)));
    let judge = |it: PathBuf| (of_file(roots, packages, it.clone()), it);
    let judged: Vec<(Packaged, PathBuf)> = there.map(judge).collect();
    if judged.is_empty() {
        files.push(file::standing(roots, Path::new(OsStr::from_bytes(library))));
    }
    let doubtful = judged.iter().filter(|(it, _)| !matches!(it, Packaged::Unchanged(_)));
    files.extend(doubtful.map(|(_, path)| file::standing(roots, path)));
    judged.into_iter().map(|(it, _)| it).max_by_key(weight).unwrap_or_default()
}

/// A link is what it leads to, since that is what is loaded.
fn of_file(roots: &Roots, packages: &Packages, mut path: PathBuf) -> Packaged {
    for _ in 0..MOST_LINKS {
        let Ok(target) = rustix::fs::readlink(roots.below(&path), Vec::new()) else {
            return packages.judge(&path);
        };
        let Some(folder) = path.parent() else { break };
        path = folder.join(OsStr::from_bytes(target.to_bytes()));
    }
    Packaged::Unknown
}

/// Every file that it can be.
fn places(library: &[u8]) -> Vec<PathBuf> {
    let mut texts = vec![library.to_vec()];
    for (name, values) in [("LIB", LIB), ("PLATFORM", PLATFORM)] {
        for sign in [format!("${{{name}}}"), format!("${name}")] {
            let put = |text: &Vec<u8>| match find(text, sign.as_bytes()) {
                Some(at) => values.iter().map(|it| put_in(text, at, sign.len(), it)).collect(),
                None => vec![text.clone()],
            };
            texts = texts.iter().flat_map(put).collect();
        }
    }
    texts.dedup();
    texts.iter().map(|it| Path::new(OsStr::from_bytes(it)).to_owned()).collect()
}

fn find(text: &[u8], sign: &[u8]) -> Option<usize> {
    text.windows(sign.len()).position(|part| part == sign)
}

fn put_in(text: &[u8], at: usize, length: usize, value: &str) -> Vec<u8> {
    let (before, rest) = text.split_at(at);
    [before, value.as_bytes(), rest.get(length..).unwrap_or_default()].concat()
}
