//! A scribe with clocks that are moved under it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc::{Receiver, channel};

use super::Scribe;
use crate::cockpit::Msg;
use crate::domain::base::{Clock, Digest, Moment, Timestamp};
use crate::domain::session::{ClockChange, Entry, Event, Opening, PROGRAM};
use crate::host::store::{Hand, Journal, Store};
use crate::run::cockpit::Happening;

/// Clocks that stand still until somebody moves them.
#[derive(Clone, Default)]
struct Clocks {
    wall: Arc<AtomicI64>,
    boot: Arc<AtomicU64>,
    awake: Arc<AtomicU64>,
}

impl Clock for Clocks {
    fn now(&self) -> Moment {
        let wall = 1_795_282_200_000 + self.wall.load(Ordering::SeqCst);
        let at = Timestamp::from_millisecond(wall).unwrap();
        Moment { at, boot_ms: self.boot.load(Ordering::SeqCst) }
    }

    fn awake_ms(&self) -> Option<u64> {
        Some(self.awake.load(Ordering::SeqCst))
    }
}

fn pen(place: &TempDir) -> Journal {
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opened = store.create(opening, "", Clocks::default().now(), &"suda".into()).unwrap();
    match opened.hand {
        Hand::Pen(journal) => journal,
        Hand::Observer(..) | Hand::ReadOnly(_) => panic!("a new session is ours"),
    }
}

/// The next entry that is told as saved.
fn saved(inbox: &mut Receiver<Happening>) -> Entry {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(10), inbox.recv());
            if let Some(Happening::Msg(Msg::Saved(_, entry))) = next.await.unwrap() {
                return *entry;
            }
        }
    })
}

#[test]
fn a_clock_that_was_moved_and_a_sleep_are_entries_by_the_program() {
    let place = TempDir::new().unwrap();
    let (outbox, mut inbox) = channel(16);
    let clocks = Clocks::default();
    let scribe = Scribe::hire(pen(&place), "suda".into(), clocks.clone(), outbox).unwrap();
    assert!(scribe.write(1, Event::Noted { text: "before".into(), about: None }).is_none());
    assert_eq!(saved(&mut inbox).by, "suda".into());
    clocks.wall.store(-3_600_000, Ordering::SeqCst);
    let jump = saved(&mut inbox);
    let back = Event::Clock { change: ClockChange::Jumped, by_ms: -3_600_000 };
    assert_eq!((jump.seq, jump.event, jump.by), (3, back, PROGRAM.into()));
    clocks.boot.store(7_200_000, Ordering::SeqCst);
    clocks.wall.store(-3_600_000 + 7_200_000, Ordering::SeqCst);
    let sleep = saved(&mut inbox);
    // The two clocks are not read at one instant: what is told of the boot clock may come in two parts.
    assert!(matches!(sleep.event, Event::Clock { .. }), "{sleep:?}");
    scribe.dismiss(true);
}
