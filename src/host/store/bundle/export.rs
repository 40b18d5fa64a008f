//! Writes a bundle.
//!
//! Every file is read twice: once for its sum, which stands in the manifest at the front, and once for its content.
//! What a session in use adds in between stays out.
//!
//! Invariant: only reads the session; what it writes could be brought in again, limits included.

use std::io::{self, Write};

use crate::domain::base::{Digest, Moment};
use crate::domain::session::Sum;
use crate::domain::session::bundle::{
    FORMAT, LARGEST_MANIFEST, Manifest, ManifestError, Member, MemberName,
};
use crate::domain::session::to_json;
use crate::domain::untrusted::Untrusted;
use crate::host::store::bundle::recast::{self, Recast};
use crate::host::store::bundle::unpack::{self, LONGEST_ID, MANIFEST};
use crate::host::store::bundle::{BundleError, Wanted, redacted, tar};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::{PLAYBOOK, ask, scan, segment};

const LEVEL: i32 = 3;
/// Folders that files of a bundle can come from.
const FOLDERS: [&str; 3] = ["telemetry", "evidence", "torn"];
/// What belongs to one place and is made anew in another.
const LOCAL: [&str; 4] = ["lock", "reserve", "moved", "clip"];

/// Writes the bundle of the session in `dir`.
pub(super) fn export(
    dir: &Dir,
    id: &str,
    wanted: &Wanted,
    now: Moment,
    out: &mut dyn Write,
) -> Result<Manifest, BundleError> {
    let recast = if wanted.redact { Some(Recast::of(dir, &wanted.mask)?) } else { None };
    let (entries, head, sum) = journal(dir, u64::MAX, recast.as_ref(), &mut io::sink())?;
    let mut manifest = Manifest {
        firedamp_bundle: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: now.at,
        id: recast.as_ref().map_or_else(|| id.to_owned(), |recast| recast.id(id)),
        entries,
        head,
        redacted: recast.as_ref().map(|it| redacted(it.entries, it.head, wanted.mask.names())),
        left_out: Vec::new(),
        members: Vec::new(),
    };
    let (mut names, left_out) = names(dir, recast.is_some())?;
    names.retain(|it| *it != MemberName::Journal);
    names.sort();
    manifest.leave_out(left_out);
    let (bytes, sha256) = (sum.bytes(), sum.digest());
    manifest.members.push(Member { name: MemberName::Journal, bytes, sha256 });
    // Of the journal it is the entries that count.
    let mut lengths = vec![0];
    for name in names {
        let mut source = Source { dir, recast: recast.as_ref(), name: &name, bytes: 0 };
        source.bytes = source.length()?;
        lengths.push(source.bytes);
        let sum = source.copy(&mut io::sink())?;
        let (bytes, sha256) = (sum.bytes(), sum.digest());
        manifest.members.push(Member { name, bytes, sha256 });
    }
    manifest.check()?;
    write(dir, (&manifest, &lengths), recast.as_ref(), out)?;
    Ok(manifest)
}

/// Writes what the manifest names; of each file so much is read as there was at the first look.
fn write(
    dir: &Dir,
    (manifest, lengths): (&Manifest, &[u64]),
    recast: Option<&Recast<'_>>,
    out: &mut dyn Write,
) -> Result<(), BundleError> {
    let mut frame = zstd::stream::write::Encoder::new(out, LEVEL).map_err(BundleError::Write)?;
    frame.include_checksum(true).map_err(BundleError::Write)?;
    let text = to_json(manifest).map_err(|it| BundleError::Write(io::Error::other(it)))?;
    let bytes = text.len() as u64;
    if bytes > LARGEST_MANIFEST || manifest.id.len() > LONGEST_ID {
        return Err(ManifestError::TooMany(manifest.members.len()).into());
    }
    let header = tar::header(&manifest.id, MANIFEST, bytes, unpack::seconds(manifest));
    put(&mut frame, header.as_ref(), |frame| {
        frame.write_all(text.as_bytes()).map_err(BundleError::Write)
    })?;
    fill(&mut frame, bytes)?;
    for (member, length) in manifest.members.iter().zip(lengths) {
        let Member { name, bytes, sha256 } = member;
        put(&mut frame, unpack::header(manifest, member).as_ref(), |frame| {
            let sum = if *name == MemberName::Journal {
                journal(dir, manifest.entries, recast, frame)?.2
            } else {
                Source { dir, recast, name, bytes: *length }.copy(frame)?
            };
            let same = sum.bytes() == *bytes && sum.digest() == *sha256;
            if same { Ok(()) } else { Err(BundleError::Changed(name.clone())) }
        })?;
        fill(&mut frame, *bytes)?;
    }
    frame.write_all(&tar::END).map_err(BundleError::Write)?;
    let out = frame.finish().map_err(BundleError::Write)?;
    out.flush().map_err(BundleError::Write)
}

/// A header, and what follows it.
fn put<W: Write>(
    frame: &mut W,
    header: Option<&tar::Header>,
    content: impl FnOnce(&mut W) -> Result<(), BundleError>,
) -> Result<(), BundleError> {
    // The limits of a bundle are far below those of a header.
    let header = header.ok_or(ManifestError::TooMuch)?;
    frame.write_all(header).map_err(BundleError::Write)?;
    content(frame)
}

fn fill(frame: &mut impl Write, bytes: u64) -> Result<(), BundleError> {
    let len = usize::try_from(tar::padding(bytes)).unwrap_or(0);
    let zeros = [0; tar::BLOCK];
    frame.write_all(zeros.get(..len).unwrap_or_default()).map_err(BundleError::Write)
}

/// The first entries of the journal as they are written, whatever segments they stand in: how many there are, the
/// digest of the last, and the sum of all.
fn journal(
    dir: &Dir,
    most: u64,
    recast: Option<&Recast<'_>>,
    out: &mut dyn Write,
) -> Result<(u64, Digest, Sum), BundleError> {
    let (mut out, mut problem) = (Summed::into(out), None);
    let mut anew = recast.map(Recast::journal);
    let mut end = (0, Digest::default());
    let most = recast.map_or(most, |it| it.entries);
    let scan = scan::all(dir, |entry| {
        if problem.is_some() || entry.seq > most {
            return;
        }
        let seq = entry.seq;
        let line = match &mut anew {
            Some(anew) => anew.line(entry),
            None => recast::as_it_is(&entry),
        };
        let written = line.and_then(|(line, head)| {
            end = (seq, head);
            out.write_all(&line).map_err(BundleError::Write)
        });
        problem = written.err();
    })?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    match scan.audit.verdict() {
        verdict if verdict.entries == 0 => Err(BundleError::Broken("there is no entry".into())),
        verdict => match verdict.problem {
            Some(broken) => Err(BundleError::Broken(broken.to_string().into())),
            None => Ok((end.0, end.1, out.sum)),
        },
    }
}

/// A file of the session that is not the journal.
struct Source<'a> {
    dir: &'a Dir,
    recast: Option<&'a Recast<'a>>,
    name: &'a MemberName,
    /// A recording grows; so much of it was there at the first look.
    bytes: u64,
}

impl Source<'_> {
    fn copy(&self, out: &mut dyn Write) -> Result<Sum, BundleError> {
        let mut out = Summed::into(out);
        match (self.recast, self.name) {
            (Some(recast), MemberName::Playbook) => {
                out.write_all(recast.playbook()).map_err(BundleError::Write)?;
            }
            (Some(recast), MemberName::Telemetry(_)) => {
                recast.telemetry(&self.open()?, self.bytes, &mut out)?;
            }
            (Some(_) | None, _) => self.plain(&mut out)?,
        }
        Ok(out.sum)
    }

    fn length(&self) -> Result<u64, StoreError> {
        let file = self.open()?;
        file.bytes().map_err(|it| StoreError::io("look at", file.path(), it))
    }

    fn plain(&self, out: &mut Summed<'_>) -> Result<(), BundleError> {
        let file = self.open()?;
        let mut bytes = io::Read::take(file.reader(0), self.bytes);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = io::Read::read(&mut bytes, &mut piece)
                .map_err(|it| StoreError::io("read", file.path(), it))?;
            if read == 0 {
                return Ok(());
            }
            out.write_all(piece.get(..read).unwrap_or_default()).map_err(BundleError::Write)?;
        }
    }

    fn open(&self) -> Result<File, StoreError> {
        let file = self.name.file();
        match self.name.folder() {
            Some(folder) => self.dir.sub(folder)?.file(&file, Access::Read),
            None => self.dir.file(&file, Access::Read),
        }
    }
}

/// The files that go with the journal, and those that do not.
fn names(dir: &Dir, redact: bool) -> Result<(Vec<MemberName>, Vec<Untrusted>), StoreError> {
    let (mut members, mut left_out) = (Vec::new(), Vec::new());
    let mut sort = |path: String| match path.parse::<MemberName>() {
        Ok(name) if !(redact && is_bytes(&name)) => members.push(name),
        Ok(_) | Err(_) => left_out.push(Untrusted::from(path)),
    };
    for name in dir.names()? {
        let local = LOCAL.contains(&name.as_str()) || ask::is_passing(&name);
        if local || segment::number(&name).is_some() {
            continue;
        }
        if FOLDERS.contains(&name.as_str()) {
            dir.sub(&name)?.names()?.iter().for_each(|file| sort(format!("{name}/{file}")));
        } else if name == PLAYBOOK || !redact {
            sort(name);
        }
    }
    Ok((members, left_out))
}

/// Bytes of the host's: nobody can mask a name in them.
const fn is_bytes(name: &MemberName) -> bool {
    match name {
        MemberName::Evidence(_) | MemberName::EvidenceNote(_) | MemberName::Torn(_) => true,
        MemberName::Journal | MemberName::Playbook | MemberName::Telemetry(_) => false,
    }
}

/// Sums up what goes through it.
pub(super) struct Summed<'a> {
    out: &'a mut dyn Write,
    sum: Sum,
}

impl<'a> Summed<'a> {
    fn into(out: &'a mut dyn Write) -> Self {
        Self { out, sum: Sum::default() }
    }
}

impl Write for Summed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.add(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
