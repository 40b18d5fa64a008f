//! One Sigma rule: who wrote it, what it looks at, and what it asks of that.

use super::condition::{self, Expr};
use super::event::Event;
use super::value::{Modifiers, Test};
use super::yaml::{Kind, Node};
use crate::domain::detect::Grade;
use crate::domain::detect::fault::{BadRule, RuleFault};
use crate::domain::untrusted::Untrusted;

/// Parts of parts are not deeper.
const DEEPEST: usize = 8;

/// A rule.
#[derive(Clone, Debug)]
pub struct SigmaRule {
    /// What it is called.
    pub title: String,
    /// Its id, if it has one.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// How bad a hit is, as its author says.
    pub level: Level,
    /// What else it hits, as its author says.
    pub false_positives: Vec<String>,
    /// The file.
    pub file: String,
    /// Where in it.
    pub line: usize,
    /// What it looks at.
    pub source: Source,
    parts: Vec<Detection>,
    conditions: Vec<Expr>,
}

/// How bad a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the record.
    Informational,
    /// Little.
    Low,
    /// Rather.
    Medium,
    /// To be looked at.
    High,
    /// To be looked at now.
    Critical,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A process.
    Process,
    /// A connection that was opened from here.
    Connection,
    /// A name that was asked for.
    Name,
    /// A file that starts something.
    File,
}

#[derive(Clone, Debug)]
enum Detection {
    All(Vec<Self>),
    Any(Vec<Self>),
    /// A field, and what is asked of it; all of that, or one.
    Field {
        name: String,
        tests: Vec<Test>,
        all: bool,
        not: bool,
    },
    /// A word in any field.
    Word(Test),
}

/// Reads the rule of one document.
pub(super) fn read(file: &str, document: &Node) -> Result<SigmaRule, BadRule> {
    let line = document.line;
    let here = |why: RuleFault| why.at(line);
    if ["correlation", "filter", "action"].iter().any(|it| document.get(it).is_some()) {
        return Err(here(RuleFault::Correlation));
    }
    let text = |key: &'static str| {
        let found = document.get(key).and_then(Node::text);
        found.map(str::to_owned).unwrap_or_default()
    };
    let title = text("title");
    if title.is_empty() {
        return Err(here(RuleFault::Missing("title")));
    }
    let logsource =
        document.get("logsource").ok_or_else(|| here(RuleFault::Missing("logsource")))?;
    let detection =
        document.get("detection").ok_or_else(|| here(RuleFault::Missing("detection")))?;
    let Kind::Map(members) = &detection.kind else {
        return Err(RuleFault::NotList(Untrusted::from("detection")).at(detection.line));
    };
    let (mut names, mut parts) = (Vec::new(), Vec::new());
    for (name, node) in members {
        if !matches!(name.as_str(), "condition" | "timeframe") {
            parts.push(part(node, 0)?);
            names.push(name.clone());
        }
    }
    let condition = detection
        .get("condition")
        .ok_or_else(|| RuleFault::Missing("condition").at(detection.line))?;
    let mut conditions = Vec::new();
    for item in condition.items() {
        let said = item.text().ok_or_else(|| RuleFault::Missing("condition").at(item.line))?;
        conditions.push(condition::read(said, &names).map_err(|why| why.at(item.line))?);
    }
    let said = document.get("falsepositives").map(Node::items).unwrap_or_default();
    let false_positives = said.iter().filter_map(Node::text).map(str::to_owned).collect();
    Ok(SigmaRule {
        id: text("id"),
        author: text("author"),
        level: level(document.get("level"))?,
        source: source(logsource)?,
        file: file.to_owned(),
        title,
        false_positives,
        line,
        parts,
        conditions,
    })
}

fn level(node: Option<&Node>) -> Result<Level, BadRule> {
    let Some(node) = node else { return Ok(Level::Medium) };
    let said = node.text().unwrap_or_default();
    Ok(match said.to_ascii_lowercase().as_str() {
        "informational" => Level::Informational,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => return Err(RuleFault::Level(Untrusted::from(said)).at(node.line)),
    })
}

/// What a rule looks at, if that is seen here.
fn source(node: &Node) -> Result<Source, BadRule> {
    let said = |key: &str| node.get(key).and_then(|it| Some((it.text()?, it.line)));
    if let Some((product, line)) = said("product").filter(|(it, _)| *it != "linux") {
        return Err(RuleFault::NotLinux(Untrusted::from(product)).at(line));
    }
    if let Some((service, line)) = said("service").filter(|(it, _)| *it != "sysmon") {
        return Err(RuleFault::Source(Untrusted::from(service)).at(line));
    }
    let (category, line) = said("category").unwrap_or(("", node.line));
    Ok(match category {
        "process_creation" => Source::Process,
        "network_connection" => Source::Connection,
        "dns_query" | "dns" => Source::Name,
        "file_event" => Source::File,
        "" => return Err(RuleFault::Missing("category").at(line)),
        other => return Err(RuleFault::Source(Untrusted::from(other)).at(line)),
    })
}

/// A part of `detection`: fields that all have to be so, or a list of which one has to be.
fn part(node: &Node, depth: usize) -> Result<Detection, BadRule> {
    if depth > DEEPEST {
        return Err(RuleFault::TooMuch.at(node.line));
    }
    match &node.kind {
        Kind::Map(fields) => {
            let fields = fields.iter().map(|(key, value)| field(key, value));
            Ok(Detection::All(fields.collect::<Result<_, _>>()?))
        }
        Kind::List(items) => {
            let items = items.iter().map(|item| part(item, depth + 1));
            Ok(Detection::Any(items.collect::<Result<_, _>>()?))
        }
        Kind::Scalar { .. } => {
            let test = Modifiers::default().test(node).map_err(|why| why.at(node.line))?;
            Ok(Detection::Word(test.anywhere()))
        }
    }
}

/// `CommandLine|contains|all: [a, b]`; without a name, words wherever they stand.
fn field(key: &str, value: &Node) -> Result<Detection, BadRule> {
    let line = value.line;
    let mut names = key.split('|');
    let name = names.next().unwrap_or_default().to_owned();
    let wrong = |_| RuleFault::Modifier(Untrusted::from(key)).at(line);
    let modifiers = Modifiers::read(names).map_err(wrong)?;
    let tests = value.items().iter().map(|item| {
        let test = modifiers.test(item).map_err(|why| why.at(item.line));
        test.map(|it| if name.is_empty() { it.anywhere() } else { it })
    });
    let tests = tests.collect::<Result<Vec<_>, _>>()?;
    if name.is_empty() {
        let words = tests.into_iter().map(Detection::Word).collect();
        return Ok(if modifiers.all { Detection::All(words) } else { Detection::Any(words) });
    }
    Ok(Detection::Field { name, tests, all: modifiers.all, not: modifiers.neq })
}

impl Detection {
    fn holds(&self, event: &Event) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|it| it.holds(event)),
            Self::Any(parts) => parts.iter().any(|it| it.holds(event)),
            Self::Word(test) => event.values().any(|field| test.holds(Some(field), event)),
            Self::Field { name, tests, all, not } => {
                let field = event.get(name);
                let holds = |test: &Test| test.holds(field, event);
                let all = if *all { tests.iter().all(holds) } else { tests.iter().any(holds) };
                // What is not there is not different.
                all != *not && (field.is_some() || !*not)
            }
        }
    }
}

impl SigmaRule {
    /// This happened, and the rule is about such a thing.
    pub(in crate::domain::detect) fn hits(&self, event: &Event) -> bool {
        let part = |at: usize| self.parts.get(at).is_some_and(|it| it.holds(event));
        self.conditions.iter().any(|it| it.holds(&part))
    }

    /// How far a hit carries: no further than a heuristic does.
    pub(in crate::domain::detect) const fn grade(&self) -> Grade {
        match self.level {
            Level::Critical | Level::High => Grade::Suspect,
            Level::Medium | Level::Low | Level::Informational => Grade::Noted,
        }
    }

    /// Who says so, in the words of the file: its keys need no translation.
    pub(in crate::domain::detect) fn told(&self) -> String {
        let or = |it: &str| if it.is_empty() { String::from("-") } else { it.to_owned() };
        let mut said = format!(
            "{}; id: {}; level: {}; author: {}; file: {}:{}",
            self.title,
            or(&self.id),
            self.level.name(),
            or(&self.author),
            self.file,
            self.line,
        );
        if !self.false_positives.is_empty() {
            said.push_str("; falsepositives: ");
            said.push_str(&self.false_positives.join(", "));
        }
        said
    }
}

impl Level {
    /// As rules write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
