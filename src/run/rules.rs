//! The folder of the responder's own rules: packs of indicators and Sigma rules, read again when a file in it changes.
//!
//! A broken part of a file is named and the rest of it is used; of a file with nothing left to use, what it said before
//! stays. A file that somebody else could have written is not read, since a rule of theirs could accuse or blind.

mod check;

pub(super) use check::check;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

use crate::cockpit::trouble::{BadRules, RulesFault};
use crate::domain::base::Language;
use crate::domain::detect::Rulebook;
use crate::domain::detect::rulebook::{self, Contents};
use crate::domain::untrusted::Untrusted;
use crate::run::cockpit::Happening;
use crate::run::complain::Complaint;
use crate::run::places::Places;
use crate::run::{reason, themes};
use crate::words;

/// Largest file that is read.
const LARGEST: u64 = 8 << 20;
/// More files are no folder of rules.
const MOST_FILES: usize = 1_000;
/// A file that did not change for so long is written.
const SETTLE: Duration = Duration::from_millis(200);
/// However long somebody goes on writing, after so many times that is read what there is.
const MOST_WAITS: u32 = 10;
/// How often a folder may come nearer or go away while it is looked for.
const MOST_STEPS: usize = 64;
/// Ends of the names of files that are read.
const ENDS: [&str; 8] = ["toml", "json", "stix", "txt", "list", "ioc", "yml", "yaml"];

/// The rules in force, and where they come from.
#[derive(Debug, Default)]
pub(super) struct Rules {
    dir: Option<PathBuf>,
    files: BTreeMap<PathBuf, Contents>,
    inbox: Option<Sender<Happening>>,
    /// The loop was told, and has not looked yet.
    told: Arc<AtomicBool>,
    /// How long nothing has to change before what is there counts: whoever writes a file makes it empty first.
    settle: Duration,
    watcher: Option<RecommendedWatcher>,
}

impl Rules {
    /// Reads the folder of these places. One that somebody named must be there.
    pub(super) fn open(places: &Places) -> Result<(Self, Vec<BadRules>), Complaint> {
        let mut rules = Self { dir: places.rules.clone(), settle: SETTLE, ..Self::default() };
        if let Some(dir) = places.rules.as_deref().filter(|_| places.rules_named) {
            let next = "name the folder that holds your packs and Sigma rules";
            fs::read_dir(dir)
                .map_err(|why| Complaint::about("cannot read the rules in", dir, why, next))?;
        }
        let bad = rules.reload();
        Ok((rules, bad))
    }

    /// The rules in force.
    pub(super) fn book(&self) -> Arc<Rulebook> {
        let files: Vec<Contents> = self.files.values().cloned().collect();
        Arc::new(Rulebook::with(&files))
    }

    /// Reads the folder again; what is wrong in it is returned.
    pub(super) fn reload(&mut self) -> Vec<BadRules> {
        let Some(dir) = self.dir.clone() else { return Vec::new() };
        self.told.store(false, Ordering::Release);
        self.look_there();
        let (mut bad, mut files) = (Vec::new(), BTreeMap::new());
        for path in listed(&dir, &mut bad) {
            let before = self.files.remove(&path);
            match read(&path) {
                Ok(contents) => {
                    bad.extend(faults(&path, &contents));
                    let broken = contents.count() == 0 && !contents.faults.is_empty();
                    let kept = if broken { before.unwrap_or(contents) } else { contents };
                    files.insert(path, kept);
                }
                Err(why) => {
                    bad.push(BadRules { file: reason::shown(&path), line: 0, why });
                    files.extend(before.map(|it| (path, it)));
                }
            }
        }
        self.files = files;
        bad
    }

    /// Tells the loop when something in the folder changes, for as long as these rules live.
    pub(super) fn watch(&mut self, inbox: Sender<Happening>) {
        self.inbox = Some(inbox);
        self.look_there();
    }

    /// Watches the folder, or where it would be. This is done anew before each reading, since what is watched may be gone with
    /// another of its name in its place; and until the folder did not come nearer while the watch was being set.
    fn look_there(&mut self) {
        let (Some(dir), Some(inbox)) = (self.dir.clone(), self.inbox.clone()) else { return };
        let near = || dir.ancestors().find(|it| it.is_dir()).map(Path::to_owned);
        for _ in 0..MOST_STEPS {
            let Some(place) = near() else { return };
            let teller = Teller { told: Arc::clone(&self.told), inbox: inbox.clone() };
            let heard = heard(dir.clone(), teller, self.settle);
            let Ok(mut watcher) = notify::recommended_watcher(heard) else { return };
            let set = watcher.watch(&place, RecursiveMode::NonRecursive);
            self.watcher = set.is_ok().then_some(watcher);
            if near().is_some_and(|it| it == place) {
                return;
            }
        }
    }
}

/// Tells the loop that something changed.
#[derive(Clone)]
struct Teller {
    told: Arc<AtomicBool>,
    inbox: Sender<Happening>,
}

impl Teller {
    fn tell(&self) {
        let full = self.inbox.try_send(Happening::RulesChanged).is_err();
        self.told.fetch_and(!full, Ordering::AcqRel);
    }

    /// Tells it as soon as nothing has changed for `settle`.
    fn tell_when_still(&self, changes: &Arc<AtomicU64>, settle: Duration) {
        if settle.is_zero() {
            return self.tell();
        }
        let (teller, seen) = (self.clone(), Arc::clone(changes));
        let wait = move || {
            for _ in 0..MOST_WAITS {
                let before = seen.load(Ordering::Acquire);
                thread::sleep(settle);
                if seen.load(Ordering::Acquire) == before {
                    break;
                }
            }
            teller.tell();
        };
        if thread::Builder::new().name("rules".into()).spawn(wait).is_err() {
            self.tell();
        }
    }
}

/// What is heard about a folder of rules, or where it would be.
fn heard(
    dir: PathBuf,
    teller: Teller,
    settle: Duration,
) -> impl FnMut(notify::Result<notify::Event>) {
    let changes = Arc::new(AtomicU64::new(0));
    move |event| {
        let is_ours = |path: &PathBuf| dir.starts_with(path) || is_rules(path);
        let ours =
            event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(is_ours));
        if !ours {
            return;
        }
        changes.fetch_add(1, Ordering::AcqRel);
        // An editor writes several times; what waits to be told tells of all of that.
        if !teller.told.swap(true, Ordering::AcqRel) {
            teller.tell_when_still(&changes, settle);
        }
    }
}

/// The rules for a command that prints, and whether some could not be used; what is wrong with them is said in front of it.
pub(super) fn in_force(
    places: &Places,
    language: Language,
    help: &mut dyn Write,
) -> Result<(Arc<Rulebook>, bool), Complaint> {
    let (rules, bad) = Rules::open(places)?;
    for it in &bad {
        writeln!(help, "{}", words::rules::bad(language, it).plain(usize::MAX)).ok();
    }
    Ok((rules.book(), !bad.is_empty()))
}

fn faults(path: &Path, contents: &Contents) -> Vec<BadRules> {
    let file = reason::shown(path);
    let bad = contents.faults.iter().map(|it| BadRules {
        file: file.clone(),
        line: it.line,
        why: RulesFault::Content(it.why.clone()),
    });
    let mut bad: Vec<_> = bad.collect();
    bad.sort_by_key(|it| it.line);
    bad
}

fn is_rules(path: &Path) -> bool {
    let end = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    ENDS.iter().any(|it| end.eq_ignore_ascii_case(it))
}

/// The files of a folder by their names; those that begin with a dot are an editor's.
fn listed(dir: &Path, bad: &mut Vec<BadRules>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let why = RulesFault::Kernel(reason::refusal(&error));
            bad.push(BadRules { file: reason::shown(dir), line: 0, why });
            return Vec::new();
        }
    };
    let hidden =
        |path: &Path| path.file_name().is_none_or(|it| it.as_encoded_bytes().starts_with(b"."));
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|it| it.path()))
        .filter(|path| is_rules(path) && !hidden(path))
        .collect();
    found.sort();
    if found.len() > MOST_FILES {
        bad.push(BadRules { file: reason::shown(dir), line: 0, why: RulesFault::TooMany });
        found.truncate(MOST_FILES);
    }
    found
}

/// Reads a file that nobody but the responder can have written.
fn read(path: &Path) -> Result<Contents, RulesFault> {
    let text = text(path, true)?;
    let name = Untrusted::new(path.file_name().unwrap_or_default().as_encoded_bytes());
    Ok(rulebook::read(&name.plain(usize::MAX), &text))
}

fn text(path: &Path, ours: bool) -> Result<String, RulesFault> {
    let refused = |error: io::Error| RulesFault::Kernel(reason::refusal(&error));
    let meta = fs::metadata(path).map_err(refused)?;
    if !meta.is_file() {
        return Err(RulesFault::NoFile);
    }
    if ours && !themes::is_ours(&meta) {
        return Err(RulesFault::Open);
    }
    if meta.len() > LARGEST {
        return Err(RulesFault::TooLarge);
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(refused)?;
    file.take(LARGEST).read_to_end(&mut bytes).map_err(refused)?;
    String::from_utf8(bytes).map_err(|_| RulesFault::Encoding)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use tokio::sync::mpsc::channel;

    use super::*;

    /// The loop: reads again whenever it is told, until what is in force has as much as it should.
    fn until(rules: &mut Rules, inbox: &mut tokio::sync::mpsc::Receiver<Happening>, count: usize) {
        let late = Instant::now() + Duration::from_secs(20);
        while rules.book().counts().0 != count {
            assert!(Instant::now() < late, "{:?}, not {count}", rules.book().counts());
            match inbox.try_recv() {
                Ok(_) => drop(rules.reload()),
                Err(_) => thread::sleep(Duration::from_micros(200)),
            }
        }
    }

    #[test]
    fn what_is_written_is_heard_however_the_folder_comes_and_goes_while_it_is_looked_for() {
        let built_in = Rules::default().book().counts().0;
        for wait in 0..150 {
            let home = tempfile::tempdir().unwrap();
            let dir = home.path().join("a/b/rules");
            let (outbox, mut inbox) = channel(4);
            let mut rules = Rules { dir: Some(dir.clone()), ..Rules::default() };
            rules.watch(outbox);
            let (read, was_read) = mpsc::sync_channel(3);
            let responder = thread::spawn(move || {
                for (at, step) in ["a", "a/b", "a/b/rules"].into_iter().enumerate() {
                    fs::create_dir(home.path().join(step)).unwrap();
                    thread::sleep(Duration::from_micros(wait * 7 * at as u64));
                }
                fs::write(dir.join("one.txt"), "192.0.2.7\n").unwrap();
                was_read.recv().unwrap();
                fs::write(dir.join("one.txt"), "192.0.2.7\n192.0.2.8\n").unwrap();
                was_read.recv().unwrap();
                fs::remove_dir_all(&dir).unwrap();
                fs::create_dir(&dir).unwrap();
                thread::sleep(Duration::from_micros(wait * 7));
                fs::write(dir.join("two.txt"), "192.0.2.7\n192.0.2.8\n192.0.2.9\n").unwrap();
                home
            });
            for count in 1..=3 {
                until(&mut rules, &mut inbox, built_in + count);
                read.send(()).ok();
            }
            responder.join().unwrap();
        }
    }
}
