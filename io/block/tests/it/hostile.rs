//! Bytes that somebody has tampered with: an error, or another block; never a panic, never memory out of proportion.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::Int32Type;
use proptest::prelude::*;
use swath_block::{Block, Chunk, DType, Items, Table, decode_small, encode_small};

use crate::Wire;

/// Blocks take at most this much here, so nothing larger may be asked for.
const LIMIT: u64 = 1 << 20;

fn blocks() -> Vec<Block> {
    let ids: ArrayRef = Arc::new((0..40).map(|i| (i % 3 != 0).then_some(i)).collect::<Int64Array>());
    let names: ArrayRef = Arc::new((0..40).map(|i| Some(format!("n{i}"))).collect::<StringArray>());
    let views: ArrayRef = Arc::new(
        (0..40).map(|i| Some(format!("a long string of some kind {i}"))).collect::<StringViewArray>(),
    );
    let kinds: ArrayRef =
        Arc::new((0..40).map(|i| ["a", "b"][i % 2]).collect::<DictionaryArray<Int32Type>>());
    let batch =
        RecordBatch::try_from_iter([("id", ids), ("name", names), ("view", views), ("kind", kinds)]).unwrap();
    let table = Table::new(batch.schema(), vec![batch]).unwrap();
    let array = Chunk::from_vec((0..60).map(f64::from).collect(), &[3, 20]).unwrap();
    let flags = Chunk::from_vec(vec![true; 30], &[30]).unwrap();
    let lines = Items::Text((0..30).map(|i| Some("x".repeat(i))).collect());
    let items = Items::new(vec!["a".to_owned(), "bc".to_owned()]);
    let parts = [array.clone().into(), Block::Unit, items.clone().into(), Block::value(vec![1u32, 2])];
    vec![
        table.into(),
        array.into(),
        flags.into(),
        lines.into(),
        items.into(),
        Block::value(("word".to_owned(), vec![7u64; 9])),
        Block::Tuple(parts.into()),
    ]
}

/// Looks at everything in a block, as a task would.
fn look(block: &Block) {
    let _ = (block.bytes(), format!("{block:?}"));
    match block {
        Block::Table(table) => drop((table.show(5, 5), table.bytes())),
        Block::Array(chunk) if chunk.len() < 1 << 16 => match chunk.dtype() {
            DType::F64 => drop(chunk.view::<f64>().map(|v| v.sum())),
            DType::Bool => drop(chunk.view::<bool>().map(|v| v.iter().filter(|b| **b).count())),
            _ => {}
        },
        Block::Items(items) => {
            drop((**items).clone().downcast::<String>());
            if let Items::Text(lines) = &**items {
                lines.iter().flatten().for_each(|line| assert!(line.len() < 1 << 20));
            }
        }
        Block::Value(value) => {
            assert!(value.get::<(String, Vec<u64>)>().is_none_or(|v| v.1.len() < 1 << 20));
            drop(value.clone().downcast::<Vec<u32>>());
        }
        Block::Tuple(parts) => parts.iter().for_each(look),
        _ => {}
    }
}

/// A place in the bytes of a block: its header, or a head or body of one of its messages.
fn place(wire: &mut Wire, which: prop::sample::Index) -> &mut Vec<u8> {
    let places = 1 + 2 * wire.messages.len();
    match which.index(places) {
        0 => &mut wire.header,
        n if n % 2 == 1 => &mut wire.messages[n / 2].0,
        n => &mut wire.messages[n / 2 - 1].1,
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Word(prop::sample::Index, i64),
    Cut(prop::sample::Index),
    Grow(Vec<u8>),
}

fn changes() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(i, b)| Change::Set(i, b)),
        (at(), 0u8..8).prop_map(|(i, b)| Change::Flip(i, b)),
        (at(), prop_oneof![Just(-1), Just(i64::MAX), Just(i64::MIN), Just(1 << 40), any::<i64>()])
            .prop_map(|(i, w)| Change::Word(i, w)),
        at().prop_map(Change::Cut),
        prop::collection::vec(any::<u8>(), 1..20).prop_map(Change::Grow),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() && !matches!(change, Change::Grow(_)) {
        return;
    }
    match change {
        Change::Set(i, b) => {
            let i = i.index(bytes.len());
            bytes[i] = *b;
        }
        Change::Flip(i, b) => {
            let i = i.index(bytes.len());
            bytes[i] ^= 1 << b;
        }
        Change::Word(i, word) => {
            let i = i.index(bytes.len());
            bytes.iter_mut().skip(i).zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
        Change::Cut(i) => bytes.truncate(i.index(bytes.len())),
        Change::Grow(more) => bytes.extend(more),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_bytes(
        which in any::<prop::sample::Index>(),
        slice in prop_oneof![Just(64usize), Just(1 << 20)],
        edits in prop::collection::vec((any::<prop::sample::Index>(), changes()), 1..4),
    ) {
        let blocks = blocks();
        let mut wire = Wire::of(&blocks[which.index(blocks.len())], slice).unwrap();
        for (at, change) in &edits {
            apply(place(&mut wire, *at), change);
        }
        if let Ok(block) = wire.read(LIMIT) {
            look(&block);
        }
    }

    #[test]
    fn changed_order(which in any::<prop::sample::Index>(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), drop_it: bool) {
        let blocks = blocks();
        let mut wire = Wire::of(&blocks[which.index(blocks.len())], 64).unwrap();
        let n = wire.messages.len();
        wire.messages.swap(a.index(n), b.index(n));
        if drop_it {
            wire.messages.remove(a.index(n));
        }
        if let Ok(block) = wire.read(LIMIT) {
            look(&block);
        }
    }

    #[test]
    fn changed_small_blocks(which in any::<prop::sample::Index>(), edits in prop::collection::vec((any::<bool>(), changes()), 1..4)) {
        let blocks = blocks();
        let Some((mut header, bytes)) = encode_small(&blocks[which.index(blocks.len())], LIMIT).unwrap() else { return Ok(()) };
        let mut bytes = bytes.to_vec();
        for (in_header, change) in &edits {
            apply(if *in_header { &mut header } else { &mut bytes }, change);
        }
        if let Ok(block) = decode_small(&header, bytes.into()) {
            look(&block);
        }
    }

    #[test]
    fn any_header(header in prop::collection::vec(any::<u8>(), 0..200)) {
        let wire = Wire { header, messages: Vec::new() };
        drop(wire.read(LIMIT));
    }
}

#[test]
fn what_is_missing_is_missed() {
    for block in blocks() {
        for slice in [64, 1 << 20] {
            let whole = Wire::of(&block, slice).unwrap();
            for n in 0..whole.messages.len() {
                let mut cut = whole.clone();
                cut.messages.truncate(n);
                assert!(cut.read(LIMIT).is_err(), "{block:?} without its last messages");
            }
        }
    }
}
