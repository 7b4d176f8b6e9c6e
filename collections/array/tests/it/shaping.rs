//! Shapes, joins and borders: what NumPy's cases do not say about chunks, errors and layouts.

use swath_array::{self as da, Array, ChunkSpec, Index, Pad};
use swath_error::ErrorKind;

fn grid() -> Array<i64> {
    da::arange(100).reshape([10, 10]).chunks([4, 3])
}

#[test]
fn diagonals_read_only_what_they_cross() {
    let x = da::random::default_rng(1).random([40, 40]).chunks([10, 10]);
    // Four chunks of sixteen are made.
    let text = x.diagonal(0, 0, 1).explain().unwrap();
    assert!(text.contains("diagonal"), "{text}");
    assert_eq!(x.diagonal(0, 0, 1).chunk_sizes().unwrap(), [[10; 4]]);
    assert_eq!(x.diagonal(5, 0, 1).chunk_sizes().unwrap(), [[5; 7]]);
    assert_eq!(x.diagonal(isize::MAX, 0, 1).shape().unwrap(), [0]);
    assert_eq!(x.diagonal(isize::MIN, 0, 1).shape().unwrap(), [0]);
    assert_eq!(grid().diagonal(0, 0, 0).compute().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(da::arange(3).diagonal(0, 0, 1).compute().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn borders_keep_the_chunks_small() {
    let x = grid().pad(20, Pad::constant(7));
    assert_eq!(x.shape().unwrap(), [50, 50]);
    assert!(x.chunksize().unwrap().iter().all(|n| *n <= 4), "{x}");
    assert_eq!(x.sum(..).item().unwrap(), (50 * 50 - 100) * 7 + 4950);
    for mode in
        [Pad::edge(), Pad::wrap(), Pad::reflect(), Pad::symmetric(), Pad::maximum(), Pad::linear_ramp(0.0)]
    {
        let x = grid().pad([(0, 3), (11, 0)], mode.clone());
        assert_eq!(x.compute().unwrap().shape(), [13, 21], "{mode:?}");
    }
}

#[test]
fn borders_that_cannot_be_are_refused() {
    let kinds = |x: Array<i64>| x.compute().unwrap_err().kind();
    assert_eq!(kinds(grid().pad([(1, 1), (1, 1), (1, 1)], Pad::edge())), ErrorKind::ShapeMismatch);
    assert_eq!(kinds(da::zeros_as::<i64>([0, 3]).pad(1, Pad::edge())), ErrorKind::InvalidArgument);
    assert_eq!(kinds(grid().pad(1, Pad::maximum().stat_length(0))), ErrorKind::InvalidArgument);
    let bytes = da::zeros_as::<u8>([3]).pad(1, Pad::constant(300)).compute().unwrap_err();
    assert!(bytes.to_string().contains("out of bounds"), "{bytes}");
    assert_eq!(
        da::zeros_as::<i64>([0, 3]).pad([(1, 1), (0, 0)], Pad::constant(2)).sum(..).item().unwrap(),
        12
    );
}

#[test]
fn tiles_cost_no_copies() {
    let x = grid();
    let tiled = x.tile([3, 2]);
    assert_eq!((tiled.shape().unwrap(), tiled.npartitions().unwrap()), (vec![30, 20], 6 * 12));
    assert!(!tiled.explain().unwrap().contains("take"));
    assert_eq!(x.tile(0).shape().unwrap(), [10, 0]);
    assert_eq!(x.tile([-1]).compute().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn repeats_keep_the_boundaries() {
    let x = grid().repeat(3, 0);
    assert_eq!(x.chunk_sizes().unwrap()[0], [12, 12, 6]);
    assert_eq!(grid().repeat(0, 1).shape().unwrap(), [10, 0]);
    assert_eq!(grid().repeat_each(&[1, 2], 0).compute().unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn parts_come_in_the_number_asked_for() {
    let x = grid();
    assert_eq!(x.split(5, 0).len(), 5);
    let bad = x.split(3, 0);
    assert_eq!(bad.len(), 3);
    assert!(bad.iter().all(|part| part.compute().unwrap_err().help().is_some()));
    assert_eq!(x.array_split(0, 0)[0].compute().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(
        x.array_split([3, 7], -1).iter().map(|p| p.shape().unwrap()[1]).collect::<Vec<_>>(),
        [3, 4, 3]
    );
    assert_eq!(
        (x.hsplit(2)[1].shape().unwrap(), x.vsplit([9])[1].shape().unwrap()),
        (vec![10, 5], vec![1, 10])
    );
    assert!(da::arange(4).vsplit(2)[0].compute().is_err());
    assert_eq!(da::zeros([2, 2, 6]).dsplit(3)[2].shape().unwrap(), [2, 2, 2]);
}

#[test]
fn insertions_and_deletions() {
    let x = grid();
    let without = x.delete(Index::List(vec![0, -1, 0]), 0);
    assert_eq!(without.shape().unwrap(), [8, 10]);
    assert_eq!(without.insert(&[0], x.slice(0..1), 0).compute().unwrap()[[0, 3]], 3);
    for bad in [x.delete(10, 0), x.insert(&[11], 0, 0), x.delete(da::NewAxis, 0), x.insert(&[0, 1], &x, 0)] {
        assert!(matches!(
            bad.compute().unwrap_err().kind(),
            ErrorKind::InvalidArgument | ErrorKind::ShapeMismatch
        ));
    }
}

#[test]
fn nested_blocks() {
    let (a, b) = (da::ones([2, 2]), da::zeros([2, 3]));
    let x: Array<f64> = da::block(vec![vec![&a, &b], vec![&a, &b]]);
    assert_eq!(x.shape().unwrap(), [4, 5]);
    let line: Array<f64> = da::block(vec![da::ones([3]), da::zeros(())]);
    assert_eq!(line.shape().unwrap(), [4]);
    let deep: Array<f64> = da::block(vec![vec![vec![&a], vec![&a]]]);
    assert_eq!(deep.shape().unwrap(), [1, 4, 2]);
    let uneven: Array<f64> = da::block(da::Blocks::List(vec![vec![&a].into(), (&a).into()]));
    assert!(uneven.compute().unwrap_err().to_string().contains("depths"));
    let empty: Array<f64> = da::block(da::Blocks::<Array<f64>>::List(Vec::new()));
    assert!(empty.compute().is_err());
}

#[test]
fn chunks_of_every_form() {
    let x = da::zeros([100, 60]);
    for (spec, want) in [
        (ChunkSpec::from(30), vec![vec![30, 30, 30, 10], vec![30, 30]]),
        (ChunkSpec::from((50, -1)), vec![vec![50, 50], vec![60]]),
        (ChunkSpec::from(vec![vec![99, 1], vec![20, 40]]), vec![vec![99, 1], vec![20, 40]]),
        (ChunkSpec::named([(1, 25)]), vec![vec![100], vec![25, 25, 10]]),
        (ChunkSpec::from("auto"), vec![vec![100], vec![60]]),
    ] {
        assert_eq!(x.rechunk(spec).chunk_sizes().unwrap(), want);
    }
    let error = x.rechunk(vec![vec![50, 51], vec![60]]).compute().unwrap_err();
    assert!(error.to_string().contains("do not add up"), "{error}");
}

#[test]
fn the_size_of_chunks_can_be_set() {
    let within = da::with_chunk_size("8 KiB", || {
        assert_eq!(da::chunk_bytes(), 8192);
        (da::zeros([4096]), da::arange(4096).reshape([64, 64]).reshape([4096]))
    });
    let (line, reshaped) = within.unwrap();
    assert_eq!((line.npartitions().unwrap(), reshaped.npartitions().unwrap()), (4, 4));
    assert_eq!(da::zeros([4096]).npartitions().unwrap(), 1);
    assert_eq!(da::with_chunk_size("0 B", || ()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(da::with_chunk_size("many", || ()).is_err());
}

#[test]
fn arrays_of_either_kind_are_joined() {
    let (x, y) = (da::arange(3).into_dyn(), da::ones([3]).into_dyn());
    assert_eq!(da::concatenate(&[x.clone(), y.clone()], 0).dtype().unwrap(), da::DType::F64);
    assert_eq!(da::vstack(&[x.clone(), y.clone()]).shape().unwrap(), [2, 3]);
    let error = da::broadcast_arrays(&[x, da::ones([4]).into_dyn()]);
    assert_eq!(error.len(), 2);
    assert_eq!(error[1].compute().unwrap_err().kind(), ErrorKind::ShapeMismatch);
}
