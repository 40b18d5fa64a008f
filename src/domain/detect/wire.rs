//! What was heard on the wire, against whoever said it.
//!
//! A mining conversation is a specific fact against the end that was heard to speak; whoever only listened to one may
//! have been sent it by a stranger. A name is a heuristic: many names can share an address.

use std::net::SocketAddr;

use crate::domain::base::ProcessId;
use crate::domain::detect::host_name;
use crate::domain::detect::rules::command_line;
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Seen, Subject};
use crate::domain::facts::{Protocol, Sighting, Snapshot, Speaker, Spoken};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Gathers what speaks against processes and connections that are there.
pub(super) fn heard(snapshot: &Snapshot, look_for: &Indicators, gathered: &mut Gathered) {
    let wire = &snapshot.wire;
    for sighting in &wire.sightings {
        for (process, grade, reason) in against(sighting, look_for) {
            if let Some(it) = snapshot.process(process) {
                // Who answers the questions of others asks for what they want to know.
                let asks =
                    reason.rule == Rule::PoolNameAsked && command_line::resolves(&Seen::of(it));
                let grade = if asks { Grade::Noted } else { grade };
                push(gathered, Subject::Process(process), grade, reason);
            }
        }
    }
    for sighting in wire.conversations(snapshot.moment) {
        conversation(snapshot, sighting, gathered);
    }
}

/// Which processes a sighting speaks against.
fn against(sighting: &Sighting, look_for: &Indicators) -> Vec<(ProcessId, Grade, Reason)> {
    let mut found = Vec::new();
    let Spoken::Stratum { by, .. } = &sighting.spoken else {
        let name = sighting.spoken.names().find(|name| is_pool(name, look_for));
        let named = sighting.process.zip(name);
        found.extend(named.map(|(process, name)| (process, Grade::Suspect, asked(name))));
        return found;
    };
    let Some(reason) = spoken(sighting) else { return found };
    let client = if *by == Speaker::Server { Grade::Suspect } else { Grade::Confirmed };
    found.extend(sighting.process.map(|process| (process, client, reason.clone())));
    if *by != Speaker::Client {
        found.extend(sighting.served_by.map(|process| (process, Grade::Confirmed, reason)));
    }
    found
}

/// The connection that carries it: as the list of sockets has it, or as it was heard if nobody is seen to hold it.
fn conversation(snapshot: &Snapshot, sighting: &Sighting, gathered: &mut Gathered) {
    let Some(reason) = spoken(sighting) else { return };
    let Spoken::Stratum { by, .. } = &sighting.spoken else { return };
    let grade = if *by == Speaker::Server { Grade::Suspect } else { Grade::Confirmed };
    let listed = |local: SocketAddr, remote: SocketAddr| {
        snapshot.sockets.iter().any(|it| {
            it.protocol == Protocol::Tcp && it.local == local && it.remote == Some(remote)
        })
    };
    let (client, server) = (sighting.client, sighting.server);
    let turned = !listed(client, server) && listed(server, client);
    let (local, remote) = if turned { (server, client) } else { (client, server) };
    let subject = Subject::Connection { protocol: Protocol::Tcp, local, remote };
    push(gathered, subject, grade, reason);
}

/// What was said: the method, and for whom and by which program where that was said too.
fn spoken(sighting: &Sighting) -> Option<Reason> {
    let Spoken::Stratum { method, login, agent, .. } = &sighting.spoken else { return None };
    let words: Vec<&[u8]> =
        [method, login, agent].iter().map(|it| it.bytes()).filter(|it| !it.is_empty()).collect();
    let value = Untrusted::new(words.join(&b' '));
    Some(Reason { rule: Rule::StratumSpoken, value, source: FactSource::Wire })
}

fn asked(name: &Untrusted) -> Reason {
    Reason { rule: Rule::PoolNameAsked, value: name.clone(), source: FactSource::Wire }
}

fn is_pool(name: &Untrusted, look_for: &Indicators) -> bool {
    std::str::from_utf8(name.bytes())
        .is_ok_and(|name| look_for.is_pool_name(name) || host_name::hands_out_work(name))
}

/// One reason of a rule is enough against one subject: a miner that asks for ten names of a pool is one.
fn push(gathered: &mut Gathered, subject: Subject, grade: Grade, reason: Reason) {
    let against = gathered.entry(subject).or_default();
    match against.iter_mut().find(|(_, known)| known.rule == reason.rule) {
        Some((known, _)) if *known >= grade => {}
        Some(weaker) => *weaker = (grade, reason),
        None => against.push((grade, reason)),
    }
}
