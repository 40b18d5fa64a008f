//! A folder for sessions that is gone with the test, and screens on it.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use firedamp::domain::session::Entry;
use firedamp::host::store::Store;

use super::pty::Cockpit;

/// Sessions that are gone with the test.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.0.path().join("sessions")
    }

    /// The cockpit of `name` on the sessions here, as wide as two panes need.
    pub(crate) fn cockpit(&self, name: &str, more: &[&str]) -> Cockpit {
        let sessions = self.sessions().display().to_string();
        let home = self.0.path().display().to_string();
        let mut args = vec!["--dir", &sessions, "--as", name];
        args.extend(more);
        Cockpit::start(&args, &[("HOME", &home)], 120, 30)
    }

    /// What the journal holds; its chain is whole.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let store = Store::existing(&self.sessions()).unwrap();
        assert_eq!(store.verify("latest").unwrap().verdict.problem, None);
        store.observe("latest").unwrap().entries
    }
}

/// Opens the card, marks whatever must be read on it, and presses the key again that asks for more.
pub(crate) fn read_card(cockpit: &mut Cockpit, key: &str) {
    cockpit.type_keys("0");
    cockpit.wait_until("the card", |screen| screen.contains("RISKS"));
    // What a machine full of other tests lets somebody find must be read like anything else.
    for _ in 0..12 {
        let screen = cockpit.screen();
        if !screen.contains("! [ ]") && !screen.contains("read 0/") {
            break;
        }
        cockpit.type_keys(" ");
        thread::sleep(Duration::from_millis(200));
    }
    cockpit.type_keys(key);
}

/// Marks all that must be read on the card that is open, however much a busy machine lets somebody find.
pub(crate) fn read_all(cockpit: &mut Cockpit) {
    for _ in 0..60 {
        if cockpit.screen().contains("All is read") {
            break;
        }
        cockpit.type_keys(" ");
        thread::sleep(Duration::from_millis(200));
    }
    cockpit.wait_until("all is marked as read", |screen| screen.contains("All is read"));
}
