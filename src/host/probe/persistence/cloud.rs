//! What cloud-init runs. Users of clouds write passwords and tokens into the same lines: of those only the names are kept.
//!
//! Whatever form of YAML it is written in: what its lines show as they are is listed by them, and all else as its values say.

mod mask;

use std::collections::BTreeSet;

use super::cron::lines;
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::yaml::{self, Kind, Node, bare};
use crate::domain::facts::{AutostartKind, NotWhole};
use mask::{has, of_list};

pub(super) use mask::{beginning, masked};

const SCRIPTS: [&[u8]; 6] = [
    b"/var/lib/cloud/scripts/per-boot",
    b"/var/lib/cloud/scripts/per-instance",
    b"/var/lib/cloud/scripts/per-once",
    b"/var/lib/cloud/scripts/vendor",
    b"/var/lib/cloud/instance/scripts",
    b"/etc/cloud/clean.d",
];
/// What cloud-init was told to run, and nothing else of what it was told.
const FILES: [&[u8]; 7] = [
    b"/etc/cloud/cloud.cfg",
    b"/var/lib/cloud/instance/user-data.txt",
    b"/var/lib/cloud/instance/vendor-data.txt",
    b"/var/lib/cloud/instance/vendor-data2.txt",
    // All of it in one file, which is the one that is run.
    b"/var/lib/cloud/instance/cloud-config.txt",
    b"/var/lib/cloud/instance/vendor-cloud-config.txt",
    b"/var/lib/cloud/instance/vendor2-cloud-config.txt",
];
const BEGIN: [&[u8]; 2] = [b"bootcmd:", b"runcmd:"];
const KEYS: [&str; 2] = ["bootcmd", "runcmd"];
/// Lines of one file that are listed by themselves.
const MOST_LINES: usize = 500;
pub(super) fn hunt(dig: &mut Dig<'_>) {
    for dir in SCRIPTS {
        for file in dig.files(dir) {
            let draft = Draft::new(AutostartKind::CloudInit, &file, 0, b"").by(Some(b"root"));
            dig.add_script_as(draft.runs(Runs::Program(&file.path)), &file);
        }
    }
    let mut files: Vec<File> = FILES.iter().filter_map(|path| dig.read(path)).collect();
    files.extend(dig.files(b"/etc/cloud/cloud.cfg.d"));
    for file in &files {
        told(dig, file);
    }
}

fn told(dig: &mut Dig<'_>, file: &File) {
    let (mut open, mut listed) = (false, 0);
    let (mut passwords, mut shown_already) = (Passwords::default(), BTreeSet::new());
    for (line, text) in lines(&file.bytes) {
        let begins = BEGIN.iter().find_map(|it| text.strip_prefix(*it));
        let is_below = text.starts_with(b" ") || text.starts_with(b"-");
        open = begins.is_some() || open && is_below;
        let said = begins.unwrap_or(text).trim_ascii();
        let item = said.strip_prefix(b"- ").map(<[u8]>::trim_ascii);
        let said = item.unwrap_or(said);
        if !open || said.is_empty() {
            passwords.0 &= open;
            continue;
        }
        listed += 1;
        if listed > MOST_LINES {
            dig.part(&file.path, NotWhole::Entries);
            break;
        }
        // A list of passwords goes on to the next item, whatever its lines are.
        passwords.0 &= item.is_none() && begins.is_none();
        let shown = passwords.shown(said);
        shown_already.insert(bare(said));
        let draft = Draft::new(AutostartKind::CloudInit, file, line, &shown).by(Some(b"root"));
        dig.add(draft.runs(Runs::Command(&shown)));
    }
    written_otherwise(dig, file, &shown_already, listed);
}

/// Lines in which a list of passwords is open.
#[derive(Default)]
struct Passwords(bool);

impl Passwords {
    fn shown(&mut self, said: &[u8]) -> Vec<u8> {
        let shown = if self.0 { of_list(said) } else { said.to_vec() };
        self.0 |= has(said, "CHPASSWD") && has(said, "<<");
        shown
    }
}

/// What is run as the values say, where no line shows it so: in one line with its key, in brackets, in quotes, folded.
fn written_otherwise(dig: &mut Dig<'_>, file: &File, shown: &BTreeSet<Vec<u8>>, mut listed: usize) {
    let (documents, is_cut) = yaml::read(&file.bytes);
    if is_cut {
        dig.part(&file.path, NotWhole::Entries);
    }
    for item in documents.iter().flat_map(run) {
        let said = item.texts().join(" ");
        let mut lines = said.lines().map(|it| bare(it.as_bytes())).filter(|it| !it.is_empty());
        if lines.all(|it| shown.contains(&it)) {
            continue;
        }
        listed += 1;
        if listed > MOST_LINES {
            return dig.part(&file.path, NotWhole::Entries);
        }
        let mut passwords = Passwords::default();
        let lines = said.lines().map(|it| passwords.shown(it.trim().as_bytes()));
        let said = lines.collect::<Vec<_>>().join(&b'\n');
        let draft = Draft::new(AutostartKind::CloudInit, file, item.line, &said).by(Some(b"root"));
        dig.add(draft.runs(Runs::Command(&said)));
    }
}

/// The commands of a document.
fn run(document: &Node) -> Vec<&Node> {
    let Kind::Map(keys) = &document.kind else { return Vec::new() };
    let named = keys.iter().filter(|(key, _)| KEYS.contains(&key.as_str()));
    let items = named.flat_map(|(_, it)| match &it.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Text(_) | Kind::Map(_) => vec![it],
    });
    items.collect()
}
