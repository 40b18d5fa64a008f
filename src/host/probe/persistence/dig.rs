//! Digging over one family of places: what is read, what is found, what could not be read, and what to watch.
//!
//! Invariant: every limit that is reached is said; what is not there is not trouble, and is watched all the same.

mod later;
mod link;
mod script;
mod tries;
mod whole;

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::accounts::{Homes, Login};
use super::cloud;
use super::ground::{Base, File, Ground, Meta, as_path};
use super::program;
use crate::domain::facts::{
    Autostart, AutostartKind, NotWhole, Packaged, Reading, Remark, Target, Unread, tricks,
};
use crate::domain::untrusted::Untrusted;

pub(super) use later::Known;
pub(super) use script::first_words;
use tries::Tries;

/// More entries of one family are not kept.
const MOST_ENTRIES: usize = 10_000;
/// More bytes of one family are not read.
const MOST_BYTES: usize = 64 << 20;
/// Nor is more text of one family kept, nor of one entry.
const MOST_TEXT: usize = 4 << 20;
pub(super) const LONGEST: usize = 16 << 10;
/// Where a name without a directory is looked for.
const SEARCHED: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// What the package database says about a file, by its path from the root.
pub(super) type Judge<'a> = &'a dyn Fn(&std::path::Path) -> Packaged;

/// A directory that is watched; for every name in it, or for one.
pub(super) type Interest = (Vec<u8>, Option<Vec<u8>>);

/// Somebody who has a home.
pub(super) struct Home {
    pub(super) user: Vec<u8>,
    pub(super) uid: u32,
    pub(super) path: Vec<u8>,
    pub(super) fd: OwnedFd,
}

impl Home {
    pub(super) fn base(&self) -> Base<'_> {
        Base::of_home(&self.fd, &self.path)
    }
}

/// What an entry starts.
#[derive(Clone, Copy)]
pub(super) enum Runs<'a> {
    Nothing,
    /// The first program of a command of the shell.
    Command(&'a [u8]),
    /// This program.
    Program(&'a [u8]),
}

/// An entry before it is looked at closely.
pub(super) struct Draft<'a> {
    pub(super) kind: AutostartKind,
    pub(super) path: &'a [u8],
    pub(super) meta: Meta,
    pub(super) line: usize,
    pub(super) text: &'a [u8],
    pub(super) user: Option<&'a [u8]>,
    pub(super) runs: Runs<'a>,
    pub(super) remarks: Vec<Remark>,
}

impl<'a> Draft<'a> {
    /// A line of a file, or the file as a whole with line 0.
    pub(super) fn new(kind: AutostartKind, file: &'a File, line: usize, text: &'a [u8]) -> Self {
        let (path, meta, remarks) = (file.path.as_slice(), file.meta, Vec::new());
        Self { kind, path, meta, line, text, user: None, runs: Runs::Nothing, remarks }
    }

    pub(super) fn by(mut self, user: Option<&'a [u8]>) -> Self {
        self.user = user;
        self
    }

    pub(super) fn runs(mut self, runs: Runs<'a>) -> Self {
        self.runs = runs;
        self
    }

    pub(super) fn remark(mut self, remark: Remark, so: bool) -> Self {
        self.remarks.extend(so.then_some(remark));
        self
    }
}

/// One family under the spade.
pub(super) struct Dig<'g> {
    pub(super) ground: &'g Ground,
    pub(super) homes: &'g [Home],
    pub(super) logins: &'g [Login],
    judge: Judge<'g>,
    known: Known<'g>,
    pub(super) entries: Vec<Arc<Autostart>>,
    pub(super) unread: Vec<Unread>,
    pub(super) interests: BTreeSet<Interest>,
    tries: Tries,
    bytes: usize,
    text: usize,
    full: bool,
}

impl<'g> Dig<'g> {
    pub(super) fn new(
        ground: &'g Ground,
        homes: &'g Homes,
        judge: Judge<'g>,
        known: Known<'g>,
    ) -> Self {
        Self {
            ground,
            homes: &homes.found,
            logins: &homes.logins,
            judge,
            known,
            entries: Vec::new(),
            unread: Vec::new(),
            interests: BTreeSet::new(),
            tries: Tries::default(),
            bytes: 0,
            text: 0,
            full: false,
        }
    }

    /// A file of the machine.
    pub(super) fn read(&mut self, path: &[u8]) -> Option<File> {
        self.read_in(self.ground.base(), path)
    }

    /// A file below a base.
    pub(super) fn read_in(&mut self, base: Base<'_>, path: &[u8]) -> Option<File> {
        self.watch_file(&base.whole(path));
        self.read_quietly(base, path)
    }

    /// The same where nobody watches: what is read often, or changes without telling anything.
    pub(super) fn read_quietly(&mut self, base: Base<'_>, path: &[u8]) -> Option<File> {
        if self.bytes > MOST_BYTES {
            self.stop(&base.whole(path));
            return None;
        }
        match self.ground.read(base, path) {
            Ok(file) => {
                self.bytes += file.bytes.len();
                if file.cut {
                    self.part(&file.path, NotWhole::Long);
                }
                Some(file)
            }
            Err(why) => {
                self.failed(&base.whole(path), why);
                None
            }
        }
    }

    /// A file below a base, to be read in parts.
    pub(super) fn open_in(&mut self, base: Base<'_>, path: &[u8]) -> Option<(std::fs::File, Meta)> {
        let whole = base.whole(path);
        self.watch_file(&whole);
        let opened = self.ground.open_file(base, path);
        opened.map_err(|why| self.failed(&whole, why)).ok()
    }

    /// What stands under a path; a link is not followed.
    pub(super) fn meta(&mut self, base: Base<'_>, path: &[u8]) -> Option<Meta> {
        let meta = self.ground.meta(base, path);
        meta.map_err(|why| self.failed(&base.whole(path), why)).ok()
    }

    /// The paths in a directory of the machine.
    pub(super) fn list(&mut self, path: &[u8]) -> Vec<Vec<u8>> {
        self.list_in(self.ground.base(), path)
    }

    /// The paths in a directory below a base.
    pub(super) fn list_in(&mut self, base: Base<'_>, path: &[u8]) -> Vec<Vec<u8>> {
        self.interests.insert((base.whole(path), None));
        self.list_quietly(base, path)
    }

    /// The same where nobody watches.
    pub(super) fn list_quietly(&mut self, base: Base<'_>, path: &[u8]) -> Vec<Vec<u8>> {
        match self.ground.names(base, path) {
            Ok((names, cut)) => {
                if cut {
                    self.part(&base.whole(path), NotWhole::Names);
                }
                names.iter().map(|name| [path, name.as_slice()].join(&b'/')).collect()
            }
            Err(why) => {
                self.failed(&base.whole(path), why);
                Vec::new()
            }
        }
    }

    /// Regular files in a directory, with what they hold.
    pub(super) fn files(&mut self, dir: &[u8]) -> Vec<File> {
        self.files_in(self.ground.base(), dir)
    }

    /// The same below a base.
    pub(super) fn files_in(&mut self, base: Base<'_>, dir: &[u8]) -> Vec<File> {
        let paths = self.list_in(base, dir);
        paths.iter().filter_map(|path| self.read_quietly(base, path)).collect()
    }

    /// Takes an entry.
    pub(super) fn add(&mut self, draft: Draft<'_>) {
        if self.entries.len() >= MOST_ENTRIES || self.text > MOST_TEXT {
            self.stop(draft.path);
            return;
        }
        let mut remarks = draft.remarks;
        let is_link = draft.meta.kind == FileType::Symlink;
        if draft.meta.mode & 0o002 != 0 && !is_link {
            remarks.push(Remark::WorldWritable);
        }
        let masked = (draft.kind == AutostartKind::CloudInit)
            .then(|| cloud::masked(cloud::beginning(draft.text, LONGEST)));
        let kept = masked.as_deref().unwrap_or(draft.text);
        if kept.len() > LONGEST || draft.text.len() > LONGEST {
            self.part(draft.path, NotWhole::Entries);
        }
        let kept = kept.get(..LONGEST).unwrap_or(kept);
        self.text += kept.len() + draft.path.len();
        let runs = match draft.runs {
            Runs::Nothing => None,
            Runs::Command(line) => program::program(line),
            Runs::Program(path) => Some(path.to_vec()),
        };
        let runs = runs.map(|it| self.target(&self.at_home(it, draft.user), draft.path));
        self.entries.push(Arc::new(Autostart {
            kind: draft.kind,
            path: Untrusted::new(draft.path),
            line: u32::try_from(draft.line).unwrap_or(u32::MAX),
            text: Untrusted::new(kept),
            user: draft.user.map(Untrusted::new),
            uid: draft.meta.uid,
            mode: draft.meta.mode,
            modified: draft.meta.modified,
            changed: draft.meta.changed,
            immutable: draft.meta.immutable,
            packaged: (self.judge)(as_path(draft.path)),
            runs,
            tricks: tricks(draft.text),
            remarks,
        }));
    }

    /// `~/x`, `$HOME/x` and `%h/x` are in the home of whoever it runs as.
    fn at_home(&self, program: Vec<u8>, user: Option<&[u8]>) -> Vec<u8> {
        let home = self.homes.iter().find(|home| Some(home.user.as_slice()) == user);
        let names: [&[u8]; 4] = [b"~/", b"$HOME/", b"${HOME}/", b"%h/"];
        let below = names.iter().find_map(|name| program.strip_prefix(*name));
        match (home, below) {
            (Some(home), Some(below)) => [home.path.as_slice(), below].join(&b'/'),
            _ => program,
        }
    }

    fn target(&self, program: &[u8], file: &[u8]) -> Target {
        let base = self.ground.base();
        let at = |path: &[u8]| self.ground.meta(base, path);
        let path = if program.contains(&b'/') {
            program.to_vec()
        } else {
            let places = SEARCHED.iter().map(|dir| [dir.as_bytes(), program].join(&b'/'));
            places.into_iter().find(|path| at(path).is_ok()).unwrap_or_else(|| program.to_vec())
        };
        let is_absolute = path.starts_with(b"/");
        let exists = match at(&path) {
            _ if !is_absolute => Reading::Unknown,
            Ok(_) => Reading::Known(true),
            Err(Errno::NOENT | Errno::NOTDIR) => Reading::Known(false),
            Err(Errno::ACCESS | Errno::PERM) => Reading::Denied,
            Err(_) => Reading::Unknown,
        };
        // Of the file itself it is asked anyway.
        let ask = exists == Reading::Known(true) && path != file;
        let packaged = if ask { (self.judge)(as_path(&path)) } else { Packaged::Unknown };
        Target { program: Untrusted::new(path), exists, packaged }
    }

    pub(super) fn watch_file(&mut self, path: &[u8]) {
        let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let dir = path.get(..cut.max(1)).unwrap_or_default().to_vec();
        self.interests.insert((dir, path.get(cut + 1..).map(<[u8]>::to_vec)));
    }

    /// What is not there is not trouble, nor is what is no file.
    fn failed(&mut self, path: &[u8], why: Errno) {
        match why {
            Errno::NOENT | Errno::NOTDIR | Errno::INVAL | Errno::XDEV | Errno::LOOP => {}
            other => self.say(failed(path, other)),
        }
    }

    /// This was not read, or not wholly.
    pub(super) fn part(&mut self, path: &[u8], why: NotWhole) {
        self.say(Unread::part(Untrusted::new(path), why));
    }

    /// Once of each place.
    fn say(&mut self, unread: Unread) {
        if self.unread.len() < 64 && !self.unread.iter().any(|it| it.what == unread.what) {
            self.unread.push(unread);
        }
    }

    fn stop(&mut self, path: &[u8]) {
        if !std::mem::replace(&mut self.full, true) {
            self.unread.push(Unread::part(Untrusted::new(path), NotWhole::Entries));
        }
    }
}

/// A file that was not read, and why.
pub(super) fn failed(path: &[u8], why: Errno) -> Unread {
    match why {
        Errno::TIMEDOUT => Unread::part(Untrusted::new(path), NotWhole::Remote),
        other => Unread::source(Untrusted::new(path), other.to_string()),
    }
}

/// It is no text: nothing in it is a line. As shells have it, which pass over such a byte behind the first line.
fn is_binary(file: &File) -> bool {
    file.bytes.iter().take(512).take_while(|byte| **byte != b'\n').any(|byte| *byte == 0)
}
