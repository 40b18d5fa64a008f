//! What a heading says: its number, its phase, its language, the playbook that it names.

use crate::domain::playbook::document::Phase;

/// Longest section number that is one: every item under it repeats it.
const NUMBER: usize = 24;

/// Words that name a phase, in both languages; the one that stands first in the heading counts.
const PHASES: [(&str, Phase); 30] = [
    ("post-incident", Phase::PostIncident),
    ("post incident", Phase::PostIncident),
    ("post-mortem", Phase::PostIncident),
    ("lessons learned", Phase::PostIncident),
    ("root cause", Phase::PostIncident),
    ("lesson learned", Phase::PostIncident),
    ("หลังเหตุการณ์", Phase::PostIncident),
    ("บทเรียน", Phase::PostIncident),
    ("ถอดบทเรียน", Phase::PostIncident),
    ("eradicat", Phase::Eradication),
    ("remediat", Phase::Eradication),
    ("การกำจัด", Phase::Eradication),
    ("กำจัดภัย", Phase::Eradication),
    ("containment", Phase::Containment),
    ("contain the", Phase::Containment),
    ("immediate action", Phase::Containment),
    ("การควบคุม", Phase::Containment),
    ("ควบคุมความเสียหาย", Phase::Containment),
    ("จำกัดความเสียหาย", Phase::Containment),
    ("การจำกัดวง", Phase::Containment),
    ("recover", Phase::Recovery),
    ("การฟื้นฟู", Phase::Recovery),
    ("การกู้คืน", Phase::Recovery),
    ("analysis", Phase::Analysis),
    ("investigat", Phase::Analysis),
    ("identification", Phase::Analysis),
    ("triage", Phase::Analysis),
    ("detection and", Phase::Analysis),
    ("การวิเคราะห์", Phase::Analysis),
    ("การสืบสวน", Phase::Analysis),
];

/// Headings that are a phase by themselves, but name something else within a longer one.
const WHOLE: [(&str, Phase); 6] = [
    ("detection", Phase::Analysis),
    ("การตรวจจับ", Phase::Analysis),
    ("containment", Phase::Containment),
    ("ควบคุม", Phase::Containment),
    ("ฟื้นฟู", Phase::Recovery),
    ("กำจัด", Phase::Eradication),
];

/// The number that a printable heading begins with, and the rest: `1.3 x`, `2) x`, `๑.๒ x`.
pub(super) fn numbered(heading: &str) -> (String, &str) {
    let mut number = String::new();
    let mut end = 0;
    for (at, c) in heading.char_indices() {
        match digit(c) {
            Some(digit) => number.push(digit),
            None if c == '.' && !number.is_empty() && !number.ends_with('.') => number.push('.'),
            None => break,
        }
        end = at + c.len_utf8();
        if number.len() > NUMBER {
            return (String::new(), heading);
        }
    }
    let closed = number.ends_with('.');
    let rest = heading.get(end..).unwrap_or_default();
    let after = rest.strip_prefix([')', ':']).unwrap_or(rest);
    let separated =
        closed || after.len() < rest.len() || after.starts_with(' ') || after.is_empty();
    if number.is_empty() || !separated {
        return (String::new(), heading);
    }
    number.truncate(number.trim_end_matches('.').len());
    (number, after.trim_start_matches([' ', '—', '–', '-']))
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '๐'..='๙' => char::from_digit(u32::from(c) - u32::from('๐'), 10),
        _ => None,
    }
}

/// The phase that a heading names.
pub(super) fn phase(title: &str) -> Option<Phase> {
    let title = title.to_lowercase();
    let whole = WHOLE.iter().find(|(word, _)| title.trim() == *word).map(|(_, phase)| *phase);
    let places = PHASES.iter().filter_map(|(word, phase)| Some((title.find(word)?, *phase)));
    whole.or_else(|| places.min_by_key(|(at, _)| *at).map(|(_, phase)| phase))
}

/// `PB-16`, wherever it stands in the text.
pub(super) fn playbook_id(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    bytes.windows(3).enumerate().find_map(|(at, window)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let is_start =
            window.eq_ignore_ascii_case(b"PB-") && !before.is_some_and(u8::is_ascii_alphanumeric);
        let digits =
            bytes.get(at + 3..)?.iter().take(6).take_while(|it| it.is_ascii_digit()).count();
        (is_start && (1..=5).contains(&digits))
            .then(|| format!("PB-{}", text.get(at + 3..at + 3 + digits).unwrap_or_default()))
    })
}

/// Holds a Thai letter.
pub(super) fn is_thai(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{e01}'..='\u{e4e}'))
}

#[cfg(test)]
mod tests {
    use super::{numbered, phase, playbook_id};
    use crate::domain::playbook::Phase;

    #[test]
    fn numbers_of_headings_are_read_in_every_notation() {
        assert_eq!(numbered("1.3 Checks"), ("1.3".into(), "Checks"));
        assert_eq!(numbered("2. การควบคุม"), ("2".into(), "การควบคุม"));
        assert_eq!(numbered("๑.๒ รายการ"), ("1.2".into(), "รายการ"));
        assert_eq!(numbered("3) x"), ("3".into(), "x"));
        assert_eq!(numbered("24x7 desk"), (String::new(), "24x7 desk"));
        assert_eq!(numbered("Plain"), (String::new(), "Plain"));
    }

    #[test]
    fn headings_name_phases_in_both_languages() {
        assert_eq!(phase("หลังเหตุการณ์ (Post-Incident)"), Some(Phase::PostIncident));
        assert_eq!(phase("Post-Incident Analysis"), Some(Phase::PostIncident));
        assert_eq!(phase("การฟื้นฟู"), Some(Phase::Recovery));
        assert_eq!(phase("Detection"), Some(Phase::Analysis));
        assert_eq!(phase("Containment and Eradication"), Some(Phase::Containment));
        assert_eq!(phase("Detection Rules (Sigma)"), None);
        assert_eq!(phase("รายการตรวจสอบ"), None);
    }

    #[test]
    fn the_id_of_a_playbook_is_found_inside_text() {
        assert_eq!(playbook_id("see PB-16 Cloud IAM"), Some("PB-16".into()));
        assert_eq!(playbook_id("pb-32_Supply.md"), Some("PB-32".into()));
        assert_eq!(playbook_id("APB-1, PB-, PB-123456"), None);
    }
}
