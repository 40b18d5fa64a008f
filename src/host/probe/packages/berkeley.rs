//! The values of a hash in a Berkeley DB file, read by ourselves: where rpm had its headers until 2020, as `CentOS` 7 does.
//!
//! The pages are gone through one after the other, not by their buckets: each says what it is, and one that is free says
//! that too. A value stands in its page, or in a chain of pages of its own.
//!
//! Invariant: total and bounded. No page of a chain is visited twice, no value is longer than [`LONGEST`], all of them
//! together are no longer than [`MOST`], and what has not the documented form makes the reading incomplete. Deliberately
//! absent: locks, as for the other forms; files with sums or secrets in their pages, which rpm never made.

use std::collections::HashSet;

use super::sqlite::Bytes;

/// Longer values are not read.
const LONGEST: usize = 32 << 20;
/// No more pages of a file than make up so many bytes are read, and no more is handed out.
const MOST: usize = 1 << 30;
/// The head of the first page, and of every other one.
const META: usize = 72;
const HEAD: usize = 26;
/// What makes the first page that of a hash; and the kinds of pages.
const MAGIC: u32 = 0x0006_1561;
const HASH_META: u8 = 8;
const HASHES: [u8; 2] = [2, 13];
const OVERFLOW: u8 = 7;
/// Kinds of what stands in a page of a hash: the bytes themselves, or where they are.
const HERE: u8 = 1;
const ELSEWHERE: u8 = 3;

/// A file whose first page is known.
struct Book<'b, F: ?Sized> {
    file: &'b F,
    /// Bytes of a page.
    page: usize,
    last: u32,
    /// Numbers have their highest byte first.
    big: bool,
}

/// What may still be read, and which pages of chains were.
struct Walk {
    seen: HashSet<u32>,
    left: usize,
}

/// Hands out every value but that of the key 0, in which rpm counts, until `take` has had enough. `None` if not all of
/// them could be read.
pub(super) fn values<F: Bytes + ?Sized>(
    file: &F,
    take: &mut dyn FnMut(&[u8]) -> Option<()>,
) -> Option<()> {
    let book = Book::open(file)?;
    let mut walk = Walk { seen: HashSet::new(), left: MOST };
    let (mut head, mut page, mut value) = ([0; HEAD], vec![0; book.page], Vec::new());
    let mut whole = Some(());
    for number in 1..=book.last {
        file.fill(book.place(number), &mut head)?;
        if !HASHES.contains(&head[HEAD - 1]) {
            continue;
        }
        file.fill(book.place(number), &mut page)?;
        for pair in 0..usize::from(book.short(&page, 20)?) / 2 {
            let key = book.item(&page, 2 * pair);
            let counts = key.is_some_and(|it| it.first() == Some(&HERE) && is_zero(it));
            let item = book.item(&page, 2 * pair + 1).filter(|_| key.is_some());
            match item.and_then(|item| book.value(item, &mut walk, &mut value)) {
                Some(()) if counts => {}
                Some(()) => take(&value)?,
                None => whole = None,
            }
        }
    }
    whole
}

impl<'b, F: Bytes + ?Sized> Book<'b, F> {
    fn open(file: &'b F) -> Option<Self> {
        let mut meta = [0; META];
        file.fill(0, &mut meta)?;
        let magic: [u8; 4] = *meta.get(12..)?.first_chunk()?;
        let big = u32::from_be_bytes(magic) == MAGIC;
        if !big && u32::from_le_bytes(magic) != MAGIC {
            return None;
        }
        let plain = meta.get(24..27)? == [0, HASH_META, 0];
        let mut book = Self { file, page: 0, last: 0, big };
        book.page = usize::try_from(book.long(&meta, 20)?).ok()?;
        book.last = book.long(&meta, 32)?;
        let sound = plain && book.page.is_power_of_two() && (512..=1 << 16).contains(&book.page);
        let bytes = usize::try_from(book.last).ok()?.checked_mul(book.page)?;
        (sound && bytes <= MOST).then_some(book)
    }

    /// What stands in one place of a page; the places follow each other from its end.
    fn item<'p>(&self, page: &'p [u8], place: usize) -> Option<&'p [u8]> {
        let at = |place: usize| self.short(page, HEAD + 2 * place).map(usize::from);
        let end = place.checked_sub(1).map_or(Some(page.len()), at)?;
        page.get(at(place)?..end)
    }

    /// The bytes that an item stands for.
    fn value(&self, item: &[u8], walk: &mut Walk, value: &mut Vec<u8>) -> Option<()> {
        value.clear();
        let (kind, rest) = item.split_first()?;
        match *kind {
            HERE => {
                walk.left = walk.left.checked_sub(rest.len())?;
                value.extend_from_slice(rest);
                Some(())
            }
            ELSEWHERE => {
                let length = usize::try_from(self.long(item, 8)?).ok()?;
                self.chain(self.long(item, 4)?, length, walk, value)
            }
            _ => None,
        }
    }

    fn chain(
        &self,
        mut next: u32,
        length: usize,
        walk: &mut Walk,
        value: &mut Vec<u8>,
    ) -> Option<()> {
        walk.left = walk.left.checked_sub(length).filter(|_| length <= LONGEST)?;
        let mut page = vec![0; self.page];
        while value.len() < length {
            (next != 0 && walk.seen.insert(next)).then_some(())?;
            self.file.fill(self.place(next), &mut page)?;
            let part = usize::from(self.short(&page, 22)?);
            let part = page.get(HEAD..)?.get(..part.min(length - value.len()))?;
            (page.get(HEAD - 1) == Some(&OVERFLOW) && !part.is_empty()).then_some(())?;
            value.extend_from_slice(part);
            next = self.long(&page, 16)?;
        }
        Some(())
    }

    const fn place(&self, page: u32) -> u64 {
        page as u64 * self.page as u64
    }

    fn long(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let number = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(number) } else { u32::from_le_bytes(number) })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let number = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) })
    }
}

/// Four bytes of nothing, behind the kind of what they are.
fn is_zero(item: &[u8]) -> bool {
    item.get(1..).is_some_and(|key| key == [0; 4])
}
