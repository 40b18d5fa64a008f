//! A map that keeps the newest only: whoever floods it pushes out what is old, and never takes more memory.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// At most so many values; the one that was put in first goes first.
#[derive(Debug)]
pub(super) struct Newest<K, V> {
    most: usize,
    next: u64,
    values: HashMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Newest<K, V> {
    pub(super) fn of(most: usize) -> Self {
        Self { most, next: 0, values: HashMap::new(), order: BTreeMap::new() }
    }

    /// Puts a value in as the newest; `true` if an older one of another key had to go.
    pub(super) fn put(&mut self, key: K, value: V) -> bool {
        self.take(&key);
        let full = self.values.len() >= self.most;
        if full && let Some((_, oldest)) = self.order.pop_first() {
            self.values.remove(&oldest);
        }
        self.next += 1;
        self.order.insert(self.next, key.clone());
        self.values.insert(key, (self.next, value));
        full
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The value stays as old as it is.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(key).map(|(_, value)| value)
    }

    pub(super) fn take(&mut self, key: &K) -> Option<V> {
        let (place, value) = self.values.remove(key)?;
        self.order.remove(&place);
        Some(value)
    }

    /// The oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.order.values().filter_map(|key| Some((key, self.get(key)?)))
    }

    /// In no order.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut().map(|(_, value)| value)
    }
}
