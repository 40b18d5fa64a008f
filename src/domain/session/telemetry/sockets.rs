//! What differs between two lists of sockets: rows that came, rows that stayed, and what flowed over those.
//!
//! Invariant: `flow_on(joined(between(a, b), a)) == b`. Bytes and times travel as differences to the row before, or a host
//! with a thousand busy connections would write all of them anew each second.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::facts::{Flow, Socket, SocketKey};
use crate::domain::session::telemetry::CodecError;

/// No list is longer: a few bytes of a hostile recording must not become a memory full of rows.
const ROWS: usize = 1 << 20;

/// A part of a list of sockets.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Part {
    /// Rows of the list before, but for what flowed: from where, and how many.
    Kept(usize, usize),
    /// A row.
    New(Arc<Socket>),
}

/// What flowed over a connection since the list before: its place in the new list, what was added to `sent`, `received`,
/// `last_sent_ms` and `last_received_ms`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Flowed(usize, i64, i64, i64, i64);

/// The new list in parts of the old one, `None` if there are the same rows in it; and what flowed over those.
pub(super) fn between(
    before: &[Arc<Socket>],
    now: &[Arc<Socket>],
) -> (Option<Vec<Part>>, Vec<Flowed>) {
    let same = |(old, new): (&Arc<Socket>, &Arc<Socket>)| is_same(old, new);
    let unmoved = before.len() == now.len() && before.iter().zip(now).all(same);
    if unmoved {
        let pairs = before.iter().zip(now).enumerate();
        return (
            None,
            pairs.filter_map(|(at, (old, new))| Flowed::between(at, old, new)).collect(),
        );
    }
    let places: HashMap<SocketKey, usize> =
        before.iter().enumerate().map(|(at, socket)| (socket.key(), at)).collect();
    let (mut parts, mut flows) = (Vec::new(), Vec::new());
    for (place, socket) in now.iter().enumerate() {
        let kept = |at: &usize| before.get(*at).is_some_and(|old| is_same(old, socket));
        let at = match parts.last_mut() {
            Some(Part::Kept(at, count)) if kept(&(*at + *count)) => {
                *count += 1;
                Some(*at + *count - 1)
            }
            _ => {
                let at = places.get(&socket.key()).copied().filter(kept);
                let part = at.map_or_else(|| Part::New(Arc::clone(socket)), |at| Part::Kept(at, 1));
                parts.push(part);
                at
            }
        };
        let old = at.and_then(|at| before.get(at));
        flows.extend(old.and_then(|old| Flowed::between(place, old, socket)));
    }
    (Some(parts), flows)
}

/// The list that the parts tell.
pub(super) fn joined(
    parts: Vec<Part>,
    before: &[Arc<Socket>],
) -> Result<Vec<Arc<Socket>>, CodecError> {
    let mut rows = Vec::new();
    for part in parts {
        match part {
            Part::New(socket) => rows.push(socket),
            Part::Kept(at, count) => {
                let end = at.checked_add(count).ok_or(CodecError::Rows)?;
                rows.extend_from_slice(before.get(at..end).ok_or(CodecError::Rows)?);
            }
        }
        if rows.len() > ROWS {
            return Err(CodecError::Rows);
        }
    }
    Ok(rows)
}

/// Adds what flowed.
pub(super) fn flow_on(rows: &mut [Arc<Socket>], flows: &[Flowed]) -> Result<(), CodecError> {
    for flowed in flows {
        let row = rows.get_mut(flowed.0).ok_or(CodecError::Rows)?;
        let flow = row.flow.ok_or(CodecError::Rows)?;
        *row = Arc::new(Socket { flow: Some(flowed.on(flow)), ..Socket::clone(row) });
    }
    Ok(())
}

/// They differ in what flowed at most, and both count it or neither does.
fn is_same(old: &Arc<Socket>, new: &Arc<Socket>) -> bool {
    // Named one by one, so that a member which comes later cannot be forgotten here.
    let told = |socket: &Arc<Socket>| {
        let Socket {
            protocol,
            local,
            remote,
            state,
            inode,
            uid,
            owners: _,
            first_seen_ms,
            since_before,
            namespace,
            flow,
            only_in,
            own,
        } = **socket;
        let ends = (protocol, local, remote, state, inode, uid, namespace);
        (ends, first_seen_ms, since_before, flow.is_some(), only_in, own)
    };
    Arc::ptr_eq(old, new) || told(old) == told(new) && old.owners == new.owners
}

impl Flowed {
    fn between(place: usize, old: &Socket, new: &Socket) -> Option<Self> {
        let (old, new) = old.flow.zip(new.flow).filter(|(old, new)| old != new)?;
        let more = |new: u64, old: u64| new.wrapping_sub(old).cast_signed();
        Some(Self(
            place,
            more(new.sent, old.sent),
            more(new.received, old.received),
            more(new.last_sent_ms, old.last_sent_ms),
            more(new.last_received_ms, old.last_received_ms),
        ))
    }

    const fn on(&self, old: Flow) -> Flow {
        let Self(_, sent, received, last_sent_ms, last_received_ms) = *self;
        Flow {
            sent: old.sent.wrapping_add(sent.cast_unsigned()),
            received: old.received.wrapping_add(received.cast_unsigned()),
            last_sent_ms: old.last_sent_ms.wrapping_add(last_sent_ms.cast_unsigned()),
            last_received_ms: old.last_received_ms.wrapping_add(last_received_ms.cast_unsigned()),
        }
    }
}
