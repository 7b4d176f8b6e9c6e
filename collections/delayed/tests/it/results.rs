//! Several results, results of other kinds, asynchronous computation, pictures.

use ndarray::ArrayD;
use swath_block::Table;
use swath_delayed::{delayed, value};
use swath_error::ErrorKind;
use swath_execute::Collection as _;

#[test]
fn tuples_and_vectors_come_apart() {
    let (q, r) = delayed(|a: i32, b: i32| (a / b, a % b)).call((17, 5)).unpack();
    assert_eq!((q.compute().unwrap(), r.compute().unwrap()), (3, 2));
    let (a, b, c) = value((1u8, "x".to_owned(), 2.5)).unpack();
    assert_eq!((a.compute().unwrap(), b.compute().unwrap(), c.compute().unwrap()), (1, "x".to_owned(), 2.5));
    let parts = delayed(|| vec![1, 2, 3]).call(()).split(3);
    assert_eq!((&parts[0] + &parts[2]).compute().unwrap(), 4);
}

#[test]
fn arrays_and_tables_travel_as_they_are() {
    let array = delayed(|n: usize| ArrayD::<f64>::ones(vec![n, n])).call((3,));
    assert_eq!(array.map(|a| a.sum()).compute().unwrap(), 9.0);
    assert_eq!(array.compute().unwrap().shape(), [3, 3]);
    let schema = arrow::datatypes::Schema::empty();
    let table = delayed(move || Table::new(schema.clone().into(), vec![]).unwrap()).call(());
    assert_eq!(delayed(|t: &Table| t.num_columns()).call((&table,)).compute().unwrap(), 0);
    let block = table.graph().unwrap();
    assert_eq!(block.len(), 1);
}

#[test]
fn a_computation_is_a_future() {
    let d = delayed(|a: i32| a + 1).call((1,));
    assert_eq!(futures::executor::block_on(d.start()).unwrap(), 2);
    assert_eq!(d.start().wait().unwrap(), 2);
}

#[test]
fn wishes_reach_the_task_graph() {
    let d = delayed(|| 1).named("mine").priority(7).retries(2).slots(3).resources([("GPU", 1)]).call(());
    let graph = d.graph().unwrap();
    let layer = &graph.layers()[0];
    assert_eq!(&*layer.name, "mine");
    let a = &layer.annotations;
    assert_eq!((a.priority, a.retries, a.slots), (7, 2, 3));
    assert_eq!(&a.resources[..], [("GPU".to_owned(), 1)]);
}

#[test]
fn explained_and_drawn() {
    fn load(n: u8) -> u8 {
        n
    }
    let (a, b) = (delayed(load).call((1,)), delayed(load).call((2,)));
    let sum = &a + &b;
    assert_eq!(
        (&sum * &sum).explain().unwrap(),
        "expression\n  mul\n    add\n      load\n      load\n    add (see above)\nrewritten\n  (calls run as they were \
         written)\ntask graph\n  load  2 tasks\n  add   1 task   reads load\n  mul   1 task   reads add\n  4 tasks, 4 \
         dependencies, 1 output\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.svg");
    sum.visualize(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("load-1"));
    assert_eq!(sum.visualize(folder.path().join("graph.bmp")).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
