//! Disks that other machines write to, where a lock may not hold; and what is shown when two wrote at once.

use std::io;
use std::path::Path;
use std::sync::Arc;

use firedamp::domain::base::{Clock, Digest};
use firedamp::domain::session::{
    Chain, Checked, Draft, Entry, Event, Fork, Line, LineProblem, Stamp, fork,
};
use firedamp::host::probe::HostClock;
use firedamp::host::store::disk::{Access, Disk, Folder, Medium, Space, Stat};
use firedamp::host::store::{Hand, Standing, Store, StoreError};
use firedamp::run::complain::Complaint;
use firedamp::run::verify::{Asked, verify};
use proptest::prelude::*;

use crate::torture::sim::SimDisk;
use crate::torture::story::{self, ID, PLACE, begin, file, moment, opening, store};
use crate::{noted, pen};

/// A disk that says that other machines write to it too.
#[derive(Debug)]
struct Remote(Arc<dyn Disk>);

#[derive(Debug)]
struct RemoteFolder(Arc<dyn Folder>);

impl Disk for Remote {
    fn folder(&self, path: &Path, create: bool) -> io::Result<Arc<dyn Folder>> {
        Ok(Arc::new(RemoteFolder(self.0.folder(path, create)?)))
    }
}

impl Folder for RemoteFolder {
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn Medium>> {
        self.0.open(name, access)
    }
    fn folder(&self, name: &str) -> io::Result<Arc<dyn Folder>> {
        self.0.folder(name)
    }
    fn make(&self, name: &str) -> io::Result<()> {
        self.0.make(name)
    }
    fn names(&self) -> io::Result<Vec<String>> {
        self.0.names()
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn unlink(&self, name: &str) -> io::Result<()> {
        self.0.unlink(name)
    }
    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.replace(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }
    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }
    fn stat(&self) -> io::Result<Stat> {
        self.0.stat()
    }
    fn space(&self) -> io::Result<Space> {
        self.0.space()
    }
    fn network(&self) -> io::Result<Option<&'static str>> {
        Ok(Some("NFS"))
    }
}

#[test]
fn a_disk_that_other_machines_write_to_is_refused_unless_it_was_asked_for() {
    let disk = SimDisk::new(9);
    let remote: Arc<dyn Disk> = Arc::new(Remote(disk.disk()));
    let refused = Store::on(Arc::clone(&remote), Path::new(PLACE)).unwrap_err();
    assert!(matches!(refused, StoreError::Network { kind: "NFS", .. }), "{refused:?}");
    assert!(refused.to_string().contains("NFS"));
    let said = Complaint::from(&refused).to_string();
    assert!(said.contains("--shared-disk") && said.contains("--dir"), "{said}");
    let store = Store::on_shared(Arc::clone(&remote), Path::new(PLACE)).unwrap();
    let journal = pen(begin(&store).unwrap());
    drop(journal);
    // Another machine has the pen, and the kernel here knows nothing of its lock.
    let now = HostClock.now();
    let told = |wall_ms: i64| {
        format!("beat {:020} {wall_ms:020}\nboot elsewhere\npid 7\nstart 7\nby kanya\n", 1)
    };
    let wall = now.at.as_millisecond();
    disk.write(&story::file("lock"), told(wall - 3_000).as_bytes());
    assert!(matches!(store.open(ID, &"ploy".into()).unwrap().hand, Hand::Observer(..)));
    let standing = store.around(ID).unwrap().standing(now).unwrap();
    assert!(matches!(standing, Standing::Held(holder, _) if holder.by.plain(9) == "kanya"));
    disk.write(&story::file("lock"), told(wall - 60_000).as_bytes());
    drop(pen(store.open(ID, &"ploy".into()).unwrap()));
    // On a disk of this machine another boot is a boot that is over.
    disk.write(&story::file("lock"), told(wall).as_bytes());
    drop(pen(story::store(&disk).unwrap().open(ID, &"ploy".into()).unwrap()));
}

/// A line that continues `chain`, as `by` wrote it on a machine of its own.
fn line(chain: &mut Chain, by: &str, event: Event) -> Line {
    let at = moment(chain.seq());
    let boot = Stamp { id: format!("boot of {by}"), ms: at.boot_ms };
    let line = chain.line(Draft { at: at.at, boot, by: by.into(), event }).unwrap();
    chain.accept(&line).unwrap();
    line
}

fn bytes<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<u8> {
    lines.into_iter().flat_map(|line| line.bytes.clone()).collect()
}

/// What two of them saved, and what they had before.
struct Two {
    trunk: Vec<Line>,
    one: Vec<Line>,
    other: Vec<Line>,
}

fn two(one: usize, other: usize) -> Two {
    let mut chain = Chain::default();
    let mut trunk = vec![line(&mut chain, "suda", Event::Opened(opening()))];
    trunk.push(line(&mut chain, "suda", noted("both know this")));
    let branch = |by: &str, count: usize| {
        let mut chain = chain.clone();
        (1..=count).map(|at| line(&mut chain, by, noted(&format!("{by} {at}")))).collect()
    };
    Two { one: branch("suda", one), other: branch("somsak", other), trunk }
}

/// A session with these segments.
fn session(first: &[u8], second: Option<&[u8]>) -> (SimDisk, Store) {
    let disk = SimDisk::new(1);
    let plain = store(&disk).unwrap();
    drop(begin(&plain).unwrap());
    disk.write(&file("journal.jsonl"), first);
    if let Some(second) = second {
        disk.write(&file("journal-0002.jsonl"), second);
    }
    (disk, plain)
}

fn texts(entries: &[Entry]) -> Vec<String> {
    let text = |entry: &Entry| {
        let Event::Noted { text, .. } = &entry.event else { return None };
        Some(text.plain(40))
    };
    entries.iter().filter_map(text).collect()
}

fn both_are_shown(store: &Store, one: &[Line], other: &[Line]) {
    let opened = store.open(ID, &"mali".into()).unwrap();
    let Hand::ReadOnly(broken) = &opened.hand else { panic!("{:?}", opened.hand) };
    assert!(matches!(broken.problem, LineProblem::Fork(_)), "{broken}");
    assert_eq!(texts(&opened.entries), ["both know this"], "the state is what both share");
    assert_eq!(opened.state.seq, 2);
    let [first, second] = &opened.branches[..] else { panic!("{:?}", opened.branches) };
    let own = |lines: &[Line]| lines.iter().map(|it| it.entry.clone()).collect::<Vec<Entry>>();
    assert_eq!((&first.entries, &second.entries), (&own(one), &own(other)));
    assert_eq!((first.after, second.after), (2, 2));
    let refused = store.force(ID, &"mali".into()).unwrap();
    assert!(matches!(refused.hand, Hand::ReadOnly(_)), "not even by force");
    let mut out = Vec::new();
    verify(store, ID, Asked::default(), &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    for text in texts(&own(one)).iter().chain(&texts(&own(other))) {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(told.contains("branch 1: after entry 2") && told.contains("branch 2"), "{told}");
}

#[test]
fn two_lines_that_continue_one_line_are_two_branches_in_one_file() {
    let Two { trunk, one, other } = two(3, 2);
    let (_disk, store) = session(&bytes(trunk.iter().chain(&one).chain(&other)), None);
    both_are_shown(&store, &one, &other);
}

#[test]
fn copies_that_went_on_apart_are_two_branches_when_they_are_brought_together() {
    let Two { trunk, one, other } = two(3, 2);
    let whole = |own: &[Line]| bytes(trunk.iter().chain(own));
    let (_disk, store) = session(&whole(&one), Some(&whole(&other)));
    both_are_shown(&store, &one, &other);
}

#[test]
fn a_single_line_of_another_machine_is_a_branch_and_no_torn_line() {
    let Two { trunk, one, other } = two(1, 2);
    let (_disk, store) = session(&bytes(trunk.iter().chain(&one)), Some(&bytes(&other)));
    both_are_shown(&store, &one, &other);
}

#[test]
fn a_line_of_the_same_machine_that_was_not_saved_is_no_branch() {
    let Two { trunk, other, .. } = two(1, 2);
    let mut chain = Chain::default();
    for line in &trunk {
        chain.accept(line).unwrap();
    }
    let unsaved = line(&mut chain, "somsak", noted("never acknowledged"));
    let (_disk, store) = session(&bytes(trunk.iter().chain([&unsaved])), Some(&bytes(&other)));
    let opened = store.open(ID, &"mali".into()).unwrap();
    assert_eq!(opened.branches, []);
    assert_eq!(texts(&opened.entries), ["both know this", "somsak 1", "somsak 2"]);
    assert_eq!(opened.recovered.len(), 1, "its bytes are set aside");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Whoever wrote when, in whatever order the files are read: every line is told once.
    #[test]
    fn every_line_of_a_journal_that_forked_is_told_once(
        writes in prop::collection::vec((0_usize..6, any::<bool>()), 1..24),
        turn in 0_usize..24,
    ) {
        let mut tips = vec![Chain::default()];
        let mut lines = Vec::new();
        for (at, (tip, goes_on)) in writes.iter().enumerate() {
            let from = tip % tips.len();
            let mut chain = tips[from].clone();
            lines.push(line(&mut chain, "suda", noted(&format!("line {at}"))));
            if *goes_on { tips[from] = chain } else { tips.push(chain) }
        }
        let count = lines.len();
        lines.rotate_left(turn % count);
        // A copy of some of them adds nothing.
        let again: Vec<Line> = lines.iter().take(turn).cloned().collect();
        let checked = lines.iter().chain(&again).map(|it| Checked::of(&it.bytes).unwrap());
        let mut prevs: Vec<Digest> = lines.iter().map(|it| it.entry.prev).collect();
        prevs.sort_unstable();
        prevs.dedup();
        let forked = prevs.len() < count;
        let told = fork(checked.collect());
        prop_assert_eq!(told.is_some(), forked);
        if let Some(Fork { trunk, branches }) = told {
            let mut told = texts(&trunk);
            told.extend(branches.iter().flat_map(|branch| texts(&branch.entries)));
            told.sort();
            let mut all: Vec<String> = (0..count).map(|at| format!("line {at}")).collect();
            all.sort();
            prop_assert_eq!(told, all);
            for branch in &branches {
                prop_assert_eq!(branch.entries[0].prev, branch.from);
            }
        }
    }
}
