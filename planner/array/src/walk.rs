//! Visiting the nodes of expressions without recursion, so that chains of any length can be visited.

use std::collections::{HashMap, HashSet};

use swath_graph::Key;

use crate::expr::Expr;

/// Every node below `roots` once, inputs before those who read them.
pub(crate) fn topological(roots: &[Expr]) -> Vec<Expr> {
    let mut order = Vec::new();
    let mut seen: HashSet<Key> = HashSet::new();
    // A node is met twice: first to visit its inputs, then, when they are all in the order, to join it.
    let mut open: Vec<(Expr, bool)> = roots.iter().rev().map(|r| (r.clone(), false)).collect();
    while let Some((expr, inputs_done)) = open.pop() {
        if inputs_done {
            order.push(expr);
        } else if seen.insert(expr.key()) {
            let inputs: Vec<Expr> = expr.inputs().to_vec();
            open.push((expr, true));
            open.extend(inputs.into_iter().rev().map(|e| (e, false)));
        }
    }
    order
}

/// How many nodes read each node; being a root counts as one more.
pub(crate) fn readers(order: &[Expr], roots: &[Expr]) -> HashMap<Key, usize> {
    let mut counts: HashMap<Key, usize> = HashMap::new();
    for expr in order {
        let inputs: HashSet<Key> = expr.inputs().iter().map(Expr::key).collect();
        for key in inputs {
            *counts.entry(key).or_default() += 1;
        }
    }
    for root in roots {
        *counts.entry(root.key()).or_default() += 1;
    }
    counts
}
