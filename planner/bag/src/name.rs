//! How user functions are called in plans, and what makes two of them the same.

use std::any::TypeId;

use swath_graph::{Key, KeyHasher};

use crate::hash::stable_hash;

/// A short name of the function type `F`: `loads`, `closure in main`.
pub(crate) fn function_name<F: ?Sized>() -> String {
    let full = std::any::type_name::<F>();
    let plain = full.split('<').next().unwrap_or(full);
    let mut parts = plain.rsplit("::").filter(|p| !p.is_empty());
    match parts.next() {
        Some("{{closure}}") => {
            let place = parts.find(|p| *p != "{{closure}}").unwrap_or("main");
            format!("closure in {place}")
        }
        Some(name) => match parts.next() {
            Some(module) => format!("{module}::{name}"),
            None => name.to_owned(),
        },
        None => full.to_owned(),
    }
}

/// Starts the key of a node that calls an `F`: functions without captured state are the same by type, others never.
pub(crate) fn function_key<F: 'static>(node: &str) -> KeyHasher {
    if size_of::<F>() == 0 {
        Key::of(node).u64(stable_hash(&TypeId::of::<F>())).str(std::any::type_name::<F>())
    } else {
        Key::of(node).key(Key::unique(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of<F>(_: &F) -> String {
        function_name::<F>()
    }

    fn double(x: i64) -> i64 {
        x * 2
    }

    #[test]
    fn names_are_short() {
        assert_eq!(name_of(&double), "tests::double");
        assert_eq!(name_of(&|x: i64| x), "closure in names_are_short");
    }

    #[test]
    fn captured_state_makes_a_function_unique() {
        fn key<F: 'static>(_: &F) -> Key {
            function_key::<F>("map").finish()
        }
        let n = 3;
        let captures = move |x: i64| x + n;
        assert_eq!(key(&double), key(&double));
        assert_ne!(key(&captures), key(&captures));
    }
}
