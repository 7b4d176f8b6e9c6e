//! Task graphs of about so many tasks: those of the RSDS paper (Böhm and Beránek 2020), and patterns of Task Bench
//! (Slaughter et al. 2020).

use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskGraph, TaskId, TaskRange};

/// Makes a graph of about so many tasks.
pub type Shape = fn(usize) -> TaskGraph;

/// All shapes by name.
pub const SHAPES: [(&str, Shape); 11] = [
    ("merge", merge),
    ("tree", tree),
    ("bag", bag),
    ("numpy", numpy),
    ("groupby", groupby),
    ("join", join),
    ("stencil", stencil),
    ("nearest", nearest),
    ("fft", fft),
    ("all-to-all", all_to_all),
    ("broadcast", broadcast),
];

/// Points of a Task Bench row.
const WIDTH: usize = 1024;

fn add(b: &mut GraphBuilder, tasks: usize, deps: impl FnMut(usize, &mut Vec<TaskId>)) -> TaskRange {
    let layer = Layer {
        key: Key::unique("bench"),
        name: "bench".into(),
        payload: Payload::Encoded([].into()),
        annotations: Annotations::default(),
    };
    b.add(layer, tasks, deps).unwrap()
}

/// Folds a level by so many at a time until one task is left.
fn fold(b: &mut GraphBuilder, mut level: TaskRange, by: usize) -> TaskId {
    while level.len() > 1 {
        let below = level;
        let deps = |i: usize, d: &mut Vec<TaskId>| d.extend(below.iter().skip(by * i).take(by));
        level = add(b, below.len().div_ceil(by), deps);
    }
    level.get(0)
}

/// Roots that one task reads.
fn merge(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let roots = add(&mut b, n, |_, _| {});
    let last = add(&mut b, 1, |_, d| d.extend(roots.iter()));
    b.finish(&[last.get(0)]).unwrap()
}

/// One task that all others read, and one that reads those.
fn broadcast(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let root = add(&mut b, 1, |_, _| {});
    let readers = add(&mut b, n, |_, d| d.push(root.get(0)));
    let last = add(&mut b, 1, |_, d| d.extend(readers.iter()));
    b.finish(&[last.get(0)]).unwrap()
}

/// Binary additions.
fn tree(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let leaves = add(&mut b, n.div_ceil(2), |_, _| {});
    let root = fold(&mut b, leaves, 2);
    b.finish(&[root]).unwrap()
}

/// Partitions that are read, mapped and folded by eights.
fn bag(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let partitions = n * 7 / 15;
    let read = add(&mut b, partitions, |_, _| {});
    let mapped = add(&mut b, partitions, |i, d| d.push(read.get(i)));
    let root = fold(&mut b, mapped, 8);
    b.finish(&[root]).unwrap()
}

/// A square array plus its transpose, summed up.
fn numpy(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let side = (n * 7 / 15).isqrt();
    let chunks = add(&mut b, side * side, |_, _| {});
    let sums = add(&mut b, side * side, |i, d| {
        let (row, column) = (i / side, i % side);
        d.extend([chunks.get(i), chunks.get(column * side + row)]);
    });
    let root = fold(&mut b, sums, 8);
    b.finish(&[root]).unwrap()
}

/// Partitions are read, grouped, split in eight parts of the keys, and each part is folded by eights.
fn groupby(n: usize) -> TaskGraph {
    const PARTS: usize = 8;
    let mut b = GraphBuilder::new();
    let partitions = n * 7 / 78;
    let read = add(&mut b, partitions, |_, _| {});
    let grouped = add(&mut b, partitions, |i, d| d.push(read.get(i)));
    let folded: Vec<TaskId> = (0..PARTS)
        .map(|_| {
            let part = add(&mut b, partitions, |i, d| d.push(grouped.get(i)));
            fold(&mut b, part, 8)
        })
        .collect();
    b.finish(&folded).unwrap()
}

/// Two tables are read, each partition is split by keys, and each part is joined: all to all, twice.
fn join(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let partitions = (n / 2).isqrt();
    let mut side = || {
        let read = add(&mut b, partitions, |_, _| {});
        let split = add(&mut b, partitions * partitions, |i, d| d.push(read.get(i / partitions)));
        add(&mut b, partitions, |i, d| d.extend((0..partitions).map(|p| split.get(p * partitions + i))))
    };
    let (left, right) = (side(), side());
    let joined = add(&mut b, partitions, |i, d| d.extend([left.get(i), right.get(i)]));
    let outputs: Vec<TaskId> = joined.iter().collect();
    b.finish(&outputs).unwrap()
}

/// Rows of points; `reads` gives the points of the row before that a point of a row reads.
fn rows(n: usize, width: usize, reads: impl Fn(usize, usize) -> Vec<usize>) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let mut row = add(&mut b, width, |_, _| {});
    for step in 1..(n / width).max(2) {
        let before = row;
        row = add(&mut b, width, |i, d| d.extend(reads(step, i).into_iter().map(|p| before.get(p))));
    }
    let outputs: Vec<TaskId> = row.iter().collect();
    b.finish(&outputs).unwrap()
}

/// Each point reads itself and its two neighbours.
fn stencil(n: usize) -> TaskGraph {
    rows(n, WIDTH, |_, i| (i.max(1) - 1..(i + 2).min(WIDTH)).collect())
}

/// Each point reads five around itself.
fn nearest(n: usize) -> TaskGraph {
    rows(n, WIDTH, |_, i| (i.max(2) - 2..(i + 3).min(WIDTH)).collect())
}

/// Each point reads itself and those half a block away, in blocks that double from row to row: butterflies.
fn fft(n: usize) -> TaskGraph {
    let levels = WIDTH.ilog2() as usize;
    rows(n, WIDTH, |step, i| vec![i, i ^ (1 << ((step - 1) % levels))])
}

/// Each point reads all of the row before; a tenth of the tasks, for there are a hundred edges to each.
fn all_to_all(n: usize) -> TaskGraph {
    rows(n / 10, 100, |_, _| (0..100).collect())
}
