//! Containers of podman with a restart policy: its database is read, whichever of the two it is, and nothing is asked.
//!
//! Podman has no service that starts them again after a boot by itself: `podman-restart.service` does, and is a unit.

use std::collections::BTreeMap;

use serde_json::Value;

use super::bolt;
use super::dig::{Dig, Draft};
use super::ground::{Base, Meta};
use crate::domain::facts::{AutostartKind, NotWhole, Remark};
use crate::host::probe::packages::sqlite::Sqlite;

/// More of a database is not read.
const MOST: usize = 64 << 20;
/// Where podman keeps its containers, below its storage.
const SQLITE: [&[u8]; 2] = [b"db.sql", b"libpod/db.sql"];
const BOLT: &[u8] = b"libpod/bolt_state.db";
/// The storage of root, and that of anybody else below a home.
const STORAGE: &[u8] = b"/var/lib/containers/storage";
const HOME_STORAGE: &[u8] = b".local/share/containers/storage";
/// The place of a container's settings in a row: id, name, pod, settings.
const SETTINGS: usize = 3;
/// Of the command so much is told.
const MOST_WORDS: usize = 32;

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    storage(dig, root, STORAGE, None);
    for home in dig.homes {
        storage(dig, home.base(), HOME_STORAGE, Some(&home.user));
    }
}

fn storage(dig: &mut Dig<'_>, base: Base<'_>, storage: &[u8], user: Option<&[u8]>) {
    for name in SQLITE {
        let path = [storage, name].join(&b'/');
        let log = [path.as_slice(), b"-wal"].concat();
        let Some((file, meta)) = dig.open_in(base, &path) else { continue };
        let log = dig.open_in(base, &log).map(|(log, _)| log);
        let mut found = Vec::new();
        let mut take = |settings: &[u8]| {
            found.push(settings.to_vec());
            Some(())
        };
        let read = Sqlite::open(&file, log.as_ref())
            .and_then(|it| it.at_most(MOST).column(b"ContainerConfig", SETTINGS, &mut take));
        if read.is_err() {
            dig.part(&base.whole(&path), NotWhole::Database);
        }
        list(dig, (&base.whole(&path), meta), &found, user);
    }
    let path = [storage, BOLT].join(&b'/');
    if let Some((file, meta)) = dig.open_in(base, &path) {
        match bolt::values(&file, (b"ctr", b"config"), MOST) {
            Ok(found) => list(dig, (&base.whole(&path), meta), &found, user),
            Err(_) => dig.part(&base.whole(&path), NotWhole::Database),
        }
    }
}

/// The containers that are started again, by name. The line is their place among them: the database is written to all the
/// time, and that is no change of theirs.
fn list(dig: &mut Dig<'_>, (path, meta): (&[u8], Meta), found: &[Vec<u8>], user: Option<&[u8]>) {
    let policies = found.iter().filter_map(|settings| policy(settings));
    let policies: BTreeMap<String, String> = policies.collect();
    for (line, text) in (1..).zip(policies.values()) {
        let file = super::ground::File { path: path.to_vec(), meta, bytes: Vec::new(), cut: false };
        let draft = Draft::new(AutostartKind::Container, &file, line, text.as_bytes()).by(user);
        dig.add(draft.remark(Remark::RestartsAlways, true));
    }
}

/// Name of a container, and what podman does when it ends; `None` if it does nothing.
pub(super) fn policy(settings: &[u8]) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(settings).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let policy = Some(text("restart_policy")).filter(|it| !it.is_empty() && *it != "no")?;
    let words = |name: &str| {
        let list = value.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).take(MOST_WORDS).collect::<Vec<_>>()
    };
    let images = [text("RawImageName"), text("rootfsImageName")];
    let image = images.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
    let (name, command) = (text("name"), [words("entrypoint"), words("command")].concat());
    Some((name.to_owned(), format!("restart={policy} {name} {image} {}", command.join(" "))))
}
