//! Dask's own answers, operation by operation (`tests/oracle/bag.py` wrote them).

use serde::Serialize;
use serde_json::Value;
use swath_bag::{self as db, Bag, TextOptions, json};
use swath_error::Result;
use swath_execute::Collection;

use crate::support::{close, partitions, value};

fn answers() -> Value {
    serde_json::from_str(include_str!("../oracle/bag.json")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> Option<usize> {
    value.as_u64().map(|n| n as usize)
}

/// The same value, or an error where Dask raises one.
fn same<T: Serialize>(case: &Value, what: &str, ours: Result<T>) {
    let dask = &case[what];
    match (dask.get("ok"), ours) {
        (Some(ok), Ok(ours)) => {
            let ours = value(ours);
            assert!(close(ok, &ours), "{}, {what}: Dask {ok}, swath {ours}", case["name"]);
        }
        (None, Err(_)) => {}
        (ok, ours) => {
            panic!("{}, {what}: Dask {ok:?} {dask}, swath {:?}", case["name"], ours.map(value));
        }
    }
}

#[test]
fn sequences_are_cut_as_dask_cuts_them() {
    for case in list(&answers()["from_sequence"]) {
        let n = number(&case["n"]).unwrap();
        let bag = match (number(&case["npartitions"]), number(&case["size"])) {
            (_, Some(size)) => db::from_sequence_partition_size(0..n, size),
            (Some(k), None) => db::from_sequence_npartitions(0..n, k),
            (None, None) => db::from_sequence(0..n),
        };
        let lengths = value(bag.map_partitions(|items| [items.len()]).compute().unwrap());
        assert_eq!(lengths, case["lengths"], "{case}");
    }
}

#[test]
fn ranges_are_cut_as_dask_cuts_them() {
    for case in list(&answers()["range"]) {
        let bag = db::range(case["n"].as_i64().unwrap(), number(&case["npartitions"]).unwrap());
        assert_eq!(value(partitions(&bag).unwrap()), case["partitions"]);
    }
}

#[test]
fn repartition_moves_items_as_dask_does() {
    for case in list(&answers()["repartition"]) {
        let n = number(&case["n"]).unwrap();
        let bag = db::from_sequence_npartitions(0..n, number(&case["from"]).unwrap());
        let bag = bag.repartition(number(&case["to"]).unwrap());
        assert_eq!(value(partitions(&bag).unwrap()), case["partitions"], "{case}");
    }
}

fn numbers() -> Vec<(Value, Bag<i64>)> {
    let cases = answers()["numbers"].as_array().unwrap().clone();
    let bag = |case: &Value| {
        let parts: Vec<Vec<i64>> = serde_json::from_value(case["parts"].clone()).unwrap();
        db::from_partitions(parts)
    };
    cases.into_iter().map(|case| (case.clone(), bag(&case))).collect()
}

#[test]
fn reductions() {
    for (case, bag) in numbers() {
        same(&case, "sum", bag.sum().compute());
        same(&case, "count", bag.count().compute());
        same(&case, "mean", bag.mean().compute());
        same(&case, "min", bag.min().compute());
        same(&case, "max", bag.max().compute());
        same(&case, "var", bag.var(0).compute());
        same(&case, "std1", bag.std(1).compute());
        same(&case, "any", bag.map(|x| x > 6).any().compute());
        same(&case, "all", bag.map(|x| x < 9).all().compute());
    }
}

#[test]
fn folds_and_the_shape_of_their_trees() {
    for (case, bag) in numbers() {
        same(&case, "fold", bag.reduce(|a, b| a + b).compute());
        let text = bag.map(|x| x.to_string());
        let initial = bag.fold(10, |a, x| a + x, |a, b| a + b);
        let nested = text.fold("i".to_string(), |a, x| format!("({a}{x})"), |a, b| format!("[{a}{b}]"));
        if case["name"] == "all empty" {
            // Dask raises a TypeError here; the initial value is the more useful answer.
            assert_eq!((initial.compute().unwrap(), nested.compute().unwrap()), (10, "i".to_string()));
        } else {
            same(&case, "fold_initial_10", initial.compute());
            same(&case, "fold_text", nested.compute());
        }
        let reduction =
            text.reduction(|part| format!("({})", part.join(" ")), |parts| format!("[{}]", parts.concat()));
        same(&case, "reduction_text", reduction.compute());
    }
}

#[test]
fn counting_and_ranking() {
    for (case, bag) in numbers() {
        same(&case, "frequencies", bag.frequencies().compute());
        same(&case, "frequencies_sorted", bag.frequencies_sorted().compute());
        same(&case, "topk3", bag.largest(3).compute());
        same(&case, "topk4_mod5", bag.topk(4, |x| x.rem_euclid(5)).compute());
        same(&case, "distinct", bag.distinct().compute());
        same(&case, "distinct_mod3", bag.distinct_by(|x| x.rem_euclid(3)).compute());
    }
}

#[test]
fn by_key() {
    for (case, bag) in numbers() {
        let add = |a: i64, b: i64| a + b;
        let key = |x: &i64| x.rem_euclid(3);
        same(&case, "foldby", bag.reduceby(key, add).compute());
        same(&case, "foldby_initial_10", bag.foldby(key, 10, add, add).compute());
        same(&case, "foldby_combine_initial", bag.foldby_with(key, 10, add, add, 100).compute());
        for into in [1, 3, 70] {
            let groups = bag.groupby_into(into, |x| x.rem_euclid(4)).compute().map(|mut groups| {
                for (_, items) in &mut groups {
                    items.sort_unstable();
                }
                groups.sort_unstable();
                groups
            });
            same(&case, "groupby", groups);
        }
    }
}

#[test]
fn running_folds() {
    for (case, bag) in numbers() {
        let items = partitions(&bag.accumulate_items(|a, x| a + x));
        if case["accumulate"].get("ok").is_some() {
            same(&case, "accumulate", items);
        } else {
            // Dask fails when the first partition is empty.
            assert_eq!(
                items.unwrap(),
                [vec![], vec![4, 5], vec![], vec![6, 13, 20], vec![]] as [Vec<i64>; 5]
            );
        }
        same(&case, "accumulate_initial", partitions(&bag.accumulate(-1, |a, x| a + x)));
    }
}

#[test]
fn item_by_item() {
    for (case, bag) in numbers() {
        same(&case, "take2", bag.take(2));
        same(&case, "map_filter", partitions(&bag.map(|x| x * 3).filter(|x| x % 2 == 0)));
        same(&case, "remove", partitions(&bag.remove(|x| *x > 3)));
        let repeated = bag.map(|x| vec![x; x.rem_euclid(3) as usize]);
        same(&case, "flatten", partitions(&repeated.flatten()));
        same(&case, "flatten", partitions(&bag.flat_map(|x| vec![x; x.rem_euclid(3) as usize])));
    }
}

#[test]
fn several_bags() {
    for (case, bag) in numbers() {
        let joined = bag.join([1i64, 2, 3, 12, 13], |x| x.rem_euclid(10), |y| y % 10);
        // Dask uses the same key function on both sides.
        same(&case, "join", joined.compute());
        let other = db::from_partitions(vec![vec![1], vec![2, 3]]);
        same(&case, "product", partitions(&bag.product(&other)));
        let nines = (0..bag.npartitions().unwrap()).map(|i| vec![9; i % 4]).collect();
        same(&case, "zip", partitions(&bag.zip(&db::from_partitions(nines))));
    }
}

#[test]
fn json_members() {
    let case = &answers()["json"];
    let records: Vec<String> = serde_json::from_value(case["records"].clone()).unwrap();
    let bag = db::from_sequence_npartitions(records, 2).map(json::loads);
    let same = |what: &str, bag: Bag<db::Json>| {
        let ours = value(bag.compute().unwrap());
        assert!(close(&ours, &case[what]), "{what}: {ours}");
    };
    same("n", bag.pluck("n"));
    same("ab", bag.pluck("a").pluck("b"));
    same("l_last", bag.pluck("l").pluck(-1));
    same("default", bag.pluck_or("zz", 0));
    same("l9_default", bag.pluck("l").pluck_or(9, db::Json::Null));
    let counts = value(bag.pluck("a").pluck("b").frequencies().compute().unwrap());
    assert!(close(&counts, &case["ab_frequencies"]), "{counts}");
    assert!(bag.pluck("zz").compute().unwrap_err().to_string().contains("\"zz\""));
    assert!(bag.pluck("n").pluck_or("q", 0).compute().is_err());
}

#[test]
fn text_files_are_cut_as_dask_cuts_them() {
    let dir = tempfile::tempdir().unwrap();
    for (i, case) in list(&answers()["text"]).iter().enumerate() {
        let path = dir.path().join(format!("{i}.txt"));
        let text = case["text"].as_str().unwrap();
        std::fs::write(&path, text).unwrap();
        let options = TextOptions::default().line_ends(true);
        let options = match case["blocksize"].as_u64() {
            Some(size) => options.blocksize(size),
            None => options,
        };
        let dask: Vec<Vec<String>> = serde_json::from_value(case["partitions"].clone()).unwrap();
        let ours = partitions(&db::read_text_with(&path, &options)).unwrap();
        // Python turns "\r\n" into "\n" before it sees lines.
        let ours: Vec<Vec<String>> =
            ours.into_iter().map(|p| p.into_iter().map(|l| l.replace('\r', "")).collect()).collect();
        assert_eq!(ours, dask, "{} {}", case["name"], case["blocksize"]);
    }
}

#[test]
fn text_files_are_written_as_dask_writes_them() {
    for case in list(&answers()["to_text_files"]) {
        let dir = tempfile::tempdir().unwrap();
        let n = case["n"].as_u64().unwrap();
        let items = (0..2 * n).map(|i| format!("item {i}"));
        let target = format!("{}/new/part-*.txt", dir.path().display());
        let paths = db::from_sequence_partition_size(items, 2).to_text_files(target).unwrap();
        let written: Vec<(String, String)> = paths
            .iter()
            .map(|p| {
                (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(p).unwrap())
            })
            .collect();
        assert_eq!(value(written), case["files"]);
    }
}
