//! From old chunks to new ones in steps, so that neither the graph nor a block grows beyond bounds.
//!
//! In: two layouts of one shape. Out: the layouts to pass through, the new one last. Place in the flow: asked by the
//! lowering of rechunks. The method is that of Dask's `dask/array/rechunk.py` (`plan_rechunk`): along the axes where chunks
//! are merged they are merged first, as far as blocks may grow; where that does not do, the others are split a part of
//! the way. It never looks at data.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Lengths of chunks, axis by axis.
pub type Layout = Vec<Vec<usize>>;

/// A step whose graph is at most so many times larger than both layouts together needs no step in between.
const THRESHOLD: usize = 4;

/// The layouts from `old` to `new`, without the old one; blocks in between have at most `limit` elements, or as many as
/// the largest block of either layout.
pub fn plan_rechunk(old: &Layout, new: &Layout, limit: usize) -> Vec<Layout> {
    let mut steps = Vec::new();
    if new.len() > 1 && new.iter().all(|axis| axis.iter().any(|n| *n > 0)) {
        between(old, new, limit.max(largest(old)).max(largest(new)), &mut steps);
    }
    steps.push(new.clone());
    steps
}

fn between(old: &Layout, new: &Layout, limit: usize, steps: &mut Vec<Layout>) {
    let enough = (blocks(old).saturating_add(blocks(new))).saturating_mul(THRESHOLD);
    let mut current = old.clone();
    for pass in 0.. {
        let size = graph_size(&current, new);
        if size < enough {
            return;
        }
        // Blocks could not be merged any further: split some.
        let start =
            if pass == 0 { current.clone() } else { split(&current, new, size.saturating_mul(THRESHOLD)) };
        let (next, limited) = merge(&start, new, limit);
        if (next == current && pass > 0) || next == *new {
            return;
        }
        if next != current {
            steps.push(next.clone());
        }
        current = next;
        if !limited {
            return;
        }
    }
}

/// How many pieces the old chunks are cut into.
fn graph_size(old: &Layout, new: &Layout) -> usize {
    let along = |(o, n): (&Vec<usize>, &Vec<usize>)| if o == n { o.len() } else { o.len() + n.len() - 1 };
    old.iter().zip(new).map(along).fold(1, usize::saturating_mul)
}

fn blocks(layout: &Layout) -> usize {
    layout.iter().map(Vec::len).fold(1, usize::saturating_mul)
}

fn widest(chunks: &[usize]) -> usize {
    chunks.iter().copied().max().unwrap_or(0)
}

/// Elements of the largest block.
fn largest(layout: &Layout) -> usize {
    layout.iter().map(|axis| widest(axis)).fold(1, usize::saturating_mul)
}

/// Merges chunks along the axes where the new ones are fewer, those first that make the graph small for little memory;
/// whether blocks came up against the limit.
fn merge(old: &Layout, new: &Layout, limit: usize) -> (Layout, bool) {
    let mut axes: Vec<usize> = (0..old.len()).filter(|a| new[*a].len() <= old[*a].len()).collect();
    axes.sort_by(|a, b| gain(&old[*a], &new[*a]).total_cmp(&gain(&old[*b], &new[*b])));
    let (mut layout, mut block, mut limited) = (old.clone(), largest(old), false);
    for axis in axes {
        let (before, after) = (widest(&old[axis]).max(1), widest(&new[axis]));
        let grown = scaled(block, after, before);
        if grown <= limit {
            layout[axis].clone_from(&new[axis]);
            block = grown;
            continue;
        }
        let cut = divide(&new[axis], scaled(limit, before, block).max(1));
        if cut.len() <= old[axis].len() {
            block = scaled(block, widest(&cut), before);
            layout[axis] = cut;
        }
        limited = true;
    }
    (layout, limited)
}

/// How much smaller the graph becomes, for how much larger blocks; the lower the better.
fn gain(old: &[usize], new: &[usize]) -> f64 {
    let graph = new.len() as f64 / old.len() as f64;
    let block = widest(new) as f64 / widest(old).max(1) as f64;
    let block = if (block - 1.0).abs() < f64::EPSILON { 1.0 + 1e-9 } else { block };
    if block > 0.0 { graph.ln() / block.ln() } else { 0.0 }
}

/// `a * b / c` without overflow.
fn scaled(a: usize, b: usize, c: usize) -> usize {
    usize::try_from(a as u128 * b as u128 / c.max(1) as u128).unwrap_or(usize::MAX)
}

/// Splits chunks along the axes where the new ones are more, while the graph stays within `limit`.
fn split(old: &Layout, new: &Layout, limit: usize) -> Layout {
    let mut layout = old.clone();
    for (axis, chunks) in old.iter().enumerate() {
        let size = graph_size(&layout, new);
        if size > limit {
            break;
        }
        if chunks.len() > new[axis].len() {
            continue;
        }
        let merged = merge_to(&new[axis], scaled(chunks.len(), limit, size));
        if merged.len() >= chunks.len() && widest(&merged) <= widest(chunks) {
            layout[axis] = merged;
        }
    }
    layout
}

/// Chunks no wider than `most`, which the wanted ones are made of.
fn divide(wanted: &[usize], most: usize) -> Vec<usize> {
    let parts = |mut n: usize| {
        let count = n.div_ceil(most);
        (0..count).map(move |i| {
            let part = n / (count - i);
            n -= part;
            part
        })
    };
    wanted.iter().flat_map(|n| parts(*n)).collect()
}

/// At most `count` chunks made of neighbours among `wanted`, the narrowest first.
fn merge_to(wanted: &[usize], count: usize) -> Vec<usize> {
    if wanted.len() <= count {
        return wanted.to_vec();
    }
    let count = count.max(1);
    if let Some(merged) = merge_equal(wanted, count) {
        return merged;
    }
    let mut chunks = wanted.to_vec();
    let mut pairs: BinaryHeap<Reverse<(usize, usize, usize)>> =
        wanted.windows(2).enumerate().map(|(i, pair)| Reverse((pair.iter().sum(), i, i + 1))).collect();
    let mut left = wanted.len() - count;
    while let (1.., Some(Reverse((width, i, j)))) = (left, pairs.pop()) {
        // The pair may have changed since: its right neighbour is the next chunk that is left.
        let Some(next) = (j..chunks.len()).find(|j| chunks[*j] > 0) else { continue };
        if chunks[i] == 0 {
            continue;
        }
        if next != j || chunks[i] + chunks[j] != width {
            pairs.push(Reverse((chunks[i] + chunks[next], i, next)));
            continue;
        }
        (chunks[i], chunks[j]) = (0, width);
        left -= 1;
    }
    chunks.retain(|n| *n > 0);
    chunks
}

/// The same for chunks that are all alike.
fn merge_equal(wanted: &[usize], count: usize) -> Option<Vec<usize>> {
    let width = *wanted.first().filter(|w| **w > 0 && wanted.iter().all(|n| n == *w))?;
    let total = wanted.len() * width;
    let merged = width * (total / count / width);
    let wider = (total - count * merged) / width;
    Some((0..count).map(|i| if i < wider { merged + width } else { merged }).collect())
}
