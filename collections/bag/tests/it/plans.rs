//! Rewriting, laziness, sharing, persisting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_bag::{self as db, json};
use swath_execute::{Collection, compute_all};

use crate::support::partitions;

#[test]
fn a_pluck_moves_into_the_parse() {
    let records = db::from_sequence([r#"{"a": {"b": "x"}, "c": 1}"#.to_string()]);
    let top = records.map(json::loads).pluck("a").pluck("b").frequencies().topk(3, db::by_count);
    let text = top.explain().unwrap();
    let rewritten = text.split("rewritten").nth(1).unwrap();
    assert!(text.contains("pluck(\"b\")"), "{text}");
    assert!(
        rewritten.contains(r#"map(json::loads, only "a" → "b")"#) && !rewritten.contains("pluck"),
        "{text}"
    );
    assert_eq!(top.compute().unwrap(), [(db::Json::from("x"), 1)]);
}

#[test]
fn a_chain_is_one_task_per_partition_and_makes_no_items_it_does_not_need() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let bag = db::range(1000, 2).map(move |x| {
        counter.fetch_add(1, Ordering::Relaxed);
        x
    });
    let chain = bag.filter(|x| x % 2 == 0).flat_map(|x| [x, x]).map(|x| x + 1);
    assert_eq!(chain.graph().unwrap().len(), 2);
    assert_eq!(made.load(Ordering::Relaxed), 0);
    assert_eq!(chain.take(3).unwrap(), [1, 1, 3]);
    assert_eq!(made.load(Ordering::Relaxed), 3);
}

#[test]
fn shared_work_is_done_once() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let bag = db::range(10, 2).map(move |x| {
        counter.fetch_add(1, Ordering::Relaxed);
        x
    });
    let counts = bag.frequencies();
    let (a, b) = compute_all((&counts.count(), &counts.largest(1))).unwrap();
    assert_eq!((a, b), (10, vec![(9, 1)]));
    assert_eq!(calls.load(Ordering::Relaxed), 10);
    let kept = bag.persist().unwrap();
    assert_eq!((kept.sum().compute().unwrap(), kept.max().compute().unwrap()), (45, 9));
    assert_eq!(calls.load(Ordering::Relaxed), 20);
    assert_eq!(kept.npartitions().unwrap(), 2);
}

#[test]
fn one_bag_in_several_places() {
    let x = db::from_sequence_npartitions((0..20).map(f64::from), 3);
    let centred = x.map_with(&x.mean(), |x, mean| x - mean);
    assert!(centred.sum().compute().unwrap().abs() < 1e-12);
    let both = x.zip_exact(&centred).map(|(x, c)| x - c);
    assert!(both.compute().unwrap().iter().all(|m| (m - 9.5).abs() < 1e-12));
    let twice = db::concat([x.clone(), x.persist().unwrap(), centred]).repartition(2);
    assert_eq!(partitions(&twice).unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [27, 33]);
}

#[test]
fn many_inputs_under_an_early_end() {
    // Each neighbour of `repartition` ends early: the blocks it did not read must not go to the next one.
    let pairs = db::range(12, 4).persist().unwrap().zip(&db::range(8, 4).persist().unwrap());
    let firsts = pairs.repartition(2);
    assert_eq!(firsts.take(3).unwrap(), [(0, 0), (1, 1), (3, 2)]);
    assert_eq!(firsts.count().compute().unwrap(), 8);
}

#[test]
fn samples_are_repeatable_and_near_their_size() {
    let bag = db::range(10_000, 5);
    let a = bag.random_sample(0.3, Some(1)).compute().unwrap();
    assert_eq!(a, bag.random_sample(0.3, Some(1)).compute().unwrap());
    assert_ne!(a, bag.random_sample(0.3, Some(2)).compute().unwrap());
    assert!((2800..3200).contains(&a.len()), "{}", a.len());
    assert_eq!(bag.random_sample(0.0, None).count().compute().unwrap(), 0);
    assert_eq!(bag.random_sample(1.0, None).count().compute().unwrap(), 10_000);
}

#[test]
fn items_of_any_type() {
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Person {
        name: String,
        age: u8,
    }
    let lines = [r#"{"name": "Ann", "age": 31, "x": []}"#, r#"{"name": "Bo", "age": 7}"#].map(String::from);
    let people = db::from_sequence(lines).map(json::loads_as::<Person, _>);
    let oldest = people.topk(1, |p| p.age).compute().unwrap();
    assert_eq!(oldest, [Person { name: "Ann".into(), age: 31 }]);
    assert_eq!(
        people.fold(0u32, |n, p| n + u32::from(p.age), |a, b| a + b).apply(|n| n / 2).compute().unwrap(),
        19
    );
    let (names, ages) = people.map(|p| (p.name, p.age)).unzip();
    assert_eq!(
        (names.compute().unwrap(), ages.compute().unwrap()),
        (vec!["Ann".into(), "Bo".into()], vec![31, 7])
    );
    let lists = db::from_sequence([vec![1, 2], vec![3]]);
    assert_eq!(lists.pluck(0).compute().unwrap(), [1, 3]);
    assert_eq!(lists.pluck_or(1, 0).compute().unwrap(), [2, 0]);
    assert!(lists.pluck(1).compute().unwrap_err().to_string().contains("pluck(1)"));
}

#[test]
fn works_as_a_future_too() {
    let pending = db::range(100, 10).sum().start();
    assert_eq!(pending.wait().unwrap(), 4950);
}

#[test]
fn records_become_a_table() {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    struct Reading {
        station: String,
        value: Option<f64>,
    }
    let reading = |i: u32| Reading {
        station: format!("s{}", i % 3),
        value: (!i.is_multiple_of(4)).then_some(f64::from(i)),
    };
    let table = db::range(3000, 4).map(move |i| reading(i as u32)).to_table().unwrap();
    assert_eq!((table.num_rows(), table.batches().len()), (3000, 4));
    assert_eq!(table.schema().field(1).name(), "value");
    let values = table.to_batch().unwrap();
    assert_eq!(values.column(1).null_count(), 750);
    let uneven = db::from_sequence([r#"{"a": 1}"#, r#"{"a": "x"}"#].map(String::from)).map(json::loads);
    assert!(uneven.to_table().is_err());
    assert!(db::range(3, 1).to_table().unwrap_err().to_string().contains("not a record"));
}

#[test]
fn a_run_can_be_stopped_between_items() {
    let slow = db::range(1_000_000, 1).map(|x| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        x
    });
    let mut pending = slow.count().start();
    std::thread::sleep(std::time::Duration::from_millis(50));
    let start = std::time::Instant::now();
    pending.cancel();
    assert_eq!(pending.wait().unwrap_err().kind(), swath_error::ErrorKind::Cancelled);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn words_of_lines() {
    let lines = db::from_sequence(["a b  a", "", " c\ta "].map(String::from));
    assert_eq!(lines.words().compute().unwrap(), ["a", "b", "a", "c", "a"]);
    let counts = lines.words().frequencies().compute().unwrap();
    assert_eq!(counts, [("a".to_string(), 3), ("b".to_string(), 1), ("c".to_string(), 1)]);
}
