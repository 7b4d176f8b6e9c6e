//! Plans of rechunks: Dask's, and what holds for all.

use proptest::prelude::*;
use serde_json::Value;
use swath_array_plan::{Layout, plan_rechunk};

const CASES: &str = include_str!("../oracle/rechunks.json");

/// Runs of chunks as `tests/oracle/make_rechunks.py` packed them.
fn layout(packed: &Value) -> Layout {
    let number = |v: &Value| v.as_u64().unwrap() as usize;
    let run = |run: &Value| std::iter::repeat_n(number(&run[0]), number(&run[1]));
    let axis = |axis: &Value| axis.as_array().unwrap().iter().flat_map(run).collect();
    packed.as_array().unwrap().iter().map(axis).collect()
}

#[test]
fn plans_are_those_of_dask() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert_eq!(cases.iter().filter(|c| c["steps"].as_array().unwrap().len() > 1).count(), 70);
    for case in cases {
        let limit = case["limit"].as_u64().unwrap() as usize;
        let steps = plan_rechunk(&layout(&case["old"]), &layout(&case["new"]), limit);
        let want: Vec<Layout> = case["steps"].as_array().unwrap().iter().map(layout).collect();
        assert_eq!(steps, want, "{case}");
    }
}

/// Lengths that add up to `n`.
fn cut(n: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::btree_set(1..n, 0..12).prop_map(move |cuts| {
        let bounds: Vec<usize> = std::iter::once(0).chain(cuts).chain([n]).collect();
        bounds.windows(2).map(|pair| pair[1] - pair[0]).collect()
    })
}

fn layouts(shape: Vec<usize>) -> impl Strategy<Value = Layout> {
    shape.into_iter().map(cut).collect::<Vec<_>>()
}

proptest! {
    #[test]
    fn every_step_has_the_shape_and_bounded_blocks(
        old in layouts(vec![40, 30, 20]),
        new in layouts(vec![40, 30, 20]),
        limit in 1usize..30_000,
    ) {
        let largest = |layout: &Layout| -> usize { layout.iter().map(|a| *a.iter().max().unwrap()).product() };
        let steps = plan_rechunk(&old, &new, limit);
        prop_assert_eq!(steps.last(), Some(&new));
        for step in &steps {
            let shape: Vec<usize> = step.iter().map(|axis| axis.iter().sum()).collect();
            prop_assert_eq!(&shape, &[40, 30, 20]);
            prop_assert!(step.iter().flatten().all(|n| *n > 0));
            prop_assert!(largest(step) <= limit.max(largest(&old)).max(largest(&new)), "{:?}", steps);
        }
    }
}
