//! A set of dense ids that gives its smallest member first: the ready tasks of one class.

/// A bitset with summary levels: bit `i` of a level says that word `i` of the level below is not empty.
///
/// Insertion, removal and the minimum touch one word per level: four for a million ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadySet {
    /// From the ids up; the last level is a single word.
    levels: Vec<Vec<u64>>,
    len: usize,
}

const BITS: usize = u64::BITS as usize;

impl ReadySet {
    /// A set that can hold the ids below `capacity`.
    pub fn new(capacity: usize) -> Self {
        let mut levels = Vec::new();
        let mut words = capacity.div_ceil(BITS).max(1);
        loop {
            levels.push(vec![0; words]);
            if words == 1 {
                break;
            }
            words = words.div_ceil(BITS);
        }
        Self { levels, len: 0 }
    }

    /// Makes room for the ids below `capacity`; what it holds stays.
    pub fn grow(&mut self, capacity: usize) {
        if self.levels.first().is_some_and(|level| level.len() * BITS >= capacity) {
            return;
        }
        let mut larger = Self::new(capacity.next_power_of_two());
        self.iter().for_each(|id| {
            larger.insert(id);
        });
        *self = larger;
    }

    /// The ids, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first(), |id| self.from(id + 1))
    }

    /// The smallest id that is not below `start`.
    pub fn from(&self, start: u32) -> Option<u32> {
        let mut at = start as usize;
        for level in 0..self.levels.len() {
            let word = self.levels[level].get(at / BITS)? & (u64::MAX << (at % BITS));
            if word != 0 {
                let found = at / BITS * BITS + word.trailing_zeros() as usize;
                let down = self.levels[..level].iter().rev();
                let id = down.fold(found, |at, level| at * BITS + level[at].trailing_zeros() as usize);
                return Some(id as u32);
            }
            at = at / BITS + 1;
        }
        None
    }

    /// How many ids it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds an id; whether it was new.
    pub fn insert(&mut self, id: u32) -> bool {
        let mut at = id as usize;
        for level in 0..self.levels.len() {
            let word = &mut self.levels[level][at / BITS];
            let before = *word;
            *word |= 1 << (at % BITS);
            if before == *word {
                return false;
            }
            self.len += usize::from(level == 0);
            if before != 0 {
                break;
            }
            at /= BITS;
        }
        true
    }

    /// Takes an id out; whether it was there.
    pub fn remove(&mut self, id: u32) -> bool {
        let mut at = id as usize;
        for level in 0..self.levels.len() {
            let word = &mut self.levels[level][at / BITS];
            let bit = 1 << (at % BITS);
            if level == 0 {
                if *word & bit == 0 {
                    return false;
                }
                self.len -= 1;
            }
            *word &= !bit;
            if *word != 0 {
                break;
            }
            at /= BITS;
        }
        true
    }

    /// The smallest id.
    pub fn first(&self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let down = self.levels.iter().rev();
        Some(down.fold(0, |at, level| at * BITS + level[at].trailing_zeros() as usize) as u32)
    }

    /// Whether the id is in the set.
    pub fn contains(&self, id: u32) -> bool {
        let at = id as usize;
        self.levels
            .first()
            .and_then(|level| level.get(at / BITS))
            .is_some_and(|word| word & (1 << (at % BITS)) != 0)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        if self.len > 0 {
            self.levels.iter_mut().for_each(|level| level.fill(0));
            self.len = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_as_a_sorted_set(ops in prop::collection::vec((any::<bool>(), 0u32..9000), 0..600)) {
            let mut set = ReadySet::new(9000);
            let mut model = BTreeSet::new();
            for (add, id) in ops {
                if add {
                    prop_assert_eq!(set.insert(id), model.insert(id));
                } else {
                    prop_assert_eq!(set.remove(id), model.remove(&id));
                }
                prop_assert_eq!(set.first(), model.first().copied());
                prop_assert_eq!(set.len(), model.len());
                prop_assert_eq!(set.contains(id), model.contains(&id));
                prop_assert_eq!(set.from(id), model.range(id..).next().copied());
            }
            set.grow(20_000);
            set.insert(19_999);
            model.insert(19_999);
            prop_assert!(set.iter().eq(model.iter().copied()));
            set.clear();
            prop_assert_eq!(set.first(), None);
        }
    }
}
