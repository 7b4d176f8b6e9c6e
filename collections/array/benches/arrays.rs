//! One benchmark job with arrays; prints one JSON line as the peers of `benches/peers` do.
//!
//! `cargo bench -p swath-array --bench arrays -- JOB DATA`
//!
//! In: a job's name and the folder of its data (`benches/peers/generate.py`). Out: `{"job", "engine", "seconds",
//! "peak_mib", …answer}`. Starting the runtime is not measured. Jobs whose input is made by themselves write it below DATA
//! before the measured part, unless it is there. It never compares: `benches/peers/run.py` runs this beside other engines.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use swath_array::{self as da, Array, s};
use swath_error::{Error, Result};
use swath_execute::compute_all;
use swath_local as _;

const USAGE: &str = "usage: cargo bench -p swath-array --bench arrays -- JOB DATA
  JOB   anomaly anomaly_gzip anomaly_mem chain chain_out matmul svd stream_hdf5 stream_zarr demean_zarr corner
  DATA  the folder written by benches/peers/generate.py";

/// Rows and columns of the arrays of 8 GB.
const LARGE: [usize; 2] = [32_000, 32_000];

/// How long the measured part took, and the job's answer.
type Answer = Result<(Duration, f64)>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [job, data, ..] = arguments.as_slice() else {
        // `cargo bench` without a job, and `cargo test --benches`, end here.
        println!("{USAGE}");
        return Ok(());
    };
    // The first computation starts the runtime's threads.
    da::ones([4]).sum(..).item()?;
    let (time, checksum) = run(job, &PathBuf::from(data))?;
    let seconds = time.as_secs_f64();
    println!(
        r#"{{"job": "{job}", "engine": "swath", "seconds": {seconds:.4}, "peak_mib": {}, "checksum": {checksum}}}"#,
        peak_mib()
    );
    Ok(())
}

fn run(job: &str, data: &std::path::Path) -> Answer {
    let big = data.join("big.h5");
    match job {
        "anomaly" => timed(|| anomaly(&da::from_hdf5(&big, "big-data").chunks([1000, 1000]))),
        "anomaly_gzip" => timed(|| anomaly(&da::from_hdf5(&big, "gzip-data"))),
        "anomaly_mem" => {
            let x = da::from_npy::<f64>(data.join("big.npy")).compute()?;
            timed_keeping(|| {
                let x = da::from_ndarray(x).chunks([1000, 1000]);
                Ok((anomaly(&x)?, x))
            })
        }
        "chain" => chain(),
        "chain_out" => chain_out(),
        "matmul" => matmul(),
        "svd" => svd(),
        "stream_hdf5" | "stream_zarr" => stream(job, data),
        "demean_zarr" => demean(data),
        "corner" => timed(|| {
            let x = da::from_hdf5::<f64>(&big, "big-data");
            let part = x.slice(s![5000..5010, ..;100]).sum(..).item()?;
            Ok(part + x.mean(1).slice(s![..10]).sum(..).item()?)
        }),
        other => Err(Error::argument(format!("there is no job {other:?}")).with_help(USAGE)),
    }
}

fn timed(job: impl FnOnce() -> Result<f64>) -> Answer {
    timed_keeping(|| Ok((job()?, ())))
}

/// As [`timed`]; what the job gives besides its answer is freed after the clock was stopped.
fn timed_keeping<K>(job: impl FnOnce() -> Result<(f64, K)>) -> Answer {
    let start = Instant::now();
    let (answer, kept) = job()?;
    let time = start.elapsed();
    drop(kept);
    Ok((time, answer))
}

/// `(x - x.mean(axis=1, keepdims)).std(axis=0).sum()`
fn anomaly(x: &Array<f64>) -> Result<f64> {
    (x - x.mean(da::keepdims(1))).std(0).sum(..).item()
}

/// `(x - m) * 2 + sin(x)` over 100 million elements from memory.
fn chain() -> Answer {
    let x = da::linspace(0.0, 100.0, 100_000_000).compute()?;
    timed_keeping(|| {
        let x = da::from_ndarray(x).chunks(4_000_000);
        let y = ((&x - 50.0) * 2.0 + x.sin()).compute()?;
        Ok((y.iter().take(1000).sum(), (x, y)))
    })
}

/// As [`chain`], into memory that is there already.
fn chain_out() -> Answer {
    let x = da::linspace(0.0, 100.0, 100_000_000).compute()?;
    let mut y = ndarray::Array1::from_elem(x.len(), 1.0);
    timed_keeping(|| {
        let x = da::from_ndarray(x).chunks(4_000_000);
        ((&x - 50.0) * 2.0 + x.sin()).compute_into(&mut y)?;
        Ok((y.iter().take(1000).sum(), x))
    })
}

/// Numbers between 0 and 1 that NumPy makes too.
fn mixed(shape: [usize; 2], by: usize) -> Array<f64> {
    da::fromfunction(shape, move |at| {
        ((at[0] * 7919 + at[1] * 104_729 + at[0] * at[1]) % by) as f64 / by as f64
    })
}

/// A product of two matrices of 4000 x 4000 in chunks of 1000 x 1000, from memory.
fn matmul() -> Answer {
    let (a, b) = (mixed([4000, 4000], 1009).compute()?, mixed([4000, 4000], 2003).compute()?);
    timed_keeping(|| {
        let [a, b] = [a, b].map(|x| da::from_ndarray(x).chunks([1000, 1000]));
        let c = da::matmul(&a, &b).compute()?;
        Ok((c.sum() / 16e6, (a, b, c)))
    })
}

/// The thin singular value decomposition of 1 000 000 x 50 numbers from memory.
fn svd() -> Answer {
    let x = mixed([1_000_000, 50], 1009).compute()?;
    timed_keeping(|| {
        let (u, s, vh) = da::linalg::svd(&da::from_ndarray(x).chunks([50_000, 50]));
        let found = compute_all((&u, &s, &vh))?;
        Ok((found.1.sum(), (u, found)))
    })
}

/// `(a * 2 + b.sin()).sum(0)` over two arrays of 4 GB each.
fn stream(job: &str, data: &std::path::Path) -> Answer {
    let half = [LARGE[0] / 2, LARGE[1]];
    let read = |name: &str| -> Result<Array<f64>> {
        let made = || da::random::default_rng(name.len() as u64).random(half).chunks([1000, 1000]);
        if job == "stream_zarr" {
            let path = data.join(format!("{name}.zarr"));
            if !path.exists() {
                let raw = da::ZarrOptions::default().uncompressed();
                made().as_dyn().to_zarr_with(&path, &raw)?;
            }
            return Ok(da::from_zarr(path));
        }
        let path = data.join(format!("{name}.h5"));
        if !path.exists() {
            made().to_hdf5(&path, "x")?;
        }
        Ok(da::from_hdf5(path, "x"))
    };
    let (a, b) = (read("a")?, read("bb")?);
    timed(|| (&a * 2.0 + b.sin()).sum(0).sum(..).item())
}

/// `x - x.mean(1, keepdims)` of 8 GB, written to Zarr: read twice, not held.
fn demean(data: &std::path::Path) -> Answer {
    let (from, to) = (data.join("x.zarr"), data.join("demeaned.zarr"));
    let raw = da::ZarrOptions::default().uncompressed();
    if !from.exists() {
        let made = da::random::default_rng(3).random(LARGE).chunks([1000, 1000]);
        made.as_dyn().to_zarr_with(&from, &raw)?;
    }
    if to.exists() {
        std::fs::remove_dir_all(&to).map_err(|e| Error::io(to.display(), e))?;
    }
    timed(|| {
        let x = da::from_zarr::<f64>(&from);
        (&x - x.mean(da::keepdims(1))).as_dyn().to_zarr_with(&to, &raw)?;
        da::from_zarr::<f64>(&to).slice(s![0, ..10]).sum(..).item()
    })
}

/// The most memory this process had, in MiB; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
