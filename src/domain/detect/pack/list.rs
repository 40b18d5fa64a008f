//! Plain lists: one indicator a line, remarks behind `#`, and what it is told by its form.
//!
//! Remarks of the form `# source: …` at the beginning say whose it is: `name`, `source`, `licence`, `date`, `expires`.

use super::{Indicator, Pack, Pattern, Row, day, shown};
use crate::domain::detect::fault::{BadRule, MOST, RuleFault};

/// Reads a list.
pub(in crate::domain::detect) fn read(file: &str, text: &str) -> (Pack, Vec<BadRule>) {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut pack = Pack { file: file.to_owned(), name: stem.to_owned(), ..Pack::default() };
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let told = match line.trim_start().strip_prefix('#') {
            Some(remark) if pack.rows.is_empty() => header(&mut pack, remark),
            Some(_) => Ok(()),
            None => row(&mut pack, line, number),
        };
        if let (Err(why), true) = (told, faults.len() < MOST) {
            faults.push(why.at(number));
        }
    }
    (pack, faults)
}

/// What a remark says of the whole list, if it says anything of it.
fn header(pack: &mut Pack, remark: &str) -> Result<(), RuleFault> {
    let Some((key, value)) = remark.split_once(':') else { return Ok(()) };
    let value = value.trim();
    let date = || day(value).map(Some).ok_or_else(|| RuleFault::NotDate(shown(value)));
    match key.trim().to_ascii_lowercase().as_str() {
        "name" => value.clone_into(&mut pack.name),
        "source" => value.clone_into(&mut pack.source),
        "licence" | "license" => value.clone_into(&mut pack.licence),
        "date" => pack.date = date()?,
        "expires" | "expiry" => pack.expires = date()?,
        _ => {}
    }
    Ok(())
}

fn row(pack: &mut Pack, line: &str, number: usize) -> Result<(), RuleFault> {
    // A fragment of a URL has no blank before its `#`.
    let (text, note) = match line.find(" #").or_else(|| line.find("\t#")) {
        Some(at) => (line.get(..at).unwrap_or(line), line.get(at + 2..).unwrap_or_default()),
        None => (line, ""),
    };
    if text.trim().is_empty() {
        return Ok(());
    }
    let pattern = Pattern::Is(Indicator::read(text, None)?);
    let (place, note) = (number.to_string(), note.trim().to_owned());
    pack.rows.push(Row { place, note, since: None, expires: None, pattern });
    Ok(())
}
