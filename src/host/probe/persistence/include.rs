//! Files that a file names: followed as far as a program would, and lines that go on in the next.
//!
//! Invariant: bounded in files, in depth, in what a pattern may fit and in what is tried for it: a home that leads in
//! circles takes nobody else's time. Nothing named in a home is read out of it. What was not followed is an entry that
//! says so.

use std::collections::BTreeSet;

use super::cron::base_name;
use super::dig::{Dig, Draft, Home, LONGEST};
use super::ground::{Base, File};
use crate::domain::facts::{AutostartKind, NotWhole, Remark};

/// More files are not followed from one family's, nor deeper, nor more from one pattern.
const MOST_FILES: usize = 256;
const DEEPEST: usize = 16;
const MOST_FITTING: usize = 256;
/// Of one file no more leads are looked at; whoever collects them stops one later, so that it is known that there are more.
const MOST_LEADS: usize = 256;
pub(super) const ENOUGH_LEADS: usize = MOST_LEADS + 1;
/// A longer path cannot be opened, and a longer name is none.
const LONGEST_PATH: usize = 4096;
const LONGEST_NAME: usize = 255;
/// Names of one file that are not followed are no more entries than this.
const MOST_TOLD: usize = 32;

/// Where a file leads.
pub(super) struct Lead {
    pub(super) line: usize,
    pub(super) text: Vec<u8>,
    /// From the root; with a slash at its end it is every file of a directory. `*`, `?` and `[…]` fit names.
    pub(super) path: Vec<u8>,
}

impl Lead {
    /// Of this text only as much is kept as an entry holds.
    pub(super) fn new(line: usize, text: &[u8], path: Vec<u8>) -> Self {
        Self { line, text: text.get(..LONGEST).unwrap_or(text).to_vec(), path }
    }
}

/// Whose files are followed, and what entries they are.
#[derive(Clone, Copy)]
pub(super) struct Trail<'h> {
    pub(super) kind: AutostartKind,
    pub(super) home: Option<&'h Home>,
}

/// These files and all that they lead to, each once.
pub(super) fn follow(
    dig: &mut Dig<'_>,
    trail: Trail<'_>,
    first: Vec<File>,
    leads: &dyn Fn(&File) -> Vec<Lead>,
) -> Vec<File> {
    let mut seen: BTreeSet<Vec<u8>> = first.iter().map(|file| file.path.clone()).collect();
    let mut asked: BTreeSet<Vec<u8>> = BTreeSet::new();
    let (mut done, mut level) = (Vec::new(), first);
    let mut left = MOST_FILES;
    for depth in 0..=DEEPEST {
        let mut next = Vec::new();
        for file in &level {
            let mut told = 0;
            let mut leads = leads(file);
            if leads.len() > MOST_LEADS {
                dig.part(&file.path, NotWhole::Entries);
                leads.truncate(MOST_LEADS);
            }
            for lead in leads {
                let place = place(dig, trail, &lead.path)
                    .filter(|(base, _)| depth < DEEPEST && left > 0 && dig.may_try(*base))
                    .filter(|(_, pattern)| is_path(pattern));
                let Some((base, pattern)) = place else {
                    told += 1;
                    if told <= MOST_TOLD {
                        not_followed(dig, trail, file, &lead);
                    }
                    continue;
                };
                if !asked.insert(base.whole(&pattern)) {
                    continue;
                }
                for path in fitting(dig, base, &pattern) {
                    if left == 0 || !dig.may_try(base) {
                        dig.part(&lead.path, NotWhole::Entries);
                        break;
                    }
                    if seen.insert(base.whole(&path)) {
                        let read = dig.try_read(base, &path);
                        left -= usize::from(read.is_some());
                        next.extend(read);
                    }
                }
            }
        }
        done.append(&mut level);
        if next.is_empty() {
            break;
        }
        level = next;
    }
    done
}

/// The kernel could open it.
fn is_path(path: &[u8]) -> bool {
    path.len() <= LONGEST_PATH
        && path.split(|byte| *byte == b'/').all(|part| part.len() <= LONGEST_NAME)
}

/// The base of a path and the path in it; `None` where it leads out of the home.
fn place<'h>(dig: &Dig<'h>, trail: Trail<'h>, path: &[u8]) -> Option<(Base<'h>, Vec<u8>)> {
    let Some(home) = trail.home else {
        return path.starts_with(b"/").then(|| (dig.ground.base(), path.to_vec()));
    };
    let below = path.strip_prefix(home.path.as_slice())?.strip_prefix(b"/")?;
    Some((home.base(), below.to_vec()))
}

fn not_followed(dig: &mut Dig<'_>, trail: Trail<'_>, file: &File, lead: &Lead) {
    let user = trail.home.map(|home| home.user.as_slice());
    let draft = Draft::new(trail.kind, file, lead.line, &lead.text).by(user);
    dig.add(draft.remark(Remark::NotFollowed, true));
}

/// Paths that a pattern fits, as `glob` has them: a name that begins with a dot fits only what does.
fn fitting(dig: &mut Dig<'_>, base: Base<'_>, pattern: &[u8]) -> Vec<Vec<u8>> {
    let (is_dir, pattern) = match pattern.strip_suffix(b"/") {
        Some(dir) => (true, dir),
        None => (false, pattern),
    };
    let mut found: Vec<Vec<u8>> = vec![Vec::new()];
    // What stands between two names with signs in them, and is put behind all that was found at once.
    let mut plain: Vec<u8> = Vec::new();
    for (at, part) in pattern.split(|byte| *byte == b'/').enumerate() {
        if !part.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
            if at > 0 {
                plain.push(b'/');
            }
            plain.extend_from_slice(part);
            continue;
        }
        let mut next = Vec::new();
        for dir in found {
            let Some(names) = dig.try_list(base, &[dir, plain.clone()].concat()) else {
                dig.part(&base.whole(pattern), NotWhole::Names);
                break;
            };
            let hidden = part.starts_with(b".");
            let fits = names.into_iter().filter(|path| {
                let name = base_name(path);
                (hidden || !name.starts_with(b".")) && fits(part, name)
            });
            next.extend(fits.take(MOST_FITTING));
            if next.len() >= MOST_FITTING {
                dig.part(&base.whole(pattern), NotWhole::Names);
                next.truncate(MOST_FITTING);
                break;
            }
        }
        found = next;
        plain.clear();
    }
    for path in &mut found {
        path.extend_from_slice(&plain);
    }
    if is_dir {
        let listed = found.iter().map_while(|dir| dig.try_list(base, dir));
        found = listed.flatten().take(MOST_FITTING).collect();
    }
    found
}

/// A name fits a pattern. Takes time for each byte of the name and each of the pattern once a star.
pub(super) fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    // Behind it no class is closed, and nobody looks for its end at each step.
    let closed = pattern.iter().rposition(|byte| *byte == b']').unwrap_or(0);
    while let Some(byte) = name.get(pos) {
        let one = match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, pos));
                at += 1;
                continue;
            }
            Some(b'?') => Some(1),
            Some(b'[') if at < closed => class(pattern.get(at..).unwrap_or_default(), *byte),
            Some(plain) => (plain == byte).then_some(1),
            None => None,
        };
        match (one, star) {
            (Some(length), _) => {
                at += length;
                pos += 1;
            }
            (None, Some((after, taken))) => {
                star = Some((after, taken + 1));
                at = after;
                pos = taken + 1;
            }
            (None, None) => return false,
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

/// How long a class of letters is that fits, such as `[a-z]`; one that is not closed is a bracket.
fn class(pattern: &[u8], byte: u8) -> Option<usize> {
    let close = pattern.iter().skip(2).position(|it| *it == b']').map(|at| at + 2);
    let Some(close) = close else { return (byte == b'[').then_some(1) };
    let inside = pattern.get(1..close).unwrap_or_default();
    let (not, inside) = match inside.split_first() {
        Some((b'!' | b'^', rest)) => (true, rest),
        _ => (false, inside),
    };
    let range = |it: &[u8]| matches!(it, [from, b'-', to] if (*from..=*to).contains(&byte));
    let fits = inside.contains(&byte) || inside.windows(3).any(range);
    (fits != not).then_some(close + 1)
}

/// Lines from 1 that are neither blank nor remarks; one that ends in a backslash goes on in the next, over remarks.
pub(super) fn joined(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
    joined_but(text, |line| line.starts_with(b"#"))
}

/// The same where remarks begin otherwise.
pub(super) fn joined_but(text: &[u8], is_remark: impl Fn(&[u8]) -> bool) -> Vec<(usize, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Vec<u8>)> = None;
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let bare = line.strip_suffix(b"\r").unwrap_or(line);
        if is_remark(bare.trim_ascii_start()) || (open.is_none() && bare.trim_ascii().is_empty()) {
            continue;
        }
        let (first, mut whole) = open.take().unwrap_or((at + 1, Vec::new()));
        if let Some(part) = bare.strip_suffix(b"\\") {
            whole.extend_from_slice(part);
            open = Some((first, whole));
        } else {
            whole.extend_from_slice(if whole.is_empty() { line } else { bare });
            found.push((first, whole));
        }
    }
    found.extend(open);
    found
}

/// The directory of a file, and a path that stands in it.
pub(super) fn beside(file: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let cut = file.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    [file.get(..cut).unwrap_or_default(), path].join(&b'/')
}

/// A word without the quotes around it.
pub(super) fn unquoted(word: &[u8]) -> &[u8] {
    let inside = |quote: &[u8]| word.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    inside(b"\"").or_else(|| inside(b"'")).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit_names_as_glob_has_it() {
        for (pattern, name, so) in [
            ("*.conf", "x.conf", true),
            ("*.conf", "x.con", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[x", "[x", true),
            ("*a*b*", "xxaxxbxx", true),
            ("", "x", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), so, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_star_fits_whatever_stands_in_its_place(a in "[a-z]{0,4}", b in "[a-z]{0,9}", c in "[a-z]{0,4}") {
            let (pattern, name) = (format!("{a}*{c}"), format!("{a}{b}{c}"));
            prop_assert!(fits(pattern.as_bytes(), name.as_bytes()));
        }

        #[test]
        fn any_pattern_and_any_lines_are_taken(pattern in prop::collection::vec(any::<u8>(), 0..40), name in prop::collection::vec(any::<u8>(), 0..40)) {
            fits(&pattern, &name);
            let all: usize = joined(&name).iter().map(|(_, line)| line.len()).sum();
            prop_assert!(all <= name.len());
        }
    }
}
