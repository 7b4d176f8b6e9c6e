//! Every collection gives the same when its operations and blocks are sent to another process as when they are not.

mod arrays;
mod bags;
mod calls;
mod tables;

use crate::examples::{array_anomaly, bag_topk, delayed_loop, groupby_mean, letters, sql_over_files};
use crate::loopback::over_loopback;
use swath::prelude::*;
use swath::{Collection, datasets};

/// Computes here and over there.
fn both<C: Collection>(collection: &C) -> (C::Output, C::Output) {
    (collection.compute().unwrap(), over_loopback(|| collection.compute().unwrap()))
}

#[test]
fn the_examples_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    datasets::timeseries(folder.path()).rows(300).users(20).write().unwrap();
    let means = groupby_mean::example::means(folder.path()).sort_values("user_id");
    let (here, there) = both(&means);
    assert_eq!(here.values::<i64>("user_id").unwrap(), there.values::<i64>("user_id").unwrap());
    // The files are read in any order, so that the sums differ in their last digits.
    let (here, there) = (here.values::<f64>("value").unwrap(), there.values::<f64>("value").unwrap());
    assert!(here.iter().zip(&there).all(|(a, b)| (a - b).abs() < 1e-9), "{here:?} {there:?}");
    let (here, there) = both(&sql_over_files::example::busiest(folder.path()));
    assert_eq!(here.values::<i64>("total").unwrap(), there.values::<i64>("total").unwrap());
    let days = sql_over_files::example::busy_days(folder.path(), 10).unwrap();
    let (here, there) = both(&days);
    assert_eq!(here.to_batch().unwrap(), there.to_batch().unwrap());

    let x = da::from_ndarray(array_anomaly::example::temperatures(400)).rechunk([70, 100]);
    let z = array_anomaly::example::anomalies(&x);
    let (here, there) = both(&z);
    assert_eq!(here, there);
    assert_eq!(
        over_loopback(|| compute_all((&z.max(..), &z.argmax(..)))).unwrap().1,
        z.argmax(..).compute().unwrap()
    );

    let people = tempfile::tempdir().unwrap();
    datasets::people_json(people.path()).records(300).months(3).write().unwrap();
    let top = bag_topk::example::top_names(&format!("{}/2015-*.json.gz", people.path().display()), 10);
    let (here, there) = both(&top);
    assert_eq!(here, there);

    let (here, there) = both(&delayed_loop::example::lazy_total(3));
    assert_eq!(here, there);
    let texts = tempfile::tempdir().unwrap();
    let files = datasets::letters(texts.path()).files(3).bytes(5_001).write().unwrap();
    let calls: Vec<_> =
        files.into_iter().map(|f| delayed(letters::example::count_letters).try_call((f,))).collect();
    assert_eq!(compute_all(calls.clone()).unwrap(), over_loopback(|| compute_all(calls)).unwrap());
}
