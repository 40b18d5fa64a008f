//! What hides: views of the host that disagree.
//!
//! The list of `/proc` is what every tool shows. Here it is compared with the CPU clock of every number that
//! a process can have, with the members of the control groups, with what is mounted over `/proc`, with a
//! `/proc` of our own, with what the loader preloads, and with the machine's busy time; and the lists of threads
//! with who answers `kill` and with how many there are. A process that is found gets a row of the process table
//! like any other.
//!
//! Invariant: the tick waits for nothing here. What takes long, and what a process or a file system can make
//! slow, is done in threads that are asked in turns. Deliberately absent: sockets, which the readers of
//! sockets compare themselves.

mod calls;
mod cgroups;
mod changes;
mod files;
mod load;
mod maps;
mod mounts;
mod names;
mod pids;
mod preload;
mod preloaded;
mod register;
mod rows;
mod space;
mod tell;
mod threads;
mod view;
mod wants;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Examination, Hiding, NotWhole, Process, Unread};
use crate::host::probe::owners::Owners;
use crate::host::probe::processes::{Means, Processes};
use crate::host::probe::tree::{Reader, open_dir};
use crate::host::probe::{Packages, Roots, clock, text};
use changes::{Change, changes, joined};
use files::{Files, Told};
use load::Account;
use maps::Maps;
use mounts::Cover;
use names::Wearers;
use pids::{Hidden, Question, Search};
use register::Register;
use rows::{Rows, Wanted};
use threads::Threads;
use wants::Wants;

/// Members of control groups without a place in the list that are followed.
const MOST_GROUPED: usize = 1024;
/// The namespace of pids that the system began with always has this inode.
const FIRST_PID_NAMESPACE: u64 = 0xEFFF_FFFC;
const PRELOAD: &str = "/etc/ld.so.preload";

/// Processes with a preloaded library that are told of: a library that is in every program makes many.
const MOST_PRELOADED: usize = 32;

/// The search for what hides, from look to look.
pub(super) struct Hider {
    proc: OwnedFd,
    own_proc: bool,
    search: Option<Search>,
    threads: Option<Threads>,
    files: Option<Files>,
    told: Option<Arc<Told>>,
    maps: Option<Maps>,
    rows: Option<Rows>,
    wearers: Wearers,
    account: Account,
    /// The machine's busy time is that of the processes here.
    whole_machine: bool,
    register: Register,
    /// Members of control groups that the list lacked at the last walk, and those of them that it lacked at the one before
    /// too, and when list and group were read again.
    ungrouped: BTreeMap<u32, Arc<Path>>,
    grouped: BTreeMap<u32, Arc<Path>>,
    before: Vec<Arc<Process>>,
    named: BTreeMap<u32, Vec<u8>>,
    left_out: Vec<u32>,
    /// Who gets a row of ours from the next look on, lowest pid first.
    coming: Vec<u32>,
    /// Who gets a row of ours, and who lies under a mount.
    wants: Wants,
    /// The rows of those that the table lacks.
    found: Vec<Arc<Process>>,
    last: Arc<Hiding>,
}

/// What the tick has seen so far.
pub(super) struct Seen<'a> {
    /// When.
    pub(super) moment: Moment,
    /// The table of the list of `/proc`.
    pub(super) table: &'a Processes,
    /// The rows that were made of it.
    pub(super) rows: Vec<Arc<Process>>,
    /// There are sockets that were not there at the look before.
    pub(super) sockets: bool,
    /// `/proc` keeps processes from us by its options: it may have been mounted anew since the beginning.
    pub(super) closed: bool,
    /// That was read after the doubt began which [`Hider::doubts`] told.
    pub(super) known: bool,
}

impl Hider {
    /// Begins below the `/proc` that was opened; `closed` if it keeps processes from us by its options.
    pub(super) fn new(
        proc: OwnedFd,
        roots: &Roots,
        packages: Packages,
        closed: bool,
        means: Means,
    ) -> Self {
        let own = roots.live.then(view::own_proc).flatten();
        let best = || own.as_ref().and_then(view::again).or_else(|| view::again(&proc));
        let compares = roots.live && !closed && is_of_our_pids(&proc);
        let search = || Some(Search::new(view::again(&proc)?, own.as_ref().and_then(view::again)));
        let threads =
            || Some(Threads::new(view::again(&proc)?, own.as_ref().and_then(view::again)));
        let whole_machine = !roots.live || is_first_pid_namespace(&proc);
        Self {
            own_proc: own.is_some(),
            search: compares.then(search).flatten(),
            threads: compares.then(threads).flatten(),
            files: best().map(|proc| Files::new(proc, roots, packages)),
            told: None,
            maps: best().map(|proc| Maps::new(proc, means.stuck.clone())),
            rows: best().and_then(|proc| Rows::new(proc, means)),
            wearers: Wearers::default(),
            account: Account::default(),
            whole_machine,
            register: Register::default(),
            ungrouped: BTreeMap::new(),
            grouped: BTreeMap::new(),
            before: Vec::new(),
            named: BTreeMap::new(),
            left_out: Vec::new(),
            coming: Vec::new(),
            wants: Wants::default(),
            found: Vec::new(),
            last: Arc::default(),
            proc: best().unwrap_or(proc),
        }
    }

    /// CPU time is missing since then; that somebody hides it is said when it is known what `/proc` shows us.
    pub(super) const fn doubts(&self) -> Option<u64> {
        self.account.doubts()
    }

    /// Processes that the table must leave to us, lowest first.
    pub(super) fn left_out(&self) -> Vec<u32> {
        self.left_out.clone()
    }

    /// The rows of the last look that the table had not, lowest pid first.
    pub(super) fn found(&self) -> &[Arc<Process>] {
        &self.found
    }

    /// The table of those that are left to us.
    pub(super) fn table(&self) -> Option<&Processes> {
        self.rows.as_ref().map(Rows::table)
    }

    /// It is left to us, so nobody else may read it: its folder may be that of another one.
    pub(super) fn has(&self, id: ProcessId) -> bool {
        self.left_out.binary_search(&id.pid.0).is_ok()
    }

    /// Reads one process in full that is left to us; `None` if it is not there any more.
    pub(super) fn examine(&mut self, id: ProcessId, moment: Moment) -> Option<Examination> {
        self.rows.as_mut()?.examine(id, moment)
    }

    /// Compares, and gives the rows of the table together with those of the hidden.
    pub(super) fn look(
        &mut self,
        seen: Seen<'_>,
        owners: &mut Owners,
        unread: &mut Vec<Unread>,
    ) -> (Vec<Arc<Process>>, Arc<Hiding>) {
        let Seen { moment, table, mut rows, sockets, closed, known } = seen;
        let listed = table.listed();
        self.take_files(listed);
        let (hidden, tried) = self.search(listed, moment.boot_ms, unread);
        self.wants = self.wants(&hidden, moment.boot_ms, unread);
        let wanted = &self.wants.rows;
        // Who is still in the table shows from the next look on, when the table has let go of it.
        let free = |it: &&Wanted| self.left_out.binary_search(&it.pid).is_ok();
        let now: Vec<Wanted> = wanted.iter().filter(free).copied().collect();
        self.coming = wanted.iter().filter(|it| !free(it)).map(|it| it.pid).collect();
        self.left_out = wanted.iter().map(|it| it.pid).collect();
        if let Some(readers) = &mut self.rows {
            let members = self.told.as_ref().map(|told| Arc::clone(&told.members));
            readers.take_members(members);
            self.found = readers.look(&now, (moment, sockets), &rows, owners, unread);
            rows = joined(rows, self.found.clone());
        }
        self.take_rows(&rows, table, moment.boot_ms);
        self.weigh(closed, table.stat().unwrap_or_default(), moment.boot_ms, unread);
        self.account.known(known);
        self.tell((&rows, listed), &hidden, moment.boot_ms, unread);
        self.tell_threads(&rows, listed, moment.boot_ms, unread);
        self.tell_left_out(unread);
        self.before.clone_from(&rows);
        (rows, self.settle(tried))
    }

    fn take_files(&mut self, listed: &[u32]) {
        let Some(told) = self.files.as_mut().and_then(Files::turn) else { return };
        let members = &told.members;
        if self.told.as_ref().is_none_or(|before| before.walks != told.walks) {
            let unlisted = members.iter().filter(|it| listed.binary_search(&it.pid).is_err());
            let unlisted = unlisted.map(|it| (it.pid, Arc::clone(&it.group)));
            let unlisted: BTreeMap<u32, Arc<Path>> = unlisted.take(MOST_GROUPED).collect();
            self.named.extend(unlisted.iter().map(|(pid, group)| (*pid, by_group(group))));
            // Another one may have the number by the next walk: so it is said of nobody who was not read again there.
            let lacked = |it: &&cgroups::Member| self.ungrouped.get(&it.pid) == Some(&it.group);
            let again = told.unlisted.iter().filter(lacked);
            self.grouped = again.map(|it| (it.pid, Arc::clone(&it.group))).collect();
            self.ungrouped = unlisted;
        }
        let libraries = told.preload.as_ref().map_or(&[][..], |it| it.libraries.as_slice());
        if let Some(maps) =
            self.maps.as_mut().filter(|_| self.told.is_some() || !libraries.is_empty())
            && maps.look_for(libraries)
        {
            self.before.iter().filter(|row| !row.kernel).for_each(|row| maps.ask_about(row.id));
        }
        self.told = Some(told);
    }

    fn search(
        &mut self,
        listed: &[u32],
        boot_ms: u64,
        unread: &mut Vec<Unread>,
    ) -> (Vec<Hidden>, (u32, u32)) {
        // Also where nobody reads them, or they would grow for ever.
        let named = std::mem::take(&mut self.named);
        let Some(search) = &mut self.search else { return (Vec::new(), (0, 0)) };
        let answer = search.turn(Question { listed: listed.to_vec(), named, boot_ms });
        if answer.by_hidepid > 0 {
            let what = format!("/proc (+{})", answer.by_hidepid);
            unread.push(Unread::part(what, NotWhole::HidePid));
        }
        if answer.left_out > 0 {
            let what = format!("/proc (+{})", answer.left_out);
            unread.push(Unread::part(what, NotWhole::Entries));
        }
        (answer.hidden.clone(), answer.tried)
    }

    /// Everybody that needs a row of ours: who is hidden, and who lies under a mount.
    fn wants(&self, hidden: &[Hidden], boot_ms: u64, unread: &mut Vec<Unread>) -> Wants {
        let counts = self.clocks_count();
        let time = |pid| if counts { clock::cpu_time(pid) } else { Some(Duration::ZERO) };
        let wants = wants::wants(hidden, self.covers(), time, boot_ms);
        if wants.left_out > 0 {
            let what = format!("/proc/PID (+{})", wants.left_out);
            unread.push(Unread::part(what, NotWhole::Entries));
        }
        wants
    }

    fn covers(&self) -> &[Cover] {
        self.told.as_ref().and_then(|told| told.covers.as_deref()).unwrap_or_default()
    }

    const fn clocks_count(&self) -> bool {
        self.search.is_some()
    }

    /// What changed in the table since the look before.
    fn take_rows(&mut self, rows: &[Arc<Process>], table: &Processes, boot_ms: u64) {
        let listed = table.listed();
        let ours = self.rows.as_ref().map(Rows::table);
        let before = std::mem::take(&mut self.before);
        for change in changes(&before, rows) {
            match change {
                Change::Ended(old) => {
                    self.account.ended(old.id);
                    self.wearers.forget(old.id);
                    self.maps.iter_mut().for_each(|maps| maps.forget(old.id));
                }
                Change::Now(old, row) => {
                    self.wearers.see(row, boot_ms);
                    if old.is_none_or(|old| old.cpu_ms != row.cpu_ms) {
                        let collected = |it: &Processes| it.collected_ms(row.id.pid.0);
                        let collected = collected(table).or_else(|| ours.and_then(collected));
                        self.account.ran(row, collected);
                    }
                    let other = |old: &Process| old.comm != row.comm || old.exe != row.exe;
                    if !row.kernel && old.is_none_or(other) {
                        self.maps.iter_mut().for_each(|maps| maps.ask_about(row.id));
                    }
                    let parent = row.parent.0;
                    if parent > 0 && listed.binary_search(&parent).is_err() {
                        self.named.insert(parent, format!("ppid of {}", row.id.pid).into_bytes());
                    }
                }
            }
        }
    }

    /// `stat` is that of the `/proc` which everybody sees, and not believed once something is mounted over it.
    fn weigh(&mut self, closed: bool, stat: &[u8], boot_ms: u64, unread: &mut Vec<Unread>) {
        if closed || !self.whole_machine {
            let why = if closed { NotWhole::HidePid } else { NotWhole::CountsOthers };
            unread.push(Unread::part("/proc/stat", why));
            return self.account.interrupt();
        }
        let is_bare = self.told.as_ref().is_some_and(|told| {
            told.covers.as_ref().is_some_and(|covers| covers.iter().all(|it| it.pid.is_some()))
        });
        let mut own = Reader::new(self.proc.as_fd());
        let stat = if is_bare { stat } else { own.top("stat").unwrap_or_default() };
        match load::busy(stat) {
            Some(busy) => self.account.settle(boot_ms, busy),
            None => self.account.interrupt(),
        }
    }
}

/// The `/proc` that hides least: our own where there is one, or the host's if that shows more processes. It can be listed.
pub(super) fn best_proc() -> Result<OwnedFd, Errno> {
    let host = open_dir(Path::new("/proc"));
    let shows_more = host.as_ref().is_ok_and(|host| of_our_pids(host) == Some(false));
    // What is made is a place alone, and cannot be listed before it is opened.
    let own = || view::own_proc().as_ref().and_then(view::again);
    if shows_more { host } else { own().map_or(host, Ok) }
}

/// How it is said that a control group lists somebody.
fn by_group(group: &Path) -> Vec<u8> {
    [b"cgroup.procs ", group.as_os_str().as_bytes()].concat()
}

/// Numbers of this `/proc` are those of our own calls: it is of our namespace of pids.
fn is_of_our_pids(proc: &OwnedFd) -> bool {
    of_our_pids(proc) == Some(true)
}

/// It numbers processes as we do; `None` if it does not tell.
fn of_our_pids(proc: &OwnedFd) -> Option<bool> {
    let mut reader = Reader::new(proc.as_fd());
    let status = reader.top("self/status").ok()?;
    let mut lines = status.split(|byte| *byte == b'\n');
    let numbers = lines.find_map(|line| line.strip_prefix(b"NSpid:"));
    let mut numbers = text::words(numbers.unwrap_or_default()).map(text::whole_number);
    Some(numbers.next().flatten() == Some(std::process::id()) && numbers.next().is_none())
}

fn is_first_pid_namespace(proc: &OwnedFd) -> bool {
    let stat = rustix::fs::statat(proc, c"self/ns/pid", rustix::fs::AtFlags::empty());
    stat.is_ok_and(|stat| stat.st_ino == FIRST_PID_NAMESPACE)
}
