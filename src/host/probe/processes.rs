//! The process table: which processes there are, who ran since the last look, and what is read again.
//!
//! A look costs a listing and one CPU clock a process. Only a process that is new or whose clock moved
//! is read; what others can change about a sleeper (nice value, parent, resident memory, its file being
//! deleted) is read in turns, a [`TURNS`]th of the table in each look. Where a process belongs and what it may do is
//! read when it is new, young or renamed itself, and in rarer turns. Its ancestors are found when it is new.
//!
//! Invariant: the clock is read before the files, so that a change which is missed in this look moves
//! the clock that the next one compares.

mod ancestors;
mod around;
mod container;
mod examine;
pub(super) mod file;
mod held;
mod maps;
mod pidfd;
mod row;
#[cfg(test)]
mod tests;
mod whom;

use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::clock;
use super::commands::{Commands, Question, Stuck};
use super::owners::Owners;
use super::text;
use super::tree::Reader;
use super::users::Users;
use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Closed, Examination, Gap, NotWhole, Process, Unread};
use around::Pool;
use examine::Examiner;
use held::Held;
use row::{Access, Entry, Work};

pub(super) use examine::is_there;
pub(super) use held::Device;
pub(super) use whom::Whom;

/// Looks until every sleeping process was read once more.
const TURNS: u64 = 30;
/// Between the two sweeps of the first look, so that its CPU percentages are real.
const FIRST_INTERVAL: Duration = Duration::from_millis(20);
/// The listing is left out at most this often in a row, while the kernel counts no new fork.
const MOST_UNLISTED: u32 = 4;
/// How many clocks are read under one time stamp.
const UNDER_ONE_STAMP: usize = 16;
/// From this many processes to read on, more than one thread reads them.
const WORTH_A_THREAD: usize = 512;
const MOST_THREADS: usize = 4;
/// From this many on, processes that sleep wait for their turn in the first look: see [`Entry`].
const CROWD: usize = 1024;

/// What a table is made with.
pub(super) struct Means {
    /// Names of users.
    pub(super) users: Users,
    /// It is of this machine, not of a recorded tree.
    pub(super) live: bool,
    /// There is a graphics processor that a process can hold.
    pub(super) gpu: bool,
    /// Counts the threads that are left behind, over all tables.
    pub(super) stuck: Stuck,
}

/// What is known about every process, from look to look.
pub(super) struct Processes {
    proc: Arc<OwnedFd>,
    entries: Vec<Entry>,
    pids: Vec<u32>,
    commands: Commands,
    examiner: Examiner,
    users: Users,
    pool: Pool,
    /// CPU clocks can be asked; if not, everybody's `stat` is read in every look.
    clocks: bool,
    /// Inodes of pidfds tell processes apart.
    pidfds: bool,
    /// Somebody may hold a graphics processor.
    gpu: bool,
    look: u64,
    forks: Option<u64>,
    /// `/proc/stat`, as it was when the processes were listed: it takes the kernel long to print.
    stat: Vec<u8>,
    no_stat: Option<Errno>,
    unlisted: u32,
    /// These and no others are looked at, whatever the list shows.
    given: Option<Vec<u32>>,
    /// These are left to somebody else.
    left_out: Vec<u32>,
    /// Those of the other table at the look before.
    others: Vec<ProcessId>,
}

/// What a look at one process needs to know.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "what the kernel can and what this look needs")]
struct Ask {
    moment: Moment,
    look: u64,
    clocks: bool,
    pidfds: bool,
    /// Very many are seen for the first time.
    crowd: bool,
    /// There are sockets that were not there at the look before: somebody opened them.
    sockets: bool,
    /// Somebody may have opened a graphics processor.
    gpu: bool,
}

impl Processes {
    pub(super) fn new(proc: OwnedFd, means: Means) -> Self {
        let Means { users, live, gpu, stuck } = means;
        let proc = Arc::new(proc);
        // The clocks are those of this kernel: they say nothing about a recorded tree.
        let clocks = live && clock::cpu_time(std::process::id()).is_some();
        Self {
            examiner: Examiner::new(Arc::clone(&proc), stuck.clone()),
            commands: Commands::new(Arc::clone(&proc), stuck),
            proc,
            entries: Vec::new(),
            pids: Vec::new(),
            users,
            pool: Pool::default(),
            clocks,
            pidfds: clocks && pidfd::tells(),
            gpu,
            look: 0,
            forks: None,
            stat: Vec::new(),
            no_stat: None,
            unlisted: 0,
            given: None,
            left_out: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Looks at those alone that [`Processes::give`] names.
    pub(super) fn of_given(proc: OwnedFd, means: Means) -> Self {
        Self { given: Some(Vec::new()), ..Self::new(proc, means) }
    }

    /// From the next look on these are looked at, lowest first.
    pub(super) fn give(&mut self, pids: Vec<u32>) {
        self.given = Some(pids);
    }

    /// From the next look on these are left to somebody else, lowest first.
    pub(super) fn leave_out(&mut self, pids: Vec<u32>) {
        if self.left_out != pids {
            self.left_out = pids;
            self.unlisted = MOST_UNLISTED;
        }
    }

    /// Every pid in the last listing, lowest first.
    pub(super) fn listed(&self) -> &[u32] {
        &self.pids
    }

    /// Takes one look. Owners of sockets that changed hands are put into `owners`; `sockets` says whether there are
    /// new ones, whose owners are to be found. `others` are the rows of the other table, lowest first: ancestors may
    /// stand there.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        sockets: bool,
        others: &[Arc<Process>],
        owners: &mut Owners,
        unread: &mut Vec<Unread>,
    ) -> Vec<Arc<Process>> {
        let (look, clocks, pidfds, gpu) = (self.look, self.clocks, self.pidfds, self.gpu);
        self.look += 1;
        if let Err(error) = self.list() {
            unread.push(note("/proc", error.to_string()));
        }
        let crowd = look == 0 && clocks && self.entries.len() >= CROWD;
        let ask = Ask { moment, look, clocks, pidfds, crowd, sockets, gpu };
        self.sweep(ask);
        if ask.look == 0 && ask.clocks {
            std::thread::sleep(FIRST_INTERVAL);
            self.sweep(ask);
        }
        unread.extend(self.users.refresh(ask.look.is_multiple_of(TURNS)));
        self.read(ask);
        self.settle(ask, owners);
        self.trace(others);
        self.follow(others);
        let entries = &self.entries;
        unread.extend(self.commands.missing(|pids| Whom::among(entries, pids)));
        self.report(unread);
        self.entries.iter().filter_map(|entry| entry.row.clone()).collect()
    }

    /// Every process with a device file of a graphics processor open.
    pub(super) fn holders(&self) -> impl Iterator<Item = (&Arc<Process>, &[Device])> {
        self.entries.iter().filter_map(|entry| {
            let devices = entry.held.as_deref()?.devices.as_slice();
            Some((entry.row.as_ref()?, devices)).filter(|_| !devices.is_empty())
        })
    }

    /// `/proc/stat` at the last look.
    pub(super) fn stat(&self) -> Result<&[u8], Errno> {
        self.no_stat.map_or(Ok(&self.stat), Err)
    }

    /// Milliseconds that the collected children of this process had used when it ran last.
    pub(super) fn collected_ms(&self, pid: u32) -> Option<u64> {
        let at = self.entries.binary_search_by_key(&pid, |entry| entry.pid).ok()?;
        self.entries.get(at).map(|entry| entry.collected_ms)
    }

    /// The directory that `/proc` was opened as.
    pub(super) fn directory(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.proc)
    }

    fn list(&mut self) -> Result<(), Errno> {
        if let Some(given) = &self.given {
            self.pids.clone_from(given);
            self.sort_entries();
            return Ok(());
        }
        let mut reader = Reader::new(self.proc.as_fd());
        self.stat.clear();
        self.no_stat = reader.top("stat").map(|stat| self.stat.extend_from_slice(stat)).err();
        let forks = text::forks(&self.stat);
        let unmoved = self.clocks && forks.is_some() && forks == self.forks;
        self.forks = forks;
        if unmoved && self.unlisted < MOST_UNLISTED {
            // Nobody was born, and who died has no clock any more.
            self.unlisted += 1;
            return Ok(());
        }
        // Until it can be listed again, those that were there are followed.
        self.unlisted = MOST_UNLISTED;
        let mut pids = Vec::with_capacity(self.pids.len());
        reader.pids(&mut pids)?;
        (self.unlisted, self.pids) = (0, pids);
        self.sort_entries();
        Ok(())
    }

    /// Makes the entries those of the pids that were listed.
    fn sort_entries(&mut self) {
        let left_out = &self.left_out;
        let here = |pid: &&u32| left_out.binary_search(pid).is_err();
        if self.entries.iter().map(|entry| entry.pid).eq(self.pids.iter().filter(here).copied()) {
            return;
        }
        let mut known = std::mem::take(&mut self.entries).into_iter().peekable();
        let mut entries = Vec::with_capacity(self.pids.len());
        let mut gone = Vec::new();
        for pid in self.pids.iter().filter(here) {
            while let Some(entry) = known.next_if(|entry| entry.pid < *pid) {
                gone.push(entry);
            }
            let entry = known.next_if(|entry| entry.pid == *pid);
            entries.push(entry.unwrap_or_else(|| Entry::new(*pid)));
        }
        gone.extend(known);
        // They are taken out when the look is settled, where the owners of sockets are.
        if !gone.is_empty() {
            entries.extend(gone.into_iter().map(Entry::gone));
            entries.sort_by_key(|entry| entry.pid);
        }
        self.entries = entries;
    }

    fn sweep(&mut self, ask: Ask) {
        for some in self.entries.chunks_mut(UNDER_ONE_STAMP) {
            let now = Instant::now();
            for entry in some {
                let time = if ask.clocks { clock::cpu_time(entry.pid) } else { None };
                let turn = u64::from(entry.pid) % TURNS == ask.look % TURNS;
                entry.sweep(time, now, turn, ask);
            }
        }
    }

    /// The helper reads command lines while the others read the rest.
    fn read(&mut self, ask: Ask) {
        let early = self.entries.iter_mut().filter(|entry| entry.work != Work::Unsure);
        let questions = early.filter_map(|entry| entry.question(ask)).collect();
        let unasked = self.commands.ask(questions);
        let mut work: Vec<_> =
            self.entries.iter_mut().filter(|entry| entry.work != Work::Nothing).collect();
        let threads = threads_for(work.len());
        let share = work.len().div_ceil(threads).max(1);
        let proc = self.proc.as_fd();
        if threads == 1 {
            read_each(&mut work, &mut Reader::new(proc), ask);
        } else {
            std::thread::scope(|scope| {
                for some in work.chunks_mut(share) {
                    scope.spawn(move || {
                        // The look waits for this thread, which did not inherit how the look is raised.
                        super::raise::looks();
                        read_each(some, &mut Reader::new(proc), ask);
                    });
                }
            });
        }
        drop(work);
        self.take_answers(unasked, ask);
        // Without clocks only `stat` tells who ran, so their commands are asked for now.
        let late: VecDeque<Question> =
            self.entries.iter_mut().filter_map(|entry| entry.question(ask)).collect();
        if !late.is_empty() {
            let unasked = self.commands.ask(late);
            self.take_answers(unasked, ask);
        }
    }

    fn take_answers(&mut self, unasked: VecDeque<Question>, ask: Ask) {
        for answer in self.commands.collect(unasked) {
            let at = self.entries.binary_search_by_key(&answer.pid, |entry| entry.pid);
            if let Some(entry) = at.ok().and_then(|at| self.entries.get_mut(at)) {
                entry.answered(answer, ask);
            }
        }
    }

    fn settle(&mut self, ask: Ask, owners: &mut Owners) {
        if self.given.is_none() {
            owners.begin();
        }
        let users = &self.users;
        for entry in &mut self.entries {
            entry.settle(ask, users, &mut self.pool, owners);
        }
        self.entries.retain(|entry| entry.access != Access::Gone);
        if ask.look.is_multiple_of(TURNS) {
            self.pool.forget();
        }
    }

    /// Reads one process in full; `None` if it is not there any more.
    pub(super) fn examine(&mut self, id: ProcessId, moment: Moment) -> Option<Examination> {
        self.examiner.examine(id, moment)
    }

    fn report(&self, unread: &mut Vec<Unread>) {
        let of = |access| Whom::of(self.entries.iter().filter(move |it| it.access == access));
        let held = |is: fn(&Held) -> bool| {
            Whom::of(self.entries.iter().filter(move |it| it.held.as_deref().is_some_and(is)))
        };
        let cut = held(Held::is_in_parts);
        if cut.count > 0 {
            unread.push(Unread::part(cut.file("fd"), NotWhole::InParts));
        }
        let mut failed = self.entries.iter().filter(|entry| entry.failure().is_some()).peekable();
        if let Some(error) = failed.peek().and_then(|entry| entry.failure()) {
            let what = Whom::of(failed).file("stat");
            unread.push(Unread::source(what, error.to_string()));
        }
        let denied =
            [(Closed::Stat, of(Access::Denied)), (Closed::OpenFiles, held(|it| it.denied))];
        for (what, whom) in denied.into_iter().filter(|(_, whom)| whom.count > 0) {
            let gap = Gap::Closed(what, u32::try_from(whom.count).unwrap_or(u32::MAX));
            unread.push(Unread { what: whom.names(), ..Unread::gap(gap) });
        }
    }
}

fn read_each(entries: &mut [&mut Entry], reader: &mut Reader<'_>, ask: Ask) {
    for entry in entries {
        entry.read(reader, ask);
    }
}

fn threads_for(processes: usize) -> usize {
    if processes < WORTH_A_THREAD {
        return 1;
    }
    // The library would look for limits in the files of control groups, which could let us wait.
    let cores = rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count());
    usize::try_from(cores).map_or(1, |cores| cores.clamp(1, MOST_THREADS))
}

/// One line for what could not be read.
pub(super) fn note(what: &str, why: String) -> Unread {
    Unread::source(what, why)
}
