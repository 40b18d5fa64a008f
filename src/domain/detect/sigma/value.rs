//! One value of a rule against one value of an event: wildcards, and what modifiers make of it.

mod glob;
mod spelling;

use std::net::IpAddr;

use regex_lite::{Regex, RegexBuilder};

use glob::{Glob, Part, literal, parts};
use spelling::{base64, base64_at, dashes};

use super::event::{Event, Field};
use super::yaml::Node;
use crate::domain::detect::fault::RuleFault;
use crate::domain::detect::pack::Net;
use crate::domain::untrusted::Untrusted;

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

/// A modifier is unknown, or does not do with those beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit;

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

/// What the modifiers of a field ask for.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, as in a rule")]
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
    pub(super) fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, Unfit> {
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
                _ => return Err(Unfit),
            }
        }
        let whole = [it.regex, it.cidr, it.exists, it.compare.is_some()];
        let text = it.windash || it.base64.is_some() || it.reference;
        let kinds = whole.iter().filter(|it| **it).count() + usize::from(text);
        let bare_wide = it.wide.is_some() && it.base64.is_none();
        let partial = (it.before || it.after) && (it.cidr || it.exists || it.compare.is_some());
        if kinds > 1 || bare_wide || partial {
            return Err(Unfit);
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
            return self.encoded(&literal(text), offsets).ok_or_else(wrong);
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
    fn encoded(&self, text: &str, offsets: bool) -> Option<Test> {
        let bytes = match self.wide {
            None => text.as_bytes().to_vec(),
            Some(Wide::Little) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Some(Wide::Big) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Some(Wide::Marked) => {
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                [0xff, 0xfe].into_iter().chain(units).collect()
            }
        };
        let mut spellings: Vec<String> = if offsets {
            (0..3).map(|offset| base64_at(&bytes, offset)).collect()
        } else {
            vec![base64(&bytes)]
        };
        // Of what is too short nothing is sure, and nothing stands in every text.
        spellings.retain(|it| !it.is_empty());
        let cased = Self { cased: true, ..self.clone() };
        let glob = |it: String| Test::Text(cased.around(vec![Part::Text(it)]));
        (!spellings.is_empty()).then(|| Test::Any(spellings.into_iter().map(glob).collect()))
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
            Self::Regex(_)
            | Self::Net(_)
            | Self::Number(..)
            | Self::Nothing
            | Self::Exists(_)
            | Self::Field { .. } => self,
        }
    }
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
