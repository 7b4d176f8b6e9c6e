//! Expressions: immutable nodes with exact metadata and a deterministic key.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use swath_block::{DType, Shape};
use swath_error::{Error, Result};
use swath_graph::Key;

use crate::chunks::Chunks;
use crate::lower::{Grid, Lowering};
use crate::nodes;

/// An array that is not computed yet: a node over the nodes it reads. Cloning costs a reference count.
///
/// The element type and the chunks are exact from the start. Equal expressions over equal inputs have equal keys.
#[derive(Clone)]
pub struct Expr(Arc<Inner>);

struct Inner {
    key: Key,
    dtype: DType,
    chunks: Chunks,
    inputs: Vec<Expr>,
    node: Node,
}

/// What every node can do.
pub(crate) trait ArrayNode {
    /// The same node over other inputs, whose shapes, chunks and types are those of the old ones.
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr>;

    /// The node's name and parameters, for `explain()`.
    fn label(&self) -> String;

    /// Adds the layers of `expr`, whose node this is.
    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid>;
}

macro_rules! node_kinds {
    ($($kind:ident $doc:literal;)*) => {
        /// The kinds of nodes; NumPy's functions are made of these.
        pub(crate) enum Node {
            $(#[doc = $doc] $kind(nodes::$kind),)*
        }

        impl Node {
            fn as_node(&self) -> &dyn ArrayNode {
                match self { $(Self::$kind(node) => node,)* }
            }
        }

        $(
            impl From<nodes::$kind> for Node {
                fn from(node: nodes::$kind) -> Self {
                    Self::$kind(node)
                }
            }
        )*
    };
}

node_kinds! {
    Leaf "Data from a source or made from nothing.";
    Given "Blocks that other tasks make.";
    Held "Blocks that are computed already.";
    Elementwise "One fused program over inputs that broadcast.";
    Reduce "A fused program, reduced over axes.";
    Slice "Ranges with steps.";
    Take "Elements picked along an axis.";
    Permute "Axes in another order; axes of length 1 come and go.";
    Broadcast "Axes of length 1 repeated.";
    Rechunk "Other chunks.";
    Diagonal "The diagonal of the last two axes.";
    Reshape "Every chunk in another shape.";
    Concat "Arrays one after another along an axis.";
    Contract "Sums of products over labelled axes.";
    MapBlocks "A user's function over chunks.";
    Chunkwise "One kernel per place of a grid.";
    Tree "Partial results combined in a tree.";
    Scan "Running sums and the like.";
    Put "Some elements replaced.";
    Points "Elements at points.";
    Blocks "Some of the chunks.";
    Blockwise "A function over chunks that meet along labelled axes.";
    Part "One of several results.";
    Windows "Chunks that may overlap.";
}

impl Expr {
    /// An expression of this node.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when the array is larger than any could be.
    pub(crate) fn new(
        key: Key,
        dtype: DType,
        chunks: Chunks,
        node: impl Into<Node>,
        inputs: impl Into<Vec<Self>>,
    ) -> Result<Self> {
        chunks.check(dtype)?;
        Ok(Self(Arc::new(Inner { key, dtype, chunks, inputs: inputs.into(), node: node.into() })))
    }

    /// Equal for equal work.
    pub fn key(&self) -> Key {
        self.0.key
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// How the array is cut.
    pub fn chunks(&self) -> &Chunks {
        &self.0.chunks
    }

    /// How many axes.
    pub fn ndim(&self) -> usize {
        self.chunks().ndim()
    }

    /// The shape.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] when a length is unknown.
    pub fn shape(&self) -> Result<Shape> {
        self.chunks().shape()
    }

    /// The arrays it reads, in argument order.
    pub(crate) fn inputs(&self) -> &[Self] {
        &self.0.inputs
    }

    /// The one array it reads.
    pub(crate) fn input(&self) -> Result<&Self> {
        self.inputs().first().ok_or_else(|| Error::internal(format!("{} has no input", self.label())))
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    /// The node's name and parameters.
    pub(crate) fn label(&self) -> String {
        self.node().as_node().label()
    }

    /// The same node over other inputs.
    pub(crate) fn rebuild(&self, inputs: Vec<Self>) -> Result<Self> {
        if inputs.iter().map(Self::key).eq(self.inputs().iter().map(Self::key)) {
            return Ok(self.clone());
        }
        self.node().as_node().rebuild(inputs)
    }

    pub(crate) fn lower_into(&self, to: &mut Lowering<'_>) -> Result<Grid> {
        self.node().as_node().lower(self, to)
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {} {}", self.label(), self.dtype(), self.chunks())
    }
}

impl Drop for Inner {
    /// Chains of many thousand nodes are taken apart in a loop: dropped one inside another they overflow the stack.
    fn drop(&mut self) {
        let mut open = std::mem::take(&mut self.inputs);
        while let Some(expr) = open.pop() {
            if let Some(mut inner) = Arc::into_inner(expr.0) {
                open.append(&mut inner.inputs);
            }
        }
    }
}

/// The key of a node: its name, its parameters, its inputs.
pub(crate) fn key_of(name: &str, parameters: &impl Serialize, inputs: &[Expr]) -> Result<Key> {
    let bytes = postcard::to_stdvec(parameters).map_err(|e| {
        Error::internal(format!("the parameters of {name} cannot be encoded: {e}")).with_source(e)
    })?;
    let hasher = Key::of("array").str(name).bytes(&bytes);
    Ok(inputs.iter().fold(hasher, |h, e| h.key(e.key())).finish())
}
