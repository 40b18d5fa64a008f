//! Addresses.

use super::super::{Family, wallet};
use super::{made_base32, made_base58, monero, said};

fn checked(text: &str) -> Option<(Family, bool)> {
    wallet(text).map(|it| (it.family, it.checked))
}

#[test]
fn a_checksum_is_reckoned_for_each_family() {
    for address in [
        monero(),
        made_base58::crypto_note(&[42], 1, false),
        made_base58::crypto_note(&[19], 2, true),
        made_base58::crypto_note(&[0xa4, 0x2d], 4, false),
    ] {
        assert_eq!(checked(&address), Some((Family::CryptoNote, true)), "{address}");
    }
    for version in [&[0][..], &[5], &[30], &[48], &[60], &[65], &[76], &[0x1c, 0xb8]] {
        let address = made_base58::check(version, 5);
        assert_eq!(checked(&address), Some((Family::Base58Check, true)), "{address}");
    }
    for address in [
        made_base32::bech32("bc", 33, 1, false),
        made_base32::bech32("bc", 53, 2, true),
        made_base32::bech32("ltc", 33, 3, false),
        made_base32::bech32("aleo", 52, 4, true),
    ] {
        assert_eq!(checked(&address), Some((Family::Bech32, true)), "{address}");
    }
    for readable in ["kaspa", "bitcoincash", "cfx", "nexa"] {
        let address = made_base32::cash_address(readable, 53, 6);
        assert_eq!(checked(&address), Some((Family::CashAddress, true)), "{address}");
    }
}

#[test]
fn the_standards_own_examples_fit() {
    // BIP-173, BIP-350, EIP-55 and the cash address specification; examples that stand in the standards.
    for address in [
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
    ] {
        assert!(wallet(address).is_some_and(|it| it.checked), "{address}");
    }
}

#[test]
fn a_letter_that_is_wrong_leaves_the_shape() {
    let mut address = monero().into_bytes();
    let last = address.last_mut().unwrap();
    *last = if *last == b'a' { b'b' } else { b'a' };
    let address = String::from_utf8(address).unwrap();
    assert_eq!(checked(&address), Some((Family::CryptoNote, false)));
    assert_eq!(
        checked("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"),
        Some((Family::Ethereum, false))
    );
}

#[test]
fn ordinary_words_are_no_addresses() {
    for word in [
        "",
        "4",
        "/usr/lib/postgresql/16/bin/postgres",
        "d41d8cd98f00b204e9800998ecf8427e",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "--this-is-a-very-long-option-of-some-program",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(checked(word), None, "{word}");
    }
}

#[test]
fn what_pools_let_stand_around_an_address_is_taken_off() {
    let address = monero();
    for (text, rig) in [
        (format!("{address}.rig7"), Some("rig7")),
        (format!("{address}/rig7"), Some("rig7")),
        (format!("{address}+12000"), None),
        (format!("{address}=9000"), None),
        (format!("XMR:{address}.rig7#abcd-1234"), Some("rig7")),
        (format!("{address}.rig7/me@mail.example"), Some("rig7")),
        (format!("solo:{address}.rig7"), Some("rig7")),
    ] {
        let sentence = said(&format!("prog -o host.example:3333 -u '{text}' -p x"));
        let found = sentence.wallets().next().map(|it| it.text.plain(200));
        assert_eq!(found.as_deref(), Some(address.as_str()), "{text}");
        let rigs: Vec<String> = sentence.commands[0].rigs.iter().map(|it| it.plain(80)).collect();
        assert_eq!(rigs.first().map(String::as_str), rig, "{text}");
    }
}
