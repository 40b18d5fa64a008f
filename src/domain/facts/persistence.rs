//! What starts by itself: at boot, at a time, at a login, or when something else runs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Packaged, Reading};
use crate::domain::base::{ProcessId, Timestamp};
use crate::domain::untrusted::Untrusted;

/// What starts by itself on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Persistence {
    /// Every entry, by kind and path.
    pub entries: Vec<Arc<Autostart>>,
    /// `CLOCK_BOOTTIME` milliseconds of the end of the last whole hunt; `None` until the first one ended.
    pub hunted_ms: Option<u64>,
    /// The places are watched: a change shows within a second.
    pub watched: bool,
}

/// One thing that starts by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autostart {
    /// What kind of place it stands in.
    pub kind: AutostartKind,
    /// The file.
    pub path: Untrusted,
    /// Line in the file, from 1; 0 where it is the file as a whole.
    pub line: u32,
    /// The line, or the unit's commands.
    pub text: Untrusted,
    /// Whom it runs as, where the place says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Untrusted>,
    /// Who owns the file.
    pub uid: u32,
    /// Mode of the file.
    pub mode: u32,
    /// When its content was last written, as it says itself: anybody can set this.
    pub modified: Timestamp,
    /// When anything about the file last changed: nobody can set this back but by the clock.
    pub changed: Timestamp,
    /// `chattr +i` or `+a`.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub immutable: Reading<bool>,
    /// What the package database says about the file.
    #[serde(default)]
    pub packaged: Packaged,
    /// What it runs, where that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<Target>,
    /// Ways to hide that were seen through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tricks: Vec<Trick>,
}

/// What an entry runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The program.
    pub program: Untrusted,
    /// It is there.
    pub exists: Reading<bool>,
    /// What the package database says about it.
    #[serde(default)]
    pub packaged: Packaged,
    /// Processes that run it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<ProcessId>,
}

/// What kind of place an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the places")]
pub enum AutostartKind {
    Cron,
    Anacron,
    At,
    SystemdUnit,
    SystemdTimer,
    SystemdDropIn,
    SystemdGenerator,
    RcLocal,
    InitScript,
    UdevRule,
    ShellStart,
    AuthorizedKey,
    SshdConfig,
    Preload,
    LoaderConfig,
    Pam,
    KernelModule,
    Initramfs,
    PackageHook,
    NetworkDispatcher,
    Motd,
    DesktopAutostart,
    GitHook,
    PythonPath,
    Container,
    Kubernetes,
    Sudoers,
    User,
}

/// A way to hide what an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trick {
    /// A carriage return that makes a terminal draw over the line.
    CarriageReturn,
    /// Characters that are not drawn, or that repaint.
    HiddenCharacters,
    /// So many blanks that the rest is out of sight.
    Padding,
    /// Text in base64 that decodes to commands.
    Base64,
    /// Text in hexadecimal that decodes to commands.
    Hex,
}
