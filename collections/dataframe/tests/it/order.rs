//! The order of rows: what a sort gave must still hold after steps above it.

use std::fmt::Write;

use swath_dataframe::{Collection, DataFrame, Keep, SqlContext, col, concat, from_columns, read_csv};

const ROWS: i64 = 9_999;

/// `x` is a shuffle of `0..ROWS`, `k` is `x` modulo 3.
fn shuffled() -> DataFrame {
    let x: Vec<i64> = (0..ROWS).map(|i| i * 7919 % ROWS).collect();
    let k: Vec<i64> = x.iter().map(|x| x % 3).collect();
    from_columns([("x", x), ("k", k)])
}

fn column(df: &DataFrame, name: &str) -> Vec<i64> {
    df.compute().unwrap().values(name).unwrap()
}

#[test]
fn the_order_of_a_sort_holds_through_later_steps() {
    let down = shuffled().sort_values(col("x").desc());
    let steps = [
        down.select(["k", "x"]),
        down.filter(col("x").ge(0)),
        down.with_column("y", col("x") * 2).drop("y"),
        down.select(["x", "k"]).filter(col("x").ge(0)).rename([("x", "y")]).rename([("y", "x")]),
        down.tail(ROWS as usize).select(["k", "x"]),
    ];
    for df in &steps {
        assert_eq!(column(&df.tail(2), "x"), [1, 0]);
        assert_eq!(column(&df.head(5).tail(2), "x"), [ROWS - 4, ROWS - 5]);
        assert_eq!(column(&df.select(["x", "k"]).head(5).tail(3).tail(2), "x"), [ROWS - 4, ROWS - 5]);
        assert_eq!(column(&df.drop_duplicates_by("k", Keep::First), "x"), [ROWS - 1, ROWS - 2, ROWS - 3]);
        assert_eq!(column(&df.groupby("k").first("x"), "x"), [ROWS - 3, ROWS - 2, ROWS - 1]);
        assert_eq!(column(&df.groupby("k").last("x"), "x"), [0, 1, 2]);
        assert_eq!(column(&df.groupby("k").head(1), "x"), [ROWS - 1, ROWS - 2, ROWS - 3]);
        assert_eq!(column(&df.groupby("k").tail(1), "x"), [2, 1, 0]);
        let firsts = df.with_column("f", col("x").first().over("k"));
        assert_eq!(column(&firsts.head(4), "x"), [ROWS - 1, ROWS - 2, ROWS - 3, ROWS - 4]);
        assert_eq!(column(&firsts.tail(3), "f"), [ROWS - 1, ROWS - 2, ROWS - 3]);
        assert_eq!(column(&firsts.groupby("k").tail(1), "f"), [ROWS - 1, ROWS - 2, ROWS - 3]);
        assert_eq!(column(&firsts.drop_duplicates_by("k", Keep::Last), "f"), [ROWS - 1, ROWS - 2, ROWS - 3]);
        let first = df.with_column("f", col("x").first().over(())).with_column("n", col("x").sum().over(()));
        assert_eq!(column(&first.tail(2), "x"), [1, 0]);
        assert_eq!(column(&first.tail(2), "f"), [ROWS - 1, ROWS - 1]);
    }
}

#[test]
fn a_window_sees_the_rows_of_a_source_in_order() {
    let df =
        shuffled().with_column("f", col("x").first().over("k")).with_column("l", col("x").last().over("k"));
    let x = column(&shuffled(), "x");
    let (first, last) = (column(&df, "f"), column(&df, "l"));
    for k in 0..3 {
        let of = |v: &[i64]| x.iter().zip(v).find(|(x, _)| **x % 3 == k).map(|(_, v)| *v);
        assert_eq!(of(&first), x.iter().find(|x| **x % 3 == k).copied());
        assert_eq!(of(&last), x.iter().rev().find(|x| **x % 3 == k).copied());
    }
}

#[test]
fn no_rows_of_the_end() {
    let df = shuffled();
    for none in [df.tail(0), df.nlargest(0, "x"), df.nsmallest(0, "x"), df.sort_values("x").tail(0)] {
        assert_eq!(none.compute().unwrap().num_rows(), 0);
    }
}

#[test]
fn frames_below_each_other_keep_their_order() {
    let last = from_columns([("x", vec![-1_i64]), ("k", vec![9_i64])]);
    let few = from_columns([("x", vec![0_i64, 1, 2]), ("k", vec![0_i64, 1, 2])]);
    let x: Vec<i64> = (3..100_000).collect();
    let many = from_columns([("x", x)]).with_column("k", col("x") % 3);
    let all = concat([&many, &few, &last]);
    assert_eq!(column(&all.tail(4), "x"), [0, 1, 2, -1]);
    assert_eq!(column(&all.groupby("k").last("x"), "x"), [0, 1, 2, -1]);
}

#[test]
fn statements_over_a_table_in_order_read_it_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.csv");
    let mut text = "k,x\n".to_owned();
    for i in 0..300_000 {
        writeln!(text, "{},{i}", i % 2).unwrap();
    }
    std::fs::write(&path, text).unwrap();
    let context = SqlContext::new();
    let firsts = read_csv(&path).blocksize(1 << 14).groupby(["k"]).first(["x"]);
    context.register("firsts", &firsts).unwrap();
    let out = dir.path().join("out.csv");
    for _ in 0..5 {
        let copy = format!("COPY (SELECT * FROM firsts) TO '{}'", out.display());
        context.sql(&copy).compute().unwrap();
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "k,x\n0,0\n1,1\n");
        let made = "CREATE OR REPLACE TABLE t AS SELECT * FROM firsts; SELECT * FROM t ORDER BY k";
        assert_eq!(column(&context.sql(made), "x"), [0, 1]);
        let view = "CREATE OR REPLACE VIEW v AS SELECT * FROM firsts; SELECT * FROM v ORDER BY k";
        assert_eq!(column(&context.sql(view), "x"), [0, 1]);
    }
}
