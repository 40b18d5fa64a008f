//! Watching the places with inotify, so that a change is seen when it is made.
//!
//! The kernel's interface is used as it is, and not by way of `notify`, which watches the themes. Its version 8 asks for
//! files being opened, and would wake for every program that starts on the host. Its version 9 (looked at: 9.0.0-rc.7)
//! can leave that out, but is not made for a host on which somebody wants it to fail:
//! - One thread answers `watch` and reads events, and it reads until there are none. Two programs that write to one file
//!   faster than it reads hold it there: `watch` did not return in ten seconds, until they ended, and a CPU was spent.
//!   `update_paths` keeps all events in memory meanwhile. Here a directory of which too much is told is not listened to.
//! - It knows directories by path. One that was replaced by another of its name counts as watched before its end was
//!   read, and of two paths to one directory it tells the last. Here the kernel's number of the watch counts, and a
//!   directory is named by its descriptor, so that no link is followed that was not looked at.
//! - Where no thread can be started its watcher says nothing of it, and panics when it is dropped.
//!
//! Invariant: no more than [`MOST`] watches; where the kernel gives none, that is said, and the places are read in turns.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::Family;
use super::dig::Interest;
use super::ground::Ground;
use super::patience::{Party, Patience};
use crate::domain::facts::{NotWhole, Unread};
use crate::host::probe::processes::note;

/// Directories that are watched.
pub(super) const MOST: usize = 2_048;
/// What watches, as the kernel calls it.
pub(super) const INOTIFY: &str = "inotify";
/// Who tells more of one directory in so short a time makes a storm.
const STORM: usize = 2_000;
const SHORT: Duration = Duration::from_millis(150);
/// So much is read at once; the kernel keeps no more than 16,384 events by itself.
const AT_ONCE: usize = 1 << 15;

/// Who is to be read again for which name; every name if it is `None`.
type Wanted = BTreeSet<(Option<Vec<u8>>, Family)>;
/// What each family wants of one party.
pub(super) type Area = BTreeMap<Family, BTreeSet<Interest>>;

/// A directory that is watched.
#[derive(Default)]
struct Spot {
    party: Party,
    wanted: Wanted,
    /// Events in the last short time.
    told: usize,
}

/// The watches of one hunt.
pub(super) struct Watch {
    inotify: OwnedFd,
    spots: BTreeMap<i32, Spot>,
    /// Since when events are counted.
    counted: Instant,
    /// Who is not listened to, and what is to be looked at of them.
    pub(super) resting: BTreeMap<Party, Area>,
    /// Why some directory is not watched.
    pub(super) trouble: Option<Unread>,
}

/// What was told of the places.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The families to read again, by whoever made the changes.
    pub(super) families: BTreeMap<Party, BTreeSet<Family>>,
    /// Who made a storm and is not listened to for now.
    pub(super) storms: BTreeSet<Party>,
    /// So much happened that the kernel gave up telling: everything may have changed.
    pub(super) everything: bool,
}

impl Watch {
    pub(super) fn new() -> Result<Self, Errno> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let (spots, resting, counted) = (BTreeMap::new(), BTreeMap::new(), Instant::now());
        Ok(Self { inotify, spots, counted, resting, trouble: None })
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// From now on these are watched, but for those of parties that nobody listens to; gives the families with a place that was not
    /// watched before. What is not there is waited for in the nearest directory above it.
    pub(super) fn aim<'a>(
        &mut self,
        ground: &Ground,
        interests: impl Iterator<Item = (Family, &'a Interest)>,
        homes: &BTreeSet<Vec<u8>>,
        patience: &Patience,
    ) -> BTreeSet<Family> {
        let now = Instant::now();
        let mut dirs: BTreeMap<&[u8], Wanted> = BTreeMap::new();
        for (family, (dir, name)) in interests {
            dirs.entry(dir).or_default().insert((name.clone(), family));
        }
        let mut spots: BTreeMap<i32, Spot> = BTreeMap::new();
        let mut resting: BTreeMap<Party, Area> = BTreeMap::new();
        self.trouble = None;
        for (dir, names) in dirs {
            if spots.len() >= MOST {
                self.trouble = Some(Unread::part(INOTIFY, NotWhole::Directories));
                break;
            }
            let mut rests = |at: &[u8], names: &Wanted| {
                let party = party(at, homes);
                let is_deaf = patience.is_deaf(party, now);
                if is_deaf {
                    let area = resting.entry(party.to_vec()).or_default();
                    for (name, family) in names {
                        area.entry(*family).or_default().insert((at.to_vec(), name.clone()));
                    }
                }
                is_deaf
            };
            if let Some((number, at, names)) = self.add(ground, dir, names, &mut rests) {
                let spot = spots.entry(number).or_default();
                spot.party = party(&at, homes).to_vec();
                spot.told = self.spots.get(&number).map_or(0, |before| before.told);
                spot.wanted.extend(names);
            }
        }
        for number in self.spots.keys().filter(|number| !spots.contains_key(number)) {
            // The kernel may have taken it away already.
            inotify::remove_watch(&self.inotify, *number).ok();
        }
        let fresh = spots.iter().filter(|(number, _)| !self.spots.contains_key(number));
        let fresh = fresh.flat_map(|(_, spot)| spot.wanted.iter().map(|(_, family)| *family));
        let fresh = fresh.collect();
        (self.spots, self.resting) = (spots, resting);
        fresh
    }

    /// The kernel's number of the watch, the directory that it is on, and what is wanted there.
    fn add(
        &mut self,
        ground: &Ground,
        dir: &[u8],
        mut names: Wanted,
        rests: &mut dyn FnMut(&[u8], &Wanted) -> bool,
    ) -> Option<(i32, Vec<u8>, Wanted)> {
        let flags = WatchFlags::CREATE
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVED_FROM
            | WatchFlags::DELETE
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::ATTRIB
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        let mut at = dir;
        loop {
            match ground.place(at) {
                Ok(_) if rests(at, &names) => return None,
                Ok(place) => {
                    // By its number, so that no link is followed here which was not looked at.
                    let path = format!("/proc/self/fd/{}", place.as_raw_fd());
                    match inotify::add_watch(&self.inotify, path, flags) {
                        Ok(number) => return Some((number, at.to_vec(), names)),
                        Err(Errno::ACCESS) => {}
                        Err(why) => self.trouble = Some(note(INOTIFY, why.to_string())),
                    }
                    return None;
                }
                Err(Errno::NOENT | Errno::NOTDIR) if at.len() > 1 => {
                    let cut = at.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                    let missing = at.get(cut + 1..).map(<[u8]>::to_vec);
                    names =
                        names.into_iter().map(|(_, family)| (missing.clone(), family)).collect();
                    at = at.get(..cut.max(1)).unwrap_or(b"/");
                }
                // Somebody's own, and we are not allowed in; or links that lead to nothing, or to a mount that is not
                // touched: there is nothing to read there either.
                Err(Errno::ACCESS | Errno::LOOP | Errno::TIMEDOUT) => return None,
                Err(why) => {
                    self.trouble = Some(note(INOTIFY, why.to_string()));
                    return None;
                }
            }
        }
    }

    /// Adds what was told since this was last asked.
    pub(super) fn listen(&mut self, changed: &mut Changed, now: Instant) {
        if now.saturating_duration_since(self.counted) >= SHORT {
            self.counted = now;
            self.spots.values_mut().for_each(|spot| spot.told = 0);
        }
        let mut buffer = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        for _ in 0..AT_ONCE {
            let Ok(event) = reader.next() else { break };
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                changed.everything = true;
                continue;
            }
            let Some(spot) = self.spots.get_mut(&event.wd()) else { continue };
            spot.told += 1;
            if spot.told == STORM {
                inotify::remove_watch(&self.inotify, event.wd()).ok();
                changed.storms.insert(spot.party.clone());
            }
            let name = event.file_name().map(std::ffi::CStr::to_bytes);
            let concerned = spot.wanted.iter().filter(|(wanted, _)| match (wanted, name) {
                (Some(wanted), Some(name)) => wanted == name,
                (None, _) | (_, None) => true,
            });
            let mut concerned = concerned.map(|(_, family)| *family).peekable();
            if concerned.peek().is_some() {
                changed.families.entry(spot.party.clone()).or_default().extend(concerned);
            }
        }
    }
}

/// Who can make changes in a directory: whoever's home it is in.
fn party<'a>(dir: &'a [u8], homes: &BTreeSet<Vec<u8>>) -> &'a [u8] {
    let ends = dir.iter().enumerate().filter(|(at, byte)| *at > 0 && **byte == b'/');
    let above = ends.filter_map(|(at, _)| dir.get(..at));
    above.into_iter().find(|it| homes.contains(*it)).unwrap_or(dir)
}
