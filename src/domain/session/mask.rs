//! Masks names in what leaves the house: the same name by the same stand-in everywhere.
//!
//! Invariant: where a [`Mask`] was used, no text, and no key that this program did not choose, holds one of its names
//! as a word of its own, whatever its case, and however it is spelt in the file. What is not text stays as it is, and
//! where a name stands in a place that only takes something else (an address, a digest), that is an error and nothing
//! is written.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::facts::{Process, Reading, Snapshot};
use crate::domain::session::event::{Event, known_part};
use crate::domain::untrusted::Untrusted;

/// What stands for the arguments of a command.
const ARGUMENTS: &[u8] = b"[redacted]";
/// Shorter names are in every second word.
const SHORTEST: usize = 2;

/// Members of a JSON object.
type Members = serde_json::Map<String, Value>;

/// Names, and what stands for each.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// The longest first: of two names that begin alike the longer one is meant.
    names: Vec<(Vec<u8>, String)>,
}

/// Why names cannot be masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// So short a name is in every second word.
    #[error("`{}` is too short to be masked", .0.plain(40))]
    TooShort(Untrusted),
    /// A name stands where only something else can stand.
    #[error("a name that is to be masked stands in a `{}` where no text can stand", .0.plain(40))]
    Place(Untrusted),
}

impl Mask {
    /// A mask for these names. They are numbered in the order in which they are given.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, MaskError> {
        let mut mask = Self::default();
        for name in names.into_iter().map(str::trim) {
            if name.len() < SHORTEST {
                return Err(MaskError::TooShort(name.into()));
            }
            if !mask.names.iter().any(|(it, _)| it.eq_ignore_ascii_case(name.as_bytes())) {
                let stand_in = format!("masked-{}", mask.names.len() + 1);
                mask.names.push((name.as_bytes().to_vec(), stand_in));
            }
        }
        mask.names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Ok(mask)
    }

    /// How many names it masks.
    #[must_use]
    pub const fn names(&self) -> usize {
        self.names.len()
    }

    /// The same without the names.
    #[must_use]
    pub fn text(&self, text: &Untrusted) -> Untrusted {
        self.bytes(text.bytes()).map_or_else(|| text.clone(), Untrusted::new)
    }

    /// The same event without the names. The kind is never text.
    pub fn event(&self, event: Event) -> Result<Event, MaskError> {
        let kind = |value: &Value| value.get("kind").cloned().unwrap_or_default();
        let refused = |kind: &Value| MaskError::Place(kind.as_str().unwrap_or_default().into());
        let before = serde_json::to_value(&event).map_err(|_| refused(&Value::Null))?;
        let kind = kind(&before);
        let mut after = before.clone();
        self.value(&mut after);
        if let (Event::Unknown(_), Value::Object(members)) = (&event, &mut after) {
            // What the members of this kind are called is not ours: it may be a name.
            let others = members.values_mut().all(|it| self.keys(it));
            *members = self.renamed(members, &["kind"]).filter(|_| others).ok_or(refused(&kind))?;
        }
        if after == before {
            return Ok(event);
        }
        if let Some(masked) = after.get_mut("kind") {
            *masked = kind.clone();
        }
        let masked = match (&event, after) {
            (Event::Unknown(_), Value::Object(members)) => Event::Unknown(members),
            (_, after) => serde_json::from_value(after).map_err(|_| refused(&kind))?,
        };
        // What does not fit its kind any more would be read as a kind that nobody knows.
        let same = std::mem::discriminant(&masked) == std::mem::discriminant(&event);
        let as_understood = understood(&masked) == understood(&event);
        if same && as_understood { Ok(masked) } else { Err(refused(&kind)) }
    }

    /// A line of a recording without the names, as it is when it is not one line of JSON.
    #[must_use]
    pub fn line(&self, line: &str) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(line) else { return String::new() };
        let before = value.clone();
        self.value(&mut value);
        if value == before {
            return line.to_owned();
        }
        crate::domain::session::to_json(&value).unwrap_or_default()
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(masked) = self.spelt(text) {
                    *text = masked;
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|it| self.value(it)),
            Value::Object(members) => members.values_mut().for_each(|it| self.value(it)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes the names out of what members are called, at any depth; `false` if two would be called the same.
    fn keys(&self, value: &mut Value) -> bool {
        match value {
            Value::Array(values) => values.iter_mut().all(|it| self.keys(it)),
            Value::Object(members) => {
                let inside = members.values_mut().all(|it| self.keys(it));
                let renamed = self.renamed(members, &[]);
                renamed.map(|renamed| *members = renamed).is_some() && inside
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    /// The members under masked keys, but for those called `but`; `None` if two would be called the same.
    fn renamed(&self, members: &Members, but: &[&str]) -> Option<Members> {
        let mut renamed = Members::new();
        for (key, value) in members {
            let masked = if but.contains(&key.as_str()) { None } else { self.spelt(key) };
            let taken = renamed.insert(masked.unwrap_or_else(|| key.clone()), value.clone());
            if taken.is_some() {
                return None;
            }
        }
        Some(renamed)
    }

    /// A text of a file without the names; `None` if there is none of them in it.
    fn spelt(&self, text: &str) -> Option<String> {
        // Text of the host is spelt with escapes; a name may begin right behind one.
        let spelt = Untrusted::decode(text);
        let bytes = spelt.as_ref().map_or(text.as_bytes(), |it| it.bytes());
        self.bytes(bytes).map(|masked| Untrusted::new(masked).encode())
    }

    /// `None` if there is none of the names in it.
    fn bytes(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut masked = Vec::new();
        let (mut rest, mut before, mut found) = (text, None, false);
        while let Some((first, after)) = rest.split_first() {
            if let Some((name, stand_in)) = self.at(before, rest) {
                masked.extend_from_slice(stand_in.as_bytes());
                before = name.last().copied();
                rest = rest.get(name.len()..).unwrap_or_default();
                found = true;
            } else {
                masked.push(*first);
                before = Some(*first);
                rest = after;
            }
        }
        found.then_some(masked)
    }

    /// The name that begins here and is a word of its own.
    fn at(&self, before: Option<u8>, rest: &[u8]) -> Option<&(Vec<u8>, String)> {
        let joins = |byte: Option<u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric());
        if joins(before) {
            return None;
        }
        self.names.iter().find(|(name, _)| {
            let here = rest.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
            here && !joins(rest.get(name.len()).copied())
        })
    }
}

/// As what this version reads the event, if it understands a part of it.
fn understood(event: &Event) -> Option<std::mem::Discriminant<Event>> {
    if let Event::Unknown(members) = event {
        return known_part(members).as_ref().map(std::mem::discriminant);
    }
    Some(std::mem::discriminant(event))
}

/// What was seen, without the arguments of any command: they hold passwords, tokens and wallets.
#[must_use]
pub fn without_arguments(snapshot: Snapshot) -> Snapshot {
    let processes = snapshot.processes.iter().map(|process| {
        let Reading::Known(command) = &process.command else { return process.clone() };
        let mut arguments = command.arguments();
        let program = arguments.next().unwrap_or_default();
        if arguments.next().is_none() {
            return process.clone();
        }
        let command = Untrusted::new([program, ARGUMENTS].join(&0));
        Process { command: Reading::Known(command), ..Process::clone(process) }.into()
    });
    // What was found in files and memory is the same, and more of it.
    Snapshot { processes: processes.collect(), evidence: Arc::default(), ..snapshot }
}
