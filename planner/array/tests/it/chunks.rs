//! Chunk requests against Dask's answers; see `tests/oracle/make_chunks.py`.

use proptest::prelude::*;
use serde_json::Value;
use swath_array_plan::{
    Axis, AxisSlice, AxisSpec, ChunkSpec, Chunks, common_axis, slice_pieces, sliced_axis,
};
use swath_block::DType;

const CASES: &str = include_str!("../oracle/chunks.json");

fn sizes(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

fn chunks(v: &Value) -> Chunks {
    Chunks::new(v.as_array().unwrap().iter().map(|axis| Axis::known(sizes(axis))))
}

fn request(v: &Value) -> AxisSpec {
    match v {
        Value::String(s) => s.as_str().into(),
        n => n.as_i64().unwrap().into(),
    }
}

#[test]
fn requests_mean_what_dask_makes_of_them() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert_eq!(cases.len(), 150);
    for case in cases {
        let dtype = *DType::ALL.iter().find(|d| d.name() == case["dtype"]).unwrap();
        let spec = ChunkSpec::PerAxis(case["request"].as_array().unwrap().iter().map(request).collect());
        let previous = (!case["previous"].is_null()).then(|| chunks(&case["previous"]));
        let got = spec.resolve(&sizes(&case["shape"]), dtype, previous.as_ref()).unwrap();
        assert_eq!(got, chunks(&case["chunks"]), "{case}");
    }
}

#[test]
fn requests_can_be_written_in_many_ways() {
    let resolve = |spec: ChunkSpec| {
        let chunks = spec.resolve(&[10, 6], DType::F64, None).unwrap();
        chunks.axes().iter().map(|a| a.sizes().unwrap().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(resolve(5.into()), [vec![5, 5], vec![5, 1]]);
    assert_eq!(resolve([4, -1].into()), [vec![4, 4, 2], vec![6]]);
    assert_eq!(resolve((-1, "auto").into()), [vec![10], vec![6]]);
    assert_eq!(resolve([vec![3, 7], vec![1, 5]].into()), [vec![3, 7], vec![1, 5]]);
    assert_eq!(resolve("160 B".into()), [vec![4, 4, 2], vec![4, 2]]);
    assert_eq!(resolve(ChunkSpec::Named(vec![(-1, 2.into())])), [vec![10], vec![2, 2, 2]]);
    let line = ChunkSpec::from([3, 7]).resolve(&[10], DType::F64, None).unwrap();
    assert_eq!(line.axis(0).unwrap().sizes().unwrap(), [3, 7]);
    assert!(ChunkSpec::from([vec![3, 3], vec![6]]).resolve(&[10, 6], DType::F64, None).is_err());
    assert!(ChunkSpec::from(-2).resolve(&[10], DType::F64, None).is_err());
    assert!(ChunkSpec::from(0).resolve(&[10], DType::F64, None).is_err());
    assert!(ChunkSpec::from(["1 kB", "2 kB"]).resolve(&[10, 6], DType::F64, None).is_err());
}

#[test]
fn unknown_lengths_are_refused_where_they_matter() {
    let (known, unknown) = (Axis::known([2, 2]), Axis::Unknown(2));
    assert!(unknown.sizes().unwrap_err().help().unwrap().contains("compute_chunk_sizes"));
    assert_eq!(common_axis(&[&unknown, &unknown]).unwrap(), unknown);
    assert!(common_axis(&[&known, &unknown]).is_err());
}

proptest! {
    #[test]
    fn pieces_of_a_slice_are_the_slice(
        lengths in prop::collection::vec(1usize..6, 1..5),
        start in prop::option::of(-25isize..25),
        stop in prop::option::of(-25isize..25),
        step in prop::sample::select(vec![-7isize, -3, -2, -1, 1, 2, 3, 7]),
    ) {
        let axis = Axis::known(lengths);
        let n = axis.length().unwrap();
        let slice = AxisSlice::python(start, stop, step, n).unwrap();
        let starts = axis.starts().unwrap();
        let pieces = slice_pieces(&axis, slice).unwrap();
        let got: Vec<usize> = pieces
            .iter()
            .flat_map(|p| (0..p.slice.len).map(|i| starts[p.block] + p.slice.at(i)).collect::<Vec<_>>())
            .collect();
        let want: Vec<usize> = (0..slice.len).map(|i| slice.at(i)).collect();
        prop_assert_eq!(&got, &want);
        prop_assert_eq!(sliced_axis(&axis, slice).unwrap().length().unwrap(), want.len());
        // One slice of another is one slice.
        let outer = AxisSlice::python(Some(-2), None, -2, slice.len).unwrap();
        let joined = outer.of(&slice);
        let twice: Vec<usize> = (0..outer.len).map(|i| want[outer.at(i)]).collect();
        prop_assert_eq!((0..joined.len).map(|i| joined.at(i)).collect::<Vec<_>>(), twice);
    }
}
