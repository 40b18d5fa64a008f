//! What a recording last knew of what starts by itself, without making snapshots of its lines.
//!
//! Invariant: after the same lines it knows what the last snapshot of [`super::Decoder`] says.

use std::sync::Arc;

use serde::Deserialize;

use crate::domain::base::{Moment, Timestamp};
use crate::domain::facts::{Capability, Gap, Persistence, Unread};
use crate::domain::session::telemetry::starts::Starts;
use crate::domain::session::telemetry::{CodecError, malformed};
use crate::domain::untrusted::Untrusted;

/// What was known of what starts by itself when somebody last looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// When that was.
    pub moment: Moment,
    /// Name of the host.
    pub host: Untrusted,
    /// What stood between the program and the files of the host.
    pub gaps: Vec<Gap>,
    /// What started by itself.
    pub persistence: Arc<Persistence>,
}

/// Reads lines of a recording, a keyframe first.
#[derive(Debug, Default)]
pub struct Recall(Option<Known>);

#[derive(Deserialize)]
struct Line {
    moment: Moment,
    #[serde(default)]
    whole: Option<Whole>,
    #[serde(default)]
    change: Option<Change>,
}

#[derive(Deserialize)]
struct Whole {
    host: Named,
    #[serde(default)]
    persistence: Arc<Persistence>,
    unread: Vec<Unread>,
}

#[derive(Deserialize)]
struct Named {
    name: Untrusted,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    host: Option<Named>,
    #[serde(default)]
    persistence: Option<Arc<Persistence>>,
    #[serde(default)]
    starts: Option<Starts>,
    #[serde(default)]
    unread: Option<Vec<Unread>>,
}

impl Known {
    /// Until when it is known that nothing else had changed. Where nobody watched, that is when the hunt began.
    #[must_use]
    pub fn holds_until(&self) -> Timestamp {
        let (found, Moment { at, boot_ms }) = (&self.persistence, self.moment);
        let hunted = found.hunted_ms.filter(|_| !found.watched).unwrap_or(boot_ms);
        let ms = i64::try_from(boot_ms.saturating_sub(hunted)).unwrap_or(i64::MAX);
        let earlier = at.as_millisecond().saturating_sub(ms);
        if ms == 0 { at } else { Timestamp::from_millisecond(earlier).unwrap_or(at) }
    }
}

impl Recall {
    /// Takes the next line. One that does not hold changes nothing, and those after it mean nothing.
    pub fn push(&mut self, line: &str) -> Result<(), CodecError> {
        let Line { moment, whole, change } =
            serde_json::from_str(line).map_err(|error| malformed(&error))?;
        if let Some(Whole { host, persistence, unread }) = whole {
            self.0 = Some(Known { moment, host: host.name, gaps: gaps(&unread), persistence });
            return Ok(());
        }
        let mut known = self.0.clone().ok_or(CodecError::NoKeyframe)?;
        known.moment = moment;
        if let Some(Change { host, persistence, starts, unread }) = change {
            known.host = host.map_or(known.host, |it| it.name);
            known.gaps = unread.map_or(known.gaps, |it| gaps(&it));
            known.persistence = match (persistence, starts) {
                (Some(whole), _) => whole,
                (None, Some(starts)) => Arc::new(starts.apply(&known.persistence)?),
                (None, None) => known.persistence,
            };
        }
        self.0 = Some(known);
        Ok(())
    }

    /// What the last line said; `None` if no hunt had ended by then.
    #[must_use]
    pub fn known(self) -> Option<Known> {
        self.0.filter(|known| known.persistence.hunted_ms.is_some())
    }
}

/// What stands between the program and the files of the host, in one order. What comes and goes by itself is not in it, and
/// neither is what whoever has root can bring about to have nothing compared: how many processes are closed, what was late,
/// how `/proc` is mounted, what the kernel refuses.
#[must_use]
pub fn gaps(unread: &[Unread]) -> Vec<Gap> {
    let gaps = unread.iter().filter_map(|it| it.gap.as_ref());
    let mut gaps: Vec<Gap> = gaps.filter(|it| is_of_files(it)).cloned().collect();
    gaps.sort();
    gaps.dedup();
    gaps
}

/// It decides which files can be read, and how the program was started decides over it.
const fn is_of_files(gap: &Gap) -> bool {
    match gap {
        Gap::PidNamespace(_)
        | Gap::NotRoot(_)
        | Gap::UserNamespace
        | Gap::MountNamespace
        | Gap::Capability(Capability::DacReadSearch)
        | Gap::Seccomp
        | Gap::Confined(_) => true,
        Gap::HidePid { .. }
        | Gap::ProcSubset
        | Gap::Capability(_)
        | Gap::NetNamespace
        | Gap::Closed(..)
        | Gap::Late(_)
        | Gap::NoModule(_)
        | Gap::NotEntered(..)
        | Gap::NotRead(..)
        | Gap::NotWhole(_)
        | Gap::Lockdown(_)
        | Gap::NoPtrace
        | Gap::NoCgroup2 => false,
    }
}
