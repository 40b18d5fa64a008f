//! `firedamp sessions` and `firedamp verify`, as far as they need no terminal.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;

use firedamp::domain::base::{Digest, Language, Moment, Timestamp};
use firedamp::domain::session::{Anchor, Break, Event, LineProblem, Opening};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Opened, Store, StoreError};
use firedamp::run::complain::Complaint;
use firedamp::run::sessions::{SessionsError, elsewhere, list};
use firedamp::run::timeline::{self, Form};
use firedamp::run::verify::{Asked, verify};
use firedamp::ui::text::width;
use firedamp::words::listing::{Checked, checked, holds};
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web03";

fn moment() -> Moment {
    Moment { at: Timestamp::from_second(1_795_282_200).unwrap(), boot_ms: 0 }
}

fn store() -> (TempDir, Store) {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    (place, store)
}

fn begin(store: &Store, host: &str) -> Opened {
    let opening = Opening {
        version: "0.1.0".into(),
        host: host.into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: (host == "lab").then(|| "first\u{1b}[2J".into()),
    };
    store.create(opening, "", moment(), &"ploy".into()).unwrap()
}

fn listed(store: &Store, form: Form) -> String {
    let mut out = Vec::new();
    list(store, form, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const WORDS: Form = Form::Words(Language::En);
const THAI: Form = Form::Words(Language::Th);

fn verified(store: &Store) -> (ExitCode, String) {
    verified_in(store, Asked::default())
}

fn verified_in(store: &Store, asked: Asked) -> (ExitCode, String) {
    let mut out = Vec::new();
    let code = verify(store, ID, asked, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn a_list_says_what_each_session_needs() {
    let (_place, store) = store();
    assert!(listed(&store, WORDS).starts_with("No sessions in "));
    let held = begin(&store, "web03");
    drop(begin(&store, "lab"));
    let mut left = begin(&store, "db01");
    let Hand::Pen(journal) = &mut left.hand else { panic!("a new session is ours") };
    journal.append(moment(), &"ploy".into(), Event::Left).unwrap();
    drop(left);
    fs::remove_file(begin(&store, "mail").path.join("journal.jsonl")).unwrap();
    let text = listed(&store, WORDS);
    let line = |host: &str| text.lines().find(|line| line.contains(host)).unwrap();
    assert!(line("web03").ends_with(&format!("in use by pid {}", std::process::id())));
    assert!(line("-lab").ends_with("training first^[[2J, interrupted"));
    assert!(line("db01").ends_with("2026-11-21 17:30Z  ploy          left"), "{text}");
    assert!(line("mail").contains("unreadable: it is not there: "));
    assert!(text.lines().all(|line| !Untrusted::from(line).bytes().contains(&0x1b)));
    drop(held);
}

#[test]
fn the_list_in_thai_has_the_same_columns_and_the_json_no_language() {
    let (_place, store) = store();
    assert!(listed(&store, THAI).starts_with("ไม่มี session ใน "));
    let held = begin(&store, "web03");
    drop(begin(&store, "db01"));
    fs::remove_file(begin(&store, "mail").path.join("journal.jsonl")).unwrap();
    let (english, thai) = (listed(&store, WORDS), listed(&store, THAI));
    let top = thai.lines().next().unwrap();
    for word in ["รหัส session", "รายการ", "ล่าสุด", "โดย", "สถานะ"]
    {
        assert!(top.contains(word), "{top}");
    }
    let at = |line: &str, what: &str| width(line.split(what).next().unwrap());
    let (of_head, of_line) = (at(top, "ล่าสุด"), at(thai.lines().nth(1).unwrap(), "2026-11-21 "));
    assert_eq!(of_head, of_line, "{thai}");
    let line = |host: &str| thai.lines().find(|line| line.contains(host)).unwrap();
    assert!(line("web03").ends_with(&format!("มีคนใช้อยู่ pid {}", std::process::id())), "{thai}");
    assert!(line("db01").ends_with("หลุดกลางคัน"), "{thai}");
    assert!(line("mail").contains("อ่านไม่ได้: ไม่มีอยู่ตรงนั้น: "), "{thai}");
    assert_eq!(english.lines().count(), thai.lines().count());
    let json = listed(&store, Form::Json);
    assert!(json.contains("\"problem\":\"cannot open "), "{json}");
    drop(held);
}

#[test]
fn what_holds_and_what_does_not_is_said_in_thai_too() {
    let (_place, store) = store();
    let mut opened = begin(&store, "web03");
    let head = opened.state.head();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    journal.append(moment(), &"ploy".into(), Event::Left).unwrap();
    let anchor = Anchor::of(1, head);
    let wanted = |anchor| Asked { each: true, anchor: Some(anchor), language: Language::Th };
    let (code, text) = verified_in(&store, wanted(anchor));
    assert_eq!(code, ExitCode::SUCCESS, "{text}");
    for said in ["chain ต่อกันครบ", "คำยืนยันตรง: รายการ 1 ถึง 1", "  head     ", "  ถูก  "]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let (code, text) = verified_in(&store, wanted(Anchor::of(9, head)));
    assert_eq!(code, ExitCode::FAILURE);
    assert!(text.contains("คำยืนยันไม่ตรง: ไม่มีรายการ 9"), "{text}");
    let path = opened.path.join("journal.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 90;
    *bytes.get_mut(last).unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let (code, text) = verified_in(&store, wanted(anchor));
    assert_eq!(code, ExitCode::FAILURE);
    assert!(text.contains("เสียหายที่รายการ 2 ไบต์ "), "{text}");
    assert!(text.contains("บรรทัดเสียหายหรือถูกแก้") && text.contains("เชื่อถือไม่ได้"), "{text}");
}

/// A journal in two files, the last line of the second damaged; where that line begins in its file.
fn broken_in_its_second_file(store: &Store) -> usize {
    let mut opened = begin(store, "web03");
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    for text in ["one", "two"] {
        let event = Event::Noted { text: text.into(), about: None };
        journal.append(moment(), &"ploy".into(), event).unwrap();
    }
    let path = opened.path.join("journal.jsonl");
    drop(opened);
    let bytes = fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let [first, second, third] = lines[..] else { panic!("three entries") };
    let mut third = third.to_vec();
    let middle = third.len() / 2;
    *third.get_mut(middle).unwrap() ^= 1;
    let next = path.with_file_name("journal-0002.jsonl");
    fs::write(&path, first).unwrap();
    fs::write(&next, [second, &third].concat()).unwrap();
    fs::set_permissions(&next, Permissions::from_mode(0o600)).unwrap();
    second.len()
}

#[test]
fn a_break_in_the_second_file_is_found_by_its_byte_in_both_languages() {
    let (_place, store) = store();
    let byte = broken_in_its_second_file(&store);
    let table = [
        (Language::En, format!("broken at entry 3, byte {byte} of segment 2: ")),
        (Language::Th, format!("เสียหายที่รายการ 3 ไบต์ {byte} ของ segment 2: ")),
    ];
    for (language, place) in table {
        let (code, text) = verified_in(&store, Asked { language, ..Asked::default() });
        assert_eq!(code, ExitCode::FAILURE);
        assert!(text.contains(&place), "{text}");
        let (mut out, mut help) = (Vec::new(), Vec::new());
        timeline::print(&store, ID, Form::Words(language), &mut out, &mut help).unwrap();
        let help = String::from_utf8(help).unwrap();
        let place = place.split_once(char::is_numeric).unwrap().1;
        assert!(help.contains(place) && help.contains("firedamp verify ID"), "{help}");
        assert_eq!(help.contains("เพราะ: "), language == Language::Th, "{help}");
    }
}

#[test]
fn what_is_wrong_with_a_line_is_told_to_its_end_in_both_languages() {
    let said = format!("{} and the end", "what a parser says ".repeat(12));
    let table = [
        (LineProblem::Malformed(said.as_str().into()), "and the end", "and the end"),
        (LineProblem::Fork(7), "entry 7 is there twice: two lines continue", "รายการ 7 มีซ้ำ"),
        (LineProblem::TooLong, "1048576 bytes", "1048576 ไบต์"),
    ];
    for (problem, english, thai) in table {
        let broken = Break { segment: 1, line: 7, offset: 90, problem };
        for (language, detail) in [(Language::En, english), (Language::Th, thai)] {
            let text = checked(language, &Checked::Broken(&broken)).plain(4_000);
            assert!(text.contains(detail) && text.contains("90"), "{text}");
        }
    }
}

#[test]
fn the_word_for_what_holds_is_as_wide_as_the_one_for_what_does_not() {
    for language in [Language::En, Language::Th] {
        assert_eq!(width(holds(language, true)), width(holds(language, false)), "{language:?}");
    }
}

#[test]
fn the_list_is_json_when_asked() {
    let (_place, store) = store();
    assert_eq!(listed(&store, Form::Json), "[]\n");
    drop(begin(&store, "web03"));
    let all: serde_json::Value = serde_json::from_str(&listed(&store, Form::Json)).unwrap();
    let first = all.get(0).unwrap();
    assert_eq!(first.get("id").unwrap(), ID);
    assert_eq!(first.pointer("/chain/state").unwrap(), "whole");
    assert_eq!(first.get("last_by").unwrap(), "ploy");
    assert_eq!(first.get("entries").unwrap(), 1);
}

#[test]
fn a_whole_chain_is_told_with_its_head_and_anchor() {
    let (_place, store) = store();
    let opened = begin(&store, "web03");
    let head = opened.state.head();
    let (code, text) = verified(&store);
    assert_eq!(code, ExitCode::SUCCESS);
    let anchor = format!("anchor   {}", Anchor::of(1, head));
    assert!(text.contains(&format!("head     {head}")) && text.contains(&anchor), "{text}");
}

#[test]
fn a_break_is_told_with_its_line_and_byte_and_fails() {
    let (_place, store) = store();
    let mut opened = begin(&store, "web03");
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    journal.append(moment(), &"ploy".into(), Event::Left).unwrap();
    let path = opened.path.join("journal.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let last = bytes.len() - 90;
    *bytes.get_mut(last).unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let (code, text) = verified(&store);
    assert_eq!(code, ExitCode::FAILURE);
    assert!(text.contains(&format!("broken at line 2, byte {first}:")), "{text}");
    assert!(text.contains("1 entries before it hold"), "{text}");
}

#[test]
fn torn_bytes_are_told_and_do_not_fail() {
    let (_place, store) = store();
    let path = begin(&store, "web03").path.join("journal.jsonl");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"{\"seq\":2"].concat()).unwrap();
    let (code, text) = verified(&store);
    assert_eq!(code, ExitCode::SUCCESS);
    assert!(text.contains("8 bytes after the last entry"), "{text}");
    assert_eq!(fs::read(&path).unwrap().len(), whole.len() + 8, "verify changes nothing");
}

#[test]
fn trouble_says_what_and_what_to_do() {
    let (place, store) = store();
    let said = |id: &str| match verify(&store, id, Asked::default(), &mut Vec::new()) {
        Err(SessionsError::Store(error)) => Complaint::from(&error).to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        said("nothing\u{1b}"),
        "firedamp: cannot use the session\n     why: no session is called nothing^[\n    \
         next: list the ids: firedamp sessions; `latest` was written last\n"
    );
    drop(begin(&store, "web03"));
    drop(begin(&store, "db01"));
    assert!(said("2026").contains("could be any of 20261121T173000Z-db01, 20261121T173000Z-web03"));
    let missing = Store::existing(&place.path().join("none")).unwrap_err();
    assert!(missing.to_string().starts_with("there is no sessions directory "));
    assert!(Complaint::from(&missing).to_string().contains("--dir DIR"));
    fs::set_permissions(store.path(), Permissions::from_mode(0o770)).unwrap();
    let loose = Store::existing(store.path()).unwrap_err();
    assert!(matches!(loose, StoreError::Unsafe { .. }));
    assert!(Complaint::from(&loose).to_string().contains("name another: --dir DIR"));
}

#[test]
fn a_word_about_where_a_session_went_that_is_torn_is_told_as_such() {
    let (_place, store) = store();
    drop(begin(&store, "web03"));
    let word = store.path().join(ID).join("moved");
    for torn in ["", "/srv/els", "/srv/elsewhere\0\0\0", "srv/20261121T173000Z-web03"] {
        fs::write(&word, torn).unwrap();
        fs::set_permissions(&word, Permissions::from_mode(0o600)).unwrap();
        let text = listed(&store, WORDS);
        assert!(text.trim_end().ends_with("moved, but where to is not known"), "{torn:?}: {text}");
        let said = elsewhere(&store, ID, "verify", Language::En).unwrap();
        assert!(said.contains("where to is not known"), "{said}");
    }
    assert!(
        matches!(store.open(ID, &"ploy".into()), Err(StoreError::Moved(place)) if place.is_empty())
    );
    fs::write(&word, format!("/srv/elsewhere/{ID}")).unwrap();
    let way = format!("{ID} went on elsewhere: firedamp verify {ID} --dir /srv/elsewhere");
    assert_eq!(elsewhere(&store, "latest", "verify", Language::En), Some(way));
}
