//! What starts by itself, judged once and again when it changes.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gathered;
use crate::domain::detect::rules::Told;
use crate::domain::detect::{Entry, Subject};
use crate::domain::facts::{Autostart, Persistence};

/// The entries of the last look, and what their words say.
#[derive(Debug, Default)]
pub(super) struct Entries {
    of: Option<Arc<Persistence>>,
    judged: Vec<(Arc<Autostart>, Vec<Told>)>,
}

impl Entries {
    /// What speaks against each entry of this moment.
    pub(super) fn see(
        &mut self,
        found: &Arc<Persistence>,
        judge: impl Fn(&Entry<'_>) -> Vec<Told>,
        gathered: &mut Gathered,
    ) {
        if !self.of.as_ref().is_some_and(|it| Arc::ptr_eq(it, found)) {
            self.renew(found, judge);
            self.of = Some(Arc::clone(found));
        }
        for (entry, told) in self.judged.iter().filter(|(_, told)| !told.is_empty()) {
            let against = gathered.entry(Subject::of_autostart(entry)).or_default();
            against.extend(told.iter().cloned());
        }
    }

    fn renew(&mut self, found: &Persistence, judge: impl Fn(&Entry<'_>) -> Vec<Told>) {
        let judged = std::mem::take(&mut self.judged);
        let known: HashMap<_, _> = judged.iter().map(|it| (it.0.key(), it)).collect();
        let again = |entry: &Arc<Autostart>| {
            let same = known.get(&entry.key()).filter(|(it, _)| it.packaged == entry.packaged);
            let told = same.map(|(_, told)| told.clone());
            let told = told.unwrap_or_else(|| judge(&Entry::of(entry)));
            (Arc::clone(entry), told)
        };
        self.judged = found.entries.iter().map(again).collect();
    }
}
