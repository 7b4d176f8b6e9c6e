//! Input frames and expected tables, as `tests/oracle/make_pandas.py` wrote them.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, TimeUnit};
use serde_json::Value;
use swath_dataframe::{Collection, DataFrame, Table, from_columns};

static PANDAS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../oracle/pandas.json")).unwrap());

/// How missing floats are written in an input frame: both must give the same answers.
#[derive(Clone, Copy, PartialEq)]
pub enum Missing {
    Null,
    NaN,
}

pub const BOTH: [Missing; 2] = [Missing::Null, Missing::NaN];

/// An input frame.
pub fn frame(name: &str, missing: Missing) -> DataFrame {
    let columns = PANDAS["frames"][name].as_array().unwrap();
    from_columns(columns.iter().map(|c| (c[0].as_str().unwrap(), input(&c[1], &c[2], missing))))
}

fn input(kind: &Value, values: &Value, missing: Missing) -> ArrayRef {
    let values = values.as_array().unwrap();
    match kind.as_str().unwrap() {
        "int64" => Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>()),
        "float64" => {
            let lost = (missing == Missing::NaN).then_some(f64::NAN);
            Arc::new(values.iter().map(|v| v.as_f64().or(lost)).collect::<Float64Array>())
        }
        "bool" => Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>()),
        "str" => Arc::new(values.iter().map(Value::as_str).collect::<StringArray>()),
        "datetime64" => {
            let text: ArrayRef = Arc::new(values.iter().map(Value::as_str).collect::<StringArray>());
            cast(&text, &DataType::Timestamp(TimeUnit::Nanosecond, None)).unwrap()
        }
        other => panic!("no input of type {other}"),
    }
}

/// A cell as the two sides can be compared: a number, or text.
#[derive(Clone, Debug)]
enum Cell {
    Missing,
    Number(f64),
    Text(String),
}

impl Cell {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missing, Self::Missing) => true,
            (Self::Number(a), Self::Number(b)) => {
                a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
            }
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

fn expected(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Missing,
        Value::Bool(b) => Cell::Number(f64::from(u8::from(*b))),
        Value::Number(n) => Cell::Number(n.as_f64().unwrap()),
        Value::String(s) => Cell::Text(s.clone()),
        Value::Object(o) => Cell::Number(o["float"].as_str().unwrap().parse().unwrap()),
        Value::Array(_) => panic!("lists are compared by their own tests"),
    }
}

fn found(table: &Table, name: &str) -> Vec<Cell> {
    let column = table.column(name).unwrap();
    if column.data_type().is_numeric() || *column.data_type() == DataType::Boolean {
        let numbers = cast(&column, &DataType::Float64).unwrap();
        let numbers = numbers.as_primitive::<Float64Type>();
        return numbers
            .iter()
            .map(|v| v.filter(|v| !v.is_nan()).map_or(Cell::Missing, Cell::Number))
            .collect();
    }
    let text = cast(&column, &DataType::Utf8).unwrap();
    text.as_string::<i32>().iter().map(|v| v.map_or(Cell::Missing, |v| Cell::Text(v.to_owned()))).collect()
}

/// Compares a frame with pandas' table of this name, row by row.
pub fn check(name: &str, df: &DataFrame) {
    compare(name, df, true);
}

/// Compares as [`check`], for frames whose order is arbitrary.
pub fn check_any_order(name: &str, df: &DataFrame) {
    compare(name, df, false);
}

fn compare(name: &str, df: &DataFrame, ordered: bool) {
    let case = &PANDAS["cases"][name];
    let case = case.as_array().unwrap_or_else(|| panic!("there is no case {name}"));
    let table = df.compute().unwrap_or_else(|e| panic!("{name}: {e}"));
    let columns: Vec<&str> = case.iter().map(|c| c[0].as_str().unwrap()).collect();
    assert_eq!(table.column_names(), columns, "{name}: columns");
    let rows_of = |columns: Vec<Vec<Cell>>| {
        let rows = columns.first().map_or(0, Vec::len);
        let mut rows: Vec<Vec<Cell>> =
            (0..rows).map(|r| columns.iter().map(|c| c[r].clone()).collect()).collect();
        if !ordered {
            rows.sort_by_key(|row| format!("{row:?}"));
        }
        rows
    };
    let want =
        rows_of(case.iter().map(|c| c[1].as_array().unwrap().iter().map(expected).collect()).collect());
    let have = rows_of(columns.iter().map(|c| found(&table, c)).collect());
    let same = want.len() == have.len()
        && want.iter().zip(&have).all(|(w, h)| w.iter().zip(h).all(|(w, h)| w.same(h)));
    assert!(same, "{name}:\nwanted {want:?}\nfound  {have:?}\n{table}");
}
