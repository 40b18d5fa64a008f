//! Containers and schedules that stand in databases: each file in `databases/` was written by another program, those of
//! podman with its tables and buckets, and one of them while it was open.

use std::fs;
use std::path::Path;

use firedamp::domain::facts::{AutostartKind, Packaged, Persistence};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Hunt, Roots};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::{hunted, write};

const STORAGE: &str = "var/lib/containers/storage";
const HOME_STORAGE: &str = "home/malee/.local/share/containers/storage";

fn database(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/persistence/databases");
    fs::read(folder.join(name)).unwrap()
}

fn root() -> TempDir {
    let root = tempdir().unwrap();
    write(root.path(), "etc/passwd", "malee:x:1000:1000::/home/malee:/bin/sh\n");
    fs::create_dir_all(root.path().join("home/malee")).unwrap();
    root
}

/// What stands in the entries of one kind, and whose they are.
fn told(found: &Persistence, kind: AutostartKind) -> Vec<(String, Option<String>)> {
    let those = found.entries.iter().filter(|it| it.kind == kind);
    those.map(|it| (it.text.printable(), it.user.as_ref().map(Untrusted::printable))).collect()
}

const WEB: &str = "restart=always web registry.example/web:1 serve --port 8080";
const WORKER: &str = "restart=unless-stopped worker registry.example/worker:2 /bin/up -q";

#[test]
fn containers_of_podman_are_read_from_the_database_and_from_its_log() {
    let root = root();
    write(root.path(), &format!("{STORAGE}/db.sql"), database("db.sql"));
    let found = hunted(root.path());
    assert_eq!(told(&found, AutostartKind::Container), [(WEB.to_owned(), None)]);
    write(root.path(), &format!("{STORAGE}/db.sql-wal"), database("db.sql-wal"));
    let found = hunted(root.path());
    let both = [(WEB.to_owned(), None), (WORKER.to_owned(), None)];
    assert_eq!(told(&found, AutostartKind::Container), both, "one of them is in the log only");
}

#[test]
fn containers_of_an_older_podman_are_read_for_its_user() {
    let root = root();
    write(root.path(), &format!("{HOME_STORAGE}/libpod/bolt_state.db"), database("bolt_state.db"));
    let found = hunted(root.path());
    let malee = Some("malee".to_owned());
    let both = [(WEB.to_owned(), malee.clone()), (WORKER.to_owned(), malee)];
    assert_eq!(told(&found, AutostartKind::Container), both);
}

#[test]
fn the_first_page_of_bolt_may_be_torn() {
    let root = root();
    let mut bytes = database("bolt_state.db");
    // The newer one of the two is the one that counts, and either may be lost.
    let torn = |bytes: &[u8]| {
        write(root.path(), &format!("{STORAGE}/libpod/bolt_state.db"), bytes);
        told(&hunted(root.path()), AutostartKind::Container).len()
    };
    bytes[16] ^= 1;
    let without_first = torn(&bytes);
    bytes[16] ^= 1;
    bytes[4096 + 16] ^= 1;
    let without_second = torn(&bytes);
    assert_eq!(without_first.max(without_second), 2, "{without_first} {without_second}");
}

#[test]
fn a_quadlet_of_one_user_is_that_users() {
    let root = root();
    write(root.path(), "etc/containers/systemd/users/1000/up.container", "[Container]\nImage=x\n");
    write(root.path(), "etc/containers/systemd/users/all.container", "[Container]\nImage=y\n");
    let found = told(&hunted(root.path()), AutostartKind::Container);
    let malee = Some("malee".to_owned());
    assert_eq!(found, [("Image=x".to_owned(), malee), ("Image=y".to_owned(), None)]);
}

#[test]
fn schedules_of_k3s_are_named_and_what_stands_in_etcd_is_said() {
    let root = root();
    write(root.path(), "var/lib/rancher/k3s/server/db/state.db", database("state.db"));
    fs::create_dir_all(root.path().join("var/lib/etcd/member")).unwrap();
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let names: Vec<String> =
        told(&hunt.found(), AutostartKind::Kubernetes).into_iter().map(|it| it.0).collect();
    assert_eq!(names, ["CronJob default/backup", "CronJob kube-system/up"], "one was deleted");
    let said: Vec<String> = hunt.unread().map(|it| it.what.printable()).collect();
    assert_eq!(said, ["/var/lib/etcd/member"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_forged_database_makes_the_hunt_neither_fail_nor_wait(
        name in prop::sample::select(vec!["db.sql", "db.sql-wal", "libpod/bolt_state.db"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        near in any::<bool>(),
    ) {
        let root = root();
        for other in ["db.sql", "db.sql-wal"] {
            write(root.path(), &format!("{STORAGE}/{other}"), database(other));
        }
        let mut bytes = database(name.rsplit('/').next().unwrap());
        // Most of a file is text; what matters stands in front.
        let end = if near { 200 } else { bytes.len() };
        for (at, byte) in changes {
            bytes[at.index(end)] = byte;
        }
        write(root.path(), &format!("{STORAGE}/{name}"), bytes);
        hunted(root.path());
    }
}
