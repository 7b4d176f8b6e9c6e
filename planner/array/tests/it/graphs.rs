//! The shapes of the graphs that expressions become.

use std::sync::Arc;

use swath_array_io::{ArraySource, Region};
use swath_array_plan::{
    Axes, ChunkSpec, Expr, Operand, binary, explain, from_source, index, matmul, rechunk, reduce, unary,
};
use swath_block::{Chunk, DType};
use swath_error::Result;
use swath_execute::RunOptions;
use swath_graph::Key;
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp};

/// A file that is never read.
#[derive(Debug)]
struct Unread {
    shape: [usize; 2],
    compressed: bool,
}

impl ArraySource for Unread {
    fn dtype(&self) -> DType {
        DType::F64
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn storage_chunks(&self) -> Option<&[usize]> {
        Some(&[10, 10])
    }

    fn is_compressed(&self) -> bool {
        self.compressed
    }

    fn read(&self, _: &Region) -> Result<Chunk> {
        panic!("planning reads nothing")
    }

    fn key(&self) -> Key {
        Key::of("unread").finish()
    }

    fn describe(&self) -> String {
        "file".to_string()
    }
}

fn file() -> Expr {
    stored(false)
}

fn stored(compressed: bool) -> Expr {
    let source = Unread { shape: [100, 60], compressed };
    from_source(Arc::new(source), &ChunkSpec::from([20, 20])).unwrap()
}

fn op(op: BinaryOp, a: &Expr, b: &Expr) -> Expr {
    binary(op, a.into(), b.into()).unwrap()
}

#[test]
fn anomaly() {
    let x = file();
    let mean = reduce(&x, ReduceOp::Mean, &Axes::from(1).keepdims(), None).unwrap();
    let spread =
        reduce(&op(BinaryOp::Subtract, &x, &mean), ReduceOp::Std { ddof: 0 }, &Axes::from(0), None).unwrap();
    let total = reduce(&spread, ReduceOp::Sum, &Axes::all(), None).unwrap();
    insta::assert_snapshot!(explain(&total).unwrap());
}

#[test]
fn compressed_files_are_read_once_where_they_fit_in_memory() {
    let reads = |compressed, options: RunOptions| {
        let x = stored(compressed);
        let mean = reduce(&x, ReduceOp::Mean, &Axes::from(1).keepdims(), None).unwrap();
        let rest = options.scope(|| explain(&op(BinaryOp::Subtract, &x, &mean)).unwrap());
        rest.lines().filter(|line| line.starts_with("  read ")).count()
    };
    assert_eq!(reads(false, RunOptions::default()), 2);
    assert_eq!(reads(true, RunOptions::default()), 1);
    assert_eq!(reads(true, RunOptions::default().memory_limit(16 * 100 * 60 * 8 - 1)), 2);
}

#[test]
fn slices_reach_the_file() {
    let x = file();
    let doubled = binary(BinaryOp::Multiply, (&x).into(), Operand::literal(2.0)).unwrap();
    let root = unary(UnaryOp::Sqrt, &doubled).unwrap();
    let part = index(&root, &[(0..30).into(), 5.into()]).unwrap();
    insta::assert_snapshot!(explain(&part).unwrap());
}

#[test]
fn cuts_that_would_read_pieces_twice_stay_where_they_are() {
    let whole = rechunk(&file(), &ChunkSpec::from([50, 30])).unwrap();
    let split = rechunk(&whole, &ChunkSpec::from([15, 60])).unwrap();
    insta::assert_snapshot!(explain(&split).unwrap());
}

#[test]
fn blocks_are_cut_before_others_need_a_piece_of_many() {
    let x = file();
    let product = matmul(&x, &swath_array_plan::transpose(&x, None).unwrap()).unwrap();
    insta::assert_snapshot!(explain(&rechunk(&product, &ChunkSpec::from([4, -1])).unwrap()).unwrap());
}

#[test]
fn products() {
    let x = file();
    let t = swath_array_plan::transpose(&x, None).unwrap();
    insta::assert_snapshot!(explain(&matmul(&x, &t).unwrap()).unwrap());
}
