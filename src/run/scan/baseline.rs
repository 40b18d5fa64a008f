//! One look held against another one that was saved: what `scan --json` printed before.
//!
//! Invariant: whatever is told apart by its number alone is not compared: programs are compared by their executables,
//! connections by their other ends, what starts by itself by its file, line and text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::SCHEMA;
use crate::domain::detect::Grade;
use crate::domain::facts::{Snapshot, SocketState};
use crate::domain::session::digest;
use crate::domain::untrusted::Untrusted;
use crate::run::complain::Complaint;
use crate::run::verdicts::{grade, text};
use crate::words::socket::protocol;

/// A larger file is no look.
const LARGEST: u64 = 64 << 20;

/// What a host had, by kind and by what tells one from the other; of each a digest of what it was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Look(BTreeMap<&'static str, BTreeMap<String, String>>);

/// What one look has and the other has not.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) new: Vec<(&'static str, String)>,
    pub(super) changed: Vec<(&'static str, String)>,
    pub(super) gone: Vec<(&'static str, String)>,
}

/// A saved look, and the findings of it.
pub(super) struct Baseline {
    look: Look,
    findings: BTreeMap<String, Grade>,
}

const KINDS: [&str; 3] = ["programs", "listening", "autostarts"];

impl Look {
    /// What this host has now.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut look = Self::default();
        for process in snapshot.processes.iter().filter(|it| !it.kernel) {
            if let Some(exe) = process.exe.known() {
                look.add("programs", plain(exe), "");
            }
        }
        for socket in snapshot.sockets.iter().filter(|it| it.state == SocketState::Listen) {
            let owner = socket.owners.iter().find_map(|id| snapshot.process(*id));
            let exe = owner.and_then(|it| it.exe.known()).map(plain).unwrap_or_default();
            let name = format!("{} {}", protocol(socket.protocol), socket.local);
            look.add("listening", name, &exe);
        }
        for entry in &snapshot.persistence.entries {
            let name = format!("{} {}:{}", entry.kind.name(), plain(&entry.path), entry.line);
            look.add("autostarts", name, &digest(entry.text.bytes()).to_string());
        }
        look
    }

    fn add(&mut self, kind: &'static str, name: String, what: &str) {
        // Of several with one name, such as a file of one line each, all count.
        let all = self.0.entry(kind).or_default().entry(name).or_default();
        if !all.contains(what) {
            all.push_str(what);
        }
    }

    /// As it is saved.
    pub(super) fn value(&self) -> Value {
        let kinds = KINDS.iter().map(|kind| {
            let all = self.0.get(kind).cloned().unwrap_or_default();
            ((*kind).to_owned(), json!(all))
        });
        Value::Object(kinds.collect::<Map<_, _>>())
    }

    fn read(value: &Value) -> Option<Self> {
        let mut look = Self::default();
        for kind in KINDS {
            for (name, what) in value.get(kind)?.as_object()? {
                look.add(kind, name.clone(), what.as_str()?);
            }
        }
        Some(look)
    }
}

impl Baseline {
    /// Reads a look that was saved.
    pub(super) fn read(path: &Path) -> Result<Self, Complaint> {
        let cannot = |why: String| {
            let next = "save one with: firedamp scan --json > FILE";
            let path = Untrusted::new(path.as_os_str().as_encoded_bytes());
            let what = [b"cannot use as a baseline ", path.bytes()].concat();
            Complaint::new(Untrusted::new(what), why, next)
        };
        let size = fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
        if size > LARGEST {
            return Err(cannot(format!("it is larger than {} MiB", LARGEST >> 20)));
        }
        let bytes = fs::read(path).map_err(|error| cannot(error.to_string()))?;
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|error| cannot(format!("no JSON: {error}")))?;
        if value.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
            return Err(cannot(format!("its schema is not {SCHEMA}")));
        }
        let look = value.get("look").and_then(Look::read);
        let look = look.ok_or_else(|| cannot("it has no look in it".to_owned()))?;
        let findings = value.get("findings").and_then(Value::as_array);
        let findings = findings.into_iter().flatten().filter_map(|it| {
            let grade = it.get("grade").and_then(Value::as_str)?;
            Some((key(it.get("subject")?), graded(grade)?))
        });
        Ok(Self { look, findings: findings.collect() })
    }

    /// It was found then already, and no less.
    pub(super) fn knows(&self, subject: &Value, grade: Grade) -> bool {
        self.findings.get(&key(subject)).is_some_and(|before| *before >= grade)
    }

    /// What is otherwise now.
    pub(super) fn against(&self, now: &Look) -> Difference {
        let mut found = Difference::default();
        let none = BTreeMap::new();
        for kind in KINDS {
            let before = self.look.0.get(kind).unwrap_or(&none);
            let after = now.0.get(kind).unwrap_or(&none);
            for (name, what) in after {
                match before.get(name) {
                    None => found.new.push((kind, name.clone())),
                    Some(then) if then != what => found.changed.push((kind, name.clone())),
                    Some(_) => {}
                }
            }
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            found.gone.extend(gone.map(|name| (kind, name.clone())));
        }
        found
    }
}

impl Difference {
    /// As JSON: by kind, what is new, changed or gone.
    pub(super) fn value(&self) -> Value {
        let by_kind = |all: &[(&'static str, String)]| {
            let of = |kind: &str| {
                let names = all.iter().filter(|(it, _)| *it == kind).map(|(_, name)| name.clone());
                names.collect::<Vec<_>>()
            };
            let kinds = KINDS.iter().map(|kind| ((*kind).to_owned(), json!(of(kind))));
            Value::Object(kinds.collect::<Map<_, _>>())
        };
        json!({
            "new": by_kind(&self.new),
            "changed": by_kind(&self.changed),
            "gone": by_kind(&self.gone),
        })
    }
}

/// What tells a subject from others when its process has another number.
fn key(subject: &Value) -> String {
    let mut subject = subject.clone();
    if let Some(subject) = subject.as_object_mut() {
        subject.remove("pid");
        subject.remove("local");
    }
    subject.to_string()
}

fn graded(word: &str) -> Option<Grade> {
    [Grade::Noted, Grade::Suspect, Grade::Confirmed].into_iter().find(|it| grade(Some(*it)) == word)
}

fn plain(it: &Untrusted) -> String {
    text(it).as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(all: &[(&'static str, &str, &str)]) -> Look {
        let mut look = Look::default();
        for (kind, name, what) in all {
            look.add(kind, (*name).to_owned(), what);
        }
        look
    }

    #[test]
    fn what_came_changed_and_went_is_told_apart() {
        let before = Baseline {
            look: look(&[("programs", "/bin/a", ""), ("autostarts", "cron /x:1", "1")]),
            findings: BTreeMap::new(),
        };
        let now = look(&[("programs", "/bin/b", ""), ("autostarts", "cron /x:1", "2")]);
        let found = before.against(&now);
        assert_eq!(found.new, [("programs", "/bin/b".to_owned())]);
        assert_eq!(found.changed, [("autostarts", "cron /x:1".to_owned())]);
        assert_eq!(found.gone, [("programs", "/bin/a".to_owned())]);
    }

    proptest! {
        #[test]
        fn a_look_that_is_saved_and_read_is_the_same(names in prop::collection::vec(".*", 0..9)) {
            let all: Vec<_> = names.iter().map(|name| ("programs", name.as_str(), "x")).collect();
            let look = look(&all);
            let read = Look::read(&look.value());
            let read = read.unwrap();
            let before = Baseline { look: read, findings: BTreeMap::new() };
            let found = before.against(&look);
            prop_assert!(found.new.is_empty() && found.changed.is_empty() && found.gone.is_empty());
        }
    }
}
