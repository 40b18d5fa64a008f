//! The same wallet, pool or file elsewhere.
//!
//! Source: whoever is paid once is paid everywhere; what brings a miner back names what it starts. Only what is specific
//! is followed: an address, a host with a port, the path of a configuration. Known false alarms, which are capped: who
//! looks for these very words, and connections to ports that everybody uses.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::domain::base::{Digest, ProcessId};
use crate::domain::detect::found::Finds;
use crate::domain::detect::gist::Gist;
use crate::domain::detect::grammar::{self, Pool, User, UserBy};
use crate::domain::detect::place::place;
use crate::domain::detect::rules::command_line;
use crate::domain::detect::rules::config_file::{is_installed, starts_another};
use crate::domain::detect::rules::{self, Told, is_text_tool};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::strings::{self, Kind};
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Subject};
use crate::domain::facts::{
    Autostart, FoundBy, Persistence, Process, Proxies, Reading, Snapshot, Socket,
};
use crate::domain::untrusted::Untrusted;

/// No more is followed at once.
const MOST_KEYS: usize = 64;
/// Shorter texts are in others by accident.
const SHORTEST: usize = 8;
/// Ports that everybody uses, behind addresses that many share.
const EVERYBODYS: [u16; 6] = [22, 53, 80, 443, 8080, 8443];
/// Places where a finding is told to be shared.
const MOST_SHARED: usize = 4;

/// Something that can be followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain::detect) enum Key {
    /// An address that is paid.
    Wallet(Untrusted),
    /// An account with a machine's name behind it, or an e-mail, that is paid. What the machine alone is called is not
    /// followed: it is the host's own name as often as not.
    Account(Untrusted),
    /// `host:port`, and the port.
    Pool(Untrusted, u16),
    /// A configuration.
    File(Untrusted),
    /// An executable that no package brought, by its digest.
    Program(Untrusted),
}

impl Key {
    /// The port of a pool.
    pub(in crate::domain::detect) const fn port(&self) -> Option<u16> {
        match self {
            Self::Pool(_, port) => Some(*port),
            Self::Wallet(_) | Self::Account(_) | Self::File(_) | Self::Program(_) => None,
        }
    }

    fn text(&self) -> &Untrusted {
        match self {
            Self::Wallet(text)
            | Self::Account(text)
            | Self::Pool(text, _)
            | Self::File(text)
            | Self::Program(text) => text,
        }
    }

    pub(in crate::domain::detect) fn of_pool(pool: &Pool) -> Option<Self> {
        let port = pool.port?;
        let text = [pool.host.bytes(), b":", port.to_string().as_bytes()].concat();
        Some(Self::Pool(Untrusted::new(text), port))
    }

    pub(in crate::domain::detect) fn of_user(user: &User) -> Option<Self> {
        if let Some(wallet) = &user.wallet {
            return wallet.is_plain().then(|| Self::Wallet(wallet.text.clone()));
        }
        let specific = user.by > UserBy::Loose && (user.mail || user.rig.is_some());
        specific.then(|| Self::Account(user.text.clone()))
    }
}

/// What can be followed from a command line.
fn of_arguments(seen: &Seen<'_>) -> Vec<Key> {
    let read = grammar::read(seen.arguments.iter().copied());
    let pools = read.pools().filter_map(Key::of_pool);
    sorted(pools.chain(read.users().filter_map(Key::of_user)).collect())
}

/// What can be followed from files and memory.
pub(in crate::domain::detect) fn of_trace(seen: &Seen<'_>, digest: Option<Digest>) -> Vec<Key> {
    let mut keys = Vec::new();
    let nobodys = digest.filter(|_| !is_installed(seen));
    keys.extend(nobodys.map(|it| Key::Program(it.to_string().into())));
    for file in seen.files.iter().filter(|it| it.packaged.is_as_packaged() != Some(true)) {
        let gist = Gist::of(file);
        // Notes and reports name what others do, and what anybody may have put there is no bond.
        let is_told = file.by == FoundBy::Named || file.deleted;
        if gist.is_prose && !is_told || file.by == FoundBy::Anybodys {
            continue;
        }
        if starts_another(seen, file, &gist) {
            continue;
        }
        keys.extend(gist.keys.iter().cloned());
        keys.extend((!file.deleted).then(|| Key::File(file.path.clone())));
    }
    for text in seen.texts.iter().filter(|it| it.memory) {
        let Ok(plain) = std::str::from_utf8(text.text.bytes()) else { continue };
        match strings::kind(text.text.bytes()) {
            Kind::Wallet => keys.push(Key::Wallet(text.text.clone())),
            Kind::Place => keys.extend(
                grammar::place(plain)
                    .and_then(|it| Key::of_pool(&it.pool(grammar::By::Loose, plain))),
            ),
            Kind::Login | Kind::Word => {}
        }
    }
    sorted(keys)
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.retain(|it| it.text().bytes().len() >= SHORTEST);
    keys.sort();
    keys.dedup();
    keys
}

/// What is followed, and from whom.
#[derive(Debug, Default)]
pub(in crate::domain::detect) struct Trail {
    keys: Vec<(Key, ProcessId)>,
    /// What can be followed from the command lines of those who are confirmed; each was read once.
    read: HashMap<ProcessId, (Arc<Process>, Vec<Key>)>,
    engine: Option<AhoCorasick>,
    /// Entries of what starts by itself that hold one, by the hunt that they are of.
    entries: Option<Entries>,
    /// Who holds one in its command line, by process; each was looked through once.
    held: HashMap<ProcessId, Held>,
}

/// Entries of one hunt by the place of the key that they hold.
type Entries = (Arc<Persistence>, Vec<(usize, Arc<Autostart>)>);

#[derive(Debug)]
struct Held {
    process: Arc<Process>,
    keys: Vec<usize>,
}

impl Trail {
    /// Follows what was found with those who are confirmed, and tells where else it is.
    pub(in crate::domain::detect) fn follow(
        &mut self,
        snapshot: &Snapshot,
        (finds, proxies): (&Finds, &Proxies),
        gathered: &mut Gathered,
    ) {
        let confirmed = gathered.iter().filter_map(|(subject, told)| match subject {
            Subject::Process(id) => told.iter().any(|it| it.0 == Grade::Confirmed).then_some(*id),
            Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => None,
        });
        let mut keys: Vec<(Key, ProcessId)> = Vec::new();
        let before = std::mem::take(&mut self.read);
        for id in confirmed {
            if let Some(process) = snapshot.process(id) {
                let known = before.get(&id).filter(|(it, _)| says_the_same(it, process));
                let read = known.map(|(_, read)| read.clone());
                let read = read.unwrap_or_else(|| of_arguments(&Seen::of(process)));
                keys.extend(read.iter().map(|key| (key.clone(), id)));
                self.read.insert(id, (Arc::clone(process), read));
            }
            keys.extend(finds.keys(id).iter().map(|key| (key.clone(), id)));
        }
        keys.sort();
        keys.dedup();
        keys.truncate(MOST_KEYS);
        self.look_for(keys);
        if self.engine.is_none() {
            return;
        }
        self.processes(snapshot, finds, gathered);
        self.traces(finds, gathered);
        self.entries(snapshot, gathered);
        connections(snapshot, proxies, gathered);
    }

    fn look_for(&mut self, keys: Vec<(Key, ProcessId)>) {
        if self.keys == keys {
            return;
        }
        (self.entries, self.held) = (None, HashMap::new());
        let texts = keys.iter().map(|(key, _)| key.text().bytes());
        self.engine = if keys.is_empty() { None } else { AhoCorasick::new(texts).ok() };
        self.keys = keys;
    }

    /// The keys in some bytes.
    fn within(&self, bytes: &[u8]) -> Vec<usize> {
        let hits = self.engine.iter().flat_map(|it| it.find_overlapping_iter(bytes));
        let mut found: Vec<usize> = hits.map(|hit| hit.pattern().as_usize()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn processes(&mut self, snapshot: &Snapshot, finds: &Finds, gathered: &mut Gathered) {
        if self.held.len() > snapshot.processes.len() * 2 + 64 {
            self.held.retain(|id, _| snapshot.process(*id).is_some());
        }
        for process in snapshot.processes.iter().filter(|it| !it.kernel) {
            let known = self.held.get(&process.id);
            let known = known.filter(|it| says_the_same(&it.process, process));
            let keys = if let Some(held) = known {
                held.keys.clone()
            } else {
                let command = process.command.known();
                let keys = command.map(|it| self.within(it.bytes())).unwrap_or_default();
                let held = Held { process: Arc::clone(process), keys: keys.clone() };
                self.held.insert(process.id, held);
                keys
            };
            if keys.is_empty() {
                continue;
            }
            let little = speaks_about(process) || finds.is_own(process.id);
            let grade = if little { Grade::Noted } else { Grade::Suspect };
            self.tell(process.id, &keys, grade, Some(FactSource::CommandLine), gathered);
        }
    }

    fn traces(&self, finds: &Finds, gathered: &mut Gathered) {
        for (process, trace, keys) in finds.all() {
            let seen = Seen::of(process).with(trace);
            let shows = is_text_tool(command_line::tool(&seen)) && !place(seen.exe).is_strange();
            let little = is_installed(&seen) || shows || finds.is_own(process.id);
            let grade = if little { Grade::Noted } else { Grade::Suspect };
            let held: Vec<usize> = (0..)
                .zip(&self.keys)
                .filter(|(_, (key, of))| {
                    keys.contains(key) && Self::is_shared(key, *of, process, finds)
                })
                .map(|(at, _)| at)
                .collect();
            self.tell(process.id, &held, grade, None, gathered);
        }
    }

    /// Who runs the very file that another runs shares no more than that with it: a copy of it elsewhere does.
    fn is_shared(key: &Key, of: ProcessId, process: &Process, finds: &Finds) -> bool {
        !matches!(key, Key::Program(_)) || finds.get(of).is_none_or(|it| it.exe != process.exe)
    }

    /// Each of another's is a reason of its own.
    fn tell(
        &self,
        id: ProcessId,
        held: &[usize],
        grade: Grade,
        source: Option<FactSource>,
        gathered: &mut Gathered,
    ) {
        let others = held.iter().filter_map(|at| self.keys.get(*at)).filter(|(_, of)| *of != id);
        for (key, of) in others.take(MOST_SHARED) {
            let value = format!(" pid {}", of.pid);
            let of_program = matches!(key, Key::Program(_));
            let read = if of_program { FactSource::Program } else { FactSource::File };
            let (subject, source) = (Subject::Process(id), source.unwrap_or(read));
            add(gathered, subject, grade, key.text(), value.as_bytes(), source);
        }
    }

    /// What starts by itself and holds one: it will bring the process back, or others.
    fn entries(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        let hunt = &snapshot.persistence;
        if self.entries.as_ref().is_none_or(|(of, _)| !Arc::ptr_eq(of, hunt)) {
            let entries = snapshot.persistence.entries.iter();
            let found =
                entries.filter(|it| it.packaged.is_as_packaged() != Some(true)).flat_map(|it| {
                    let keys = self.within(it.text.bytes());
                    keys.into_iter().map(|key| (key, Arc::clone(it)))
                });
            self.entries = Some((Arc::clone(hunt), found.take(MOST_KEYS).collect()));
        }
        for (at, entry) in self.entries.iter().flat_map(|(_, found)| found) {
            let Some((key, id)) = self.keys.get(*at) else { continue };
            let (process, source) = (Subject::Process(*id), FactSource::Persistence);
            let value = [b" ", entry.path.bytes()].concat();
            add(gathered, process, Grade::Suspect, key.text(), &value, source);
            let (place, path, line) = (entry.kind, entry.path.clone(), entry.line);
            let value = format!(" pid {}", id.pid);
            let subject = Subject::Autostart { place, path, line };
            add(gathered, subject, Grade::Suspect, key.text(), value.as_bytes(), source);
        }
    }
}

fn add(
    gathered: &mut Gathered,
    subject: Subject,
    grade: Grade,
    key: &Untrusted,
    of: &[u8],
    source: FactSource,
) {
    let value = Untrusted::new([key.bytes(), of].concat());
    let told: Told = (grade, Reason { rule: Rule::SharesWith, value, source });
    let against = gathered.entry(subject).or_default();
    let shared = against.iter().filter(|(_, it)| it.rule == Rule::SharesWith).count();
    let known =
        against.iter().any(|(_, it)| it.rule == Rule::SharesWith && it.value == told.1.value);
    if shared < MOST_SHARED && !known {
        against.push(told);
    }
}

/// Its command line is the same.
fn says_the_same(one: &Arc<Process>, other: &Arc<Process>) -> bool {
    Arc::ptr_eq(one, other) || one.command.known() == other.command.known()
}

/// It looks for the words, or shows them: by itself, or behind whoever lets it.
fn speaks_about(process: &Process) -> bool {
    let Reading::Known(command) = &process.command else { return true };
    command.arguments().take(4).any(|word| {
        let word = word.split(u8::is_ascii_whitespace).next().unwrap_or(word);
        is_text_tool(last_part(word))
    })
}

/// Others who talk to the very end that a confirmed one talks to as its pool.
fn connections(snapshot: &Snapshot, proxies: &Proxies, gathered: &mut Gathered) {
    let sure = |told: &[Told]| {
        told.iter().any(|(grade, it)| {
            let pool = Rule::OF_POOLS.contains(&it.rule)
                || matches!(it.rule, Rule::ConfigFile | Rule::PaidInMemory);
            *grade == Grade::Confirmed && pool
        })
    };
    let ends: Vec<SocketAddr> = gathered
        .iter()
        .filter_map(|(subject, told)| match subject {
            Subject::Connection { remote, .. } if sure(told) => Some(*remote),
            Subject::Process(_)
            | Subject::Connection { .. }
            | Subject::Hiding { .. }
            | Subject::Autostart { .. } => None,
        })
        .filter(|it| !EVERYBODYS.contains(&it.port()))
        .collect();
    if ends.is_empty() {
        return;
    }
    let outgoing = |it: &&Arc<Socket>| rules::is_outgoing(it, proxies) && !it.own;
    for socket in snapshot.sockets.iter().filter(outgoing) {
        let Some(remote) = socket.remote.filter(|it| ends.contains(it)) else { continue };
        let (protocol, local) = (socket.protocol, socket.local);
        let subject = Subject::Connection { protocol, local, remote };
        let owners = socket.owners.iter().map(|it| Subject::Process(*it));
        let key: Untrusted = remote.to_string().into();
        for subject in owners.chain([subject]) {
            if !gathered.get(&subject).is_some_and(|told| sure(told)) {
                add(gathered, subject, Grade::Suspect, &key, b"", FactSource::Sockets);
            }
        }
    }
}
