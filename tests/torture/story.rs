//! Sessions to torture: entries in both languages, short and long, with a text that names each of them.

use std::path::Path;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId};
use firedamp::domain::session::{Entry, Event, ItemState, Opening};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Journal, Opened, Store, StoreError};

use super::dice::Dice;
use super::sim::SimDisk;

/// Where the simulated sessions are.
pub(crate) const PLACE: &str = "/sim/sessions";
/// The id of the first one.
pub(crate) const ID: &str = "20261121T173000Z-web03";

pub(crate) fn moment(second: u64) -> Moment {
    let at = 1_795_282_200 + i64::try_from(second).unwrap();
    Moment { at: Timestamp::from_second(at).unwrap(), boot_ms: second * 1000 }
}

pub(crate) fn by() -> Untrusted {
    "ploy".into()
}

pub(crate) fn opening() -> Opening {
    Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    }
}

/// An event that says `number`, so that it can be told from every other.
pub(crate) fn event(number: u64, dice: &mut Dice) -> Event {
    let about = None;
    match dice.below(12) {
        0..=4 => Event::Noted { text: format!("{number}: cron of www-data").into(), about },
        5..=6 => Event::Noted {
            text: format!("{number}: พบโปรเซสแปลกที่กินซีพียู").into(), about
        },
        7..=8 => Event::Marked {
            item: ItemId("1.3/4".into()),
            state: ItemState::Blocked,
            reason: format!("{number}: รอทีมเครือข่าย").into(),
            undoes: None,
        },
        9 => Event::Chose {
            flow: FlowId("flow-1".into()),
            node: NodeId("A".into()),
            branch: 1,
            to: NodeId("B".into()),
            label: format!("{number}\u{1b}[31m\u{202e}").into(),
        },
        10 => Event::Trouble { what: format!("{number}").into() },
        _ => {
            let long = "x".repeat(dice.below(3000));
            Event::Noted { text: format!("{number}: {long}").into(), about }
        }
    }
}

/// It is a note with these words.
pub(crate) fn says(entry: &Entry, words: &str) -> bool {
    matches!(&entry.event, Event::Noted { text, .. } if text.bytes() == words.as_bytes())
}

/// The sessions of a simulated disk.
pub(crate) fn store(disk: &SimDisk) -> Result<Store, StoreError> {
    Store::on(disk.disk(), Path::new(PLACE))
}

/// Begins the session [`ID`].
pub(crate) fn begin(store: &Store) -> Result<Opened, StoreError> {
    store.create(opening(), "# PB-31\n", moment(0), &by())
}

/// The pen of a session, if that is what was given.
pub(crate) fn pen(opened: Opened) -> Result<(Journal, Vec<Entry>), String> {
    match opened.hand {
        Hand::Pen(journal) => Ok((journal, opened.entries)),
        Hand::ReadOnly(broken) => Err(format!("read only: {broken}")),
        Hand::Observer(..) => Err(format!("no pen: {:?}", opened.trouble)),
    }
}

/// A disk with a session of `count` entries on it, and these entries.
pub(crate) fn written(seed: u64, count: u64) -> (SimDisk, Vec<Entry>) {
    let disk = SimDisk::new(seed);
    let mut dice = Dice::new(seed);
    let opened = begin(&store(&disk).unwrap()).unwrap();
    let mut entries = opened.entries.clone();
    let (mut journal, _) = pen(opened).unwrap();
    for number in 1..count {
        entries.push(journal.append(moment(number), &by(), event(number, &mut dice)).unwrap());
    }
    (disk, entries)
}

/// A file of the session.
pub(crate) fn file(name: &str) -> String {
    format!("{PLACE}/{ID}/{name}")
}
