//! Which measurement of an HDF5 file is the most unusual, with chunked arrays.
//!
//! `cargo run --example array_anomaly`; with `--scheduler HOST:PORT` on a cluster

use swath::prelude::*;

/// How far each element lies from its row's mean, in its row's standard deviations: lazy, chunk by chunk.
pub fn anomalies(x: &da::Array<f64>) -> da::Array<f64> {
    // Means and deviations keep their axis with length 1, so that they are broadcast over the rows.
    let mean = x.mean(da::keepdims(1));
    let deviation = x.std(da::keepdims(1));
    (x - mean) / deviation
}

/// A year of daily temperatures at `stations` places: a wave over the seasons, some noise, and one broken sensor.
pub fn temperatures(stations: usize) -> ndarray::Array2<f64> {
    ndarray::Array2::from_shape_fn((stations, 365), |(station, day)| {
        let season = (day as f64 / 365.0 * std::f64::consts::TAU).cos() * -10.0;
        let noise = ((station * 7919 + day * 104_729) % 1000) as f64 / 500.0 - 1.0;
        let broken = if (station, day) == (stations / 3, 200) { 60.0 } else { 0.0 };
        12.0 + season + noise + broken
    })
}

#[allow(dead_code)] // other programs borrow the functions above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    // A file to read; a second run finds it there.
    let folder = std::env::temp_dir().join("swath-examples");
    let file = folder.join("temperatures.h5");
    if !file.exists() {
        std::fs::create_dir_all(&folder).map_err(|e| swath::Error::io(folder.display(), e))?;
        da::from_ndarray(temperatures(3000)).rechunk([500, 365]).to_hdf5(&file, "daily/temperature")?;
    }
    println!("{}", da::open(&file)?);

    // Of the file only headers are read yet: `explain` shows what will be.
    let x = da::from_hdf5::<f64>(&file, "daily/temperature");
    let z = anomalies(&x);
    println!("{}", z.explain()?);

    // The largest anomaly and where it is, in one run: what both need is computed once.
    let (largest, at) = compute_all((&z.max(..), &z.argmax(..)))?;
    let at = at.first().copied().unwrap_or_default();
    let largest = largest.first().copied().unwrap_or_default();
    println!("station {}, day {}: {largest:.1} standard deviations from its mean", at / 365, at % 365);
    Ok(())
}
