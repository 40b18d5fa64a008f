//! Snapshots as lines: a keyframe, then what changed.
//!
//! A keyframe is `{"moment":…,"whole":{…}}` with every row. Any other line is `{"moment":…,"change":{…}}` with
//! only what differs from the line before: `new` rows, `gone` pids, and for a process that only worked on,
//! `moved` as `[pid, state, cpu, +cpu_ms, +memory, threads]`, those with `+` as differences, followed by
//! `[+read, +written, +huge]` where any of these changed; `sockets` is the new list in order, where `[at, count]`
//! stands for rows of the list before, and `flows` are what was added to the bytes and times of rows of it:
//! `[place, +sent, +received, +last_sent_ms, +last_received_ms]`; `starts` are the entries of `persistence` that went
//! (places in the list before), were only touched (`[place, count, modified, changed]`) or are new; `searched` are the
//! figures of `hiding`: `[tried, of, cpu]`; `traces` are those of `evidence` that went (places in the list before), that only
//! got or lost files or texts, or that are new. What is missing did not change.
//!
//! Invariant: decoding what was encoded gives equal snapshots, and rows that did not change are shared. After
//! a line that cannot be read, nothing is told until the next keyframe.

mod diff;
mod recall;
mod sockets;
mod starts;
mod traces;

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::domain::base::Moment;
use crate::domain::facts::{
    Evidence, Gpu, Hiding, Host, OtherSocket, Own, Persistence, Process, Site, Snapshot, Socket,
    Unread, Wire,
};
use crate::domain::session::json::to_json;
use crate::domain::untrusted::Untrusted;

use diff::Change;

pub use recall::{Known, Recall, gaps};

/// A keyframe comes after so many lines at the latest.
const KEYFRAME_EVERY: u32 = 60;

/// Makes lines of snapshots.
#[derive(Debug, Default)]
pub struct Encoder {
    last: Option<Snapshot>,
    /// Lines since the keyframe, itself included.
    since: u32,
}

/// Makes snapshots of lines.
#[derive(Debug, Default)]
pub struct Decoder {
    last: Option<Snapshot>,
}

/// What can be told of a line without the lines before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// When the snapshot was taken.
    pub moment: Moment,
    /// It needs no other line.
    pub keyframe: bool,
}

/// Why a line gives no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// It is not in the format.
    #[error("not a line of a recording: {}", .0.plain(120))]
    Malformed(Untrusted),
    /// It tells a change, and what it changes is not known.
    #[error("a change without a keyframe before it")]
    NoKeyframe,
    /// It names rows that the line before does not have, or far too many.
    #[error("it refers to rows that are not there")]
    Rows,
}

#[derive(Serialize, Deserialize)]
struct Line {
    moment: Moment,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    whole: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    change: Option<Change>,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    host: Arc<Host>,
    gpu: Arc<Gpu>,
    processes: Vec<Arc<Process>>,
    sockets: Vec<Arc<Socket>>,
    #[serde(default, skip_serializing_if = "is_default")]
    others: Arc<Vec<OtherSocket>>,
    #[serde(default, skip_serializing_if = "is_default")]
    hiding: Arc<Hiding>,
    #[serde(default, skip_serializing_if = "is_default")]
    persistence: Arc<Persistence>,
    #[serde(default, skip_serializing_if = "is_default")]
    wire: Arc<Wire>,
    #[serde(default, skip_serializing_if = "is_default")]
    evidence: Arc<Evidence>,
    #[serde(default, skip_serializing_if = "is_default")]
    site: Arc<Site>,
    #[serde(default, skip_serializing_if = "is_default")]
    own: Arc<Own>,
    unread: Vec<Unread>,
}

/// What earlier versions did not record is left out where there is nothing of it.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[derive(Deserialize)]
struct Look {
    moment: Moment,
    #[serde(default)]
    whole: Option<IgnoredAny>,
}

impl Encoder {
    /// The line of the next snapshot, without a line end.
    pub fn push(&mut self, snapshot: &Snapshot) -> Result<String, CodecError> {
        let last = self.last.replace(snapshot.clone());
        let due = self.since >= KEYFRAME_EVERY;
        let change = last.filter(|_| !due).and_then(|last| Change::between(&last, snapshot));
        self.since = if change.is_some() { self.since + 1 } else { 1 };
        let whole = change.is_none().then(|| Whole::of(snapshot));
        to_json(&Line { moment: snapshot.moment, whole, change }).map_err(|error| malformed(&error))
    }

    /// The next line will be a keyframe: a reader may begin there.
    pub fn restart(&mut self) {
        self.last = None;
    }

    /// The next line will be a keyframe.
    #[must_use]
    pub const fn is_keyframe_due(&self) -> bool {
        self.last.is_none() || self.since >= KEYFRAME_EVERY
    }
}

impl Decoder {
    /// The snapshot of the next line.
    pub fn push(&mut self, line: &str) -> Result<Snapshot, CodecError> {
        let last = self.last.take();
        let Line { moment, whole, change } =
            serde_json::from_str(line).map_err(|error| malformed(&error))?;
        let snapshot = match (whole, change) {
            (Some(whole), None) => whole.at(moment),
            (None, Some(change)) => change.apply(last.ok_or(CodecError::NoKeyframe)?, moment)?,
            _ => return Err(CodecError::Malformed("neither a keyframe nor a change".into())),
        };
        self.last = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// What can be told of a line by itself.
    pub fn glance(line: &str) -> Result<Glance, CodecError> {
        let Look { moment, whole } =
            serde_json::from_str(line).map_err(|error| malformed(&error))?;
        Ok(Glance { moment, keyframe: whole.is_some() })
    }
}

impl Whole {
    fn of(snapshot: &Snapshot) -> Self {
        let it = snapshot.clone();
        Self {
            host: it.host,
            gpu: it.gpu,
            processes: it.processes,
            sockets: it.sockets,
            others: it.others,
            hiding: it.hiding,
            persistence: it.persistence,
            wire: it.wire,
            evidence: it.evidence,
            site: it.site,
            own: it.own,
            unread: it.unread,
        }
    }

    fn at(self, moment: Moment) -> Snapshot {
        Snapshot {
            moment,
            host: self.host,
            processes: self.processes,
            sockets: self.sockets,
            others: self.others,
            gpu: self.gpu,
            hiding: self.hiding,
            persistence: self.persistence,
            wire: self.wire,
            evidence: self.evidence,
            site: self.site,
            own: self.own,
            unread: self.unread,
        }
    }
}

fn malformed(error: &serde_json::Error) -> CodecError {
    CodecError::Malformed(error.to_string().into())
}
