//! Expressions whose meaning is a formula that names its operands more than once, and many expressions at once.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int32Array, UInt8Array};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use swath_dataframe::{Collection, Expr, col, from_batches, from_columns, lit};

#[test]
fn a_formula_in_a_formula_stays_as_small_as_it_is_written() {
    // Written out, the operands double (at least) at each of the steps.
    let nested = |step: fn(Expr) -> Expr| (0..40).fold(col("x"), |x, _| step(x));
    let df = from_columns([("x", vec![7.25, -7.5])]);
    for (expr, wanted) in [
        (nested(|x| x.floor_div(1)), [7.0, -8.0]),
        (nested(|x| x.modulo(10)), [7.25, 2.5]),
        (nested(|x| x.clip(-3, 5)), [5.0, -3.0]),
        (nested(|x| x.round()), [7.0, -8.0]),
        (nested(|x| x.round_to(1)), [7.2, -7.5]),
        (nested(|x| x.fillna(0.0)), [7.25, -7.5]),
    ] {
        assert_eq!(df.select(expr.alias("y")).compute().unwrap().values::<f64>("y").unwrap(), wanted);
    }
    let whole = from_columns([("x", vec![1_000_000_i64, -1_000_000])]);
    let halves = (0..10).fold(col("x"), |x, _| x.floor_div(2)).alias("y");
    assert_eq!(whole.select(halves).compute().unwrap().values::<i64>("y").unwrap(), [976, -977]);
    let text = df.select(nested(|x| x.floor_div(1)).alias("y")).explain().unwrap();
    assert!(text.len() < 20_000, "{} characters", text.len());
}

#[test]
fn formulas_keep_types_and_missing_values() {
    let small: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None, Some(-7)]));
    let unsigned: ArrayRef = Arc::new(UInt8Array::from(vec![Some(7), Some(0), None]));
    let decimal = Decimal128Array::from(vec![Some(755), None, Some(-755)]).with_precision_and_scale(10, 2);
    let decimal: ArrayRef = Arc::new(decimal.unwrap());
    let batch = RecordBatch::try_from_iter([("i", small), ("u", unsigned), ("d", decimal)]).unwrap();
    let df = from_batches(vec![batch]);
    let table = df
        .select((
            col("i").floor_div(col("u")).alias("quotient"),
            col("i").modulo(2).alias("rest"),
            col("i").clip(0, 3).alias("clipped"),
            col("d").modulo(2).cast(DataType::Float64).round_to(2).alias("decimal"),
            lit(7).floor_div(2).alias("literal"),
            lit(7).floor_div(Option::<i64>::None).cast(DataType::Int64).alias("nothing"),
        ))
        .compute()
        .unwrap();
    assert_eq!(table.optional_values::<i64>("quotient").unwrap(), [Some(1), None, None]);
    assert_eq!(table.optional_values::<i64>("rest").unwrap(), [Some(1), None, Some(1)]);
    assert_eq!(table.optional_values::<i64>("clipped").unwrap(), [Some(3), None, Some(0)]);
    assert_eq!(table.optional_values::<f64>("decimal").unwrap(), [Some(1.55), None, Some(0.45)]);
    assert_eq!(table.values::<i64>("literal").unwrap(), [3, 3, 3]);
    assert_eq!(table.optional_values::<i64>("nothing").unwrap(), [None, None, None]);
}

#[test]
fn many_aggregates_find_their_own_results() {
    let names: Vec<String> = (0..50).map(|i| format!("c{i}")).collect();
    let wide = from_columns(names.iter().enumerate().map(|(i, name)| (name.as_str(), vec![i as i64, 0])));
    let aggregates: Vec<Expr> = names
        .iter()
        .map(|name| (col(name).sum() - col(name).max() + col("c1").sum()).alias(format!("{name}_all")))
        .chain(names.iter().map(|name| col(name).sum()))
        .collect();
    let table = wide.agg(aggregates).compute().unwrap();
    for (i, name) in names.iter().enumerate() {
        assert_eq!(table.values::<i64>(&format!("{name}_all")).unwrap(), [1]);
        assert_eq!(table.values::<i64>(&format!("{name}_sum")).unwrap(), [i as i64]);
    }
}

#[test]
fn a_wide_frame_is_described() {
    let names: Vec<String> = (0..60).map(|i| format!("c{i}")).collect();
    let columns = names.iter().enumerate();
    let wide = from_columns(columns.map(|(i, name)| (name.as_str(), vec![i as f64, i as f64 + 2.0])));
    let table = wide.describe().compute().unwrap();
    assert_eq!(table.num_rows(), 8);
    for (i, name) in names.iter().enumerate() {
        let found = table.values::<f64>(name).unwrap();
        let (low, mid) = (i as f64, i as f64 + 1.0);
        assert_eq!(found[..2], [2.0, mid]);
        assert_eq!(found[3..], [low, low + 0.5, mid, low + 1.5, low + 2.0]);
    }
}
