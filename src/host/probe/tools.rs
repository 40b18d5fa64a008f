//! The tools that a responder leans on: whether each is still the one that its package brought.
//!
//! A thread of the lowest priority goes through all of them once, and then on and on, one at a time. What it finds is
//! found twice, some time apart, before it is said: a package that is being upgraded is not as the database has it.
//! And whether another program comes before it where a shell looks for it: that is another thread's, since the folders of
//! a search path may lie where nobody answers.
//!
//! Invariant: [`Tools::join`], which the tick calls, takes what is there and waits for nobody. Deliberately absent:
//! tools that no package brought and that stand before no packaged one, which can be as they should be and can be anything.

mod names;
mod shadows;
mod shift;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use super::file::{self, MOST_LINKS, script, without_dots};
use super::packages::{FRESH, Packages};
use super::{HostClock, Roots, tree};
use crate::domain::base::Clock as _;
use crate::domain::facts::{Contradiction, ContradictionKind, Gap, Hiding, Late, Packaged, Unread};
use crate::domain::untrusted::Untrusted;
use shift::Shift;

/// From one tool to the next, once all were looked at.
const PAUSE: Duration = Duration::from_secs(3);
/// A tool that is not as it should be is looked at again after this, when what the databases say is newer than the
/// first look.
const AGAIN: Duration = FRESH.saturating_add(Duration::from_millis(500));
/// Files beside a tool that may be what it was before.
const MOST_ASIDE: usize = 32;

/// What is known about the tools of a host.
pub(super) struct Tools {
    roots: Roots,
    packages: Packages,
    found: Arc<Mutex<Found>>,
    /// The threads end when this is dropped.
    workers: Vec<SyncSender<()>>,
    /// How they get on: who looks at tools, and who looks for what comes before them.
    shifts: [Arc<Shift>; 2],
    looks: u32,
    /// What was found when somebody last could say.
    last: Found,
    joined: Option<(Arc<Hiding>, Found, Arc<Hiding>)>,
}

/// What was found, by path. Shared as a whole, so that a look costs nothing.
type Found = Arc<BTreeMap<PathBuf, Arc<Contradiction>>>;

impl Tools {
    /// Nothing is looked at before the second look: who looks once has no use for it.
    pub(super) fn new(roots: &Roots, packages: Packages) -> Self {
        let (roots, found, last) = (roots.clone(), Arc::default(), Found::default());
        let (workers, shifts) = (Vec::new(), <[Arc<Shift>; 2]>::default());
        Self { roots, packages, found, workers, shifts, looks: 0, last, joined: None }
    }

    /// What the others found, and what is found here.
    pub(super) fn join(&mut self, others: Arc<Hiding>) -> Arc<Hiding> {
        self.looks = self.looks.saturating_add(1);
        if self.looks == 2 {
            self.begin();
        }
        if let Some(newer) = newest(&self.found) {
            self.last = newer;
        }
        let found = Arc::clone(&self.last);
        if found.is_empty() {
            return others;
        }
        if let Some((before, then, joined)) = &self.joined
            && *before == others
            && Arc::ptr_eq(then, &found)
        {
            return Arc::clone(joined);
        }
        let mut all = Hiding::clone(&others);
        all.contradictions.extend(found.values().cloned());
        let joined = Arc::new(all);
        self.joined = Some((others, found, Arc::clone(&joined)));
        joined
    }

    /// Says who of the threads hangs.
    pub(super) fn tell_late(&self, unread: &mut Vec<Unread>) {
        if self.shifts.iter().any(|shift| shift.is_late()) {
            unread.push(Unread::gap(Gap::Late(Late::Tools)));
        }
    }

    fn begin(&mut self) {
        let found = Arc::clone(&self.found);
        let inspector = Arc::new(Inspector::new(&self.roots, &self.packages, found));
        let [tools, shadows] = self.shifts.clone();
        let other = Arc::clone(&inspector);
        self.start("tools", move |held| inspector.work(held, &tools));
        self.start("tools-before", move |held| other.watch_shadows(held, &shadows));
    }

    fn start(&mut self, name: &str, work: impl FnOnce(&Receiver<()>) + Send + 'static) {
        let (worker, held) = sync_channel(0);
        let thread = std::thread::Builder::new().name(name.to_owned());
        self.workers.extend(thread.spawn(move || work(&held)).ok().map(|_| worker));
    }
}

/// Looks at all tools once, as the thread does, for who has the time: how many there are, and what is found.
#[must_use]
pub fn inspect(roots: &Roots, packages: &Packages) -> (usize, Vec<Contradiction>) {
    let inspector = Inspector::new(roots, packages, Arc::default());
    let paths = inspector.paths();
    let told = |kind, path: &Path, shown| inspector.told(kind, path, shown);
    let doubts = paths.iter().filter_map(|it| Some((it, inspector.doubt(it)?)));
    let doubts = doubts.map(|(path, shown)| told(ContradictionKind::Tool, path, shown));
    let shadows = inspector.shadows().into_iter();
    let shadows = shadows.map(|(path, shown)| told(ContradictionKind::Shadow, &path, shown));
    (paths.len(), doubts.chain(shadows).collect())
}

/// The thread's side.
struct Inspector {
    roots: Roots,
    packages: Packages,
    /// Folders that a shell looks into before those of the system.
    early: Vec<PathBuf>,
    found: Arc<Mutex<Found>>,
    /// Held by the one of the two threads that says something.
    saying: Mutex<()>,
}

impl Inspector {
    fn new(roots: &Roots, packages: &Packages, found: Arc<Mutex<Found>>) -> Self {
        let path = if roots.live { std::env::var_os("PATH") } else { None };
        let early = shadows::folders(path.as_deref());
        let (roots, packages) = (roots.clone(), packages.clone());
        Self { roots, packages, early, found, saying: Mutex::default() }
    }

    fn work(&self, held: &Receiver<()>, shift: &Shift) {
        self.settle(shift);
        let wait = |pause| matches!(held.recv_timeout(pause), Err(RecvTimeoutError::Timeout));
        let mut pause = Duration::ZERO;
        loop {
            // What is installed meanwhile is looked at in the next round.
            let paths = shift.at_work(|| self.paths());
            for path in &paths {
                if !wait(pause) {
                    return;
                }
                let first = shift.at_work(|| self.doubt(path));
                if first.is_some() && !wait(AGAIN) {
                    return;
                }
                let doubt = first.and_then(|_| shift.at_work(|| self.doubt(path)));
                self.say(ContradictionKind::Tool, path, doubt);
            }
            pause = PAUSE;
            if paths.is_empty() && !wait(PAUSE * 20) {
                return;
            }
        }
    }

    /// The same for what comes before tools.
    fn watch_shadows(&self, held: &Receiver<()>, shift: &Shift) {
        self.settle(shift);
        loop {
            shift.at_work(|| self.say_shadows());
            if !matches!(held.recv_timeout(PAUSE), Err(RecvTimeoutError::Timeout)) {
                return;
            }
        }
    }

    /// Whoever wants the index next would wait for this thread, which cannot be lifted again without rights.
    fn settle(&self, shift: &Shift) {
        shift.at_work(|| self.packages.begin());
        let this_thread = Some(rustix::thread::gettid());
        rustix::process::setpriority_process(this_thread, 19).ok();
    }

    /// Every tool that a package has, under the name that the package knows it by, and every place that links to one.
    fn paths(&self) -> Vec<PathBuf> {
        let mut paths = std::collections::BTreeSet::new();
        for (folder, name) in names::all() {
            let path = Path::new(folder).join(name);
            if let Some(end) = self.end_of(path) {
                paths.insert(end);
            }
        }
        paths.into_iter().collect()
    }

    /// Where the package's file is that this name stands for, through links that are as no package has them.
    fn end_of(&self, mut path: PathBuf) -> Option<PathBuf> {
        for _ in 0..MOST_LINKS {
            path = self.packages.normal(&path);
            let target = rustix::fs::readlink(self.roots.below(&path), Vec::new());
            let owned = self.packages.owner(&path).is_some();
            match target {
                // A link where a package has a file is what we are looking for.
                Ok(_) if owned && self.packages.has_digest(&path) => return Some(path),
                Ok(target) => {
                    path = path.parent()?.join(OsStr::from_bytes(target.to_bytes()));
                    path = without_dots(&path);
                }
                Err(_) => return owned.then_some(path),
            }
        }
        None
    }

    /// Why a tool is not to be trusted: its package, and what is in its place.
    fn doubt(&self, path: &Path) -> Option<Untrusted> {
        let owner = self.packages.owner(path)?;
        let at = self.roots.below(path);
        let mut shown = owner.bytes().to_vec();
        if let Err(error) = rustix::fs::lstat(&at) {
            let gone = error == rustix::io::Errno::NOENT;
            shown.extend_from_slice(format!(": {}", std::io::Error::from(error)).as_bytes());
            return gone.then(|| Untrusted::new(shown));
        }
        let Packaged::Changed(_) = self.packages.judge(path) else { return None };
        if let Ok(target) = rustix::fs::readlink(&at, Vec::new()) {
            shown.extend_from_slice(b" -> ");
            shown.extend_from_slice(target.to_bytes());
        }
        if let Some(line) = script(&at) {
            shown.extend_from_slice(b" ");
            shown.extend_from_slice(&line);
        }
        if let Some(aside) = self.put_aside(path) {
            shown.extend_from_slice(b" = ");
            shown.extend_from_slice(&aside.into_os_string().into_vec());
        }
        Some(Untrusted::new(shown))
    }

    /// The true file under another name, which a wrapper calls to do the work.
    fn put_aside(&self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = (path.parent()?, path.file_name()?.as_bytes());
        let like = |other: &Vec<u8>| {
            let start = other.iter().take_while(|byte| matches!(byte, b'.' | b'_' | b'-')).count();
            other != name && other.get(start..).is_some_and(|rest| rest.starts_with(name))
        };
        let names = tree::names(&self.roots.below(folder)).into_iter().filter(like);
        let beside = names.map(|name| folder.join(OsStr::from_bytes(&name))).take(MOST_ASIDE);
        beside.into_iter().find(|other| self.packages.is_copy(path, other))
    }

    /// Says which programs come before a tool now, and of which that is so no more.
    fn say_shadows(&self) {
        let now = self.shadows();
        let found = Arc::clone(&self.found.lock().unwrap_or_else(PoisonError::into_inner));
        let before = found.iter().filter(|(_, it)| it.kind == ContradictionKind::Shadow);
        for (path, _) in before.filter(|(path, _)| !now.contains_key(*path)) {
            self.say(ContradictionKind::Shadow, path, None);
        }
        for (path, shown) in now {
            self.say(ContradictionKind::Shadow, &path, Some(shown));
        }
    }

    fn say(&self, kind: ContradictionKind, path: &Path, doubt: Option<Untrusted>) {
        let _saying = self.saying.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody else changes it, so the lock is held for no longer than it takes to put another one in its place.
        let found = Arc::clone(&self.found.lock().unwrap_or_else(PoisonError::into_inner));
        let known = found.get(path).map(|it| &it.shown);
        if known == doubt.as_ref() {
            return;
        }
        let first = found.get(path).map(|it| it.first_seen_ms);
        let mut all = BTreeMap::clone(&found);
        all.remove(path);
        if let Some(shown) = doubt {
            let mut told = self.told(kind, path, shown);
            told.first_seen_ms = first.unwrap_or(told.first_seen_ms);
            all.insert(path.to_owned(), Arc::new(told));
        }
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
    }

    fn told(&self, kind: ContradictionKind, path: &Path, shown: Untrusted) -> Contradiction {
        let first_seen_ms = if self.roots.live { HostClock.now().boot_ms } else { 0 };
        let shadow = kind == ContradictionKind::Shadow;
        Contradiction {
            kind,
            process: None,
            what: Untrusted::new(path.as_os_str().as_bytes()),
            shown,
            packaged: if shadow { self.packages.judge(path) } else { Packaged::Unknown },
            files: if shadow { vec![file::standing(&self.roots, path)] } else { Vec::new() },
            first_seen_ms,
        }
    }
}

/// What is found, unless the thread is just about to change it: it has the lowest priority, so nobody waits for it.
fn newest(found: &Mutex<Found>) -> Option<Found> {
    match found.try_lock() {
        Ok(found) => Some(Arc::clone(&found)),
        Err(TryLockError::Poisoned(found)) => Some(Arc::clone(&found.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}
