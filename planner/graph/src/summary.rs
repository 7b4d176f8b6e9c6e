//! A task graph as text: one line per kind of task.
//!
//! In: a graph before or after fusion. Out: what `explain()` prints below "task graph". It never lists single tasks.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::{LayerId, TaskGraph, TaskId};

/// Kinds of task shown before the rest is only counted.
const LINES: usize = 200;
/// Inputs named per line before the rest is only counted.
const NAMED_INPUTS: usize = 6;

/// One line per layer (fused layers share a line): its name, how many tasks it has, what they read; then the totals.
///
/// ```
/// use std::sync::Arc;
/// use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, summary};
/// let layer = |name: &str| Layer {
///     key: Key::of(name).finish(),
///     name: name.into(),
///     payload: Payload::Local(Arc::new(())),
///     annotations: Annotations::default(),
/// };
/// let mut b = GraphBuilder::new();
/// let read = b.add(layer("read"), 4, |_, _| {})?;
/// let sum = b.add(layer("sum"), 1, |_, deps| deps.extend(read.iter()))?;
/// let text = summary(&b.finish(&[sum.get(0)])?);
/// assert_eq!(text, "read  4 tasks\nsum   1 task   reads read\n5 tasks, 4 dependencies, 1 output\n");
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn summary(graph: &TaskGraph) -> String {
    let kinds = Kinds::of(graph);
    let shown = kinds.rows.len().min(LINES);
    let width = kinds.rows.iter().take(LINES).map(|r| r.name.chars().count()).max().unwrap_or(0);
    let count_width = kinds.rows.iter().take(LINES).map(|r| plural(r.tasks, "task").len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in kinds.rows.iter().take(LINES) {
        let mut line = format!("{:width$}  {:count_width$}", row.name, plural(row.tasks, "task"));
        if !row.reads.is_empty() {
            line.push_str("  reads ");
            line.push_str(&kinds.inputs(row));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if kinds.rows.len() > shown {
        let _ = writeln!(text, "… and {}", plural(kinds.rows.len() - shown, "more layer"));
    }
    let _ = writeln!(
        text,
        "{}, {}, {}",
        plural(graph.len(), "task"),
        if graph.edges() == 1 { "1 dependency".into() } else { format!("{} dependencies", graph.edges()) },
        plural(graph.outputs().len(), "output")
    );
    text
}

/// `1 task`, `2 tasks`.
pub(crate) fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// Tasks that run the same layers.
#[derive(Default)]
struct Row {
    name: String,
    tasks: usize,
    /// Rows whose results these tasks read.
    reads: BTreeSet<usize>,
}

struct Kinds {
    rows: Vec<Row>,
}

impl Kinds {
    fn of(graph: &TaskGraph) -> Self {
        let mut by_layers: HashMap<Vec<LayerId>, usize> = HashMap::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut row_of: Vec<usize> = Vec::with_capacity(graph.len());
        let mut layers = Vec::new();
        for task in (0..graph.len() as u32).map(TaskId) {
            layers.clear();
            layers.extend(graph.steps(task).iter().map(|s| s.layer));
            let row = if let Some(row) = by_layers.get(&layers) {
                *row
            } else {
                rows.push(Row { name: kind_name(graph, &layers), ..Row::default() });
                by_layers.insert(layers.clone(), rows.len() - 1);
                rows.len() - 1
            };
            row_of.push(row);
            if let Some(r) = rows.get_mut(row) {
                r.tasks += 1;
                r.reads.extend(graph.deps(task).iter().filter_map(|d| row_of.get(d.index())));
            }
        }
        Self { rows }
    }

    fn inputs(&self, row: &Row) -> String {
        let names: BTreeSet<&str> =
            row.reads.iter().filter_map(|i| self.rows.get(*i)).map(|r| r.name.as_str()).collect();
        let mut text = names.iter().take(NAMED_INPUTS).copied().collect::<Vec<_>>().join(", ");
        if names.len() > NAMED_INPUTS {
            let _ = write!(text, " and {} more", names.len() - NAMED_INPUTS);
        }
        text
    }
}

/// The layers' names joined by `+`, in the order they run.
pub(crate) fn kind_name(graph: &TaskGraph, layers: &[LayerId]) -> String {
    let names: Vec<&str> =
        layers.iter().filter_map(|l| graph.layers().get(l.index())).map(|l| &*l.name).collect();
    names.join("+")
}
