//! Any bytes as a bundle, packed or not: `cargo +nightly fuzz run bundle`.
//!
//! The first byte chooses: the rest is the file as it is, or it is the `tar` in it, packed here, so that the fuzzer
//! need not learn zstd first.
#![no_main]

use firedamp::host::store::Store;
use firedamp::host::store::bundle::{Outcome, inspect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let packed = if first % 2 == 0 { rest.to_vec() } else { zstd::encode_all(rest, 1).unwrap() };
    let read = inspect(&mut &packed[..]);
    let dir = std::env::temp_dir().join(format!("firedamp-fuzz-{}", std::process::id()));
    let store = Store::at(&dir).unwrap();
    match store.import(&mut &packed[..]) {
        Ok(imported) => {
            assert_eq!(imported.manifest, read.unwrap(), "what comes in can be read");
            let Outcome::New { path, .. } = imported.outcome else { panic!("nothing was here") };
            assert_eq!(path.parent(), Some(dir.as_path()));
            assert!(store.verify("latest").unwrap().verdict.is_whole());
            std::fs::remove_dir_all(path).unwrap();
        }
        Err(why) => assert!(!why.to_string().chars().any(char::is_control), "{why}"),
    }
    assert!(store.list().unwrap().is_empty(), "nothing stays behind");
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0, "nothing stays behind");
});
