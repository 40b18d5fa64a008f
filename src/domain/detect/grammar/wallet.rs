//! Addresses that a miner is paid to.
//!
//! Where a coin has a checksum it is reckoned, for any coin of its family: no list of coins is needed, and an address
//! that fits by accident is one in thousands of millions. Where there is none, or it does not fit, the shape is what is
//! known. Absent: checksums with BLAKE (Decred, Ergo, Nano), which would bring a crate for three coins.

mod base32;
mod base58;

use sha3::{Digest, Keccak256};

use crate::domain::untrusted::Untrusted;

/// Nothing shorter or longer is an address.
const LENGTHS: std::ops::RangeInclusive<usize> = 26..=128;

/// As long as the shortest address with 32 letters.
const LONG: usize = 42;

/// An address, or what has the shape of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// It, without whatever pools let stand before or after it.
    pub text: Untrusted,
    /// How it is written.
    pub family: Family,
    /// Its checksum fits.
    pub checked: bool,
}

/// How coins write addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Monero and its kin: standard, integrated and sub-addresses.
    CryptoNote,
    /// Bitcoin, Litecoin, Dogecoin, Ravencoin, Verus, Zcash, Dash, Tron and many more.
    Base58Check,
    /// Bitcoin since 2017, Aleo, Dero.
    Bech32,
    /// Bitcoin Cash, Kaspa, Nexa, Conflux.
    CashAddress,
    /// Ethereum, Ethereum Classic and their kin.
    Ethereum,
    /// A shape that only lists of coins would tell more of: Ergo, Alephium, Qubic, Nano, Iron Fish.
    Other,
}

/// The address that `text` is, all of it.
#[must_use]
pub fn wallet(text: &str) -> Option<Wallet> {
    if !LENGTHS.contains(&text.len()) || !text.is_ascii() {
        return None;
    }
    let (family, checked) = ethereum(text)
        .or_else(|| base32::cash_address(text))
        .or_else(|| base32::bech32(text))
        .or_else(|| base58::crypto_note(text))
        .or_else(|| base58::check(text))
        .or_else(|| other(text))?;
    Some(Wallet { text: text.into(), family, checked })
}

impl Wallet {
    /// No ordinary word looks like it, whoever says it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let monero = || base58::is_as_long_as_moneros(self.text.bytes());
        // Forty letters out of 32, behind the word of a coin: also where somebody mistyped one.
        let long = matches!(self.family, Family::Bech32 | Family::CashAddress)
            && self.text.bytes().len() >= LONG;
        self.checked || self.family == Family::Ethereum || long || monero() || self.is_capitals()
    }

    /// Sixty capitals, as Qubic writes addresses; letters that no protein has are among them.
    #[must_use]
    pub fn is_capitals(&self) -> bool {
        let text = self.text.bytes();
        let others = b"BJOUXZ".iter().filter(|it| text.contains(it)).count();
        text.len() == 60 && text.iter().all(u8::is_ascii_uppercase) && others >= 3
    }
}

/// `0x` and 40 digits; in both cases they are a checksum (EIP-55).
fn ethereum(text: &str) -> Option<(Family, bool)> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.len() != 40 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let small = digits.to_ascii_lowercase();
    if small == digits || digits.bytes().all(|it| !it.is_ascii_lowercase()) {
        return Some((Family::Ethereum, false));
    }
    let hash = Keccak256::digest(small.as_bytes());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let fits = digits.bytes().zip(nibbles).all(|(digit, nibble)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (nibble >= 8)
    });
    Some((Family::Ethereum, fits))
}

/// Shapes that are read only where an address has to stand.
fn other(text: &str) -> Option<(Family, bool)> {
    let all = |test: fn(u8) -> bool| text.bytes().all(test);
    let nano = text.strip_prefix("nano_").or_else(|| text.strip_prefix("xrb_"));
    let is_nano = nano.is_some_and(|rest| rest.len() == 60);
    let is_qubic = text.len() == 60 && all(|it| it.is_ascii_uppercase());
    let is_key = text.len() == 64 && all(|it| it.is_ascii_hexdigit());
    let is_long = matches!(text.len(), 43..=53) && base58::is_mixed(text);
    (is_nano || is_qubic || is_key || is_long).then_some((Family::Other, false))
}

#[cfg(test)]
pub(super) use {base32::tests as made_base32, base58::tests as made_base58};
