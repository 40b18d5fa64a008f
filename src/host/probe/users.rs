//! Login names, from the host's own list.
//!
//! Deliberately absent: NSS. It would load libraries of the host, and ask servers for names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{text, tree};

/// More of the list is not read.
const MOST: usize = 4 << 20;

/// Names by user id.
#[derive(Default)]
pub(super) struct Users {
    path: PathBuf,
    version: Option<(u64, i64, i64)>,
    names: HashMap<u32, Arc<str>>,
}

impl Users {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }

    /// Reads the list again if it is another one than before.
    pub(super) fn refresh(&mut self, due: bool) {
        if !due {
            return;
        }
        let version = rustix::fs::stat(&self.path)
            .ok()
            .map(|stat| (stat.st_ino, stat.st_size, stat.st_mtime));
        if version == self.version {
            return;
        }
        self.version = version;
        self.names.clear();
        let passwd = tree::small_file(&self.path, MOST).unwrap_or_default();
        for (uid, name) in text::users(&passwd) {
            self.names.entry(uid).or_insert_with(|| Arc::from(name));
        }
    }

    pub(super) fn name(&self, uid: u32) -> Option<Arc<str>> {
        self.names.get(&uid).cloned()
    }
}
