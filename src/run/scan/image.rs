//! A mounted image instead of this host: what would start by itself there, and what lies where miners lie.
//!
//! Invariant: nothing outside of the image is read, whatever its links say, and nothing in it is run.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::domain::base::Clock as _;
use crate::domain::detect::{File, Rule, Seen, Verdict, judge_file, judge_process};
use crate::domain::facts::{Host, Packaged, Persistence, Snapshot, Unread};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{HostClock, Hunt, Lying, Packages, Roots, lying};
use crate::run::complain::Complaint;

/// A file that is found, and why.
pub(super) type Found = (Untrusted, Verdict);

/// What is in the image, as a look in which nothing runs, and the files that speak against themselves.
pub(super) fn look(
    root: &Path,
    look_for: &Indicators,
) -> Result<(Snapshot, Vec<Found>), Complaint> {
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
    let of_hunt = packages.clone();
    let mut hunt = Hunt::new(&roots, Box::new(move |path| of_hunt.judge(path)));
    hunt.everywhere();
    let mut files = Vec::new();
    let left_out = lying(root, &mut |it| files.extend(judged(it, &packages, &hunt, look_for)))
        .map_err(|error| cannot(error.to_string()))?;
    let now = HostClock.now();
    let mut unread: Vec<Unread> = hunt.unread().cloned().collect();
    let mut say = |what: &str, why: String| {
        unread.push(Unread { what: what.into(), why: why.into(), gap: None });
    };
    for (source, why) in sources.iter().filter_map(|it| Some((it, it.trouble?))) {
        say(&format!("{:?}", source.database).to_lowercase(), why.to_owned());
    }
    if left_out > 0 {
        say("files", format!("{left_out} left out"));
    }
    let persistence = Persistence { hunted_ms: Some(now.boot_ms), ..hunt.found() };
    let name = Untrusted::new(root.as_os_str().as_encoded_bytes());
    let snapshot = Snapshot {
        host: Arc::new(Host { name, ..Host::default() }),
        persistence: Arc::new(persistence),
        unread,
        ..Snapshot::empty(now)
    };
    Ok((snapshot, files))
}

/// What a file says, and of a program where it lies and what it is called; nothing of what a package has so.
fn judged(it: &Lying, packages: &Packages, hunt: &Hunt, look_for: &Indicators) -> Option<Found> {
    let file = File { path: &it.path, content: &it.content, packaged: None };
    let mut verdict = judge_file(&file);
    if it.executable {
        let name = it.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let seen = Seen { name, exe: &it.path, kernel: Some(false), ..Seen::default() };
        let mut reasons = judge_process(&seen, look_for).reasons;
        if is_script(it) && hunt.looks_at(&it.path) {
            reasons.retain(|(_, reason)| reason.rule != Rule::OddPlace);
        }
        verdict = verdict.and(reasons);
    }
    verdict.grade()?;
    let path = Untrusted::new(it.path.as_slice());
    let known = packages.judge(Path::new(OsStr::from_bytes(&it.path)));
    (!matches!(known, Packaged::Unchanged(_))).then_some((path, verdict))
}

/// It is a text in a folder of settings that nobody hid. Where the hunt looks for scripts is where scripts belong, and it
/// judges what they say.
fn is_script(it: &Lying) -> bool {
    let hidden = it.path.windows(2).any(|part| part == b"/.");
    let is_text =
        !it.content.is_empty() && !it.content.contains(&0) && !it.content.starts_with(b"\x7fELF");
    it.path.starts_with(b"/etc/") && !hidden && is_text
}
