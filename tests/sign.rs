//! Signatures, by the real binary and the real `ssh-keygen`, both ways.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a broken test should stop where it is; it runs the program and ssh-keygen"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::{
    Event, NAMESPACE, Opening, Signature, SignatureProblem, Statement, digest,
};
use firedamp::host::store::{Hand, Store};
use proptest::prelude::*;
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web03";

/// A session with a handoff, and a place for keys.
fn session() -> TempDir {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let moment = Moment { at: Timestamp::from_second(1_795_282_200).unwrap(), boot_ms: 0 };
    let mut opened = store.create(opening, "", moment, &"suda".into()).unwrap();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    let signed = Event::HandedOff { words: "over".into(), to: "niran".into(), read: vec![] };
    journal.append(moment, &"suda".into(), signed).unwrap();
    journal.append(moment, &"suda".into(), Event::Left).unwrap();
    place
}

fn run(program: &str, args: &[&str], at: &Path, input: &str) -> Output {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(at)
        .env("FIREDAMP_DIR", at.join("sessions"))
        .env("FIREDAMP_AS", "suda")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may have ended by now.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

fn firedamp(args: &[&str], at: &Path, input: &str) -> (i32, String, String) {
    let done = run(env!("CARGO_BIN_EXE_firedamp"), args, at, input);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

/// Makes a key; `None`, and says so, where there is no `ssh-keygen`.
fn key(at: &Path, kind: &[&str], passphrase: &str) -> Option<()> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        eprintln!("skipped: there is no ssh-keygen here (package openssh-client)");
        return None;
    }
    let args = [&["-q", "-N", passphrase, "-C", "suda", "-f", "key", "-t"], kind].concat();
    assert!(run("ssh-keygen", &args, at, "").status.success());
    let public = std::fs::read_to_string(at.join("key.pub")).unwrap();
    std::fs::write(at.join("signers"), format!("suda {public}")).unwrap();
    Some(())
}

fn accepted_by_ssh_keygen(at: &Path, message: &str, signature: &str) -> bool {
    std::fs::write(at.join("sig"), signature).unwrap();
    let args = ["-Y", "verify", "-f", "signers", "-I", "suda", "-n", NAMESPACE, "-s", "sig"];
    run("ssh-keygen", &args, at, message).status.success()
}

#[test]
fn what_a_local_key_signs_is_accepted_by_ssh_keygen() {
    for kind in [&["ed25519"][..], &["ecdsa", "-b", "256"]] {
        let place = session();
        let at = place.path();
        let Some(()) = key(at, kind, "") else { return };
        let (code, message, _) = firedamp(&["sign", ID, "--print"], at, "");
        assert_eq!(code, 0);
        let (code, signature, told) = firedamp(&["sign", ID, "--key", "key"], at, "");
        assert_eq!(code, 0, "{told}");
        assert!(accepted_by_ssh_keygen(at, &message, &signature));
        assert!(!accepted_by_ssh_keygen(at, &message.replace("entry 2", "entry 3"), &signature));
        let (code, text, _) = firedamp(&["verify", ID], at, "");
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("signed   up to entry 2 by SHA256:"), "{text}");
    }
}

#[test]
fn the_command_that_is_shown_signs_elsewhere_and_its_answer_is_taken_back() {
    let place = session();
    let at = place.path();
    let Some(()) = key(at, &["ed25519"], "") else { return };
    let (_, message, help) = firedamp(&["sign", ID], at, "");
    let command = help.lines().find(|line| line.contains("ssh-keygen -Y sign")).unwrap();
    let elsewhere = run("sh", &["-c", &command.replace("~/.ssh/id_ed25519", "key")], at, "");
    let pasted = String::from_utf8(elsewhere.stdout).unwrap();
    assert!(accepted_by_ssh_keygen(at, &message, &pasted));
    let mangled = format!("$ ssh-keygen ...\r\n{}\r\n$ \r\n", pasted.replace('\n', "  \r\n\r\n"));
    let (code, _, told) = firedamp(&["sign", ID, "--add", "-"], at, &mangled);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("signed up to entry 2, kept as entry 4: SHA256:"), "{told}");
    assert_eq!(firedamp(&["verify", ID], at, "").0, 0);
    let (code, _, told) = firedamp(&["sign", ID, "--entry", "3", "--add", "-"], at, &pasted);
    assert_eq!(code, 2);
    assert!(told.contains("the signature is not over this text"), "{told}");
    let listed = firedamp(&["sessions", "--json"], at, "").1;
    assert!(listed.contains("\"left\":true"), "a session left in good order still is: {listed}");
}

#[test]
fn a_signature_for_something_else_is_refused() {
    let place = session();
    let at = place.path();
    let Some(()) = key(at, &["ed25519"], "") else { return };
    let (_, message, _) = firedamp(&["sign", ID, "--print"], at, "");
    let other = run("ssh-keygen", &["-Y", "sign", "-n", "file", "-f", "key"], at, &message);
    let other = String::from_utf8(other.stdout).unwrap();
    let (code, _, told) = firedamp(&["sign", ID, "--add", "-"], at, &other);
    assert!(code == 2 && told.contains("the signature is for `file` and not for"), "{told}");
    let (code, _, told) = firedamp(&["sign", ID, "--add", "-"], at, "no signature at all");
    assert!(code == 2 && told.contains("no signature is in the text"), "{told}");
}

#[test]
fn a_key_that_is_locked_or_of_another_kind_is_refused_with_what_to_do() {
    let place = session();
    let at = place.path();
    let Some(()) = key(at, &["ed25519"], "secret words") else { return };
    let (code, _, told) = firedamp(&["sign", ID, "--key", "key"], at, "");
    assert!(code == 2 && told.contains("must not be typed on this host"), "{told}");
    assert!(told.contains("--print says how"), "{told}");
    std::fs::remove_file(at.join("key")).unwrap();
    let Some(()) = key(at, &["rsa", "-b", "2048"], "") else { return };
    let (code, _, told) = firedamp(&["sign", ID, "--key", "key"], at, "");
    assert!(code == 2 && told.contains("ssh-keygen -t ed25519"), "{told}");
    let (code, text, _) = firedamp(&["verify", ID], at, "");
    assert!(code == 0 && text.contains("entries  3\n"), "nothing was written: {text}");
}

#[test]
fn without_a_screen_a_handoff_takes_an_option_that_says_it_was_read() {
    let place = session();
    let at = place.path();
    let (code, card, told) = firedamp(&["--as", "niran", "takeover", ID], at, "");
    assert!(code == 2 && card.contains("SIGNED") && told.contains("--i-have-read-it"), "{told}");
    let (code, _, told) = firedamp(&["takeover", ID, "--i-have-read-it"], at, "");
    assert!(code == 2 && told.contains("you signed this handoff yourself"), "{told}");
    let (code, card, told) =
        firedamp(&["--as", "niran", "takeover", ID, "--i-have-read-it"], at, "");
    assert!(code == 0 && card.contains("accepted: entry 4, anchor 4 "), "{card}{told}");
    let args = ["--as", "niran", "handoff", ID, "--to", "suda", "--i-have-read-it"];
    let (code, _, told) = firedamp(&args, at, "");
    assert!(code == 2 && told.contains("there are no words"), "{told}");
    let (code, card, _) = firedamp(&[&args[..], &["--note", "back to you"]].concat(), at, "");
    assert!(code == 0 && card.contains("signed: entry 6, anchor 6 "), "{card}");
    let (_, brief, _) = firedamp(&["brief", ID, "--format", "md", "--lang", "th"], at, "");
    assert!(brief.contains("`niran` → `suda`: `back to you`"), "{brief}");
}

#[test]
fn who_accepts_a_handoff_that_was_signed_for_somebody_else_is_told_both_names() {
    for (language, said) in [
        ("en", "note: signed for niran, accepted by mali; the journal names both"),
        ("th", "หมายเหตุ: เซ็นให้ niran แต่ผู้รับคือ mali ใน journal มีทั้งสองชื่อ"),
    ] {
        let place = session();
        let take = ["takeover", ID, "--i-have-read-it", "--lang", language, "--as"];
        let (code, _, told) = firedamp(&[&take[..], &["mali"]].concat(), place.path(), "");
        assert!(code == 0 && told.lines().eq([said]), "{told}");
        let place = session();
        let (code, _, told) = firedamp(&[&take[..], &["niran"]].concat(), place.path(), "");
        assert!(code == 0 && told.is_empty(), "who is named is told nothing: {told}");
    }
}

#[test]
fn a_journal_that_is_damaged_is_not_written_to_and_that_is_said_in_the_language_asked_for() {
    let place = session();
    let path = place.path().join("sessions").join(ID).join("journal.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 90;
    *bytes.get_mut(last).unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    for (language, what, why) in [
        ("en", "cannot write to the session", "why: line 3, byte "),
        ("th", "เขียน session นี้ไม่ได้", "เพราะ: รายการ 3 ไบต์ "),
    ] {
        let args = ["--as", "niran", "--lang", language, "takeover", ID, "--i-have-read-it"];
        let (code, _, told) = firedamp(&args, place.path(), "");
        assert!(code == 2 && told.contains(what) && told.contains(why), "{told}");
        assert!(told.contains("firedamp verify ID"), "{told}");
    }
}

fn statement() -> Statement {
    Statement::of(ID, 7, digest(b"line"))
}

#[test]
fn a_statement_is_five_lines_that_anybody_can_read() {
    let text = statement().to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["firedamp-handoff@v1", "session 20261121T173000Z-web03", "entry 7"]);
    assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
    assert!(!text.contains('\''), "it is pasted between single quotes");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_of_signatures_fall(text in ".{0,400}", body in "[A-Za-z0-9+/=\\s]{0,400}") {
        prop_assert!(Signature::read(&text).is_err());
        let armour = format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n");
        prop_assert!(Signature::read(&armour).is_err());
    }

    #[test]
    fn no_bytes_make_the_reader_of_keys_fall(bytes: Vec<u8>) {
        prop_assert!(matches!(statement().sign(&bytes), Err(SignatureProblem::NoKey(_))));
    }
}
