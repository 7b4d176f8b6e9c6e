//! What may stand in a call, and how functions take it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use swath_delayed::{delayed, gather, value};

fn load(path: String) -> Vec<u8> {
    path.into_bytes()
}
fn load_ref(path: &str) -> Vec<u8> {
    path.as_bytes().to_vec()
}
#[allow(clippy::ptr_arg)]
fn process(data: &Vec<u8>) -> usize {
    data.len()
}
fn process_slice(data: &[u8]) -> usize {
    data.len()
}
fn add(a: usize, b: usize) -> usize {
    a + b
}
fn longer(data: &[u8], than: usize) -> bool {
    data.len() > than
}
fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn parameters_by_value_by_reference_and_by_content() {
    let data = delayed(load).call(("hello".to_owned(),));
    assert_eq!(delayed(load_ref).call(("hello",)).compute().unwrap(), b"hello");
    let a = delayed(process).call((&data,));
    let b = delayed(process_slice).call((data.clone(),));
    assert_eq!(delayed(add).call((&a, b)).compute().unwrap(), 10);
    assert_eq!(delayed(add).call((a, 1)).compute().unwrap(), 6);
    assert!(delayed(longer).call((&data, 4)).compute().unwrap());
    assert_eq!(delayed(name).call((PathBuf::from("/x/y.csv"),)).compute().unwrap(), "y.csv");
}

#[test]
fn containers_of_delayed_values() {
    let n: Vec<_> = (0..4u64).map(|i| delayed(|i: u64| i * 10).call((i,))).collect();
    let sum = delayed(|v: Vec<u64>| v.iter().sum::<u64>());
    assert_eq!(sum.call((n.clone(),)).compute().unwrap(), 60);
    assert_eq!(delayed(|v: &[u64]| v.len()).call((n.iter().collect::<Vec<_>>(),)).compute().unwrap(), 4);
    assert_eq!(delayed(|v: [u64; 2]| v[1]).call(([&n[1], &n[2]],)).compute().unwrap(), 20);
    assert_eq!(delayed(|p: (u64, u64)| p.0 + p.1).call(((&n[1], &n[2]),)).compute().unwrap(), 30);
    assert_eq!(delayed(|o: Option<u64>| o.unwrap_or(7)).call((Some(&n[1]),)).compute().unwrap(), 10);
    let nested = vec![vec![n[0].clone(), n[1].clone()], vec![], vec![n[3].clone()]];
    let lengths = delayed(|v: Vec<Vec<u64>>| v.iter().map(Vec::len).collect::<Vec<_>>());
    assert_eq!(lengths.call((nested,)).compute().unwrap(), [2, 0, 1]);
    let by_name = HashMap::from([("a", n[1].clone()), ("b", n[2].clone())]);
    let get = delayed(|m: HashMap<&'static str, u64>| m["b"] - m["a"]);
    assert_eq!(get.call((by_name,)).compute().unwrap(), 10);
    let ordered = BTreeMap::from([(2u8, &n[2]), (1, &n[1])]);
    let values = delayed(|m: BTreeMap<u8, u64>| m.into_values().collect::<Vec<_>>());
    assert_eq!(values.call((ordered,)).compute().unwrap(), [10, 20]);
    let empty: Vec<swath_delayed::Delayed<u64>> = vec![];
    assert_eq!(gather(empty).compute().unwrap(), Vec::<u64>::new());
    assert_eq!(gather(((&n[1], &n[2]), vec![&n[3]])).compute().unwrap(), ((10, 20), vec![30]));
}

#[test]
fn up_to_eight_parameters() {
    let one = value(1);
    let eight = delayed(|a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32| {
        a + b + c + d + e + f + g + h
    });
    assert_eq!(eight.call((&one, 2, &one, 4, &one, 6, &one, 8)).compute().unwrap(), 24);
    let four = delayed(|a: &[u8], b: i32, c: &i32, d: String| (a.len(), b + c, d));
    let text = value("x".to_owned());
    assert_eq!(four.call((vec![1u8, 2], &one, &one, text)).compute().unwrap(), (2, 2, "x".to_owned()));
}

#[test]
fn no_arguments_and_captured_state() {
    let captured = vec![1, 2, 3];
    assert_eq!(delayed(move || captured.clone()).call(()).compute().unwrap(), [1, 2, 3]);
}

#[test]
fn a_value_read_once_is_moved_and_not_cloned() {
    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    struct Loud(u8);
    impl Clone for Loud {
        fn clone(&self) -> Self {
            panic!("cloned although nobody else reads it")
        }
    }
    let made = delayed(|n: u8| Loud(n)).call((3,));
    let unwrapped = delayed(|l: Loud| l.0).call((&made,));
    drop(made);
    assert_eq!(unwrapped.compute().unwrap(), 3);
}
