//! Expressions as text: one line per node, inputs indented below.

use std::fmt::Write;

use crate::stream::Node;

/// The expression under `node`, one line per node.
pub fn tree(node: &dyn Node) -> String {
    let mut text = String::new();
    write_node(node, 0, &mut text);
    text
}

fn write_node(node: &dyn Node, depth: usize, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:indent$}{}", "", node.info().label, indent = 2 * depth);
    for input in node.inputs() {
        write_node(input, depth + 1, text);
    }
}
