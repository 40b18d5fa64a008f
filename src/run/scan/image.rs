//! A mounted image instead of this host: what would start by itself there.
//!
//! Invariant: nothing outside of the image is read, whatever its links say, and nothing in it is run.

use std::path::Path;
use std::sync::Arc;

use crate::domain::base::Clock as _;
use crate::domain::facts::{Host, Persistence, Snapshot, Unread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{HostClock, Hunt, Packages, Roots};
use crate::run::complain::Complaint;

/// What is in the image, as a look in which nothing runs.
pub(super) fn look(root: &Path) -> Result<Snapshot, Complaint> {
    let next = "mount the image read-only and name the folder that has its etc and var";
    let cannot = |why: String| {
        let name = Untrusted::new(root.as_os_str().as_encoded_bytes());
        let what = [b"cannot read an image at ", name.bytes()].concat();
        Complaint::new(Untrusted::new(what), why, next)
    };
    let etc = std::fs::metadata(root.join("etc"));
    if !etc.map_err(|error| cannot(format!("etc: {error}")))?.is_dir() {
        return Err(cannot("etc is no folder".to_owned()));
    }
    let roots = Roots::recorded(root);
    let packages = Packages::open(&roots);
    let sources = packages.sources();
    let mut hunt = Hunt::new(&roots, Box::new(move |path| packages.judge(path)));
    hunt.everywhere();
    let now = HostClock.now();
    let mut unread: Vec<Unread> = hunt.unread().cloned().collect();
    unread.extend(sources.iter().filter_map(|source| {
        let why = Untrusted::from(source.trouble?);
        Some(Unread { what: "packages".into(), why, gap: None })
    }));
    let persistence = Persistence { hunted_ms: Some(now.boot_ms), ..hunt.found() };
    let name = Untrusted::new(root.as_os_str().as_encoded_bytes());
    Ok(Snapshot {
        host: Arc::new(Host { name, ..Host::default() }),
        persistence: Arc::new(persistence),
        unread,
        ..Snapshot::empty(now)
    })
}
