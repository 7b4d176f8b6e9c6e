//! Operations that were sent: encoded, decoded and run as another process would. Files, and everything that is made of
//! kernels.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array::overlap::{Boundary, Overlap};
use swath_array::{self as da, Array, BlockInfo, Hdf5Options, ZarrOptions};
use swath_block::{
    Block, CancelToken, HandOut, Inputs, MemoryLedger, OpHandle, Operation, RunEnv, TaskContext,
    decode_operation,
};
use swath_error::{ErrorKind, Result};
use swath_execute::{Executor, Run, RunOptions, run_channel, with_executor};
use swath_graph::{TaskGraph, TaskId};

/// Runs every operation as it is decoded, one task after another.
#[derive(Debug)]
pub(crate) struct Sent;

impl Executor for Sent {
    fn start(&self, graph: TaskGraph, _: &RunOptions) -> Result<Run> {
        let operations: Result<Vec<_>> =
            graph.layers().iter().map(|layer| sent(&*OpHandle::resolve(&layer.payload)?)).collect();
        let (sender, run) = run_channel(CancelToken::default(), || {});
        sender.finish(operations.and_then(|operations| run_all(&graph, &operations)));
        Ok(run)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "sent".to_owned()
    }
}

fn sent(operation: &dyn Operation) -> Result<Arc<dyn Operation>> {
    if let Some(blocks) = operation.held_blocks() {
        return Ok(Arc::new(HandOut::new(blocks.to_vec().into())));
    }
    let name = operation.name();
    let mut bytes = vec![u8::try_from(name.len()).unwrap()];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend(operation.encode()?);
    decode_operation(&bytes)
}

fn run_all(graph: &TaskGraph, operations: &[Arc<dyn Operation>]) -> Result<Vec<Block>> {
    let env = RunEnv::new(1, MemoryLedger::new(1 << 30));
    let mut done: Vec<Block> = Vec::new();
    for task in (0..graph.len() as u32).map(TaskId) {
        let mut inputs: Inputs = graph.deps(task).iter().map(|d| done[d.index()].clone()).collect();
        for step in graph.steps(task) {
            let ctx = TaskContext { index: step.index, slots: 1, env: &env };
            inputs = [operations[step.layer.index()].run(inputs, &ctx)?].into_iter().collect();
        }
        done.push(inputs.into_iter().next().unwrap_or_default());
    }
    Ok(graph.outputs().iter().map(|task| done[task.index()].clone()).collect())
}

#[test]
fn every_kind_of_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let x = da::arange(20 * 30).reshape([20, 30]).chunks([7, 11]);
    let want = x.compute().unwrap();
    with_executor(Arc::new(Sent), || {
        x.to_npy(at("x.npy")).unwrap();
        x.to_binary(at("x.bin")).unwrap();
        x.to_npy_stack(at("stack"), 1).unwrap();
        x.to_hdf5(at("x.h5"), "x").unwrap();
        x.to_hdf5_with(at("y.h5"), "x", &Hdf5Options::default().chunks([4, 5]).gzip(1)).unwrap();
        x.to_zarr(at("x.zarr")).unwrap();
        x.to_zarr_with(at("y.zarr"), &ZarrOptions::default().chunks([2, 3]).shards([4, 6])).unwrap();
        let raw = da::RawOptions::default();
        for y in [
            da::from_npy::<i64>(at("x.npy")),
            da::from_binary_with(at("x.bin"), [20, 30], &raw),
            da::from_npy_stack(at("stack")),
            da::from_hdf5(at("x.h5"), "x"),
            da::from_hdf5(at("y.h5"), "x"),
            da::from_zarr(at("x.zarr")),
            da::from_zarr(at("y.zarr")),
        ] {
            assert_eq!(y.compute().unwrap(), want);
            assert_eq!((&y * 2).chunks([6, 7]).t().compute().unwrap(), (&want * 2).t());
        }
        // A file that is not there where it is read fails the run, naming it.
        let y = da::from_hdf5_dyn(at("x.h5"), "x");
        std::fs::remove_file(at("x.h5")).unwrap();
        let error = y.compute().unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("x.h5"), "{error}");
    });
}

#[test]
fn every_function() {
    let cases: Vec<serde_json::Value> = serde_json::from_str(include_str!("../oracle/cases.json")).unwrap();
    let wrong = with_executor(Arc::new(Sent), || crate::oracle::interpreter::disagreements(&cases));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Computes here and as another process would.
fn check<T: da::Element>(what: &str, x: &Array<T>) {
    let want = x.compute().unwrap();
    let got = with_executor(Arc::new(Sent), || x.compute()).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_eq!(got, want, "{what}");
}

#[swath_tasks::task]
fn smooth(chunk: ArrayViewD<'_, f64>, _: &BlockInfo) -> ArrayD<f64> {
    ArrayD::from_shape_fn(chunk.raw_dim(), |at| chunk[&at] + chunk[[0, 0]])
}

#[test]
fn factorisations() {
    let x = linalg_input(12, 5).chunks([4, 2]);
    let square = linalg_input(6, 6).chunks(4) + da::eye(6) * 3.0;
    let (q, r) = da::linalg::qr(&x);
    check("q", &q);
    check("r", &r);
    let (u, s, vh) = da::linalg::svd(&x);
    check("u", &u);
    check("s", &s);
    check("vh", &vh);
    check("compressed", &da::linalg::svd_compressed(&x, 2).1);
    check("cholesky", &da::linalg::cholesky(&square.matmul(&square.t())));
    let (p, l, u) = da::linalg::lu(&square);
    check("p", &p);
    check("l", &l);
    check("u", &u);
    check("solve", &da::linalg::solve(&square, &x.slice(da::s![..6])));
    check("triangular", &da::linalg::solve_triangular(&square, &da::ones([6]), true));
    check("det", &da::linalg::det(&square));
    check("lstsq", &da::linalg::lstsq(&x, &da::ones([12])).x);
    check("nuclear", &da::linalg::matrix_norm(&x, da::linalg::Norm::Nuclear));
}

fn linalg_input(rows: usize, columns: usize) -> Array<f64> {
    crate::linalg::matrix(3, rows, columns)
}

#[test]
fn contractions_transforms_and_windows() {
    let (a, b) = (linalg_input(6, 7).chunks(2), linalg_input(7, 5).chunks([3, 5]));
    check("matmul", &a.matmul(&b));
    check("einsum", &da::einsum("ij,jk,ik->k", &[&a, &b, &linalg_input(6, 5)]));
    check("trace", &da::einsum("ii", &[&a.slice(da::s![.., ..6])]));
    check("tensordot", &da::tensordot(&a, &b, 1));
    check("kron", &da::kron(&a, &b));
    check("fft", &da::fft::fft2(&a));
    check("irfft", &da::fft::irfft(&da::fft::rfft(&a)));
    check("windows", &da::sliding_window_view(&a, 3, 1));
    let wrapped = Overlap::new(1).boundary(Boundary::Periodic);
    check("overlap", &da::overlap::overlap(&a, wrapped.clone()));
    check("map_overlap", &a.map_overlap(wrapped, smooth));
    // Closures have no name elsewhere, and say so.
    let closure = a.map_overlap(1, |chunk, _| chunk.to_owned());
    let error = with_executor(Arc::new(Sent), || closure.compute()).unwrap_err();
    assert!(error.to_string().contains("swath::task"), "{error}");
}

#[test]
fn random_numbers() {
    let rng = || da::random::default_rng(9);
    check("gamma", &rng().gamma(0.7, 1.0, [10, 10]).chunks(3));
    check("binomial", &rng().binomial(50, 0.5, [10, 10]).chunks(3));
    check("choice", &rng().choice(&[1u8, 2, 3], [20]).chunks(3));
    check("weighted", &rng().choice_weighted(&[1u8, 2], &[0.5, 0.5], [20]).chunks(3));
    check("permutation", &rng().permutation(20).chunks(3));
}
