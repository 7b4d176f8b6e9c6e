//! Bad calls: NumPy's words, the caller's line, and no panic.

use swath_array::{self as da, s};
use swath_error::ErrorKind;

#[test]
fn shapes_that_do_not_broadcast_are_refused_in_numpys_words() {
    let x = da::ones([3, 4]).chunks([2, 2]);
    let line = line!() + 1;
    let bad = &x - x.mean(1);
    for error in [bad.compute().unwrap_err(), bad.shape().unwrap_err(), bad.explain().unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
        let text = error.to_string();
        assert!(text.contains("operands could not be broadcast together with shapes (3,4) (3,)"), "{text}");
        assert!(text.contains(&format!("errors.rs:{line}")), "{text}");
        assert!(text.contains("keepdims"), "{text}");
    }
    // What is built on it carries the same error.
    let later = (bad.sum(..) + 1.0).reshape([1, 1]);
    assert!(later.compute().unwrap_err().to_string().contains(&format!("errors.rs:{line}")));
    assert!(later.to_string().contains("error"));
}

fn message<T: da::Element>(array: &da::Array<T>) -> String {
    array.compute().unwrap_err().to_string()
}

#[test]
fn so_do_functions_that_give_several_arrays() {
    let x = da::arange(10);
    let line = line!() + 1;
    let found = [da::unravel_index(&x, [3, -1]), x.split(3, 0), x.split(2, 5)];
    for array in found.iter().flatten() {
        let text = array.compute().unwrap_err().to_string();
        assert!(text.contains(&format!("errors.rs:{line}")), "{text}");
    }
    assert!(found.iter().all(|arrays| !arrays.is_empty()));
}

#[test]
fn messages_are_numpys() {
    let x = da::arange(12).reshape([3, 4]).chunks(2);
    let has = |text: String, part: &str| assert!(text.contains(part), "{text}\nlacks: {part}");
    has(message(&x.reshape([5, -1])), "cannot reshape array of size 12 into shape (5,-1)");
    has(message(&x.slice(s![3])), "index 3 is out of bounds for axis 0 with size 3");
    has(
        message(&x.slice(s![0, 0, 0])),
        "too many indices for array: array is 2-dimensional, but 3 were indexed",
    );
    has(message(&x.slice(s![..;0])), "slice step cannot be zero");
    has(message(&x.sum(2)), "axis 2 is out of bounds for array of dimension 2");
    has(message(&x.sum([0, 0])), "duplicate value");
    has(message(&x.transpose([0, 0])), "repeated axis");
    has(message(&x.squeeze(0)), "size not equal to one");
    has(message(&x.chunks([vec![1, 1], vec![4]])), "do not add up");
    has(message(&x.chunks([1, 1, 1])), "same number of axes");
    has(message(&x.chunks("12 parsecs")), "not a size");
    has(message(&da::concatenate(&[x.clone(), da::arange(5).reshape([1, 5])], 0)), "along dimension 1");
    has(message(&da::stack(&[x.clone(), x.t()], 0)), "same shape");
    has(message(&x.matmul(&x)), "mismatch in its core dimension");
    has(message(&x.slice(s![0..0]).max(0)), "zero-size array to reduction operation maximum");
    has(message(&da::zeros([2, -1])), "negative dimensions");
    has(message(&-da::arange(3).gt(1)), "negative is not defined for bool");
    has(message(&x.take(&[7], 0)), "index 7 is out of bounds");
    has(message(&x.broadcast_to([3, 5])), "could not be broadcast");
    has(x.item().unwrap_err().to_string(), "size 1");
}

#[test]
fn a_nan_slice_has_no_position() {
    let x = da::array(vec![f64::NAN, f64::NAN]).chunks(1);
    assert!(x.nanargmax(..).compute().is_err());
    assert!(x.nanmax(..).item().unwrap().is_nan());
}

#[test]
fn a_shape_of_more_elements_than_numbers_go_fits_no_array() {
    for shape in [vec![1i64 << 40, 1 << 40], vec![-1, 1 << 40, 1 << 40]] {
        let text = message(&da::ones([6]).reshape(shape));
        assert!(text.contains("cannot reshape array of size 6 into shape ("), "{text}");
    }
}

#[test]
fn arrays_too_large_for_any_memory_are_refused_by_their_shape() {
    let has = |text: String, part: &str| assert!(text.contains(part), "{text}\nlacks: {part}");
    has(message(&da::arange(1i64 << 62)), "array is too big: the shape (4611686018427387904,) of int64");
    let square = "the shape (1099511627776, 1099511627776) of float64";
    has(message(&da::zeros([1usize << 40, 1 << 40])), square);
    has(message(&da::zeros([0_usize, 1 << 40, 1 << 40])), "too big");
    let one = da::ones([1, 1]);
    has(message(&one.broadcast_to([1usize << 40, 1 << 40])), square);
    has(one.broadcast_to([1usize << 40, 1 << 40]).shape().unwrap_err().to_string(), square);
    let line = da::zeros_as::<u8>([1usize << 33]);
    has(message(&(line.reshape([-1, 1]) * line.reshape([1, -1]))), "(8589934592, 8589934592) of uint8");
    let long = da::ones_as::<u8>([1]).broadcast_to([isize::MAX as usize]);
    has(message(&da::concatenate(&[long.clone(), long.clone(), long], 0)), "too big");
    // Large is not too large while nothing is computed.
    assert_eq!(da::zeros([1usize << 20, 1 << 20]).shape().unwrap(), [1 << 20, 1 << 20]);
}

#[test]
fn more_chunks_than_tasks_have_numbers_are_refused() {
    let x = da::zeros([1usize << 20, 1 << 20]);
    let text = message(&x.chunks(1));
    assert!(text.contains("shape (1048576, 1048576) is cut into more than 4294967295 chunks"), "{text}");
    assert!(text.contains("larger chunks"), "{text}");
    for error in [
        da::arange(1i64 << 59).shape().unwrap_err(),
        da::zeros([1usize << 40]).chunks(8).shape().unwrap_err(),
        da::zeros([1usize << 40]).chunks("8 B").shape().unwrap_err(),
    ] {
        assert!(error.to_string().contains("larger chunks"), "{error}");
    }
}

#[test]
fn results_beyond_the_machines_memory_are_refused_before_anything_runs() {
    let x = da::zeros([1 << 20, 1 << 20]).chunks([1 << 10, 1 << 20]);
    let error = x.compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    let text = error.to_string();
    assert!(text.contains("8.0 TiB") && text.contains("to_zarr"), "{text}");
    assert_eq!(x.as_dyn().compute().unwrap_err().kind(), ErrorKind::OutOfMemory);
    // What is made of it is not.
    assert_eq!(x.slice(s![..3, 0]).sum(..).item().unwrap(), 0.0);
    assert!(x.explain().is_ok());
}

#[test]
fn delayed_values_must_be_what_was_promised() {
    use swath_delayed::delayed;
    let line = delayed(|n: usize| ndarray::Array1::from_elem(n, 1.5)).call((4,));
    assert_eq!(da::from_delayed::<f64, _>(&line, [4]).sum(..).item().unwrap(), 6.0);
    let error = da::from_delayed::<f64, _>(&line, [5]).compute().unwrap_err();
    assert!(error.to_string().contains("[4]") && error.to_string().contains("[5]"), "{error}");
    assert!(da::from_delayed::<f32, _>(&line, [4]).compute().is_err());
    let number = delayed(|n: usize| n).call((4,));
    let error = da::from_delayed::<f64, _>(&number, [4]).compute().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
}
