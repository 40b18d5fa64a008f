//! Texts with wildcards.

use super::super::event::Field;

/// A text with wildcards, in lower case unless case counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::detect::sigma) struct Glob {
    parts: Vec<Part>,
    cased: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// `?`.
    One,
    /// `*`.
    Any,
}

impl Glob {
    pub(super) fn of(mut parts: Vec<Part>, cased: bool) -> Self {
        parts.dedup_by(|one, other| *one == Part::Any && *other == Part::Any);
        if !cased {
            for part in &mut parts {
                if let Part::Text(text) = part {
                    *text = text.to_lowercase();
                }
            }
        }
        Self { parts, cased }
    }

    pub(super) fn anywhere(self) -> Self {
        let parts = [Part::Any].into_iter().chain(self.parts).chain([Part::Any]).collect();
        Self::of(parts, true).keeping(self.cased)
    }

    const fn keeping(mut self, cased: bool) -> Self {
        self.cased = cased;
        self
    }

    pub(super) fn fits(&self, field: &Field) -> bool {
        let text = if self.cased { &field.text } else { &field.lower };
        // Nearly all rules ask for one of these.
        match self.parts.as_slice() {
            [] => text.is_empty(),
            [Part::Text(all)] => text == all,
            [Part::Any, Part::Text(end)] => text.ends_with(end.as_str()),
            [Part::Text(start), Part::Any] => text.starts_with(start.as_str()),
            [Part::Any, Part::Text(inner), Part::Any] => text.contains(inner.as_str()),
            parts => fits(parts, text),
        }
    }
}

/// Goes back to the last `*` only, which is enough: time grows with the text times the pattern.
fn fits(parts: &[Part], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut back: Option<(usize, &str)> = None;
    loop {
        let next = match parts.get(at) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Part::Any) => {
                back = Some((at, rest));
                Some(rest)
            }
            Some(Part::One) => rest.chars().next().and_then(|it| rest.get(it.len_utf8()..)),
            Some(Part::Text(text)) => rest.strip_prefix(text.as_str()),
        };
        match (next, back) {
            (Some(next), _) => (at, rest) = (at + 1, next),
            (None, Some((star, from))) => {
                let Some(first) = from.chars().next() else { return false };
                let from = from.get(first.len_utf8()..).unwrap_or_default();
                back = Some((star, from));
                (at, rest) = (star + 1, from);
            }
            (None, None) => return false,
        }
    }
}

/// `*` and `?` are wildcards unless `\` stands before them; before anything but those and itself it is a letter.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut plain, mut escaped) = (Vec::new(), String::new(), false);
    let close = |plain: &mut String, parts: &mut Vec<Part>, part: Option<Part>| {
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(plain)));
        }
        parts.extend(part);
    };
    for letter in text.chars() {
        match letter {
            '*' | '?' | '\\' if escaped => {
                plain.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '*' => close(&mut plain, &mut parts, Some(Part::Any)),
            '?' => close(&mut plain, &mut parts, Some(Part::One)),
            _ => {
                if std::mem::take(&mut escaped) {
                    plain.push('\\');
                }
                plain.push(letter);
            }
        }
    }
    if escaped {
        plain.push('\\');
    }
    close(&mut plain, &mut parts, None);
    parts
}

/// The letters of a value, wildcards among them.
pub(super) fn literal(text: &str) -> String {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text,
            Part::One => String::from("?"),
            Part::Any => String::from("*"),
        })
        .collect()
}
