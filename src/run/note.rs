//! `firedamp note`: notes from scripts and other programs, without the screen.
//!
//! Invariant: `saved N` is printed when entry N is on disk, and never before. Nothing is written to a session whose pen
//! somebody has, to a training, or behind a journal that is broken.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::domain::base::Clock;
use crate::domain::session::{Event, PROGRAM, TimeWatch};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::{Hand, Holder, Journal, JournalError, Opened, StoreError};
use crate::run::args::Options;
use crate::run::complain::{Complaint, chain};
use crate::run::places::Places;
use crate::run::{printed, start};
use crate::words::Phrase;
use crate::words::trouble::noted_in;

/// Bytes of a note that are kept: the line on the screen takes no more either.
const LONGEST: usize = 8_000;
/// Lines that may wait for the disk.
const WAITING: usize = 64;
/// Time from one heartbeat to the next.
const BEAT: Duration = Duration::from_secs(1);
/// Clocks that were read within this time were read at once.
const AT_ONCE_MS: u64 = 100;

/// What was read.
type Line = io::Result<Note>;

/// A line as a note.
struct Note {
    text: Untrusted,
    /// Bytes that did not fit in.
    cut: u64,
}

/// Adds what `text` says as one note, or each line of the standard input as one.
pub(super) fn note(
    options: &Options,
    id: &str,
    text: &[OsString],
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let (lines, said) = sync_channel(WAITING);
    if text.is_empty() {
        let desk = Desk::sit_down(options, id)?;
        let read = move || read(&mut io::stdin().lock(), &lines);
        thread::Builder::new().name("lines".into()).spawn(read).map_err(|error| {
            Complaint::new("cannot read the notes", error, "raise the limit: ulimit -u")
        })?;
        if io::stdin().is_terminal() {
            hint("one note a line; ^D ends");
        }
        return desk.take_down(&said, out);
    }
    let words: Vec<&[u8]> = text.iter().map(|word| word.as_bytes()).collect();
    let Some(note) = Note::of(&words.join(&b' '), 0) else {
        return Err(Complaint::new("nothing is written", "the note is empty", "say what to note"));
    };
    lines.try_send(Ok(note)).ok();
    drop(lines);
    Desk::sit_down(options, id)?.take_down(&said, out)
}

/// Whoever has the pen, and no screen.
struct Desk {
    journal: Journal,
    who: Untrusted,
    clock: HostClock,
    watch: TimeWatch,
    /// The last one to have the pen had let go in good order.
    left: bool,
    /// Notes that are on disk.
    saved: u64,
    /// Which session it is, until that was said to somebody who did not spell it out.
    untold: Option<Phrase>,
}

impl Desk {
    /// Takes the pen.
    fn sit_down(options: &Options, id: &str) -> Result<Self, Complaint> {
        let places = Places::find(options)?;
        let store = places.kept(options)?;
        let summary = store.summary(id).map_err(|error| Complaint::from(&error))?;
        if summary.training.is_some() {
            return Err(refused("it is a training", "train on its screen: firedamp resume ID"));
        }
        let who = start::who(options);
        let opened = store.open(&summary.id, &who).map_err(|error| Complaint::from(&error))?;
        let Opened { hand, state, recovered, trouble, .. } = opened;
        let journal = match hand {
            Hand::Pen(journal) => journal,
            Hand::Observer(_, holder) => return Err(no_pen(holder, trouble.as_ref())),
            Hand::ReadOnly(broken) => return Err(Complaint::damaged(true, broken)),
        };
        let (watch, left) = (TimeWatch::default(), state.left);
        let untold = (summary.id != id).then(|| noted_in(options.language(), &summary.id));
        let mut desk = Self { journal, who, clock: HostClock, watch, left, saved: 0, untold };
        for it in recovered {
            let what = format!("{} bytes of a torn line are in {}", it.bytes, it.file);
            desk.write(&PROGRAM.into(), Event::Trouble { what: what.into() })?;
        }
        Ok(desk)
    }

    /// Writes every line down, and lets go. A session that was left in good order still is; one that was cut off
    /// still says so.
    fn take_down(
        mut self,
        lines: &Receiver<Line>,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Complaint> {
        let mut next = Instant::now();
        loop {
            if Instant::now() >= next {
                self.beat()?;
                next = Instant::now() + BEAT;
            }
            let line = match lines.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let Note { text, cut } = line.map_err(|error| self.unread(&error))?;
            let who = self.who.clone();
            let seq = self.write(&who, Event::Noted { text, about: None })?;
            self.saved += 1;
            if let Some(where_to) = self.untold.take() {
                hint(&where_to.plain(usize::MAX));
            }
            if cut > 0 {
                hint(&format!("entry {seq} is cut: {cut} bytes were left out"));
            }
            if let Err(error) = writeln!(out, "saved {seq}").and_then(|()| out.flush()) {
                return printed(Err(error));
            }
        }
        if self.left && self.saved > 0 {
            let who = self.who.clone();
            self.write(&who, Event::Left)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Tells that somebody works here, and what happened to the clocks meanwhile.
    fn beat(&mut self) -> Result<(), Complaint> {
        self.journal.beat(self.clock.now());
        let Some(awake_ms) = self.clock.awake_ms() else { return Ok(()) };
        let now = self.clock.now();
        let held_up = |after: u64| after.saturating_sub(awake_ms) > AT_ONCE_MS;
        if self.clock.awake_ms().is_none_or(held_up) {
            // On a busy host we may have stood still between two clocks; then they say nothing together.
            return Ok(());
        }
        for event in self.watch.see(now, awake_ms) {
            self.write(&PROGRAM.into(), event)?;
        }
        Ok(())
    }

    /// The number of the entry, once it is on disk.
    fn write(&mut self, by: &Untrusted, event: Event) -> Result<u64, Complaint> {
        let written = self.journal.append(self.clock.now(), by, event);
        written.map(|entry| entry.seq).map_err(|error| {
            let before = match self.saved {
                0 => String::new(),
                1 => String::from("; 1 note before it was"),
                saved => format!("; {saved} notes before it were"),
            };
            Complaint::new("the note was not saved", chain(&error) + &before, advice(&error))
        })
    }

    fn unread(&self, error: &io::Error) -> Complaint {
        let why = format!("{error}; {} notes before it are saved", self.saved);
        Complaint::new("cannot read the notes", why, "look at where the input comes from")
    }
}

impl Note {
    /// The line without the blanks around it; `None` if nothing is left. `more` bytes of it were not read.
    fn of(line: &[u8], more: u64) -> Option<Self> {
        let line = line.trim_ascii();
        let mut kept = line.get(..LONGEST).unwrap_or(line);
        // Not in the middle of a letter.
        if let Err(error) = std::str::from_utf8(kept)
            && error.error_len().is_none()
            && kept.len() < line.len()
        {
            kept = kept.get(..error.valid_up_to()).unwrap_or(kept);
        }
        let cut = (line.len() - kept.len()) as u64 + more;
        (!kept.is_empty()).then(|| Self { text: Untrusted::new(kept), cut })
    }
}

/// Reads lines until the input ends or nobody wants them any more.
fn read(input: &mut impl BufRead, lines: &SyncSender<Line>) {
    loop {
        let line = match line(input) {
            Ok(Some(line)) => Ok(line),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let over = line.is_err();
        let note = line.map(|(bytes, more)| Note::of(&bytes, more)).transpose();
        if note.is_some_and(|note| lines.send(note).is_err()) || over {
            return;
        }
    }
}

/// The next line; of one that is too long, its beginning, and how much more there was. A line may have blanks
/// before it, so a little more is kept than a note takes.
fn line(input: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, u64)>> {
    let (mut bytes, mut more) = (Vec::new(), 0);
    if input.by_ref().take(LONGEST as u64 * 2).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.ends_with(b"\n") {
        return Ok(Some((bytes, 0)));
    }
    loop {
        let rest = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            rest => rest?,
        };
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (used, over) = end.map_or((rest.len(), rest.is_empty()), |end| (end + 1, true));
        more += end.unwrap_or(used) as u64;
        input.consume(used);
        if over {
            return Ok(Some((bytes, more)));
        }
    }
}

/// A word to whoever started this; nobody there is no trouble.
fn hint(text: &str) {
    writeln!(io::stderr(), "firedamp: {text}").ok();
}

fn refused(why: impl std::fmt::Display, next: &'static str) -> Complaint {
    Complaint::new("cannot write to the session", why, next)
}

/// Who has the pen, or why nobody can.
fn no_pen(holder: Option<Holder>, trouble: Option<&StoreError>) -> Complaint {
    if let Some(trouble) = trouble {
        let next =
            "free some space, or carry the session to another disk: firedamp, then :move DIR";
        return refused(chain(trouble), next);
    }
    let Some(holder) = holder else {
        return refused("the pen was promised to a screen", "note it there, or try again later");
    };
    let told = |what: &str, text: &Untrusted| {
        if text.is_empty() { String::new() } else { format!("{what}{}", text.plain(80)) }
    };
    let (tty, from) = (told(" on ", &holder.tty), told(" from ", &holder.from));
    let why = format!("the pen is with {} (pid {}{tty}{from})", holder.by.plain(80), holder.pid);
    let next = "note it on that screen (m), or leave it there first (q)";
    refused(why, next)
}

fn advice(error: &JournalError) -> &'static str {
    match error {
        JournalError::Taken => "note it on the screen that has the pen now",
        JournalError::Foreign { .. } | JournalError::Closed => {
            "look what holds of the session: firedamp verify ID"
        }
        JournalError::Line(_) => "say it in other words, or with another name: --as NAME",
        error if error.is_full() => "free some space, then note it again",
        JournalError::Refused(_)
        | JournalError::Short { .. }
        | JournalError::Sync(_)
        | JournalError::Unnamed(_)
        | JournalError::Segment(_)
        | JournalError::Patience => "look at the disk, then note it again",
    }
}
