//! A walk over directories, for what may lie anywhere in them. Breadth first: what is near is found however much lies deep.
//!
//! Invariant: no more directories than were asked for, no deeper, and no link is followed.

use rustix::fs::FileType;

use super::dig::{Dig, Home};
use super::ground::Base;
use crate::domain::facts::NotWhole;

/// Where programs and pages of services lie that are nobody's home.
const OUTSIDE: [&[u8]; 3] = [b"/opt", b"/srv", b"/var/www"];
/// Directories of one of these places, of all homes together, and of one home in any case.
const MOST_OUTSIDE: usize = 1_500;
const MOST_HOMES: usize = 4_000;
const LEAST_HOME: usize = 128;

/// What goes on in a directory: its path in the base, and its names in order. `false`: nothing below it is looked at.
pub(super) type Visit<'v, 'g> = &'v mut dyn FnMut(&mut Dig<'g>, &[u8], &[&[u8]]) -> bool;

/// How far a walk goes, and what for.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) dirs: usize,
    pub(super) deepest: usize,
    /// Names that are not gone into.
    pub(super) skipped: &'static [&'static [u8]],
    /// What is looked for.
    pub(super) sought: &'static [u8],
}

impl Reach {
    /// The same in one of so many homes: none takes the turn of another.
    fn of_home(self, homes: usize) -> Self {
        Self { dirs: (MOST_HOMES / homes.max(1)).max(LEAST_HOME), ..self }
    }
}

/// Walks from a directory of a base, and says so where it did not come to the end.
fn walk<'g>(
    dig: &mut Dig<'g>,
    (base, start): (Base<'_>, &[u8]),
    reach: Reach,
    visit: Visit<'_, 'g>,
) {
    let mut level: Vec<Vec<u8>> = vec![start.to_vec()];
    let mut left = reach.dirs;
    for _ in 0..reach.deepest {
        let mut next = Vec::new();
        for dir in level {
            if left == 0 {
                // All homes are one place, so that many of them hide nothing else that was not read.
                let place = if base.is_home() { &b"~"[..] } else { start };
                let place = [place, b"/**/", reach.sought].concat();
                return dig.part(&place, NotWhole::Directories);
            }
            left -= 1;
            let Ok((listing, _)) = dig.ground.listing(base, &dir) else { continue };
            let names: Vec<&[u8]> = listing.iter().map(|(name, _)| name.as_slice()).collect();
            if !visit(dig, &dir, &names) {
                continue;
            }
            for (name, kind) in &listing {
                if next.len() >= reach.dirs {
                    break;
                }
                if reach.skipped.contains(&name.as_slice()) {
                    continue;
                }
                let path = below(&dir, name);
                let is = |kind: FileType| kind == FileType::Directory;
                // Not every file system says it.
                let meta = || dig.ground.meta(base, &path).is_ok_and(|meta| is(meta.kind));
                let is_dir = is(*kind) || (*kind == FileType::Unknown && meta());
                next.extend(is_dir.then_some(path));
            }
        }
        level = next;
    }
}

/// Looks at a directory with these names, of a base that may be a home; so many things may still be found there. `true`
/// to go on below it.
pub(super) type Find<'a, 'g> = &'a mut dyn FnMut(
    &mut Dig<'g>,
    Base<'g>,
    (&[u8], &[&[u8]]),
    Option<&'g Home>,
    &mut usize,
) -> bool;

/// Walks over each home and the places that are nobody's. Of `most` things each home has its share, and `least` in any case:
/// none takes the turn of another.
pub(super) fn everywhere<'g>(
    dig: &mut Dig<'g>,
    reach: Reach,
    (least, most): (usize, usize),
    find: Find<'_, 'g>,
) {
    let homes = dig.homes;
    for home in homes {
        let (base, mut left) = (home.base(), (most / homes.len()).max(least));
        walk(dig, (base, b""), reach.of_home(homes.len()), &mut |dig, dir, names| {
            find(dig, base, (dir, names), Some(home), &mut left)
        });
    }
    let (root, mut left) = (dig.ground.base(), most);
    outside(dig, reach, &mut |dig, dir, names| find(dig, root, (dir, names), None, &mut left));
}

/// Walks over the places that are nobody's home.
fn outside<'g>(dig: &mut Dig<'g>, reach: Reach, visit: Visit<'_, 'g>) {
    let homes = dig.homes;
    for start in OUTSIDE {
        let root = dig.ground.base();
        let reach = Reach { dirs: MOST_OUTSIDE, ..reach };
        walk(dig, (root, start), reach, &mut |dig, dir, names| {
            // Somebody's home is walked over by itself.
            !homes.iter().any(|home| home.path == dir) && visit(dig, dir, names)
        });
    }
}

/// A path below a directory of a base.
pub(super) fn below(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir.is_empty() { name.to_vec() } else { [dir, name].join(&b'/') }
}
