//! How much of what was found and read is kept: 64 MiB in all, whoever has written it.
//!
//! Invariant: what is remembered so that it need not be read again goes silently, the oldest first, since it can be read
//! again. What was found with a process goes only where there is no other way, those with most of it first, and is said.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use super::desk::{News, Part};
use super::open::Version;
use crate::domain::base::ProcessId;
use crate::domain::facts::{Evidence, Packaged, Trace};

/// Of what was found with all processes.
const ALL_FOUND: usize = 48 << 20;
/// Of what was found with one process in its files.
pub(super) const A_PROCESS: usize = 512 << 10;
/// Of files that are remembered, and of texts in programs.
pub(super) const FILES: usize = 12 << 20;
pub(super) const PROGRAMS: usize = 4 << 20;
/// Versions that are remembered of each kind.
const MOST: usize = 4096;

/// What is known of versions of files.
pub(super) struct Memo<V> {
    known: HashMap<Version, (V, usize)>,
    /// The oldest first.
    order: VecDeque<Version>,
    bytes: usize,
    room: usize,
}

impl<V: Clone> Memo<V> {
    pub(super) fn new(room: usize) -> Self {
        Self { known: HashMap::new(), order: VecDeque::new(), bytes: 0, room }
    }

    pub(super) fn get(&self, version: &Version) -> Option<V> {
        self.known.get(version).map(|(value, _)| value.clone())
    }

    pub(super) fn keep(&mut self, version: Version, value: V, bytes: usize) {
        if let Some((_, before)) = self.known.insert(version, (value, bytes)) {
            self.bytes -= before;
        } else {
            self.order.push_back(version);
        }
        self.bytes += bytes;
        while self.bytes > self.room || self.order.len() > MOST {
            let Some(oldest) = self.order.pop_front() else { return };
            let gone = self.known.remove(&oldest);
            self.bytes -= gone.map_or(0, |(_, bytes)| bytes);
        }
    }
}

/// What was found, by process.
pub(super) struct Kept {
    traces: BTreeMap<ProcessId, (Arc<Trace>, usize)>,
    bytes: usize,
    room: usize,
    /// Of whom something was let go, and whose executables are too large.
    pub(super) let_go: BTreeSet<ProcessId>,
    pub(super) large: BTreeSet<ProcessId>,
    /// Of whom so much is there that not all was read.
    pub(super) in_part: BTreeSet<(ProcessId, Part)>,
    /// Who did not answer, or refused.
    pub(super) failed: BTreeMap<(ProcessId, Part), String>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            traces: BTreeMap::new(),
            bytes: 0,
            room: ALL_FOUND,
            let_go: BTreeSet::new(),
            large: BTreeSet::new(),
            in_part: BTreeSet::new(),
            failed: BTreeMap::new(),
        }
    }
}

impl Kept {
    /// Takes in what the thread found out of a process.
    pub(super) fn take(&mut self, id: ProcessId, news: News) {
        let (trace, bytes) = self.traces.entry(id).or_insert_with(|| {
            let trace = Trace { process: id, ..Trace::default() };
            (Arc::new(trace), 0)
        });
        let trace = Arc::make_mut(trace);
        match news {
            News::Begun(part) => {
                self.failed.remove(&(id, part));
                self.in_part.remove(&(id, part));
                match part {
                    Part::Files => {
                        trace.files.clear();
                        trace.environment.clear();
                        self.let_go.remove(&id);
                    }
                    Part::Program => {
                        // It may be another program by now.
                        trace.digest = None;
                        self.large.retain(|it| *it != id);
                    }
                    Part::Memory => trace.texts.clear(),
                }
            }
            News::Program(program) => trace.program = program,
            News::Digest(digest) => trace.digest = digest,
            News::Environment(variables) => trace.environment = variables,
            News::File(file) => trace.files.push(file),
            News::Texts(texts) => trace.texts = texts,
            News::LeftOut => self.let_go.extend([id]),
            News::Large => self.large.extend([id]),
            News::InPart(part) => self.in_part.extend([(id, part)]),
            News::Refused(part, why) => self.failed.extend([((id, part), why)]),
        }
        let before = std::mem::replace(bytes, weight(trace));
        self.bytes = self.bytes + *bytes - before;
        while self.bytes > self.room && self.let_go_most() {}
    }

    /// Lets go of what was found with whoever has most of it; the later process where two have as much.
    fn let_go_most(&mut self) -> bool {
        let most = self.traces.iter_mut().max_by_key(|(_, (_, bytes))| *bytes);
        let Some((id, (trace, bytes))) = most.filter(|(_, (_, bytes))| *bytes > 0) else {
            return false;
        };
        let trace = Arc::make_mut(trace);
        (trace.files, trace.texts) = (Vec::new(), Vec::new());
        trace.environment = Vec::new();
        self.bytes -= std::mem::take(bytes);
        self.let_go.insert(*id);
        true
    }

    /// Forgets who ended; whether anything was found with them.
    pub(super) fn forget(&mut self, lives: impl Fn(&ProcessId) -> bool) -> bool {
        self.failed.retain(|(id, _), _| lives(id));
        self.let_go.retain(&lives);
        self.large.retain(&lives);
        self.in_part.retain(|(id, _)| lives(id));
        let before = self.traces.len();
        let bytes = &mut self.bytes;
        self.traces.retain(|id, (_, its)| {
            let lives = lives(id);
            *bytes -= if lives { 0 } else { *its };
            lives
        });
        before != self.traces.len()
    }

    /// All that tells something; of those that matter, whether a package brought them too, or that it is being asked.
    pub(super) fn evidence(
        &self,
        matters: impl Fn(ProcessId) -> bool,
        asked: &BTreeSet<ProcessId>,
    ) -> Evidence {
        let traces = self.traces.values().map(|(trace, _)| trace);
        let brought = |it: &Trace| it.program.is_as_packaged() == Some(true);
        let tells = |it: &&Arc<Trace>| it.tells() || brought(it) && matters(it.process);
        let told = traces.filter(tells).filter(|it| !asked.contains(&it.process)).cloned();
        let waits = asked.iter().map(|id| {
            let known = self.traces.get(id).map(|(trace, _)| Trace::clone(trace));
            // What is known of it is of what it was before.
            let program = Packaged::Unknown;
            Arc::new(Trace { process: *id, program, asked: true, ..known.unwrap_or_default() })
        });
        let mut traces: Vec<_> = told.chain(waits).collect();
        traces.sort_by_key(|it| it.process);
        Evidence { traces }
    }
}

/// Bytes of what others have written.
fn weight(trace: &Trace) -> usize {
    let files = trace.files.iter().map(|it| it.content.bytes().len() + it.path.bytes().len());
    let texts = trace.texts.iter().map(|it| it.text.bytes().len());
    files.chain(texts).chain(trace.environment.iter().map(|it| it.bytes().len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::{Digest, Pid};
    use crate::domain::facts::{FoundFile, FoundText};
    use crate::domain::untrusted::Untrusted;

    const fn id(pid: u32) -> ProcessId {
        ProcessId { pid: Pid(pid), start: 1, inode: 0 }
    }

    fn file(bytes: usize) -> News {
        let content = Untrusted::new(vec![b'x'; bytes]);
        News::File(Arc::new(FoundFile { content, ..FoundFile::default() }))
    }

    #[test]
    fn who_has_most_is_let_go_first_and_that_is_said() {
        let mut found = Kept { room: 1_000, ..Kept::default() };
        found.take(id(1), file(10));
        found.take(id(1), News::Digest(Some(Digest([1; 32]))));
        for pid in 2..40 {
            found.take(id(pid), file(300));
            assert!(found.bytes <= 1_000, "{} bytes", found.bytes);
        }
        let kept = found.evidence(|_| false, &BTreeSet::new());
        assert_eq!(kept.of(id(1)).map(|it| it.files.len()), Some(1), "little is kept");
        assert_eq!(found.let_go.len() + kept.traces.len(), 39, "and nothing goes in silence");
        assert!(!found.let_go.contains(&id(1)) && found.let_go.contains(&id(39)));
        // It is read anew, and then it is not missing any more.
        found.take(id(39), News::Begun(Part::Files));
        assert!(!found.let_go.contains(&id(39)));
        assert!(found.forget(|it| *it == id(1)));
        assert_eq!((found.bytes, found.let_go.len()), (10, 0));
    }

    #[test]
    fn that_a_package_brought_it_is_told_of_those_that_matter() {
        let mut found = Kept::default();
        for pid in 1..4 {
            found.take(id(pid), News::Program(Packaged::Unchanged("coreutils".into())));
        }
        let told = found.evidence(|it| it == id(2), &BTreeSet::new());
        assert_eq!(told.traces.iter().map(|it| it.process).collect::<Vec<_>>(), [id(2)]);
    }

    #[test]
    fn of_whom_it_is_asked_is_told_without_what_it_was_before() {
        let mut found = Kept::default();
        found.take(id(3), News::Program(Packaged::Unchanged("coreutils".into())));
        found.take(id(3), file(10));
        found.take(id(1), file(10));
        let told = found.evidence(|_| true, &BTreeSet::from([id(2), id(3)]));
        let told: Vec<_> = told.traces.iter().map(|it| (it.process, it.asked)).collect();
        assert_eq!(told, [(id(1), false), (id(2), true), (id(3), true)]);
        let told = found.evidence(|_| true, &BTreeSet::new()).unasked();
        assert!(told.is_none(), "{told:?}");
    }

    #[test]
    fn what_is_read_anew_counts_once() {
        let mut found = Kept::default();
        for _ in 0..5 {
            found.take(id(1), News::Begun(Part::Files));
            found.take(id(1), file(70));
            let text = FoundText { memory: true, text: "stratum".into() };
            found.take(id(1), News::Texts(vec![text]));
        }
        assert_eq!(found.bytes, 77);
    }
}
