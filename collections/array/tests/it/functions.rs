//! Functions against NumPy's answers, over several chunkings, in this process and sent; see
//! `tests/oracle/make_functions.py`.

#[path = "../oracle/functions.rs"]
mod calls;

use std::sync::Arc;

use swath_array::DType;
use swath_block::with_dtype;
use swath_execute::with_executor;

use crate::cases::{self, chunkings, input};
use crate::oracle::interpreter;
use crate::sent::Sent;

#[test]
fn functions_give_numpys_answers() {
    calls::all_cases(&|case, x, shape| {
        chunkings(shape).iter().try_for_each(|chunks| calls::check_in(chunks, x, case))
    });
}

#[test]
fn functions_are_sent() {
    with_executor(Arc::new(Sent), || {
        calls::all_cases(&|case, x, shape| {
            let chunks: Vec<isize> = shape.iter().map(|n| (*n).clamp(1, 2)).collect();
            calls::check_in(&chunks, x, case)
        });
    });
}

#[test]
fn types_without_floats_keep_them() {
    for dtype in DType::ALL.iter().filter(|d| !matches!(d, DType::C64 | DType::C128)) {
        let x = input(&[6, 5], *dtype).chunks([4, 2]);
        for same in [x.sort(0), x.topk(2, 1), x.mask(x.gt(0)), x.cummax(0), x.set(2, 1), x.repeat(2, 0)] {
            assert_eq!(same.compute().unwrap().dtype(), *dtype);
        }
        with_dtype!(*dtype, T => {
            let y = x.typed::<T>();
            assert_eq!(y.unique().values().compute().unwrap().len(), y.unique().counts().compute().unwrap().len());
        });
    }
}
