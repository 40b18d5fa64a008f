//! The report of a fault of the program's own: where it is written, and where it is not.

use std::fs;
use std::os::unix::fs::symlink;

use firedamp::host::store::{StoreError, Unsafe, report};
use tempfile::TempDir;

#[test]
fn a_report_of_a_fault_goes_to_a_file_of_ours_or_nowhere() {
    let place = TempDir::new().unwrap();
    let told = report(place.path(), "src/one.rs:1: it fell").unwrap();
    report(place.path(), "again").unwrap();
    assert_eq!(fs::read_to_string(&told).unwrap(), "src/one.rs:1: it fell\nagain\n");
    let elsewhere = TempDir::new().unwrap();
    let target = elsewhere.path().join("target");
    fs::write(&target, "precious").unwrap();
    let refused = |lay: &dyn Fn()| {
        fs::remove_file(&told).unwrap();
        lay();
        let said = report(place.path(), "over there");
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        match said {
            Err(StoreError::Unsafe { why, .. }) => why,
            other => panic!("expected a refusal, not {other:?}"),
        }
    };
    assert_eq!(refused(&|| symlink(&target, &told).unwrap()), Unsafe::Link);
    assert_eq!(refused(&|| fs::hard_link(&target, &told).unwrap()), Unsafe::Links);
    let fifo = || {
        let (mode, kind) = (rustix::fs::Mode::from(0o600), rustix::fs::FileType::Fifo);
        rustix::fs::mknodat(rustix::fs::CWD, &told, kind, mode, 0).unwrap();
    };
    assert_eq!(refused(&fifo), Unsafe::NotAFile);
}

#[test]
fn a_folder_that_is_not_ours_alone_gets_no_report() {
    let place = TempDir::new().unwrap();
    let link = place.path().join("link");
    symlink(place.path(), &link).unwrap();
    let refused = report(&link, "over there");
    assert!(matches!(refused, Err(StoreError::Unsafe { why: Unsafe::Link, .. })), "{refused:?}");
    assert!(!place.path().join("crash.txt").exists());
}
