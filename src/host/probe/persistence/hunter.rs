//! The thread that hunts: everything once, then what changes, and everything again now and then.
//!
//! A change is read as soon as it has settled, and then whoever looks is told ([`News`]). Who changes things faster than a
//! person does is not listened to for short whiles ([`Patience`]), and nobody else waits for that; what changes there is
//! found by glances ([`Glances`]).
//!
//! Invariant: a look takes what is there and never waits, not even for the lock of a thread that gets no CPU. A hunt
//! that hangs is said; nothing else stands still for it. From one family to the next the thread takes in what was told
//! meanwhile, so a change never waits for more than one of them ([`Queue`]).

mod deaf;
mod glance;
mod queue;
mod shared;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};

use super::ground::Ground;
use super::patience::{Party, Patience};
use super::watch::{Changed, INOTIFY, Watch};
use super::{Family, Hunt, Judge};
use crate::domain::base::Clock;
use crate::domain::facts::{Gap, Late, Persistence, Unread};
use crate::host::probe::processes::note;
use crate::host::probe::{HostClock, Roots, memory};
use glance::Glances;
use queue::{Lane, QUIET, Queue, SETTLES};
use shared::{Shared, Slot, newest, put};

/// What is told while a change settles is taken so often.
const STEP: Duration = Duration::from_millis(10);
/// Everything is read again after this long; sooner where nothing is watched.
const WHOLE: Duration = Duration::from_mins(10);
const UNWATCHED: Duration = Duration::from_mins(1);
/// Whoever makes directories faster than they can be watched is not followed for ever.
const ROUNDS: usize = 8;
/// Who made so much happen that the kernel gave up telling is not known: that is owed by nobody's place.
const EVERYTHING: &[u8] = b"";
/// A hunt that takes longer hangs somewhere.
const HANGS: Duration = Duration::from_mins(1);
/// Of what could not be read, so much is said.
const MOST_UNREAD: usize = 32;
const NICE: i32 = 10;

/// Told as soon as something else was found, so that nobody has to wait for the next look.
pub(in crate::host::probe) type News = Box<dyn Fn() + Send>;

/// The way to the thread. It ends when this is dropped.
pub(in crate::host::probe) struct Hunter {
    shared: Arc<Shared>,
    /// What the last look took.
    last: Arc<Slot>,
    /// Closed, it wakes the thread for the last time.
    _alive: Option<UnixStream>,
    trouble: Option<String>,
}

impl Hunter {
    /// Sends somebody hunting.
    pub(in crate::host::probe) fn start(roots: &Roots, judge: Judge, news: Option<News>) -> Self {
        let shared = Arc::new(Shared::default());
        let begun = begin(roots, judge, Arc::clone(&shared), news);
        let (alive, trouble) = match begun {
            Ok(alive) => (Some(alive), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Self { shared, last: Arc::default(), _alive: alive, trouble }
    }

    /// What is known by now.
    pub(in crate::host::probe) fn take(&mut self, unread: &mut Vec<Unread>) -> Arc<Persistence> {
        if let Some(newest) = newest(&self.shared.slot) {
            self.last = newest;
        }
        unread.extend(self.last.unread.iter().cloned());
        unread.extend(self.trouble.iter().map(|why| note("what starts by itself", why.clone())));
        let digs = newest(&self.shared.digs).flatten();
        if digs.is_some_and(|since| since.elapsed() > HANGS) {
            unread.push(Unread::gap(Gap::Late(Late::Hunt)));
        }
        Arc::clone(&self.last.found)
    }
}

/// What this thread has had of a CPU. Waiting for a disk, or for others who are more urgent, costs nobody anything.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn step_to(nice: i32) {
    rustix::process::setpriority_process(Some(rustix::thread::gettid()), nice).ok();
}

fn begin(
    roots: &Roots,
    judge: Judge,
    shared: Arc<Shared>,
    news: Option<News>,
) -> io::Result<UnixStream> {
    let (end, alive) = UnixStream::pair()?;
    let work = Work::new(roots, judge, Watch::new(), shared, news);
    std::thread::Builder::new().name("hunter".into()).spawn(move || work.go(&end))?;
    Ok(alive)
}

/// What the thread works with.
struct Work {
    hunt: Hunt,
    roots: Roots,
    watch: Option<Watch>,
    unwatched: Option<Unread>,
    shared: Arc<Shared>,
    /// What was told last.
    told: Arc<Slot>,
    news: Option<News>,
    patience: Patience,
    /// At the places of those who are not listened to.
    glances: Glances,
    /// When reading everything last began.
    last: Instant,
    /// The same of the clock that runs since the boot, until everything is read; none where something could not be.
    begun: Option<u64>,
    /// When reading everything began the last time that it came to its end.
    whole: Option<u64>,
    /// The kernel gave up telling since then.
    missed: bool,
    /// What is to be read, everything in its turn too.
    queue: Queue,
    /// Since when the places cannot be got at.
    blind: Option<Instant>,
}

impl Work {
    fn new(
        roots: &Roots,
        judge: Judge,
        watch: Result<Watch, Errno>,
        shared: Arc<Shared>,
        news: Option<News>,
    ) -> Self {
        let (watch, unwatched) = match watch {
            Ok(watch) => (Some(watch), None),
            Err(why) => (None, Some(note(INOTIFY, why.to_string()))),
        };
        Self {
            hunt: Hunt::new(roots, judge),
            roots: roots.clone(),
            watch,
            unwatched,
            shared,
            told: Arc::default(),
            news,
            patience: Patience::default(),
            glances: Glances::default(),
            last: Instant::now(),
            begun: Some(HostClock.now().boot_ms),
            whole: None,
            missed: false,
            queue: Queue::new(),
            blind: None,
        }
    }

    fn go(mut self, end: &UnixStream) {
        // Whoever looks first is more urgent. A change is not kept waiting later; without the right to come back it is.
        step_to(NICE);
        self.dig(Family::ALL.into());
        // At once: whoever draws may wait for what this holds.
        step_to(0);
        memory::give_back();
        loop {
            let Some(woken) = self.wait(end, self.nap()) else { return };
            if woken {
                self.hear();
            }
            self.listen_again();
            self.go_on();
            if !self.step() && woken {
                // Nobody is listened to word by word, and whoever is not read for yet even less.
                let soon = self.queue.nap(Instant::now()).is_some_and(|nap| nap <= QUIET);
                let rest = if soon { STEP } else { QUIET };
                let Some(()) = Self::pause(end, rest) else { return };
            }
        }
    }

    fn period(&self) -> Duration {
        let watched = self.watch.as_ref().is_some_and(|watch| watch.trouble.is_none());
        if watched { WHOLE } else { UNWATCHED }
    }

    /// How long there is nothing to do if nothing is told.
    fn nap(&self) -> Duration {
        let now = Instant::now();
        let blind = self.blind.map_or(Duration::ZERO, |it| SETTLES.saturating_sub(it.elapsed()));
        let rest = |party: &[u8]| self.patience.waits(party, now).unwrap_or_default().max(blind);
        let resting = self.watch.iter().flat_map(|watch| watch.resting.keys()).map(|it| rest(it));
        let missed = self.missed.then(|| rest(EVERYTHING));
        let whole = self.period().saturating_sub(self.last.elapsed());
        resting.chain(missed).chain(self.queue.nap(now)).fold(whole, Duration::min)
    }

    /// Takes in what was told. Who makes a storm is not listened to from now on.
    fn hear(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        let (mut changed, now) = (Changed::default(), Instant::now());
        watch.listen(&mut changed, now);
        self.missed |= changed.everything;
        for (party, families) in &changed.families {
            let rest = self.patience.rests(party, now).unwrap_or_default();
            for family in families {
                self.queue.changed(*family, party, rest, now);
            }
        }
        if !changed.storms.is_empty() {
            changed.storms.iter().for_each(|party| self.patience.storms(party, now));
            let unseen = self.aim();
            self.want(&unseen, changed.storms.iter(), 1);
        }
    }

    fn want<'a>(
        &mut self,
        families: &BTreeSet<Family>,
        parties: impl Iterator<Item = &'a Party>,
        round: usize,
    ) {
        let now = Instant::now();
        for party in parties {
            let add = |family: &Family| self.queue.add(*family, Lane::Unheard, party, round, now);
            families.iter().for_each(add);
        }
    }

    /// Wants everything if it is time, a family after the other.
    fn go_on(&mut self) {
        let now = Instant::now();
        let may = self.patience.rests(EVERYTHING, now).is_none();
        if self.last.elapsed() >= self.period() || (self.missed && may) {
            (self.last, self.missed) = (now, false);
            self.begun = Some(HostClock.now().boot_ms);
            for family in Family::ALL {
                self.queue.add(family, Lane::Whole, EVERYTHING, 0, now);
            }
        }
    }

    /// Reads one family, and no more; `false` if none is ready.
    fn step(&mut self) -> bool {
        let Some((family, job)) = self.queue.next(Instant::now()) else { return false };
        let before = spent();
        let unseen = self.read(&[family], job.whole);
        let (cost, now) = (spent().saturating_sub(before), Instant::now());
        self.queue.took(family, cost);
        job.parties().for_each(|party| self.patience.charge(party, cost, now));
        if job.round < ROUNDS {
            self.want(&unseen, job.parties(), job.round + 1);
        }
        if job.whole && !self.queue.has_whole() {
            memory::give_back();
        }
        true
    }

    /// Reads these at once, and what was not watched when it was read once more.
    fn dig(&mut self, mut unseen: BTreeSet<Family>) {
        for _ in 0..ROUNDS {
            if unseen.is_empty() {
                break;
            }
            unseen = self.read(&unseen.into_iter().collect::<Vec<_>>(), true);
        }
    }

    /// Reads these, and what always changes too if it is `all`, and tells it; gives the families with places that were not watched then: they may have changed since.
    fn read(&mut self, families: &[Family], all: bool) -> BTreeSet<Family> {
        put(&self.shared.digs, Some(Instant::now()));
        let later = self.mark(families, all);
        if !self.hunt.again(families, &later) {
            self.begun = None;
        }
        if later.is_empty() {
            for family in families {
                self.glances.was_read(*family, Instant::now());
            }
        }
        if !self.queue.has_whole() {
            self.whole = self.begun.take().or(self.whole);
        }
        let unseen = self.aim();
        self.tell();
        put(&self.shared.digs, None);
        unseen
    }

    /// Watches what is to be watched; gives the families with places that were not watched before.
    fn aim(&mut self) -> BTreeSet<Family> {
        let Some(watch) = &mut self.watch else { return BTreeSet::new() };
        match Ground::open(&self.roots) {
            Ok(ground) => {
                self.blind = None;
                watch.aim(&ground, self.hunt.interests(), &self.hunt.homes, &self.patience)
            }
            Err(why) => {
                // What is watched stays so. Whoever has rested is listened to when this works again.
                watch.trouble = Some(note(INOTIFY, why.to_string()));
                self.blind = Some(Instant::now());
                BTreeSet::new()
            }
        }
    }

    fn tell(&mut self) {
        let watch_trouble = self.watch.as_ref().and_then(|watch| watch.trouble.clone());
        let why = watch_trouble.or_else(|| self.unwatched.clone());
        let mut unread: Vec<Unread> = self.hunt.unread().take(MOST_UNREAD).cloned().collect();
        let watched = why.is_none();
        unread.extend(why);
        let mut found = self.hunt.found();
        found.watched = watched;
        found.hunted_ms = self.whole;
        let before = &self.told.found;
        let is_news = before.hunted_ms.is_some() != found.hunted_ms.is_some()
            || before.watched != found.watched
            || before.entries != found.entries;
        // That it was read again is no news, but it is known for longer.
        let same = !is_news && before.hunted_ms == found.hunted_ms;
        let found = if same { Arc::clone(before) } else { Arc::new(found) };
        self.told = Arc::new(Slot { found, unread });
        put(&self.shared.slot, Arc::clone(&self.told));
        if is_news {
            self.news.iter().for_each(|news| news());
        }
    }

    /// Waits for a change; `None` when nobody wants to know any more, else whether there is one.
    fn wait(&self, end: &UnixStream, most: Duration) -> Option<bool> {
        let timeout = Timespec::try_from(most).ok()?;
        let mut waiting = vec![PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN)];
        if let Some(watch) = &self.watch {
            waiting.push(PollFd::from_borrowed_fd(watch.fd(), PollFlags::IN));
        }
        match poll(&mut waiting, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return None,
        }
        let happened = |at: usize| waiting.get(at).is_some_and(|it| !it.revents().is_empty());
        if happened(0) { None } else { Some(happened(1)) }
    }

    fn pause(end: &UnixStream, length: Duration) -> Option<()> {
        let timeout = Timespec::try_from(length).ok()?;
        let mut waiting = [PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN)];
        match poll(&mut waiting, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => Some(()),
            Ok(_) | Err(_) => None,
        }
    }
}
