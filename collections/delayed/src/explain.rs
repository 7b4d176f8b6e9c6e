//! A lazy graph as text.

use std::fmt::Write as _;
use std::sync::Arc;

use hashbrown::HashSet;
use swath_error::Result;
use swath_graph::{GraphBuilder, summary};

use crate::lower::lower;
use crate::node::{Id, Node};

/// Calls shown before the rest is left out.
const LINES: usize = 24;

/// The calls as an outline, then the task graph.
pub(crate) fn explain(node: &Arc<Node>) -> Result<String> {
    let mut builder = GraphBuilder::new();
    let tasks = lower(std::iter::once(node), &mut builder)?;
    let graph = builder.finish(&tasks)?;
    let mut text = String::from("expression\n");
    outline(node, &mut text);
    text.push_str("rewritten\n  (calls run as they were written)\ntask graph\n");
    for line in summary(&graph).lines() {
        let _ = writeln!(text, "  {line}");
    }
    Ok(text)
}

/// One line per call, what it reads indented below it; a call read twice is spelled out once.
fn outline(root: &Arc<Node>, text: &mut String) {
    let mut shown: HashSet<Id> = HashSet::new();
    let mut stack = vec![(root, 1)];
    let mut lines = 0;
    while let Some((node, depth)) = stack.pop() {
        lines += 1;
        if lines > LINES {
            text.push_str("  …\n");
            return;
        }
        let again = !shown.insert(node.id) && !node.deps.is_empty();
        let mark = if again { " (see above)" } else { "" };
        let _ = writeln!(text, "{:indent$}{}{mark}", "", node.label(), indent = depth * 2);
        if !again {
            stack.extend(node.deps.iter().rev().map(|dep| (dep, depth + 1)));
        }
    }
}
