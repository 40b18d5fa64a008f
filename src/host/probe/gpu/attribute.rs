//! Small files in which a driver says one thing each.

use std::path::Path;

use crate::domain::facts::Reading;
use crate::host::probe::commands::refusal;
use crate::host::probe::{text, tree};

/// No attribute is longer.
const MOST: usize = 4096;

/// What stands in it, without the white space around.
pub(super) fn attribute(dir: &Path, name: &str) -> Reading<Vec<u8>> {
    match tree::small_file(&dir.join(name), MOST) {
        Ok(value) => Reading::Known(value.trim_ascii().to_vec()),
        Err(error) => refusal(error),
    }
}

/// A number, and nothing but it.
pub(super) fn count(dir: &Path, name: &str) -> Reading<u64> {
    match attribute(dir, name) {
        Reading::Known(value) => text::number(&value).map_or(Reading::Unknown, Reading::Known),
        Reading::Denied => Reading::Denied,
        Reading::Blocked => Reading::Blocked,
        Reading::Unknown => Reading::Unknown,
    }
}

/// The first of these that can be read; if none can, what the last one gave.
pub(super) fn first(dir: &Path, names: &[&str]) -> Reading<u64> {
    let mut last = Reading::Unknown;
    for name in names {
        last = count(dir, name);
        if last.known().is_some() {
            break;
        }
    }
    last
}

/// The same reading of another value.
pub(super) fn map<A, B>(reading: Reading<A>, change: impl FnOnce(A) -> B) -> Reading<B> {
    match reading {
        Reading::Known(value) => Reading::Known(change(value)),
        Reading::Denied => Reading::Denied,
        Reading::Blocked => Reading::Blocked,
        Reading::Unknown => Reading::Unknown,
    }
}

/// The value behind `KEY` and a sign, in the first line that begins so.
pub(super) fn line<'t>(text: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.find_map(|line| Some(line.strip_prefix(key)?.trim_ascii())).filter(|it| !it.is_empty())
}

/// `value` in parts of `unit`: microwatts in watts, thousandths of a degree in degrees.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(super) fn scaled(value: u64, unit: f32) -> f32 {
    value as f32 / unit
}
