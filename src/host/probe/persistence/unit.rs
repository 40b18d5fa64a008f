//! A file of systemd or git as sections, names and values. Pure.
//!
//! Invariant: total; a line that ends in a backslash goes on in the next, and a name that stands twice counts twice. A
//! setting may stand behind the name of its section, as git has it; what git and others see, nobody hides by a bracket or
//! by an equals sign in quotes.

use std::rc::Rc;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Line that it begins on, from 1.
    pub(super) line: usize,
    /// Shared, since a long name may have many settings below it.
    pub(super) section: Rc<[u8]>,
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// Every setting of a file, in its order.
pub(super) fn settings(text: &[u8]) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut section: Rc<[u8]> = Rc::default();
    let mut open: Option<(usize, Vec<u8>)> = None;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    for (at, line) in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let bare = line.trim_ascii();
        if bare.starts_with(b"#") || bare.starts_with(b";") {
            continue;
        }
        let (first, mut whole) = open.take().unwrap_or((at + 1, Vec::new()));
        if let Some(part) = line.strip_suffix(b"\\") {
            whole.extend_from_slice(part);
            whole.push(b' ');
            open = Some((first, whole));
            continue;
        }
        whole.extend_from_slice(line);
        take(&whole, first, &mut section, &mut found);
    }
    if let Some((first, whole)) = open {
        take(&whole, first, &mut section, &mut found);
    }
    found
}

fn take(line: &[u8], at: usize, section: &mut Rc<[u8]>, found: &mut Vec<Setting>) {
    let mut line = line.trim_ascii();
    while let Some((name, behind)) = heading(line) {
        *section = name.into();
        line = behind.trim_ascii_start();
    }
    if line.starts_with(b"#") || line.starts_with(b";") {
        return;
    }
    let Some(cut) = line.iter().position(|byte| *byte == b'=') else { return };
    let (name, value) = line.split_at(cut);
    let name = name.trim_ascii().to_vec();
    let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
    found.push(Setting { line: at, section: Rc::clone(section), name, value });
}

/// The name of a section, and what stands behind it in the line. A bracket in quotes is a part of the name.
fn heading(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = line.strip_prefix(b"[")?;
    let (mut is_quoted, mut is_escaped) = (false, false);
    let close = inside.iter().position(|byte| {
        let is_as_it_is = std::mem::take(&mut is_escaped);
        is_escaped = is_quoted && !is_as_it_is && *byte == b'\\';
        is_quoted ^= !is_as_it_is && *byte == b'"';
        !is_quoted && *byte == b']'
    });
    match close.and_then(|at| Some((inside.get(..at)?, inside.get(at + 1..)?))) {
        // With a quote that is left open it is a name for nobody but systemd.
        None => inside.strip_suffix(b"]").map(|name| (name, &b""[..])),
        found => found,
    }
}

/// What a value of `ExecStart=` runs, without the signs before it: `-/bin/x`, `+!!@/bin/x x`.
pub(super) fn executable(value: &[u8]) -> &[u8] {
    let signs =
        value.iter().position(|byte| !matches!(byte, b'-' | b'@' | b':' | b'+' | b'!' | b'|'));
    value.get(signs.unwrap_or(value.len())..).unwrap_or_default()
}

/// `getty@tty1.service` is made of `getty@.service`.
pub(super) fn template(name: &[u8]) -> Option<Vec<u8>> {
    let at = name.iter().position(|byte| *byte == b'@')?;
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > at)?;
    Some([name.get(..=at)?, name.get(dot..)?].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<(String, String, String)> {
        let lossy = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
        let found = settings(text.as_bytes());
        found.iter().map(|it| (lossy(&it.section), lossy(&it.name), lossy(&it.value))).collect()
    }

    #[test]
    fn a_setting_is_in_its_section_in_whatever_line_that_stands() {
        for text in [
            "[a]\nb = c",
            "[a] b = c",
            "[a]b=c",
            "[other][a] b=c",
            "[other]\n[a] ; d = e\nb = c",
            "[a] # d\nb = c",
            "[a] switch\nb = c",
            "\u{feff}[a]\nb = c",
            "[a]\n[other] d\n[a]\nb = c",
        ] {
            assert_eq!(all(text), [("a".to_owned(), "b".to_owned(), "c".to_owned())], "{text}");
        }
        assert_eq!(all("[a] b = c ]")[0].2, "c ]");
        assert_eq!(all("[a\"b]\nc=d")[0].0, "a\"b");
    }

    #[test]
    fn the_name_of_a_section_is_kept_once_however_many_settings_it_has() {
        let found = settings(b"[a]\nb=c\n[d] e=f\ng=h\ni=k\n");
        let kept = found.chunk_by(|one, other| Rc::ptr_eq(&one.section, &other.section));
        assert_eq!(kept.map(<[Setting]>::len).collect::<Vec<_>>(), [1, 3]);
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_quotes_of_a_section_its_setting_is_found(
            name in prop::collection::vec(prop::sample::select(vec!["=", "]", "[", "\\\"", "\\\\", "#", ";", " ", "l", "é"]), 0..12),
            gap in "[ \t\n]{0,3}",
        ) {
            let section = format!("filter \"{}\"", name.concat());
            let expected = (section.clone(), "clean".to_owned(), "/opt/fl".to_owned());
            prop_assert_eq!(all(&format!("[{section}]{gap}clean = /opt/fl")), [expected]);
        }

        #[test]
        fn any_text_is_taken(text in prop::collection::vec(prop::sample::select(b"[]\"\\=#; a\n".to_vec()), 0..80)) {
            prop_assert!(settings(&text).len() <= text.len());
        }
    }
}
