//! Queries in parts and in one piece.

use std::sync::LazyLock;

use swath::prelude::*;
use swath::{LocalCluster, SqlContext};

use super::data::{is_split, rows, write};
use crate::loopback::over_workers;

/// Queries that run in parts and whose rows come in any order.
const ANY_ORDER: &[&str] = &[
    "SELECT k, count(*) AS c, count(x) AS cx, sum(n) AS sn, sum(x) AS sx, avg(x) AS ax FROM t GROUP BY k",
    "SELECT k, min(x) AS a, max(x) AS b, min(s) AS c, max(s) AS d, min(d) AS e, max(d) AS f FROM t GROUP BY k",
    "SELECT k, stddev(x) AS a, stddev_pop(x) AS b, var(x) AS c, var_pop(x) AS d FROM t GROUP BY k",
    "SELECT k, corr(x, n) AS a, covar_samp(x, n) AS b, regr_slope(x, n) AS c FROM t GROUP BY k",
    "SELECT s, median(x) AS a, median(n) AS b, approx_distinct(k) AS c FROM t GROUP BY s",
    "SELECT s, count(DISTINCT k) AS a, count(DISTINCT d) AS b, sum(DISTINCT k) AS c FROM t GROUP BY s",
    "SELECT k, count(DISTINCT s) AS a FROM t GROUP BY k",
    "SELECT k, bool_and(n > 5) AS a, bool_or(x > 90) AS b, bit_xor(n) AS c, bit_or(n) AS d FROM t GROUP BY k",
    "SELECT k, sum(n) FILTER (WHERE x > 0) AS a, count(*) FILTER (WHERE s = 'ann') AS b FROM t GROUP BY k",
    "SELECT count(*) AS a, sum(n) AS b, avg(x) AS c, median(x) AS d, count(DISTINCT s) AS e FROM t WHERE n >= 0",
    "SELECT count(*) AS a, sum(n) AS b, max(s) AS c, avg(x) AS d FROM t WHERE n < 0",
    "SELECT k, sum(x) AS a FROM t WHERE n < 0 GROUP BY k",
    "SELECT k, count(*) AS c FROM t GROUP BY k HAVING count(*) > 20 AND sum(n) > 100",
    "SELECT k, s, sum(big) AS a FROM t WHERE x IS NOT NULL GROUP BY k, s",
    "SELECT date_trunc('month', d) AS m, avg(x) AS a FROM t GROUP BY date_trunc('month', d)",
    "SELECT CAST(d AS DATE) AS day, count(*) AS a FROM t GROUP BY CAST(d AS DATE)",
    "SELECT extract(month FROM d) AS m, count(*) AS c FROM t GROUP BY extract(month FROM d)",
    "SELECT arrow_cast(s, 'Dictionary(Int32, Utf8)') AS q, sum(n) AS a FROM t GROUP BY arrow_cast(s, 'Dictionary(Int32, Utf8)')",
    "SELECT CASE WHEN n % 3 = 0 THEN CAST('NaN' AS DOUBLE) WHEN n % 3 = 1 THEN -0.0 ELSE x END AS q, count(*) AS c FROM t GROUP BY 1",
    "SELECT n % 5 AS q, n % 2 = 0 AS r, min(upper(s)) AS a FROM t GROUP BY n % 5, n % 2 = 0",
    "SELECT DISTINCT k FROM t",
    "SELECT DISTINCT s, n % 3 AS r FROM t WHERE k IN (1, 3, 5) OR s LIKE 'a%'",
    "SELECT k, s, sum(n) AS a FROM t GROUP BY ROLLUP (k, s)",
    "SELECT k, s, sum(n) AS a FROM t GROUP BY GROUPING SETS ((k), (s), ())",
    "SELECT avg(c) AS a, max(c) AS b FROM (SELECT k, count(*) AS c FROM t GROUP BY k)",
    "SELECT k, sum(n) AS a, rank() OVER (ORDER BY sum(n) DESC, k) AS r FROM t GROUP BY k",
    "SELECT c, count(*) AS q FROM (SELECT k, s, count(*) AS c FROM t GROUP BY k, s) GROUP BY c",
];

/// Queries that run in parts and whose rows come in one order.
const ORDERED: &[&str] = &[
    "SELECT n, x * 2 AS y, upper(s) AS u, coalesce(k, -1) AS q FROM t WHERE x > 0",
    "SELECT * FROM t WHERE n % 3 = 0",
    "SELECT * FROM t WHERE n < 0",
    "SELECT n, s FROM t WHERE n % 3 = 0 LIMIT 17",
    "SELECT n, s FROM t WHERE n % 3 = 0 LIMIT 9 OFFSET 12",
    "SELECT n FROM t WHERE n > 340 LIMIT 100",
    "SELECT n, x FROM t ORDER BY n DESC LIMIT 7",
    "SELECT n, x FROM t WHERE x IS NOT NULL ORDER BY x, n LIMIT 12 OFFSET 3",
    "SELECT k, sum(n) AS a FROM t GROUP BY k ORDER BY a DESC, k LIMIT 4",
    "SELECT k, avg(x) AS a FROM t GROUP BY k ORDER BY k NULLS FIRST",
    "SELECT s, count(*) AS c FROM t GROUP BY s HAVING count(*) > 3 ORDER BY c DESC, s LIMIT 2 OFFSET 1",
];

/// Queries that run in one piece, with their reasons.
const WHOLE: &[(&str, &str)] = &[
    ("SELECT a.n, b.s FROM t a JOIN t b ON a.n = b.n + 1 ORDER BY a.n", "a join"),
    ("SELECT n, x FROM t ORDER BY x, n", "a sort"),
    ("SELECT n, sum(x) OVER (PARTITION BY k ORDER BY n) AS c FROM t ORDER BY n", "a window function"),
    ("SELECT n FROM t UNION ALL SELECT n + 1 FROM t ORDER BY n", "a concatenation"),
    ("SELECT k, first_value(x ORDER BY n) AS a FROM t GROUP BY k ORDER BY k", "the order of rows"),
    (
        "SELECT k, percentile_cont(0.25) WITHIN GROUP (ORDER BY n) AS a FROM t GROUP BY k ORDER BY k",
        "the order of rows",
    ),
    ("SELECT n FROM t LIMIT 5", "the first rows"),
    ("SELECT n FROM t WHERE n > (SELECT avg(n) FROM t) ORDER BY n LIMIT 3", "subquery"),
];

struct Files {
    _folder: tempfile::TempDir,
    contexts: Vec<(&'static str, SqlContext)>,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let at = |what: &str| format!("{}/{what}", folder.path().display());
    let frames = [
        ("csv", dd::read_csv(at("csv/*.csv")).frame()),
        ("parquet", dd::read_parquet(at("parquet/*.parquet")).frame()),
        ("ndjson", dd::read_json(at("ndjson/*.ndjson")).frame()),
    ];
    let contexts = frames.map(|(kind, frame)| {
        let context = SqlContext::new();
        context.register("t", &frame).unwrap();
        (kind, context)
    });
    Files { contexts: contexts.into(), _folder: folder }
});

/// The answer's rows, sorted where their order is arbitrary.
fn answer(frame: &dd::DataFrame, ordered: bool) -> Vec<String> {
    let mut all = rows(&frame.compute().unwrap_or_else(|e| panic!("{e}\n{}", frame.explain().unwrap())));
    if !ordered {
        all.sort();
    }
    all
}

/// What a query does in parts that it does not do in one piece.
fn difference(frame: &dd::DataFrame, ordered: bool, here: &[String]) -> Option<String> {
    let text = || frame.explain().unwrap();
    if !is_split(frame) {
        return Some(text());
    }
    match frame.compute() {
        Err(error) => Some(format!("{error}\n{}", text())),
        Ok(table) => {
            let mut there = rows(&table);
            if !ordered {
                there.sort();
            }
            (there != here).then(|| format!("there {there:?}\nhere {here:?}"))
        }
    }
}

/// All queries with the files of all kinds, `there` beside here.
fn compare(there: impl Fn(&mut dyn FnMut())) {
    let queries = ANY_ORDER.iter().map(|q| (q, false)).chain(ORDERED.iter().map(|q| (q, true)));
    let mut wrong = Vec::new();
    for (query, ordered) in queries {
        for (kind, context) in &FILES.contexts {
            let frame = context.sql(query);
            assert!(!is_split(&frame), "this process shares plans out by itself");
            let here = answer(&frame, ordered);
            there(&mut || {
                if let Some(difference) = difference(&frame, ordered, &here) {
                    wrong.push(format!("{kind}: {query}\n{difference}"));
                }
            });
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn two_pretended_workers() {
    compare(|body| over_workers(2, 2, body));
}

#[test]
fn three_pretended_workers_of_three_threads() {
    compare(|body| over_workers(3, 9, body));
}

#[test]
fn two_workers_and_three() {
    for workers in [2, 3] {
        let cluster = LocalCluster::builder().workers(workers).start().unwrap();
        let client = cluster.client().unwrap();
        compare(|body| client.scope(body));
    }
}

#[test]
fn what_cannot_be_cut_is_left_whole_and_says_why() {
    for (query, reason) in WHOLE {
        for (kind, context) in &FILES.contexts {
            let frame = context.sql(query);
            let here = answer(&frame, true);
            over_workers(3, 6, || {
                let text = frame.explain().unwrap();
                assert!(!is_split(&frame) && text.contains(reason), "{kind}: {query}\n{text}");
                assert_eq!(answer(&frame, true), here, "{kind}: {query}");
            });
        }
    }
}

#[test]
fn one_file_and_more_workers_than_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.csv");
    std::fs::write(&path, "a,b\n1,2\n1,3\n2,5\n").unwrap();
    let sums = dd::read_csv(path.to_str().unwrap()).groupby("a").sum("b").sort_values("a");
    over_workers(4, 8, || {
        assert!(!is_split(&sums));
        assert_eq!(sums.compute().unwrap().values::<i64>("b").unwrap(), [5, 5]);
    });
    std::fs::write(folder.path().join("two.csv"), "a,b\n2,7\n").unwrap();
    let all = format!("{}/*.csv", folder.path().display());
    let sums = dd::read_csv(all).groupby("a").sum("b").sort_values("a");
    over_workers(4, 8, || {
        assert!(is_split(&sums));
        assert_eq!(sums.compute().unwrap().values::<i64>("b").unwrap(), [5, 12]);
    });
    over_workers(1, 8, || assert!(!is_split(&sums)));
}
