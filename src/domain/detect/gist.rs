//! What a file that was found comes down to. The file is taken apart once, by whoever keeps it or first plays it back.

use std::sync::Arc;

use crate::domain::detect::grammar::Heard;
use crate::domain::detect::rules::pivot::Key;
use crate::domain::detect::{Grade, config};
use crate::domain::facts::FoundFile;
use crate::domain::untrusted::Untrusted;

/// More is followed from no file.
const MOST_KEYS: usize = 64;

/// What it comes down to.
#[derive(Debug)]
pub(super) struct Gist {
    /// The weightiest thing that it says.
    pub(super) weightiest: Option<(Grade, Untrusted)>,
    /// The same for whoever was told to read it.
    pub(super) if_told: Option<(Grade, Untrusted)>,
    /// Whom it starts, if it does nothing else.
    pub(super) starts: Option<Vec<Untrusted>>,
    /// It only speaks about miners.
    pub(super) is_prose: bool,
    /// What can be followed from it.
    pub(super) keys: Vec<Key>,
}

impl Gist {
    /// Of this file.
    pub(super) fn of(file: &FoundFile) -> Arc<Self> {
        file.read.get(|| {
            let read = config::read(file.path.bytes(), file.content.bytes());
            let first = |heard: Vec<(Grade, Heard)>| {
                heard.into_iter().next().map(|(grade, heard)| (grade, heard.value))
            };
            let (weightiest, if_told) = (first(read.heard()), first(read.heard_if_told()));
            let pools = read.pools().filter_map(Key::of_pool);
            let mut keys: Vec<Key> = pools.chain(read.users().filter_map(Key::of_user)).collect();
            keys.sort();
            keys.dedup();
            keys.truncate(MOST_KEYS);
            let (starts, is_prose) = (read.starts(), read.is_about_others());
            Self { weightiest, if_told, starts, is_prose, keys }
        })
    }
}
