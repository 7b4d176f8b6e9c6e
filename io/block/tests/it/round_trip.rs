use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryViewArray, DictionaryArray, Int64Array, ListArray, RecordBatch,
    RecordBatchOptions, StringArray, StringViewArray, StructArray,
};
use arrow::datatypes::{Field, Int32Type, Int64Type, Schema};
use proptest::prelude::*;
use swath_block::{
    Block, BlockDecoder, BlockEncoder, Chunk, DType, Element, Items, Scalar, Shape, Strides, Table, Value,
    decode_small, encode_small, with_dtype,
};
use swath_error::ErrorKind;

use crate::{Wire, travelled};

/// Everything about a chunk that its readers see.
fn same(a: &Chunk, b: &Chunk) {
    assert_eq!((a.dtype(), a.shape()), (b.dtype(), b.shape()));
    with_dtype!(a.dtype(), T => {
        let (a, b) = (a.view::<T>().unwrap(), b.view::<T>().unwrap());
        // NaN is not equal to itself.
        assert!(a.iter().zip(b.iter()).all(|(x, y)| format!("{x:?}") == format!("{y:?}")));
    });
}

fn numbers<T: Element>(n: usize, from: impl Fn(usize) -> T) -> Chunk {
    Chunk::from_vec((0..n).map(from).collect(), &[n]).unwrap()
}

#[test]
fn chunks_of_every_type() {
    for dtype in DType::ALL {
        let chunk = with_dtype!(*dtype, T => numbers::<T>(1000, |n| if n % 3 == 0 { T::zero() } else { T::default() }));
        for slice in [1, 100, 1 << 20] {
            same(&travelled(&chunk.clone().into(), slice).into_chunk().unwrap(), &chunk);
        }
    }
    same(
        &travelled(&numbers(100, |n| n % 3 == 0).into(), 64).into_chunk().unwrap(),
        &numbers(100, |n| n % 3 == 0),
    );
}

#[test]
fn an_array_that_arrives_belongs_to_its_reader() {
    let chunk = numbers(100_000, |n| n as f64);
    let back = travelled(&chunk.into(), 8192).into_chunk().unwrap();
    let address = back.as_slice::<f64>().unwrap().unwrap().as_ptr();
    let array = Arc::unwrap_or_clone(back).into_array::<f64>().unwrap();
    assert_eq!(array.as_ptr(), address, "the buffer was copied");
    assert_eq!(array[99_999], 99_999.0);
}

#[test]
fn an_array_leaves_without_being_copied() {
    let chunk = numbers(100_000, |n| n as u32);
    let part = chunk.restride(Shape::from_slice(&[50_000]), Strides::from_slice(&[1]), 10).unwrap();
    let mut encoder = BlockEncoder::new(&part.clone().into(), 8192).unwrap();
    let expected = part.as_bytes().unwrap();
    let mut at = expected.as_ptr();
    let mut seen = 0;
    while let Some(message) = encoder.next_message().unwrap() {
        let data = message.body.iter().filter(|b| b.as_ptr() == at).max_by_key(|b| b.len());
        if let Some(data) = data {
            at = at.wrapping_add(data.len());
            seen += data.len();
        }
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn views_travel_as_what_they_show() {
    let base = numbers(24, |n| n as i16);
    let view = |shape: &[usize], strides: &[usize], offset| {
        base.restride(Shape::from_slice(shape), Strides::from_slice(strides), offset).unwrap()
    };
    // Row-major, transposed, every other column, a repeated row, a repeated column in the middle, one element, none.
    for (chunk, sent) in [
        (view(&[4, 6], &[6, 1], 0), 48),
        (view(&[6, 4], &[1, 6], 0), 48),
        (view(&[4, 3], &[6, 2], 1), 24),
        (view(&[1000, 6], &[0, 1], 6), 12),
        (view(&[4, 1000, 6], &[6, 0, 1], 0), 48),
        (view(&[2, 1000, 2], &[12, 0, 3], 1), 8),
        (view(&[], &[], 7), 2),
        (view(&[3, 0, 2], &[0, 2, 1], 0), 0),
    ] {
        let encoder = BlockEncoder::new(&chunk.clone().into(), 16).unwrap();
        assert_eq!(encoder.bytes(), sent, "{chunk:?}");
        same(&travelled(&chunk.clone().into(), 16).into_chunk().unwrap(), &chunk);
    }
    let full = Chunk::full(&[1000, 1000, 1000], Scalar::F64(0.5));
    let back = travelled(&full.clone().into(), 16).into_chunk().unwrap();
    assert_eq!((back.shape(), back.bytes()), (full.shape(), 8));
}

fn table() -> Table {
    let fields = |n: i64| -> Vec<(&str, ArrayRef)> {
        let ids: Int64Array = (0..n).map(|i| (i % 7 != 0).then_some(i)).collect();
        let names: StringArray = (0..n).map(|i| (i % 2 == 0).then(|| format!("n{i}"))).collect();
        let views: StringViewArray =
            (0..n).map(|i| Some(format!("a string that is long enough {i}"))).collect();
        let bytes: BinaryViewArray =
            (0..n).map(|i| Some(format!("bytes that are long enough {i}").into_bytes())).collect();
        let kinds: DictionaryArray<Int32Type> = (0..n).map(|i| ["red", "green"][i as usize % 2]).collect();
        let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(
            (0..n).map(|i| Some(vec![Some(i); i as usize % 4])),
        );
        let pairs = StructArray::from(vec![(
            Arc::new(Field::new("x", ids.data_type().clone(), true)),
            Arc::new(ids.clone()) as ArrayRef,
        )]);
        vec![
            ("id", Arc::new(ids)),
            ("name", Arc::new(names)),
            ("view", Arc::new(views)),
            ("bytes", Arc::new(bytes)),
            ("kind", Arc::new(kinds)),
            ("list", Arc::new(lists)),
            ("pair", Arc::new(pairs)),
        ]
    };
    let batches: Vec<RecordBatch> = [300, 0, 50]
        .map(|n| {
            RecordBatch::try_from_iter_with_nullable(fields(n).into_iter().map(|(k, v)| (k, v, true)))
                .unwrap()
        })
        .into();
    Table::new(batches[0].schema(), batches).unwrap()
}

fn same_rows(a: &Table, b: &Table) {
    assert_eq!(a.schema(), b.schema());
    assert_eq!(a.to_batch().unwrap(), b.to_batch().unwrap());
}

#[test]
fn tables_of_many_types_and_slices() {
    let whole = table();
    for part in [whole.clone(), whole.slice(17, 301), whole.slice(5, 1), whole.slice(0, 0)] {
        for slice in [1, 1000, 1 << 20] {
            same_rows(&travelled(&part.clone().into(), slice).into_table().unwrap(), &part);
        }
    }
}

#[test]
fn a_slice_of_views_takes_its_own_strings_only() {
    let views: StringViewArray =
        (0..10_000).map(|i| Some(format!("a string that is long enough {i}"))).collect();
    let batch = RecordBatch::try_from_iter([("s", Arc::new(views) as ArrayRef)]).unwrap().slice(5000, 10);
    let part = Table::new(batch.schema(), vec![batch]).unwrap();
    let wire = Wire::of(&part.clone().into(), 1 << 20).unwrap();
    let bytes: usize = wire.messages.iter().map(|(_, body)| body.len()).sum();
    assert!(bytes < 2000, "{bytes} bytes for ten strings");
    same_rows(&wire.read(u64::MAX).unwrap().into_table().unwrap(), &part);
}

#[test]
fn tables_without_columns_keep_their_rows() {
    let schema = Arc::new(Schema::empty());
    let options = RecordBatchOptions::new().with_row_count(Some(42));
    let batch = RecordBatch::try_new_with_options(schema.clone(), vec![], &options).unwrap();
    let back = travelled(&Table::new(schema, vec![batch]).unwrap().into(), 100).into_table().unwrap();
    assert_eq!((back.num_rows(), back.num_columns()), (42, 0));
}

#[test]
fn text_keeps_its_lines() {
    let lines: StringArray = (0..500).map(|i| (i % 9 != 0).then(|| "x".repeat(i % 30))).collect();
    for part in [lines.clone(), lines.slice(100, 7), lines.slice(3, 0)] {
        for slice in [1, 64, 1 << 20] {
            match travelled(&Items::Text(part.clone()).into(), slice).into_items().unwrap() {
                Items::Text(back) => assert_eq!(back, part),
                Items::Typed(_) => panic!("text came as something else"),
            }
        }
    }
}

#[test]
fn values_are_decoded_when_they_are_looked_at() {
    let block = Block::value(vec![(1u8, "one".to_owned()), (2, "two".to_owned())]);
    let value = travelled(&block, 3).into_value().unwrap();
    assert_eq!(
        (value.bytes(), value.type_name()),
        (block.bytes(), std::any::type_name::<Vec<(u8, String)>>())
    );
    // Sent on as it came, without being decoded.
    let again = travelled(&value.clone().into(), 5).into_value().unwrap();
    assert!(again.get::<Vec<(u8, u64)>>().is_none());
    assert!(again.clone().downcast::<String>().is_err());
    assert_eq!(again.get::<Vec<(u8, String)>>().unwrap()[1].1, "two");
    // And encoded anew once it has been.
    let third = travelled(&again.clone().into(), 100).into_value().unwrap();
    let alone = third.downcast::<Vec<(u8, String)>>().unwrap();
    assert_eq!(Arc::try_unwrap(alone).unwrap()[0].1, "one");
    let shared = again.downcast::<Vec<(u8, String)>>().unwrap();
    assert_eq!(shared[0].0, 1);
}

#[test]
fn what_this_process_has_encoded_it_can_decode() {
    let value = travelled(&Block::value(7i128), 100).into_value().unwrap();
    assert_eq!(*value.clone().downcast_any::<i128>().unwrap(), 7);
    assert!(value.downcast_any::<i64>().is_err());
}

#[test]
fn items_know_how_many_they_are() {
    let block = Block::from(Items::new(vec![Some(3u64), None, Some(5)]));
    let items = travelled(&block, 2).into_items().unwrap();
    assert_eq!((items.len(), items.bytes()), (3, block.bytes()));
    assert!(items.clone().downcast::<u64>().is_err());
    let again = travelled(&items.into(), 2).into_items().unwrap();
    assert_eq!(*again.downcast::<Option<u64>>().unwrap(), [Some(3), None, Some(5)]);
    assert_eq!(travelled(&Items::new(Vec::<String>::new()).into(), 2).into_items().unwrap().len(), 0);
}

#[test]
fn tuples_of_everything() {
    let parts = [
        Block::Unit,
        numbers(10, |n| n as f32).into(),
        Block::Tuple([].into()),
        Block::Tuple([Block::value("x".to_owned()), table().into(), Block::Unit].into()),
        Items::new(vec![1u8]).into(),
    ];
    let back = travelled(&Block::Tuple(parts.into()), 500).into_tuple().unwrap();
    assert_eq!(
        back.iter().map(Block::kind).collect::<Vec<_>>(),
        ["unit", "array chunk", "tuple", "tuple", "bag items"]
    );
    let inner = back[3].clone().into_tuple().unwrap();
    assert_eq!(*inner[0].clone().into_value().unwrap().downcast::<String>().unwrap(), "x");
    same_rows(&inner[1].clone().into_table().unwrap(), &table());
}

#[test]
fn small_blocks_go_in_one_piece() {
    for block in [
        Block::Unit,
        Block::value(5u64),
        Items::new(vec!["a".to_owned()]).into(),
        numbers(9, |n| n as f64).into(),
    ] {
        let (header, bytes) = encode_small(&block, 1000).unwrap().unwrap();
        // From an address that no wide element may lie at.
        let shifted = arrow::buffer::Buffer::from([&[0u8], bytes.as_slice()].concat()).slice(1);
        let back = decode_small(&header, shifted).unwrap();
        assert_eq!((back.kind(), back.bytes()), (block.kind(), block.bytes()));
    }
    let large: Block = numbers(9, |n| n as f64).into();
    assert!(encode_small(&large, 71).unwrap().is_none());
    assert!(encode_small(&table().into(), 1 << 30).unwrap().is_none());
}

#[test]
fn what_stays_in_its_process_says_so() {
    let error = BlockEncoder::new(&Value::local(std::time::Instant::now(), 8).into(), 100).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let mut deep = Block::Unit;
    for _ in 0..100 {
        deep = Block::Tuple([deep].into());
    }
    assert_eq!(BlockEncoder::new(&deep, 100).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn a_limit_holds_before_anything_is_taken() {
    let wire = Wire::of(&numbers(1000, |n| n as f64).into(), 100).unwrap();
    assert_eq!(BlockDecoder::new(&wire.header, 7999).unwrap_err().kind(), ErrorKind::OutOfMemory);
    assert!(wire.read(8000).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any view of any buffer: dimensions, order of axes, steps, repeated axes.
    #[test]
    fn any_view(
        axes in prop::collection::vec((1usize..5, 0usize..4), 0..4),
        offset in 0usize..5,
        slice in 1usize..200,
    ) {
        let last: usize = axes.iter().map(|(n, s)| (n - 1) * s).sum();
        let base = numbers(offset + last + 1, |n| n as u16);
        let (shape, strides): (Shape, Strides) = axes.iter().copied().unzip();
        let chunk = base.restride(shape, strides, offset).unwrap();
        same(&travelled(&chunk.clone().into(), slice).into_chunk().unwrap(), &chunk);
    }

    #[test]
    fn any_strings(lines in prop::collection::vec(prop::option::of(".{0,40}"), 0..60), slice in 1usize..300) {
        let lines = StringArray::from(lines);
        let back = travelled(&Items::Text(lines.clone()).into(), slice).into_items().unwrap();
        prop_assert!(matches!(back, Items::Text(b) if b == lines));
    }
}
