//! What was found in files and memory, against whom, and what can be followed from there.
//!
//! Invariant: what was read once speaks until it is read anew: a connection that closes and a load that ends take nothing
//! back.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::domain::base::ProcessId;
use crate::domain::detect::rules::{self, Told, pivot::Key};
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{End, Rule, Seen, Subject};
use crate::domain::facts::{Ours, Process, Protocol, Proxies, Snapshot, SocketState, Trace};
use crate::domain::untrusted::Untrusted;

/// The load of a whole life counts after this much CPU time.
const LIFE_MS: u64 = 60_000;

/// What is known of those of whom something was read.
#[derive(Debug, Default)]
pub(super) struct Finds(HashMap<ProcessId, Find>);

#[derive(Debug)]
struct Find {
    trace: Arc<Trace>,
    process: Arc<Process>,
    own: bool,
    around: Around,
    told: Vec<Told>,
    keys: Vec<Key>,
}

/// What counts besides.
#[derive(Clone, Debug, Default, PartialEq)]
struct Around {
    cpu: f32,
    /// Other ends, and what the wire calls them.
    ends: Vec<(SocketAddr, Untrusted)>,
    listens: Vec<u16>,
}

impl Finds {
    /// Gathers what speaks against processes that are there.
    pub(super) fn see(
        &mut self,
        snapshot: &Snapshot,
        (proxies, ours): (&Proxies, &Ours),
        gathered: &mut Gathered,
    ) {
        let traces = &snapshot.evidence.traces;
        self.0.retain(|id, _| snapshot.evidence.of(*id).is_some());
        if traces.is_empty() {
            return;
        }
        let mut sockets = sockets(snapshot, proxies);
        for trace in traces {
            let Some(process) = snapshot.process(trace.process) else { continue };
            let (ends, listens) = sockets.remove(&process.id).unwrap_or_default();
            let ends = ends.into_iter().map(|it| (it, name_of(snapshot, it))).collect();
            let around = Around { cpu: load(process, snapshot.moment.boot_ms), ends, listens };
            self.find(trace, (process, ours.has(process)), around);
            let Some(found) = self.0.get(&process.id).filter(|it| !it.told.is_empty()) else {
                continue;
            };
            gathered
                .entry(Subject::Process(process.id))
                .or_default()
                .extend(found.told.iter().cloned());
            self.connections(process.id, (snapshot, proxies), gathered);
        }
    }

    fn find(
        &mut self,
        trace: &Arc<Trace>,
        (process, own): (&Arc<Process>, bool),
        mut around: Around,
    ) {
        let known = self.0.get(&process.id).filter(|it| {
            (Arc::ptr_eq(&it.trace, trace) || it.trace == *trace)
                && it.own == own
                && it.process.exe == process.exe
                && it.process.command == process.command
        });
        if let Some(known) = known {
            // A load that is past was there.
            around.cpu =
                if known.around.cpu >= rules::HARD { known.around.cpu } else { around.cpu };
            let busy = |it: &Around| it.cpu >= rules::HARD;
            if known.around.ends == around.ends
                && known.around.listens == around.listens
                && busy(&known.around) == busy(&around)
            {
                return;
            }
        }
        let mut seen = Seen { own, ..Seen::of(process) }.with(trace);
        seen.cpu = Some(around.cpu);
        seen.ends = around
            .ends
            .iter()
            .map(|(it, name)| End { address: Some(it.ip()), name: name.bytes(), port: it.port() })
            .collect();
        seen.listens.clone_from(&around.listens);
        let mut told = rules::found(&seen);
        let grade = |told: &[Told]| told.iter().map(|(grade, _)| *grade).max();
        let before = known.map(|it| it.told.clone()).filter(|before| grade(before) > grade(&told));
        told = before.unwrap_or(told);
        let keys = rules::pivot::of_trace(&seen, trace.digest);
        let (trace, process) = (Arc::clone(trace), Arc::clone(process));
        self.0.insert(process.id, Find { trace, process, own, around, told, keys });
    }

    /// The connections that lead where a file or the memory says.
    fn connections(
        &self,
        id: ProcessId,
        (snapshot, proxies): (&Snapshot, &Proxies),
        gathered: &mut Gathered,
    ) {
        let Some(found) = self.0.get(&id) else { return };
        let ports: Vec<u16> = found.keys.iter().filter_map(Key::port).collect();
        let pool =
            |(_, reason): &&Told| matches!(reason.rule, Rule::ConfigFile | Rule::PaidInMemory);
        let told: Vec<Told> = found.told.iter().filter(pool).cloned().collect();
        if ports.is_empty() || told.is_empty() {
            return;
        }
        for socket in snapshot.sockets.iter().filter(|it| it.owners.contains(&id) && !it.own) {
            let Some(remote) = socket.remote.filter(|it| ports.contains(&it.port())) else {
                continue;
            };
            if rules::is_outgoing(socket, proxies) {
                let subject =
                    Subject::Connection { protocol: socket.protocol, local: socket.local, remote };
                gathered.entry(subject).or_default().extend(told.iter().cloned());
            }
        }
    }

    /// What can be followed from what was found with this process.
    pub(super) fn keys(&self, id: ProcessId) -> &[Key] {
        self.0.get(&id).map_or(&[], |it| &it.keys)
    }

    /// All of whom something was read.
    /// Whose find it is, if there is one.
    pub(super) fn get(&self, of: ProcessId) -> Option<&Arc<Process>> {
        self.0.get(&of).map(|it| &it.process)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Arc<Process>, &Arc<Trace>, &[Key])> {
        self.0.values().map(|it| (&it.process, &it.trace, it.keys.as_slice()))
    }

    /// The responder's own session runs it.
    pub(super) fn is_own(&self, id: ProcessId) -> bool {
        self.0.get(&id).is_some_and(|it| it.own)
    }
}

/// What the wire calls this address; empty if nobody said it.
fn name_of(snapshot: &Snapshot, end: SocketAddr) -> Untrusted {
    snapshot.wire.name_of(end.ip()).cloned().unwrap_or_default()
}

/// Percent of one CPU now, or over its whole life.
fn load(process: &Process, now_ms: u64) -> f32 {
    let age = now_ms.saturating_sub(process.started_ms).max(1);
    #[expect(clippy::cast_precision_loss, reason = "percent need few digits")]
    let life = process.cpu_ms as f32 / age as f32 * 100.0;
    if process.cpu_ms >= LIFE_MS { process.cpu.max(life) } else { process.cpu }
}

/// Other ends, and ports that are listened on, by owner; only of whom something was read.
fn sockets(
    snapshot: &Snapshot,
    proxies: &Proxies,
) -> BTreeMap<ProcessId, (Vec<SocketAddr>, Vec<u16>)> {
    let mut found: BTreeMap<ProcessId, (Vec<SocketAddr>, Vec<u16>)> =
        snapshot.evidence.traces.iter().map(|it| (it.process, <_>::default())).collect();
    for socket in snapshot.sockets.iter().filter(|it| it.protocol == Protocol::Tcp) {
        for owner in &socket.owners {
            let Some((ends, listens)) = found.get_mut(owner) else { continue };
            match socket.remote {
                Some(remote) if rules::is_outgoing(socket, proxies) => ends.push(remote),
                None if socket.state == SocketState::Listen => listens.push(socket.local.port()),
                _ => {}
            }
        }
    }
    for (ends, listens) in found.values_mut() {
        ends.sort_unstable();
        ends.dedup();
        listens.sort_unstable();
    }
    found
}
