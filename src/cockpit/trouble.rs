//! What does not work, as kinds: what, on what, and why. Words say each in both languages, with what to do next.
//!
//! Absent on purpose: prose. What the kernel, a file or a person said is a field, and stays [`Untrusted`].

use crate::cockpit::storage::{Refusal, Unsaved};
use crate::domain::session::Break;
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
    BadTape(Untrusted),
    /// This file is no playbook that could be used.
    Playbook(Untrusted, BadFile),
    /// No playbook and no file is called so; which playbooks are built in.
    NoPlaybook(Untrusted, &'static [&'static str]),
    /// `playbook.md` beside the journal is not the one that the session began with.
    PlaybookChanged,
    /// The system gives us no thread.
    NoThread(Refusal),
    /// This host cannot be looked at; why.
    NoEyes(Untrusted),
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
    /// It cannot be read any more.
    Unreadable(Unusable),
}

/// Why a session was not carried elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum NotCarried {
    /// The place was not named by a full path.
    Relative,
    /// The journal's writer does not listen now.
    Busy,
    /// The new place cannot be used.
    Place(Unusable),
}
