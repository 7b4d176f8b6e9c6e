//! Arrays of columns against pandas and NumPy, and frames of arrays.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use serde_json::Value;
use swath_array::{self as da, Array, DType};
use swath_dataframe::{
    ArrayOptions, Collection, DataFrame, ErrorKind, How, IntoColumn, ToDataFrame, col, from_array,
    from_batches, from_columns, read_csv, read_parquet,
};
use swath_execute::RunOptions;

fn arrow_type(name: &str) -> DataType {
    match name {
        "bool" => DataType::Boolean,
        "int8" => DataType::Int8,
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "int64" => DataType::Int64,
        "uint8" => DataType::UInt8,
        "uint16" => DataType::UInt16,
        "uint32" => DataType::UInt32,
        "uint64" => DataType::UInt64,
        "float32" => DataType::Float32,
        "float64" => DataType::Float64,
        other => panic!("no type {other}"),
    }
}

fn number(v: &Value) -> Option<f64> {
    v.as_bool().map(|b| f64::from(u8::from(b))).or_else(|| v.as_f64())
}

fn column(kind: &str, values: &Value) -> ArrayRef {
    let numbers: ArrayRef = Arc::new(values.as_array().unwrap().iter().map(number).collect::<Float64Array>());
    cast(&numbers, &arrow_type(kind)).unwrap()
}

/// The columns of a case in batches of two rows.
fn batches(case: &Value) -> Vec<RecordBatch> {
    let columns = case["columns"].as_array().unwrap();
    let columns = columns.iter().map(|c| (c[0].as_str().unwrap(), column(c[1].as_str().unwrap(), &c[2])));
    let all = RecordBatch::try_from_iter(columns).unwrap();
    (0..all.num_rows()).step_by(2).map(|i| all.slice(i, 2.min(all.num_rows() - i))).collect()
}

fn numbers(x: &da::DynArray) -> Vec<Option<f64>> {
    let values = x.astype(DType::F64).typed::<f64>().compute().unwrap();
    values.iter().map(|v| (!v.is_nan()).then_some(*v)).collect()
}

#[test]
fn columns_become_what_pandas_and_numpy_make_of_them() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../oracle/arrays.json")).unwrap();
    assert!(cases.len() > 100);
    for case in &cases {
        let want: Vec<Option<f64>> = case["values"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|row| row.as_array().unwrap())
            .map(number)
            .collect();
        let batches = batches(case);
        let memory = from_batches(batches.clone());
        // In a file's schema every value may be missing: what is missing is known when it is looked at.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        memory.to_parquet(&path).unwrap();
        let file = read_parquet(path.to_str().unwrap()).frame();
        let looked = ArrayOptions::default().lengths(true);
        for (how, x) in [
            ("looked at", memory.to_array_with((), &looked)),
            ("in a file", file.to_array_with((), &looked)),
            ("in three chunks", memory.to_array_with((), &ArrayOptions::default().chunks(3).lengths(true))),
        ] {
            assert_eq!(x.dtype().unwrap().name(), case["dtype"], "{how}: {case}");
            assert_eq!(x.shape().unwrap(), [5, case["columns"].as_array().unwrap().len()]);
            assert_eq!(numbers(&x), want, "{how}: {case}");
        }
        let floats = memory.to_array::<f64>(()).compute().unwrap();
        let floats: Vec<_> = floats.iter().map(|v| (!v.is_nan()).then_some(*v)).collect();
        assert_eq!(floats, want, "{case}");
    }
}

#[test]
fn without_a_look_whole_numbers_of_files_stay_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("whole.csv"), "n,x\n9007199254740993,0.5\n2,1.5\n").unwrap();
    std::fs::write(at("holes.csv"), "n,m,x\n1,4,0.5\n2,,1.5\n").unwrap();
    let whole = read_csv(at("whole.csv")).frame();
    let n = whole.to_array_dyn("n");
    assert_eq!((n.dtype().unwrap(), n.ndim().unwrap()), (DType::I64, 1));
    assert_eq!(n.typed::<i64>().compute().unwrap().as_slice().unwrap(), [9_007_199_254_740_993, 2]);
    let holes = read_csv(at("holes.csv")).frame();
    let e = holes.to_array_dyn(["n", "m"]).compute().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidData);
    assert!(e.to_string().contains("column 'm' has missing values"), "{e}");
    assert!(e.help().unwrap().contains("f64"), "{e:?}");
    assert!(holes.to_array::<i64>("m").compute().is_err());
    assert_eq!(holes.to_array::<i64>("n").compute().unwrap().as_slice().unwrap(), [1, 2]);
    // Beside floats there is room for NaN.
    let both = holes.to_array_dyn(["m", "x"]);
    assert_eq!(numbers(&both), [Some(4.0), Some(0.5), None, Some(1.5)]);
    let narrow = holes.to_array::<f32>(["m", "x"]).compute().unwrap();
    assert!(narrow[[1, 0]].is_nan() && narrow[[1, 1]] == 1.5);
    let complex = holes.to_array::<num_complex::Complex64>("m").compute().unwrap();
    assert!(complex[0].re == 4.0 && complex[1].re.is_nan());
}

#[test]
fn what_an_outer_merge_misses_is_nan() {
    let left = from_columns([("k", vec![1, 2, 3]), ("a", vec![10, 20, 30])]);
    let right = from_columns([("k", vec![1, 3]), ("b", vec![5, 7])]);
    let merged = left.join(&right, ["k"], How::Left).sort_values("k");
    let x = merged.to_array_dyn(["a", "b"]);
    assert_eq!(x.dtype().unwrap(), DType::F64);
    assert_eq!(numbers(&x), [Some(10.0), Some(5.0), Some(20.0), None, Some(30.0), Some(7.0)]);
    assert_eq!(merged.to_array_dyn("a").dtype().unwrap(), DType::I64);
}

#[test]
fn columns_that_are_no_numbers_are_named() {
    let times: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let times = cast(&times, &DataType::Timestamp(TimeUnit::Nanosecond, None)).unwrap();
    let df = from_columns([
        ("x", vec![1, 2].into_column()),
        ("name", vec!["a", "b"].into_column()),
        ("when", times),
        ("price", cast(&vec![1.5, 2.25].into_column(), &DataType::Decimal128(9, 2)).unwrap()),
    ]);
    for (columns, name) in [(vec!["x", "name"], "'name'"), (vec!["when"], "'when'")] {
        let e = df.to_array::<f64>(columns).compute().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::TypeMismatch);
        assert!(e.to_string().contains(name) && e.help().is_some(), "{e}");
    }
    assert_eq!(df.values().error().unwrap().kind(), ErrorKind::TypeMismatch);
    let e = df.to_array::<f64>(["x", "y"]).compute().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::UnknownColumn);
    let price = df.to_array::<f64>(["x", "price"]).compute().unwrap();
    assert_eq!(price.as_slice().unwrap(), [1.0, 1.5, 2.0, 2.25]);
    let number = df.astype([("when", "int64")]).to_array::<i64>("when");
    assert_eq!(number.compute().unwrap().as_slice().unwrap(), [1, 2]);
}

/// Three CSV files of numbered rows, and of one of no rows.
fn files(folder: &std::path::Path) -> DataFrame {
    for (i, rows) in [0..40, 40..41, 41..41, 41..100].into_iter().enumerate() {
        let mut text = "n,half\n".to_owned();
        rows.for_each(|n: i32| writeln!(text, "{n},{}", f64::from(n) / 2.0).unwrap());
        std::fs::write(folder.join(format!("{i}.csv")), text).unwrap();
    }
    read_csv(format!("{}/*.csv", folder.display())).frame()
}

#[test]
fn chunks_are_parts_of_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let df = files(folder.path());
    let x = df.filter((col("n") % 2).eq(1)).to_array::<f64>(["n", "half"]);
    assert!(x.npartitions().unwrap() >= 3, "{x}");
    assert_eq!(x.shape().unwrap_err().kind(), ErrorKind::Unsupported);
    let known = x.compute_chunk_sizes().unwrap();
    assert_eq!(known.shape().unwrap(), [50, 2]);
    let want: Vec<f64> = (0..50).flat_map(|i| [f64::from(2 * i + 1), f64::from(2 * i + 1) / 2.0]).collect();
    assert_eq!(x.compute().unwrap().as_slice().unwrap(), want);
    assert_eq!(known.compute().unwrap().as_slice().unwrap(), want);
    let counted = df.to_array_with(["n", "half"], &ArrayOptions::default().lengths(true));
    assert_eq!(counted.chunk_sizes().unwrap()[0].iter().sum::<usize>(), 100);
    assert_eq!(
        counted.slice(da::s![-3.., 0]).typed::<i64>().compute().unwrap().as_slice().unwrap(),
        [97, 98, 99]
    );
    // Columns minus their means, as people do it.
    let y = &x - x.mean(da::keepdims(0));
    assert!(y.sum(..).item().unwrap().abs() < 1e-9);
    assert_eq!(df.to_array::<i64>("n").sum(..).item().unwrap(), 4950);
    // Rows that are brought together are one part, which can be cut.
    let sorted = df.sort_values("n").to_array_with("n", &ArrayOptions::default().chunks(7).lengths(true));
    assert_eq!(sorted.chunk_sizes().unwrap(), [vec![14, 14, 14, 15, 14, 14, 15]]);
    assert_eq!(sorted.typed::<i64>().compute().unwrap().as_slice().unwrap(), (0..100).collect::<Vec<i64>>());
    let none = df.filter(col("n").lt(0));
    assert_eq!(none.to_array::<f64>(["n", "half"]).compute().unwrap().shape(), [0, 2]);
    assert_eq!(none.to_array::<f64>("n").compute().unwrap().shape(), [0]);
}

#[test]
fn a_file_cut_inside_quotes_is_an_error_here_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let mut text = "n,s\n".to_owned();
    (0..200_000).for_each(|n| writeln!(text, "{n},word").unwrap());
    let cut = text.len() / 2;
    let cut = cut + text[cut..].find("word").unwrap();
    text.insert(cut, '"');
    std::fs::write(&path, &text).unwrap();
    let df = read_csv(path.to_str().unwrap()).frame();
    let whole = df.select(("n", "s")).compute().unwrap_err();
    let x = df.to_array_with("n", &ArrayOptions::default().chunks(4)).typed::<i64>();
    assert!(x.npartitions().unwrap() > 1, "{x}");
    assert_eq!(x.sum(..).item().unwrap_err().kind(), whole.kind());
}

#[test]
fn arrays_become_frames_and_come_back() {
    let x = da::arange(24).reshape([8, 3]).chunks([3, 2]).astype::<f64>();
    let df = from_array(&x, ["a", "b", "c"]);
    assert_eq!(df.columns().unwrap(), ["a", "b", "c"]);
    let table = df.compute().unwrap();
    assert_eq!(table.values::<f64>("b").unwrap(), [1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0, 22.0]);
    assert_eq!(df.len().unwrap(), 8);
    let back = df.to_array::<f64>(());
    assert_eq!(back.numblocks().unwrap(), [3, 1], "{back}");
    assert_eq!(back.compute().unwrap(), x.compute().unwrap());
    assert_eq!(df.to_array::<f64>(["c", "a"]).compute().unwrap()[[1, 0]], 5.0);
    let groups =
        df.with_column("even", (col("a") % 2.0).eq(0.0)).groupby("even").sum("c").sort_values("even");
    assert_eq!(groups.compute().unwrap().values::<f64>("c").unwrap(), [56.0, 44.0]);
    let sorted = df.sort_values(col("a").desc()).head(2).compute().unwrap();
    assert_eq!(sorted.values::<f64>("a").unwrap(), [21.0, 18.0]);
    let joined = df.join(&df.rename([("b", "b2"), ("c", "c2")]), ["a"], How::Inner);
    assert_eq!(joined.len().unwrap(), 8);
}

#[test]
fn names_types_and_special_values_of_arrays() {
    let flat = da::array(vec![1.0, f64::NAN, f64::NEG_INFINITY]).chunks(2).to_dataframe(());
    assert_eq!(flat.columns().unwrap(), ["0"]);
    let values = flat.compute().unwrap().values::<f64>("0").unwrap();
    assert!(values[0] == 1.0 && values[1].is_nan() && values[2] == f64::NEG_INFINITY);
    assert_eq!(da::ones([2, 12]).to_dataframe(()).columns().unwrap()[10..], ["10", "11"]);
    for dtype in DType::ALL.iter().filter(|d| !matches!(d, DType::C64 | DType::C128)) {
        let x = da::arange(7).astype::<f64>().into_dyn().astype(*dtype).chunks(3);
        let df = from_array(&x, "v");
        assert_eq!(df.to_array_dyn("v").dtype().unwrap(), *dtype);
        assert_eq!(numbers(&df.to_array_dyn("v")), numbers(&x), "{dtype}");
    }
    let lengths = da::arange(10).mask(da::arange(10).gt(6)).to_dataframe("n");
    assert_eq!(lengths.compute().unwrap().values::<i64>("n").unwrap(), [7, 8, 9]);
    let empty = from_array(&Array::<f64>::from_dyn(&da::zeros([0, 2]).into_dyn()), ["a", "b"]);
    assert_eq!(empty.compute().unwrap().num_rows(), 0);
    for (wrong, kind) in [
        (from_array(&da::ones([2, 2, 2]), ()), ErrorKind::ShapeMismatch),
        (from_array(&da::ones(()), ()), ErrorKind::ShapeMismatch),
        (from_array(&da::ones([2, 2]), ["a"]), ErrorKind::ShapeMismatch),
        (from_array(&da::ones([2, 2]), ["a", "a"]), ErrorKind::InvalidArgument),
        (from_array(&da::ones([2]).into_dyn().astype(DType::C128), "z"), ErrorKind::Unsupported),
        (from_array(&da::ones([2, 2]).slice(da::s![.., 9]), ()), ErrorKind::InvalidArgument),
    ] {
        assert_eq!(wrong.compute().unwrap_err().kind(), kind);
    }
}

#[test]
fn an_array_larger_than_the_memory_limit_streams_through_a_frame() {
    // 64 MiB of elements under a limit of 24 MiB.
    let x = da::random::default_rng(5).random([1 << 20, 8]).chunks([1 << 15, 8]);
    let df = from_array(&x, ());
    let small = RunOptions::default().memory_limit(24 << 20).threads(2);
    let means = df.filter(col("0").gt(0.5)).mean(["1"]).compute_with(&small).unwrap();
    let mean = means.values::<f64>("1").unwrap()[0];
    assert!((mean - 0.5).abs() < 1e-2, "{mean}");
    let back = df.to_array::<f64>(["0", "1"]);
    let total = back.sum(..).compute_with(&small).unwrap().sum();
    let want = x.slice(da::s![.., ..2]).sum(..).item().unwrap();
    assert!((total - want).abs() < 1e-6 * want, "{total} {want}");
}
