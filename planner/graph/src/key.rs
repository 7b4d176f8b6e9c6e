//! Deterministic keys: the same operation over the same inputs has the same key in every process.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 128 bits of BLAKE3 over an operation and the keys of its inputs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key([u8; 16]);

impl Key {
    /// Starts a key for the operation called `name`.
    pub fn of(name: &str) -> KeyHasher {
        KeyHasher(blake3::Hasher::new()).str(name)
    }

    /// A key that is equal to no other of this process: for in-memory inputs and impure calls.
    pub fn unique(name: &str) -> Self {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::of(name)
            .str("unique")
            .u64(u64::from(std::process::id()))
            .u64(NEXT.fetch_add(1, Ordering::Relaxed))
            .finish()
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Key {
    /// The first eight bytes in hexadecimal: enough for a reader to tell keys apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Feeds a [`Key`]; every part is length-delimited, so no two different sequences collide by concatenation.
#[must_use]
pub struct KeyHasher(blake3::Hasher);

impl KeyHasher {
    /// Adds raw bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a string.
    pub fn str(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub fn u64(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Adds the key of an input.
    pub fn key(self, key: Key) -> Self {
        self.bytes(&key.0)
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Key {
        let mut out = [0; 16];
        self.0.finalize_xof().fill(&mut out);
        Key(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Key::of("a").str("bc").finish(), Key::of("ab").str("c").finish());
        assert_eq!(Key::of("a").u64(1).finish(), Key::of("a").u64(1).finish());
        assert_ne!(Key::unique("a"), Key::unique("a"));
    }
}
