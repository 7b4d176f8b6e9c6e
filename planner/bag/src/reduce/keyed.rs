//! A hash table that keeps its keys in the order they were first seen, and can be asked by something that is not a key
//! yet: a string slice for a `String`.

use std::hash::Hash;

use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::stable_hash;

/// Values by key, in the order of first appearance.
#[derive(Clone, Debug)]
pub struct Keyed<K, V> {
    /// Hash and place in `entries`.
    table: HashTable<(u64, usize)>,
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { table: HashTable::new(), entries: Vec::new() }
    }
}

impl<K, V> Keyed<K, V> {
    /// The value of the key with this hash for which `same` holds.
    pub fn find(&mut self, hash: u64, same: impl Fn(&K) -> bool) -> Option<&mut V> {
        let entries = &self.entries;
        let (_, at) = self
            .table
            .find(hash, |(h, at)| *h == hash && entries.get(*at).is_some_and(|(key, _)| same(key)))
            .copied()?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    /// Adds a key that is not there yet, under its hash.
    pub fn insert(&mut self, hash: u64, key: K, value: V) {
        self.table.insert_unique(hash, (hash, self.entries.len()), |(h, _)| *h);
        self.entries.push((key, value));
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keys and values in the order of first appearance.
    pub fn into_entries(self) -> Vec<(K, V)> {
        self.entries
    }
}

impl<K: Hash + Eq, V> Keyed<K, V> {
    /// Changes the value of `key`, which is `empty()` when it is new.
    pub fn update(&mut self, key: K, empty: impl FnOnce() -> V, change: impl FnOnce(&mut V)) {
        let hash = stable_hash(&key);
        if let Some(value) = self.find(hash, |k| *k == key) {
            return change(value);
        }
        let mut value = empty();
        change(&mut value);
        self.insert(hash, key, value);
    }
}

impl<K: Serialize, V: Serialize> Serialize for Keyed<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

impl<'de, K: Deserialize<'de> + Hash, V: Deserialize<'de>> Deserialize<'de> for Keyed<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<(K, V)>::deserialize(deserializer)?;
        let mut table = HashTable::with_capacity(entries.len());
        for (at, (key, _)) in entries.iter().enumerate() {
            let hash = stable_hash(key);
            table.insert_unique(hash, (hash, at), |(h, _)| *h);
        }
        Ok(Self { table, entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_of_first_appearance() {
        let mut counts = Keyed::default();
        for word in ["b", "a", "b", "c", "a", "b"] {
            counts.update(word.to_owned(), || 0u64, |n| *n += 1);
        }
        let again: Keyed<String, u64> = postcard::from_bytes(&postcard::to_stdvec(&counts).unwrap()).unwrap();
        let mut again = again;
        again.update("a".to_owned(), || 0, |n| *n += 1);
        assert_eq!(again.into_entries(), [("b".into(), 3), ("a".into(), 3), ("c".into(), 1)]);
    }

    #[test]
    fn can_be_asked_by_slice() {
        let mut counts: Keyed<String, u64> = Keyed::default();
        for word in ["x", "y", "x"] {
            match counts.find(stable_hash(word), |key| key == word) {
                Some(n) => *n += 1,
                None => counts.insert(stable_hash(word), word.to_owned(), 1),
            }
        }
        counts.update("x".to_owned(), || 0, |n| *n += 10);
        assert_eq!(counts.into_entries(), [("x".into(), 12), ("y".into(), 1)]);
    }
}
