//! A file of systemd as sections, names and values. Pure.
//!
//! Invariant: total; a line that ends in a backslash goes on in the next, and a name that stands twice counts twice.

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Line that it begins on, from 1.
    pub(super) line: usize,
    pub(super) section: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// Every setting of a file, in its order.
pub(super) fn settings(text: &[u8]) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut section: Vec<u8> = Vec::new();
    let mut open: Option<(usize, Vec<u8>)> = None;
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

fn take(line: &[u8], at: usize, section: &mut Vec<u8>, found: &mut Vec<Setting>) {
    let line = line.trim_ascii();
    if let Some(name) = line.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) {
        name.clone_into(section);
        return;
    }
    let Some(cut) = line.iter().position(|byte| *byte == b'=') else { return };
    let (name, value) = line.split_at(cut);
    let name = name.trim_ascii().to_vec();
    let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
    found.push(Setting { line: at, section: section.clone(), name, value });
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
