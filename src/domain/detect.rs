//! Snapshots and indicators to findings.
//!
//! Invariant: the same snapshots in the same order give the same findings, live, replayed or read from a
//! file. Every finding lists its reasons; there is no score.

pub mod config;
mod fault;
mod found;
mod gist;
pub mod grammar;
mod host_name;
mod name;
mod pack;
mod place;
pub mod rulebook;
mod rules;
mod seen;
mod sigma;
pub mod strings;
mod variable;
mod verdict;
mod watch;
mod wire;
mod worth;

pub use fault::{BadRule, RuleFault};
pub use pack::{Indicator, Kind, Pack, Pattern, Row};
pub use rulebook::Rulebook;
pub use rules::config_file::File;
pub use rules::persistence::Entry;
pub use rules::{Told, doing, standing};
pub use seen::{End, Seen, minutes_that_count};
pub use sigma::{Level, SigmaRule, Source};
pub use variable::kept_variable;
pub use verdict::{Verdict, judge_connection, judge_entry, judge_file, judge_process};
pub use watch::Watch;
pub use worth::{keeps, worth};

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::domain::base::ProcessId;
use crate::domain::facts::{Autostart, AutostartKind, Contradiction, ContradictionKind, Protocol};
use crate::domain::untrusted::Untrusted;

/// What is known against something on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// How far the reasons carry.
    pub grade: Grade,
    /// Why, the weightiest first; never empty. In an entry of the journal, what was not said before stands first.
    pub reasons: Vec<Reason>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A process.
    Process(ProcessId),
    /// A connection, by its two ends.
    Connection {
        /// Transport.
        protocol: Protocol,
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
    },
    /// Something that hides, or that is hidden, and is no process.
    Hiding {
        /// How.
        kind: ContradictionKind,
        /// A path, or an end of a connection.
        what: Untrusted,
    },
    /// Something that starts by itself.
    Autostart {
        /// What kind of place it stands in.
        place: AutostartKind,
        /// The file.
        path: Untrusted,
        /// Line in the file, from 1; 0 where it is the file as a whole.
        line: u32,
    },
}

/// How far the reasons of a finding carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Worth a look.
    Noted,
    /// A heuristic: may be shown and ranked, never acted on.
    Suspect,
    /// A specific fact: may be acted on.
    Confirmed,
}

/// One fact, the rule that saw it, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// Which rule.
    pub rule: Rule,
    /// The value that it saw: a name, an argument, `192.0.2.1:3333`.
    pub value: Untrusted,
    /// Where it was read.
    pub source: FactSource,
}

/// Where a fact was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactSource {
    /// `/proc/PID/comm`.
    Comm,
    /// `/proc/PID/cmdline`.
    CommandLine,
    /// `/proc/PID/exe`.
    Exe,
    /// `/proc/PID/stat`.
    Stat,
    /// Netlink `sock_diag` or `/proc/net`.
    Sockets,
    /// A source of GPU facts.
    Gpu,
    /// Packets on the wire.
    Wire,
    /// Views of the host that disagree.
    Views,
    /// `/proc/PID/environ`.
    Environment,
    /// Those above it.
    Ancestry,
    /// A place of what starts by itself.
    Persistence,
    /// A file that belongs to it.
    File,
    /// Its executable.
    Program,
    /// Its memory.
    Memory,
}

/// The rules of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// An argument is a mining pool's URL: the playbook's scheme, a host and a port.
    PoolUrl,
    /// The program bears the name of a mining program of the playbook.
    MinerName,
    /// An argument names a host by one of the playbook's patterns.
    PoolName,
    /// A connection leads to one of the playbook's ports.
    PoolPort,
    /// CPU above the playbook's threshold for as long as it says.
    SustainedCpu,
    /// CPU above the playbook's threshold, not yet for as long as it says.
    HighCpu,
    /// GPU above the playbook's threshold for long.
    SustainedGpu,
    /// GPU above the playbook's threshold, not yet for long.
    HighGpu,
    /// The executable was deleted while it runs.
    DeletedExe,
    /// The name or command line holds characters that hide or repaint (ATT&CK T1036).
    HiddenCharacters,
    /// It was heard to speak a mining protocol.
    StratumSpoken,
    /// A name server or a TLS greeting was heard to be asked for one of the playbook's names.
    PoolNameAsked,
    /// The list of processes lacks it.
    HiddenProcess,
    /// The list of its threads lacks some.
    HiddenThread,
    /// Something is mounted over a part of `/proc` (ATT&CK T1564).
    MountedOver,
    /// It wears a kernel thread's name, or one in brackets as tools show those (ATT&CK T1036.004).
    KernelName,
    /// The loader puts a library into programs (ATT&CK T1574.006).
    Preload,
    /// CPU time that no visible process used.
    HiddenLoad,
    /// One list of sockets has it, and another one lacks it.
    HiddenSocket,
    /// A file of a package that is not as the package has it.
    ChangedTool,
    /// Another program comes before a packaged tool where a shell looks for it (ATT&CK T1574.007).
    ShadowedTool,
    /// The loader puts a library into every program that no package brought (ATT&CK T1574.006).
    Unpackaged,
    /// Its arguments were pushed out of sight.
    Padding,
    /// Almost the name of a daemon or of a kernel thread (ATT&CK T1036.005).
    LookAlike,
    /// It calls itself a daemon, and its executable lies where none is.
    BorrowedName,
    /// A daemon that only waits, or a title that is not its own, and long high load.
    BusyDaemon,
    /// A script that fetches something and runs it, in the arguments of a shell.
    RunsScript,
    /// A place that work comes from, and an address that is paid.
    PoolAndWallet,
    /// A place that work comes from, and an algorithm.
    PoolAndAlgorithm,
    /// A place that work comes from, somebody who is paid, and an option that only miners have.
    PoolAndOption,
    /// A place that work comes from, and somebody who is paid.
    PoolAndUser,
    /// A place as miners name it.
    PoolEnd,
    /// An address that is paid.
    Wallet,
    /// A mining algorithm.
    Algorithm,
    /// Options that miners have.
    MinerOptions,
    /// An indicator that the responder added.
    Indicator,
    /// An indicator that came with the program.
    KnownIndicator,
    /// An indicator whose time is over.
    ExpiredIndicator,
    /// A Sigma rule.
    Sigma,
    /// A mining scheme in a text.
    PoolMention,
    /// The executable lies where no program should be.
    OddPlace,
    /// The executable never had a name on disk (ATT&CK T1620).
    MemoryExe,
    /// A service runs it, and nobody installed it.
    ServiceChild,
    /// Its environment holds the request of a web server's client.
    FromRequest,
    /// Its environment names the login by which it came, or who became its user (ATT&CK T1078).
    FromLogin,
    /// High load for long, of a program that nobody installed, with one conversation out of the host.
    LonelyLoad,
    /// What starts by itself fetches something and runs it.
    DownloadsAndRuns,
    /// What starts by itself decodes something and runs it.
    DecodesAndRuns,
    /// What starts by itself puts itself back, or what it runs.
    AddsItselfAgain,
    /// What starts by itself runs something from where no program should be.
    RunsOddPlace,
    /// What starts by itself is written so that it is not seen.
    HiddenEntry,
    /// A second user with the rights of root.
    SecondRoot,
    /// A key or a rule that runs a command, or needs no password.
    ForcedCommand,
    /// A key opens an account that only a service should have.
    ServiceKey,
    /// What starts by itself starts a process that something else speaks against.
    RunsFinding,
    /// Something starts it again when it ends (ATT&CK T1053, T1543).
    ComesBack,
    /// The same ran before and ended, and was started again.
    CameBack,
    /// A configuration of a miner belongs to it.
    ConfigFile,
    /// Its own memory holds a place that work comes from, and an address that is paid.
    PaidInMemory,
    /// Its program or its memory speaks of mining.
    MiningWords,
    /// It shares a wallet, a pool or a file with somebody who is found.
    SharesWith,
    /// Its load is held at a ceiling, or taken in turns with pauses.
    ShapedLoad,
    /// Its first thread has ended while others run: tools show it as dead.
    Headless,
    /// High load for long, and memory as the makers of a mining algorithm want it.
    MinersMemory,
    /// It was begun in the same minute as somebody who is found, in the same session and control group.
    BegunWith,
}

impl Subject {
    /// Something that starts by itself.
    #[must_use]
    pub fn of_autostart(it: &Autostart) -> Self {
        Self::Autostart { place: it.kind, path: it.path.clone(), line: it.line }
    }

    /// Whom a contradiction speaks against: its process if it has one, else what hides.
    #[must_use]
    pub fn of_contradiction(it: &Contradiction) -> Self {
        let hides = || Self::Hiding { kind: it.kind, what: it.what.clone() };
        it.process.map_or_else(hides, Self::Process)
    }
}

impl Rule {
    /// Those that stand in files: packs of indicators and Sigma rules.
    pub const OF_FILES: &[Self] =
        &[Self::Indicator, Self::KnownIndicator, Self::ExpiredIndicator, Self::Sigma];

    /// Those that come and go with what others do, and are no news by themselves.
    pub const PASSING: &[Self] =
        &[Self::HighCpu, Self::SharesWith, Self::CameBack, Self::BegunWith, Self::FromLogin];

    /// Those that speak of a pool.
    pub const OF_POOLS: &[Self] = &[
        Self::PoolUrl,
        Self::PoolPort,
        Self::PoolName,
        Self::StratumSpoken,
        Self::PoolNameAsked,
        Self::PoolAndWallet,
        Self::PoolAndAlgorithm,
        Self::PoolAndOption,
        Self::PoolAndUser,
        Self::PoolEnd,
    ];
}
