//! The kernel says whether anybody read or wrote a file.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

/// Files that nobody may touch.
pub(super) struct Watch(OwnedFd);

impl Watch {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?))
    }

    /// From now on this one too; a link counts as itself. What cannot be watched is not.
    pub(super) fn add(&self, path: &Path) -> io::Result<()> {
        let touched = WatchFlags::ACCESS | WatchFlags::MODIFY | WatchFlags::CREATE;
        let gone = WatchFlags::DELETE | WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
        let flags = touched | gone | WatchFlags::DONT_FOLLOW;
        inotify::add_watch(&self.0, path, flags)?;
        Ok(())
    }

    /// Nobody did.
    pub(super) fn saw_nothing(&self) -> Result<(), String> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut space);
        let mut seen: Vec<ReadFlags> = Vec::new();
        while let Ok(event) = reader.next() {
            seen.push(event.events());
        }
        // A thing that is removed by its name takes its watch along.
        seen.retain(|it| *it != ReadFlags::IGNORED);
        if seen.is_empty() { Ok(()) } else { Err(format!("it was touched: {seen:?}")) }
    }
}
