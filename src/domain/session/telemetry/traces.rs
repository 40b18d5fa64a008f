//! What differs between what was found with processes in two looks.
//!
//! Invariant: `between(a, b).on(a) == b`, or there is none and the whole is told. A file that was told once is not told
//! again while it is found with the same process.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::Digest;
use crate::domain::facts::{Evidence, FoundFile, FoundText, Packaged, Trace};
use crate::domain::session::telemetry::CodecError;

/// What differs from the look before.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Traces {
    /// Places in the list before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    touched: Vec<Touched>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new: Vec<Arc<Trace>>,
}

/// A trace that is another one: its place in the list before, `program`, `digest`, `files`, and `texts` if they are others.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Touched(usize, Packaged, Option<Digest>, Vec<File>, Option<Vec<FoundText>>);

/// A file of a trace.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum File {
    /// The one at this place before.
    Same(usize),
    New(Arc<FoundFile>),
}

impl Traces {
    /// `None` if the traces are not in an order that a change can tell.
    pub(super) fn between(before: &Evidence, now: &Evidence) -> Option<Self> {
        if !(in_order(before) && in_order(now)) {
            return None;
        }
        let mut change = Self::default();
        let mut before = before.traces.iter().enumerate().peekable();
        for trace in &now.traces {
            while let Some((at, _)) = before.next_if(|(_, old)| old.process < trace.process) {
                change.gone.push(at);
            }
            match before.next_if(|(_, old)| old.process == trace.process) {
                Some((_, old)) if Arc::ptr_eq(old, trace) || old == trace => {}
                // These hardly change: then all is told anew.
                Some((at, old))
                    if old.environment != trace.environment || old.asked != trace.asked =>
                {
                    change.gone.push(at);
                    change.new.push(Arc::clone(trace));
                }
                Some((at, old)) => change.touched.push(Touched::between(at, old, trace)),
                None => change.new.push(Arc::clone(trace)),
            }
        }
        change.gone.extend(before.map(|(at, _)| at));
        Some(change)
    }

    /// What was found by the look after `before`. What did not change is shared.
    pub(super) fn on(self, before: &Evidence) -> Result<Evidence, CodecError> {
        let mut traces = before.traces.clone();
        let mut done = 0;
        for touched in self.touched {
            // Each trace once: a short line may not ask for much work.
            let at = Some(touched.0).filter(|at| *at >= done).ok_or(CodecError::Rows)?;
            let trace = traces.get_mut(at).ok_or(CodecError::Rows)?;
            *trace = Arc::new(touched.on(trace)?);
            done = at + 1;
        }
        let mut gone = self.gone.iter().peekable();
        let mut place = 0..;
        traces.retain(|_| {
            let at: Option<usize> = place.next();
            gone.next_if(|gone| Some(**gone) == at).is_none()
        });
        if gone.next().is_some() {
            return Err(CodecError::Rows);
        }
        traces.extend(self.new);
        traces.sort_by_key(|it| it.process);
        let evidence = Evidence { traces };
        if in_order(&evidence) { Ok(evidence) } else { Err(CodecError::Rows) }
    }
}

impl Touched {
    fn between(at: usize, before: &Trace, now: &Trace) -> Self {
        let file = |it: &Arc<FoundFile>| {
            let place = before.files.iter().position(|old| Arc::ptr_eq(old, it) || old == it);
            place.map_or_else(|| File::New(Arc::clone(it)), File::Same)
        };
        let files = now.files.iter().map(file).collect();
        let texts = (before.texts != now.texts).then(|| now.texts.clone());
        Self(at, now.program.clone(), now.digest, files, texts)
    }

    fn on(self, before: &Trace) -> Result<Trace, CodecError> {
        let Self(_, program, digest, files, texts) = self;
        let file = |it| match it {
            File::Same(at) => before.files.get(at).cloned().ok_or(CodecError::Rows),
            File::New(file) => Ok(file),
        };
        let files = files.into_iter().map(file).collect::<Result<_, _>>()?;
        let texts = texts.unwrap_or_else(|| before.texts.clone());
        let (asked, environment) = (before.asked, before.environment.clone());
        Ok(Trace { process: before.process, program, asked, digest, files, texts, environment })
    }
}

/// By process, and no process twice.
fn in_order(found: &Evidence) -> bool {
    found.traces.is_sorted_by(|one, next| one.process < next.process)
}
