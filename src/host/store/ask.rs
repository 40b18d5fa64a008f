//! Seats: one file for each screen that watches a session, by which it asks for the pen and is answered.
//!
//! Invariant: a seat is locked by its process for as long as it is there; one whose lock is free is nobody's. Asking
//! and answering are one byte each, at places of their own, so that neither can overwrite the other. There is no
//! socket: only who may write the session can ask for its pen.

use crate::domain::base::Moment;
use crate::domain::untrusted::Untrusted;
use crate::host::store::carry;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::{Access, LockKind};
use crate::host::store::error::StoreError;
use crate::host::store::lease::{Holder, TEXT};
use crate::host::store::lock::{self, Lock, Standing};

const SEAT: &str = "seat-";
/// The two bytes stand in this line.
const HEAD: &str = "asks - answer -\n";
const ASKS_AT: usize = 5;
const ANSWER_AT: usize = 14;
const YES: u8 = b'y';
const NO: u8 = b'n';
const NOTHING: u8 = b'-';

/// A session, seen by those around it.
#[derive(Clone, Debug)]
pub struct Around {
    dir: Dir,
    boot: String,
    from: Untrusted,
}

/// A screen that watches a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Name of its seat.
    pub seat: String,
    /// Who.
    pub who: Holder,
    /// It asks for the pen.
    pub asks: bool,
}

/// The seat of this screen, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    dir: Dir,
    file: File,
    name: String,
}

/// What the holder of the pen said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    None,
    /// The pen is this screen's to take.
    Yes,
    /// No.
    No,
}

impl Around {
    pub(super) const fn new(dir: Dir, boot: String, from: Untrusted) -> Self {
        Self { dir, boot, from }
    }

    /// Other machines may write there too.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        self.dir.is_shared()
    }

    /// Where the pen is.
    pub fn standing(&self, now: Moment) -> Result<Standing, StoreError> {
        Lock::standing(&self.dir, &self.boot, now)
    }

    /// Where the session went, if it goes on in another place.
    pub fn moved(&self) -> Result<Option<Untrusted>, StoreError> {
        carry::moved_to(&self.dir)
    }

    /// Takes a seat; only who watches does.
    pub fn sit(&self, by: &Untrusted) -> Result<Seat, StoreError> {
        let who = Holder::this(&self.boot, by, &self.from);
        let token = who.token();
        let name = format!("{SEAT}{token}");
        let text = format!("{HEAD}{}", who.to_text());
        let write = |file: &File| file.cut(0).and_then(|()| file.write_at(text.as_bytes(), 0));
        let file = lock::claim(&self.dir, &name, &token, write)?;
        Ok(Seat { dir: self.dir.clone(), file, name })
    }

    /// Who watches. A seat that cannot be read is not shown.
    pub fn watchers(&self) -> Result<Vec<Watcher>, StoreError> {
        Ok(seats(&self.dir)?.into_iter().filter_map(Taken::watcher).collect())
    }

    /// Answers whoever has that seat: the pen is theirs once it is put down, or it is not.
    pub fn answer(&self, seat: &str, yes: bool) -> Result<(), StoreError> {
        let file = self.dir.file(seat, Access::Patch)?;
        let answer = if yes { YES } else { NO };
        write(&file, ANSWER_AT, answer).and_then(|()| write(&file, ASKS_AT, NOTHING))
    }

    /// Takes away what processes that are gone left behind. Only who holds the pen does.
    pub fn tidy(&self) -> Result<(), StoreError> {
        for name in self.dir.names()?.iter().filter(|name| is_passing(name)) {
            let file = self.dir.file(name, Access::Read)?;
            if file.lock(LockKind::Shared).is_ok_and(|nobodys| nobodys) {
                self.dir.unlink(name)?;
            }
        }
        Ok(())
    }
}

impl Seat {
    /// Asks for the pen, or does not any more.
    pub fn ask(&self, asks: bool) -> Result<(), StoreError> {
        write(&self.file, ANSWER_AT, NOTHING)?;
        write(&self.file, ASKS_AT, if asks { YES } else { NOTHING })
    }

    /// What the holder said.
    pub fn answer(&self) -> Result<Answer, StoreError> {
        let head = head(&self.file)?;
        Ok(match head.get(ANSWER_AT) {
            Some(&YES) => Answer::Yes,
            Some(&NO) => Answer::No,
            Some(_) | None => Answer::None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.dir.unlink(&self.name).ok();
    }
}

/// The pen was promised to somebody who is there; `mine` is the seat of who asks.
pub(super) fn is_promised(dir: &Dir, mine: Option<&str>) -> Result<bool, StoreError> {
    let promised = |seat: &Taken| seat.text.as_bytes().get(ANSWER_AT) == Some(&YES);
    let others = |seat: &Taken| Some(seat.name.as_str()) != mine;
    Ok(seats(dir)?.iter().any(|seat| others(seat) && promised(seat)))
}

/// The file with this name is a seat.
pub(super) fn is_seat(name: &str) -> bool {
    name.starts_with(SEAT)
}

/// A file that is gone with its process: not a part of the session.
pub(super) fn is_passing(name: &str) -> bool {
    is_seat(name) || name.starts_with(lock::UNFINISHED)
}

/// A seat that somebody has.
struct Taken {
    name: String,
    text: String,
}

impl Taken {
    fn watcher(self) -> Option<Watcher> {
        let who = self.text.strip_prefix(self.text.get(..HEAD.len())?)?;
        let asks = self.text.as_bytes().get(ASKS_AT) == Some(&YES);
        Some(Watcher { seat: self.name, who: Holder::from_text(who), asks })
    }
}

fn seats(dir: &Dir) -> Result<Vec<Taken>, StoreError> {
    let mut taken = Vec::new();
    for name in dir.names()?.into_iter().filter(|name| is_seat(name)) {
        let Ok(file) = dir.file(&name, Access::Read) else { continue };
        if file.lock(LockKind::Shared).is_ok_and(|nobodys| !nobodys)
            && let Ok(text) = file.read_range(0, TEXT)
        {
            taken.push(Taken { name, text: String::from_utf8_lossy(&text).into_owned() });
        }
    }
    Ok(taken)
}

fn head(file: &File) -> Result<Vec<u8>, StoreError> {
    let read = file.read_range(0, HEAD.len() as u64);
    read.map_err(|source| StoreError::io("read", file.path(), source))
}

fn write(file: &File, at: usize, byte: u8) -> Result<(), StoreError> {
    file.write_at(&[byte], at as u64).map_err(|source| StoreError::io("write", file.path(), source))
}
