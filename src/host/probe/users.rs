//! Login names, from the host's own list.
//!
//! The list is a file like any other: it may lie on a file system that does not answer, or be none at all. So a thread of
//! its own reads it, and the tick takes what is there; names that come late come with the next change of a row.
//!
//! Deliberately absent: NSS. It would load libraries of the host, and ask servers for names.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Stat};

use super::tool::Errand;
use super::{text, tree};
use crate::domain::facts::{NotWhole, Unread};

/// More of the list is not read.
const MOST: usize = 4 << 20;
/// The first look waits for names so long at most. They have been asked for long before.
const FIRST_WAIT: Duration = Duration::from_millis(150);
/// A list that is not read by then is said.
const LATE: Duration = Duration::from_secs(2);

type Names = HashMap<u32, Arc<str>>;

/// Names by user id.
pub(super) struct Users {
    errand: Option<Errand<Option<Names>>>,
    asked: Option<Instant>,
    names: Names,
    wait: Duration,
}

impl Users {
    /// Begins to read the list.
    pub(super) fn new(path: PathBuf) -> Self {
        let mut version = None;
        let work = move || {
            let newest = seen(&path).map(|it| (it.st_ino, it.st_size, it.st_mtime));
            let is_other = std::mem::replace(&mut version, newest) != newest;
            is_other.then(|| read(&path))
        };
        let mut errand = Errand::new("users", work);
        let asks = errand.as_mut().is_some_and(Errand::ask);
        let asked = asks.then(Instant::now);
        Self { errand, asked, names: Names::new(), wait: FIRST_WAIT }
    }

    /// Takes the list if it is another one than before, and has it read again where that is due. What it gives says that
    /// the list could not be read.
    pub(super) fn refresh(&mut self, due: bool) -> Option<Unread> {
        let errand = self.errand.as_mut()?;
        if let Some(answer) = errand.take(std::mem::take(&mut self.wait)) {
            self.asked = None;
            self.names = answer.unwrap_or_else(|| std::mem::take(&mut self.names));
        }
        if due && errand.ask() {
            self.asked = Some(Instant::now());
        }
        let is_late = self.asked.is_some_and(|since| since.elapsed() > LATE);
        is_late.then(|| Unread::part("/etc/passwd", NotWhole::Late))
    }

    pub(super) fn name(&self, uid: u32) -> Option<Arc<str>> {
        self.names.get(&uid).cloned()
    }
}

/// What stands under the path, if that is a file.
fn seen(path: &Path) -> Option<Stat> {
    let stat = rustix::fs::stat(path).ok()?;
    (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then_some(stat)
}

fn read(path: &Path) -> Names {
    let mut names = Names::new();
    // What is no file is not opened: to open a device may do things.
    let Some(file) = seen(path).and_then(|_| tree::open_file(path).ok()) else { return names };
    let mut passwd = Vec::new();
    if tree::read_to_end(file.as_fd(), &mut passwd, MOST).is_err() {
        passwd.clear();
    }
    for (uid, name) in text::users(&passwd) {
        names.entry(uid).or_insert_with(|| Arc::from(name));
    }
    names
}
