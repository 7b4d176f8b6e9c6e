//! Expressions as text: one line per node, inputs indented below.

use std::collections::HashSet;
use std::fmt::Write;

use swath_graph::Key;

use crate::stream::Node;

/// The expression under `node`, one line per node; what is used twice is spelled out once.
pub fn tree(node: &dyn Node) -> String {
    let mut text = String::new();
    write_node(node, 0, &mut HashSet::new(), &mut text);
    text
}

fn write_node(node: &dyn Node, depth: usize, seen: &mut HashSet<Key>, text: &mut String) {
    let (info, inputs) = (node.info(), node.inputs());
    let known = !seen.insert(info.key) && !inputs.is_empty();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:indent$}{}{}",
        "",
        info.label,
        if known { " (as above)" } else { "" },
        indent = 2 * depth
    );
    if !known {
        for input in inputs {
            write_node(input, depth + 1, seen, text);
        }
    }
}
