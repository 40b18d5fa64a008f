//! The thread that hunts: everything once, then what changes, and everything again now and then.
//!
//! Invariant: a look takes what is there and never waits. A hunt that hangs is said; nothing else stands still for it.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::ground::Ground;
use super::watch::Watch;
use super::{Family, Hunt, Judge};
use crate::domain::base::Clock;
use crate::domain::facts::{Persistence, Unread};
use crate::host::probe::processes::note;
use crate::host::probe::{HostClock, Roots, memory};

/// What a change is given to come to an end: an editor writes a file in several steps.
const SETTLES: Duration = Duration::from_millis(150);
/// Everything is read again after this long; sooner where nothing is watched.
const WHOLE: Duration = Duration::from_mins(10);
const UNWATCHED: Duration = Duration::from_mins(1);
/// Whoever makes directories faster than they can be watched is not followed for ever.
const ROUNDS: usize = 8;
/// After it has read a change the thread rests so many times as long as that took: busy places cost a twentieth of a
/// CPU at most.
const RESTS: u32 = 20;
const LONGEST_REST: Duration = Duration::from_secs(10);
/// A hunt that takes longer hangs somewhere.
const HANGS: Duration = Duration::from_mins(1);
/// Of what could not be read, so much is said.
const MOST_UNREAD: usize = 32;
const NICE: i32 = 10;

/// What the thread has brought.
#[derive(Default)]
struct Slot {
    found: Arc<Persistence>,
    unread: Vec<Unread>,
    /// Since when it digs.
    digs: Option<Instant>,
}

/// The way to the thread. It ends when this is dropped.
pub(in crate::host::probe) struct Hunter {
    slot: Arc<Mutex<Slot>>,
    /// Closed, it wakes the thread for the last time.
    _alive: Option<UnixStream>,
    trouble: Option<String>,
}

impl Hunter {
    /// Sends somebody hunting.
    pub(in crate::host::probe) fn start(roots: &Roots, judge: Judge) -> Self {
        let slot = Arc::new(Mutex::new(Slot::default()));
        let begun = begin(roots, judge, Arc::clone(&slot));
        let (alive, trouble) = match begun {
            Ok(alive) => (Some(alive), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Self { slot, _alive: alive, trouble }
    }

    /// What is known by now.
    pub(in crate::host::probe) fn take(&self, unread: &mut Vec<Unread>) -> Arc<Persistence> {
        let slot = lock(&self.slot);
        unread.extend(slot.unread.iter().cloned());
        unread.extend(self.trouble.iter().map(|why| note("what starts by itself", why.clone())));
        if slot.digs.is_some_and(|since| since.elapsed() > HANGS) {
            unread.push(note("what starts by itself", "the hunt has not ended".to_owned()));
        }
        Arc::clone(&slot.found)
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin(roots: &Roots, judge: Judge, slot: Arc<Mutex<Slot>>) -> io::Result<UnixStream> {
    let (end, alive) = UnixStream::pair()?;
    let watch = Watch::new();
    let hunt = Hunt::new(roots, judge);
    let roots = roots.clone();
    std::thread::Builder::new().name("hunter".into()).spawn(move || {
        // Whoever looks is more urgent; without the right to step back it goes on as it is.
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE).ok();
        let (watch, unwatched) = match watch {
            Ok(watch) => (Some(watch), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Work { hunt, roots, watch, unwatched, slot }.go(&end);
    })?;
    Ok(alive)
}

/// What the thread works with.
struct Work {
    hunt: Hunt,
    roots: Roots,
    watch: Option<Watch>,
    unwatched: Option<String>,
    slot: Arc<Mutex<Slot>>,
}

impl Work {
    fn go(mut self, end: &UnixStream) {
        let mut last = Instant::now();
        let mut rests_until = last;
        self.dig(&Family::ALL);
        loop {
            let watched = self.watch.as_ref().is_some_and(|watch| watch.trouble.is_none());
            let period = if watched { WHOLE } else { UNWATCHED };
            let left = period.saturating_sub(last.elapsed());
            let Some(woken) = self.wait(end, left) else { return };
            if woken {
                // Until it is quiet, or for as long as the last change asks for.
                let rest = rests_until.saturating_duration_since(Instant::now());
                if Self::pause(end, SETTLES.max(rest)).is_none() {
                    return;
                }
                let changed = self.watch.as_mut().map(Watch::changed).unwrap_or_default();
                if !changed.is_empty() {
                    let begun = Instant::now();
                    self.dig(&changed.into_iter().collect::<Vec<_>>());
                    let rest = (begun.elapsed() * RESTS).min(LONGEST_REST);
                    rests_until = Instant::now() + rest;
                }
            }
            if last.elapsed() >= period {
                last = Instant::now();
                self.dig(&Family::ALL);
            }
        }
    }

    /// Reads these again and tells it.
    fn dig(&mut self, families: &[Family]) {
        lock(&self.slot).digs = Some(Instant::now());
        let mut unseen: BTreeSet<Family> = families.iter().copied().collect();
        for _ in 0..ROUNDS {
            self.hunt.again(&unseen.into_iter().collect::<Vec<_>>());
            // What was not watched when it was read may have changed since: it is read once more.
            unseen = self.aim();
            self.tell();
            if unseen.is_empty() {
                break;
            }
        }
        lock(&self.slot).digs = None;
        memory::give_back();
    }

    /// Watches what is to be watched; gives the families with places that were not watched before.
    fn aim(&mut self) -> BTreeSet<Family> {
        let Some(watch) = &mut self.watch else { return BTreeSet::new() };
        let Ok(ground) = Ground::open(&self.roots) else { return BTreeSet::new() };
        watch.aim(&ground, self.hunt.interests())
    }

    fn tell(&self) {
        let watch_trouble = self.watch.as_ref().and_then(|watch| watch.trouble.clone());
        let why = watch_trouble.or_else(|| self.unwatched.clone());
        let mut unread: Vec<Unread> = self.hunt.unread().take(MOST_UNREAD).cloned().collect();
        let watched = why.is_none();
        unread.extend(why.map(|why| note("inotify", why)));
        let mut found = self.hunt.found();
        found.watched = watched;
        found.hunted_ms = Some(HostClock.now().boot_ms);
        let mut slot = lock(&self.slot);
        slot.unread = unread;
        let before = &slot.found;
        let same = before.hunted_ms.is_some()
            && before.watched == found.watched
            && before.entries == found.entries;
        if !same {
            slot.found = Arc::new(found);
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
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
        let happened = |at: usize| waiting.get(at).is_some_and(|it| !it.revents().is_empty());
        if happened(0) { None } else { Some(happened(1)) }
    }

    fn pause(end: &UnixStream, length: Duration) -> Option<()> {
        let timeout = Timespec::try_from(length).ok()?;
        let mut waiting = [PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN)];
        match poll(&mut waiting, Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => Some(()),
            Ok(_) | Err(_) => None,
        }
    }
}
