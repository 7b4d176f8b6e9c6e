//! What the first examples of a user do.

use ndarray::{Array2, ArrayD, array};
use swath_array::{self as da, Array, NewAxis, s};
use swath_execute::{Collection, compute_all};

fn square() -> Array2<f64> {
    Array2::from_shape_fn((6, 6), |(i, j)| ((i * 7 + j * 3) % 11) as f64)
}

#[test]
fn centred_rows_of_a_square_array_follow_broadcasting() {
    let data = square();
    let x = da::from_ndarray(data.clone()).chunks([4, 3]);
    let got = (&x - x.mean(1)).compute().unwrap();
    // The mean of row j is subtracted from column j: that is what broadcasting says.
    let means = data.mean_axis(ndarray::Axis(1)).unwrap();
    let want = &data - &means;
    assert!(got.iter().zip(want.iter()).all(|(a, b)| (a - b).abs() < 1e-12));
    let kept = (&x - x.mean(da::axes(1).keepdims())).compute().unwrap();
    let want = &data - &means.insert_axis(ndarray::Axis(1));
    assert!(kept.iter().zip(want.iter()).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn the_anomaly_job_is_right() {
    let data = Array2::from_shape_fn((55, 40), |(i, j)| (((i * 31 + j * 17) % 97) as f64).sin());
    let x = da::from_ndarray(data.clone()).chunks([10, 7]);
    let got = (&x - x.mean(da::keepdims(1))).std(0).sum(..).item().unwrap();
    let centred = &data - &data.mean_axis(ndarray::Axis(1)).unwrap().insert_axis(ndarray::Axis(1));
    let want: f64 = centred.std_axis(ndarray::Axis(0), 0.0).sum();
    assert!((got - want).abs() < 1e-9 * want, "{got} {want}");
}

#[test]
fn operators_take_references_values_and_scalars() {
    let a = da::arange_f64(0.0, 6.0, 1.0).chunks(4);
    let b = da::ones(6).chunks(2);
    let got = (2.0 * &a + b.sin() / &b - -&a % 4.0 + 1.0).compute().unwrap();
    for (i, v) in got.iter().enumerate() {
        let x = i as f64;
        let remainder = (-x).rem_euclid(4.0);
        assert!((v - (2.0 * x + 1f64.sin() - remainder + 1.0)).abs() < 1e-12);
    }
    let mixed: Array<f64> = da::arange(3) + da::ones(3) * 0.5;
    assert_eq!(mixed.compute().unwrap(), array![0.5, 1.5, 2.5].into_dyn());
    let half: Array<f64> = da::arange(3) / 2;
    assert_eq!(half.compute().unwrap()[1], 0.5);
    let flags = da::arange(4).gt(1) & !da::arange(4).eq_(3);
    assert_eq!(flags.compute().unwrap(), array![false, false, true, false].into_dyn());
}

#[test]
fn memory_is_taken_over_without_copying() {
    let data = Array2::<f64>::zeros((300, 400));
    let buffer = data.as_ptr() as usize;
    let x = da::from_ndarray(data).chunks([100, 400]);
    let places = x.map_blocks_with(vec![vec![1; 3], vec![1]], |chunk, _| {
        ArrayD::from_elem(vec![1, 1], chunk.as_ptr() as usize as u64)
    });
    let places = places.compute().unwrap();
    for (i, place) in places.iter().enumerate() {
        assert_eq!(*place as usize, buffer + i * 100 * 400 * 8);
    }
}

#[test]
fn slices_persist_and_many_results_at_once() {
    let x = da::arange(100).reshape([10, 10]).chunks([3, 4]);
    let part = x.slice(s![2..9;3, ..;-2, NewAxis]);
    assert_eq!(part.shape().unwrap(), [3, 5, 1]);
    assert_eq!(part.compute().unwrap()[[1, 0, 0]], 59);
    let held = (&x * 2).persist().unwrap();
    assert_eq!(held.numblocks().unwrap(), x.numblocks().unwrap());
    let (total, largest, whole) = compute_all((&held.sum(..), &held.max(0), &x)).unwrap();
    assert_eq!(total[[]], 9900);
    assert_eq!(largest, ArrayD::from_shape_fn(vec![10], |i| 180 + 2 * i[0] as i64));
    assert_eq!(whole[[9, 9]], 99);
    let rows = compute_all((0..3).map(|i| x.slice(i)).collect::<Vec<_>>()).unwrap();
    assert_eq!(rows[2][3], 23);
}

#[test]
fn ranges_and_matrices_from_nothing() {
    assert_eq!(da::linspace(0.0, 1.0, 11).chunks(4).compute().unwrap()[10], 1.0);
    assert_eq!(
        da::arange_f64(0.0, 1.0, 0.25).chunks(3).compute().unwrap().as_slice().unwrap(),
        [0.0, 0.25, 0.5, 0.75]
    );
    assert_eq!(da::arange((5, -5, -3)).compute().unwrap().as_slice().unwrap(), [5, 2, -1, -4]);
    assert_eq!(da::arange(0).compute().unwrap().len(), 0);
    let eye = da::eye_as::<i32>(5, 7, 1).chunks([2, 3]);
    assert_eq!(eye.slice(s![1.., ..;2]).compute().unwrap()[[0, 1]], 1);
    assert_eq!(eye.sum(..).item().unwrap(), 5);
    let x = da::arange(16).reshape([4, 4]).chunks(3);
    assert_eq!(x.tril(0).sum(..).item().unwrap() + x.triu(1).sum(..).item().unwrap(), 120);
    assert_eq!(da::zeros_like(&x).chunk_sizes().unwrap(), x.chunk_sizes().unwrap());
    assert_eq!(da::full([2, 2], 7u8).prod(0).compute().unwrap()[0], 49);
}

#[test]
fn map_blocks_sees_where_it_is() {
    let x = da::zeros([7, 5]).chunks([3, 2]);
    let y = x.map_blocks(|chunk, info| chunk.mapv(|_| info.offset[0] as i64 * 10 + info.offset[1] as i64));
    assert_eq!(y.compute().unwrap()[[6, 4]], 64);
    let counts = x.map_blocks_with(vec![vec![1; 3], vec![1; 3]], |chunk, _| {
        ArrayD::from_elem(vec![1, 1], chunk.len() as u64)
    });
    assert_eq!(counts.sum(..).item().unwrap(), 35);
    let wrong = x.map_blocks(|_, _| ArrayD::from_elem(vec![1], 0u8));
    assert!(wrong.compute().unwrap_err().to_string().contains("map_blocks_with"));
}

#[test]
fn arrays_can_be_awaited() {
    let x = da::ones([100, 100]).chunks([30, 30]);
    assert_eq!(futures::executor::block_on(x.sum(..).start()).unwrap()[[]], 10_000.0);
    assert_eq!(Collection::compute(&x.mean(..)).unwrap()[[]], 1.0);
}

#[test]
// What Rust takes for an empty range is one that goes down here.
#[allow(clippy::reversed_empty_ranges)]
fn an_inclusive_range_ends_with_its_end_in_either_direction() {
    let x = da::arange(6).chunks(4);
    let got = |part: Array<i64>| part.compute().unwrap().iter().copied().collect::<Vec<_>>();
    assert_eq!(got(x.slice(s![1..=4])), [1, 2, 3, 4]);
    assert_eq!(got(x.slice(s![1..=4;2])), [1, 3]);
    assert_eq!(got(x.slice(s![4..=2;-1])), [4, 3, 2]);
    assert_eq!(got(x.slice(s![2..=0;-1])), [2, 1, 0]);
    assert_eq!(got(x.slice(s![..=3;-2])), [5, 3]);
    assert_eq!(got(x.slice(s![-1..=-3;-1])), [5, 4, 3]);
    assert_eq!(got(x.slice(s![3..=-1])), [3, 4, 5]);
    assert_eq!(got(x.slice(s![2..=4;-1])), [0; 0]);
}

#[test]
fn bounds_that_limit_nothing_of_an_integer_type_are_no_bounds() {
    let x = da::array(vec![0_u8, 2, 7]).chunks(2).into_dyn();
    assert_eq!(x.clip(-3, 3).typed::<u8>().compute().unwrap().as_slice(), Some(&[0, 2, 3][..]));
    assert_eq!(x.clip(1, 300).typed::<u8>().compute().unwrap().as_slice(), Some(&[1, 2, 7][..]));
    assert_eq!(x.clip(-3, 300).typed::<u8>().compute().unwrap().as_slice(), Some(&[0, 2, 7][..]));
    // As in NumPy, a bound that no element could meet is none of the type.
    let error = x.clip(300, 400).compute().unwrap_err().to_string();
    assert!(error.contains("300 is out of bounds for uint8"), "{error}");
}

#[test]
fn triangles_reach_as_far_out_as_numbers_go() {
    let x = da::ones_as::<i64>([3, 4]).chunks(2);
    let total = |part: Array<i64>| part.sum(..).item().unwrap();
    assert_eq!(total(x.triu(i64::MIN)), 12);
    assert_eq!(total(x.triu(i64::MAX)), 0);
    assert_eq!(total(x.tril(i64::MAX)), 12);
    assert_eq!(total(x.tril(i64::MIN)), 0);
}

#[test]
fn chunks_know_their_place_among_many() {
    // Uneven chunks of several inputs, a leaf made on the spot, positions over all of it, and what a function is told.
    let lengths = [3usize, 1, 4, 1, 5, 9, 2, 6];
    let parts: Vec<Array<i64>> = lengths
        .iter()
        .scan(0, |start, n| {
            let from = *start;
            *start += *n as i64;
            Some(da::arange(from..*start).chunks(2))
        })
        .collect();
    let x = da::concatenate(&parts, 0);
    let want: Vec<i64> = (0..31).collect();
    assert_eq!(x.compute().unwrap().as_slice(), Some(&want[..]));
    let doubled = (&x + da::arange(31).chunks(x.chunk_sizes().unwrap())).compute().unwrap();
    assert!(doubled.iter().zip(&want).all(|(got, x)| *got == 2 * x));
    assert_eq!(x.argmax(..).item().unwrap(), 30);
    assert_eq!((&x * -1).argmin(..).item().unwrap(), 30);
    let told = x.map_blocks(|chunk, info| {
        let first = chunk.iter().next().copied().unwrap_or(0);
        assert_eq!((info.offset[0] as i64, info.shape[0]), (first, chunk.len()));
        chunk.to_owned()
    });
    assert_eq!(told.compute().unwrap().as_slice(), Some(&want[..]));
}

#[test]
fn spreads_of_large_numbers_and_groups_of_one() {
    // numpy: [1e155] * 3, [1e160, -1e160, 1e160]
    assert_eq!((da::ones([3]) * 1e155).var(0).item().unwrap(), 0.0);
    assert_eq!(da::array(vec![1e160, -1e160, 1e160]).chunks(2).var(0).item().unwrap(), f64::INFINITY);
    // scipy.stats.ttest_ind([3], [1, 2, 4])
    let test = da::stats::ttest_ind(&da::array(vec![3.0]), &da::array(vec![1.0, 2.0, 4.0]), 0, true);
    assert!((test.statistic.item().unwrap() - 0.377_964_473).abs() < 1e-9);
    assert!((test.pvalue.item().unwrap() - 0.741_8).abs() < 1e-4);
    // More differences than there are elements.
    assert_eq!(da::arange(5).diff(1_000_000_000, 0).compute().unwrap().len(), 0);
}
