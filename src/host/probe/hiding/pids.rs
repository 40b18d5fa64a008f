//! Processes that the list of `/proc` lacks.
//!
//! Every number that the list does not have is asked for its CPU clock, which costs a fraction of a
//! microsecond and no privilege, and which threads do not have; and where that says no, for a pidfd, and `kill`: so whoever
//! takes one of the three away is known by another. Whoever answers is held by a pidfd; then
//! the list is read again, three times, a fifth of a second apart. Who lived before and after each listing
//! and stood in none of them is hidden: the short-lived are not there after it, the newborn are in it.
//!
//! Invariant: nothing here waits for a process. It is done in a thread that the tick asks and never waits
//! for, with a directory of its own: two that list share no place.

mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::space::Space;
use crate::domain::facts::HiddenFrom;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree::Reader;
use crate::host::probe::{clock, text};
use witness::{Known, Witness};

/// Listings that a process must be missing from.
const LISTINGS: u32 = 3;
/// From one of them to the next.
const BETWEEN: Duration = Duration::from_millis(210);
/// Processes that are tested at a time; each takes a descriptor. The others wait for the next turn.
const MOST: usize = 256;
/// Of so many hidden processes a descriptor is kept; the others are known by their number.
const MOST_HELD: usize = 1024;
/// So many hidden processes are known; where there are more, those that used most CPU time.
const MOST_HIDDEN: usize = 4096;
/// Where nobody says how many numbers there are: the most that a kernel can have.
pub(super) const MOST_NUMBERS: u32 = 1 << 22;

/// What the tick knows that the search needs.
#[derive(Debug, Default)]
pub(super) struct Question {
    /// The list of `/proc` at this look, lowest first.
    pub(super) listed: Vec<u32>,
    /// Processes that something else names, and what: parents, sessions, members of control groups.
    pub(super) named: BTreeMap<u32, Vec<u8>>,
    /// When the look was.
    pub(super) boot_ms: u64,
}

/// What the search has found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// Who is hidden now.
    pub(super) hidden: Vec<Hidden>,
    /// Numbers that were tried in the last whole pass, and how many there are.
    pub(super) tried: (u32, u32),
    /// So many processes are kept from us by `hidepid`: that is no contradiction.
    pub(super) by_hidepid: usize,
    /// So many more hide, of those that were tested in this turn.
    pub(super) left_out: usize,
}

/// A process that the list lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    /// Its number.
    pub(super) pid: u32,
    /// Inode of its pidfd; 0 where the kernel has none.
    pub(super) inode: u64,
    /// How deep it is hidden.
    pub(super) from: HiddenFrom,
    /// Who shows it: names of system calls and of files.
    pub(super) shown: Untrusted,
    /// `CLOCK_BOOTTIME` milliseconds of the look that found it.
    pub(super) first_seen_ms: u64,
}

/// The search, as the tick sees it.
pub(super) struct Search {
    errand: Option<Errand<Answer>>,
    question: Arc<Mutex<Question>>,
    /// Whoever was named while the search was at work waits for its next turn.
    named: BTreeMap<u32, Vec<u8>>,
    answer: Answer,
}

impl Search {
    /// Searches below `proc`, and compares with `own`, a `/proc` that nobody can change.
    pub(super) fn new(proc: OwnedFd, own: Option<OwnedFd>) -> Self {
        let question = Arc::<Mutex<Question>>::default();
        let asked = Arc::clone(&question);
        let mut sweep = Sweep::new(proc, own);
        let work = move || {
            let question =
                std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
            sweep.turn(&question)
        };
        let errand = Errand::new("hidden-pids", work);
        Self { errand, question, named: BTreeMap::new(), answer: Answer::default() }
    }

    /// What was found, as far as the search has come; and asks for more.
    pub(super) fn turn(&mut self, question: Question) -> &Answer {
        if let Some(errand) = &mut self.errand {
            if let Some(answer) = errand.take(Duration::ZERO) {
                self.answer = answer;
            }
            self.named.extend(question.named);
            // Only a thread at work holds the lock, and the look waits for nobody.
            if errand.is_idle() {
                let named = std::mem::take(&mut self.named);
                let question = Question { named, ..question };
                *self.question.lock().unwrap_or_else(PoisonError::into_inner) = question;
                errand.ask();
            }
        }
        &self.answer
    }
}

/// The search, in its thread.
struct Sweep {
    proc: OwnedFd,
    own: Option<OwnedFd>,
    space: Space,
    before: Vec<u32>,
    list: Vec<u32>,
    hidden: BTreeMap<u32, (Witness, Hidden)>,
}

impl Sweep {
    fn new(proc: OwnedFd, own: Option<OwnedFd>) -> Self {
        let (before, list) = (Vec::new(), Vec::new());
        Self { proc, own, space: Space::of_processes(), before, list, hidden: BTreeMap::new() }
    }

    fn turn(&mut self, question: &Question) -> Answer {
        let mut unlisted = self.unlisted(&question.listed, &question.named);
        if unlisted.len() > MOST {
            // So many cannot all be tested: whoever was born since the look, or died, must not crowd out who hides.
            Reader::new(self.proc.as_fd()).pids(&mut self.list).ok();
            unlisted.retain(|pid| self.list.binary_search(pid).is_err());
        }
        self.before.clone_from(&question.listed);
        let known = |pid: &u32| self.hidden.contains_key(pid);
        let fresh = unlisted.into_iter().filter(|pid| !known(pid)).take(MOST);
        let mut suspects: Vec<Witness> = fresh.filter_map(Witness::summon).collect();
        self.still_hidden();
        for listing in 0..LISTINGS {
            if suspects.is_empty() {
                break;
            }
            if listing > 0 {
                std::thread::sleep(BETWEEN);
            }
            // Whoever cannot list cannot say who is missing.
            if Reader::new(self.proc.as_fd()).pids(&mut self.list).is_err() {
                suspects.clear();
            }
            let listed = |pid| self.list.binary_search(&pid).is_ok();
            suspects.retain(|it| !listed(it.pid) && it.lives());
        }
        let by_hidepid = self.set_apart(&mut suspects);
        let mut left_out = 0;
        for mut witness in suspects {
            if self.hidden.len() >= MOST_HIDDEN {
                left_out += 1;
                if !self.makes_room_for(witness.pid) {
                    continue;
                }
            }
            let hidden = self.describe(&witness, question);
            if self.hidden.len() >= MOST_HELD {
                witness.release();
            }
            self.hidden.insert(witness.pid, (witness, hidden));
        }
        let hidden = self.hidden.values().map(|(_, hidden)| hidden.clone()).collect();
        Answer { hidden, tried: self.space.tried(), by_hidepid, left_out }
    }

    /// Numbers that are not listed and that one of the calls knows.
    fn unlisted(&mut self, listed: &[u32], named: &BTreeMap<u32, Vec<u8>>) -> Vec<u32> {
        // One that nobody can change, where there is one: over the other something may be mounted.
        let mut reader = Reader::new(self.own.as_ref().unwrap_or(&self.proc).as_fd());
        let end = reader.top("sys/kernel/pid_max").ok().and_then(first_number);
        let given = reader.top("loadavg").ok().and_then(last_number);
        let ranges = self.space.turn(end.unwrap_or(MOST_NUMBERS), given);
        let gone = self.before.iter().filter(|pid| listed.binary_search(pid).is_err());
        let single = gone.chain(named.keys()).copied();
        let mut found: BTreeSet<u32> = single
            .filter(|pid| listed.binary_search(pid).is_err() && Known::of(*pid).any())
            .collect();
        for range in ranges {
            let from = listed.partition_point(|pid| *pid < range.start);
            let mut known = listed.get(from..).unwrap_or_default().iter().peekable();
            for pid in range {
                if known.next_if_eq(&&pid).is_none() && Known::of(pid).any() {
                    found.insert(pid);
                }
            }
        }
        found.into_iter().collect()
    }

    /// Lets go of the one that used least CPU time, if this one used more.
    fn makes_room_for(&mut self, pid: u32) -> bool {
        let used = |pid: u32| clock::cpu_time(pid);
        let least = self.hidden.keys().map(|known| (used(*known), *known)).min();
        let idle = least.filter(|(least, _)| *least < used(pid)).map(|(_, idle)| idle);
        idle.is_some_and(|idle| self.hidden.remove(&idle).is_some())
    }

    /// Who has ended, or is listed again, hides no more.
    fn still_hidden(&mut self) {
        if self.hidden.is_empty() {
            return;
        }
        let listed = Reader::new(self.proc.as_fd()).pids(&mut self.list).is_ok();
        let list = &self.list;
        let shown = |pid: u32| listed && list.binary_search(&pid).is_ok();
        self.hidden.retain(|pid, (witness, _)| !shown(*pid) && witness.lives());
    }

    /// Where `/proc` is mounted with `hidepid`, it shows some processes to some users only. Who stands in a `/proc` of
    /// our own is not hidden then, and without one nobody can tell.
    fn set_apart(&mut self, suspects: &mut Vec<Witness>) -> usize {
        if suspects.is_empty() || !hides_by_option(&self.proc) {
            return 0;
        }
        let before = suspects.len();
        let own = self.own.as_ref().map(|own| Reader::new(own.as_fd()).pids(&mut self.list));
        match own {
            Some(Ok(())) => suspects.retain(|it| self.list.binary_search(&it.pid).is_err()),
            Some(Err(_)) | None => suspects.clear(),
        }
        before - suspects.len()
    }

    fn describe(&self, witness: &Witness, question: &Question) -> Hidden {
        let mut shown = Vec::new();
        let mut add = |view: &[u8]| {
            let between: &[u8] = if shown.is_empty() { b"" } else { b" " };
            shown.extend([between, view].concat());
        };
        if witness.has_clock() {
            add(b"clock_gettime");
        }
        if witness.held() {
            add(b"pidfd_open");
        }
        if witness.answers_kill() {
            add(b"kill");
        }
        let by_number = has_folder(&self.proc, witness.pid);
        if by_number {
            add(format!("/proc/{}", witness.pid).as_bytes());
        }
        if let Some(by) = question.named.get(&witness.pid) {
            add(by);
        }
        let from = if by_number { HiddenFrom::List } else { HiddenFrom::Proc };
        Hidden {
            pid: witness.pid,
            inode: witness.inode(),
            from,
            shown: Untrusted::new(shown),
            first_seen_ms: question.boot_ms,
        }
    }
}

/// It is mounted so that it keeps processes from some users.
pub(super) fn hides_by_option(proc: &OwnedFd) -> bool {
    let mut reader = Reader::new(proc.as_fd());
    reader.top("self/mounts").is_ok_and(|mounts| text::hidepid(mounts).is_some())
}

/// One of the calls knows it.
pub(super) fn answers(pid: u32) -> bool {
    Known::of(pid).any()
}

/// Its folder opens by number, and is its own.
pub(super) fn has_folder(proc: &OwnedFd, pid: u32) -> bool {
    let mut reader = Reader::new(proc.as_fd());
    let stat = reader.file(pid, "stat");
    stat.is_ok_and(|stat| text::words(stat).next().and_then(text::whole_number) == Some(pid))
}

/// The first number of a line.
pub(super) fn first_number(line: &[u8]) -> Option<u32> {
    text::words(line).next().and_then(text::whole_number)
}

/// The last number of a line.
pub(super) fn last_number(line: &[u8]) -> Option<u32> {
    text::words(line).last().and_then(text::whole_number)
}
