//! Kernels on one and two threads: `cargo bench -p swath-kernels`. `benches/numpy_reference.py` measures the same in NumPy.

#![allow(clippy::expect_used, missing_docs)]

use std::sync::atomic::{AtomicUsize, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swath_block::{Chunk, DType, Scalar};
use swath_kernels::{
    BinaryOp, Distribution, Origin, Program, ProgramBuilder, ReduceOp, SliceIndex, UnaryOp, combine,
    finalize, partial, partial_fused, random, slice,
};

fn normal(shape: &[usize]) -> Chunk {
    let origin = Origin { offset: vec![0; shape.len()], shape: shape.to_vec() };
    random(Distribution::Normal { mean: 1.0, std: 2.0 }, DType::F64, 1, &origin, shape).expect("a chunk")
}

/// Runs `job(i)` for every `i < n` on some threads and collects the results in order.
fn on_threads<T: Send>(threads: usize, n: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let work = || {
            let mut own = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= n {
                    return own;
                }
                own.push((i, job(i)));
            }
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|h| h.join().expect("a thread")).collect()
    });
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, t)| t).collect()
}

/// `(x - mean) * 2 + sin(x)`
fn formula() -> Program {
    let mut b = ProgramBuilder::new();
    let (x, mean) = (b.input(DType::F64), b.input(DType::F64));
    let two = b.constant(Scalar::I64(2), true);
    let centred = b.binary(BinaryOp::Subtract, x, mean).expect("typed");
    let doubled = b.binary(BinaryOp::Multiply, centred, two).expect("typed");
    let sine = b.unary(UnaryOp::Sin, x).expect("typed");
    let sum = b.binary(BinaryOp::Add, doubled, sine).expect("typed");
    b.finish(sum).expect("a program")
}

fn centred() -> Program {
    let mut b = ProgramBuilder::new();
    let (x, mean) = (b.input(DType::F64), b.input(DType::F64));
    let centred = b.binary(BinaryOp::Subtract, x, mean).expect("typed");
    b.finish(centred).expect("a program")
}

fn elementwise(c: &mut Criterion) {
    let n = 10;
    let chunks: Vec<Chunk> = (0..n).map(|_| normal(&[1_000_000])).collect();
    let mean = Chunk::full(&[1], Scalar::F64(1.0));
    let mut group = c.benchmark_group("elementwise");
    group.throughput(Throughput::Elements(10_000_000)).sample_size(10);
    let program = formula();
    for threads in [1, 2] {
        group.bench_function(format!("(x-mean)*2+sin(x) 10M, {threads} threads"), |b| {
            b.iter(|| {
                on_threads(threads, n, |i| {
                    program.eval(vec![chunks[i].clone(), mean.clone()], &[1_000_000]).expect("a chunk")
                })
            });
        });
    }
    for op in [UnaryOp::Exp, UnaryOp::Sin, UnaryOp::Cos, UnaryOp::Log, UnaryOp::Tanh, UnaryOp::Sqrt] {
        let mut b = ProgramBuilder::new();
        let x = b.input(DType::F64);
        let y = b.unary(op, x).expect("typed");
        let program = b.finish(y).expect("a program");
        group.bench_function(format!("{} 10M, 1 thread", op.name()), |b| {
            b.iter(|| {
                on_threads(1, n, |i| program.eval(vec![chunks[i].clone()], &[1_000_000]).expect("a chunk"))
            });
        });
    }
}

fn reductions(c: &mut Criterion) {
    let x = normal(&[4000, 4000]);
    let mut group = c.benchmark_group("reductions 4000x4000");
    group.throughput(Throughput::Bytes(x.bytes())).sample_size(10);
    for (name, op) in [
        ("sum", ReduceOp::Sum),
        ("max", ReduceOp::Max),
        ("argmax", ReduceOp::ArgMax),
        ("std", ReduceOp::Std { ddof: 0 }),
    ] {
        for axis in [0, 1] {
            group.bench_function(format!("{name} axis {axis}"), |b| {
                b.iter(|| partial(op, &x, &[axis], None).expect("a partial result"));
            });
        }
    }
}

/// `(x - x.mean(axis=1, keepdims)).std(axis=0).sum()`, as the planner runs it: two passes over blocks.
fn anomaly(x: &Chunk, block: usize, threads: usize) -> f64 {
    let n = x.shape()[0];
    let grid = n.div_ceil(block);
    let range = |i: usize| SliceIndex::range(i * block, ((i + 1) * block).min(n));
    let at = |i: usize| slice(x, &[range(i / grid), range(i % grid)]).expect("a block");
    let std = ReduceOp::Std { ddof: 0 };
    let sums =
        on_threads(threads, grid * grid, |i| partial(ReduceOp::Mean, &at(i), &[1], None).expect("a sum"));
    let means: Vec<Chunk> = sums
        .chunks(grid)
        .map(|row| {
            let parts = combine(ReduceOp::Mean, row.to_vec()).expect("a sum");
            finalize(ReduceOp::Mean, DType::F64, parts, &[1], true).expect("a mean")
        })
        .collect();
    let program = centred();
    let moments = on_threads(threads, grid * grid, |i| {
        let block = at(i);
        let shape = block.shape().to_vec();
        partial_fused(&program, &[block, means[i / grid].clone()], &shape, std, &[0], None).expect("moments")
    });
    (0..grid)
        .map(|column| {
            let parts = moments.iter().skip(column).step_by(grid).cloned().collect();
            let parts = combine(std, parts).expect("moments");
            let row = finalize(std, DType::F64, parts, &[0], false).expect("a deviation");
            row.view::<f64>().expect("floats").sum()
        })
        .sum()
}

fn fused(c: &mut Criterion) {
    let n = 11_000;
    let x = normal(&[n, n]);
    let mut group = c.benchmark_group("anomaly 11000x11000");
    group.throughput(Throughput::Bytes(2 * x.bytes())).sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("blocks of 1000, {threads} threads"), |b| {
            b.iter(|| anomaly(&x, 1000, threads));
        });
    }
}

criterion_group!(benches, elementwise, reductions, fused);
criterion_main!(benches);
