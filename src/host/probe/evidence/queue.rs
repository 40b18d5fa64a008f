//! Who waits to be read, and whose turn it is.
//!
//! Suspects come before others, and whoever has waited longest before who came later. But programs take turns: whoever
//! forks all the time waits behind itself, and nobody else does. And now and then it is the turn of whoever has used most
//! CPU time of all: names and files can be made up, work cannot. Where little may still be read, it is kept for programs of
//! which nothing was read yet: whoever is there first does not spend what is meant for all.
//!
//! Invariant: bounded, and nobody waits twice. Who ended leaves, and costs no turn.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::of;
use crate::domain::base::ProcessId;
use crate::domain::facts::Process;

/// More do not wait: who finds no room comes again.
const MOST: usize = 8192;
/// Entries of those who do not wait any more are cleared away at the latest when there are so many.
const SPARE: usize = 64;
/// A program had its turn for so long.
const HAD_MS: u64 = 60_000;
/// So many programs that had it are remembered.
const MOST_HAD: usize = 1024;
/// Where more than these wait, only one of so many turns of the hardest is taken.
const MANY: usize = 4096;
const SELDOM: usize = 16;
/// Whose turn it is, one after the other.
const TURNS: [Turn; 4] = [Turn::Suspect, Turn::Hardest, Turn::Suspect, Turn::Other];

#[derive(Clone, Copy)]
enum Turn {
    Suspect,
    Other,
    /// Who has used most CPU time.
    Hardest,
}

/// Processes that wait for one thing.
#[derive(Default)]
pub(super) struct Queue {
    suspects: Lane,
    others: Lane,
    waiting: HashMap<ProcessId, Wait>,
    turn: usize,
    /// When programs last had their turn.
    had: HashMap<u64, u64>,
    /// Keyed, so that nobody can make up a path that counts as another's.
    programs: RandomState,
}

/// What may still be read.
#[derive(Clone, Copy)]
pub(super) struct Means {
    pub(super) now_ms: u64,
    /// So little that it is kept for programs that had no turn.
    pub(super) scarce: bool,
}

struct Wait {
    since_ms: u64,
    suspect: bool,
}

/// Those of one rank, by their program.
#[derive(Default)]
struct Lane {
    programs: HashMap<u64, VecDeque<ProcessId>>,
    turns: VecDeque<u64>,
}

impl Queue {
    /// It waits from now on, if it does not yet; `false` where there is no room.
    pub(super) fn push(&mut self, process: &Process, suspect: bool, now_ms: u64) -> bool {
        let full = self.waiting.len() >= MOST;
        match self.waiting.get_mut(&process.id) {
            Some(wait) if wait.suspect || !suspect => return true,
            Some(wait) => wait.suspect = true,
            None if full => return false,
            None => {
                let wait = Wait { since_ms: now_ms, suspect };
                self.waiting.insert(process.id, wait);
            }
        }
        let program = self.program(process);
        let lane = if suspect { &mut self.suspects } else { &mut self.others };
        lane.push(program, process.id);
        true
    }

    fn program(&self, process: &Process) -> u64 {
        let name = process.exe.known().unwrap_or(&process.comm);
        self.programs.hash_one((name.bytes(), process.uid))
    }

    /// Whose turn it is, of those that are there.
    pub(super) fn pop<'p>(
        &mut self,
        processes: &'p [Arc<Process>],
        means: Means,
    ) -> Option<&'p Arc<Process>> {
        if self.waiting.is_empty() {
            return None;
        }
        let found = self.turn(processes, means)?;
        if self.had.len() >= MOST_HAD {
            self.had.retain(|_, had| means.now_ms.saturating_sub(*had) < HAD_MS);
        }
        if self.had.len() < MOST_HAD {
            self.had.insert(self.program(found), means.now_ms);
        }
        Some(found)
    }

    fn turn<'p>(
        &mut self,
        processes: &'p [Arc<Process>],
        means: Means,
    ) -> Option<&'p Arc<Process>> {
        let turn = TURNS.get(self.turn % TURNS.len()).copied().unwrap_or(Turn::Suspect);
        // To find the hardest takes a look at everybody: where many wait, that is worth it now and then.
        let crowded = self.waiting.len().max(processes.len() / 4) > MANY
            && !self.turn.is_multiple_of(SELDOM * TURNS.len() + 1);
        let turn = if crowded && matches!(turn, Turn::Hardest) { Turn::Suspect } else { turn };
        self.turn = self.turn.wrapping_add(1);
        let all = [turn, Turn::Suspect, Turn::Other];
        all.into_iter().find_map(|turn| {
            let may = |program: u64| means.may(&self.had, program);
            match turn {
                Turn::Suspect => self.suspects.next(&mut self.waiting, processes, may),
                Turn::Other => self.others.next(&mut self.waiting, processes, may),
                Turn::Hardest => self.hardest(processes, means),
            }
        })
    }

    fn hardest<'p>(
        &mut self,
        processes: &'p [Arc<Process>],
        means: Means,
    ) -> Option<&'p Arc<Process>> {
        let mut found: Option<&Arc<Process>> = None;
        for process in processes {
            let harder = found.is_none_or(|it| process.cpu_ms > it.cpu_ms);
            if harder
                && self.waiting.contains_key(&process.id)
                && means.may(&self.had, self.program(process))
            {
                found = Some(process);
            }
        }
        let found = found?;
        self.waiting.remove(&found.id);
        Some(found)
    }

    /// Who ended waits no more.
    pub(super) fn forget(&mut self, processes: &[Arc<Process>]) {
        self.waiting.retain(|id, _| of(processes, *id).is_some());
        for lane in [&mut self.suspects, &mut self.others] {
            if lane.len() > self.waiting.len() * 2 + SPARE {
                lane.retain(|id| self.waiting.contains_key(id));
            }
        }
    }

    /// Somebody has a turn.
    pub(super) fn has_turn(&self, means: Means) -> bool {
        let mut programs = self.suspects.turns.iter().chain(&self.others.turns);
        !self.waiting.is_empty() && programs.any(|it| means.may(&self.had, *it))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those that have waited for so long, by pid.
    pub(super) fn since(&self, now_ms: u64, least_ms: u64) -> Vec<ProcessId> {
        let long = |wait: &Wait| now_ms.saturating_sub(wait.since_ms) >= least_ms;
        let mut found: Vec<ProcessId> =
            self.waiting.iter().filter(|(_, wait)| long(wait)).map(|(id, _)| *id).collect();
        found.sort_unstable();
        found
    }
}

impl Means {
    fn may(self, had: &HashMap<u64, u64>, program: u64) -> bool {
        let lately = |had: &u64| self.now_ms.saturating_sub(*had) < HAD_MS;
        !self.scarce || !had.get(&program).is_some_and(lately)
    }
}

impl Lane {
    fn push(&mut self, program: u64, id: ProcessId) {
        let all = self.programs.entry(program).or_default();
        if all.is_empty() {
            self.turns.push_back(program);
        }
        all.push_back(id);
    }

    /// Who still waits and is there; his program goes behind the others.
    fn next<'p>(
        &mut self,
        waiting: &mut HashMap<ProcessId, Wait>,
        processes: &'p [Arc<Process>],
        may: impl Fn(u64) -> bool,
    ) -> Option<&'p Arc<Process>> {
        while let Some(program) =
            self.turns.iter().position(|program| may(*program)).and_then(|at| self.turns.remove(at))
        {
            let Some(all) = self.programs.get_mut(&program) else { continue };
            let mut found = None;
            while found.is_none()
                && let Some(id) = all.pop_front()
            {
                found = waiting.remove(&id).and_then(|_| of(processes, id));
            }
            if all.is_empty() {
                self.programs.remove(&program);
            } else {
                self.turns.push_back(program);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn len(&self) -> usize {
        self.programs.values().map(VecDeque::len).sum()
    }

    fn retain(&mut self, waits: impl Fn(&ProcessId) -> bool) {
        for all in self.programs.values_mut() {
            all.retain(&waits);
        }
        self.programs.retain(|_, all| !all.is_empty());
        self.turns.retain(|program| self.programs.contains_key(program));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::base::Pid;
    use crate::domain::facts::Reading;

    fn process(pid: u32, exe: &str, cpu_ms: u64) -> Arc<Process> {
        let id = ProcessId { pid: Pid(pid), start: 1, inode: 0 };
        Arc::new(Process { id, exe: Reading::Known(exe.into()), cpu_ms, ..Process::default() })
    }

    /// The pids in the order of their turns.
    fn order(queue: &mut Queue, processes: &[Arc<Process>]) -> Vec<u32> {
        let plenty = Means { now_ms: 9, scarce: false };
        std::iter::from_fn(|| queue.pop(processes, plenty)).map(|it| it.id.pid.0).collect()
    }

    #[test]
    fn whoever_forks_all_the_time_waits_behind_itself_and_nobody_else_does() {
        let mut all: Vec<_> = (1..=2_000).map(|pid| process(pid, "/tmp/decoy", 1)).collect();
        let mut queue = Queue::default();
        for decoy in &all {
            assert!(queue.push(decoy, true, 0));
        }
        let miner = process(3_000, "/opt/x/svc", 1);
        assert!(queue.push(&miner, true, 5));
        all.push(miner);
        let place = order(&mut queue, &all).iter().position(|pid| *pid == 3_000).unwrap();
        assert!(place < 4, "it waits for {place} others");
    }

    #[test]
    fn a_thousand_suspects_under_names_of_their_own_keep_neither_work_nor_others_waiting() {
        let mut all: Vec<_> =
            (1..=1_000).map(|pid| process(pid, &format!("/tmp/d{pid}"), 2)).collect();
        let mut queue = Queue::default();
        for decoy in &all {
            queue.push(decoy, true, 0);
        }
        all.extend([process(3_000, "/opt/x/svc", 90_000), process(3_001, "/opt/y/svc", 0)]);
        for late in all.iter().skip(1_000) {
            queue.push(late, late.id.pid.0 == 3_000, 5);
        }
        let order = order(&mut queue, &all);
        let place = |pid| order.iter().position(|it| *it == pid).unwrap();
        assert!(place(3_000) < 4 && place(3_001) < 4, "{:?}", &order[..8]);
        // The oldest before the newer ones.
        assert!(place(1) < place(2) && place(2) < place(900));
    }

    #[test]
    fn who_ended_costs_no_turn_and_who_became_a_suspect_moves_up() {
        let all = [process(1, "/a", 0), process(2, "/b", 0), process(3, "/c", 0)];
        let mut queue = Queue::default();
        for it in &all {
            queue.push(it, false, 7);
        }
        assert!(queue.push(&all[2], true, 9), "it waits already");
        assert_eq!(queue.since(10, 3).len(), 3, "and is counted once, from the first time");
        let left = [Arc::clone(&all[1]), Arc::clone(&all[2])];
        assert_eq!(order(&mut queue, &left), [3, 2]);
        assert!(queue.is_empty());
    }

    #[test]
    fn where_little_may_be_read_it_is_kept_for_programs_that_had_no_turn() {
        let mut all: Vec<_> = (1..=9).map(|pid| process(pid, "/tmp/decoy", 5)).collect();
        let mut queue = Queue::default();
        for decoy in &all {
            queue.push(decoy, true, 0);
        }
        let scarce = Means { now_ms: 1_000, scarce: true };
        assert_eq!(queue.pop(&all, scarce).map(|it| it.id.pid.0), Some(1));
        assert!(!queue.has_turn(scarce) && queue.pop(&all, scarce).is_none());
        all.push(process(10, "/opt/x/svc", 0));
        queue.push(&all[9], false, 1_500);
        assert!(queue.has_turn(scarce));
        assert_eq!(queue.pop(&all, scarce).map(|it| it.id.pid.0), Some(10));
        let later = Means { now_ms: 61_001, scarce: true };
        assert_eq!(queue.pop(&all, later).map(|it| it.id.pid.0), Some(2), "a minute later");
        let plenty = Means { scarce: false, ..later };
        assert_eq!(queue.pop(&all, plenty).map(|it| it.id.pid.0), Some(3));
    }

    #[test]
    fn there_is_room_for_so_many_and_no_more() {
        let mut queue = Queue::default();
        let all: Vec<_> = (1..=9_000).map(|pid| process(pid, "/a", 0)).collect();
        let taken = all.iter().filter(|it| queue.push(it, false, 0)).count();
        assert_eq!(taken, MOST);
        queue.forget(&all[..10]);
        assert_eq!(queue.since(0, 0).len(), 10);
        assert!(queue.push(&all[8_999], false, 1), "who ended makes room");
        assert!(queue.others.len() < MOST, "and leaves nothing behind");
    }

    proptest! {
        #[test]
        fn everybody_has_a_turn_and_nobody_two(
            pushes in prop::collection::vec((1_u32..60, 0_u32..6, any::<bool>(), 0_u64..99), 0..200)
        ) {
            let mut all: HashMap<u32, Arc<Process>> = HashMap::new();
            let mut queue = Queue::default();
            for (pid, exe, suspect, cpu_ms) in pushes {
                let it = all.entry(pid).or_insert_with(|| process(pid, &format!("/{exe}"), cpu_ms));
                prop_assert!(queue.push(it, suspect, 0));
            }
            let mut rows: Vec<_> = all.into_values().collect();
            rows.sort_by_key(|it| it.id.pid);
            let mut had = order(&mut queue, &rows);
            had.sort_unstable();
            prop_assert_eq!(had, rows.iter().map(|it| it.id.pid.0).collect::<Vec<_>>());
        }
    }
}
