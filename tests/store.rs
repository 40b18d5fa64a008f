//! Sessions on a real disk, in a directory of their own.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "store/forged.rs"]
mod forged;
#[path = "store/which.rs"]
mod which;
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::{Event, Opening, digest};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{
    ChainState, FollowError, Hand, Journal, Opened, Store, StoreError, Unsafe,
};
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web03";

fn moment(second: u64) -> Moment {
    let at = 1_795_282_200 + i64::try_from(second).unwrap();
    Moment { at: Timestamp::from_second(at).unwrap(), boot_ms: second * 1000 }
}

fn by() -> Untrusted {
    "ploy".into()
}

fn opening(host: &str) -> Opening {
    Opening {
        version: "0.1.0".into(),
        host: host.into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    }
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

/// A store in a fresh directory, which goes when the first part is dropped.
fn store() -> (TempDir, Store) {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    (place, store)
}

fn begun(store: &Store) -> Opened {
    store.create(opening("web03"), "# PB-31\n", moment(0), &by()).unwrap()
}

fn pen(opened: Opened) -> Journal {
    match opened.hand {
        Hand::Pen(journal) => journal,
        other @ (Hand::Observer(..) | Hand::ReadOnly(_)) => panic!("not the pen: {other:?}"),
    }
}

/// A session with the opening and these notes, let go of.
fn session(store: &Store, notes: &[&str]) -> PathBuf {
    let opened = begun(store);
    let path = opened.path.clone();
    let mut journal = pen(opened);
    for (second, note) in (1..).zip(notes) {
        journal.append(moment(second), &by(), noted(note)).unwrap();
    }
    path
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn what_was_saved_is_there_when_the_session_is_opened_again() {
    let (_place, store) = store();
    let path = session(&store, &["one", "two"]);
    assert_eq!(path.file_name().unwrap(), ID);
    let again = store.open("latest", &by()).unwrap();
    assert_eq!((again.id.as_str(), again.playbook.as_str()), (ID, "# PB-31\n"));
    assert!(again.playbook_intact);
    assert_eq!(again.recovered, []);
    let notes: Vec<String> = again.state.notes.iter().map(|note| note.text.plain(9)).collect();
    assert_eq!(notes, ["one", "two"]);
    assert_eq!(again.entries.len(), 3);
    let entry = pen(again).append(moment(9), &by(), Event::Left).unwrap();
    assert_eq!(entry.seq, 4);
    assert!(store.verify(ID).unwrap().verdict.is_whole());
}

#[test]
fn the_first_entry_names_the_playbook_on_disk() {
    let (_place, store) = store();
    let path = session(&store, &[]);
    let named = store.open(ID, &by()).unwrap().state.opening.unwrap().sha256;
    assert_eq!(named, digest(b"# PB-31\n"));
    fs::write(path.join("playbook.md"), "# PB-32\n").unwrap();
    assert!(!store.open(ID, &by()).unwrap().playbook_intact);
    fs::remove_file(path.join("playbook.md")).unwrap();
    assert_eq!(store.open(ID, &by()).unwrap().playbook, "");
}

#[test]
fn only_the_owner_can_read_a_session() {
    let (place, store) = store();
    let path = session(&store, &[]);
    assert_eq!(mode(&place.path().join("sessions")), 0o700);
    assert_eq!(mode(&path), 0o700);
    for name in ["journal.jsonl", "playbook.md", "lock", "reserve"] {
        assert_eq!(mode(&path.join(name)), 0o600, "{name}");
    }
}

#[test]
fn sessions_of_one_second_get_numbers_and_hostile_host_names_make_safe_ids() {
    let (_place, store) = store();
    let id =
        |host: &str| store.create(opening(host), "", moment(0), &by()).unwrap().id.split_off(17);
    assert_eq!(id("Web03"), "web03");
    assert_eq!(id("web03"), "web03-2");
    assert_eq!(id("../../etc\u{1b}[m"), "etc--m");
    assert_eq!(id("เว็บ"), "host");
    assert_eq!(store.list().unwrap().len(), 4);
}

#[test]
fn a_session_is_called_by_any_beginning_that_is_its_own() {
    let (_place, store) = store();
    let missing = store.open("latest", &by());
    assert!(matches!(missing, Err(StoreError::Empty { .. })));
    session(&store, &[]);
    drop(store.create(opening("db01"), "", moment(3600), &by()).unwrap());
    assert_eq!(store.resolve("20261121T17").unwrap(), ID);
    assert_eq!(store.resolve("latest").unwrap(), "20261121T183000Z-db01");
    assert!(
        matches!(store.resolve("2026"), Err(StoreError::Ambiguous { ids, .. }) if ids.len() == 2)
    );
    for unknown in ["", "2027", "../x", "20261121T173000Z-web03x"] {
        assert!(matches!(store.resolve(unknown), Err(StoreError::Unknown(_))), "{unknown}");
    }
}

#[test]
fn the_second_opener_reads_along_and_cannot_write() {
    let (_place, store) = store();
    let mut journal = pen(begun(&store));
    let second = store.open(ID, &"somsak".into()).unwrap();
    let Hand::Observer(mut follower, holder) = second.hand else { panic!("two pens") };
    let holder = holder.unwrap();
    assert_eq!((holder.pid, holder.by), (std::process::id(), by()));
    assert_eq!(follower.poll().unwrap(), []);
    let one = journal.append(moment(1), &by(), noted("one")).unwrap();
    let two = journal.append(moment(2), &by(), noted(&"long ".repeat(40_000))).unwrap();
    assert_eq!(follower.poll().unwrap(), [one, two]);
    assert_eq!(follower.poll().unwrap(), []);
    drop(journal);
    assert!(matches!(store.open(ID, &by()).unwrap().hand, Hand::Pen(_)));
}

#[test]
fn a_look_takes_no_lock() {
    let (_place, store) = store();
    session(&store, &["one"]);
    let look = store.observe(ID).unwrap();
    assert!(matches!(look.hand, Hand::Observer(_, None)));
    assert!(matches!(store.open(ID, &by()).unwrap().hand, Hand::Pen(_)));
}

#[test]
fn an_observer_waits_for_the_end_of_a_line_and_says_when_one_was_withdrawn() {
    let (_place, store) = store();
    let path = session(&store, &["one"]).join("journal.jsonl");
    let all = fs::read(&path).unwrap();
    let half = all.len() - 100;
    OpenOptions::new().write(true).open(&path).unwrap().set_len(half as u64).unwrap();
    let Hand::Observer(mut follower, _) = store.observe(ID).unwrap().hand else { panic!() };
    assert_eq!(follower.poll().unwrap(), []);
    let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
    writer.write_all(&all[half..]).unwrap();
    assert_eq!(follower.poll().unwrap().len(), 1);
    writer.set_len(half as u64).unwrap();
    assert!(matches!(follower.poll(), Err(FollowError::Shorter { .. })));
}

#[test]
fn a_torn_last_line_is_set_aside_and_the_chain_goes_on() {
    let (_place, store) = store();
    let path = session(&store, &["one", "two"]);
    let file = path.join("journal.jsonl");
    for round in 1..=2 {
        let whole = fs::read(&file).unwrap();
        let torn = b"{\"seq\":4,\"at\":\"2026-1";
        fs::write(&file, [&whole, &torn[..]].concat()).unwrap();
        assert_eq!(store.list().unwrap()[0].chain, ChainState::Torn { bytes: 21 });
        let again = store.open(ID, &by()).unwrap();
        let recovered = again.recovered[0].clone();
        assert_eq!((recovered.bytes, recovered.file), (21, format!("torn/{round}")));
        assert_eq!(fs::read(path.join(format!("torn/{round}"))).unwrap(), torn);
        let entry = pen(again).append(moment(5), &by(), noted("three")).unwrap();
        assert_eq!(entry.seq, 3 + round);
        assert!(store.verify(ID).unwrap().verdict.is_whole());
    }
}

#[test]
fn a_line_broken_in_the_middle_makes_the_session_read_only() {
    let (_place, store) = store();
    let path = session(&store, &["one", "two", "three"]).join("journal.jsonl");
    let mut all = fs::read(&path).unwrap();
    let at = all.windows(3).position(|part| part == b"two").unwrap();
    all[at] = b'T';
    fs::write(&path, &all).unwrap();
    let again = store.open(ID, &by()).unwrap();
    let Hand::ReadOnly(broken) = &again.hand else { panic!("{:?}", again.hand) };
    assert_eq!((broken.line, again.entries.len()), (3, 2));
    assert_eq!(fs::read(&path).unwrap(), all, "nothing is repaired silently");
    let verified = store.verify(ID).unwrap();
    assert_eq!(verified.verdict.problem.unwrap(), *broken);
}

#[test]
fn damage_in_one_session_never_hides_another() {
    let (_place, store) = store();
    let path = session(&store, &["one"]);
    drop(store.create(opening("db01"), "", moment(60), &by()).unwrap());
    drop(store.create(opening("db02"), "", moment(120), &by()).unwrap());
    fs::write(store.path().join("20261121T173100Z-db01/journal.jsonl"), "").unwrap();
    fs::remove_file(store.path().join("20261121T173200Z-db02/journal.jsonl")).unwrap();
    fs::create_dir(store.path().join("lost+found")).unwrap();
    let list = store.list().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!(
        (list[0].problem.as_ref(), list[0].entries, &list[0].host),
        (None, 2, &"web03".into())
    );
    assert_eq!(list[0].chain, ChainState::Whole);
    assert!(list[1].problem.is_some() && list[2].problem.is_some());
    let held = store.open(ID, &by()).unwrap();
    assert_eq!(store.list().unwrap()[0].holder, Some(std::process::id()));
    drop(held);
    assert_eq!(store.list().unwrap()[0].holder, None);
    drop(path);
}

#[test]
fn a_long_journal_is_listed_by_its_two_ends() {
    let (_place, store) = store();
    let mut journal = pen(begun(&store));
    for second in 1..=8 {
        journal.append(moment(second), &by(), noted(&"x".repeat(200_000))).unwrap();
    }
    journal.append(moment(9), &"somsak".into(), Event::Left).unwrap();
    drop(journal);
    let summary = &store.list().unwrap()[0];
    assert_eq!((summary.entries, summary.left), (10, true));
    assert_eq!((&summary.last_by, summary.opened), (&"somsak".into(), Some(moment(0).at)));
    assert!(matches!(summary.chain, ChainState::End { .. }), "{:?}", summary.chain);
    let path = store.path().join(ID).join("journal.jsonl");
    let all = fs::read(&path).unwrap();
    fs::write(&path, &all[..all.len() - 5]).unwrap();
    assert!(matches!(store.list().unwrap()[0].chain, ChainState::Torn { .. }));
    let mut damaged = all.clone();
    let last = all.len() - 200;
    damaged[last] ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert!(matches!(store.list().unwrap()[0].chain, ChainState::Broken { .. }));
}

/// What opening says after somebody prepared the session.
fn refused(prepare: impl Fn(&std::path::Path)) -> Unsafe {
    let (_place, store) = store();
    prepare(&session(&store, &["one"]));
    match store.open(ID, &by()) {
        Err(StoreError::Unsafe { why, .. }) => why,
        other => panic!("expected a refusal, not {other:?}"),
    }
}

#[test]
fn nothing_prepared_by_others_is_accepted() {
    let away = |path: &std::path::Path| path.with_file_name("elsewhere");
    for name in ["journal.jsonl", "playbook.md", "lock"] {
        let link = refused(|dir| {
            fs::rename(dir.join(name), away(dir)).unwrap();
            symlink(away(dir), dir.join(name)).unwrap();
        });
        assert_eq!(link, Unsafe::Link, "{name}");
        let hard = refused(|dir| fs::hard_link(dir.join(name), away(dir)).unwrap());
        assert_eq!(hard, Unsafe::Links, "{name}");
        let loose = |dir: &std::path::Path| {
            fs::set_permissions(dir.join(name), Permissions::from_mode(0o620)).unwrap();
        };
        assert_eq!(refused(loose), Unsafe::Mode(0o620), "{name}");
        let fifo = refused(|dir| {
            fs::remove_file(dir.join(name)).unwrap();
            let mode = rustix::fs::Mode::from(0o600);
            let kind = rustix::fs::FileType::Fifo;
            rustix::fs::mknodat(rustix::fs::CWD, dir.join(name), kind, mode, 0).unwrap();
        });
        assert_eq!(fifo, Unsafe::NotAFile, "{name}");
    }
    let link = refused(|dir| {
        fs::rename(dir, away(dir)).unwrap();
        symlink(away(dir), dir).unwrap();
    });
    assert_eq!(link, Unsafe::Link);
    let loose = |dir: &std::path::Path| {
        fs::set_permissions(dir, Permissions::from_mode(0o750)).unwrap();
    };
    assert_eq!(refused(loose), Unsafe::Mode(0o750));
}

#[test]
fn a_copy_that_others_can_read_is_verified_with_a_warning() {
    let (_place, store) = store();
    let path = session(&store, &["one"]);
    fs::set_permissions(path.join("journal.jsonl"), Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    assert!(store.verify(ID).is_err(), "a session to be written is ours alone");
    let copies = Store::of_copies(store.path()).unwrap();
    let verified = copies.verify(ID).unwrap();
    assert!(verified.verdict.is_whole() && verified.playbook_intact);
    let doubts: Vec<String> = verified.doubts.iter().map(ToString::to_string).collect();
    assert!(doubts[0].contains("0755") && doubts[1].contains("0644"), "{doubts:?}");
    fs::rename(path.join("journal.jsonl"), path.join("elsewhere")).unwrap();
    symlink(path.join("elsewhere"), path.join("journal.jsonl")).unwrap();
    let linked = copies.verify(ID);
    assert!(matches!(linked, Err(StoreError::Unsafe { why: Unsafe::Link, .. })), "{linked:?}");
}

#[test]
fn a_sessions_directory_that_others_may_change_is_refused() {
    let place = TempDir::new().unwrap();
    let shared = place.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    let why = |path: &std::path::Path| match Store::at(path) {
        Err(StoreError::Unsafe { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&shared), Unsafe::Mode(0o777));
    symlink(place.path(), place.path().join("link")).unwrap();
    assert_eq!(why(&place.path().join("link")), Unsafe::Link);
    let missing = Store::existing(&place.path().join("missing"));
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
}

#[test]
fn a_directory_of_another_owner_is_refused() {
    let place = TempDir::new().unwrap();
    let theirs = place.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    // Only root can make a directory of somebody else.
    if std::os::unix::fs::chown(&theirs, Some(12_345), None).is_ok() {
        let refused = Store::at(&theirs);
        assert!(matches!(refused, Err(StoreError::Unsafe { why: Unsafe::Owner(12_345), .. })));
    }
}

#[test]
fn what_was_copied_last_is_kept_in_a_file_that_is_ours_alone() {
    let (_place, store) = store();
    let opened = begun(&store);
    store.keep_clip(&opened.id, "a longer text").unwrap();
    store.keep_clip(&opened.id, "ขุด").unwrap();
    let clip = opened.path.join("clip");
    let file = clip.join("last.txt");
    assert_eq!(fs::read_to_string(&file).unwrap(), "ขุด");
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&clip).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_link_in_the_place_of_the_copied_text_is_refused_and_its_target_untouched() {
    let (place, store) = store();
    let opened = begun(&store);
    store.keep_clip(&opened.id, "one").unwrap();
    let target = place.path().join("target");
    fs::write(&target, "precious").unwrap();
    let file = opened.path.join("clip/last.txt");
    fs::remove_file(&file).unwrap();
    symlink(&target, &file).unwrap();
    let refused = store.keep_clip(&opened.id, "two").unwrap_err();
    assert!(matches!(refused, StoreError::Unsafe { why: Unsafe::Link, .. }), "{refused:?}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    fs::remove_file(&file).unwrap();
    fs::hard_link(&target, &file).unwrap();
    assert!(store.keep_clip(&opened.id, "three").is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}
