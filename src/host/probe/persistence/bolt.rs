//! A file of bolt, the store that older podman keeps its containers in, read by ourselves.
//!
//! Invariant: total and bounded. No page is visited twice, and no more bytes are read than were asked for. Deliberately
//! absent: locks. A file that is written to while it is read may come out torn; then it is read again, since it changed.

use std::collections::HashSet;

use crate::host::probe::packages::sqlite::Bytes;

/// The first page that counts is one of two, each with this in it.
const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
/// In front of every page.
const HEADER: usize = 16;
/// What is told of the whole file, and how much of that the sum is over.
const META: usize = 64;
const SUMMED: usize = 56;
/// Sizes of pages that machines have; the file says it in its first page, which may be torn.
const PAGES: [u64; 4] = [4096, 8192, 16384, 65536];
const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const IS_BUCKET: u32 = 1;

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BoltError {
    /// It has not the form of such a file.
    #[error("not a file of bolt")]
    Form,
    /// A page is not there, is not what it should be, or is more than is read.
    #[error("torn page")]
    Page,
}

/// A key and what stands under it; that may be a bucket with keys of its own.
struct Item {
    is_bucket: bool,
    key: Vec<u8>,
    value: Vec<u8>,
}

/// A file, while it is read.
struct Bolt<'b, F: ?Sized> {
    file: &'b F,
    page: u64,
    seen: HashSet<u64>,
    left: usize,
}

/// What stands under `key` in each bucket of the bucket `outer`. No more than `most` bytes are read.
pub(super) fn values<F: Bytes + ?Sized>(
    file: &F,
    (outer, key): (&[u8], &[u8]),
    most: usize,
) -> Result<Vec<Vec<u8>>, BoltError> {
    let (page, root) = newest(file).ok_or(BoltError::Form)?;
    let mut bolt = Bolt { file, page, seen: HashSet::new(), left: most };
    let found = bolt.inside(root, outer, key);
    found.ok_or(BoltError::Page)
}

/// Size of pages and root of the newest state that is whole.
fn newest<F: Bytes + ?Sized>(file: &F) -> Option<(u64, u64)> {
    let first = meta(file, 0);
    let sizes = first.map_or(PAGES.to_vec(), |(_, page, _)| vec![page]);
    let second = sizes.into_iter().find_map(|at| meta(file, at).filter(|it| it.1 == at));
    let (_, page, root) = first.into_iter().chain(second).max()?;
    Some((page, root))
}

/// Number of the transaction, size of pages, and root.
fn meta<F: Bytes + ?Sized>(file: &F, at: u64) -> Option<(u64, u64, u64)> {
    let mut page = [0; HEADER + META];
    file.fill(at, &mut page)?;
    let meta = page.get(HEADER..)?;
    let sum = meta.get(..SUMMED)?.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let size = u64::from(u32_at(meta, 8)?);
    let is_one = u32_at(meta, 0)? == MAGIC && u32_at(meta, 4)? == VERSION;
    let holds = is_one && u64_at(meta, SUMMED)? == sum && PAGES.contains(&size);
    holds.then_some((u64_at(meta, 48)?, size, u64_at(meta, 16)?))
}

impl<F: Bytes + ?Sized> Bolt<'_, F> {
    fn inside(&mut self, root: u64, outer: &[u8], key: &[u8]) -> Option<Vec<Vec<u8>>> {
        let top = self.items(root)?;
        let Some(outer) = top.into_iter().find(|it| it.is_bucket && it.key == outer) else {
            return Some(Vec::new());
        };
        let mut found = Vec::new();
        for inner in self.bucket(&outer.value)?.into_iter().filter(|it| it.is_bucket) {
            let items = self.bucket(&inner.value)?;
            found.extend(items.into_iter().find(|it| it.key == key).map(|it| it.value));
        }
        Some(found)
    }

    /// What is in a bucket: a small one stands where it is named, any other has pages.
    fn bucket(&mut self, value: &[u8]) -> Option<Vec<Item>> {
        match u64_at(value, 0)? {
            0 => {
                let mut items = Vec::new();
                leaf(value.get(HEADER..)?, &mut items)?;
                Some(items)
            }
            root => self.items(root),
        }
    }

    /// What is in a tree of pages, in no order.
    fn items(&mut self, root: u64) -> Option<Vec<Item>> {
        let (mut items, mut waiting) = (Vec::new(), vec![root]);
        while let Some(number) = waiting.pop() {
            let page = self.read(number)?;
            match u16_at(&page, 8)? {
                LEAF => leaf(&page, &mut items)?,
                BRANCH => {
                    for at in 0..usize::from(u16_at(&page, 10)?) {
                        waiting.push(u64_at(&page, HEADER + at * 16 + 8)?);
                    }
                }
                _ => return None,
            }
        }
        Some(items)
    }

    /// A page, and those that it runs over into.
    fn read(&mut self, number: u64) -> Option<Vec<u8>> {
        self.seen.insert(number).then_some(())?;
        let at = number.checked_mul(self.page)?;
        let mut header = [0; HEADER];
        self.file.fill(at, &mut header)?;
        let pages = u64::from(u32_at(&header, 12)?) + 1;
        let size = usize::try_from(pages.checked_mul(self.page)?).ok()?;
        self.left = self.left.checked_sub(size)?;
        let mut page = vec![0; size];
        self.file.fill(at, &mut page)?;
        Some(page)
    }
}

fn leaf(page: &[u8], items: &mut Vec<Item>) -> Option<()> {
    for at in 0..usize::from(u16_at(page, 10)?) {
        let element = HEADER + at * 16;
        let size = |place: usize| usize::try_from(u32_at(page, element + place)?).ok();
        let (start, key, value) = (element.checked_add(size(4)?)?, size(8)?, size(12)?);
        let (middle, end) = (start.checked_add(key)?, start.checked_add(key)?.checked_add(value)?);
        items.push(Item {
            is_bucket: u32_at(page, element)? & IS_BUCKET != 0,
            key: page.get(start..middle)?.to_vec(),
            value: page.get(middle..end)?.to_vec(),
        });
    }
    Some(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
