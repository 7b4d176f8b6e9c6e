//! What `explain()` and `Display` show, and what rewriting makes of expressions.

use ndarray::s as nd;
use swath_array::{self as da, s};

fn rewritten(text: &str) -> &str {
    let start = text.find("rewritten\n").unwrap();
    let end = text.find("task graph\n").unwrap();
    &text[start..end]
}

#[test]
fn arrays_print_their_shape_and_chunks() {
    let x = da::zeros([11000, 11000]).chunks([1000, 1000]);
    assert_eq!(x.to_string(), "Array<f64, shape (11000, 11000), 121 chunks (1000, 1000), 923.2 MiB>");
    assert_eq!(da::arange(5).into_dyn().to_string(), "Array<int64, shape (5,), 1 chunk (5,), 40 B>");
    assert_eq!(da::zeros(()).to_string(), "Array<f64, shape (), 1 chunk (), 8 B>");
}

#[test]
fn a_chain_becomes_one_program_in_one_reduction() {
    let x = da::ones([100, 100]).chunks([50, 50]);
    let y = ((&x - x.mean(da::keepdims(1))) * 2.0 + x.sin()).std(0);
    let text = y.explain().unwrap();
    assert!(text.starts_with("expression\n"), "{text}");
    let after = rewritten(&text);
    assert_eq!(after.matches("std(axes [0])").count(), 1, "{after}");
    assert_eq!(after.lines().filter(|l| l.contains("subtract") || l.contains("sin(")).count(), 1, "{after}");
    assert_eq!(after.matches("mean(axes [1], keepdims)").count(), 1, "{after}");
}

#[test]
fn slices_and_chunks_end_in_the_source() {
    let x = da::fromfunction([1000, 1000], |at| at[0] as f64).chunks([100, 100]);
    let part = (&x * 2.0 + 1.0).t().slice(s![5..25;2, 10]).chunks(3);
    let text = part.explain().unwrap();
    let after = rewritten(&text);
    assert!(!after.contains("slice["), "{after}");
    assert!(after.contains("fromfunction[10..11, 5..25;2]"), "{after}");
    assert_eq!(part.compute().unwrap().len(), 10);
    let twice = x.rechunk(70).rechunk([500, 10]);
    let text = twice.explain().unwrap();
    assert!(!rewritten(&text).contains("rechunk"), "{text}");
}

/// A slice that ended in the sources, and what it should be.
fn check_moved<D: ndarray::Dimension>(name: &str, sliced: &da::Array<f64>, want: ndarray::Array<f64, D>) {
    let text = sliced.explain().unwrap();
    assert!(!rewritten(&text).contains("slice["), "{name}: {text}");
    assert_eq!(sliced.compute().unwrap(), want.into_dyn(), "{name}");
}

#[test]
fn slices_move_through_cuts_copies_joins_and_products() {
    let grid = |n: usize| da::fromfunction([40, n], |at| (at[0] * 100 + at[1]) as f64).chunks([7, 6]);
    let (x, y) = (grid(30), grid(50));
    let wide = da::concatenate(&[x.clone(), y.clone()], 1);
    let whole = wide.compute().unwrap();
    check_moved("one part", &wide.slice(s![5..9, 25..28]), whole.slice(nd![5..9, 25..28]).to_owned());
    check_moved("both parts", &wide.slice(s![5..9, 25..35]), whole.slice(nd![5..9, 25..35]).to_owned());
    // Down to column 3.
    check_moved("from the end", &wide.slice(s![.., ..2;-7]), whole.slice(nd![.., 3..;-7]).to_owned());
    let product = da::matmul(&x.t(), &y);
    let whole = product.compute().unwrap();
    check_moved("matmul", &product.slice(s![2..4, 49..50]), whole.slice(nd![2..4, 49..50]).to_owned());
    let tall = x.slice(s![3]).broadcast_to([20, 30]);
    let whole = tall.compute().unwrap();
    check_moved("broadcast", &tall.slice(s![8..11, 4]), whole.slice(nd![8..11, 4]).to_owned());
    let whole = x.compute().unwrap();
    let cut = x.rechunk([20, 11]).slice(s![1..3, 28..]);
    check_moved("rechunk", &cut, whole.slice(nd![1..3, 28..]).to_owned());
}

#[test]
fn a_source_that_others_need_whole_is_not_sliced() {
    let x = da::fromfunction([100, 100], |at| at[1] as f64).chunks([10, 10]);
    let y = x.slice(s![..5]).sum(..) + x.sum(..);
    let text = y.explain().unwrap();
    assert!(rewritten(&text).contains("slice[0..5, 0..100]"), "{text}");
    assert_eq!(y.item().unwrap(), 4950.0 * 105.0);
}

#[test]
fn a_source_is_read_again_by_those_who_wait_for_a_reduction() {
    let x = da::fromfunction([100, 100], |at| (at[0] * at[1]) as f64).chunks([50, 50]);
    let graph = swath_execute::Collection::graph(&(&x - x.mean(..))).unwrap();
    let reads = graph.layers().iter().filter(|l| &*l.name == "read").count();
    assert_eq!(reads, 2);
    let graph = swath_execute::Collection::graph(&(x.min(..) + x.max(..))).unwrap();
    assert_eq!(graph.layers().iter().filter(|l| &*l.name == "read").count(), 1);
}

#[test]
fn equal_expressions_are_one() {
    let x = da::ones([10, 10]).chunks([5, 5]);
    assert_eq!((&x + 1.0).key().unwrap(), (1.0 + &x).key().unwrap());
    assert_ne!((&x + 1.0).key().unwrap(), (&x + 2.0).key().unwrap());
    let (a, b) = (da::arange(3), da::array(vec![0i64, 1, 2]));
    assert_ne!(a.key().unwrap(), b.key().unwrap());
    assert_eq!(da::arange(3).key().unwrap(), a.key().unwrap());
}

#[test]
fn chains_of_any_length_are_built_rewritten_and_dropped() {
    let mut x = da::ones([4]).chunks(2);
    for _ in 0..20_000 {
        x = x + 1.0;
    }
    assert_eq!(x.sum(..).item().unwrap(), 4.0 * 20_001.0);
}
