//! What every python runs when it starts: lines of `.pth` files, `sitecustomize` and `usercustomize`.

use super::cron::base_name;
use super::dig::{Dig, Draft, Home};
use super::ground::{Base, File};
use super::hooks::pythons;
use super::walk::{Reach, below, everywhere};
use crate::domain::facts::{AutostartKind, NotWhole};

/// A python of somebody's own lies no deeper: `.local/share/uv/tools/x`.
const DEEPEST: usize = 6;
/// So many pythons are read beside the machine's own, of one home in any case, and so many lines of one `.pth`.
const LEAST_PYTHONS: usize = 8;
const MOST_PYTHONS: usize = 128;
const MOST_LINES: usize = 200;
/// In these is no python, or too much else.
const SKIPPED: &[&[u8]] = &[
    b"node_modules",
    b"target",
    b".cargo",
    b".rustup",
    b".npm",
    b".nvm",
    b".git",
    b"__pycache__",
    b"site-packages",
    b"dist-packages",
    b"snap",
    b".steam",
];

const REACH: Reach =
    Reach { dirs: 0, deepest: DEEPEST, skipped: SKIPPED, sought: b"site-packages" };

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    for dir in pythons(dig) {
        modules(dig, root, &dir, None);
    }
    for home in dig.homes {
        let base = home.base();
        for dir in dig.list_in(base, b".local/lib") {
            if base_name(&dir).starts_with(b"python") {
                modules(dig, base, &dir, Some(home));
            }
        }
    }
    everywhere(dig, REACH, (LEAST_PYTHONS, MOST_PYTHONS), &mut own);
}

/// Looks whether a python, or an environment of one, is installed here. Whatever else lies here is looked at as well.
fn own(
    dig: &mut Dig<'_>,
    base: Base<'_>,
    (dir, names): (&[u8], &[&[u8]]),
    home: Option<&Home>,
    left: &mut usize,
) -> bool {
    let has = |name: &[u8]| names.binary_search(&name).is_ok();
    // What stands in `.local` is the machine's python and was read.
    if !has(b"lib") || dir == b".local" {
        return !base_name(dir).starts_with(b"python3.");
    }
    for lib in dig.list_quietly(base, &below(dir, b"lib")) {
        if !base_name(&lib).starts_with(b"python") {
            continue;
        }
        if *left == 0 {
            dig.part(&base.whole(dir), NotWhole::Directories);
            return false;
        }
        *left -= 1;
        modules(dig, base, &lib, home);
    }
    true
}

/// The directories that one python takes its modules from.
fn modules(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], home: Option<&Home>) {
    let user = home.map(|home| home.user.as_slice());
    for place in [below(dir, b"site-packages"), below(dir, b"dist-packages"), dir.to_vec()] {
        for path in dig.list_in(base, &place) {
            if path.ends_with(b".pth") {
                if let Some(file) = dig.read_quietly(base, &path) {
                    paths(dig, &file, user);
                }
            } else if is_custom(base_name(&path)) {
                let whole = below(&path, b"__init__.py");
                let file = dig.read_quietly(base, &path);
                if let Some(file) = file.or_else(|| dig.read_quietly(base, &whole)) {
                    dig.add_whole(AutostartKind::PythonPath, &file, user);
                }
            }
        }
    }
}

/// A module that is loaded at every start, in whatever form: a text, a program, a folder.
fn is_custom(name: &[u8]) -> bool {
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    matches!(stem, b"sitecustomize" | b"usercustomize")
}

/// Of a `.pth` the lines that python runs.
fn paths(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    let run = |text: &[u8]| text.starts_with(b"import ") || text.starts_with(b"import\t");
    let all = pieces(&file.bytes);
    let mut run = all.iter().filter(|(_, text)| run(text));
    for (line, text) in run.by_ref().take(MOST_LINES) {
        dig.add(Draft::new(AutostartKind::PythonPath, file, *line, text).by(user));
    }
    if run.next().is_some() {
        dig.part(&file.path, NotWhole::Entries);
    }
}

/// Lines as python has them, with the line that an editor shows: newer ones end a line at each sign that may end one, and
/// leave out a mark of byte order before the first.
fn pieces(text: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut found, mut line, mut start, mut at) = (Vec::new(), 1, 0, 0);
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // Where a text is not UTF-8, it is read by the locale, and one byte may be a letter.
    let is_wide = std::str::from_utf8(text).is_ok();
    while at < text.len() {
        let long = match text.get(at..).unwrap_or_default() {
            [b'\n' | b'\r' | 0x0b | 0x0c | 0x1c..=0x1e, ..] => 1,
            [0xc2, 0x85, ..] => 2,
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
            [0x85, ..] if !is_wide => 1,
            _ => 0,
        };
        if long == 0 {
            at += 1;
            continue;
        }
        found.push((line, text.get(start..at).unwrap_or_default()));
        line += usize::from(text.get(at) == Some(&b'\n'));
        at += long;
        start = at;
    }
    found.push((line, text.get(start..).unwrap_or_default()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_of_python_hold_every_byte_that_ends_none(text in "[a-z\n\r\u{b}\u{c}\u{1c}\u{85}\u{2028}é]{0,60}") {
            let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{85}', '\u{2028}'];
            let expected: Vec<&str> = text.split(ends).collect();
            let found = pieces(text.as_bytes());
            let found: Vec<&[u8]> = found.iter().map(|(_, it)| *it).collect();
            prop_assert_eq!(found, expected.iter().map(|it| it.as_bytes()).collect::<Vec<_>>());
        }
    }
}
