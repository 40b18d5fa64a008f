//! Playbooks in use: the built-in one in both languages, or a file in one.

use std::path::Path;
use std::sync::Arc;

use crate::domain::base::Both;
use crate::domain::playbook::{Indicators, PB_31, Playbook, read};
use crate::run::complain::Complaint;
use crate::run::reason;
use crate::words::trouble::BadPath;

/// A playbook for a new session.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    /// The document as it will lie beside the journal.
    pub text: String,
    /// The document, read.
    pub playbook: Both<Arc<Playbook>>,
}

impl Shelf {
    /// PB-31.
    pub(super) fn built_in() -> Self {
        Self::of(PB_31.en.to_owned())
    }

    /// The file that was named; one with nothing of a playbook in it was mistaken for another.
    pub(super) fn named(file: &Path) -> Result<Self, Complaint> {
        let shelf = Self::of(crate::run::playbook::open(file)?);
        if shelf.playbook.en.has_nothing() {
            return Err(Complaint::Path(BadPath::NotAPlaybook, reason::shown(file)));
        }
        Ok(shelf)
    }

    /// What the playbook that was named looks for, or else PB-31.
    pub(super) fn looks_for(named: Option<&Path>) -> Result<Indicators, Complaint> {
        let shelf = named.map_or_else(|| Ok(Self::built_in()), Self::named)?;
        Ok(shelf.playbook.en.indicators())
    }

    fn of(text: String) -> Self {
        Self { playbook: editions(&text), text }
    }
}

/// The document in both languages: an edition of the built-in playbook brings the other one along, any
/// other document stands for both.
#[must_use]
pub(super) fn editions(text: &str) -> Both<Arc<Playbook>> {
    let built_in = text == PB_31.en || text == PB_31.th;
    if built_in {
        return Both { en: Arc::new(read(PB_31.en).0), th: Arc::new(read(PB_31.th).0) };
    }
    let only = Arc::new(read(text).0);
    Both { en: Arc::clone(&only), th: only }
}
