//! Rewritten expressions as layers of tasks: one layer per node, one operation per layer, one task per chunk.
//!
//! In: an expression. Out: layers in a graph builder, and which task makes which chunk. Every operation works on any
//! element type and finds its chunk by the task's index. It never rewrites: what it is given is what runs.

mod arguments;
mod blocks;
mod blockwise;
mod chunkwise;
mod concat;
mod contract;
mod declared;
mod diagonal;
mod elementwise;
mod fan_in;
mod given;
mod grid;
mod labelled;
mod leaf;
mod map_blocks;
mod opened;
mod origin;
mod part;
mod place;
mod points;
mod put;
mod rechunk;
mod reduce;
mod scan;
mod slice;
mod store;
mod take;
mod tree;

use std::collections::HashMap;
use std::sync::Arc;

use swath_block::{OpHandle, Operation};
use swath_error::{Error, Result};
use swath_execute::{RunOptions, machine_memory};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};

use crate::expr::{Expr, Node};
use crate::nodes::{Leaf, Origin};
use crate::walk::topological;

pub(crate) use blocks::blocks;
pub(crate) use blockwise::{broadcast, permute, reshape};
pub(crate) use chunkwise::chunkwise;
pub(crate) use concat::concat;
pub(crate) use contract::contract;
pub(crate) use diagonal::diagonal;
pub(crate) use elementwise::elementwise;
pub(crate) use given::given;
pub use grid::Grid;
pub(crate) use grid::coordinates;
pub(crate) use labelled::labelled;
pub(crate) use leaf::{held, leaf};
pub(crate) use map_blocks::map_blocks;
pub(crate) use part::part;
pub use place::place;
pub(crate) use points::points;
pub(crate) use put::put;
pub(crate) use rechunk::{rechunk, windows};
pub(crate) use reduce::reduce;
pub(crate) use scan::scan;
pub(crate) use slice::slice;
pub use store::{OpenSink, store};
pub(crate) use take::take;
pub(crate) use tree::tree;

/// Which part of the memory a source may take that is kept instead of being read twice.
const KEPT: u64 = 16;

/// Lowering under way.
pub(crate) struct Lowering<'a> {
    builder: &'a mut GraphBuilder,
    done: HashMap<Key, Grid>,
    /// How many reductions lie between a node's inputs and their leaves: see [`Self::grid`].
    depth: HashMap<Key, u32>,
    /// How many nodes of a depth read a leaf.
    readers: HashMap<(Key, u32), u32>,
}

/// Adds the layers of an expression as it is, and says which tasks make its chunks.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] for what cannot be lowered: operations on chunks of unknown lengths, graphs
/// beyond 4 billion tasks.
pub fn lower(expr: &Expr, builder: &mut GraphBuilder) -> Result<Grid> {
    let nodes = topological(std::slice::from_ref(expr));
    let mut lowering = Lowering::new(builder, &nodes);
    lowering.all(&nodes)?;
    lowering.result(expr)
}

impl<'a> Lowering<'a> {
    /// The lowering of `nodes`, each of which comes after its inputs.
    fn new(builder: &'a mut GraphBuilder, nodes: &[Expr]) -> Self {
        let (done, depth, readers) = Default::default();
        let mut lowering = Self { builder, done, depth, readers };
        for node in nodes {
            lowering.measure(node);
        }
        lowering
    }

    /// Lowers nodes, each after its inputs.
    fn all(&mut self, nodes: &[Expr]) -> Result<()> {
        for node in nodes {
            // Leaves are lowered by whoever reads them: a free one costs no task, a cheap one is read again.
            if !matches!(node.node(), Node::Leaf(_)) {
                let grid = node.lower_into(self)?;
                self.done.insert(node.key(), grid);
            }
        }
        Ok(())
    }

    /// The tasks of an expression that is lowered.
    fn result(&mut self, expr: &Expr) -> Result<Grid> {
        match expr.node() {
            Node::Leaf(l) => leaf(l, expr.dtype(), expr.key(), self),
            _ => self.grid(expr, expr),
        }
    }

    /// Whether a leaf is made within the operations that read it. Arrays in memory are not when others run the graph:
    /// they are sent there chunk by chunk.
    fn stands_inside(&self, origin: &Origin) -> bool {
        origin.is_free() && (!self.builder.travels() || matches!(origin, Origin::Made(_)))
    }

    /// Whether a leaf is read in bands by the tasks of `consumer`: when nobody else reads it, its source can do so, and no
    /// position is left out.
    fn in_bands(&self, input: &Expr, leaf: &Leaf, consumer: &Expr) -> bool {
        let depth = self.depth.get(&consumer.key()).copied().unwrap_or(0);
        let source = matches!(&leaf.origin, Origin::Source(source) if source.reads_bands());
        source
            && !self.builder.is_shared()
            && self.readers.get(&(input.key(), depth)) == Some(&1)
            && leaf.window.iter().all(|s| s.step == 1)
    }

    /// Records how many reductions lie between the inputs of a node and their leaves, and that it reads those.
    fn measure(&mut self, node: &Expr) {
        let below = |e: &Expr| {
            let own = u32::from(matches!(e.node(), Node::Reduce(_) | Node::Tree(_)));
            own + self.depth.get(&e.key()).copied().unwrap_or(0)
        };
        let depth = node.inputs().iter().map(below).max().unwrap_or(0);
        self.depth.insert(node.key(), depth);
        for leaf in node.inputs().iter().filter(|e| matches!(e.node(), Node::Leaf(_))) {
            *self.readers.entry((leaf.key(), depth)).or_default() += 1;
        }
    }

    /// The tasks of an input of `consumer`.
    ///
    /// A source is read once for all who read it at the same depth, and again by those who also wait for a reduction
    /// over it: holding it all until the reduction is done would take memory for the whole array.
    fn grid(&mut self, input: &Expr, consumer: &Expr) -> Result<Grid> {
        if let Some(grid) = self.done.get(&input.key()) {
            return Ok(grid.clone());
        }
        let Node::Leaf(node) = input.node() else {
            return Err(Error::internal(format!("{} was not lowered before it is read", input.label())));
        };
        let depth = self.depth.get(&consumer.key()).copied().unwrap_or(0);
        // What is in memory is handed out once.
        let handed_out = self.builder.travels() && node.origin.is_free();
        let key = if depth == 0 || handed_out || self.is_kept(input, node) {
            input.key()
        } else {
            Key::of("read-again").key(input.key()).u64(u64::from(depth)).finish()
        };
        leaf(node, input.dtype(), key, self)
    }

    /// Whether what a compressed source gives is kept until all have read it: a small part of this process's memory.
    fn is_kept(&self, leaf: &Expr, node: &Leaf) -> bool {
        let size = leaf.shape().ok().and_then(|shape| {
            shape.iter().try_fold(leaf.dtype().size() as u64, |bytes, n| bytes.checked_mul(*n as u64))
        });
        let memory = || RunOptions::current().memory_limit.unwrap_or_else(machine_memory);
        node.origin.is_compressed()
            && !self.builder.travels()
            && size.is_some_and(|bytes| bytes <= memory() / KEPT)
    }

    /// Adds a layer of `operation`; `deps_of(i, out)` pushes what task `i` reads.
    fn layer(
        &mut self,
        key: Key,
        name: &str,
        operation: impl Operation,
        tasks: usize,
        annotations: Annotations,
        deps_of: impl FnMut(usize, &mut Vec<TaskId>),
    ) -> Result<Vec<TaskId>> {
        let layer = Layer { key, name: Arc::from(name), payload: OpHandle::payload(operation), annotations };
        Ok(self.builder.add(layer, tasks, deps_of)?.iter().collect())
    }
}
