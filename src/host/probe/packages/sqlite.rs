//! One table of an `SQLite` file, read by ourselves: the pages, those of a write-ahead log before them, and no SQL.
//!
//! Invariant: total and bounded. No page is visited twice, no row is longer than [`LONGEST`], all of them together are no
//! longer than [`MOST`], and what has not the documented form ends the reading with an error. Deliberately absent: locks. A table that is written to while it
//! is read may come out torn; then it is read again, since the file is another one by then.

use std::collections::{HashMap, HashSet};

/// Longer rows are not read; the longest of real databases are kernels, with some 4 MiB.
const LONGEST: usize = 32 << 20;
/// More is not read of a table, and not handed out.
const MOST: usize = 1 << 30;
/// The file begins so.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Its first page has this in front.
const FILE_HEADER: usize = 100;
/// The log has this in front, and each of its pages has its own.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// More of a log is not read; `SQLite` keeps it far shorter.
const MOST_FRAMES: u64 = 1 << 16;
const MOST_LOG: u64 = 1 << 29;

/// Bytes by their place.
pub(in crate::host::probe) trait Bytes {
    /// Fills `to` from there; `None` if there are not so many.
    fn fill(&self, at: u64, to: &mut [u8]) -> Option<()>;
}

impl Bytes for std::fs::File {
    fn fill(&self, at: u64, to: &mut [u8]) -> Option<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, to, at).ok()
    }
}

impl Bytes for [u8] {
    fn fill(&self, at: u64, to: &mut [u8]) -> Option<()> {
        let from = self.get(usize::try_from(at).ok()?..)?.get(..to.len())?;
        to.copy_from_slice(from);
        Some(())
    }
}

/// Why a table could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::host::probe) enum SqliteError {
    /// It has not the form of such a file.
    #[error("not an SQLite file")]
    Form,
    /// There is no such table.
    #[error("no such table")]
    NoTable,
    /// A page is not there, is not what it should be, or is more than is read.
    #[error("torn page")]
    Page,
}

/// A file, and the log of what was written to it since.
pub(in crate::host::probe) struct Sqlite<'b, F: ?Sized, L: ?Sized> {
    file: &'b F,
    log: Option<&'b L>,
    /// Where in the log the newest version of a page is.
    newer: HashMap<u32, u64>,
    page: usize,
    usable: usize,
    most: usize,
}

/// What is left to visit.
struct Walk {
    pages: Vec<u32>,
    seen: HashSet<u32>,
    /// Bytes that may still be read or handed out.
    left: usize,
}

impl Walk {
    /// A tree whose pages lead back into it would never end, and neither would a chain of them.
    fn enter(&mut self, page: u32, size: usize) -> Option<()> {
        self.seen.insert(page).then_some(())?;
        self.spend(size)
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

impl<'b, F: Bytes + ?Sized, L: Bytes + ?Sized> Sqlite<'b, F, L> {
    /// Opens it. A log that does not belong to the file is passed over, as `SQLite` itself does.
    pub(in crate::host::probe) fn open(
        file: &'b F,
        log: Option<&'b L>,
    ) -> Result<Self, SqliteError> {
        let mut header = [0; FILE_HEADER];
        file.fill(0, &mut header).ok_or(SqliteError::Form)?;
        let size = u16_at(&header, 16).ok_or(SqliteError::Form)?;
        let page = if size == 1 { 1 << 16 } else { usize::from(size) };
        let spare = header.get(20).map_or(0, |byte| usize::from(*byte));
        let sound = header.starts_with(MAGIC) && page.is_power_of_two() && page >= 512;
        let usable = page.checked_sub(spare).filter(|usable| *usable >= 480 && sound);
        let usable = usable.ok_or(SqliteError::Form)?;
        let newer = log.map(|log| newer(log, page)).unwrap_or_default();
        Ok(Self { file, log, newer, page, usable, most: MOST })
    }

    /// Hands out the second column of each row of a table, until `take` has had enough: what rpm has its headers in.
    pub(in crate::host::probe) fn blobs(
        &self,
        table: &[u8],
        mut take: impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), SqliteError> {
        self.column(table, 1, &mut take)
    }

    /// No more bytes than this are read of a table, and handed out.
    pub(in crate::host::probe) const fn at_most(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    /// Hands out one column of each row of a table, counted from 0, until `take` has had enough.
    pub(in crate::host::probe) fn column(
        &self,
        table: &[u8],
        wanted: usize,
        take: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), SqliteError> {
        self.each(table, &mut |row| column(row, wanted).map_or(Some(()), &mut *take))
    }

    /// Hands out each row of a table.
    pub(in crate::host::probe) fn each(
        &self,
        table: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), SqliteError> {
        let mut root = None;
        self.rows(1, &mut |row| {
            if column(row, 0) == Some(b"table") && column(row, 1) == Some(table) {
                root = column(row, 3).and_then(number);
            }
            Some(())
        })?;
        let root = root.ok_or(SqliteError::NoTable)?;
        // A row of another form is none of ours.
        self.rows(root, take)
    }

    fn rows(
        &self,
        root: u32,
        take: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), SqliteError> {
        let mut walk = Walk { pages: vec![root], seen: HashSet::new(), left: self.most };
        let mut page = vec![0; self.page];
        let mut row = Vec::new();
        while let Some(number) = walk.pages.pop() {
            self.visit(number, &mut walk, &mut page, &mut row, take).ok_or(SqliteError::Page)?;
        }
        Ok(())
    }

    /// One page of a table: either the pages below it, or its rows.
    fn visit(
        &self,
        number: u32,
        walk: &mut Walk,
        page: &mut [u8],
        row: &mut Vec<u8>,
        take: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Option<()> {
        walk.enter(number, self.page)?;
        self.read(number, page)?;
        let start = if number == 1 { FILE_HEADER } else { 0 };
        let cells = usize::from(u16_at(page, start + 3)?);
        match page.get(start)? {
            0x05 => {
                walk.pages.push(u32_at(page, start + 8)?);
                for cell in (0..cells).rev() {
                    let at = u16_at(page, start + 12 + 2 * cell)?;
                    walk.pages.push(u32_at(page, usize::from(at))?);
                }
                (walk.pages.len() < 1 << 20).then_some(())
            }
            0x0d => {
                for cell in 0..cells {
                    let at = u16_at(page, start + 8 + 2 * cell)?;
                    self.payload(page, usize::from(at), walk, row)?;
                    take(row)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// The whole of one row: what stands in the page, and what stands in a chain of others.
    fn payload(&self, page: &[u8], at: usize, walk: &mut Walk, row: &mut Vec<u8>) -> Option<()> {
        let (length, after) = varint(page, at)?;
        let (_id, start) = varint(page, after)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST)?;
        let here = self.local(length)?;
        walk.spend(length)?;
        row.clear();
        row.extend_from_slice(page.get(start..)?.get(..here)?);
        if here == length {
            return Some(());
        }
        let mut next = u32_at(page, start + here)?;
        let mut part = vec![0; self.page];
        while row.len() < length {
            walk.enter(next, self.page)?;
            self.read(next, &mut part)?;
            next = u32_at(&part, 0)?;
            let rest = (length - row.len()).min(self.usable - 4);
            row.extend_from_slice(part.get(4..4 + rest)?);
        }
        Some(())
    }

    /// How much of a row of this length stands in its page, as the format has it.
    fn local(&self, length: usize) -> Option<usize> {
        let most = self.usable.checked_sub(35)?;
        if length <= most {
            return Some(length);
        }
        let least = (self.usable.checked_sub(12)? * 32 / 255).checked_sub(23)?;
        let fitting = least + length.checked_sub(least)? % self.usable.checked_sub(4)?;
        Some(if fitting <= most { fitting } else { least })
    }

    fn read(&self, number: u32, page: &mut [u8]) -> Option<()> {
        if let (Some(at), Some(log)) = (self.newer.get(&number), self.log) {
            return log.fill(*at, page);
        }
        let at = u64::from(number.checked_sub(1)?).checked_mul(self.page as u64)?;
        self.file.fill(at, page)
    }
}

/// Pages of a log that were committed. It ends where the salt or the sum is not right: what stands there is older.
fn newer<L: Bytes + ?Sized>(log: &L, size: usize) -> HashMap<u32, u64> {
    let mut header = [0; LOG_HEADER];
    let (mut committed, mut open) = (HashMap::new(), Vec::new());
    if log.fill(0, &mut header).is_none() || log_page(&header) != Some(size) {
        return committed;
    }
    let big = header.get(3) == Some(&0x83);
    let mut sum = added((0, 0), header.get(..24).unwrap_or_default(), big);
    let (mut frame, mut page) = ([0; FRAME_HEADER], vec![0; size]);
    let mut at = LOG_HEADER as u64;
    for _ in 0..MOST_FRAMES {
        let body = at + FRAME_HEADER as u64;
        if at > MOST_LOG {
            break;
        }
        if log.fill(at, &mut frame).is_none() || log.fill(body, &mut page).is_none() {
            break;
        }
        sum = added(added(sum, frame.get(..8).unwrap_or_default(), big), &page, big);
        let told = (u32_at(&frame, 16), u32_at(&frame, 20));
        if frame.get(8..16) != header.get(16..24) || told != (Some(sum.0), Some(sum.1)) {
            break;
        }
        let (Some(number), Some(commit)) = (u32_at(&frame, 0), u32_at(&frame, 4)) else { break };
        open.push((number, body));
        if commit != 0 {
            committed.extend(open.drain(..));
        }
        at = body + size as u64;
    }
    committed
}

/// The size of pages in a log, if it is one.
fn log_page(header: &[u8]) -> Option<usize> {
    let magic = u32_at(header, 0)?;
    let size = usize::try_from(u32_at(header, 8)?).ok()?;
    (magic & !1 == 0x377f_0682).then_some(size)
}

/// The log's own running sum.
fn added(sum: (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    let word = |chunk: Option<&[u8; 4]>| {
        let bytes = *chunk.unwrap_or(&[0; 4]);
        if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    bytes.chunks_exact(8).fold(sum, |(one, two), pair| {
        let one = one.wrapping_add(word(pair.first_chunk())).wrapping_add(two);
        (one, two.wrapping_add(word(pair.last_chunk())).wrapping_add(one))
    })
}

/// It is zero, or nothing.
pub(in crate::host::probe) fn is_zero(row: &[u8], wanted: usize) -> bool {
    let stored = kind(row, wanted).is_some_and(|(kind, _)| kind == 9);
    !stored && column(row, wanted).is_none_or(|it| it.iter().all(|byte| *byte == 0))
}

/// One column of a row: text, a blob, or the bytes of a whole number.
pub(in crate::host::probe) fn column(row: &[u8], wanted: usize) -> Option<&[u8]> {
    let (kind, start) = kind(row, wanted)?;
    row.get(start..)?.get(..length(kind)?)
}

fn length(kind: u64) -> Option<usize> {
    Some(match kind {
        0 | 8..=11 => 0,
        1..=4 => usize::try_from(kind).ok()?,
        5 => 6,
        6 | 7 => 8,
        _ => usize::try_from((kind - 12) / 2).ok()?,
    })
}

/// What kind of value a column has, and where it begins.
fn kind(row: &[u8], wanted: usize) -> Option<(u64, usize)> {
    let (header, mut at) = varint(row, 0)?;
    let mut start = usize::try_from(header).ok()?;
    let kinds = row.get(..start)?;
    for place in 0..=wanted {
        let (kind, next) = varint(kinds, at)?;
        let length = length(kind)?;
        if place == wanted {
            return Some((kind, start));
        }
        start = start.checked_add(length)?;
        at = next;
    }
    None
}

fn number(bytes: &[u8]) -> Option<u32> {
    let value = bytes
        .iter()
        .try_fold(0_u64, |sum, byte| sum.checked_mul(256).map(|sum| sum + u64::from(*byte)));
    u32::try_from(value?).ok()
}

/// `SQLite`'s whole numbers: seven bits a byte, and nine bytes at most. With it, where the next thing begins.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for (count, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if count == 8 {
            return Some((value << 8 | u64::from(*byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + count + 1));
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}
