//! Threads that the list of their process lacks: `/proc/PID/task`, which is what tools show threads by.
//!
//! `kill` knows threads too, and needs no right to send nothing: every number that is no process is asked with it, a part
//! in each turn. Whoever answers must stand in the list of its process, and so must every thread that a control group
//! lists. And each process, in turns, must list as many
//! threads as the kernel counts for it, in its `stat` and by the links of the folder. What does not fit is tested again,
//! three times, a fifth of a second apart.
//!
//! Invariant: nothing here waits for a process. It is done in a thread that the tick asks and never waits for. A process
//! that starts and ends threads all the time is called short only of threads that outlived every test; one without
//! known numbers only if nothing in its list moved.

mod roll;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cgroups::Member;
use super::pids::{MOST_NUMBERS, first_number, last_number};
use super::space::Space;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::clock;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree::Reader;
use roll::{Books, Roll, answers_kill};

/// Tests that something must not fit in, after the first one.
const TESTS: u32 = 3;
/// From one of them to the next.
const BETWEEN: Duration = Duration::from_millis(210);
/// A turn has this long; after that nobody says that this view answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// Turns until the list of every process was read once more.
const TURNS: usize = 30;
/// Lists that are read in the first turn, and in each later one at least.
const FIRST: usize = 4096;
const LEAST: usize = 4;
/// Numbers without a place in a list that are looked into in one turn. The others wait for the next pass.
const MOST: usize = 512;
/// Processes that are tested at a time.
const MOST_TESTED: usize = 64;
/// Threads that are named.
const MOST_NAMED: usize = 8;
/// A thread of a process that is not known.
const NOBODY: u32 = 0;

/// A process that lists fewer threads than it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Short {
    /// Its number; `None` if a thread is seen that no file tells the process of.
    pub(super) pid: Option<u32>,
    /// The threads that are known by their number, lowest first.
    pub(super) threads: Vec<u32>,
    /// Who shows it, and how many there should be.
    pub(super) shown: Untrusted,
    /// `CLOCK_BOOTTIME` milliseconds of the look that found it.
    pub(super) first_seen_ms: u64,
}

/// The list of `/proc` at a look, lowest first, the threads of control groups, and when that was.
type Question = (Vec<u32>, Arc<Vec<Member>>, u64);

/// The search, as the tick sees it.
pub(super) struct Threads {
    errand: Option<Errand<Vec<Short>>>,
    question: Arc<Mutex<Question>>,
    /// When it was asked, while it is at work.
    asked: Option<Instant>,
    found: Vec<Short>,
    answered: bool,
}

impl Threads {
    /// Reads the lists below `proc`, as everybody does, and what they are compared with below `own`, a `/proc` that
    /// nobody can change, where there is one.
    pub(super) fn new(proc: OwnedFd, own: Option<OwnedFd>) -> Self {
        let question = Arc::<Mutex<Question>>::default();
        let asked = Arc::clone(&question);
        let mut muster = Muster::new(Books::new(proc, own));
        let work = move || {
            let (listed, grouped, boot_ms) =
                std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
            muster.group(grouped);
            muster.turn(&listed, boot_ms)
        };
        let errand = Errand::new("hidden-threads", work);
        Self { errand, question, asked: None, found: Vec::new(), answered: false }
    }

    /// What was found, as far as the search has come; and asks for more.
    pub(super) fn turn(
        &mut self,
        listed: &[u32],
        grouped: Arc<Vec<Member>>,
        boot_ms: u64,
    ) -> &[Short] {
        let Some(errand) = &mut self.errand else { return &[] };
        if let Some(found) = errand.take(Duration::ZERO) {
            (self.found, self.asked, self.answered) = (found, None, true);
        }
        if self.asked.is_none() {
            let question = (listed.to_vec(), grouped, boot_ms);
            *self.question.lock().unwrap_or_else(PoisonError::into_inner) = question;
            self.asked = errand.ask().then(Instant::now);
        }
        &self.found
    }

    /// It has answered, and not too long ago.
    pub(super) fn answers(&self) -> bool {
        self.answered && !self.is_late()
    }

    /// Something hangs, or there is no thread to ask.
    pub(super) fn is_late(&self) -> bool {
        self.errand.is_none() || self.asked.is_some_and(|then| then.elapsed() > PATIENCE)
    }
}

/// The search, in its thread.
struct Muster {
    books: Books,
    space: Space,
    /// Threads that stood in the list of a process when that was read last, and that process.
    places: HashMap<u32, u32>,
    /// The process whose list is read next.
    next: u32,
    begun: bool,
    found: BTreeMap<u32, Short>,
    /// What control groups list, and how much of it was looked into.
    grouped: Arc<Vec<Member>>,
    reached: usize,
}

/// A process under test.
struct Suspect {
    pid: u32,
    /// Threads that live and are not listed.
    lacking: BTreeSet<u32>,
    roll: Roll,
    /// Nothing moved since the first test, and it counts more than it lists.
    short: bool,
}

impl Muster {
    fn new(books: Books) -> Self {
        let (places, found) = (HashMap::new(), BTreeMap::new());
        let (space, grouped) = (Space::of_threads(), Arc::default());
        Self { books, space, places, next: 0, begun: false, found, grouped, reached: 0 }
    }

    /// These are the threads of control groups now.
    fn group(&mut self, grouped: Arc<Vec<Member>>) {
        if !Arc::ptr_eq(&self.grouped, &grouped) {
            (self.grouped, self.reached) = (grouped, 0);
        }
    }

    fn turn(&mut self, listed: &[u32], boot_ms: u64) -> Vec<Short> {
        self.places.retain(|_, process| listed.binary_search(process).is_ok());
        let mut asked: BTreeMap<u32, BTreeSet<u32>> = self.strays(listed);
        for pid in self.due(listed).into_iter().chain(self.found.keys().copied()) {
            asked.entry(pid).or_default();
        }
        // No file tells whose threads they are of whom the options of the mount keep from us.
        let tells = !asked.contains_key(&NOBODY) || !self.books.may_be_kept_from_us();
        let here = |pid: u32| (pid == NOBODY && tells) || listed.binary_search(&pid).is_ok();
        asked.retain(|pid, _| here(*pid));
        self.found.retain(|pid, _| asked.contains_key(pid));
        self.places.retain(|_, process| !asked.contains_key(process));
        let mut suspects = Vec::new();
        for (pid, mut threads) in asked {
            // What is known already is asked for again.
            threads.extend(self.found.get(&pid).iter().flat_map(|it| it.threads.iter()));
            match self.suspect(pid, threads) {
                Some(suspect) if suspects.len() < MOST_TESTED => suspects.push(suspect),
                Some(_) => {}
                None => drop(self.found.remove(&pid)),
            }
        }
        for _ in 0..TESTS {
            if suspects.is_empty() {
                break;
            }
            std::thread::sleep(BETWEEN);
            suspects.retain_mut(|it| self.test(it));
        }
        for suspect in suspects {
            let pid = suspect.pid;
            let first = self.found.get(&pid).map(|it| it.first_seen_ms);
            let grouped = self.grouped.iter().any(|it| suspect.lacking.contains(&it.pid));
            let short = suspect.told(grouped, first.unwrap_or(boot_ms));
            self.found.insert(pid, short);
        }
        self.found.values().cloned().collect()
    }

    /// Threads without a place in a list, by their process.
    fn strays(&mut self, listed: &[u32]) -> BTreeMap<u32, BTreeSet<u32>> {
        let mut reader = Reader::new(self.books.best().as_fd());
        let end = reader.top("sys/kernel/pid_max").ok().and_then(first_number);
        let given = reader.top("loadavg").ok().and_then(last_number);
        let mut strays: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut left = MOST;
        // Once the lists of all were read, so that few are left.
        let members = self.grouped.get(self.reached..).filter(|_| self.begun).unwrap_or_default();
        for member in members {
            self.reached += 1;
            let known =
                listed.binary_search(&member.pid).is_ok() || self.places.contains_key(&member.pid);
            if known {
                continue;
            }
            // Without a file that tells whose thread it is the others find it, by its number.
            if let Some(process) = self.books.process_of(member.pid) {
                strays.entry(process).or_default().insert(member.pid);
                left -= 1;
            }
            if left == MOST / 2 {
                break;
            }
        }
        for number in self.space.turn(end.unwrap_or(MOST_NUMBERS), given).into_iter().flatten() {
            let known = listed.binary_search(&number).is_ok() || self.places.contains_key(&number);
            // Who has the clock of a process is one that is not listed: others look for those.
            if known || !answers_kill(number) || clock::cpu_time(number).is_some() {
                continue;
            }
            let process = self.books.process_of(number).unwrap_or(NOBODY);
            strays.entry(process).or_default().insert(number);
            left -= 1;
            if left == 0 {
                break;
            }
        }
        strays
    }

    /// The processes whose lists are read in this turn.
    fn due(&mut self, listed: &[u32]) -> Vec<u32> {
        let share = if self.begun { (listed.len() / TURNS).max(LEAST) } else { FIRST };
        self.begun = true;
        let from = listed.partition_point(|pid| *pid < self.next);
        let due: Vec<u32> = listed.iter().skip(from).take(share).copied().collect();
        let reached = due.last().map_or(0, |pid| pid + 1);
        self.next = if from + due.len() >= listed.len() { 0 } else { reached };
        due
    }

    /// The first test of a process, or of threads without one; `None` if all is as it should be.
    fn suspect(&mut self, pid: u32, mut threads: BTreeSet<u32>) -> Option<Suspect> {
        let roll = if pid == NOBODY { Roll::default() } else { self.books.roll(pid)? };
        if pid != NOBODY {
            threads.insert(pid);
            if roll.listed.len() > 1 {
                self.places.extend(roll.listed.iter().map(|thread| (*thread, pid)));
            }
        }
        threads.retain(|it| !roll.has(*it) && self.books.is_thread_of(*it, pid));
        let short = roll.is_short();
        let suspect = Suspect { pid, lacking: threads, roll, short };
        (short || !suspect.lacking.is_empty()).then_some(suspect)
    }

    /// One more test; `false` if it was nothing.
    fn test(&self, suspect: &mut Suspect) -> bool {
        let pid = suspect.pid;
        if pid != NOBODY {
            let Some(roll) = self.books.roll(pid) else { return false };
            suspect.short &= roll == suspect.roll;
            suspect.roll = roll;
        }
        let roll = &suspect.roll;
        suspect.lacking.retain(|it| !roll.has(*it) && self.books.is_thread_of(*it, pid));
        suspect.short || !suspect.lacking.is_empty()
    }
}

impl Suspect {
    fn told(self, grouped: bool, first_seen_ms: u64) -> Short {
        let threads: Vec<u32> = self.lacking.into_iter().collect();
        let mut shown = Vec::new();
        if self.pid != NOBODY {
            let (listed, counted) = (self.roll.listed.len(), self.roll.counted);
            shown.push(format!("task {listed}, Threads {counted}"));
        }
        if !threads.is_empty() {
            shown.push(if grouped { "kill cgroup" } else { "kill" }.to_owned());
            shown.extend(threads.iter().take(MOST_NAMED).map(u32::to_string));
        }
        if let more @ 1.. = threads.len().saturating_sub(MOST_NAMED) {
            shown.push(format!("+{more}"));
        }
        let pid = (self.pid != NOBODY).then_some(self.pid);
        Short { pid, threads, shown: Untrusted::from(shown.join("  ")), first_seen_ms }
    }
}
