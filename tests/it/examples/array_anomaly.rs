//! Anomalies, and the broadcasting they rest on.

#[path = "../../../examples/array_anomaly.rs"]
pub mod example;

use swath::prelude::*;

#[test]
fn array_anomaly_finds_the_broken_sensor() {
    let plain = example::temperatures(30);
    let z = example::anomalies(&da::from_ndarray(plain.clone()).rechunk([7, 100])).compute().unwrap();
    for ((station, day), value) in plain.indexed_iter() {
        let row = plain.row(station);
        let expected = (value - row.mean().unwrap()) / row.std(0.0);
        assert!((z[[station, day]] - expected).abs() < 1e-9, "{station} {day}");
    }
    assert!(z[[10, 200]] > 5.0);
}

#[test]
fn subtracting_row_means_needs_their_axis() {
    // Along a square array the means of the rows are broadcast over the columns, as NumPy does, and not over the rows.
    let square = ndarray::Array2::from_shape_fn((6, 6), |(i, j)| (i * i + 3 * j) as f64);
    let x = da::from_ndarray(square.clone()).rechunk([2, 3]);
    let y = (&x - x.mean(1)).compute().unwrap();
    let means = square.mean_axis(ndarray::Axis(1)).unwrap();
    assert!((&square - &means).indexed_iter().all(|((i, j), v)| (y[[i, j]] - v).abs() < 1e-12));
    // Of an array with other lengths they do not fit.
    let oblong = da::from_ndarray(ndarray::Array2::<f64>::zeros((4, 6)));
    let e = (&oblong - oblong.mean(1)).compute().unwrap_err();
    assert_eq!(e.kind(), swath::ErrorKind::ShapeMismatch);
}
