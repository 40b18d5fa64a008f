//! Watching the places with inotify, so that a change is seen when it is made.
//!
//! The kernel's interface is used as it is: a watcher that also asks for files being opened, as `notify` does, would
//! wake for every program that starts on the host, for each reads something in `/etc`.
//!
//! Invariant: no more than [`MOST`] watches; where the kernel gives none, that is said, and the places are read in turns.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::Family;
use super::dig::Interest;
use super::ground::Ground;

/// Directories that are watched.
pub(super) const MOST: usize = 2_048;

/// Who is to be read again for which name; every name if it is `None`.
type Wanted = BTreeSet<(Option<Vec<u8>>, Family)>;

/// The watches of one hunt.
pub(super) struct Watch {
    inotify: OwnedFd,
    wanted: BTreeMap<i32, Wanted>,
    /// Why some directory is not watched.
    pub(super) trouble: Option<String>,
}

impl Watch {
    pub(super) fn new() -> Result<Self, Errno> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok(Self { inotify, wanted: BTreeMap::new(), trouble: None })
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// From now on these are watched; gives the families with a place that was not watched before. What is not there is
    /// waited for in the nearest directory above it.
    pub(super) fn aim<'a>(
        &mut self,
        ground: &Ground,
        interests: impl Iterator<Item = (Family, &'a Interest)>,
    ) -> BTreeSet<Family> {
        let mut dirs: BTreeMap<&[u8], Wanted> = BTreeMap::new();
        for (family, (dir, name)) in interests {
            dirs.entry(dir).or_default().insert((name.clone(), family));
        }
        let mut wanted: BTreeMap<i32, Wanted> = BTreeMap::new();
        self.trouble = None;
        for (dir, names) in dirs {
            if wanted.len() >= MOST {
                self.trouble = Some(format!("more than {MOST} directories"));
                break;
            }
            self.add(ground, dir, names, &mut wanted);
        }
        for number in self.wanted.keys().filter(|number| !wanted.contains_key(number)) {
            // The kernel may have taken it away already.
            inotify::remove_watch(&self.inotify, *number).ok();
        }
        let fresh = wanted.iter().filter(|(number, _)| !self.wanted.contains_key(number));
        let fresh = fresh.flat_map(|(_, names)| names.iter().map(|(_, family)| *family));
        let fresh = fresh.collect();
        self.wanted = wanted;
        fresh
    }

    fn add(
        &mut self,
        ground: &Ground,
        dir: &[u8],
        mut names: Wanted,
        wanted: &mut BTreeMap<i32, Wanted>,
    ) {
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
                Ok(place) => {
                    // By its number, so that no link is followed here which was not looked at.
                    let path = format!("/proc/self/fd/{}", place.as_raw_fd());
                    match inotify::add_watch(&self.inotify, path, flags) {
                        Ok(number) => wanted.entry(number).or_default().extend(names),
                        Err(Errno::ACCESS) => {}
                        Err(why) => self.trouble = Some(why.to_string()),
                    }
                    return;
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
                Err(Errno::ACCESS | Errno::LOOP | Errno::TIMEDOUT) => return,
                Err(why) => {
                    self.trouble = Some(why.to_string());
                    return;
                }
            }
        }
    }

    /// The families in whose places something changed since this was last asked.
    pub(super) fn changed(&mut self) -> BTreeSet<Family> {
        let mut found = BTreeSet::new();
        let mut buffer = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            let flags = event.events();
            if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                // So much happened that the kernel gave up telling: everything may have changed.
                found.extend(Family::ALL);
                continue;
            }
            let Some(wanted) = self.wanted.get(&event.wd()) else { continue };
            let name = event.file_name().map(std::ffi::CStr::to_bytes);
            let concerned = wanted.iter().filter(|(wanted, _)| match (wanted, name) {
                (Some(wanted), Some(name)) => wanted == name,
                (None, _) | (_, None) => true,
            });
            found.extend(concerned.map(|(_, family)| *family));
        }
        found
    }
}
