//! What the package databases say about the libraries of an `/etc/ld.so.preload`.
//!
//! Invariant: a list is called unchanged only if every library of it is, whatever the loader puts in for its variables.
//! A name says nothing: whoever can write the list can call a library as they like, and can name one where nobody
//! answers: so a thread of its own looks at them, and the tick takes what is there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::facts::{FileStanding, Packaged};
use crate::host::probe::file::{self, without_dots};
use crate::host::probe::tool::Errand;
use crate::host::probe::{Packages, Roots, tree};

/// What the loader may put in for `$LIB` and for `$PLATFORM`, on the machines that this program runs on.
const LIB: [&str; 5] =
    ["lib64", "lib", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib/arm-linux-gnueabihf"];
const PLATFORM: [&str; 5] = ["x86_64", "aarch64", "v6l", "v7l", "v8l"];
/// Links that are followed, one after the other.
const MOST_LINKS: usize = 8;

/// Libraries, in the order of the list.
type Libraries = Vec<Vec<u8>>;

/// The weightiest that is said about any of them, and how those files stand that are not as a package has them.
pub(super) type Verdict = (Packaged, Vec<FileStanding>);

/// The thread that looks at libraries, as the tick sees it.
pub(super) struct Judge {
    errand: Option<Errand<(Libraries, Verdict)>>,
    question: Arc<Mutex<Libraries>>,
    judged: Option<(Libraries, Verdict)>,
}

impl Judge {
    /// Asks these databases.
    pub(super) fn new(roots: &Roots, packages: Packages) -> Self {
        let question = Arc::<Mutex<Libraries>>::default();
        let (asked, roots) = (Arc::clone(&question), roots.clone());
        let work = move || {
            let libraries =
                std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
            let verdict = judged(&roots, &packages, &libraries);
            (libraries, verdict)
        };
        Self { errand: Errand::new("hiding-preload", work), question, judged: None }
    }

    /// Takes what was said last, and asks about these.
    pub(super) fn ask(&mut self, libraries: &[Vec<u8>]) {
        let Some(errand) = &mut self.errand else { return };
        self.judged = errand.take(Duration::ZERO).or_else(|| self.judged.take());
        // Only a thread at work holds the lock, and the look waits for nobody.
        if errand.is_idle() {
            *self.question.lock().unwrap_or_else(PoisonError::into_inner) = libraries.to_vec();
            errand.ask();
        }
    }

    /// What was said about exactly these.
    pub(super) fn of(&self, libraries: &[Vec<u8>]) -> Option<Verdict> {
        let (about, verdict) = self.judged.as_ref()?;
        (about == libraries).then(|| verdict.clone())
    }

    /// One of them lets it wait, or there is no thread to ask.
    pub(super) fn is_late(&self, patience: Duration) -> bool {
        self.errand.as_ref().is_none_or(|errand| errand.is_late(patience))
    }
}

fn judged(roots: &Roots, packages: &Packages, libraries: &[Vec<u8>]) -> Verdict {
    let mut files = Vec::new();
    let mut all = libraries.iter().map(|library| one(roots, packages, library, &mut files));
    let first = all.next().unwrap_or_default();
    let worst = all.fold(first, |worst, it| if weight(&it) > weight(&worst) { it } else { worst });
    (worst, files)
}

const fn weight(packaged: &Packaged) -> u8 {
    match packaged {
        Packaged::Unchanged(_) => 0,
        Packaged::Undigested(_) => 1,
        Packaged::Unknown => 2,
        Packaged::No => 3,
        Packaged::Changed(_) => 4,
    }
}

fn one(
    roots: &Roots,
    packages: &Packages,
    library: &[u8],
    files: &mut Vec<FileStanding>,
) -> Packaged {
    let there = places(library).into_iter().filter(|it| tree::exists(&roots.below(it)));
    let judge = |it: PathBuf| (of_file(roots, packages, it.clone()), it);
    let judged: Vec<(Packaged, PathBuf)> = there.map(judge).collect();
    if judged.is_empty() {
        files.push(file::standing(roots, Path::new(OsStr::from_bytes(library))));
    }
    let doubtful = judged.iter().filter(|(it, _)| !matches!(it, Packaged::Unchanged(_)));
    files.extend(doubtful.map(|(_, path)| file::standing(roots, path)));
    judged.into_iter().map(|(it, _)| it).max_by_key(weight).unwrap_or_default()
}

/// A link is what it leads to, since that is what is loaded.
fn of_file(roots: &Roots, packages: &Packages, mut path: PathBuf) -> Packaged {
    for _ in 0..MOST_LINKS {
        let Ok(target) = rustix::fs::readlink(roots.below(&path), Vec::new()) else {
            return packages.judge(&path);
        };
        let Some(folder) = path.parent() else { break };
        path = without_dots(&folder.join(OsStr::from_bytes(target.to_bytes())));
    }
    Packaged::Unknown
}

/// Every file that it can be.
fn places(library: &[u8]) -> Vec<PathBuf> {
    let mut texts = vec![library.to_vec()];
    for (name, values) in [("LIB", LIB), ("PLATFORM", PLATFORM)] {
        for sign in [format!("${{{name}}}"), format!("${name}")] {
            let put = |text: &Vec<u8>| match find(text, sign.as_bytes()) {
                Some(at) => values.iter().map(|it| put_in(text, at, sign.len(), it)).collect(),
                None => vec![text.clone()],
            };
            texts = texts.iter().flat_map(put).collect();
        }
    }
    texts.dedup();
    texts.iter().map(|it| Path::new(OsStr::from_bytes(it)).to_owned()).collect()
}

fn find(text: &[u8], sign: &[u8]) -> Option<usize> {
    text.windows(sign.len()).position(|part| part == sign)
}

fn put_in(text: &[u8], at: usize, length: usize, value: &str) -> Vec<u8> {
    let (before, rest) = text.split_at(at);
    [before, value.as_bytes(), rest.get(length..).unwrap_or_default()].concat()
}
