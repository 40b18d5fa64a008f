//! What is done for those who are not listened to: glances at their places, until they are listened to again.
//!
//! Invariant: whatever changed meanwhile is read, and what always changes no more often than its party may cause.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::super::Family;
use super::super::ground::Ground;
use super::super::patience::Party;
use super::glance::Found;
use super::queue::Lane;
use super::{Work, spent};
use crate::domain::base::Clock;
use crate::host::probe::HostClock;

/// So long what was just read is not read again for what seldom changes in the places of a storm.
const BRIEF: Duration = Duration::from_millis(100);

impl Work {
    /// Listens again to those who have rested, and reads what they may have changed meanwhile. To a storm nobody listens
    /// yet; its places are glanced at.
    pub(super) fn listen_again(&mut self) {
        let (now, resting) = (Instant::now(), self.watch.iter().flat_map(|it| it.resting.keys()));
        let due = resting.filter(|party| self.patience.waits(party, now).is_none());
        let (deaf, rested): (BTreeSet<Party>, BTreeSet<Party>) =
            due.cloned().partition(|party| self.patience.is_deaf(party, now));
        self.hear_again(&rested);
        if deaf.is_empty() {
            return;
        }
        match Ground::open(&self.roots) {
            Ok(ground) => deaf.iter().for_each(|party| self.glance(party, &ground)),
            // That says why nothing can be read.
            Err(_) => drop(self.aim()),
        }
    }

    /// What was not told of those who have rested is wanted, but for what is as it was read. The watch stands before
    /// that is looked at, so that a change is either told or seen.
    fn hear_again(&mut self, rested: &BTreeSet<Party>) {
        if rested.is_empty() {
            return;
        }
        let resting = self.watch.as_ref().map(|it| it.resting.clone());
        let mut unseen = self.aim();
        let Ok(ground) = Ground::open(&self.roots) else {
            self.want(&unseen, rested.iter(), 0);
            return;
        };
        let areas = resting.iter().flatten().filter(|(party, _)| rested.contains(*party));
        let areas: Vec<_> = areas.flat_map(|(_, area)| area).collect();
        unseen.retain(|family| {
            let mut places = areas.iter().filter(|(it, _)| it == &family).peekable();
            let is_known = places.peek().is_some();
            let places = places.flat_map(|(_, places)| *places);
            !is_known || self.glances.look(*family, places, &ground) != Found::Nothing
        });
        self.want(&unseen, rested.iter(), 0);
    }

    /// Wants what has changed in the places of one who is not listened to.
    pub(super) fn glance(&mut self, party: &Party, ground: &Ground) {
        let (before, now) = (spent(), Instant::now());
        let mut found: Vec<(Family, Found)> = Vec::new();
        let areas = self.watch.iter().filter_map(|watch| watch.resting.get(party));
        for (family, places) in areas.flatten() {
            found.push((*family, self.glances.look(*family, places.iter(), ground)));
        }
        self.patience.glanced(party, spent().saturating_sub(before), now);
        let rest = self.patience.rests(party, now);
        for (family, found) in found {
            match found {
                Found::Change => {
                    let read = self.glances.read_for(family, now);
                    let rest = read.map_or(Duration::ZERO, |it| BRIEF.saturating_sub(it));
                    self.queue.changed(family, party, rest, now);
                }
                Found::Always if rest.is_none() && self.glances.is_due(family, now) => {
                    self.queue.add(family, Lane::Unheard, party, 0, now);
                }
                Found::Always | Found::Nothing => {}
            }
        }
    }

    /// Takes down how the places that nobody listens to are, before these families are read. Gives the files that are to
    /// be read another time; none if `all` is read.
    pub(super) fn mark(&mut self, families: &[Family], all: bool) -> BTreeSet<Vec<u8>> {
        let areas = || self.watch.iter().flat_map(|watch| watch.resting.values());
        let resting: BTreeSet<Family> = areas().flat_map(|area| area.keys().copied()).collect();
        if !self.patience.knows_storms(Instant::now()) {
            self.glances.forget();
        }
        let marked: Vec<Family> =
            families.iter().copied().filter(|family| resting.contains(family)).collect();
        if marked.is_empty() {
            return BTreeSet::new();
        }
        let Ok(ground) = Ground::open(&self.roots) else { return BTreeSet::new() };
        let (now, mut later) = (HostClock.now(), BTreeSet::new());
        for family in marked {
            let places = areas().filter_map(|area| area.get(&family)).flatten();
            later.extend(self.glances.reads(family, places, &ground, now, all));
        }
        later
    }
}
