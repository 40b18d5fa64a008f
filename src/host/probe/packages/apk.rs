//! Alpine's database: one text file, a block of lines a package, each line a letter and a value.

use super::digest::{Algorithm, Seal};
use super::index::{Builder, LONGEST_PATH, MOST_FILES};
use super::{Database, database_file};
use crate::host::probe::Roots;

/// Where apk keeps it, today and before.
const FILES: [&str; 2] = ["usr/lib/apk/db/installed", "lib/apk/db/installed"];
/// More of it is not read.
const MOST: usize = 128 << 20;

/// One package and its files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Block<'t> {
    /// `P:`.
    pub(super) name: &'t [u8],
    /// Its files.
    pub(super) files: Vec<File<'t>>,
}

/// One file of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct File<'t> {
    folder: &'t [u8],
    name: &'t [u8],
    /// What it looks like, if the package says so.
    pub(super) seal: Option<Seal>,
}

impl File<'_> {
    /// The path from the root; `None` if no file can have it.
    pub(super) fn path(&self) -> Option<Vec<u8>> {
        let between: &[u8] = if self.folder.is_empty() { b"" } else { b"/" };
        let fits = self.folder.len() + self.name.len() + 2 <= LONGEST_PATH;
        fits.then(|| [b"/", self.folder, between, self.name].concat())
    }
}

/// Reads it all, if there is such a database.
pub(super) fn read(roots: &Roots, builder: &mut Builder) {
    let Some(file) = FILES.iter().find(|file| roots.at(file).exists()) else { return };
    let text = database_file(&roots.at(file), MOST);
    let merged = builder.merged();
    for block in blocks(text.as_deref().unwrap_or_default()) {
        let files = block.files.iter();
        let files = files.filter_map(|file| Some((merged.normal(&file.path()?), file.seal)));
        builder.add(block.name, files);
    }
    builder.end_of(Database::Apk, text.is_none().then_some("it cannot be read"));
}

/// The packages of a database. A folder (`F:`) holds until the next one, a file (`R:`) until its digest (`Z:`).
pub(super) fn blocks(text: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    std::iter::from_fn(move || {
        let (mut block, mut folder) = (Block::default(), &b""[..]);
        for line in lines.by_ref() {
            match line.split_at_checked(2) {
                Some((b"P:", name)) => block.name = name,
                Some((b"F:", name)) => folder = name,
                Some((b"R:", name)) => {
                    if block.files.len() <= MOST_FILES {
                        block.files.push(File { folder, name, seal: None });
                    }
                }
                Some((b"Z:", digest)) => {
                    if let Some(file) = block.files.last_mut() {
                        file.seal = seal(digest);
                    }
                }
                None if line.is_empty() && !block.name.is_empty() => return Some(block),
                Some(_) | None => {}
            }
        }
        (!block.name.is_empty()).then_some(block)
    })
}

/// `Q1` and a SHA-1, or `Q2` and a SHA-256, in base64.
fn seal(value: &[u8]) -> Option<Seal> {
    let (form, text) = value.split_at_checked(2)?;
    let algorithm = match form {
        b"Q1" => Algorithm::Sha1,
        b"Q2" => Algorithm::Sha256,
        _ => return None,
    };
    Seal::new(algorithm, &base64(text)?)
}

/// Bytes from base64; `None` if it is none.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.get(..end)? {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}
