//! Results larger than the memory limit.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use swath_block::{Block, Chunk, Items, Table};
use swath_execute::{Executor, RunOptions};
use swath_graph::{GraphBuilder, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, number, shared};

const MIB: u64 = 1 << 20;

/// Elements of a chunk of one MiB.
const ELEMENTS: usize = MIB as usize / 8;

/// `chunks` chunks, all of which are there before the first one is read again: each chunk's mean, the mean of those, and
/// then each chunk's elements above it, counted. `peak` sees the most memory charged at once.
fn anomaly(chunks: usize, peak: std::sync::Arc<AtomicU64>) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let chunk = add(
        &mut b,
        "chunk",
        chunks,
        |_, _| {},
        |_, c| {
            let values = (0..ELEMENTS).map(|i| f64::from(c.index) + i as f64 / ELEMENTS as f64).collect();
            Ok(Chunk::from_vec(values, &[ELEMENTS])?.into())
        },
    );
    let mean = add(
        &mut b,
        "mean",
        chunks,
        |i, d| d.push(chunk.get(i)),
        |inputs, _| {
            let chunk = inputs.into_iter().next().unwrap().into_chunk()?;
            Ok(Block::value(chunk.view::<f64>()?.sum() / ELEMENTS as f64))
        },
    );
    let all = add(
        &mut b,
        "all",
        1,
        |_, d| d.extend(mean.iter()),
        move |inputs, _| {
            let count = inputs.len() as f64;
            let means = inputs.into_iter().map(|b| Ok(*b.into_value()?.downcast::<f64>()?));
            Ok(Block::value(means.sum::<swath_error::Result<f64>>()? / count))
        },
    );
    let above = add(
        &mut b,
        "above",
        chunks,
        |i, d| d.extend([chunk.get(i), all.get(0)]),
        move |inputs, c| {
            peak.fetch_max(c.env.memory.peak(), Ordering::Relaxed);
            let mut inputs = inputs.into_iter();
            let chunk = inputs.next().unwrap().into_chunk()?;
            let mean = *inputs.next().unwrap().into_value()?.downcast::<f64>()?;
            Ok(Block::value(chunk.view::<f64>()?.iter().filter(|v| **v > mean).count() as u64))
        },
    );
    let sum = add(
        &mut b,
        "sum",
        1,
        |_, d| d.extend(above.iter()),
        |inputs, _| Ok(Block::value(inputs.iter().map(number).sum::<u64>())),
    );
    b.finish(&[sum.get(0)]).unwrap()
}

#[test]
fn an_array_six_times_the_limit() {
    let limit = 8 * MIB;
    for options in [
        RunOptions::default().synchronous(),
        RunOptions::default().threads(1),
        RunOptions::default().threads(3),
    ] {
        let (peak, seen) = shared::<AtomicU64>();
        let options = options.memory_limit(limit);
        let blocks = LocalExecutor::new().start(anomaly(48, peak), &options).unwrap().wait().unwrap();
        // The mean lies in the middle: 24 chunks are above it.
        assert_eq!(number(&blocks[0]), 24 * ELEMENTS as u64, "{options:?}");
        let most = seen.load(Ordering::Relaxed);
        assert!(most > limit / 2 && most <= limit + 4 * MIB, "{} MiB charged, {options:?}", most / MIB);
    }
}

#[test]
fn tables_and_text_go_too_and_values_of_users_stay() {
    let mut b = GraphBuilder::new();
    let made = add(
        &mut b,
        "made",
        24,
        |_, _| {},
        |_, c| {
            let lines: StringArray =
                (0..10_000).map(|i| Some(format!("{} of task {:08}", i, c.index))).collect();
            Ok(match c.index % 3 {
                0 => {
                    let batch =
                        RecordBatch::try_from_iter([("line", std::sync::Arc::new(lines) as ArrayRef)])
                            .unwrap();
                    Table::new(batch.schema(), vec![batch])?.into()
                }
                1 => Items::Text(lines).into(),
                // Neither can be decoded once it is encoded.
                _ => Items::new(vec![Odd(c.index); 50_000]).into(),
            })
        },
    );
    let gate = add(
        &mut b,
        "gate",
        1,
        |_, d| d.extend(made.iter()),
        |inputs, _| Ok(Block::value(inputs.len() as u64)),
    );
    let last = add(
        &mut b,
        "last",
        24,
        |i, d| d.extend([made.get(i), gate.get(0)]),
        |inputs, c| {
            let lines = match &inputs[0] {
                Block::Table(table) => table.values::<String>("line")?.pop(),
                Block::Items(items) => match &**items {
                    Items::Text(lines) => lines.iter().last().flatten().map(str::to_owned),
                    odd @ Items::Typed(_) => {
                        let odd = odd.clone().downcast::<Odd>()?;
                        assert_eq!(*odd, vec![Odd(c.index); 50_000]);
                        return Ok(Block::value(1u64));
                    }
                },
                other => panic!("{other:?}"),
            };
            assert_eq!(lines.unwrap(), format!("9999 of task {:08}", c.index));
            Ok(Block::value(1u64))
        },
    );
    let outputs: Vec<_> = last.iter().collect();
    let graph = b.finish(&outputs).unwrap();
    let options = RunOptions::default().threads(2).memory_limit(MIB);
    let blocks = LocalExecutor::new().start(graph, &options).unwrap().wait().unwrap();
    assert_eq!(blocks.iter().map(number).sum::<u64>(), 24);
}

/// Written as a number, read as nothing.
#[derive(Clone, Debug, PartialEq)]
struct Odd(u32);

impl serde::Serialize for Odd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Odd {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("never"))
    }
}
