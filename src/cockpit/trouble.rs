//! What does not work, as kinds: what, on what, and why. Words say each in both languages, with what to do next.
//!
//! Absent on purpose: prose. What the kernel, a file or a person said is a field, and stays [`Untrusted`].

use crate::cockpit::storage::{Refusal, Unsaved};
use crate::domain::base::Timestamp;
use crate::domain::detect::RuleFault;
use crate::domain::session::{Break, LineProblem};
use crate::domain::untrusted::Untrusted;

/// Something does not work: before the screen is there, on it, or after it.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A session, or the place for sessions, cannot be used.
    Session(Unusable),
    /// No place takes a session; each of them, and why.
    NoPlace(Vec<Unusable>),
    /// Nobody said where sessions are, and there is no home directory.
    NoHome,
    /// The directory above this sessions directory is not there, so the path is mistyped.
    NoParent(Untrusted),
    /// There is no session that could be taken up.
    NothingToResume,
    /// The session was ended while it began.
    EmptySession,
    /// The session is a training; nothing in it is about this host.
    IsTraining,
    /// Somebody else is in this training, or its journal is damaged.
    TrainingHeld,
    /// There is no such walkthrough: what was asked for, and which there are.
    NoWalkthrough(Untrusted, Vec<String>),
    /// A walkthrough of the program's own does not open; why.
    BadWalkthrough(Untrusted),
    /// A replay shows one session and no other.
    OneReplay,
    /// Nothing was recorded in this session.
    NothingRecorded,
    /// The recording cannot be played; why.
    BadTape(TapeFault),
    /// A part of the recording cannot be played.
    BadPart(Box<BadPart>),
    /// This file is no playbook that could be used.
    Playbook(Untrusted, BadFile),
    /// No playbook and no file is called so; which playbooks are built in.
    NoPlaybook(Untrusted, &'static [&'static str]),
    /// `playbook.md` beside the journal is not the one that the session began with.
    PlaybookChanged,
    /// The system gives us no thread.
    NoThread(Refusal),
    /// This host cannot be looked at: what cannot be opened, and why.
    NoEyes(Untrusted, Refusal),
    /// The looks at this host have stopped.
    LooksStopped,
    /// Input or output is no terminal.
    NoTerminal,
    /// The terminal cannot be used.
    BadTerminal(Refusal),
    /// The system gives us no signals or no clock.
    NoLoop(Refusal),
    /// There is no shell that could bring a stopped program back.
    NoShell,
    /// A part of the program fell; where and with which words.
    Fell(Untrusted),
    /// The program met a fault of its own: where and with which words, and the file that keeps them.
    Panicked(Untrusted, Option<Untrusted>),
    /// A signal ended the screen.
    Killed(Death, Untrusted),
    /// The process that guards the terminal is gone.
    Unguarded(Untrusted),
}

/// A signal that ended the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// SIGKILL.
    Kill,
    /// SIGABRT.
    Abort,
    /// SIGSEGV.
    Segv,
    /// SIGBUS.
    Bus,
    /// The one with this number.
    Other(i32),
}

/// A part of a recording that cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPart {
    /// The file, from the session's directory on.
    pub file: Untrusted,
    /// The last snapshot before it; `None` if there is none.
    pub until: Option<Timestamp>,
    /// Why; `None` if it was cut off while it was recorded.
    pub why: Option<TapeFault>,
}

/// Why a recording cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapeFault {
    /// Somebody is recording it at this moment.
    GoesOn,
    /// It ends too soon.
    Ends,
    /// It cannot be read; what was said.
    Unread(Untrusted),
    /// A line of it is none; what was said.
    Malformed(Untrusted),
    /// What a line changes is missing.
    NoKeyframe,
    /// A line refers to rows that are not there.
    Rows,
}

/// A theme that is not used: where, if a file says so, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTheme {
    /// File and line.
    pub place: Option<(Untrusted, usize)>,
    /// Why.
    pub why: ThemeFault,
}

/// Why a theme is not used; what stands in the file is a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeFault {
    /// It is no TOML; what its reader says.
    Syntax(Untrusted),
    /// This must be a table.
    NotTable(Untrusted),
    /// This must be a string.
    NotText(Untrusted),
    /// This must be true or false.
    NotSwitch(Untrusted),
    /// `bg` is neither of the two that it can be.
    Ground,
    /// There is no such key at the top.
    Key(Untrusted),
    /// There is no such part of a style.
    StylePart(Untrusted),
    /// There is no such role.
    NoRole(Untrusted),
    /// This role is not set.
    RoleMissing(&'static str),
    /// A value of the palette is no colour.
    NotColour(Untrusted),
    /// There is no colour of this name.
    NoColour(Untrusted),
    /// There is no such theme to inherit from.
    NoParent(Untrusted),
    /// Themes inherit from each other in this circle.
    Circle(Untrusted),
    /// There is no such theme; which there are.
    NoTheme(Untrusted, Vec<String>),
    /// Others may write to the file.
    Open,
    /// The file is too large.
    TooLarge,
    /// The kernel refuses.
    Kernel(Refusal),
}

/// A file of the responder's own rules, or a part of it, that is not used: where, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRules {
    /// The file, or the folder.
    pub file: Untrusted,
    /// One-based; 0 where it is about all of the file.
    pub line: usize,
    /// Why.
    pub why: RulesFault,
}

/// Why a file of rules, or a part of it, is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesFault {
    /// Something in it is wrong.
    Content(RuleFault),
    /// Others may write to the file.
    Open,
    /// It is a folder, a device or a pipe.
    NoFile,
    /// The file is too large.
    TooLarge,
    /// The folder holds too many files.
    TooMany,
    /// It is no UTF-8.
    Encoding,
    /// The kernel refuses.
    Kernel(Refusal),
}

/// Why a session, or the place for sessions, cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub enum Unusable {
    /// This directory is not there.
    Missing(Untrusted),
    /// Somebody else could have put it there, or could change it.
    Unsafe(Untrusted, Distrust),
    /// The kernel refuses something on this path.
    Kernel(Untrusted, Refusal),
    /// No session is called so.
    Unknown(Untrusted),
    /// Several sessions begin like this.
    Ambiguous(Untrusted, Vec<String>),
    /// There is no session in this directory.
    Empty(Untrusted),
    /// Somebody else holds the pen.
    Held,
    /// Its first entry cannot be written.
    Begin(Unsaved),
    /// It goes on in this sessions directory.
    Moved(Untrusted),
    /// The copy in this place is not the session.
    BadCopy(Untrusted),
    /// This directory is on a disk that other machines write to, of this kind.
    SharedDisk(Untrusted, &'static str),
    /// It is in this place already.
    There(Untrusted),
}

/// Why a file or directory is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// A symbolic link.
    Link,
    /// A directory was expected.
    NotADirectory,
    /// A regular file was expected.
    NotAFile,
    /// The user with this number owns it.
    Owner(u32),
    /// Others may enter or write; its mode.
    Mode(u32),
    /// It has a second name somewhere.
    Links,
}

/// Why a file is no playbook.
#[derive(Clone, Debug, PartialEq)]
pub enum BadFile {
    /// It is a directory.
    Directory,
    /// It is a device, a pipe or a socket.
    Special,
    /// It has more than so many MiB.
    Huge(u64),
    /// It is binary.
    Binary,
    /// This line is not UTF-8.
    Encoding(usize),
    /// The kernel refuses.
    Kernel(Refusal),
}

/// Why a journal can only be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Damage {
    /// A line of it does not hold.
    Line(Break),
    /// A line somewhere in it does not hold.
    Somewhere(LineProblem),
    /// Its first entry was never finished.
    Unfinished,
    /// It cannot be read any more.
    Unreadable(Unusable),
}

/// Why a session was not carried elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum NotCarried {
    /// The place was not named by a full path.
    Relative,
    /// The directory above this one is not there, so the path is mistyped.
    NoParent(Untrusted),
    /// The journal's writer does not listen now.
    Busy,
    /// The new place cannot be used.
    Place(Unusable),
}
