//! rpm's database: `rpmdb.sqlite`, `Packages.db` (ndb), or `Packages` (Berkeley DB), each a row of package headers.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use super::Database;
use super::berkeley;
use super::digest::{Algorithm, Seal};
use super::index::{Builder, LONGEST_PATH, MOST_FILES};
use super::paths::Merged;
use super::sqlite::{Bytes, Sqlite};
use crate::host::probe::{Roots, tree};

/// Where rpm keeps it, today and before.
const FOLDERS: [&str; 2] = ["usr/lib/sysimage/rpm", "var/lib/rpm"];

const NAME: u32 = 1000;
const FILE_STATES: u32 = 1029;
const FILE_DIGESTS: u32 = 1035;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const DIGEST_ALGORITHM: u32 = 5011;

/// More entries are in no header.
const MOST_ENTRIES: usize = 1 << 12;
/// More packages are in no database.
const MOST_SLOTS: usize = 1 << 16;
/// More values are in no entry: more files than an index keeps.
const MOST_VALUES: usize = 2 * MOST_FILES;
/// The longest header that is read.
const LONGEST: usize = 32 << 20;

/// Reads it all, if there is such a database.
pub(super) fn read(roots: &Roots, builder: &mut Builder) {
    let merged = builder.merged();
    for folder in FOLDERS {
        let at = |name: &str| roots.at(folder).join(name);
        if let Some(file) = file(&at("rpmdb.sqlite")) {
            let log = self::file(&at("rpmdb.sqlite-wal"));
            let read = Sqlite::open(&file, log.as_ref())
                .and_then(|it| it.blobs(b"Packages", |blob| add(blob, &merged, builder)));
            let trouble = read.err().map(|_| "its tables cannot be read to their end");
            return builder.end_of(Database::Rpm, trouble);
        }
        if let Some(file) = file(&at("Packages.db")) {
            let read = slots(&file, &mut |blob| add(blob, &merged, builder));
            let trouble = read.is_none().then_some("its slots cannot be read to their end");
            return builder.end_of(Database::Rpm, trouble);
        }
        if let Some(file) = file(&at("Packages")) {
            let read = berkeley::values(&file, &mut |blob| add(blob, &merged, builder));
            let trouble = read.is_none().then_some("its pages cannot be read to their end");
            return builder.end_of(Database::Rpm, trouble);
        }
    }
}

fn file(path: &Path) -> Option<File> {
    let file = File::from(tree::open_file(path).ok()?);
    file.metadata().ok().filter(std::fs::Metadata::is_file).map(|_| file)
}

/// The headers in a `Packages.db`: a table of slots, each of which says where a header lies, in blocks of 16 bytes. No
/// header is read twice, and none after `take` has had enough.
pub(super) fn slots<B: Bytes + ?Sized>(
    file: &B,
    take: &mut dyn FnMut(&[u8]) -> Option<()>,
) -> Option<()> {
    let mut header = [0; 32];
    file.fill(0, &mut header)?;
    let pages = usize::try_from(little(&header, 12)?).ok()?;
    let count = pages.checked_mul(256)?;
    if !header.starts_with(b"RpmP") || count > MOST_SLOTS {
        return None;
    }
    let (mut whole, mut seen) = (Some(()), HashSet::new());
    let mut slot = [0; 16];
    for number in 2..count {
        file.fill(number as u64 * 16, &mut slot)?;
        let (package, block) = (little(&slot, 4)?, little(&slot, 8)?);
        if !slot.starts_with(b"Slot") {
            return None;
        }
        if block != 0 {
            let first = seen.insert(block);
            match first.then(|| blob(file, package, u64::from(block) * 16)).flatten() {
                Some(blob) => take(&blob)?,
                None => whole = None,
            }
        }
    }
    whole
}

fn blob<B: Bytes + ?Sized>(file: &B, package: u32, at: u64) -> Option<Vec<u8>> {
    let mut head = [0; 16];
    file.fill(at, &mut head)?;
    let length = usize::try_from(little(&head, 12)?).ok()?;
    if !head.starts_with(b"BlbS") || little(&head, 4)? != package || length > LONGEST {
        return None;
    }
    let mut blob = vec![0; length];
    file.fill(at + 16, &mut blob)?;
    Some(blob)
}

fn little(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// Takes in the files of one header; `None` once enough was read.
fn add(blob: &[u8], merged: &Merged, builder: &mut Builder) -> Option<()> {
    builder.spend(blob.len())?;
    if let Some(header) = Header::of(blob)
        && let Some(name) = header.strings(NAME).next()
    {
        let files = header.files();
        builder.add(name, files.map(|(path, seal)| (merged.normal(&path), seal)));
    }
    Some(())
}

/// A package's header: a list of tags, and the bytes that they point into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'b> {
    entries: &'b [u8],
    data: &'b [u8],
}

impl<'b> Header<'b> {
    pub(super) fn of(blob: &'b [u8]) -> Option<Self> {
        let count = usize::try_from(big(blob, 0)?).ok().filter(|count| *count <= MOST_ENTRIES)?;
        let size = usize::try_from(big(blob, 4)?).ok()?;
        let (entries, data) = blob.get(8..)?.split_at_checked(count * 16)?;
        Some(Self { entries, data: data.get(..size)? })
    }

    /// What a tag points to, with the number of its values.
    fn value(&self, tag: u32) -> Option<(&'b [u8], usize)> {
        let mut entries = self.entries.chunks_exact(16);
        let entry = entries.find(|entry| big(entry, 0) == Some(tag))?;
        let offset = usize::try_from(big(entry, 8)?).ok()?;
        let count = usize::try_from(big(entry, 12)?).ok()?;
        Some((self.data.get(offset..)?, count))
    }

    fn strings(self, tag: u32) -> impl Iterator<Item = &'b [u8]> {
        let (data, count) = self.value(tag).unwrap_or_default();
        data.split(|byte| *byte == 0).take(count.min(MOST_VALUES))
    }

    fn number(&self, tag: u32, place: usize) -> Option<u32> {
        let (data, count) = self.value(tag)?;
        (place < count).then(|| big(data, place.checked_mul(4)?)).flatten()
    }

    /// Every file that is installed, with its digest if it has one.
    pub(super) fn files(self) -> impl Iterator<Item = (Vec<u8>, Option<Seal>)> {
        let folders: Vec<&[u8]> = self.strings(DIR_NAMES).collect();
        let mut digests = self.strings(FILE_DIGESTS);
        let algorithm = match self.number(DIGEST_ALGORITHM, 0) {
            None | Some(1) => Some(Algorithm::Md5),
            Some(2) => Some(Algorithm::Sha1),
            Some(8) => Some(Algorithm::Sha256),
            Some(9) => Some(Algorithm::Sha384),
            Some(10) => Some(Algorithm::Sha512),
            Some(11) => Some(Algorithm::Sha224),
            Some(_) => None,
        };
        let states = self.value(FILE_STATES).map(|(data, _)| data);
        let (indexes, known) = self.value(DIR_INDEXES).unwrap_or_default();
        self.strings(BASE_NAMES).enumerate().filter_map(move |(place, name)| {
            let digits = digests.next().unwrap_or_default();
            // Replaced by another package's, not installed, or of the other word size: not this package's file.
            let elsewhere = states
                .and_then(|states| states.get(place))
                .is_some_and(|state| matches!(state, 1 | 2 | 4));
            let index = (place < known).then(|| big(indexes, place.checked_mul(4)?)).flatten()?;
            let folder = *folders.get(usize::try_from(index).ok()?)?;
            (folder.len() + name.len() <= LONGEST_PATH).then_some(())?;
            let path = [folder, name].concat();
            let seal = algorithm.and_then(|algorithm| Seal::from_hex(algorithm, digits));
            (!elsewhere).then_some((path, seal))
        })
    }
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}
