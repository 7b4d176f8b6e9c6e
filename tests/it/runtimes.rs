//! One mechanism to compute: blocking or awaited, inside and outside an async runtime.

use swath::prelude::*;
use swath::start_all;

fn square(n: u64) -> u64 {
    n * n
}

#[test]
fn blocking_works_inside_a_tokio_runtime() {
    for runtime in [
        tokio::runtime::Builder::new_current_thread().build().unwrap(),
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap(),
    ] {
        let nine = runtime.block_on(async { delayed(square).call((3,)).compute() });
        assert_eq!(nine.unwrap(), 9);
    }
}

#[test]
fn awaiting_works_inside_and_outside_a_tokio_runtime() {
    let both = || (delayed(square).call((3,)), delayed(square).call((4,)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let awaited = runtime.block_on(async {
        let (a, b) = both();
        start_all((&a, &b)).await
    });
    assert_eq!(awaited.unwrap(), (9, 16));
    assert_eq!(start_all(both()).wait().unwrap(), (9, 16));
}

#[test]
fn options_hold_for_a_scope_and_for_one_call() {
    let thread = delayed(|| format!("{:?}", std::thread::current().id())).call(());
    let here = format!("{:?}", std::thread::current().id());
    assert_eq!(RunOptions::default().synchronous().scope(|| thread.compute()).unwrap(), here);
    assert_ne!(thread.compute_with(&RunOptions::default().threads(1)).unwrap(), here);
}
