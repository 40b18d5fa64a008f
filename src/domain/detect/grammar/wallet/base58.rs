//! Numbers to the base 58, and the two families of addresses that are written with them.

use sha2::Sha256;
use sha3::{Digest, Keccak256};

use super::Family;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Bytes that are written with so many letters, in a family that writes eight bytes at a time.
const BLOCKS: [usize; 12] = [0, 9, 1, 2, 9, 3, 4, 5, 9, 6, 7, 8];
/// A checksum is so many bytes of a hash.
const SUM: usize = 4;

/// A prefix, two keys, perhaps a payment's number, and the beginning of their Keccak-256.
pub(super) fn crypto_note(text: &str) -> Option<(Family, bool)> {
    if !(93..=128).contains(&text.len()) || !is_mixed(text) {
        return None;
    }
    let fits = blocks(text).is_some_and(|bytes| {
        let (said, sum) = bytes.split_at(bytes.len().saturating_sub(SUM));
        said.len() > 64 && Keccak256::digest(said).starts_with(sum)
    });
    (fits || matches!(text.len(), 95..=110)).then_some((Family::CryptoNote, fits))
}

/// Standard and sub-addresses, or integrated ones.
pub(super) fn is_as_long_as_moneros(text: &[u8]) -> bool {
    matches!((text.len(), text.first()), (95, Some(b'4' | b'8')) | (106, Some(b'4')))
}

/// A version, the hash of a key, and the beginning of their SHA-256 of SHA-256.
pub(super) fn check(text: &str) -> Option<(Family, bool)> {
    if !(26..=36).contains(&text.len()) || !is_mixed(text) {
        return None;
    }
    let fits = number(text).is_some_and(|bytes| {
        let (said, sum) = bytes.split_at(bytes.len().saturating_sub(SUM));
        matches!(said.len(), 21 | 22) && Sha256::digest(Sha256::digest(said)).starts_with(sum)
    });
    Some((Family::Base58Check, fits))
}

/// All letters of it are of the alphabet; small ones, capitals and digits are among them.
pub(super) fn is_mixed(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && text.bytes().all(|letter| digit(letter).is_some())
}

fn digit(letter: u8) -> Option<u32> {
    ALPHABET.iter().position(|it| *it == letter).and_then(|at| at.try_into().ok())
}

/// One long number; each leading `1` is a zero.
fn number(text: &str) -> Option<Vec<u8>> {
    // The least byte first.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for letter in text.bytes() {
        let mut carry = digit(letter)?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = low(carry);
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(low(carry));
            carry >>= 8;
        }
    }
    let zeros = text.bytes().take_while(|letter| *letter == b'1').count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}

/// Eleven letters for eight bytes, and fewer for what is left.
fn blocks(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for block in text.as_bytes().chunks(11) {
        let size = BLOCKS.get(block.len()).copied().filter(|size| (1..=8).contains(size))?;
        let mut value: u128 = 0;
        for letter in block {
            value = value * 58 + u128::from(digit(*letter)?);
        }
        let value = value.to_be_bytes();
        let (zeros, kept) = value.split_at(value.len() - size);
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

const fn low(value: u32) -> u8 {
    value.to_le_bytes()[0]
}

#[cfg(test)]
pub(in super::super) mod tests {
    //! Addresses of keys that nobody has.

    use super::{ALPHABET, BLOCKS, Digest, Keccak256, Sha256};

    /// An address of the `CryptoNote` family with this prefix over made-up keys.
    pub(in super::super::super) fn crypto_note(prefix: &[u8], seed: u8, payment: bool) -> String {
        let mut bytes = prefix.to_vec();
        bytes.extend((0..64 + if payment { 8 } else { 0 }).map(|at: u8| stir(seed, at)));
        bytes.extend_from_slice(&Keccak256::digest(&bytes)[..4]);
        bytes.chunks(8).map(block).collect()
    }

    /// An address with this version over a made-up hash.
    pub(in super::super::super) fn check(version: &[u8], seed: u8) -> String {
        let mut bytes = version.to_vec();
        bytes.extend((0..20).map(|at| stir(seed, at)));
        bytes.extend_from_slice(&Sha256::digest(Sha256::digest(&bytes))[..4]);
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let mut letters = Vec::new();
        while bytes.iter().any(|byte| *byte != 0) {
            let mut rest = 0;
            for byte in &mut bytes {
                let value = rest * 256 + usize::from(*byte);
                *byte = u8::try_from(value / 58).unwrap();
                rest = value % 58;
            }
            letters.push(ALPHABET[rest]);
        }
        letters.extend(std::iter::repeat_n(b'1', zeros));
        letters.reverse();
        String::from_utf8(letters).unwrap()
    }

    pub(in super::super::super) fn stir(seed: u8, at: u8) -> u8 {
        Sha256::digest([seed, at])[0]
    }

    fn block(bytes: &[u8]) -> String {
        let mut value = bytes.iter().fold(0_u128, |sum, byte| sum * 256 + u128::from(*byte));
        let size = BLOCKS.iter().position(|size| *size == bytes.len()).unwrap();
        let mut letters = vec![b'1'; size];
        for letter in letters.iter_mut().rev() {
            *letter = ALPHABET[usize::try_from(value % 58).unwrap()];
            value /= 58;
        }
        String::from_utf8(letters).unwrap()
    }
}
