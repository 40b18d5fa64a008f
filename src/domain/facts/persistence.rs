//! What starts by itself: at boot, at a time, at a login, or when something else runs.
//!
//! Facts only: which of them is bad is for the rules to say. What an entry runs and who runs that now are joined when
//! somebody asks ([`running()`]), so that a recording does not hold every entry again whenever a process ends.

mod change;
mod running;
mod trick;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Packaged, Reading};
use crate::domain::base::Timestamp;
use crate::domain::untrusted::Untrusted;

pub use change::{AutostartChange, changes};
pub use running::{Running, running};
pub use trick::{Trick, decoded, tricks};

/// What starts by itself on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Persistence {
    /// Every entry, by kind and path.
    pub entries: Vec<Arc<Autostart>>,
    /// `CLOCK_BOOTTIME` milliseconds of when the last hunt over every place began that has ended: unless the places are
    /// watched, what changed later may be missing. `None` until the first one ended.
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
    /// The line, or the unit's commands with a line feed between them.
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
    /// What else is so about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
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
}

/// What kind of place an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the places")]
pub enum AutostartKind {
    Cron,
    Anacron,
    At,
    Incron,
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
    SshClient,
    Logrotate,
    CloudInit,
    Tmpfiles,
    KernelSetting,
    ServiceStarter,
}

impl AutostartKind {
    /// The word that files of facts have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Anacron => "anacron",
            Self::At => "at",
            Self::Incron => "incron",
            Self::SystemdUnit | Self::SystemdGenerator => "systemd",
            Self::SystemdTimer => "timer",
            Self::SystemdDropIn => "systemd-drop-in",
            Self::RcLocal => "rc.local",
            Self::InitScript => "init.d",
            Self::UdevRule => "udev",
            Self::ShellStart => "profile",
            Self::AuthorizedKey => "authorized_keys",
            Self::SshdConfig => "sshd_config",
            Self::Preload => "ld.so.preload",
            Self::LoaderConfig => "ld.so.conf",
            Self::Pam => "pam",
            Self::KernelModule => "module",
            Self::Initramfs => "initramfs",
            Self::PackageHook => "apt-hook",
            Self::NetworkDispatcher => "nm-dispatcher",
            Self::Motd => "motd",
            Self::DesktopAutostart => "xdg",
            Self::GitHook => "git-hook",
            Self::PythonPath => "pth",
            Self::Container => "docker",
            Self::Kubernetes => "k8s",
            Self::Sudoers => "sudoers",
            Self::User => "passwd",
            Self::SshClient => "ssh_config",
            Self::Logrotate => "logrotate",
            Self::CloudInit => "cloud-init",
            Self::Tmpfiles => "tmpfiles",
            Self::KernelSetting => "sysctl",
            Self::ServiceStarter => "service",
        }
    }
}

/// What stands around the commands of a shell and runs nothing wherever it stands.
const FRAME: [&[u8]; 10] =
    [b"fi", b"then", b"else", b"do", b"done", b"esac", b"{", b"}", b"(", b")"];

/// A line of a shell that runs nothing and only stands around what does, such as `fi` or `else # or so`; or a blank one.
/// What runs something in another place is none: `/tmp/x) ;;` may end a subshell, and `in` may be a program.
#[must_use]
pub fn is_frame(line: &[u8]) -> bool {
    words(line).all(|word| FRAME.contains(&word))
}

/// Words of a line of a shell, up to a remark.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(|byte| matches!(byte, b' ' | b'\t' | b';'));
    words.filter(|word| !word.is_empty()).take_while(|word| !word.starts_with(b"#"))
}

/// The same, or `*i*) ;;` or `in`, which says nothing to whoever reads the row of a whole script. No entry is left out
/// for this: without the lines around it nobody can tell that it runs nothing.
fn says_nothing(line: &[u8]) -> bool {
    let mut words = words(line).peekable();
    // Outside of a `case`, nothing may end so.
    let is_case = line.trim_ascii_end().ends_with(b";;");
    words.next_if(|word| is_case && is_label(word));
    words.all(|word| FRAME.contains(&word) || matches!(word, b"in" | b"*)"))
}

/// `start)`, and nothing that runs.
fn is_label(word: &[u8]) -> bool {
    word.ends_with(b")") && !word.iter().any(|byte| matches!(byte, b'(' | b'$' | b'`'))
}

impl AutostartKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 35] = [
        Self::Cron,
        Self::Anacron,
        Self::At,
        Self::Incron,
        Self::SystemdUnit,
        Self::SystemdTimer,
        Self::SystemdDropIn,
        Self::SystemdGenerator,
        Self::RcLocal,
        Self::InitScript,
        Self::UdevRule,
        Self::ShellStart,
        Self::AuthorizedKey,
        Self::SshdConfig,
        Self::Preload,
        Self::LoaderConfig,
        Self::Pam,
        Self::KernelModule,
        Self::Initramfs,
        Self::PackageHook,
        Self::NetworkDispatcher,
        Self::Motd,
        Self::DesktopAutostart,
        Self::GitHook,
        Self::PythonPath,
        Self::Container,
        Self::Kubernetes,
        Self::Sudoers,
        Self::User,
        Self::SshClient,
        Self::Logrotate,
        Self::CloudInit,
        Self::Tmpfiles,
        Self::KernelSetting,
        Self::ServiceStarter,
    ];

    /// Its name as it is written in journals and typed in filters: `systemd-unit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Anacron => "anacron",
            Self::At => "at",
            Self::Incron => "incron",
            Self::SystemdUnit => "systemd-unit",
            Self::SystemdTimer => "systemd-timer",
            Self::SystemdDropIn => "systemd-drop-in",
            Self::SystemdGenerator => "systemd-generator",
            Self::RcLocal => "rc-local",
            Self::InitScript => "init-script",
            Self::UdevRule => "udev-rule",
            Self::ShellStart => "shell-start",
            Self::AuthorizedKey => "authorized-key",
            Self::SshdConfig => "sshd-config",
            Self::Preload => "preload",
            Self::LoaderConfig => "loader-config",
            Self::Pam => "pam",
            Self::KernelModule => "kernel-module",
            Self::Initramfs => "initramfs",
            Self::PackageHook => "package-hook",
            Self::NetworkDispatcher => "network-dispatcher",
            Self::Motd => "motd",
            Self::DesktopAutostart => "desktop-autostart",
            Self::GitHook => "git-hook",
            Self::PythonPath => "python-path",
            Self::Container => "container",
            Self::Kubernetes => "kubernetes",
            Self::Sudoers => "sudoers",
            Self::User => "user",
            Self::SshClient => "ssh-client",
            Self::Logrotate => "logrotate",
            Self::CloudInit => "cloud-init",
            Self::Tmpfiles => "tmpfiles",
            Self::KernelSetting => "kernel-setting",
            Self::ServiceStarter => "service-starter",
        }
    }
}

/// What is so about an entry, beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// A link of systemd starts it, or something that starts does.
    Enabled,
    /// It is there, and nothing that was read starts it.
    NotEnabled,
    /// It was active when the place was read.
    Active,
    /// It is started again whenever it ends.
    RestartsAlways,
    /// No password is asked.
    NoPassword,
    /// User id 0 under another name than `root`.
    SecondRoot,
    /// The account has an empty password.
    EmptyPassword,
    /// The copy of the list that was made before the last change lacks the account.
    NewAccount,
    /// An account of a service that has a shell to log in with.
    ServiceWithShell,
    /// The key runs one command and nothing else.
    ForcedCommand,
    /// New home directories do not have this line.
    NotLikeSkeleton,
    /// A link that leads out of the home directory; it was not followed.
    LeadsElsewhere,
    /// Its name begins with a dot, where others' do not.
    HiddenName,
    /// Anybody may write to the file.
    WorldWritable,
    /// No line of the file runs anything.
    NoLineRuns,
    /// No account could be read from the line; another program may read one.
    NotReadable,
    /// It leads to another file, which was not read.
    NotFollowed,
}

/// What an entry is told apart by from look to look.
pub type AutostartKey<'a> = (AutostartKind, &'a Untrusted, u32, &'a Untrusted);

impl Autostart {
    /// What tells it from every other entry.
    #[must_use]
    pub const fn key(&self) -> AutostartKey<'_> {
        (self.kind, &self.path, self.line, &self.text)
    }

    /// The first line of its text that does something, its words one blank apart: an indented line of a script can be
    /// read, and a row is a row.
    #[must_use]
    pub fn first_line(&self) -> Untrusted {
        let lines = || self.text.bytes().split(|byte| *byte == b'\n');
        let says = |line: &&[u8]| !line.trim_ascii_start().starts_with(b"#") && !says_nothing(line);
        let line = lines().find(says).or_else(|| lines().next()).unwrap_or_default();
        let words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|it| !it.is_empty());
        Untrusted::new(words.collect::<Vec<_>>().join(&b' '))
    }

    /// The package's own, as the package has it: the file and what it runs.
    #[must_use]
    pub const fn is_as_packaged(&self) -> bool {
        let runs_own = match &self.runs {
            None => true,
            Some(target) => matches!(
                target.packaged,
                Packaged::Unchanged(_) | Packaged::Undigested(_) | Packaged::Unknown
            ),
        };
        matches!(self.packaged, Packaged::Unchanged(_)) && runs_own
    }
}
