//! Lines of facts: one JSON object each, as `firedamp assess` reads them.
//!
//! Invariant: a line is taken whole or refused with a reason. What it leaves out is not known; members that nobody here
//! knows are left alone.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::domain::detect::{End, Entry, File, Seen, minutes_that_count};
use crate::words::misread::Misread;

/// What tells a file that was deleted, at the end of the link to it.
const DELETED: &str = " (deleted)";

/// Thousands of processors at work for a hundred years.
const MOST_MEASURED: f32 = 1e12;

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// As it stood there.
    pub id: Value,
    /// What it is about.
    pub fact: Fact,
}

/// What a line is about.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// A process.
    Process(Box<Process>),
    /// A connection.
    Connection(Peer, Option<String>),
    /// Something that starts by itself.
    Persistence(Autostart),
    /// A file, by its path and what it says.
    File(Autostart),
}

/// A process of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    /// `comm`.
    pub name: String,
    /// Executable; empty: not known.
    pub exe: String,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Current folder.
    pub folder: String,
    /// `NAME=value` each.
    pub environment: Vec<String>,
    /// The parent first.
    pub ancestors: Vec<String>,
    /// Pid of the parent.
    pub parent: Option<u32>,
    /// Login name.
    pub user: String,
    /// User.
    pub uid: Option<u32>,
    /// It is the kernel's.
    pub kernel: Option<bool>,
    /// Its executable is gone.
    pub deleted: bool,
    /// Percent of one CPU.
    pub cpu: Option<f32>,
    /// Minutes of CPU time.
    pub minutes: Option<f32>,
    /// A package brought the executable.
    pub packaged: Option<bool>,
    /// Digests of the executable.
    pub digests: Vec<String>,
    /// Other ends.
    pub ends: Vec<Peer>,
    /// Ports.
    pub listens: Vec<u16>,
    /// The responder's own.
    pub own: bool,
}

/// The other end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer {
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: u16,
}

/// Something that starts by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Autostart {
    /// What kind of place.
    pub kind: String,
    /// The file.
    pub path: String,
    /// What it says.
    pub content: String,
    /// A package has it so.
    pub packaged: Option<bool>,
}

impl Process {
    /// As the rules see it.
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen {
            name: self.name.as_bytes(),
            exe: self.exe.as_bytes(),
            arguments: self.arguments.iter().map(String::as_bytes).collect(),
            folder: self.folder.as_bytes(),
            environment: self.environment.iter().map(String::as_bytes).collect(),
            ancestors: self.ancestors.iter().map(String::as_bytes).collect(),
            parent: self.parent,
            user: self.user.as_bytes(),
            uid: self.uid,
            kernel: self.kernel,
            headless: false,
            deleted: self.deleted,
            in_memory: false,
            packaged: self.packaged,
            digests: self.digests.iter().map(|it| it.as_str().into()).collect(),
            cpu: self.cpu,
            cpu_minutes: minutes_that_count(self.cpu, self.minutes),
            ends: self.ends.iter().map(Peer::end).collect(),
            listens: self.listens.clone(),
            served: None,
            own: self.own,
            files: Vec::new(),
            texts: Vec::new(),
        }
    }
}

impl Peer {
    /// As the rules see it.
    pub(super) fn end(&self) -> End<'_> {
        End { address: self.address, name: self.name.as_bytes(), port: self.port }
    }
}

impl Autostart {
    /// As the rules see it.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            kind: &self.kind,
            path: self.path.as_bytes(),
            content: self.content.as_bytes(),
            packaged: self.packaged,
        }
    }

    /// As the rules see a file.
    pub(super) fn file(&self) -> File<'_> {
        let (path, content) = (self.path.as_bytes(), self.content.as_bytes());
        File { path, content, packaged: self.packaged }
    }
}

/// Reads one line.
pub(super) fn read(line: &[u8]) -> Result<Case, Misread> {
    let value: Value = serde_json::from_slice(line).map_err(|error| no_json(&error))?;
    let Value::Object(line) = value else { return Err(Misread::NotObject) };
    let it = Members(&line);
    let id = line.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
    let id = id.ok_or(Misread::NoId)?;
    let fact = match it.text("kind")?.as_str() {
        "process" => Fact::Process(Box::new(it.process()?)),
        "connection" => Fact::Connection(it.peer()?, it.option("process").map(shown)),
        "persistence" => Fact::Persistence(Autostart {
            kind: it.text("type")?,
            path: it.text("path")?,
            content: it.text("content")?,
            packaged: it.flag("package_owned")?,
        }),
        "file" => Fact::File(Autostart {
            kind: String::new(),
            path: it.text("path")?,
            content: it.text("content")?,
            packaged: it.flag("package_owned")?,
        }),
        "" => return Err(Misread::NoKind),
        other => return Err(Misread::UnknownKind(other.into())),
    };
    Ok(Case { id, fact })
}

/// Why a line is no JSON, in words of its own: whoever reads it knows the line already.
pub(super) fn no_json(error: &serde_json::Error) -> Misread {
    match error.column() {
        _ if error.is_eof() => Misread::CutShort,
        0 | 1 => Misread::NotJson(None),
        column => Misread::NotJson(Some(column)),
    }
}

/// The members of an object; one that is `null` is not there.
struct Members<'a>(&'a Map<String, Value>);

impl Members<'_> {
    fn process(&self) -> Result<Process, Misread> {
        let exe = self.text("exe")?;
        let gone = exe.ends_with(DELETED);
        let mut ancestors = self.list("ancestors")?;
        let parent = self.text("parent")?;
        if !parent.is_empty() && ancestors.first() != Some(&parent) {
            ancestors.insert(0, parent);
        }
        Ok(Process {
            name: self.text("name")?,
            exe: exe.strip_suffix(DELETED).unwrap_or(&exe).to_owned(),
            arguments: self.list("cmdline")?,
            folder: self.text("cwd")?,
            environment: self.list("environ")?,
            ancestors,
            parent: self.whole("ppid")?,
            user: self.text("user")?,
            uid: self.whole("uid")?,
            kernel: self.flag("kthread")?,
            deleted: self.flag("exe_deleted")?.unwrap_or(gone),
            cpu: self.number("cpu_pct")?,
            minutes: self.number("cpu_minutes")?,
            packaged: self.packaged()?,
            digests: self.digests()?,
            ends: self.ends()?,
            listens: self.ports()?,
            own: self.flag("session_own")?.unwrap_or_default(),
        })
    }

    fn option(&self, name: &'static str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &'static str) -> Result<String, Misread> {
        match self.option(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(Misread::NotText(name)),
        }
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>, Misread> {
        match self.option(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Misread::NotFlag(name)),
        }
    }

    fn whole(&self, name: &'static str) -> Result<Option<u32>, Misread> {
        let Some(value) = self.option(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or(Misread::NotWhole(name))
    }

    #[expect(clippy::cast_possible_truncation, reason = "percent and minutes need few digits")]
    fn number(&self, name: &'static str) -> Result<Option<f32>, Misread> {
        let Some(value) = self.option(name) else { return Ok(None) };
        let number = value.as_f64().ok_or(Misread::NotNumber(name))?;
        measured(number as f32).map(Some).ok_or(Misread::OutOfRange(name))
    }

    /// A list of texts. Who wrote one text instead is understood; so is an object, as `NAME=value` each.
    fn list(&self, name: &'static str) -> Result<Vec<String>, Misread> {
        let wrong = || Misread::NotTexts(name);
        match self.option(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split_whitespace().map(str::to_owned).collect()),
            Some(Value::Array(items)) => {
                items.iter().map(|item| item_of(item).ok_or_else(wrong)).collect()
            }
            Some(Value::Object(items)) => {
                let pair = |(name, value): (&String, &Value)| format!("{name}={}", shown(value));
                Ok(items.iter().map(pair).collect())
            }
            Some(_) => Err(wrong()),
        }
    }

    /// The name of a package, or whether there is one.
    fn packaged(&self) -> Result<Option<bool>, Misread> {
        match self.option("package") {
            None => Ok(None),
            Some(Value::Bool(packaged)) => Ok(Some(*packaged)),
            Some(Value::String(name)) => Ok(Some(!name.is_empty())),
            Some(_) => Err(Misread::NotText("package")),
        }
    }

    fn digests(&self) -> Result<Vec<String>, Misread> {
        let texts = ["sha256", "sha1", "md5"].map(|name| self.text(name));
        let known = texts
            .into_iter()
            .filter(|it| it.as_ref().is_ok_and(|it| !it.is_empty()) || it.is_err());
        known.collect()
    }

    fn ends(&self) -> Result<Vec<Peer>, Misread> {
        let wrong = || Misread::NotObjects("remote");
        match self.option("remote") {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| Members(item.as_object().ok_or_else(wrong)?).peer())
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    fn peer(&self) -> Result<Peer, Misread> {
        let address = self.text("ip")?;
        let parsed = address.trim_matches(['[', ']']).parse().ok();
        if parsed.is_none() && !address.is_empty() {
            return Err(Misread::NotAddress(address.into()));
        }
        let port = self.whole("port")?.unwrap_or_default();
        let port = u16::try_from(port).map_err(|_| Misread::PortBeyond)?;
        Ok(Peer { address: parsed, name: self.text("domain")?.to_lowercase(), port })
    }

    fn ports(&self) -> Result<Vec<u16>, Misread> {
        let wrong = || Misread::NotPorts("listen");
        match self.option("listen") {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let port = |item: &Value| item.as_u64().and_then(|port| u16::try_from(port).ok());
                items.iter().map(|item| port(item).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }
}

/// A text of a list: itself, or the name of an object.
fn item_of(item: &Value) -> Option<String> {
    match item {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => object.get("name").and_then(Value::as_str).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

/// Percent and minutes that a machine can have come to: neither negative nor without end.
pub(super) fn measured(number: f32) -> Option<f32> {
    (0.0..=MOST_MEASURED).contains(&number).then_some(number)
}

/// A value as text.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
