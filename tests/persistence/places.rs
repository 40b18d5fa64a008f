//! Places that are easily overlooked, and words that programs read otherwise than they look.

use std::path::Path;

use firedamp::domain::facts::{Autostart, AutostartKind, Persistence, Remark};
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::{hunted, write};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUp x@desk.example\n";

/// A tree with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn found(files: &[(&str, &str)]) -> Persistence {
    hunted(tree(files).path())
}

/// Place, line and text of every entry of a kind.
fn told(found: &Persistence, kind: AutostartKind) -> Vec<(String, u32, String)> {
    let of_kind = found.entries.iter().filter(|it| it.kind == kind);
    of_kind.map(|it| (it.path.printable(), it.line, it.text.printable())).collect()
}

fn named<'f>(found: &'f Persistence, text: &str) -> Option<&'f Autostart> {
    found.entries.iter().map(AsRef::as_ref).find(|it| it.text.printable().contains(text))
}

#[test]
fn a_second_root_is_one_however_its_number_is_written() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\na:x: 0:0::/a:/bin/sh\nb:x:+0:0::/b:/bin/sh\n\
                  c:x:-0:0::/c:/bin/sh\n d:x:0:0::/d:/bin/sh\ne:x:\t00:0::/e:/bin/sh\nf:x:0:0\n";
    let found = found(&[("etc/passwd", passwd)]);
    let second = found.entries.iter().filter(|it| it.remarks.contains(&Remark::SecondRoot));
    let users: Vec<String> =
        second.filter_map(|it| it.user.as_ref()).map(Untrusted::printable).collect();
    assert_eq!(users, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn a_line_that_is_no_account_is_told_without_what_may_be_a_password() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\n\n# a remark\nr:secret:0x0:0::/:/bin/sh\n\
                  word\n$6$notahash:x\n+::::::\nz:x:0:\n";
    let found = found(&[("etc/passwd", passwd)]);
    let odd = found.entries.iter().filter(|it| it.remarks == [Remark::NotReadable]);
    let odd: Vec<(u32, String)> = odd.map(|it| (it.line, it.text.printable())).collect();
    let said = |line, text: &str| (line, text.to_owned());
    assert_eq!(
        odd,
        [
            said(4, "r:*:0x0:0::/:/bin/sh"),
            said(5, "word"),
            said(6, "*:*"),
            said(7, "+:*:::::"),
            said(8, "z:*:0:"),
        ]
    );
}

#[test]
fn keys_of_those_who_have_no_home_of_their_own_let_them_in_too() {
    let passwd = "root:x:0:0::/root:/bin/sh\nbin:x:2:2::/bin:/bin/sh\nsys:x:3:3::/dev:/bin/sh\n\
                  net:x:4:4::/:/bin/sh\ntwin:x:0:0::/root:/bin/sh\n";
    let config = "AuthorizedKeysFile .ssh/authorized_keys \"/etc/ssh/keys/%u\" /etc/ssh/id/%U\n";
    let found = found(&[
        ("etc/passwd", passwd),
        ("etc/ssh/sshd_config", config),
        ("bin/.ssh/authorized_keys", KEY),
        ("dev/.ssh/authorized_keys", KEY),
        (".ssh/authorized_keys2", KEY),
        ("root/.ssh/authorized_keys", KEY),
        ("etc/ssh/keys/twin", KEY),
        ("etc/ssh/id/3", KEY),
        ("bin/.ssh/rc", "/usr/bin/later\n"),
    ]);
    let keys = found.entries.iter().filter(|it| it.kind == AutostartKind::AuthorizedKey);
    let user = |it: &Autostart| it.user.as_ref().map(Untrusted::printable).unwrap_or_default();
    let keys: Vec<(String, String)> = keys.map(|it| (it.path.printable(), user(it))).collect();
    let of = |path: &str, user: &str| (path.to_owned(), user.to_owned());
    assert_eq!(
        keys,
        [
            of("/.ssh/authorized_keys2", "net"),
            of("/bin/.ssh/authorized_keys", "bin"),
            of("/dev/.ssh/authorized_keys", "sys"),
            of("/etc/ssh/id/3", "sys"),
            of("/etc/ssh/keys/twin", "twin"),
            of("/root/.ssh/authorized_keys", "root"),
        ]
    );
    let rc = named(&found, "/usr/bin/later").unwrap();
    assert_eq!((rc.path.printable().as_str(), user(rc).as_str()), ("/bin/.ssh/rc", "bin"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_line_of_the_list_of_accounts_is_dropped(lines in prop::collection::vec("[ -~]{1,40}", 1..12)) {
        let root = tempdir().unwrap();
        write(root.path(), "etc/passwd", lines.join("\n"));
        let found = hunted(Path::new(root.path()));
        for (at, line) in (1_u32..).zip(&lines) {
            let says = !line.trim().is_empty() && !line.trim_start().starts_with('#');
            let entry = found.entries.iter().any(|it| it.line == at && it.path.printable() == "/etc/passwd");
            // An account that cannot log in is none that starts something.
            let fields: Vec<&str> = line.split(':').collect();
            let is_account = fields.len() > 3;
            prop_assert!(entry || !says || is_account, "{line:?}");
        }
    }
}
