//! What bears on a question, as kinds: what was seen, and where it was read.

use std::net::{IpAddr, SocketAddr};

use crate::domain::answer::provider::Provider;
use crate::domain::base::Digest;
use crate::domain::detect::{FactSource, Grade, Rule};
use crate::domain::facts::{AutostartChange, AutostartKind};
use crate::domain::session::Figure;
use crate::domain::untrusted::Untrusted;

/// One thing that bears on a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What.
    pub what: What,
    /// Where it was read.
    pub from: FactsFrom,
}

/// Where a fact was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactsFrom {
    /// Where a look at the host read it.
    Look(FactSource),
    /// `/sys/class/dmi`.
    Firmware,
    /// Folders of SSH in homes.
    Homes,
    /// An entry of the journal.
    Journal(u64),
    /// The kernel's name for this host.
    HostName,
    /// It was counted from other facts.
    Counted,
}

/// How whoever started it came in, as far as those above it tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// A server or a database runs it.
    Service,
    /// A tool that installs or builds what others wrote runs it.
    Supply,
    /// It is a container's own program.
    Image,
    /// A login over SSH, or at a terminal.
    Login,
    /// What starts by itself runs it.
    Autostart,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Nobody has looked at the host yet.
    NotLooked,
    /// Busy percent of all CPUs; the playbook's limit, and how many processes are above it.
    Cpu(f32, Option<(f32, usize)>),
    /// Busy percent of the busiest graphics processor, and the playbook's limit.
    Gpu(f32, Option<f32>),
    /// There is no graphics processor that anything knows of.
    NoGpu,
    /// There is one, and nothing tells how busy it is.
    GpuUnread,
    /// So many processes are confirmed and suspect.
    Found(usize, usize),
    /// This process was found: its name, and the rule that weighs most.
    Process(Untrusted, Rule, Untrusted),
    /// The executable of what was found, whether it has no name on disk any more, and its digest, if that was read.
    Program(Untrusted, bool, Option<Digest>),
    /// So many connections match the playbook's indicators, and where the first leads.
    Pools(usize, Option<SocketAddr>),
    /// A place that work comes from, as the command line of what was found names it.
    Named(Untrusted),
    /// Heard on the wire: messages of mining, names of pools, and names that are allowed.
    Heard(usize, usize, usize),
    /// Nobody listens on the wire.
    NotListening,
    /// Those above what was found, the nearest last, and what that tells.
    Came(Way, Untrusted),
    /// A rule that tells how it came in.
    Entered(Rule, Untrusted),
    /// What was found runs as this user.
    RunsAs(Untrusted),
    /// What was found is in this container.
    InContainer(Untrusted),
    /// So many things that start by themselves are confirmed, are suspect, and are marked to look at.
    Autostarts(usize, usize, usize),
    /// This one is, or it starts what was found.
    Autostart(Grade, AutostartKind, Untrusted),
    /// So many came to start by itself since the session began, and so many changed.
    AutostartNews(usize, usize),
    /// This one did.
    AutostartNew(AutostartChange, AutostartKind, Untrusted),
    /// The places of what starts by itself have not been read yet.
    NotHunted,
    /// The machine is of this provider, by what the firmware says of it.
    Rented(Provider, Untrusted),
    /// Something talks to the address that tells a cloud's machine about itself: which, and who.
    Metadata(IpAddr, Untrusted),
    /// A provider's agent runs.
    Agent(Provider, Untrusted),
    /// A machine of its own, by vendor and product.
    OwnMachine(Untrusted),
    /// What the firmware says, by vendor and product, of which nothing follows.
    Firmware(Untrusted),
    /// A virtual machine, and nothing tells of whom.
    Virtual(Untrusted),
    /// The firmware could not be read.
    FirmwareUnread,
    /// So many connections to SSH servers elsewhere lead out of here, where the first leads, and who holds it.
    SshOut(usize, SocketAddr, Untrusted),
    /// Many hosts are tried at one port: how many, which port, and who tries.
    Scan(usize, u16, Untrusted),
    /// So many files of private keys and known hosts lie in so many homes; and so many homes were not read.
    Keys(u32, u32, usize, u32),
    /// So many homes could not be read; 0 if nobody knows how many.
    HomesUnread(u32),
    /// No connection to other hosts' SSH servers and no scan was seen.
    NothingOut,
    /// So many things hide.
    Hides(usize),
    /// A responder stated a figure.
    Stated(Figure, String),
    /// A note is about this.
    Written,
    /// Core-hours and hours of graphics processors that confirmed processes used.
    Used(f64, f64),
    /// What that costs, as an amount with its sign; and whether it is known that there is more.
    Spent(String, bool),
    /// Confirmed processes run as so many users.
    Users(usize),
    /// The program of a package was changed, or one stands before it.
    ChangedTool(Untrusted),
    /// The name of the host has a word of this kind in it.
    HostName(Untrusted),
    /// A desktop runs on this machine.
    Desktop(Untrusted),
}

/// Whom or what to ask, where this host cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask {
    /// The cloud console, in every region.
    Console,
    /// Whoever owns the machine: whose is it?
    Owner,
    /// Whoever owns the machine: what is it for? Then state it.
    HostType,
    /// The SIEM, or a look at the other hosts; then state how many.
    Hosts,
    /// Finance; then state the sum.
    Finance,
    /// Listen on the wire.
    Wire,
    /// State what an hour costs.
    Rate,
    /// Whoever keeps the identities.
    Identity,
    /// Whoever builds and ships.
    Builders,
    /// The manager, and nobody on this host.
    People,
    /// Read logs and the process page: what was found does not tell.
    Logs,
}

impl Fact {
    pub(super) const fn look(what: What, source: FactSource) -> Self {
        Self { what, from: FactsFrom::Look(source) }
    }

    pub(super) const fn counted(what: What) -> Self {
        Self { what, from: FactsFrom::Counted }
    }
}
