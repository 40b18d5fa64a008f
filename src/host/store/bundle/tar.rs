//! The one form of `tar` header that bundles have: a regular file, POSIX ustar.
//!
//! Invariant: a header is accepted only if it is, byte for byte, the one that would be written for the file that is
//! expected. So a bundle has no way to say link, device, sparse file, long name or second size, and no two programs
//! can read it in two ways. That is why the reader is thirty lines here and no crate.

use crate::domain::untrusted::Untrusted;

/// Bytes of a header, and what content is filled up to.
pub(super) const BLOCK: usize = 512;
/// Two of them end a `tar` file.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

const NAME: usize = 100;
const SIZE: (usize, usize) = (124, 12);
const TIME: (usize, usize) = (136, 12);
const SUM: (usize, usize) = (148, 8);
const KIND: usize = 156;
const PREFIX: (usize, usize) = (345, 155);

/// A header.
pub(super) type Header = [u8; BLOCK];

/// The header of a regular file in a folder; `None` if a name or a number is too long for it.
pub(super) fn header(folder: &str, file: &str, bytes: u64, seconds: u64) -> Option<Header> {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, most: usize, text: &[u8]| {
        let place = header.get_mut(at..at + text.len()).filter(|_| text.len() <= most);
        place.map(|place| place.copy_from_slice(text))
    };
    let number = |value: u64, digits: usize| format!("{value:0digits$o}\0").into_bytes();
    put(0, NAME, file.as_bytes())?;
    put(100, 8, b"0000600\0")?;
    put(108, 8, b"0000000\0")?;
    put(116, 8, b"0000000\0")?;
    put(SIZE.0, SIZE.1, &number(bytes, 11))?;
    put(TIME.0, TIME.1, &number(seconds, 11))?;
    put(SUM.0, SUM.1, b"        ")?;
    put(KIND, 1, b"0")?;
    put(257, 8, b"ustar\x0000")?;
    put(329, 8, b"0000000\0")?;
    put(337, 8, b"0000000\0")?;
    put(PREFIX.0, PREFIX.1, folder.as_bytes())?;
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    let text = format!("{sum:06o}\0 ");
    header.get_mut(SUM.0..SUM.0 + SUM.1)?.copy_from_slice(text.as_bytes());
    Some(header)
}

/// How many zeros fill the last block of so much content.
pub(super) const fn padding(bytes: u64) -> u64 {
    (BLOCK as u64 - bytes % BLOCK as u64) % BLOCK as u64
}

/// Folder, size and time of a header, as far as they can be read; the header may be any bytes.
pub(super) fn claims(header: &Header) -> Option<(String, u64, u64)> {
    let number = |(at, len): (usize, usize)| {
        let text = std::str::from_utf8(header.get(at..at + len - 1)?).ok()?;
        u64::from_str_radix(text, 8).ok()
    };
    let folder = std::str::from_utf8(text(header, PREFIX.0, PREFIX.1)).ok()?;
    Some((folder.to_owned(), number(SIZE)?, number(TIME)?))
}

/// What a header stands for, in words for whoever wonders why it is refused.
pub(super) fn told(header: &Header) -> Untrusted {
    let kind = match header.get(KIND) {
        Some(b'0' | 0) => "a file",
        Some(b'1') => "a hard link",
        Some(b'2') => "a symbolic link",
        Some(b'3' | b'4') => "a device",
        Some(b'5') => "a directory",
        Some(b'6') => "a FIFO",
        Some(b'x' | b'g') => "a PAX header",
        Some(b'L' | b'K') => "a long name",
        Some(b'S') => "a sparse file",
        Some(_) | None => "something else",
    };
    if header.iter().all(|byte| *byte == 0) {
        return "the end".into();
    }
    let (folder, name) = (text(header, PREFIX.0, PREFIX.1), text(header, 0, NAME));
    let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
    Untrusted::new([kind.as_bytes(), b" `", folder, slash, name, b"`"].concat())
}

fn text(header: &Header, at: usize, most: usize) -> &[u8] {
    let field = header.get(at..at + most).unwrap_or_default();
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}
