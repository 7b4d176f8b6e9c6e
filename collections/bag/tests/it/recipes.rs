//! Pipelines without closures can be written down and built again elsewhere.

use std::sync::Arc;

use swath_bag::{self as db, json};
use swath_block::{Block, OpHandle, decode_operation, registered_operations};
use swath_execute::{Collection, RunOptions, current_executor};
use swath_graph::{Layer, Payload, Step, TaskGraph, TaskId};

/// The same graph with every operation encoded, as it travels to workers.
fn encoded(graph: &TaskGraph) -> swath_error::Result<TaskGraph> {
    let mut layers = Vec::new();
    for layer in graph.layers() {
        let op = OpHandle::resolve(&layer.payload)?;
        let mut bytes = vec![op.name().len() as u8];
        bytes.extend(op.name().as_bytes());
        bytes.extend(op.encode()?);
        assert_eq!(decode_operation(&bytes)?.encode()?, op.encode()?);
        layers.push(Layer { payload: Payload::Encoded(bytes.into()), ..layer.clone() });
    }
    let tasks: Vec<TaskId> = (0..graph.len() as u32).map(TaskId).collect();
    let offsets = |lengths: Vec<usize>| {
        lengths.iter().fold(vec![0u32], |mut all, n| {
            all.push(all.last().unwrap() + *n as u32);
            all
        })
    };
    let deps: Vec<TaskId> = tasks.iter().flat_map(|t| graph.deps(*t)).copied().collect();
    let steps: Vec<Step> = tasks.iter().flat_map(|t| graph.steps(*t)).copied().collect();
    TaskGraph::from_columns(
        layers,
        offsets(tasks.iter().map(|t| graph.deps(*t).len()).collect()),
        deps,
        offsets(tasks.iter().map(|t| graph.steps(*t).len()).collect()),
        steps,
        graph.outputs().to_vec(),
    )
}

/// The items or value that the encoded form of a collection computes.
fn run_encoded(graph: &TaskGraph) -> Vec<Block> {
    let graph = encoded(graph).unwrap();
    current_executor().unwrap().start(graph, &RunOptions::default()).unwrap().wait().unwrap()
}

#[test]
fn text_json_counts_and_frequencies_travel() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..11 {
        let lines: Vec<String> = (0..20).map(|n| format!("{{\"a\": [\"{}\"]}}", n % (i + 1))).collect();
        std::fs::write(dir.path().join(format!("{i}.json")), lines.join("\n")).unwrap();
    }
    let lines = db::read_text(dir.path());
    let names = lines.map(json::loads).pluck("a").pluck(0);
    let value = |block: Block| *block.into_value().unwrap().downcast::<u64>().unwrap();
    assert_eq!(value(run_encoded(&lines.count().graph().unwrap()).remove(0)), 220);
    assert_eq!(value(run_encoded(&names.frequencies().count().graph().unwrap()).remove(0)), 11);
    let counts = names.strings().frequencies();
    let blocks = run_encoded(&counts.graph().unwrap());
    let items: Arc<Vec<(String, u64)>> = blocks[0].clone().into_items().unwrap().downcast().unwrap();
    assert_eq!(*items, counts.compute().unwrap());
    let numbers = run_encoded(&db::range(10, 3).graph().unwrap());
    assert_eq!(*numbers[2].clone().into_items().unwrap().downcast::<i64>().unwrap(), [6, 7, 8, 9]);
    assert!(registered_operations().unwrap().contains(&"bag.pipeline"));
}

#[test]
fn a_closure_stays_here() {
    let error = encoded(&db::range(10, 3).map(|x| x + 1).graph().unwrap()).unwrap_err();
    assert_eq!(error.kind(), swath_error::ErrorKind::Unsupported);
}
