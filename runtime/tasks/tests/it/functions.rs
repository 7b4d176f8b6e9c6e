//! What a task function may take and return.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array1, Array2, array};
use serde::{Deserialize, Serialize};
use swath_block::{Block, Chunk};
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::{Argument, TaskFunction, from_block, registered_tasks, task, task_named, task_of};

#[task]
fn nothing() {}

#[task]
pub fn length(text: &str) -> usize {
    text.len()
}

#[task]
fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

#[task]
fn sum(values: &[f64], start: f64) -> f64 {
    values.iter().fold(start, |a, b| a + b)
}

#[task]
fn parse(text: String) -> std::result::Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[task]
fn refuse(why: String) -> Result<u8> {
    Err(Error::argument(why))
}

#[task]
fn complain() -> std::result::Result<(), String> {
    Err("no".to_owned())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Account {
    name: String,
    amounts: BTreeMap<String, f64>,
}

#[task]
fn total(mut account: Account) -> (String, f64) {
    account.name.make_ascii_uppercase();
    (account.name, account.amounts.values().sum())
}

#[task]
#[allow(clippy::too_many_arguments)]
fn eight(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> Vec<u8> {
    vec![a, b, c, d, e, f, g, h]
}

#[task]
fn transpose(a: &Array2<i32>) -> Array2<i32> {
    a.t().to_owned()
}

#[task]
fn flat(chunk: Chunk, of: &Block) -> (usize, String) {
    (chunk.len(), of.kind().to_owned())
}

#[task(crate = alias)]
fn elsewhere(a: i64) -> i64 {
    -a
}

mod alias {
    pub use swath_tasks as tasks;
}

fn call<const N: usize>(task: TaskFunction, arguments: [Argument<'_>; N]) -> Result<Block> {
    task.call(arguments.into_iter().collect())
}

fn known<T: Serialize>(value: T) -> Argument<'static> {
    Argument::encoded(&value).unwrap()
}

fn value<T: Clone + Send + Sync + 'static>(block: Block) -> T {
    (*from_block::<T>(block).unwrap()).clone()
}

#[test]
fn values_and_references() {
    call(task_of(&nothing).unwrap(), []).unwrap();
    assert_eq!(value::<usize>(call(task_of(&length).unwrap(), [known("abc")]).unwrap()), 3);
    let name = call(task_of(&file_name).unwrap(), [known("/a/b.csv")]).unwrap();
    assert_eq!(value::<Option<String>>(name).as_deref(), Some("b.csv"));
    let values = Argument::Block(Block::value(vec![1.0, 2.5]));
    assert_eq!(value::<f64>(call(task_of(&sum).unwrap(), [values, known(1.0)]).unwrap()), 4.5);
    let account = Account { name: "a".into(), amounts: BTreeMap::from([("x".into(), 2.0)]) };
    let shared = Block::value(account.clone());
    let of = call(task_of(&total).unwrap(), [Argument::Block(shared.clone())]).unwrap();
    assert_eq!(value::<(String, f64)>(of), ("A".into(), 2.0));
    assert_eq!(value::<Account>(shared), account);
    let all = call(task_of(&eight).unwrap(), std::array::from_fn::<_, 8, _>(|i| known(i as u8))).unwrap();
    assert_eq!(value::<Vec<u8>>(all), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(value::<i64>(call(task_of(&elsewhere).unwrap(), [known(4i64)]).unwrap()), -4);
}

#[test]
fn arrays_come_as_chunks_and_go_as_chunks() {
    let a = array![[1, 2], [3, 4]];
    let chunk = Block::from(Chunk::from_array(a.clone().into_dyn()));
    let turned = call(task_of(&transpose).unwrap(), [Argument::Block(chunk.clone())]).unwrap();
    assert_eq!(turned.kind(), "array chunk");
    assert_eq!(value::<Array2<i32>>(turned), a.t());
    let parts = [Argument::Block(chunk), Argument::Block(Block::value(1u8))];
    let of = call(task_of(&flat).unwrap(), parts).unwrap();
    assert_eq!(value::<(usize, String)>(of), (4, "value".into()));
    let wrong = Argument::Block(Block::from(Chunk::from_array(Array1::<i32>::zeros(3).into_dyn())));
    assert_eq!(call(task_of(&transpose).unwrap(), [wrong]).unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn results_are_taken_apart() {
    assert_eq!(value::<i64>(call(task_of(&parse).unwrap(), [known("42")]).unwrap()), 42);
    let error = call(task_of(&parse).unwrap(), [known("4o2")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TaskFailed);
    assert!(error.to_string().contains("parse") && error.to_string().contains("invalid digit"), "{error}");
    let error = call(task_of(&refuse).unwrap(), [known("not today")]).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidArgument, "not today"));
    assert_eq!(call(task_of(&complain).unwrap(), []).unwrap_err().message(), "no");
}

#[test]
fn wrong_arguments_are_errors_that_name_them() {
    let e = call(task_of(&sum).unwrap(), [known(1.0)]).unwrap_err();
    assert!(e.to_string().contains("functions::sum") && e.to_string().contains("2 arguments"), "{e}");
    let e = call(task_of(&length).unwrap(), [known((5u8, 1u8))]).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidData);
    let e = call(task_of(&length).unwrap(), [known(("abc", 1u8))]).unwrap_err();
    assert!(e.to_string().contains("left over"), "{e}");
    let e = call(task_of(&length).unwrap(), [Argument::Block(Block::value(1u8))]).unwrap_err();
    assert!(e.to_string().contains("argument 1"), "{e}");
}

#[test]
fn functions_are_found_by_name_and_by_type() {
    let by_type = task_of(&length).unwrap();
    assert!(by_type.name().ends_with("functions::length"), "{}", by_type.name());
    assert!(std::ptr::eq(task_named(by_type.name()).unwrap(), by_type));
    assert!(registered_tasks().unwrap().contains(&by_type.name()));
    let e = task_named("it::functions::lenght").unwrap_err();
    assert!(e.kind() == ErrorKind::NotFound && e.to_string().contains("functions::length"), "{e}");
}

#[test]
fn what_is_not_registered_is_refused_with_the_cure() {
    fn plain(a: u8) -> u8 {
        a
    }
    #[task]
    fn inside(a: u8) -> u8 {
        plain(a)
    }
    let e = task_of(&plain).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    assert!(e.message().contains("plain") && e.help().unwrap().contains("#[swath::task]"), "{e}");
    let e = task_of(&|a: u8| a).unwrap_err();
    assert!(e.help().unwrap().contains("closure"), "{e}");
    assert!(task_of(&inside).unwrap().name().contains("the_cure::inside"));
}

#[test]
fn results_of_several_values_are_taken_apart_by_their_function() {
    #[task]
    #[allow(clippy::unnecessary_wraps)]
    fn divide(a: i64, b: i64) -> Result<(i64, i64)> {
        Ok((a / b, a % b))
    }
    let pair = call(task_of(&divide).unwrap(), [known(17i64), known(5i64)]).unwrap();
    let parts = task_of(&divide).unwrap().take_apart(pair).unwrap();
    assert_eq!(parts.into_iter().map(value::<i64>).collect::<Vec<_>>(), [3, 2]);
    let eight = task_of(&eight).unwrap();
    let parts = eight.take_apart(Block::value(vec![1u8, 2])).unwrap();
    assert_eq!(parts.into_iter().map(value::<u8>).collect::<Vec<_>>(), [1, 2]);
    let e = task_of(&length).unwrap().take_apart(Block::value(3usize)).unwrap_err();
    assert!(e.kind() == ErrorKind::Unsupported && e.to_string().contains("functions::length"), "{e}");
}
