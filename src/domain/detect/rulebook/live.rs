//! The rules in force over snapshots: connections, and what was heard on the wire.
//!
//! What does not change is looked up once: a connection that stays costs nothing with the next look.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::civil::Date;

use super::Rulebook;
use crate::domain::base::ProcessId;
use crate::domain::detect::rules::command_line;
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{End, FactSource, Grade, Seen, Subject, Told, rules};
use crate::domain::facts::{Ours, Process, Proxies, Snapshot, Socket, Spoken, Trace};
use crate::domain::untrusted::Untrusted;

/// So many connections are remembered beyond those that are there.
const SPARE: usize = 256;

/// The rules in force, and what they said of what is still there.
#[derive(Debug, Default)]
pub(in crate::domain::detect) struct Memory {
    pub book: Arc<Rulebook>,
    ends: HashMap<(SocketAddr, Option<ProcessId>, Untrusted), Vec<Told>>,
    traces: HashMap<ProcessId, (Arc<Trace>, Vec<Told>)>,
    day: Option<Date>,
    ours: Ours,
}

impl Memory {
    /// Of these rules.
    pub(in crate::domain::detect) fn of(book: Arc<Rulebook>) -> Self {
        Self { book, ..Self::default() }
    }

    /// Another day has begun: what held yesterday may not hold any more.
    pub(in crate::domain::detect) fn is_new_day(&mut self, snapshot: &Snapshot) -> bool {
        let today = super::today(snapshot.moment.at);
        let before = self.day.replace(today);
        let is_new = before.is_some_and(|it| it != today);
        if is_new {
            self.ends.clear();
            self.traces.clear();
        }
        is_new
    }

    /// Gathers what speaks against connections, and against processes by what they ask for and say.
    pub(in crate::domain::detect) fn gather(
        &mut self,
        snapshot: &Snapshot,
        proxies: &Proxies,
        ours: &Ours,
        gathered: &mut Gathered,
    ) {
        if !self.ours.is_like(ours) {
            self.ends.clear();
            self.traces.clear();
        }
        self.ours = ours.clone();
        if self.ends.len() > snapshot.sockets.len() * 2 + SPARE {
            self.ends.clear();
        }
        for socket in &snapshot.sockets {
            let lead = rules::is_alive(socket) && !socket.own;
            let Some(remote) = socket.remote.filter(|_| lead) else { continue };
            let protocol = socket.protocol;
            let itself = Subject::Connection { protocol, local: socket.local, remote };
            if proxies.came(socket) {
                // Who knocks at an open port says nothing of whoever opens it.
                push(gathered, itself, &self.book.of_caller(remote, snapshot.moment.at));
                continue;
            }
            let mut told = self.told(snapshot, socket, remote);
            if let Some(beyond) = proxies.beyond(socket) {
                for end in &beyond.ends {
                    // Which of them is whose is not known.
                    let less = |(grade, it): Told| (grade.min(Grade::Suspect), it);
                    told.extend(self.told(snapshot, socket, *end).into_iter().map(less));
                }
            }
            let owners = socket.owners.iter().map(|it| Subject::Process(*it));
            for subject in owners.chain([itself]) {
                push(gathered, subject, &told);
            }
        }
        self.heard(snapshot, gathered);
        self.found(snapshot, gathered);
    }

    /// What was read in files and memory; each trace is looked through once.
    fn found(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        self.traces.retain(|id, _| snapshot.evidence.of(*id).is_some());
        for trace in &snapshot.evidence.traces {
            let Some(process) = snapshot.process(trace.process) else { continue };
            let known = self.traces.get(&process.id).filter(|(it, _)| Arc::ptr_eq(it, trace));
            let told = if let Some((_, told)) = known {
                told.clone()
            } else {
                let told = self.book.of_trace(&self.seen(process).with(trace), snapshot.moment.at);
                self.traces.insert(process.id, (Arc::clone(trace), told.clone()));
                told
            };
            push(gathered, Subject::Process(process.id), &told);
        }
    }

    fn seen<'a>(&self, process: &'a Process) -> Seen<'a> {
        Seen { own: self.ours.has(process), ..Seen::of(process) }
    }

    fn told(&mut self, snapshot: &Snapshot, socket: &Socket, remote: SocketAddr) -> Vec<Told> {
        let owner = socket.owners.first().copied();
        let name = snapshot.wire.name_of(remote.ip()).cloned().unwrap_or_default();
        let key = (remote, owner, name);
        if let Some(known) = self.ends.get(&key) {
            return known.clone();
        }
        let process = owner.and_then(|it| snapshot.process(it)).map(|it| self.seen(it));
        // The responder tries an end.
        let tries = process.as_ref().is_some_and(|it| it.own && command_line::calls(it));
        let most = if tries { Grade::Suspect } else { Grade::Confirmed };
        let now = snapshot.moment.at;
        let bare = End { address: Some(remote.ip()), name: &[], port: remote.port() };
        let mut told = self.book.of_end(&bare, process.as_ref(), now);
        // Many names share an address: that one was heard for it does not say that this was meant.
        let named = End { address: None, name: key.2.bytes(), port: remote.port() };
        if !key.2.is_empty() {
            for (grade, mut reason) in self.book.of_end(&named, process.as_ref(), now) {
                reason.source = FactSource::Wire;
                told.push((grade.min(Grade::Suspect), reason));
            }
        }
        for (grade, _) in &mut told {
            *grade = most.min(*grade);
        }
        self.ends.insert(key, told.clone());
        told
    }

    /// Names that processes asked for, and to whom they said that they are paid.
    fn heard(&self, snapshot: &Snapshot, gathered: &mut Gathered) {
        let now = snapshot.moment.at;
        for sighting in &snapshot.wire.sightings {
            let process = sighting.process.and_then(|it| snapshot.process(it));
            let Some(process) = process else { continue };
            let seen = self.seen(process);
            let mut told = Vec::new();
            for name in sighting.spoken.names() {
                told.extend(self.book.of_name(name.bytes(), Some(&seen), now));
            }
            if let Spoken::Stratum { login, .. } = &sighting.spoken {
                told.extend(self.book.of_login(login.bytes(), now));
            }
            push(gathered, Subject::Process(process.id), &told);
        }
    }
}

fn push(gathered: &mut Gathered, subject: Subject, told: &[Told]) {
    if told.is_empty() {
        return;
    }
    let against = gathered.entry(subject).or_default();
    for (grade, reason) in told {
        match against.iter_mut().find(|(_, known)| known == reason) {
            Some((known, _)) => *known = (*known).max(*grade),
            None => against.push((*grade, reason.clone())),
        }
    }
}
