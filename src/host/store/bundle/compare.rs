//! How a bundle differs from the session that has its id.
//!
//! Invariant: only reads.

use std::io::Read;

use crate::domain::base::Digest;
use crate::domain::session::Sum;
use crate::domain::session::bundle::{Manifest, Member, MemberName};
use crate::host::store::bundle::{BundleError, Difference, Outcome};
use crate::host::store::dir::Dir;
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::scan;

/// Compares the session that is `here` with the one that was unpacked.
pub(super) fn with(here: &Dir, there: &Dir, manifest: &Manifest) -> Result<Outcome, BundleError> {
    let (ours, broken) = lines(here)?;
    let mut differences = Vec::new();
    if let Some(broken) = broken {
        differences.push(Difference::Broken(broken));
    } else {
        differences.extend(journals(&ours, &lines(there)?.0));
    }
    for member in manifest.members.iter().filter(|it| it.name != MemberName::Journal) {
        differences.extend(file(here, member)?);
    }
    if differences.is_empty() {
        Ok(Outcome::Same { entries: ours.len() as u64 })
    } else {
        Ok(Outcome::Differs(differences))
    }
}

/// The digests of all lines that hold, and why the others do not.
fn lines(dir: &Dir) -> Result<(Vec<Digest>, Option<String>), StoreError> {
    let mut digests = Vec::new();
    // Each line tells the digest of the one before it.
    let scan = scan::all(dir, |entry| digests.push(entry.prev))?;
    let verdict = scan.audit.verdict();
    digests.push(verdict.head);
    digests.remove(0);
    Ok((digests, verdict.problem.map(|it| it.to_string())))
}

fn journals(ours: &[Digest], theirs: &[Digest]) -> Option<Difference> {
    let (here, there) = (ours.len() as u64, theirs.len() as u64);
    match ours.iter().zip(theirs).position(|(one, other)| one != other) {
        Some(at) => Some(Difference::Fork { entry: at as u64 + 1 }),
        None if there > here => Some(Difference::Ahead { here, there }),
        None => None,
    }
}

/// A recording that goes on here has what is in the bundle at its beginning.
fn file(here: &Dir, member: &Member) -> Result<Option<Difference>, StoreError> {
    let Member { name, bytes, sha256 } = member;
    let opened = match name.folder() {
        Some(folder) => here.sub(folder).and_then(|dir| dir.file(&name.file(), Access::Read)),
        None => here.file(&name.file(), Access::Read),
    };
    let file = match opened {
        Err(error) if error.is_not_found() => return Ok(Some(Difference::Missing(name.clone()))),
        file => file?,
    };
    let (mut sum, mut piece) = (Sum::default(), vec![0; 64 * 1024]);
    let mut reader = file.reader(0).take(*bytes);
    loop {
        let read = reader
            .read(&mut piece)
            .map_err(|source| StoreError::io("read", file.path(), source))?;
        if read == 0 {
            break;
        }
        sum.add(piece.get(..read).unwrap_or_default());
    }
    let longer =
        !matches!(name, MemberName::Telemetry(_)) && file.bytes().is_ok_and(|found| found > *bytes);
    let same = sum.digest() == *sha256 && !longer;
    Ok((!same).then(|| Difference::Content(name.clone())))
}
