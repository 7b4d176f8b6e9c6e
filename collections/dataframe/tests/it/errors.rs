//! Bad calls: a clear error with the caller's line, and never a panic.

use swath_dataframe::{
    Collection, DataFrame, Error, ErrorKind, Merge, col, concat, from_batches, from_columns,
};

fn df() -> DataFrame {
    from_columns([("user_id", vec![1, 2]), ("value", vec![3, 4])])
}

fn error(df: DataFrame) -> Error {
    let error = df.compute().unwrap_err();
    assert_eq!(df.schema().unwrap_err().kind(), error.kind(), "the schema tells the same");
    error
}

#[test]
fn an_unknown_column_is_named_with_its_neighbours_and_the_line() {
    let line = line!() + 1;
    let poisoned = df().groupby(["usr_id"]).mean(["value"]);
    let e = error(poisoned.head(1).filter(col("x").gt(1)));
    assert_eq!(e.kind(), ErrorKind::UnknownColumn);
    assert_eq!(e.help(), Some("did you mean 'user_id'?"));
    assert!(e.to_string().contains(&format!("errors.rs:{line}")), "{e}");
}

#[test]
fn every_builder_refuses_unknown_columns() {
    let d = df();
    for bad in [
        d.select("nope"),
        d.drop("nope"),
        d.rename([("nope", "x")]),
        d.with_column("y", col("nope") + 1),
        d.filter(col("nope").gt(1)),
        d.sort_values("nope"),
        d.groupby("nope").size(),
        d.groupby("value").sum("nope"),
        d.sum("nope"),
        d.drop_duplicates_by("nope", swath_dataframe::Keep::First),
        d.dropna_by(swath_dataframe::DropNa::any().subset("nope")),
        d.merge(&df(), "nope"),
        d.query("nope > 1"),
        d.astype([("nope", "int64")]),
    ] {
        assert_eq!(error(bad).kind(), ErrorKind::UnknownColumn);
    }
}

#[test]
fn wrong_types_are_named() {
    let text = from_columns([("s", vec!["a", "b"])]);
    assert_eq!(error(text.mean("s")).kind(), ErrorKind::TypeMismatch);
    assert_eq!(error(text.select(col("s") * 2)).kind(), ErrorKind::TypeMismatch);
    assert_eq!(error(text.filter(col("s"))).kind(), ErrorKind::TypeMismatch);
    assert_eq!(error(text.filter(col("s").gt(1))).kind(), ErrorKind::TypeMismatch);
    assert_eq!(error(df().select(col("value").str().lower())).kind(), ErrorKind::TypeMismatch);
    assert_eq!(error(df().select(col("value").fillna("x"))).kind(), ErrorKind::TypeMismatch);
    assert_eq!(
        error(concat([&text, &text.with_column("s", col("s").eq("a"))])).kind(),
        ErrorKind::SchemaMismatch
    );
    let digits = from_columns([("s", vec![1, 2])]);
    assert_eq!(error(concat([&digits, &text])).kind(), ErrorKind::SchemaMismatch);
    assert_eq!(error(digits.merge(&text, "s")).kind(), ErrorKind::TypeMismatch);
}

#[test]
fn wrong_calls_say_what_to_do() {
    let d = df();
    assert!(error(d.select(col("value").sum())).help().unwrap().contains("agg"));
    assert!(error(d.groupby("user_id").agg(col("value"))).help().unwrap().contains(".sum()"));
    assert!(error(d.groupby("user_id").agg([("value", "mena")])).help().unwrap().contains("'mean'"));
    assert_eq!(
        error(d.groupby("user_id").agg([col("value").sum(), col("value").sum()])).kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(error(d.merge(&df(), Merge::left_on("value"))).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(d.sample(1.5, 0)).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(d.quantile(2.0, [])).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(d.astype([("value", "nummer")])).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(from_batches(vec![])).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(concat([])).kind(), ErrorKind::InvalidArgument);
    let ragged = from_columns([("a", vec![1]), ("b", vec![1, 2])]);
    assert_eq!(error(ragged).kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn a_bad_value_is_an_error_of_the_run() {
    let text = from_columns([("s", vec!["1", "x"])]).astype([("s", "int64")]);
    assert!(text.schema().is_ok());
    assert_eq!(text.compute().unwrap_err().kind(), ErrorKind::InvalidData);
    let coerced =
        from_columns([("s", vec!["1", "x"])]).select(col("s").try_cast(arrow::datatypes::DataType::Int64));
    assert_eq!(coerced.compute().unwrap().optional_values::<i64>("s").unwrap(), [Some(1), None]);
}

#[test]
fn two_columns_of_one_name_are_refused_by_that_name() {
    let d = df();
    for (bad, name) in [
        (d.select(["value", "value"]), "value"),
        (d.select((col("value"), (col("user_id") + 1).alias("value"))), "value"),
        (d.rename([("user_id", "value")]), "value"),
        (d.rename([("user_id", "x"), ("value", "x")]), "x"),
        (d.with_columns([col("value").alias("y"), col("user_id").alias("y")]), "y"),
    ] {
        let e = error(bad);
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert_eq!(e.message(), format!("two columns would be called '{name}'"));
    }
    // Names may change places.
    let swapped = d.rename([("user_id", "value"), ("value", "user_id")]);
    assert_eq!(swapped.columns().unwrap(), ["value", "user_id"]);
}
