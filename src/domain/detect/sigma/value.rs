//! One value of a rule against one value of an event: wildcards, and what modifiers make of it.

use std::net::IpAddr;

use regex_lite::{Regex, RegexBuilder};

use super::event::{Event, Field};
use super::yaml::Node;
use crate::domain::detect::fault::RuleFault;
use crate::domain::detect::pack::Net;
use crate::domain::untrusted::Untrusted;

/// What stands for `-` where Windows' programs take options.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
/// More spellings of one value are not tried.
const MOST_SPELLINGS: usize = 625;
/// Bytes that a regular expression may be compiled to.
const REGEX_LIMIT: usize = 1 << 20;

/// What a value has to be.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// Written like this.
    Text(Glob),
    /// It fits this expression.
    Regex(Regex),
    /// An address in this net.
    Net(Net),
    /// A number that compares so.
    Number(Compare, f64),
    /// Absent, or empty.
    Nothing,
    /// There at all, or not.
    Exists(bool),
    /// As another field is; with what may stand before and behind it.
    Field { name: String, before: bool, after: bool, cased: bool },
    /// One of these spellings.
    Any(Vec<Self>),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    /// `gt`.
    More,
    /// `gte`.
    AtLeast,
    /// `lt`.
    Less,
    /// `lte`.
    AtMost,
}

/// A text with wildcards, in lower case unless case counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    parts: Vec<Part>,
    cased: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// `?`.
    One,
    /// `*`.
    Any,
}

/// What the modifiers of a field ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Modifiers {
    pub all: bool,
    pub exists: bool,
    pub neq: bool,
    before: bool,
    after: bool,
    cased: bool,
    regex: bool,
    flags: (bool, bool, bool),
    cidr: bool,
    reference: bool,
    windash: bool,
    wide: Option<Wide>,
    base64: Option<bool>,
    compare: Option<Compare>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wide {
    Little,
    Big,
    Marked,
}

impl Modifiers {
    /// Reads `contains|all`, in the order in which they stand.
    pub(super) fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, RuleFault> {
        let mut it = Self::default();
        for name in names {
            match name {
                "contains" => (it.before, it.after) = (true, true),
                "startswith" => it.after = true,
                "endswith" => it.before = true,
                "all" => it.all = true,
                "cased" => it.cased = true,
                "re" => it.regex = true,
                "i" if it.regex => it.flags.0 = true,
                "m" if it.regex => it.flags.1 = true,
                "s" if it.regex => it.flags.2 = true,
                "cidr" => it.cidr = true,
                "exists" => it.exists = true,
                "neq" => it.neq = true,
                "fieldref" => it.reference = true,
                "windash" => it.windash = true,
                "wide" | "utf16le" => it.wide = Some(Wide::Little),
                "utf16be" => it.wide = Some(Wide::Big),
                "utf16" => it.wide = Some(Wide::Marked),
                "base64" => it.base64 = Some(false),
                "base64offset" => it.base64 = Some(true),
                "gt" => it.compare = Some(Compare::More),
                "gte" => it.compare = Some(Compare::AtLeast),
                "lt" => it.compare = Some(Compare::Less),
                "lte" => it.compare = Some(Compare::AtMost),
                other => return Err(RuleFault::Modifier(Untrusted::from(other))),
            }
        }
        let whole = [it.regex, it.cidr, it.exists, it.compare.is_some()];
        let text = it.windash || it.base64.is_some() || it.reference;
        let kinds = whole.iter().filter(|it| **it).count() + usize::from(text);
        let bare_wide = it.wide.is_some() && it.base64.is_none();
        let partial = (it.before || it.after) && (it.cidr || it.exists || it.compare.is_some());
        if kinds > 1 || bare_wide || partial {
            return Err(RuleFault::Modifier(Untrusted::from("|")));
        }
        Ok(it)
    }

    /// What one value asks for.
    pub(super) fn test(&self, node: &Node) -> Result<Test, RuleFault> {
        if node.is_null() {
            return Ok(Test::Nothing);
        }
        let text = node.text().ok_or_else(|| RuleFault::Value(Untrusted::from("{}")))?;
        let wrong = || RuleFault::Value(Untrusted::from(text));
        if self.exists {
            let flag = text.parse().map_err(|_| wrong())?;
            return Ok(Test::Exists(flag));
        }
        if self.regex {
            return regex(text, self.flags);
        }
        if self.cidr {
            let whole = format!("{text}/{}", if text.contains(':') { 128 } else { 32 });
            let net = Net::read(text).or_else(|| Net::read(&whole));
            return net.map(Test::Net).ok_or_else(wrong);
        }
        if let Some(compare) = self.compare {
            return Ok(Test::Number(compare, text.parse().map_err(|_| wrong())?));
        }
        if self.reference {
            let (before, after, cased) = (self.before, self.after, self.cased);
            return Ok(Test::Field { name: text.to_owned(), before, after, cased });
        }
        if let Some(offsets) = self.base64 {
            return Ok(self.encoded(&literal(text), offsets));
        }
        if self.windash {
            let spellings = dashes(text).iter().map(|it| Test::Text(self.glob(it))).collect();
            return Ok(Test::Any(spellings));
        }
        Ok(Test::Text(self.glob(text)))
    }

    fn glob(&self, text: &str) -> Glob {
        self.around(parts(text))
    }

    fn around(&self, mut parts: Vec<Part>) -> Glob {
        if self.before && parts.first() != Some(&Part::Any) {
            parts.insert(0, Part::Any);
        }
        if self.after && parts.last() != Some(&Part::Any) {
            parts.push(Part::Any);
        }
        Glob::of(parts, self.cased)
    }

    /// In base64, wherever in the encoded text it begins; encoded text keeps its case.
    fn encoded(&self, text: &str, offsets: bool) -> Test {
        let bytes = match self.wide {
            None => text.as_bytes().to_vec(),
            Some(Wide::Little) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Some(Wide::Big) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Some(Wide::Marked) => {
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                [0xff, 0xfe].into_iter().chain(units).collect()
            }
        };
        let spellings: Vec<String> = if offsets {
            (0..3).map(|offset| base64_at(&bytes, offset)).collect()
        } else {
            vec![base64(&bytes)]
        };
        let cased = Self { cased: true, ..self.clone() };
        let glob = |it: String| Test::Text(cased.around(vec![Part::Text(it)]));
        Test::Any(spellings.into_iter().map(glob).collect())
    }
}

impl Test {
    /// The field of the event is so; `None` if the event has no such field.
    pub(super) fn holds(&self, field: Option<&Field>, event: &Event) -> bool {
        match (self, field) {
            (Self::Exists(there), field) => field.is_some() == *there,
            (Self::Nothing, field) => field.is_none_or(|it| it.text.is_empty()),
            (Self::Any(tests), field) => tests.iter().any(|it| it.holds(field, event)),
            (_, None) => false,
            (Self::Text(glob), Some(field)) => glob.fits(field),
            (Self::Regex(regex), Some(field)) => regex.is_match(&field.text),
            (Self::Net(net), Some(field)) => {
                field.text.parse::<IpAddr>().is_ok_and(|it| net.holds(it.to_canonical()))
            }
            (Self::Number(compare, than), Some(field)) => {
                field.text.trim().parse::<f64>().is_ok_and(|it| match compare {
                    Compare::More => it > *than,
                    Compare::AtLeast => it >= *than,
                    Compare::Less => it < *than,
                    Compare::AtMost => it <= *than,
                })
            }
            (Self::Field { name, before, after, cased }, Some(field)) => {
                let Some(other) = event.get(name) else { return false };
                let (one, other) =
                    if *cased { (&field.text, &other.text) } else { (&field.lower, &other.lower) };
                match (before, after) {
                    (false, false) => one == other,
                    (false, true) => one.starts_with(other.as_str()),
                    (true, false) => one.ends_with(other.as_str()),
                    (true, true) => one.contains(other.as_str()),
                }
            }
        }
    }

    /// As a word that is looked for wherever it stands.
    pub(super) fn anywhere(self) -> Self {
        match self {
            Self::Text(glob) => Self::Text(glob.anywhere()),
            Self::Any(tests) => Self::Any(tests.into_iter().map(Self::anywhere).collect()),
            other => other,
        }
    }
}

impl Glob {
    fn of(mut parts: Vec<Part>, cased: bool) -> Self {
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

    fn anywhere(self) -> Self {
        let parts = [Part::Any].into_iter().chain(self.parts).chain([Part::Any]).collect();
        Self::of(parts, true).keeping(self.cased)
    }

    const fn keeping(mut self, cased: bool) -> Self {
        self.cased = cased;
        self
    }

    fn fits(&self, field: &Field) -> bool {
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
fn parts(text: &str) -> Vec<Part> {
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
fn literal(text: &str) -> String {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text,
            Part::One => String::from("?"),
            Part::Any => String::from("*"),
        })
        .collect()
}

fn regex(text: &str, (case, lines, dot): (bool, bool, bool)) -> Result<Test, RuleFault> {
    RegexBuilder::new(text)
        .case_insensitive(case)
        .multi_line(lines)
        .dot_matches_new_line(dot)
        .size_limit(REGEX_LIMIT)
        .build()
        .map(Test::Regex)
        .map_err(|error| RuleFault::Regex(Untrusted::from(error.to_string())))
}

/// Every spelling of a value whose options may begin with other dashes.
fn dashes(text: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    let letters: Vec<char> = text.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let of_word = |it: Option<&char>| it.is_some_and(|it| it.is_alphanumeric() || *it == '_');
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let starts =
            matches!(letter, '-' | '/') && !of_word(before) && of_word(letters.get(at + 1));
        if starts && spellings.len() * DASHES.len() <= MOST_SPELLINGS {
            let with = |text: &String| DASHES.map(|dash| format!("{text}{dash}"));
            spellings = spellings.iter().flat_map(with).collect();
        } else {
            spellings.iter_mut().for_each(|it| it.push(*letter));
        }
    }
    spellings
}

/// As base64, with the padding that it needs.
fn base64(bytes: &[u8]) -> String {
    let digit = |it: u32| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        digits.get((it & 63) as usize).map_or('=', |it| char::from(*it))
    };
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_u32 {
            let there = at as usize <= chunk.len();
            text.push(if there { digit(all >> (18 - 6 * at)) } else { '=' });
        }
    }
    text
}

/// The part of the encoded text that depends on nothing that stands before or behind these bytes.
fn base64_at(bytes: &[u8], offset: usize) -> String {
    let padded: Vec<u8> = std::iter::repeat_n(b' ', offset).chain(bytes.iter().copied()).collect();
    let text = base64(&padded);
    let start = [0, 2, 3].get(offset).copied().unwrap_or_default();
    let end = match padded.len() % 3 {
        0 => text.len(),
        1 => text.len().saturating_sub(3),
        _ => text.len().saturating_sub(2),
    };
    text.get(start..end).unwrap_or_default().to_owned()
}
