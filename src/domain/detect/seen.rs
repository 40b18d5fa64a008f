//! What the rules see of a process, wherever it was read: on this host, in a recording, or in a file of facts.
//!
//! Invariant: what is not known is empty or `None`, and speaks neither for nor against anybody.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::domain::detect::rules::ends::is_public;
use crate::domain::facts::{FoundFile, FoundText, Process, Trace};
use crate::domain::untrusted::Untrusted;

/// What tells a file that was deleted, at the end of the link to it.
const DELETED: &[u8] = b" (deleted)";

/// Percent of one CPU over a life, below which its minutes say only that it is old.
pub(super) const SHARE: f32 = 20.0;

/// Percent of one CPU that is a whole one.
const WHOLE: f32 = 90.0;
/// Ports up to here are given out to those who are known.
const LAST_RESERVED: u16 = 1024;

/// Minutes of CPU time that count: a service that idles for months comes to many.
#[must_use]
pub fn minutes_that_count(cpu: Option<f32>, minutes: Option<f32>) -> Option<f32> {
    minutes.map(|minutes| if cpu.is_some_and(|cpu| cpu < SHARE) { 0.0 } else { minutes })
}

/// A process as the rules see it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Seen<'a> {
    /// `comm`: the process chooses it.
    pub name: &'a [u8],
    /// Path of the executable, without the mark of a deleted file.
    pub exe: &'a [u8],
    /// Its arguments, its own name first.
    pub arguments: Vec<&'a [u8]>,
    /// Its current folder.
    pub folder: &'a [u8],
    /// Its environment, `NAME=value` each.
    pub environment: Vec<&'a [u8]>,
    /// Names of those above it, the parent first.
    pub ancestors: Vec<&'a [u8]>,
    /// Pid of its parent.
    pub parent: Option<u32>,
    /// Login name of its user.
    pub user: &'a [u8],
    /// Its user.
    pub uid: Option<u32>,
    /// It is a thread of the kernel; `None` if nobody asked the kernel.
    pub kernel: Option<bool>,
    /// Its first thread has ended while others run.
    pub headless: bool,
    /// The executable has no name on disk any more.
    pub deleted: bool,
    /// The executable never had one.
    pub in_memory: bool,
    /// Whether a package brought the executable.
    pub packaged: Option<bool>,
    /// Digests of the executable, as hex digits.
    pub digests: Vec<Cow<'a, str>>,
    /// Percent of one CPU.
    pub cpu: Option<f32>,
    /// Minutes of CPU time so far, where it worked for a share of them.
    pub cpu_minutes: Option<f32>,
    /// Whom it talks to.
    pub ends: Vec<End<'a>>,
    /// Ports that it listens on.
    pub listens: Vec<u16>,
    /// Somebody has come to one of them lately; `None` if nobody looked who comes.
    pub served: Option<bool>,
    /// It belongs to the responder's own session.
    pub own: bool,
    /// Files that belong to it and speak of mining.
    pub files: Vec<&'a FoundFile>,
    /// Texts in its executable and its memory that do.
    pub texts: Vec<&'a FoundText>,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct End<'a> {
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its name, where somebody said it.
    pub name: &'a [u8],
    /// Its port.
    pub port: u16,
}

impl<'a> Seen<'a> {
    /// A process of this host or of a recording.
    #[must_use]
    pub fn of(process: &'a Process) -> Self {
        let exe = process.exe.known().map_or(&b""[..], Untrusted::bytes);
        Self {
            name: process.comm.bytes(),
            exe: if process.exe_deleted { exe.strip_suffix(DELETED).unwrap_or(exe) } else { exe },
            arguments: process.command.known().map(arguments).unwrap_or_default(),
            ancestors: process.around.ancestors.iter().map(|it| it.comm.bytes()).collect(),
            parent: Some(process.parent.0),
            user: process.user.as_deref().unwrap_or_default().as_bytes(),
            uid: Some(process.uid),
            kernel: Some(process.kernel),
            headless: process.headless.is_some(),
            deleted: process.exe_deleted,
            in_memory: process.exe_memory,
            cpu: Some(process.cpu),
            cpu_minutes: process.has_files().then(|| minutes(process.cpu_ms)),
            ..Self::default()
        }
    }

    /// With what was read in files and in its memory.
    #[must_use]
    pub fn with(mut self, trace: &'a Trace) -> Self {
        self.packaged = self.packaged.or_else(|| trace.program.is_as_packaged());
        self.files = trace.files.iter().map(AsRef::as_ref).collect();
        self.texts = trace.texts.iter().collect();
        self.environment = trace.environment.iter().map(Untrusted::bytes).collect();
        self.digests.extend(trace.digest.map(|it| Cow::Owned(it.to_string())));
        self
    }

    /// Last part of the executable's path.
    #[must_use]
    pub fn file(&self) -> &'a [u8] {
        last_part(self.exe)
    }

    /// What it calls itself: its first argument, up to the first blank.
    #[must_use]
    pub fn title(&self) -> &'a [u8] {
        let first = self.arguments.first().copied().unwrap_or_default();
        first.split(u8::is_ascii_whitespace).next().unwrap_or(first)
    }

    /// Where its executable lies; if nobody could read that, where it says that it was started from: nobody says so to
    /// look worse than he is.
    #[must_use]
    pub fn path(&self) -> Cow<'a, [u8]> {
        let title = self.title();
        if let Some(program) = self.loaded() {
            return Cow::Borrowed(program);
        }
        if !self.exe.is_empty() || title.starts_with(b"/") {
            return Cow::Borrowed(if self.exe.is_empty() { title } else { self.exe });
        }
        let inside = title.strip_prefix(b"./").unwrap_or(title);
        let relative = title.contains(&b'/') && !title.starts_with(b"../");
        if relative && self.folder.starts_with(b"/") && !inside.is_empty() {
            Cow::Owned([self.folder, inside].join(&b'/'))
        } else {
            Cow::Borrowed(b"")
        }
    }

    /// What the loader of programs was told to run, if it is the loader: then it is that program.
    fn loaded(&self) -> Option<&'a [u8]> {
        const VALUED: [&[u8]; 5] =
            [b"--library-path", b"--inhibit-rpath", b"--preload", b"--audit", b"--argv0"];
        let is_loader =
            |name: &[u8]| name.starts_with(b"ld-") && name.windows(3).any(|it| it == b".so");
        let called_so = self.exe.is_empty() && is_loader(last_part(self.title()));
        if !(is_loader(self.file()) || called_so) {
            return None;
        }
        let mut words = self.arguments.iter().copied().skip(1);
        while let Some(word) = words.next() {
            if VALUED.contains(&word) {
                words.next();
            } else if !word.starts_with(b"-") {
                return Some(word).filter(|it| it.starts_with(b"/"));
            }
        }
        None
    }

    /// It works for whoever comes to it. A port that nobody comes to serves nobody; where only the ports are known, one that
    /// anybody may take does not, if a whole processor works behind it and it talks to one place out there.
    #[must_use]
    pub fn serves(&self) -> bool {
        let alone = || {
            let free = self.listens.iter().all(|port| *port > LAST_RESERVED);
            let out = self.ends.iter().filter(|end| is_public(end)).count();
            free && out == 1 && self.cpu.is_some_and(|cpu| cpu >= WHOLE)
        };
        self.served.unwrap_or_else(|| !self.listens.is_empty() && !alone())
    }

    /// It is the kernel itself, or looks just like it: a child of the kernel's, with nothing of a program about it.
    #[must_use]
    pub fn is_kernel(&self) -> bool {
        let told = self.arguments.len() > 1
            || self.arguments.first().is_some_and(|it| {
                it.contains(&b' ') || it.contains(&b'/') && !it.starts_with(b"[")
            });
        let quiet = self.exe.is_empty() && self.uid.unwrap_or_default() == 0 && !told;
        match self.kernel {
            Some(kernel) => kernel,
            None => quiet && (self.name == b"kthreadd" || self.parent == Some(2)),
        }
    }
}

/// Last part of a path.
pub(super) fn last_part(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// The arguments; who has nothing but an empty name has one.
fn arguments(command: &Untrusted) -> Vec<&[u8]> {
    let all: Vec<&[u8]> = command.arguments().collect();
    if all.is_empty() && !command.is_empty() { vec![b""] } else { all }
}

#[expect(clippy::cast_precision_loss, reason = "rules weigh whole minutes")]
fn minutes(cpu_ms: u64) -> f32 {
    cpu_ms as f32 / 60_000.0
}
