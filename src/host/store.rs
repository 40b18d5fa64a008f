//! Sessions on disk: the journal, the recording, the pen and who is around it.
//!
//! Invariant: nothing is written outside a session's own directory, nothing is called saved before the disk
//! has it, one broken session never hides another, and no two write one session.

mod ask;
mod backlog;
pub mod bundle;
mod carry;
mod choose;
mod clip;
mod dir;
pub mod disk;
mod error;
mod fall;
mod follow;
mod force;
mod journal;
mod lease;
mod lock;
mod open;
mod recall;
mod record;
mod recover;
mod reserve;
mod scan;
mod segment;
mod summary;
mod tape;
mod which;

use std::ffi::OsStr;
use std::io::Read;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::base::{Digest, Moment};
use crate::domain::session::{Entry, Event, Fork, KEPT, Opening, Verdict, digest};
use crate::domain::untrusted::Untrusted;

pub use ask::{Answer, Around, Seat, Watcher};
pub use backlog::{Backlog, Settled};
pub use carry::Carried;
pub use choose::Chosen;
use dir::{Dir, Trust};
use disk::{Disk, HostDisk};
pub use error::{JournalError, StoreError, Unsafe};
pub use fall::report;
pub use follow::{FollowError, Follower};
pub use journal::Journal;
pub use lease::{Holder, Pulse};
pub use lock::{Fence, Standing};
pub use open::{Hand, Opened};
pub use recall::Memory;
pub use record::{Recorder, Recording, Stopped};
pub use recover::Recovered;
pub use summary::{ChainState, Problem, Summary};
pub use tape::{Damage, Flaw, Tape, TapeError};

const PLAYBOOK: &str = "playbook.md";
/// So many sessions may begin in one second on one host.
const SAME_SECOND: u32 = 1000;

/// The directory that holds all sessions.
#[derive(Clone, Debug)]
pub struct Store {
    disk: Arc<dyn Disk>,
    dir: Dir,
    boot: String,
    /// Where the responder came from.
    from: Untrusted,
    /// Entries of a session that are wanted in memory.
    most: usize,
}

/// What was found of a journal that was read from end to end.
#[derive(Debug)]
pub struct Verified {
    /// Id of the session.
    pub id: String,
    /// What holds.
    pub verdict: Verdict,
    /// The branches, if the journal forked.
    pub fork: Option<Fork>,
    /// The playbook beside it is the one that the first entry names.
    pub playbook_intact: bool,
    /// Who else could have changed it: nothing that the chain would not show, but worth a word.
    pub doubts: Vec<StoreError>,
}

impl Store {
    /// Uses `dir`, and makes it first if it is not there.
    pub fn at(dir: &Path) -> Result<Self, StoreError> {
        Self::on(Arc::new(HostDisk), dir)
    }

    /// Uses `dir` on a disk of the caller's.
    pub fn on(disk: Arc<dyn Disk>, dir: &Path) -> Result<Self, StoreError> {
        Self::with(disk, dir, true, Trust::Ours)
    }

    /// The same where `dir` may be on a disk that other machines write to: their locks may not show here.
    pub fn at_shared(dir: &Path) -> Result<Self, StoreError> {
        Self::on_shared(Arc::new(HostDisk), dir)
    }

    /// The same on a disk of the caller's.
    pub fn on_shared(disk: Arc<dyn Disk>, dir: &Path) -> Result<Self, StoreError> {
        Self::with(disk, dir, true, Trust::Shared)
    }

    /// Uses `dir`, which must be there: for commands that only read.
    pub fn existing(dir: &Path) -> Result<Self, StoreError> {
        Self::with(Arc::new(HostDisk), dir, false, Trust::Shared)
    }

    /// Uses `dir`, which must be there and may be anybody's: for a look at copies.
    pub fn of_copies(dir: &Path) -> Result<Self, StoreError> {
        Self::with(Arc::new(HostDisk), dir, false, Trust::Copy)
    }

    /// Uses the first of these places that can be written, and says which were passed over.
    pub fn first_of(places: &[PathBuf]) -> Result<Chosen, Vec<StoreError>> {
        let disk: Arc<dyn Disk> = Arc::new(HostDisk);
        choose::first_of(&disk, places)
    }

    fn with(
        disk: Arc<dyn Disk>,
        dir: &Path,
        create: bool,
        trust: Trust,
    ) -> Result<Self, StoreError> {
        let dir = Dir::base(&*disk, dir, create, trust)?;
        Ok(Self { disk, dir, boot: boot_id(), from: Untrusted::default(), most: KEPT })
    }

    /// Uses another sessions directory on the same terms; it must be there.
    pub fn elsewhere(&self, dir: &Path) -> Result<Self, StoreError> {
        let there = Self::with(Arc::clone(&self.disk), dir, false, self.dir.trust())?;
        Ok(there.coming_from(self.from.clone()))
    }

    /// Tells others that the responder came from this address.
    #[must_use]
    pub fn coming_from(self, from: Untrusted) -> Self {
        Self { from, ..self }
    }

    /// Keeps so many entries of a session that is opened, the newest; the state is that of all of them. Without this
    /// it is as many as a screen needs.
    #[must_use]
    pub fn keeping(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Begins a session: its directory, the playbook beside it, and the first entry. The digest of the
    /// playbook is put into `opening` here, so that it is that of the bytes on disk.
    pub fn create(
        &self,
        mut opening: Opening,
        playbook: &str,
        moment: Moment,
        by: &Untrusted,
    ) -> Result<Opened, StoreError> {
        opening.sha256 = digest(playbook.as_bytes());
        let id = self.new_id(&opening.host, moment)?;
        let dir = self.dir.sub(&id)?;
        let first = Event::Opened(opening);
        let opened = open::begin(dir, &id, self.holder(by), first, playbook, moment)?;
        self.dir.sync()?;
        Ok(opened)
    }

    /// Opens a session: with the pen if nobody holds it, else as an observer. `id` may be the beginning
    /// of an id that only one session has, or `latest`.
    pub fn open(&self, id: &str, by: &Untrusted) -> Result<Opened, StoreError> {
        let id = self.resolve(id)?;
        // Whoever began it may have been killed before its name was on disk.
        self.dir.sync().ok();
        open::open(self.dir.sub(&id)?, self.asked(&id), self.holder(by), None)
    }

    /// Opens a session from a seat beside it: the pen may have been promised to that seat.
    pub fn open_from(&self, seat: &Seat, id: &str, by: &Untrusted) -> Result<Opened, StoreError> {
        let id = self.resolve(id)?;
        open::open(self.dir.sub(&id)?, self.asked(&id), self.holder(by), Some(seat.name()))
    }

    /// Opens a session with the pen, whoever has it. The one who had it writes nothing from then on.
    pub fn force(&self, id: &str, by: &Untrusted) -> Result<Opened, StoreError> {
        let id = self.resolve(id)?;
        force::force(self.dir.sub(&id)?, self.asked(&id), self.holder(by))
    }

    /// A session as those around it see it: who has the pen, and who asks for it.
    pub fn around(&self, id: &str) -> Result<Around, StoreError> {
        let id = self.resolve(id)?;
        Ok(Around::new(self.dir.sub(&id)?, self.boot.clone(), self.from.clone()))
    }

    /// Carries the session that `journal` writes to the sessions directory `to` and goes on there; what is
    /// appended next is appended there. A session that could not be carried goes on where it is.
    pub fn move_to(
        &self,
        to: &Path,
        journal: &mut Journal,
        by: &Untrusted,
    ) -> Result<Carried, StoreError> {
        carry::carry(&self.disk, to, journal, (by, self.dir.trust()))
    }

    /// Opens a session to look at it; takes no lock and changes nothing.
    pub fn observe(&self, id: &str) -> Result<Opened, StoreError> {
        let id = self.resolve(id)?;
        open::observe(self.dir.sub(&id)?, self.asked(&id))
    }

    /// Every session, the oldest first. One that cannot be read is there with its problem.
    pub fn list(&self) -> Result<Vec<Summary>, StoreError> {
        Ok(self.ids()?.iter().map(|id| summary::of(&self.dir, id)).collect())
    }

    /// What a listing says about one session.
    pub fn summary(&self, id: &str) -> Result<Summary, StoreError> {
        Ok(summary::of(&self.dir, &self.resolve(id)?))
    }

    /// Reads a whole journal and says what holds of it.
    pub fn verify(&self, id: &str) -> Result<Verified, StoreError> {
        self.verify_each(id, |_| ())
    }

    /// The same, and shows each entry that holds, in order.
    pub fn verify_each(
        &self,
        id: &str,
        mut each: impl FnMut(&Entry),
    ) -> Result<Verified, StoreError> {
        let id = self.resolve(id)?;
        let dir = self.dir.sub(&id)?;
        let mut named = None;
        let scan = scan::all(&dir, |entry| {
            each(&entry);
            if named.is_none() {
                named = entry.event.opening().map(|opening| opening.sha256);
            }
        })?;
        let playbook = digest(&open::playbook(&dir)?);
        let mut files: Vec<String> = scan.segments.iter().map(|it| segment::name(*it)).collect();
        files.extend(dir.names()?.into_iter().filter(|name| name == PLAYBOOK));
        let mut verdict = scan.audit.verdict();
        Ok(Verified {
            id,
            fork: scan::fork(&dir, &mut verdict)?,
            verdict,
            playbook_intact: named == Some(playbook),
            doubts: dir.doubts(&files)?,
        })
    }

    /// Shows each entry that holds, in order, until `each` has enough; what holds of those.
    pub fn each(
        &self,
        id: &str,
        mut each: impl FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<Verdict, StoreError> {
        let dir = self.dir.sub(&self.resolve(id)?)?;
        Ok(scan::until(&dir, |entry| each(&entry))?.audit.verdict())
    }

    /// What was recorded beside the journal.
    pub fn tape(&self, id: &str) -> Result<Tape, StoreError> {
        Tape::open(&self.dir.sub(&self.resolve(id)?)?)
    }

    const fn asked<'a>(&self, id: &'a str) -> open::Asked<'a> {
        open::Asked { id, most: self.most }
    }

    fn holder(&self, by: &Untrusted) -> Holder {
        Holder::this(&self.boot, by, &self.from)
    }

    /// Makes a directory that no session has yet.
    fn new_id(&self, host: &Untrusted, moment: Moment) -> Result<String, StoreError> {
        let stem = format!("{}-{}", moment.at.strftime("%Y%m%dT%H%M%SZ"), host_part(host));
        for number in 1..=SAME_SECOND {
            let id = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
            if self.dir.make(&id)? {
                return Ok(id);
            }
        }
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        Err(StoreError::io("create the directory", &self.path().join(stem), source))
    }
}

/// What a file in a session's directory is to those who watch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A segment of the journal.
    Journal,
    /// The pen.
    Lock,
    /// The seat of somebody who watches.
    Seat,
}

/// What the file with this name is; `None` if nobody waits for it.
#[must_use]
pub fn part(name: &OsStr) -> Option<Part> {
    let name = name.to_str()?;
    if segment::number(name).is_some() {
        Some(Part::Journal)
    } else if ask::is_seat(name) {
        Some(Part::Seat)
    } else {
        (name == lock::NAME).then_some(Part::Lock)
    }
}

/// Largest program whose digest is taken.
const LARGEST_PROGRAM: u64 = 256 << 20;

/// The digest of a program of this host, for the record of what was allowed to run; `None` if it cannot be read.
#[must_use]
pub fn digest_of(program: &Untrusted) -> Option<Digest> {
    let file = std::fs::File::open(Path::new(OsStr::from_bytes(program.bytes()))).ok()?;
    let meta = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST_PROGRAM).read_to_end(&mut bytes).ok()?;
    (read as u64 == meta.len()).then(|| digest(&bytes))
}

/// `20261121T173000Z-web03`: sixteen characters of time, a dash, and what `host_part` leaves.
fn is_id(name: &str) -> bool {
    let time = |(at, byte): (usize, u8)| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        16 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() > 17
        && name.bytes().take(17).enumerate().all(time)
        && name.bytes().skip(17).all(host)
}

/// A host name as a part of a file name.
fn host_part(host: &Untrusted) -> String {
    let safe = |byte: &u8| {
        let byte = byte.to_ascii_lowercase();
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() { char::from(byte) } else { '-' }
    };
    let name: String = host.bytes().iter().take(40).map(safe).collect();
    match name.trim_matches('-') {
        "" => String::from("host"),
        name => name.to_owned(),
    }
}

/// Names this boot; the boot clock counts from it.
fn boot_id() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.map_or_else(|_| String::from("unknown"), |id| id.trim().to_owned())
}
