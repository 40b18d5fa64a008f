//! From the errors of rooms to the kinds that words know: what the kernel said, and what a responder can do about it.
//!
//! Absent on purpose: prose. What no kind fits stays in the kernel's own words.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::io::Errno;

use crate::cockpit::storage::{Refusal, Unsaved};
use crate::cockpit::trouble::{BadPart, Damage, Distrust, TapeFault, Trouble, Unusable};
use crate::domain::session::Break;
use crate::domain::session::telemetry::CodecError;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::ProbeError;
use crate::host::store::{
    self, Flaw, JournalError, Problem, Stopped, StoreError, TapeError, Unsafe,
};

/// What the kernel said.
pub(super) fn refusal(error: &io::Error) -> Refusal {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::IO) => return Refusal::Failing,
        Some(Errno::MFILE | Errno::NFILE) => return Refusal::TooManyFiles,
        Some(_) | None => {}
    }
    let is = |kind| error.kind() == kind;
    if is(io::ErrorKind::StorageFull) {
        Refusal::Full
    } else if is(io::ErrorKind::QuotaExceeded) {
        Refusal::Quota
    } else if is(io::ErrorKind::ReadOnlyFilesystem) {
        Refusal::ReadOnly
    } else if is(io::ErrorKind::PermissionDenied) {
        Refusal::Forbidden
    } else if is(io::ErrorKind::NotFound) {
        Refusal::NotThere
    } else if is(io::ErrorKind::StaleNetworkFileHandle) {
        Refusal::Stale
    } else {
        Refusal::Other(error.to_string().into())
    }
}

/// Why a session, or the place for sessions, cannot be used.
pub(super) fn unusable(error: &StoreError) -> Unusable {
    match error {
        StoreError::Missing { path } => Unusable::Missing(shown(path)),
        StoreError::Unsafe { path, why } => Unusable::Unsafe(shown(path), distrust(*why)),
        StoreError::Io { path, source, .. } => Unusable::Kernel(shown(path), refusal(source)),
        StoreError::Unknown(id) => Unusable::Unknown(id.clone()),
        StoreError::Ambiguous { given, ids } => Unusable::Ambiguous(given.clone(), ids.clone()),
        StoreError::Empty { path } => Unusable::Empty(shown(path)),
        StoreError::NoPen => Unusable::Held,
        StoreError::Begin(why) => Unusable::Begin(unsaved(why)),
        StoreError::Moved(place) => Unusable::Moved(sessions_of(place)),
        StoreError::BadCopy { path, .. } => Unusable::BadCopy(shown(path)),
        StoreError::Network { path, kind } => Unusable::SharedDisk(shown(path), kind),
        StoreError::There { path } => Unusable::There(shown(path)),
    }
}

/// Why an entry is not saved and will not be.
pub(super) fn unsaved(error: &JournalError) -> Unsaved {
    match error {
        JournalError::Line(problem) => Unsaved::Unwritable(problem.to_string().into()),
        JournalError::Foreign { .. } => Unsaved::Changed,
        JournalError::Closed => Unsaved::WriterEnded,
        JournalError::Refused(_)
        | JournalError::Short { .. }
        | JournalError::Sync(_)
        | JournalError::Unnamed(_)
        | JournalError::Segment(_)
        | JournalError::Patience
        | JournalError::Taken => Unsaved::Disk(of_journal(error)),
    }
}

/// Why the disk does not take an entry.
pub(super) fn of_journal(error: &JournalError) -> Refusal {
    match error {
        JournalError::Short { .. } => Refusal::Full,
        JournalError::Refused(source) | JournalError::Sync(source) => refusal(source),
        JournalError::Unnamed(error) | JournalError::Segment(error) => of_store(error),
        JournalError::Patience => Refusal::Patience,
        JournalError::Taken => Refusal::PenLost,
        JournalError::Line(_) | JournalError::Foreign { .. } | JournalError::Closed => {
            Refusal::Other(error.to_string().into())
        }
    }
}

/// Why something cannot be written beside the journal.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others say it in their own words")]
pub(super) fn of_store(error: &StoreError) -> Refusal {
    match error {
        StoreError::Io { source, .. } => refusal(source),
        StoreError::NoPen => Refusal::PenLost,
        StoreError::Missing { .. } => Refusal::NotThere,
        StoreError::Unsafe { why: Unsafe::Owner(_), .. } => Refusal::Forbidden,
        StoreError::Begin(why) => of_journal(why),
        other => Refusal::Other(other.to_string().into()),
    }
}

/// Why the recording stopped.
pub(super) fn of_recording(stopped: &Stopped) -> Refusal {
    match stopped {
        Stopped::LittleRoom => Refusal::LittleRoom,
        Stopped::Kernel(code) => refusal(&io::Error::from_raw_os_error(*code)),
        Stopped::Other(said) => Refusal::Other(said.clone()),
    }
}

/// Why a session of a listing does not open for writing.
pub(super) fn unlisted(problem: &Problem) -> Damage {
    match problem {
        Problem::Unfinished => Damage::Unfinished,
        Problem::Store(error) => Damage::Unreadable(unusable(error)),
    }
}

/// A part of a recording that cannot be played; somebody may be writing it.
pub(super) fn bad_part(damage: &store::Damage, goes_on: bool) -> BadPart {
    let store::Damage { file, until, torn, problem } = damage;
    let why = if goes_on { Some(TapeFault::GoesOn) } else { (!torn).then(|| flaw(problem)) };
    BadPart { file: file.clone(), until: *until, why }
}

/// Why it cannot be played.
pub(super) fn flaw(flaw: &Flaw) -> TapeFault {
    match flaw {
        Flaw::Read(said) => TapeFault::Unread(said.clone()),
        Flaw::Line(error) => of_codec(error),
    }
}

/// Why a snapshot of a recording cannot be had.
pub(super) fn of_tape(error: &TapeError) -> TapeFault {
    match error {
        TapeError::Beyond(_) => TapeFault::Ends,
        TapeError::Io(error) => TapeFault::Unread(error.to_string().into()),
        TapeError::Line(error) => of_codec(error),
    }
}

fn of_codec(error: &CodecError) -> TapeFault {
    match error {
        CodecError::Malformed(said) => TapeFault::Malformed(said.clone()),
        CodecError::NoKeyframe => TapeFault::NoKeyframe,
        CodecError::Rows => TapeFault::Rows,
    }
}

/// Why this host cannot be looked at.
pub(super) fn no_eyes(error: &ProbeError) -> Trouble {
    let ProbeError::Open { path, source } = error;
    Trouble::NoEyes(shown(path), refusal(source))
}

/// Where and why a journal does not hold.
pub(super) fn damage(broken: &Break) -> Damage {
    Damage::Line(broken.clone())
}

/// The sessions directory that a session's own directory lies in.
pub(super) fn sessions_of(session: &Untrusted) -> Untrusted {
    let path = Path::new(OsStr::from_bytes(session.bytes()));
    path.parent().map_or_else(|| session.clone(), shown)
}

/// A path as somebody wrote it.
pub(super) fn shown(path: &Path) -> Untrusted {
    Untrusted::new(path.as_os_str().as_bytes())
}

const fn distrust(why: Unsafe) -> Distrust {
    match why {
        Unsafe::Link => Distrust::Link,
        Unsafe::NotADirectory => Distrust::NotADirectory,
        Unsafe::NotAFile => Distrust::NotAFile,
        Unsafe::Owner(uid) => Distrust::Owner(uid),
        Unsafe::Mode(mode) => Distrust::Mode(mode),
        Unsafe::Links => Distrust::Links,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_of_the_kernel_that_a_responder_meets_has_a_kind() {
        let table = [
            (Errno::NOSPC, Refusal::Full),
            (Errno::DQUOT, Refusal::Quota),
            (Errno::ROFS, Refusal::ReadOnly),
            (Errno::IO, Refusal::Failing),
            (Errno::ACCESS, Refusal::Forbidden),
            (Errno::PERM, Refusal::Forbidden),
            (Errno::MFILE, Refusal::TooManyFiles),
            (Errno::NFILE, Refusal::TooManyFiles),
            (Errno::STALE, Refusal::Stale),
            (Errno::NOENT, Refusal::NotThere),
        ];
        for (errno, kind) in table {
            let error = || io::Error::from(errno);
            assert_eq!(refusal(&error()), kind, "{errno:?}");
            let on_disk = JournalError::Sync(error());
            assert_eq!(unsaved(&on_disk), Unsaved::Disk(kind.clone()), "{errno:?}");
            let path = Path::new("/srv/ir").to_owned();
            let of_store = StoreError::Io { doing: "open", path, source: error() };
            assert_eq!(unusable(&of_store), Unusable::Kernel("/srv/ir".into(), kind), "{errno:?}");
        }
    }

    #[test]
    fn what_cannot_be_written_beside_the_journal_has_a_kind_too() {
        let path = || Path::new("/srv/ir").to_owned();
        let table = [
            (StoreError::NoPen, Refusal::PenLost),
            (StoreError::Missing { path: path() }, Refusal::NotThere),
            (StoreError::Unsafe { path: path(), why: Unsafe::Owner(7) }, Refusal::Forbidden),
            (StoreError::Begin(Box::new(JournalError::Patience)), Refusal::Patience),
        ];
        for (error, kind) in table {
            assert_eq!(of_store(&error), kind, "{error}");
        }
    }

    #[test]
    fn what_has_no_kind_stays_in_the_words_of_the_kernel() {
        let Refusal::Other(said) = refusal(&io::Error::from(Errno::XDEV)) else {
            panic!("it has a kind")
        };
        assert!(said.plain(80).contains("os error 18"), "{said:?}");
    }

    #[test]
    fn a_lost_pen_a_short_write_and_a_disk_that_keeps_failing_are_named() {
        assert_eq!(unsaved(&JournalError::Taken), Unsaved::Disk(Refusal::PenLost));
        assert_eq!(unsaved(&JournalError::Patience), Unsaved::Disk(Refusal::Patience));
        let short = JournalError::Short { written: 3, bytes: 9 };
        assert_eq!(unsaved(&short), Unsaved::Disk(Refusal::Full));
    }
}
