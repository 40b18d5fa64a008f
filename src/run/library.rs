//! Playbooks in use: the built-in one in both languages, or a file in one.

use std::path::Path;
use std::sync::Arc;

use crate::cockpit::trouble::Trouble;
use crate::domain::base::Both;
use crate::domain::playbook::{PB_31, Playbook, read};

/// A playbook for a new session.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    /// The document as it will lie beside the journal.
    pub text: String,
    /// The document, read.
    pub playbook: Both<Arc<Playbook>>,
}

impl Shelf {
    /// The file that was named, else PB-31.
    pub(super) fn take(file: Option<&Path>) -> Result<Self, Trouble> {
        let text = match file {
            Some(file) => crate::run::playbook::open(file)?,
            None => PB_31.en.to_owned(),
        };
        let playbook = editions(&text);
        Ok(Self { text, playbook })
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
