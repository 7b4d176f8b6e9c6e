//! Expressions as text: one node per line, inputs indented below it, nodes met before named by number.

use std::collections::HashMap;
use std::fmt::Write;

use swath_error::Result;
use swath_graph::{GraphBuilder, Key, summary};

use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::lower::lower;
use crate::rewrite::rewrite;
use crate::walk::{readers, topological};

/// Lines after which a tree is cut.
const LONGEST: usize = 200;

/// What an expression means, what it is rewritten to, and the tasks it runs as.
///
/// # Errors
/// As [`lower`].
pub fn explain(expr: &Expr) -> Result<String> {
    let rewritten = rewrite(expr)?;
    let mut builder = GraphBuilder::new();
    let grid = lower(&rewritten, &mut builder)?;
    let graph = builder.finish(grid.tasks())?;
    Ok(format!(
        "expression\n{}\nrewritten\n{}\ntask graph\n{}",
        tree(expr),
        tree(&rewritten),
        indented(&summary(&graph))
    ))
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "  {line}");
        out
    })
}

/// The tree of an expression, each line indented by two spaces and more.
pub fn tree(root: &Expr) -> String {
    let roots = std::slice::from_ref(root);
    let order = topological(roots);
    let shared = readers(&order, roots);
    let mut numbers: HashMap<Key, usize> = HashMap::new();
    let mut out = String::new();
    let mut lines = 0;
    let mut open = vec![(root, 1)];
    while let Some((expr, depth)) = open.pop() {
        lines += 1;
        if lines > LONGEST {
            let _ = writeln!(out, "  … {} nodes in all", order.len());
            break;
        }
        let _ = write!(out, "{}", "  ".repeat(depth));
        if let Some(number) = numbers.get(&expr.key()) {
            let _ = writeln!(out, "#{number} again");
            continue;
        }
        if shared.get(&expr.key()).is_some_and(|n| *n > 1) && !expr.inputs().is_empty() {
            let number = numbers.len() + 1;
            numbers.insert(expr.key(), number);
            let _ = write!(out, "#{number} ");
        }
        let _ = writeln!(out, "{}: {}", expr.label(), describe(expr));
        open.extend(expr.inputs().iter().rev().map(|e| (e, depth + 1)));
    }
    out
}

/// Type, shape and chunks.
fn describe(expr: &Expr) -> String {
    let chunks = expr.chunks();
    if chunks.blocks() == 1 {
        format!("{} {chunks}", expr.dtype())
    } else {
        format!("{} {chunks} in {} chunks {}", expr.dtype(), chunks.blocks(), chunk_text(chunks))
    }
}

/// The chunk lengths along each axis: one number where all but the last are equal, else the first few.
pub fn chunk_text(chunks: &Chunks) -> String {
    let axes: Vec<String> = chunks.axes().iter().map(axis_text).collect();
    let comma = if axes.len() == 1 { "," } else { "" };
    format!("({}{comma})", axes.join(", "))
}

fn axis_text(axis: &Axis) -> String {
    let Ok(sizes) = axis.sizes() else { return format!("{}×?", axis.blocks()) };
    let first = sizes.first().copied().unwrap_or(0);
    let last = sizes.last().copied().unwrap_or(0);
    if sizes.iter().rev().skip(1).all(|n| *n == first) && last <= first {
        return first.to_string();
    }
    let few: Vec<String> = sizes.iter().take(6).map(ToString::to_string).collect();
    let more = if sizes.len() > few.len() { ", …" } else { "" };
    format!("[{}{more}]", few.join(", "))
}
