//! What stands beside a load: memory as a mining algorithm wants it, a quiet conversation, and who was begun with it.
//!
//! Source: `RandomX` reads a data set of 2080 MiB, and 2 MiB for each thread beside it, best in huge pages; a pool sends a job
//! now and then and gets a short answer. Without the data set (its light mode) 256 MiB are shared by all threads. Known false alarms: virtual machines of Java, databases, packet processors and
//! emulators have huge pages too, and who computes may have as much memory; they are installed, or serve somebody, or read
//! and write. So none of it is anything without a long load, nor of a program that is installed, and of one in a home it is
//! noted. Siblings are at most noted.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Gathered;
use super::respawn::{called, is_accused};
use super::texts::Texts;
use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Seen, Subject, Told};
use crate::domain::facts::{Process, Protocol, Snapshot, Socket};
use crate::domain::untrusted::Untrusted;

const MIB: u64 = 1 << 20;
/// The data set of `RandomX`, and what a miner has beside it at most: the cache, and a little for each thread.
const DATA_SET: u64 = 2080 * MIB;
const BESIDE: u64 = 288 * MIB;
const A_THREAD: u64 = 3 * MIB;
/// Without the data set: the cache, and what each thread computes in; the program itself takes no more than this beside it.
const CACHE: u64 = 256 * MIB;
const SCRATCHPAD: u64 = 2 * MIB;
const PROGRAM: u64 = 32 * MIB;
/// So much memory is anybody's, so it says something of many threads alone; some of them only wait.
const MANY_THREADS: u32 = 4;
const OTHER_THREADS: u32 = 6;
/// Fewer huge pages are nothing.
const LEAST_HUGE: u64 = 128 * MIB;
/// So long it has computed, and so hard over its life.
const LONG_MS: u64 = 30 * 60_000;
const HARD: u64 = 80;
/// Who computes on what it is given reads or writes more than this in a minute of processor time.
const LITTLE_IO: u64 = 64 << 10;
/// And whoever works on files or a net share more than this.
const MUCH_IO: u64 = 8 << 20;
/// A conversation is long from here on, and quiet up to so many bytes in a second each way.
const LONG_TALK_MS: u64 = 10 * 60_000;
const QUIET: u64 = 200;
/// Begun together.
const TOGETHER_MS: u64 = 60_000;
/// More siblings of one accused are not named: a desktop and a build begin many at once. How many more there are is said.
const MOST_SIBLINGS: usize = 8;

/// Gathers what stands beside the loads of a look.
pub(super) fn see(snapshot: &Snapshot, texts: &Texts, gathered: &mut Gathered) {
    let mut quiet: Option<HashMap<_, Vec<&Socket>>> = None;
    for process in snapshot.processes.iter().filter(|it| is_long(it, snapshot.moment)) {
        let subject = Subject::Process(process.id);
        let lonely = gathered
            .get_mut(&subject)
            .and_then(|told| told.iter_mut().find(|(_, it)| it.rule == Rule::LonelyLoad));
        if let Some((_, reason)) = lonely {
            let held = quiet.get_or_insert_with(|| conversations(snapshot));
            let of_it = held.get(&process.id).map(Vec::as_slice).unwrap_or_default();
            if let [one] = of_it
                && let Some(end) = one.remote.filter(|_| is_quiet(one, snapshot.moment))
            {
                let said = format!(" ({end}, < {QUIET} B/s)").into_bytes();
                reason.value = Untrusted::new([reason.value.bytes(), &said].concat());
            }
        }
        let serves = texts.is_served(process.id);
        if let Some(told) = of_memory(process, snapshot, serves) {
            gathered.entry(subject).or_default().push(told);
        }
    }
    siblings(snapshot, gathered);
}

/// Connections by who holds them.
fn conversations(snapshot: &Snapshot) -> HashMap<ProcessId, Vec<&Socket>> {
    let mut held: HashMap<_, Vec<&Socket>> = HashMap::new();
    let open = |it: &&Arc<Socket>| it.protocol == Protocol::Tcp && it.remote.is_some();
    for socket in snapshot.sockets.iter().filter(open) {
        for owner in &socket.owners {
            held.entry(*owner).or_default().push(socket);
        }
    }
    held
}

/// It has worked hard for most of a long life.
fn is_long(process: &Process, now: Moment) -> bool {
    !process.kernel
        && process.cpu_ms >= LONG_MS
        && process.cpu_ms.saturating_mul(100) >= process.age_ms(now).saturating_mul(HARD)
}

/// Few bytes both ways, for long. How old a connection is that was there before the first look nobody knows: it counts from
/// then on, with all of its bytes.
fn is_quiet(socket: &Socket, now: Moment) -> bool {
    let Some(flow) = socket.flow else { return false };
    let lasted = now.boot_ms.saturating_sub(socket.first_seen_ms);
    let seconds = (lasted / 1000).max(1);
    lasted >= LONG_TALK_MS
        && flow.sent > 1
        && flow.received > 0
        && flow.sent.max(flow.received) / seconds < QUIET
}

/// Bytes that it read and wrote in a minute on a processor, over its life, where that was read.
fn io_a_minute(process: &Process) -> Option<u64> {
    let io = process.io.known()?;
    Some(io.read.saturating_add(io.written) / (process.cpu_ms / 60_000).max(1))
}

/// It works on what it is given.
pub(super) fn reads_much(process: &Process) -> bool {
    io_a_minute(process).is_some_and(|bytes| bytes >= MUCH_IO)
}

/// What `RandomX` takes without its data set: the cache, which all threads share, and a scratchpad for each that computes.
fn light(threads: u32) -> RangeInclusive<u64> {
    if threads < MANY_THREADS {
        return RangeInclusive::new(1, 0);
    }
    let computing = u64::from(threads.saturating_sub(OTHER_THREADS));
    CACHE + computing * SCRATCHPAD..=CACHE + u64::from(threads) * A_THREAD + PROGRAM
}

/// What its memory says, if anything.
fn of_memory(process: &Process, snapshot: &Snapshot, serves: bool) -> Option<Told> {
    let at = place(&Seen::of(process).path());
    let trace = snapshot.evidence.of(process.id);
    let packaged = trace.and_then(|it| it.program.is_as_packaged()) == Some(true);
    let installed = matches!(at, Place::System | Place::Local | Place::Workshop | Place::Unknown);
    if packaged || serves || installed && !process.exe_memory {
        return None;
    }
    let huge = process.huge.known().copied().unwrap_or_default();
    let most = DATA_SET + BESIDE + u64::from(process.threads) * A_THREAD;
    let fits = |bytes: u64| (DATA_SET..=most).contains(&bytes);
    let calm = io_a_minute(process).is_some_and(|bytes| bytes < LITTLE_IO);
    let light = light(process.threads);
    let value = match () {
        () if fits(huge) => format!("{} MiB, huge (RandomX)", huge / MIB),
        () if fits(process.memory) => format!("{} MiB (RandomX)", process.memory / MIB),
        () if light.contains(&huge) => format!("{} MiB, huge (RandomX light)", huge / MIB),
        () if light.contains(&process.memory) && calm => {
            format!("{} MiB, {} threads (RandomX light)", process.memory / MIB, process.threads)
        }
        () if huge >= LEAST_HUGE => format!("{} MiB, huge", huge / MIB),
        () => return None,
    };
    let value = if calm { format!("{value}, I/O 0") } else { value };
    let odd = process.exe_memory || at.is_strange();
    // As much memory is anybody's; who reads and writes has other work.
    let sure = odd && (fits(huge) || calm);
    let grade = if sure { Grade::Suspect } else { Grade::Noted };
    let (rule, source) = (Rule::MinersMemory, FactSource::Stat);
    Some((grade, Reason { rule, value: value.into(), source }))
}

/// Names those that were begun with an accused: in the same minute, session and control group, by the same user.
fn siblings(snapshot: &Snapshot, gathered: &mut Gathered) {
    fn key(it: &Process) -> (u32, u32, &Untrusted) {
        (it.uid, it.around.session, &it.around.cgroup)
    }
    let mut families: HashMap<_, Vec<&Process>> = HashMap::new();
    for (subject, told) in gathered.iter() {
        let Subject::Process(id) = subject else { continue };
        if let Some(it) =
            snapshot.process(*id).filter(|it| it.around.session > 0 && is_accused(told))
        {
            families.entry(key(it)).or_default().push(it);
        }
    }
    if families.is_empty() {
        return;
    }
    let mut members: HashMap<_, Vec<&Process>> = HashMap::new();
    for it in snapshot.processes.iter().filter(|it| !it.kernel && it.around.session > 0) {
        let key = key(it);
        if families.contains_key(&key) {
            members.entry(key).or_default().push(it);
        }
    }
    for (key, accused) in families {
        let all = members.get(&key).map(Vec::as_slice).unwrap_or_default();
        for one in accused.into_iter().take(MOST_SIBLINGS) {
            let far = |it: &&Process| it.started_ms.abs_diff(one.started_ms);
            let near =
                |it: &&&Process| it.id != one.id && it.id.pid > Pid(1) && far(it) <= TOGETHER_MS;
            let mut near: Vec<&&Process> = all.iter().filter(near).collect();
            near.sort_by_key(|it| far(it));
            for it in near.iter().take(MOST_SIBLINGS) {
                let value = Untrusted::new(called(one.id.pid, &one.comm));
                begun_with(it.id, value, gathered);
            }
            if let Some(more @ 1..) = near.len().checked_sub(MOST_SIBLINGS) {
                begun_with(one.id, format!("+{more}").into(), gathered);
            }
        }
    }
}

/// It was begun with these; said once of each.
fn begun_with(id: ProcessId, value: Untrusted, gathered: &mut Gathered) {
    let reason = Reason { rule: Rule::BegunWith, value, source: FactSource::Stat };
    let told = gathered.entry(Subject::Process(id)).or_default();
    if told.iter().all(|(_, known)| known.rule != Rule::BegunWith) {
        told.push((Grade::Noted, reason));
    }
}
