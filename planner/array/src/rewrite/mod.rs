//! Equal expressions that cost less. No rule changes values, types or the chunks of the whole expression.
//!
//! In: an expression. Out: another one. Common subexpressions become one node (equal keys); elementwise chains become
//! one program; slices and new chunks move towards the sources; elementwise programs move into reductions. A rule that
//! would do work twice for the sake of one reader asks first how many readers there are.

mod fuse;
mod rechunk;
mod slice;

use std::collections::HashMap;

use swath_error::Result;
use swath_graph::Key;

use crate::expr::{Expr, Node};
use crate::walk::{readers, topological};

/// Passes that move slices and chunks: each can open the way for another.
const PASSES: usize = 4;

/// The expression as it is run.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when a rule breaks an expression.
pub fn rewrite(expr: &Expr) -> Result<Expr> {
    // Long chains first: the rules below then meet few nodes.
    let mut root = pass(expr, &fuse::into_elementwise)?;
    for _ in 0..PASSES {
        let next = pass(&root, &push)?;
        if next.key() == root.key() {
            break;
        }
        root = next;
    }
    let root = pass(&root, &fuse::into_elementwise)?;
    pass(&root, &fuse::into_reduction)
}

/// What rules may ask.
pub(crate) struct Sharing {
    readers: HashMap<Key, usize>,
}

impl Sharing {
    /// Whether one node at most reads this one. Nodes that rules have just made are read by those they were made for.
    pub(crate) fn is_sole(&self, expr: &Expr) -> bool {
        self.readers.get(&expr.key()).is_none_or(|n| *n <= 1)
    }

    /// Whether the rewritten node may be taken apart for one reader.
    pub(crate) fn is_free(&self, expr: &Expr) -> bool {
        self.is_sole(expr) || matches!(expr.node(), Node::Leaf(l) if l.origin.is_free())
    }
}

/// A rule: the node that replaces one whose inputs are rewritten already, if any.
type Rule<'a> = &'a dyn Fn(&Expr, &Sharing) -> Result<Option<Expr>>;

/// Applies a rule to every node, inputs first.
fn pass(root: &Expr, rule: Rule<'_>) -> Result<Expr> {
    let order = topological(std::slice::from_ref(root));
    let mut sharing = Sharing { readers: readers(&order, std::slice::from_ref(root)) };
    let mut done: HashMap<Key, Expr> = HashMap::new();
    for old in &order {
        let inputs =
            old.inputs().iter().map(|e| done.get(&e.key()).cloned().unwrap_or_else(|| e.clone())).collect();
        let rebuilt = old.rebuild(inputs)?;
        let new = rule(&rebuilt, &sharing)?.unwrap_or(rebuilt);
        // A new node is read by those who read the one it stands for.
        let readers = sharing.readers.get(&old.key()).copied().unwrap_or(1);
        if new.key() != old.key() {
            *sharing.readers.entry(new.key()).or_default() += readers;
        }
        done.insert(old.key(), new);
    }
    Ok(done.remove(&root.key()).unwrap_or_else(|| root.clone()))
}

/// The rules that move slices and chunks.
fn push(expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    match expr.node() {
        Node::Slice(node) => slice::push(node, expr, sharing),
        Node::Rechunk(node) => rechunk::push(node, expr, sharing),
        _ => Ok(None),
    }
}
