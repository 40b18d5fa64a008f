//! Connections by their other ends: the rules are those by which a file of facts is judged.
//!
//! What speaks against an end is said of the connection, and of its owner by the rules for processes. What speaks against an
//! owner for what it is, is said of the owner alone, unless its words name the port.

use super::Gathered;
use super::talks::as_heard;
use crate::domain::detect::{End, FactSource, Grade, Reason, Rule, Subject, Told, rules};
use crate::domain::facts::{Beyond, Process, Proxies, Snapshot, Socket};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// A proxy with no more ends than this is thought to pass on what comes to it to all of them.
const FEW_ENDS: usize = 3;
/// What tells a file that was deleted, at the end of the link to it.
const DELETED: &[u8] = b" (deleted)";

/// Gathers what speaks against connections that were opened from here, and against whoever has them passed on. The one
/// that the responder came by is no lead.
pub(super) fn judge(
    snapshot: &Snapshot,
    proxies: &Proxies,
    look_for: &Indicators,
    gathered: &mut Gathered,
) {
    let named = !snapshot.wire.names.is_empty();
    let outgoing = |it: &Socket| rules::is_outgoing(it, proxies) && !it.own;
    for socket in snapshot.sockets.iter().filter(|it| outgoing(it)) {
        let Some(remote) = socket.remote else { continue };
        let name = if named { snapshot.wire.name_of(remote.ip()) } else { None };
        let name = name.map(Untrusted::bytes).unwrap_or_default();
        let end = End { address: Some(remote.ip()), name, port: remote.port() };
        let mut reasons = rules::ends::of(&end, look_for);
        if !reasons.is_empty() {
            let owner = socket.owners.first().and_then(|it| snapshot.process(*it));
            rules::ends::by_owner(&end, owner.map(|it| called(it)), &mut reasons);
            reasons = reasons.into_iter().map(as_heard).collect();
        }
        reasons.extend(passed_on(snapshot, (socket, proxies), look_for, gathered));
        let of_port = |(_, it): &&Told| rules::command_line::names_port(it, remote.port());
        let owners = socket.owners.iter().filter_map(|it| gathered.get(&Subject::Process(*it)));
        reasons.extend(owners.flatten().filter(of_port).cloned());
        if !reasons.is_empty() {
            let protocol = socket.protocol;
            let subject = Subject::Connection { protocol, local: socket.local, remote };
            gathered.insert(subject, reasons);
        }
    }
}

/// Ends of pools to which a proxy of this host passes it on: they speak against whoever holds it too.
fn passed_on(
    snapshot: &Snapshot,
    (socket, proxies): (&Socket, &Proxies),
    look_for: &Indicators,
    gathered: &mut Gathered,
) -> Vec<Told> {
    let (Some(beyond), Some(remote)) = (proxies.beyond(socket), socket.remote) else {
        return Vec::new();
    };
    let most = most(&beyond);
    let mut reasons = Vec::new();
    for end in &beyond.ends {
        let name = snapshot.wire.name_of(end.ip()).map(Untrusted::bytes).unwrap_or_default();
        let seen = End { address: Some(end.ip()), name, port: end.port() };
        for (grade, reason) in rules::ends::of(&seen, look_for).into_iter().map(as_heard) {
            if reason.rule == Rule::PoolPort {
                // Behind it is its own net: whose work that is, is not known.
                let most = if rules::ends::is_public(&seen) { most } else { grade };
                reasons.push((most, pool_port(format!("{remote} -> {end}"))));
            } else {
                reasons.push((grade.min(most), reason));
            }
        }
    }
    for owner in &socket.owners {
        for reason in &reasons {
            let against = gathered.entry(Subject::Process(*owner)).or_default();
            if !against.contains(reason) {
                against.push(reason.clone());
            }
        }
    }
    reasons
}

/// Its executable, or what it calls itself.
fn called(process: &Process) -> &[u8] {
    let exe = process.exe.known().map(Untrusted::bytes).filter(|it| !it.is_empty());
    let exe = exe.map(|it| it.strip_suffix(DELETED).unwrap_or(it));
    exe.unwrap_or_else(|| process.comm.bytes())
}

fn pool_port(value: String) -> Reason {
    Reason { rule: Rule::PoolPort, value: value.into(), source: FactSource::Sockets }
}

/// A proxy with many ends serves many, and which end is whose is not known.
const fn most(beyond: &Beyond) -> Grade {
    let few = !beyond.more && beyond.ends.len() <= FEW_ENDS;
    if few { Grade::Suspect } else { Grade::Noted }
}
