//! What somebody puts in the place of a file or folder of ours, and how.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, RenameFlags, makedev, mknodat, renameat_with};
use tempfile::TempDir;

use super::super::story::ID;
use super::watch::Watch;

/// Nobody of ours.
const STRANGER: u32 = 12_345;

/// What is put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trick {
    /// A symbolic link to a file outside.
    Link,
    /// One to a folder outside, which looks like a session.
    LinkToFolder,
    /// One to a file that is not there.
    LinkToNothing,
    /// Another name of a file outside.
    HardLink,
    /// A pipe at whose other end is nobody.
    Pipe,
    /// A device that never ends.
    Device,
    /// Somebody else's file.
    Foreign,
    /// Somebody else's folder, which looks like a session.
    ForeignFolder,
    /// A file that everybody may write.
    Loose,
    /// An empty folder.
    Folder,
}

pub(super) const TRICKS: [Trick; 10] = [
    Trick::Link,
    Trick::LinkToFolder,
    Trick::LinkToNothing,
    Trick::HardLink,
    Trick::Pipe,
    Trick::Device,
    Trick::Foreign,
    Trick::ForeignFolder,
    Trick::Loose,
    Trick::Folder,
];

impl Trick {
    /// Only root has all of them.
    pub(super) fn is_possible(self) -> bool {
        let needs_root = [Self::Device, Self::Foreign, Self::ForeignFolder].contains(&self);
        !needs_root || rustix::process::geteuid().is_root()
    }
}

/// A place with sessions, and with what is none of their business.
pub(super) struct Stage(TempDir);

impl Stage {
    pub(super) fn new() -> io::Result<Self> {
        // What is asked here is not asked of a disk, and memory answers at once.
        let stage = Self(TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())?);
        fs::create_dir(stage.evil())?;
        fs::write(stage.victim(), SECRET)?;
        fs::set_permissions(stage.victim(), Permissions::from_mode(0o600))?;
        fs::create_dir(stage.decoy())?;
        fs::set_permissions(stage.decoy(), Permissions::from_mode(0o700))?;
        fs::write(stage.decoy().join("journal.jsonl"), SECRET)?;
        Ok(stage)
    }

    pub(super) fn sessions(&self) -> PathBuf {
        self.0.path().join("sessions")
    }

    fn evil(&self) -> PathBuf {
        self.0.path().join("evil")
    }

    fn victim(&self) -> PathBuf {
        self.0.path().join("victim")
    }

    fn decoy(&self) -> PathBuf {
        self.0.path().join("decoy")
    }

    fn nothing(&self) -> PathBuf {
        self.0.path().join("nothing")
    }

    /// Of everything outside, and of what is put in the place of ours.
    pub(super) fn watch(&self) -> io::Result<Watch> {
        let watch = Watch::new()?;
        let journal = self.decoy().join("journal.jsonl");
        for path in [self.victim(), self.decoy(), journal] {
            watch.add(&path)?;
        }
        let thing = thing(&self.evil());
        let ours_alone = |meta: &fs::Metadata| meta.is_dir() && meta.uid() != STRANGER;
        if thing.symlink_metadata().is_ok_and(|meta| !ours_alone(&meta)) {
            watch.add(&thing)?;
        }
        Ok(watch)
    }

    /// What is outside is as it was.
    pub(super) fn is_untouched(&self) -> Result<(), String> {
        let is = |path: PathBuf| fs::read(path).is_ok_and(|bytes| bytes == SECRET);
        if !is(self.victim()) || !is(self.decoy().join("journal.jsonl")) {
            return Err(String::from("a file outside was written"));
        }
        if self.nothing().exists() {
            return Err(String::from("a file outside was made"));
        }
        let names = fs::read_dir(self.decoy()).map(Iterator::count);
        if names.is_ok_and(|count| count == 1) {
            Ok(())
        } else {
            Err(String::from("something was made in a folder outside"))
        }
    }
}

const SECRET: &[u8] = b"none of their business\n";

fn thing(evil: &Path) -> PathBuf {
    evil.join("thing")
}

/// One thing for one name of the session.
#[derive(Clone)]
pub(super) struct Attack {
    /// Where the thing waits, or what it took the place of.
    thing: PathBuf,
    /// The name.
    place: PathBuf,
    /// The thing's inode.
    inode: u64,
    trick: Trick,
}

impl Attack {
    pub(super) fn new(stage: &Stage, trick: Trick, name: &str) -> io::Result<Self> {
        let thing = thing(&stage.evil());
        lay(stage, trick, &thing)?;
        let inode = thing.symlink_metadata()?.ino();
        let session = stage.sessions().join(ID);
        let place = if name.is_empty() { session } else { session.join(name) };
        Ok(Self { thing, place, inode, trick })
    }

    /// The thing takes the place of what has the name, or gives it back.
    pub(super) fn swap(&self) {
        let exchanged =
            renameat_with(CWD, &self.thing, CWD, &self.place, RenameFlags::EXCHANGE).is_ok();
        if !exchanged {
            let moved =
                |from, to| renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).is_ok();
            // One of them is not there, or both: then there is nothing to attack.
            let _moved = moved(&self.thing, &self.place) || moved(&self.place, &self.thing);
        }
    }

    /// Nobody may read it. `firedamp verify` looks at copies too: at what others own, may write or call something else.
    pub(super) fn is_no_copy(&self) -> bool {
        match self.trick {
            Trick::HardLink | Trick::Foreign | Trick::ForeignFolder | Trick::Loose => false,
            Trick::Link
            | Trick::LinkToFolder
            | Trick::LinkToNothing
            | Trick::Pipe
            | Trick::Device
            | Trick::Folder => true,
        }
    }

    /// What is ours has its name again.
    pub(super) fn undo(&self) {
        let is_thing = |path: &Path| path.symlink_metadata().is_ok_and(|it| it.ino() == self.inode);
        let ours_is_away = self.thing.symlink_metadata().is_ok() && !is_thing(&self.thing);
        if is_thing(&self.place) || (ours_is_away && !self.place.exists()) {
            self.swap();
        }
    }
}

fn lay(stage: &Stage, trick: Trick, thing: &Path) -> io::Result<()> {
    let mode = |bits| fs::set_permissions(thing, Permissions::from_mode(bits));
    let node = |kind, device| {
        let bits = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, thing, kind, bits, device).map_err(io::Error::from)
    };
    match trick {
        Trick::Link => symlink(stage.victim(), thing),
        Trick::LinkToFolder => symlink(stage.decoy(), thing),
        Trick::LinkToNothing => symlink(stage.nothing(), thing),
        Trick::HardLink => fs::hard_link(stage.victim(), thing),
        Trick::Pipe => node(FileType::Fifo, 0),
        Trick::Device => node(FileType::CharacterDevice, makedev(1, 5)),
        Trick::Foreign => {
            fs::write(thing, SECRET)?;
            mode(0o600)?;
            chown(thing, Some(STRANGER), None)
        }
        Trick::ForeignFolder => {
            fs::create_dir(thing)?;
            fs::write(thing.join("journal.jsonl"), SECRET)?;
            mode(0o700)?;
            chown(thing, Some(STRANGER), None)
        }
        Trick::Loose => {
            fs::write(thing, SECRET)?;
            mode(0o666)
        }
        Trick::Folder => {
            fs::create_dir(thing)?;
            mode(0o700)
        }
    }
}
