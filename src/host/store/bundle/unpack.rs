//! Takes a bundle apart while it is read.
//!
//! Invariant: what comes next is known before it comes; whatever else is there ends the reading. Content is handed on
//! in pieces and is not believed before its sum was right.

use std::io::{self, Read};

use crate::domain::session::Sum;
use crate::domain::session::bundle::{LARGEST_MANIFEST, Manifest, Member, MemberName};
use crate::host::store::bundle::stream::Stream;
use crate::host::store::bundle::{BundleError, tar};
use crate::host::store::is_id;

/// Name of the manifest.
pub(super) const MANIFEST: &str = "manifest.json";
/// No id of a session is longer, and neither is a folder in a bundle.
pub(super) const LONGEST_ID: usize = 100;

/// Where the content of a bundle goes.
pub(super) trait Place {
    /// The manifest was read and is within the limits.
    fn begin(&mut self, manifest: &Manifest) -> Result<(), BundleError>;
    /// Takes all of `bytes`, which are a file.
    fn take(&mut self, name: &MemberName, bytes: &mut dyn Read) -> Result<(), BundleError>;
}

/// Content is read and forgotten.
pub(super) struct Nowhere;

impl Place for Nowhere {
    fn begin(&mut self, _manifest: &Manifest) -> Result<(), BundleError> {
        Ok(())
    }

    fn take(&mut self, _name: &MemberName, bytes: &mut dyn Read) -> Result<(), BundleError> {
        io::copy(bytes, &mut io::sink()).map(drop).map_err(BundleError::Read)
    }
}

/// Reads a whole bundle.
pub(super) fn unpack(
    bundle: &mut dyn Read,
    place: &mut dyn Place,
) -> Result<Manifest, BundleError> {
    let mut stream = Stream::new(bundle)?;
    let manifest = manifest(&mut stream)?;
    place.begin(&manifest)?;
    for member in &manifest.members {
        let expected = header(&manifest, member);
        let mut found = [0; tar::BLOCK];
        stream.fill(&mut found)?;
        if expected != Some(found) {
            let found = tar::told(&found);
            return Err(BundleError::Misplaced { name: member.name.clone(), found });
        }
        content(&mut stream, member, place)?;
        pad(&mut stream, member.bytes, &member.name.to_string())?;
    }
    let mut end = tar::END;
    stream.fill(&mut end)?;
    if end != tar::END {
        return Err(BundleError::Behind);
    }
    stream.end()?;
    Ok(manifest)
}

/// The header of a file in the bundle of `manifest`.
pub(super) fn header(manifest: &Manifest, member: &Member) -> Option<tar::Header> {
    let id = &manifest.id;
    let folder = member.name.folder().map_or_else(|| id.clone(), |folder| format!("{id}/{folder}"));
    tar::header(&folder, &member.name.file(), member.bytes, seconds(manifest))
}

/// When the bundle was made, as `tar` tells it.
pub(super) fn seconds(manifest: &Manifest) -> u64 {
    u64::try_from(manifest.at.as_second()).unwrap_or(0)
}

fn manifest(stream: &mut Stream<'_>) -> Result<Manifest, BundleError> {
    let mut found = [0; tar::BLOCK];
    stream.fill(&mut found)?;
    let no = || BundleError::NoManifest(tar::told(&found));
    let (id, bytes, time) = tar::claims(&found).ok_or_else(no)?;
    let is_ours = tar::header(&id, MANIFEST, bytes, time) == Some(found);
    if !is_ours || !is_id(&id) || id.len() > LONGEST_ID || bytes > LARGEST_MANIFEST {
        return Err(no());
    }
    let mut text = vec![0; usize::try_from(bytes).map_err(|_| no())?];
    stream.fill(&mut text)?;
    pad(stream, bytes, MANIFEST)?;
    let manifest = Manifest::read(&text)?;
    if manifest.id == id && seconds(&manifest) == time { Ok(manifest) } else { Err(no()) }
}

/// Hands the content of a file on and compares its sum.
fn content(
    stream: &mut Stream<'_>,
    member: &Member,
    place: &mut dyn Place,
) -> Result<(), BundleError> {
    let mut content = Content { stream, left: member.bytes, sum: Sum::default(), failed: None };
    let taken = place.take(&member.name, &mut content);
    let Content { stream, left, sum, failed } = content;
    if let Some(failed) = failed {
        return Err(stream.trouble(&failed));
    }
    taken?;
    if left == 0 && sum.digest() == member.sha256 {
        Ok(())
    } else {
        Err(BundleError::Sum(member.name.clone()))
    }
}

struct Content<'a, 'b> {
    stream: &'a mut Stream<'b>,
    left: u64,
    sum: Sum,
    /// What was wrong with the bundle; whoever takes the content would think that it is the disk.
    failed: Option<io::Error>,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most).filter(|it| !it.is_empty()) else { return Ok(0) };
        let read = match self.stream.read(buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        let read = read.inspect_err(|error: &io::Error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some(io::Error::new(error.kind(), error.to_string()));
            }
        })?;
        self.sum.add(buffer.get(..read).unwrap_or_default());
        self.left -= read as u64;
        Ok(read)
    }
}

/// What fills the last block up is zeros.
fn pad(stream: &mut Stream<'_>, bytes: u64, name: &str) -> Result<(), BundleError> {
    let mut filling = [0; tar::BLOCK];
    let len = usize::try_from(tar::padding(bytes)).unwrap_or(0);
    let filling = filling.get_mut(..len).unwrap_or_default();
    stream.fill(filling)?;
    if filling.iter().all(|byte| *byte == 0) {
        Ok(())
    } else {
        Err(BundleError::Padding(name.into()))
    }
}
