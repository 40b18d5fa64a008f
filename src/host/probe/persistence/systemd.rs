//! What systemd starts: units, timers, drop-ins and generators, of the machine and of its users.
//!
//! Everything in `/etc`, in `/run` and in homes is listed. Of what lies in `/usr` only what is started: by a link in a
//! `.wants` or `.requires` folder, by a unit that is started, or because it is active now.

use std::collections::{BTreeMap, BTreeSet};

use rustix::fs::FileType;

use super::cron::{base_name, hidden};
use super::dig::{Dig, Draft, Home, Runs};
use super::ground::{Base, File};
use super::overlay::{DropIn, Overlays, account};
use super::unit::{Setting, executable, settings, template};
use crate::domain::facts::{AutostartKind, NotWhole, Remark};
use crate::host::probe::text::whole_number;

/// Search path of the machine's units, the strongest first.
const SYSTEM: [&[u8]; 9] = [
    b"/etc/systemd/system.control",
    b"/run/systemd/transient",
    b"/run/systemd/generator.early",
    b"/etc/systemd/system",
    b"/run/systemd/system",
    b"/run/systemd/generator",
    b"/usr/local/lib/systemd/system",
    b"/usr/lib/systemd/system",
    b"/lib/systemd/system",
];
/// Search path of the units that every user has.
const USER: [&[u8]; 4] = [
    b"/etc/systemd/user",
    b"/run/systemd/user",
    b"/usr/local/lib/systemd/user",
    b"/usr/lib/systemd/user",
];
/// The same below a home.
const HOME: [&[u8]; 3] =
    [b".config/systemd/user", b".config/systemd/user.control", b".local/share/systemd/user"];
/// Programs that systemd runs before it reads a unit, or when the machine goes down or sleeps.
const GENERATORS: [&[u8]; 18] = [
    b"/run/systemd/system-generators",
    b"/etc/systemd/system-generators",
    b"/usr/local/lib/systemd/system-generators",
    b"/usr/lib/systemd/system-generators",
    b"/run/systemd/user-generators",
    b"/etc/systemd/user-generators",
    b"/usr/local/lib/systemd/user-generators",
    b"/usr/lib/systemd/user-generators",
    b"/run/systemd/system-environment-generators",
    b"/etc/systemd/system-environment-generators",
    b"/usr/local/lib/systemd/system-environment-generators",
    b"/usr/lib/systemd/system-environment-generators",
    b"/run/systemd/user-environment-generators",
    b"/etc/systemd/user-environment-generators",
    b"/usr/local/lib/systemd/user-environment-generators",
    b"/usr/lib/systemd/user-environment-generators",
    b"/usr/lib/systemd/system-shutdown",
    b"/usr/lib/systemd/system-sleep",
];
/// Below the directory that somebody has while logged in.
const RUNTIME: &[u8] = b"/run/user";
const OF_RUNTIME: [&[u8]; 6] = [
    b"systemd/transient",
    b"systemd/generator.early",
    b"systemd/user.control",
    b"systemd/user",
    b"systemd/generator",
    b"systemd/generator.late",
];
/// More of these directories are not looked into.
const MOST_RUNTIMES: usize = 128;
/// Units that can start something by themselves.
const KINDS: [&[u8]; 6] = [b".service", b".timer", b".socket", b".path", b".mount", b".automount"];
/// Settings that start another unit.
const PULLS: [&[u8]; 8] = [
    b"Wants",
    b"Requires",
    b"Requisite",
    b"BindsTo",
    b"Upholds",
    b"Unit",
    b"OnFailure",
    b"Sockets",
];

/// Settings that decide which file a command is, or what is loaded into it.
const DECIDES: [&[u8]; 5] =
    [b"Environment", b"RootDirectory", b"RootImage", b"ExecSearchPath", b"ExtensionDirectories"];

/// What was found under the names of units on one search path.
#[derive(Default)]
struct Shelf {
    units: BTreeMap<Vec<u8>, File>,
    overlays: Overlays,
    /// Names that links in `.wants` and `.requires` folders lead to.
    wanted: BTreeSet<Vec<u8>>,
}

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    let mut system = Shelf::default();
    // Where `/lib` leads into `/usr`, both are one.
    let merged = dig.ground.link(root, b"/lib").is_ok();
    for dir in SYSTEM.into_iter().filter(|dir| !merged || !dir.starts_with(b"/lib/")) {
        shelf(dig, root, dir, &mut system);
    }
    let active = active(dig);
    list(dig, &system, &active, None);
    let mut shared = Shelf::default();
    for dir in USER {
        shelf(dig, root, dir, &mut shared);
    }
    list(dig, &shared, &BTreeSet::new(), None);
    for home in dig.homes {
        let mut own = Shelf::default();
        for dir in HOME {
            shelf(dig, home.base(), dir, &mut own);
        }
        list(dig, &own, &BTreeSet::new(), Some(home));
    }
    runtimes(dig);
    for dir in GENERATORS {
        for file in dig.files(dir) {
            dig.add_script(AutostartKind::SystemdGenerator, &file);
        }
    }
}

/// Units of those who are logged in: each in a directory of their own, and no link leads out of it.
fn runtimes(dig: &mut Dig<'_>) {
    let dirs = dig.list(RUNTIME);
    if dirs.len() > MOST_RUNTIMES {
        dig.part(RUNTIME, NotWhole::Directories);
    }
    for path in dirs.into_iter().take(MOST_RUNTIMES) {
        let Some(uid) = whole_number(base_name(&path)) else { continue };
        let Ok(fd) = dig.ground.home(&path) else { continue };
        let login = dig.logins.iter().find(|login| login.uid == uid);
        let user = login.map_or_else(|| base_name(&path).to_vec(), |it| it.user.clone());
        let home = Home { user, uid, path, fd };
        let mut own = Shelf::default();
        for dir in OF_RUNTIME {
            shelf(dig, home.base(), dir, &mut own);
        }
        let links = dig.list_quietly(home.base(), b"systemd/units");
        list(dig, &own, &invoked(&links), Some(&home));
    }
}

/// Units that are active now: systemd has a link for each run of one.
fn active(dig: &mut Dig<'_>) -> BTreeSet<Vec<u8>> {
    let links = dig.list_quietly(dig.ground.base(), b"/run/systemd/units");
    invoked(&links)
}

fn invoked(links: &[Vec<u8>]) -> BTreeSet<Vec<u8>> {
    let names = links.iter().filter_map(|link| base_name(link).strip_prefix(b"invocation:"));
    names.map(<[u8]>::to_vec).collect()
}

/// Reads one directory of a search path; what an earlier one has under a name counts.
fn shelf(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], shelf: &mut Shelf) {
    for path in dig.list_in(base, dir) {
        let name = base_name(&path).to_vec();
        if name.ends_with(b".wants") || name.ends_with(b".requires") || name.ends_with(b".upholds")
        {
            let links = dig.list_in(base, &path);
            shelf.wanted.extend(links.iter().map(|link| base_name(link).to_vec()));
        } else if name.ends_with(b".d") {
            let files = dig.files_in(base, &path);
            let files = files.into_iter().filter(|it| it.path.ends_with(b".conf"));
            shelf.overlays.add(&name, dir, files);
        } else if is_unit(&name) && !shelf.units.contains_key(&name) {
            unit(dig, base, &path, name, shelf);
        }
    }
}

fn unit(dig: &mut Dig<'_>, base: Base<'_>, path: &[u8], name: Vec<u8>, shelf: &mut Shelf) {
    // A link is an alias, or a unit that stands elsewhere, or a mask.
    let link = dig.ground.meta(base, path).is_ok_and(|meta| meta.kind == FileType::Symlink);
    if link {
        let target = dig.ground.link(base, path).unwrap_or_default();
        let other = base_name(&target);
        let elsewhere = !path.starts_with(b"/usr/") && other == name && target != b"/dev/null";
        if !elsewhere {
            if other != name && is_unit(other) && !path.starts_with(b"/usr/") {
                shelf.wanted.insert(other.to_vec());
            }
            return;
        }
    }
    if let Some(file) = dig.read_quietly(base, path) {
        shelf.units.insert(name, file);
    }
}

fn is_unit(name: &[u8]) -> bool {
    KINDS.iter().any(|kind| name.ends_with(kind))
}

/// The entries of a shelf.
fn list(dig: &mut Dig<'_>, shelf: &Shelf, active: &BTreeSet<Vec<u8>>, home: Option<&Home>) {
    let started = started(shelf, active);
    let user = home.map(|home| home.user.as_slice());
    for (name, file) in &shelf.units {
        let enabled = started.contains(name);
        let own = !file.path.starts_with(b"/usr/") && !file.path.starts_with(b"/lib/");
        if !enabled && !own {
            continue;
        }
        let found = settings(&file.bytes);
        let over = shelf.overlays.of(name);
        let all = || found.iter().chain(over.iter().flat_map(|it| &it.found));
        let is_timer = name.ends_with(b".timer");
        let kind = if is_timer { AutostartKind::SystemdTimer } else { AutostartKind::SystemdUnit };
        let (line, text) = says(&found, is_timer);
        let text = if text.is_empty() { super::dig::first_words(file).to_vec() } else { text };
        let runs = starts(&found).map_or(Runs::Nothing, |it| Runs::Command(executable(&it.value)));
        let named = account(all());
        let named = named.as_deref();
        let restarts = all().rfind(|it| it.name == b"Restart");
        let restarts = restarts.is_some_and(|it| it.value == b"always");
        let mark = if enabled { Remark::Enabled } else { Remark::NotEnabled };
        let is_active = active.iter().any(|it| it == name || template(it).as_ref() == Some(name));
        let draft = Draft::new(kind, file, line, &text).by(named.or(user)).runs(runs);
        let draft = draft.remark(mark, true).remark(Remark::Active, is_active);
        let draft = draft.remark(Remark::RestartsAlways, restarts);
        dig.add(draft.remark(Remark::HiddenName, hidden(&file.path)));
    }
    for one in shelf.overlays.all() {
        drop_in(dig, shelf, one, user);
    }
}

fn drop_in(dig: &mut Dig<'_>, shelf: &Shelf, one: &DropIn, user: Option<&[u8]>) {
    let DropIn { file, found, unit, .. } = one;
    // What it runs is run as whoever the unit is run as in the end.
    let below = shelf.units.get(unit).map(|it| settings(&it.bytes)).unwrap_or_default();
    let over = shelf.overlays.of(unit);
    let named = account(below.iter().chain(over.iter().flat_map(|it| &it.found)));
    let mut text = Vec::new();
    for setting in found {
        push(&mut text, setting);
    }
    let program = starts(found);
    let runs = program.map_or(Runs::Nothing, |it| Runs::Command(executable(&it.value)));
    let line = program.or(found.first()).map_or(0, |it| it.line);
    let user = named.as_deref().filter(|_| program.is_some()).or(user);
    let draft = Draft::new(AutostartKind::SystemdDropIn, file, line, &text).by(user).runs(runs);
    dig.add(draft.remark(Remark::HiddenName, hidden(&file.path)));
}

/// The command that the unit is about, or the first that it has.
fn starts(found: &[Setting]) -> Option<&Setting> {
    let mut commands =
        found.iter().filter(|it| it.name.starts_with(b"Exec") && !it.value.is_empty());
    let first = commands.clone().next();
    commands.find(|it| it.name == b"ExecStart").or(first)
}

/// What a unit does: its commands; of a timer, and of what waits for something, when.
fn says(found: &[Setting], is_timer: bool) -> (usize, Vec<u8>) {
    let tells = |it: &&Setting| {
        let name = it.name.as_slice();
        let when =
            name.starts_with(b"On") || name.starts_with(b"Listen") || name.starts_with(b"Path");
        let what = name.starts_with(b"Exec") || matches!(name, b"What" | b"Where");
        (what || (when && name != b"OnFailure")) && !it.value.is_empty()
            || is_timer && matches!(name, b"Unit" | b"Persistent")
    };
    let mut text = Vec::new();
    let mut line = 0;
    for setting in found.iter().filter(tells) {
        if line == 0 {
            line = setting.line;
        }
        push(&mut text, setting);
    }
    // What is run stands first, and then what else decides what that is.
    for setting in found.iter().filter(|it| DECIDES.contains(&it.name.as_slice())) {
        let value = super::cloud::masked(&setting.value);
        push(&mut text, &Setting { value, ..setting.clone() });
    }
    (line, text)
}

fn push(text: &mut Vec<u8>, setting: &Setting) {
    if !text.is_empty() {
        text.push(b'\n');
    }
    text.extend_from_slice(&setting.name);
    text.push(b'=');
    text.extend_from_slice(&setting.value);
}

/// Names of what is started, and of what that starts in turn.
fn started(shelf: &Shelf, active: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let mut known: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut waiting: Vec<Vec<u8>> = shelf.wanted.iter().chain(active).cloned().collect();
    while let Some(name) = waiting.pop() {
        if !known.insert(name.clone()) {
            continue;
        }
        waiting.extend(template(&name));
        let Some(file) = shelf.units.get(&name) else { continue };
        let pulls = settings(&file.bytes);
        for setting in pulls.iter().filter(|it| PULLS.contains(&it.name.as_slice())) {
            waiting.extend(crate::host::probe::text::words(&setting.value).map(<[u8]>::to_vec));
        }
        // What waits for a time, a connection or a path starts the service of its own name.
        let stem = name.iter().rposition(|byte| *byte == b'.').and_then(|dot| name.get(..dot));
        let waits = [&b".timer"[..], b".socket", b".path"].iter().any(|it| name.ends_with(it));
        waiting.extend(stem.filter(|_| waits).map(|stem| [stem, b".service"].concat()));
    }
    known
}
