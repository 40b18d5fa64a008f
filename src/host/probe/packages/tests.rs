//! The readers take any bytes, and read what others wrote.

use proptest::prelude::*;

use super::digest::{Algorithm, Seal};
use super::index::Row;
use super::sqlite::Sqlite;
use super::{apk, berkeley, dpkg, rpm};

/// Written by `SQLite` itself, with small pages, so that there are pages above pages and chains of them.
const DATABASE: &[u8] = include_bytes!("../../../../tests/packages/rpmdb.sqlite");
/// The same while it was open: some of it is in the log only.
const LOGGED: &[u8] = include_bytes!("../../../../tests/packages/logged.sqlite");
const LOG: &[u8] = include_bytes!("../../../../tests/packages/logged.sqlite-wal");

/// Written by Berkeley DB itself: 60 headers in chains of small pages and in pages of the hash, a count, free pages.
const HASH: &[u8] = include_bytes!("../../../../tests/packages/Packages");

fn values(file: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut found = Vec::new();
    let read = berkeley::values(file, &mut |value| {
        found.push(value.to_vec());
        Some(())
    });
    (found, read.is_some())
}

fn blobs(file: &[u8], log: Option<&[u8]>) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let opened = Sqlite::open(file, log).ok()?;
    let keep = |blob: &[u8]| {
        found.push(blob.to_vec());
        Some(())
    };
    opened.blobs(b"Packages", keep).ok()?;
    Some(found)
}

#[test]
fn a_file_takes_no_more_room_in_the_index_than_its_parts() {
    assert_eq!(size_of::<Row>(), 8 + 2 + 1 + 16);
}

#[test]
fn a_table_of_sqlite_is_read_row_by_row_whatever_their_length() {
    let rows = blobs(DATABASE, None).unwrap();
    assert_eq!(rows.len(), 60);
    let name = |row: &Vec<u8>| rpm::Header::of(row).map(|header| header.files().count());
    assert!(rows.iter().all(|row| name(row).is_some()), "each is a header");
    assert!(rows.iter().any(|row| row.len() > 8_000), "one goes over many pages");
}

#[test]
fn what_is_in_the_log_only_counts_and_a_torn_end_of_it_does_not() {
    let without = blobs(LOGGED, None).map_or(0, |rows| rows.len());
    let with = blobs(LOGGED, Some(LOG)).unwrap().len();
    assert!(without < with, "{without} without the log, {with} with it");
    assert_eq!(with, 60);
    let torn = &LOG[..LOG.len() - 100];
    assert!(blobs(LOGGED, Some(torn)).is_none_or(|rows| rows.len() < with));
}

#[test]
fn a_hash_has_the_same_headers_as_a_table() {
    let (mut values, whole) = values(HASH);
    assert!(whole);
    let mut rows = blobs(DATABASE, None).unwrap();
    values.sort();
    rows.sort();
    assert!(values == rows, "{} values, {} rows", values.len(), rows.len());
}

#[test]
fn a_chain_of_pages_that_leads_back_is_not_followed_and_the_rest_is_read() {
    let overflow = |page: &[u8]| page[25] == 7 && page[16..20] != [0; 4];
    let at = HASH.chunks(512).position(overflow).unwrap();
    let mut file = HASH.to_vec();
    let own = u32::try_from(at).unwrap().to_le_bytes();
    file[at * 512 + 16..at * 512 + 20].copy_from_slice(&own);
    let (found, whole) = values(&file);
    assert_eq!((found.len(), whole), (59, false));
}

#[test]
fn the_letters_of_apk_make_paths_and_digests() {
    let text = b"C:Q1x\nP:procps\nV:4\nF:bin\nR:ps\na:0:0:755\nZ:Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=\nF:\nR:top\n\nP:next\n";
    let blocks: Vec<_> = apk::blocks(text).collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].name, b"procps");
    let empty = b"da39a3ee5e6b4b0d3255bfef95601890afd80709";
    let seal = Seal::from_hex(Algorithm::Sha1, empty);
    assert!(seal.is_some());
    let files = blocks[0].files.iter().map(|file| (file.path().unwrap(), file.seal));
    let files: Vec<_> = files.collect();
    assert_eq!(files, [(b"/bin/ps".to_vec(), seal), (b"/top".to_vec(), None)]);
    assert_eq!(blocks[1].name, b"next");
}

#[test]
fn a_folder_in_a_list_of_dpkg_is_no_file() {
    let list = b"/.\n/usr\n/usr/bin\n/usr/bin/ps\n/usr/bin/ps.old\n/etc/empty\n";
    let files: Vec<_> = dpkg::listed(list).collect();
    assert_eq!(files, [&b"/usr/bin/ps"[..], b"/usr/bin/ps.old", b"/etc/empty"]);
}

#[test]
fn configuration_files_are_those_of_their_package() {
    let status = b"Package: one\nConffiles:\n /etc/one 0123456789abcdef0123456789abcdef\n /etc/gone newconffile\nDescription: x\n /etc/no 0123456789abcdef0123456789abcdef\n\nPackage: two\n";
    let found = dpkg::conffiles(status);
    assert_eq!(found.len(), 1);
    assert_eq!(found[&b"one"[..]].len(), 1);
    assert_eq!(found[&b"one"[..]][0].0, b"/etc/one");
}

proptest! {
    #[test]
    fn no_bytes_bring_a_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let log: Option<&[u8]> = Some(&bytes);
        prop_assert!(Sqlite::open(&bytes[..], log).is_err());
        rpm::slots(&bytes[..], &mut |_| Some(()));
        prop_assert!(!values(&bytes).1);
        if let Some(header) = rpm::Header::of(&bytes) {
            prop_assert!(header.files().count() <= bytes.len());
        }
        prop_assert!(apk::blocks(&bytes).count() <= bytes.len());
        prop_assert!(dpkg::listed(&bytes).all(|line| line.starts_with(b"/")));
        prop_assert!(dpkg::md5sums(&bytes).count() <= bytes.len() / 32);
        prop_assert!(dpkg::conffiles(&bytes).len() <= bytes.len());
    }

    #[test]
    fn a_database_with_any_bytes_changed_is_read_in_part_or_refused(
        changes in prop::collection::vec((0..DATABASE.len(), any::<u8>()), 1..20),
    ) {
        let mut file = DATABASE.to_vec();
        for (at, byte) in changes {
            file[at] = byte;
        }
        for blob in blobs(&file, None).unwrap_or_default() {
            if let Some(header) = rpm::Header::of(&blob) {
                prop_assert!(header.files().count() <= blob.len());
            }
        }
    }

    #[test]
    fn a_hash_with_any_bytes_changed_is_read_in_part_or_refused(
        changes in prop::collection::vec((0..HASH.len(), any::<u8>()), 1..20),
    ) {
        let mut file = HASH.to_vec();
        for (at, byte) in changes {
            file[at] = byte;
        }
        let (found, _) = values(&file);
        prop_assert!(found.iter().map(Vec::len).sum::<usize>() <= 60 * 40_000);
    }

    #[test]
    fn a_log_with_any_byte_changed_ends_there(at in 0..LOG.len(), byte in any::<u8>()) {
        let mut log = LOG.to_vec();
        log[at] = byte;
        blobs(LOGGED, Some(&log));
    }
}
