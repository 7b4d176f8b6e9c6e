//! Many calls: built, run and dropped in constant stack, in few layers.

use swath_delayed::{Delayed, delayed, gather};
use swath_execute::{Collection as _, compute_all};

fn inc(n: u64) -> u64 {
    n + 1
}
fn double(n: u64) -> u64 {
    2 * n
}
fn add(a: u64, b: u64) -> u64 {
    a + b
}

#[test]
fn a_loop_of_calls_becomes_one_layer_per_function() {
    let n = 20_000u64;
    let sums: Vec<_> = (0..n)
        .map(|i| {
            let (a, b) = (delayed(inc).call((i,)), delayed(double).call((i,)));
            delayed(add).call((&a, &b))
        })
        .collect();
    let total = delayed(|v: Vec<u64>| v.into_iter().sum::<u64>()).named("total").call((sums,));
    let graph = total.graph().unwrap();
    assert_eq!(graph.len() as u64, 3 * n + 1);
    let mut names: Vec<&str> = graph.layers().iter().map(|l| &*l.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["add", "double", "inc", "total"]);
    assert_eq!(total.compute().unwrap(), (0..n).map(|i| 3 * i + 1).sum::<u64>());
}

#[test]
fn a_long_chain_needs_no_stack() {
    // Test threads have 2 MiB of stack; a recursion over this chain would need far more.
    let n = 50_000;
    let mut last = delayed(inc).call((0,));
    for _ in 1..n {
        last = delayed(inc).call((last,));
    }
    let graph = last.graph().unwrap();
    assert_eq!((graph.len(), graph.layers().len()), (n, 2));
    assert_eq!(last.compute().unwrap(), n as u64);
    drop(graph);
    drop(last);
}

#[test]
fn a_tree_of_calls() {
    let n = 1 << 12;
    let mut level: Vec<Delayed<u64>> = (0..n).map(|i| delayed(inc).call((i,))).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| delayed(add).call((&pair[0], &pair[1]))).collect();
    }
    assert_eq!(level[0].graph().unwrap().layers().len(), 2);
    assert_eq!(level[0].compute().unwrap(), n * (n + 1) / 2);
}

#[test]
fn many_results_at_once() {
    let many: Vec<_> = (0..5000u64).map(|i| delayed(inc).call((i,))).collect();
    assert_eq!(compute_all(many.clone()).unwrap(), (1..=5000).collect::<Vec<_>>());
    assert_eq!(gather(many).compute().unwrap().len(), 5000);
}
