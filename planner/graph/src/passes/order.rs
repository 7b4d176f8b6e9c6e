//! Numbers the tasks so that results can be dropped early: the smaller number runs first.
//!
//! The purpose of Dask's `order`, by our own rules:
//!
//! 1. Depth first from the outputs, in the caller's order: a task comes right after the last of its inputs.
//! 2. Among the inputs of a task the one with the longest path above it comes first, so that few results wait while it
//!    is worked out; equals come in argument order.
//! 3. A result that few others still need, all of which could run, is used up at once: when two reductions read the same
//!    blocks, each block is read by both and dropped. The same for a task that is the last reader of something.
//!
//! The numbers say nothing about which worker runs a task.

use super::{NONE, Readers};
use crate::{TaskGraph, TaskId};

/// A result with at most this many readers left is used up as soon as they can all run.
const FEW: u32 = 4;

/// Numbers the tasks of a graph in the order they should run in; the result means the same.
///
/// Takes time and memory in proportion to tasks and edges (and never recurses): a million tasks take about a tenth of
/// a second.
#[must_use]
pub fn order(graph: TaskGraph) -> TaskGraph {
    let order = Walk::new(&graph).run();
    if order.iter().enumerate().all(|(new, old)| new as u32 == *old) {
        return graph;
    }
    renumber(graph, &order)
}

struct Walk<'a> {
    graph: &'a TaskGraph,
    readers: Readers,
    /// Inputs (edges) without a number.
    unmet: Vec<u32>,
    /// Readers (edges) without a number; outputs count as one that never comes.
    unread: Vec<u32>,
    height: Vec<u32>,
    numbered: Vec<bool>,
    /// Depth first: a task comes back up once its inputs are through.
    stack: Vec<u32>,
    /// Tasks to be used up at once.
    eager: Vec<u32>,
    order: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a TaskGraph) -> Self {
        let n = graph.len();
        let readers = Readers::of(graph);
        let mut height = vec![0u32; n];
        let mut unmet = Vec::with_capacity(n);
        for task in 0..n {
            let deps = graph.deps(TaskId(task as u32));
            height[task] = deps.iter().map(|d| height[d.index()] + 1).max().unwrap_or(0);
            unmet.push(deps.len() as u32);
        }
        let mut unread: Vec<u32> = readers.offsets.windows(2).map(|w| w[1] - w[0]).collect();
        for output in &graph.outputs {
            unread[output.index()] += 1;
        }
        Self {
            graph,
            readers,
            unmet,
            unread,
            height,
            numbered: vec![false; n],
            stack: Vec::new(),
            eager: Vec::new(),
            order: Vec::with_capacity(n),
        }
    }

    fn run(mut self) -> Vec<u32> {
        let graph = self.graph;
        // All tasks after the outputs: those of a graph that was not culled.
        for root in graph.outputs.iter().map(|o| o.0).chain(0..graph.len() as u32) {
            self.stack.push(root);
            while let Some(task) = self.stack.pop() {
                if self.numbered[task as usize] {
                    continue;
                }
                if self.unmet[task as usize] == 0 {
                    self.number(task);
                    while let Some(task) = self.eager.pop() {
                        self.number(task);
                    }
                } else {
                    self.descend(task);
                }
            }
        }
        self.order
    }

    /// Puts the inputs of a task above it on the stack, the highest on top.
    fn descend(&mut self, task: u32) {
        self.stack.push(task);
        let bottom = self.stack.len();
        let deps = self.graph.deps(TaskId(task)).iter().rev().map(|d| d.0);
        self.stack.extend(deps.filter(|d| !self.numbered[*d as usize]));
        let height = &self.height;
        let above = &mut self.stack[bottom..];
        if !above.is_sorted_by_key(|d| height[*d as usize]) {
            above.sort_by_key(|d| height[*d as usize]);
        }
    }

    /// Gives a task the next number, and notes what should follow at once.
    fn number(&mut self, task: u32) {
        if std::mem::replace(&mut self.numbered[task as usize], true) {
            return;
        }
        self.order.push(task);
        for dep in self.graph.deps(TaskId(task)) {
            self.unread[dep.index()] -= 1;
        }
        for at in self.readers.offsets[task as usize]..self.readers.offsets[task as usize + 1] {
            let reader = self.readers.readers[at as usize];
            self.unmet[reader as usize] -= 1;
            if self.unmet[reader as usize] == 0 && self.frees_something(reader) {
                self.eager.push(reader);
            }
        }
        for dep in self.graph.deps(TaskId(task)) {
            self.use_up(dep.0);
        }
        self.use_up(task);
    }

    /// Whether the reader is the last one of one of its inputs.
    fn frees_something(&self, reader: u32) -> bool {
        let deps = self.graph.deps(TaskId(reader));
        deps.len() <= FEW as usize && deps.iter().any(|d| self.unread[d.index()] == 1)
    }

    /// When few readers of a result are left and all could run, they come next.
    fn use_up(&mut self, task: u32) {
        let left = self.unread[task as usize];
        if left == 0 || left > FEW {
            return;
        }
        let row = self.readers.row(task);
        // Long rows are looked at once only, when their last reader is all that is left.
        if row.len() > 4 * FEW as usize && left > 1 {
            return;
        }
        let waiting = || row.iter().copied().filter(|r| !self.numbered[*r as usize]);
        if waiting().all(|r| self.unmet[r as usize] == 0) {
            let before = self.eager.len();
            self.eager.extend(waiting());
            // The last one pushed is the next one numbered.
            self.eager[before..].reverse();
        }
    }
}

/// The graph with task `order[i]` as its task `i`.
fn renumber(graph: TaskGraph, order: &[u32]) -> TaskGraph {
    let mut new_id = vec![NONE; graph.len()];
    for (new, old) in order.iter().enumerate() {
        new_id[*old as usize] = new as u32;
    }
    let mut ordered = TaskGraph {
        dep_offsets: Vec::with_capacity(order.len() + 1),
        deps: Vec::with_capacity(graph.deps.len()),
        step_offsets: Vec::with_capacity(order.len() + 1),
        steps: Vec::with_capacity(graph.steps.len()),
        ..TaskGraph::default()
    };
    ordered.dep_offsets.push(0);
    ordered.step_offsets.push(0);
    for old in order.iter().map(|o| TaskId(*o)) {
        ordered.deps.extend(graph.deps(old).iter().map(|d| TaskId(new_id[d.index()])));
        ordered.steps.extend_from_slice(graph.steps(old));
        ordered.dep_offsets.push(ordered.deps.len() as u32);
        ordered.step_offsets.push(ordered.steps.len() as u32);
    }
    ordered.outputs = graph.outputs.iter().map(|o| TaskId(new_id[o.index()])).collect();
    ordered.layers = graph.layers;
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::testing::{graphs, of_deps, peak, values};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_outputs_keep_their_meaning(graph in graphs()) {
            let ordered = order(graph.clone());
            prop_assert_eq!(ordered.len(), graph.len());
            prop_assert_eq!(values(&graph), values(&ordered));
            ordered.validate().map_err(|e| TestCaseError::fail(e.to_string()))?;
        }
    }

    fn built(deps: &[Vec<u32>], outputs: &[u32]) -> TaskGraph {
        of_deps(&deps.iter().map(Vec::as_slice).collect::<Vec<_>>(), outputs)
    }

    #[test]
    fn a_tree_holds_one_result_per_level() {
        let mut deps: Vec<Vec<u32>> = vec![vec![]; 1024];
        let mut level: Vec<u32> = (0..1024).collect();
        while level.len() > 1 {
            let start = deps.len() as u32;
            deps.extend(level.chunks(2).map(<[u32]>::to_vec));
            level = (start..deps.len() as u32).collect();
        }
        let graph = built(&deps, &level);
        assert!(peak(&graph) >= 1024);
        assert!(peak(&order(graph)) <= 12);
    }

    #[test]
    fn the_deep_side_comes_first() {
        // l0; then each next task reads a fresh leaf (first) and the task before.
        let mut deps = vec![vec![]];
        for i in 0..500u32 {
            deps.push(vec![]);
            deps.push(vec![2 * i + 1, 2 * i]);
        }
        let last = deps.len() as u32 - 1;
        // Leaves first, as layers would give them.
        assert!(peak(&order(built(&deps, &[last]))) <= 3);
    }

    #[test]
    fn several_reductions_over_the_same_blocks_share_them() {
        for reductions in [2u32, 3, 4] {
            let n = 200u32;
            let mut deps: Vec<Vec<u32>> = vec![vec![]; n as usize];
            for _ in 0..reductions {
                deps.extend((0..n).map(|i| vec![i]));
            }
            let mut outputs = Vec::new();
            for r in 1..=reductions {
                // A running combination, so that partial results do not pile up.
                let mut before = r * n;
                for i in 1..n {
                    deps.push(vec![before, r * n + i]);
                    before = deps.len() as u32 - 1;
                }
                outputs.push(before);
            }
            let graph = built(&deps, &outputs);
            assert!(peak(&graph) >= n as usize);
            let peak = peak(&order(graph));
            assert!(peak <= 3 * reductions as usize, "{reductions} reductions hold {peak}");
        }
    }

    #[test]
    fn shared_windows_slide() {
        let n = 300u32;
        let mut deps: Vec<Vec<u32>> = vec![vec![]; n as usize];
        deps.extend((1..n - 1).map(|i| vec![i - 1, i, i + 1]));
        let mut before = n;
        for i in n + 1..2 * n - 2 {
            deps.push(vec![before, i]);
            before = deps.len() as u32 - 1;
        }
        let peak = peak(&order(built(&deps, &[before])));
        assert!(peak <= 6, "holds {peak}");
    }

    #[test]
    fn a_long_chain_does_not_recurse() {
        let mut deps: Vec<Vec<u32>> = vec![vec![]];
        deps.extend((0..300_000).map(|i| vec![i]));
        let last = deps.len() as u32 - 1;
        assert_eq!(order(built(&deps, &[last])).len(), 300_001);
    }
}
