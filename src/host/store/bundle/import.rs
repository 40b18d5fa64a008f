//! Brings the session in a bundle here.
//!
//! Invariant: until everything in it is on disk and was checked, it stands in a hidden folder that nobody takes for a
//! session; then the folder gets the session's name in one step that never takes the place of anything. Whatever goes
//! wrong before, the folder goes.

use std::io::{self, Read};

use crate::domain::session::Event;
use crate::domain::session::bundle::{Manifest, MemberName};
use crate::domain::session::digest;
use crate::domain::untrusted::Untrusted;
use crate::host::store::bundle::unpack::{Place, unpack};
use crate::host::store::bundle::{BundleError, Imported, Outcome, compare};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::lease::Holder;
use crate::host::store::lock::Lock;
use crate::host::store::{open, scan};

/// What the name of a hidden folder ends in, before a number.
const MAKING: &str = ".importing-";
/// Room that an import leaves for the journals of this machine.
const LEAVE: u64 = 16 << 20;
/// Folders of imports that were killed; more than this are somebody's joke.
const LEFTOVERS: u32 = 1_000;

/// Brings a bundle to the sessions in `base`.
pub(super) fn import(
    base: &Dir,
    boot: &str,
    bundle: &mut dyn Read,
) -> Result<Imported, BundleError> {
    sweep(base, boot)?;
    let mut here = Here { base, boot, staged: None };
    let read = unpack(bundle, &mut here);
    let Some(staged) = here.staged else { return Err(read.err().unwrap_or(BundleError::Ends)) };
    let done = read.and_then(|manifest| {
        let outcome = staged.settle(base, &manifest)?;
        Ok(Imported { manifest, outcome })
    });
    if !matches!(done, Ok(Imported { outcome: Outcome::New { .. }, .. })) {
        staged.clear(base);
    }
    done
}

/// The sessions here.
struct Here<'a> {
    base: &'a Dir,
    boot: &'a str,
    /// Once the manifest was accepted.
    staged: Option<Staged>,
}

impl Place for Here<'_> {
    fn begin(&mut self, manifest: &Manifest) -> Result<(), BundleError> {
        room(self.base, manifest)?;
        self.staged = Some(Staged::make(self.base, self.boot, &manifest.id)?);
        Ok(())
    }

    fn take(&mut self, name: &MemberName, bytes: &mut dyn Read) -> Result<(), BundleError> {
        self.staged.as_ref().map_or(Err(BundleError::Ends), |staged| staged.take(name, bytes))
    }
}

fn room(base: &Dir, manifest: &Manifest) -> Result<(), BundleError> {
    let (need, free) = (manifest.bytes(), base.space()?.free.saturating_sub(LEAVE));
    if need > free { Err(BundleError::NoRoom { need, free }) } else { Ok(()) }
}

/// Takes away what imports left that were killed. One that goes on holds its lock.
fn sweep(base: &Dir, boot: &str) -> Result<(), StoreError> {
    for name in base.names()?.iter().filter(|it| it.starts_with('.') && it.contains(MAKING)) {
        let Ok(dir) = base.sub(name) else { continue };
        let Ok(Some(lock)) =
            Lock::take(&dir, Holder::this(boot, &Untrusted::default(), &Untrusted::default()))
        else {
            continue;
        };
        // Whoever had the lock a moment ago may have given the folder its name as a session.
        if base.names()?.contains(name) {
            Staged { dir, name: name.clone(), _lock: lock }.clear(base);
        }
    }
    Ok(())
}

/// A session that is none yet.
struct Staged {
    dir: Dir,
    name: String,
    /// Held until the folder has its name, so that nobody clears it away.
    _lock: Lock,
}

impl Staged {
    fn make(base: &Dir, boot: &str, id: &str) -> Result<Self, StoreError> {
        let mine = rustix::process::getpid().as_raw_nonzero();
        for number in 0..LEFTOVERS {
            let name = format!(".{id}{MAKING}{mine}-{number}");
            if !base.make(&name)? {
                continue;
            }
            let dir = base.sub(&name)?;
            if let Some(lock) =
                Lock::take(&dir, Holder::this(boot, &Untrusted::default(), &Untrusted::default()))?
            {
                return Ok(Self { dir, name, _lock: lock });
            }
        }
        Err(StoreError::io("import into", base.path(), io::ErrorKind::AlreadyExists.into()))
    }

    /// Writes a file down. Its place comes from the kind of file that it is.
    fn take(&self, name: &MemberName, bytes: &mut dyn Read) -> Result<(), BundleError> {
        let dir = match name.folder() {
            Some(folder) => {
                self.dir.make(folder)?;
                self.dir.sub(folder)?
            }
            None => self.dir.clone(),
        };
        let mut file = dir.file(&name.file(), Access::New)?;
        io::copy(bytes, &mut file)
            .and_then(|_| file.sync())
            .map_err(|source| StoreError::io("write", file.path(), source))?;
        if let MemberName::Evidence(digest) = name {
            evidence(&file, name, *digest)?;
        }
        if name.folder().is_some() {
            dir.sync()?;
        }
        Ok(())
    }

    /// Checks everything and gives the folder its name; or says how the session that has the name differs.
    fn settle(&self, base: &Dir, manifest: &Manifest) -> Result<Outcome, BundleError> {
        let playbook_intact = journal(&self.dir, manifest)?;
        if base.names()?.contains(&manifest.id) {
            return compare::with(&base.sub(&manifest.id)?, &self.dir, manifest);
        }
        self.dir.sync()?;
        base.rename(&self.name, &manifest.id)?;
        if let Err(error) = base.sync() {
            // A name that may be gone after a power cut is no session; it is taken away by its hidden name.
            base.rename(&manifest.id, &self.name).ok();
            return Err(error.into());
        }
        Ok(Outcome::New { path: base.path().join(&manifest.id), playbook_intact })
    }

    /// Takes the folder away with all that is in it.
    fn clear(&self, base: &Dir) {
        for name in self.dir.names().unwrap_or_default() {
            if let Ok(folder) = self.dir.sub(&name) {
                for file in folder.names().unwrap_or_default() {
                    folder.unlink(&file).ok();
                }
                self.dir.remove(&name).ok();
            } else {
                self.dir.unlink(&name).ok();
            }
        }
        base.remove(&self.name).ok();
    }
}

/// Evidence stands under its own digest.
fn evidence(
    file: &File,
    name: &MemberName,
    named: crate::domain::base::Digest,
) -> Result<(), BundleError> {
    let mut sum = crate::domain::session::Sum::default();
    let mut piece = vec![0; 64 * 1024];
    let mut reader = file.reader(0);
    loop {
        let read = reader
            .read(&mut piece)
            .map_err(|source| StoreError::io("read", file.path(), source))?;
        if read == 0 {
            break;
        }
        sum.add(piece.get(..read).unwrap_or_default());
    }
    if sum.digest() == named { Ok(()) } else { Err(BundleError::Sum(name.clone())) }
}

/// The journal holds and is the one that the manifest tells of; whether the playbook is the one that it names.
fn journal(dir: &Dir, manifest: &Manifest) -> Result<bool, BundleError> {
    let mut first = None;
    let scan = scan::all(dir, |entry| {
        if entry.seq == 1 {
            first = Some(entry.event);
        }
    })?;
    let verdict = scan.audit.verdict();
    let no = |why: &str| Err(BundleError::Journal(why.into()));
    if let Some(broken) = verdict.problem {
        return no(&broken.to_string());
    }
    if !verdict.torn.is_empty() {
        return no("its last line has no end");
    }
    if (verdict.entries, verdict.head) != (manifest.entries, manifest.head) {
        return no("it is not the one in the manifest");
    }
    let Some(opening) = first.as_ref().and_then(Event::opening) else {
        return no("its first entry does not open a session");
    };
    let of = match first {
        Some(Event::Redacted { head, entries, .. }) => Some((entries, head)),
        Some(_) | None => None,
    };
    if of != manifest.redacted.as_ref().map(|it| (it.entries, it.head)) {
        return no("it and the manifest do not agree on what was taken out");
    }
    Ok(opening.sha256 == digest(&open::playbook(dir)?))
}
