//! A folder for sessions that is gone with the test, and screens on it.

use std::path::PathBuf;

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
