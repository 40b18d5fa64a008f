//! Fields of a document's header, in Thai and in English: `**ID**: PB-31 | **Severity**: High`.

use std::borrow::Cow;

use crate::domain::playbook::document::{Playbook, Technique};
use crate::domain::playbook::headings;
use crate::domain::playbook::printable;

/// A key longer than this is a sentence.
const KEY: usize = 60;

/// Front matter is no longer than this many lines.
const MATTER: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Severity,
    Category,
    Techniques,
    Triggers,
}

/// The lines between `---` at the very start of a document, and the document with empty lines in their place. The
/// Markdown parser would take such lines for front matter everywhere and swallow what stands between two rules.
pub(super) fn front_matter(text: &str) -> (&str, Cow<'_, str>) {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---");
    let mut end = first.map_or(0, str::len);
    for (count, line) in lines.take(MATTER).enumerate() {
        if first.is_none() {
            break;
        }
        end += line.len();
        if line.trim_end() == "---" {
            let (matter, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            return (matter, Cow::Owned(format!("{}{rest}", "\n".repeat(count + 2))));
        }
    }
    ("", Cow::Borrowed(text))
}

/// Takes the fields that `text` holds, one or several on a line. `true` if the last of them is a key for
/// triggers that stand in a list below.
pub(super) fn take(playbook: &mut Playbook, text: &str) -> Found {
    let mut found = Found::default();
    for part in text.split(['\n', '|']) {
        let Some((key, value)) = part.split_once([':', '：']) else { continue };
        let Some(field) = field(key) else { continue };
        found.any = true;
        found.triggers_follow = field == Field::Triggers && value.trim().is_empty();
        fill(playbook, field, &printable::line(value));
    }
    found
}

/// What [`take`] met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// At least one field.
    pub(super) any: bool,
    /// A key for triggers, without a value.
    pub(super) triggers_follow: bool,
}

fn field(key: &str) -> Option<Field> {
    if key.chars().nth(KEY).is_some() {
        return None;
    }
    let key = key.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`' | '-'));
    let key = key.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
    if matches!(key.as_str(), "id" | "รหัส") || has(&["playbook id", "รหัสเพลย์บุ๊ก", "รหัส playbook"])
    {
        Some(Field::Id)
    } else if has(&["severity", "ความรุนแรง"]) {
        Some(Field::Severity)
    } else if has(&["category", "หมวดหมู่", "ประเภท"]) {
        Some(Field::Category)
    } else if has(&["mitre", "att&ck", "technique", "เทคนิค"]) {
        Some(Field::Techniques)
    } else if has(&["trigger", "ทริกเกอร์", "ตัวกระตุ้น", "สิ่งกระตุ้น"])
    {
        Some(Field::Triggers)
    } else {
        None
    }
}

fn fill(playbook: &mut Playbook, field: Field, value: &str) {
    if value.is_empty() {
        return;
    }
    match field {
        Field::Id if playbook.id.is_empty() => {
            let first = value.split(' ').next().unwrap_or_default();
            playbook.id =
                headings::playbook_id(value).unwrap_or_else(|| printable::capped(first, 40));
        }
        Field::Severity if playbook.severity.is_none() => playbook.severity = Some(value.into()),
        Field::Category if playbook.category.is_none() => playbook.category = Some(value.into()),
        Field::Techniques => playbook.techniques.extend(techniques(value)),
        Field::Triggers => playbook.triggers.extend(parts(value)),
        Field::Id | Field::Severity | Field::Category => {}
    }
}

/// `T1496 (Resource Hijacking), T1078.004 — Cloud Accounts`.
fn techniques(value: &str) -> Vec<Technique> {
    let mut found: Vec<Technique> = Vec::new();
    let mut name = String::new();
    let close = |found: &mut Vec<Technique>, name: &mut String| {
        let sides =
            |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '—' | '–' | '-' | ':' | '/');
        let inner = name.trim_matches(sides);
        let inner = inner.strip_prefix('(').map_or(inner, |it| it.strip_suffix(')').unwrap_or(it));
        if let Some(last) = found.last_mut() {
            inner.trim_matches(sides).clone_into(&mut last.name);
        }
        name.clear();
    };
    for word in value.split_inclusive([' ', ',', '(', ')', '/', ';']) {
        let id = word.trim_end_matches([' ', ',', '(', ')', '/', ';', ':']);
        if is_technique(id) {
            close(&mut found, &mut name);
            found.push(Technique { id: id.to_owned(), name: String::new() });
            name.push_str(word.get(id.len()..).unwrap_or_default());
        } else {
            name.push_str(word);
        }
    }
    close(&mut found, &mut name);
    found
}

/// `T1496`, `T1078.004`.
fn is_technique(word: &str) -> bool {
    let Some(digits) = word.strip_prefix('T') else { return false };
    let (main, sub) = digits.split_once('.').unwrap_or((digits, "000"));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    main.len() == 4 && sub.len() == 3 && are_digits(main) && are_digits(sub)
}

/// Parts between commas outside brackets.
fn parts(value: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let parts = value.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        matches!(c, ',' | ';') && depth <= 0
    });
    parts.map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{take, techniques};
    use crate::domain::playbook::Playbook;

    #[test]
    fn fields_are_read_in_both_languages_on_one_line_or_several() {
        let mut playbook = Playbook::default();
        take(&mut playbook, "ID: PB-99\nระดับความรุนแรง: สูง | หมวดหมู่: ทรัพยากร\nทริกเกอร์: a, b (c, d)");
        assert_eq!(playbook.id, "PB-99");
        assert_eq!(playbook.severity.as_deref(), Some("สูง"));
        assert_eq!(playbook.category.as_deref(), Some("ทรัพยากร"));
        assert_eq!(playbook.triggers, ["a", "b (c, d)"]);
    }

    #[test]
    fn techniques_are_read_with_their_names() {
        let found = techniques(
            "T1190 (Exploit Public-Facing Application), T1078.004 — Cloud Accounts, T1496",
        );
        let shown: Vec<_> = found.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
        let expected = [
            ("T1190", "Exploit Public-Facing Application"),
            ("T1078.004", "Cloud Accounts"),
            ("T1496", ""),
        ];
        assert_eq!(shown, expected);
    }
}
