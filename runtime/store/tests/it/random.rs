//! Any sequence of calls, against a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use swath_block::Block;

use crate::{KIB, block, eventually, files, is_block, store, task};

#[derive(Clone, Debug)]
enum Call {
    Put(u32, u64),
    Get(u32),
    Hold(u32),
    Let,
    Remove(u32),
    Evict,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let name = 0u32..12;
    let call = prop_oneof![
        4 => (name.clone(), 1u64..60).prop_map(|(n, kib)| Call::Put(n, kib)),
        3 => name.clone().prop_map(Call::Get),
        1 => name.clone().prop_map(Call::Hold),
        1 => Just(Call::Let),
        2 => name.prop_map(Call::Remove),
        1 => Just(Call::Evict),
    ];
    prop::collection::vec(call, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_store_is_a_map(calls in calls()) {
        let (store, folder) = store(100);
        let mut expected: BTreeMap<u32, u64> = BTreeMap::new();
        let mut held: Vec<Block> = Vec::new();
        for call in calls {
            match call {
                Call::Put(n, kib) => {
                    store.put_blocking(task(n), block(n, kib)).unwrap();
                    expected.insert(n, kib);
                }
                Call::Get(n) | Call::Hold(n) => {
                    let found = store.get_blocking(task(n)).unwrap();
                    prop_assert_eq!(found.is_some(), expected.contains_key(&n));
                    if let Some(found) = found {
                        prop_assert!(is_block(&found, n, expected[&n]));
                        if matches!(call, Call::Hold(_)) {
                            held.push(found);
                        }
                    }
                }
                Call::Let => held.clear(),
                Call::Remove(n) => prop_assert_eq!(store.remove(task(n)), expected.remove(&n).is_some()),
                Call::Evict => drop(store.evict(50 * KIB)),
            }
            let usage = store.usage();
            prop_assert_eq!(usage.blocks + usage.spilled_blocks, expected.len());
            prop_assert_eq!(usage.bytes + usage.spilled_bytes, expected.values().sum::<u64>() * KIB);
        }
        held.clear();
        let ledger = store.ledger().clone();
        drop(store);
        eventually("all is given back", || ledger.used() == 0 && files(&folder) == 0);
    }
}
