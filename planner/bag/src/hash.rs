//! Hashes that are the same in every process of one build: groups must land in the same place everywhere.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;

/// The hash of `value`, equal in every process of this build.
pub(crate) fn stable_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    FixedState::with_seed(0x5357_4154_4842_4147).hash_one(value)
}
