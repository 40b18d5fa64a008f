//! What starts by itself, judged once and again when it changes.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gathered;
use crate::domain::detect::rules::Told;
use crate::domain::detect::{Entry, Subject};
use crate::domain::facts::{Autostart, Persistence};

/// So much text is judged in one look, of which the screen waits for none: whoever may write a table of cron may write a long
/// one. What is left comes next.
const A_LOOK: usize = 128 << 10;

/// The entries of the last look, and what their words say; nothing yet of those that wait.
#[derive(Debug, Default)]
pub(super) struct Entries {
    of: Option<Arc<Persistence>>,
    judged: Vec<(Arc<Autostart>, Option<Vec<Told>>)>,
    waiting: usize,
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
            self.renew(found);
            self.of = Some(Arc::clone(found));
        }
        self.judge(judge);
        for (entry, told) in &self.judged {
            let told = told.iter().flatten().cloned().collect::<Vec<_>>();
            if !told.is_empty() {
                gathered.entry(Subject::of_autostart(entry)).or_default().extend(told);
            }
        }
    }

    /// Some wait for the next look.
    pub(super) const fn is_behind(&self) -> bool {
        self.waiting > 0
    }

    fn renew(&mut self, found: &Persistence) {
        let judged = std::mem::take(&mut self.judged);
        let known: HashMap<_, _> = judged.iter().map(|it| (it.0.key(), it)).collect();
        let again = |entry: &Arc<Autostart>| {
            let same = known.get(&entry.key()).filter(|(it, _)| it.packaged == entry.packaged);
            (Arc::clone(entry), same.and_then(|(_, told)| told.clone()))
        };
        self.judged = found.entries.iter().map(again).collect();
        self.waiting = self.judged.iter().filter(|(_, told)| told.is_none()).count();
    }

    fn judge(&mut self, judge: impl Fn(&Entry<'_>) -> Vec<Told>) {
        let mut left = A_LOOK;
        for (entry, told) in &mut self.judged {
            if self.waiting == 0 || left == 0 {
                return;
            }
            if told.is_none() {
                *told = Some(judge(&Entry::of(entry)));
                self.waiting -= 1;
                left = left.saturating_sub(entry.text.bytes().len().max(64));
            }
        }
    }
}
