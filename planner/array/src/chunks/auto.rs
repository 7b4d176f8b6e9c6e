//! Chunks of a target size, as Dask's `auto_chunks` chooses them.

use std::collections::HashMap;

use swath_block::DType;
use swath_error::Result;

use super::{Axis, Chunks, chunk_bytes, limits};

/// How far beyond the target a chunk may grow when existing chunks are joined whole.
const TOLERANCE: f64 = 1.25;

/// The size a chunk should have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Elements of a chunk; at least a fraction of one.
    elements: f64,
}

impl Target {
    /// A target of `bytes` (by default [`chunk_bytes`]) of elements of `dtype`.
    pub fn new(bytes: Option<u64>, dtype: DType) -> Self {
        Self { elements: bytes.unwrap_or_else(chunk_bytes).max(1) as f64 / dtype.size() as f64 }
    }
}

/// Fills the axes that are none so that the chunks have the target size, keeping the aspect of `previous` chunks.
pub(super) fn auto_chunks(
    fixed: Vec<Option<Axis>>,
    shape: &[usize],
    target: Target,
    previous: Option<&Chunks>,
) -> Result<Vec<Axis>> {
    if fixed.iter().all(Option::is_some) {
        return Ok(fixed.into_iter().flatten().collect());
    }
    match previous {
        Some(previous) => Scaling::new(fixed, shape, target, previous).run(),
        None => even(fixed, shape, target),
    }
}

/// Chunks as near a cube as the shape allows.
fn even(mut axes: Vec<Option<Axis>>, shape: &[usize], target: Target) -> Result<Vec<Axis>> {
    loop {
        let open = axes.iter().filter(|a| a.is_none()).count();
        if open == 0 {
            return Ok(axes.into_iter().flatten().collect());
        }
        let size = (target.elements / block_of(&axes)).powf(1.0 / open as f64);
        let short = |axis: &Option<Axis>, len: usize| axis.is_none() && (len as f64) < size;
        let any_short = axes.iter().zip(shape).any(|(a, n)| short(a, *n));
        for (axis, len) in axes.iter_mut().zip(shape) {
            if any_short && short(axis, *len) {
                *axis = Some(Axis::whole(*len));
            } else if !any_short && axis.is_none() {
                *axis = Some(limits::regular(*len, near(size, *len as f64) as usize, shape)?);
            }
        }
    }
}

/// Elements of the largest block along the axes that are fixed.
fn block_of(axes: &[Option<Axis>]) -> f64 {
    axes.iter().flatten().map(|a| a.largest().max(1) as f64).product()
}

/// `size` itself below `grain` (at least 1), else the largest multiple of `grain` up to it.
fn near(size: f64, grain: f64) -> f64 {
    if size <= grain { size.trunc().max(1.0) } else { (size / grain).floor() * grain }
}

/// What an open axis has come to.
#[derive(Clone, Debug)]
enum Found {
    Size(f64),
    Sizes(Vec<usize>),
}

impl Found {
    fn largest(&self) -> f64 {
        match self {
            Self::Size(n) => *n,
            Self::Sizes(sizes) => sizes.iter().copied().max().unwrap_or(0) as f64,
        }
    }
}

/// Existing chunks scaled up or down together until they have the target size.
struct Scaling<'a> {
    fixed: Vec<Option<Axis>>,
    shape: &'a [usize],
    previous: &'a Chunks,
    target: Target,
    /// The axes still to scale.
    open: Vec<usize>,
    /// The size each open axis starts from: the median of its chunks. When shrinking, what it has come to.
    basis: Vec<Option<Found>>,
    found: Vec<Option<Found>>,
    /// Elements of a block along the axes that no longer change.
    block: f64,
    shrinking: bool,
}

impl<'a> Scaling<'a> {
    fn new(fixed: Vec<Option<Axis>>, shape: &'a [usize], target: Target, previous: &'a Chunks) -> Self {
        let open: Vec<usize> =
            fixed.iter().enumerate().filter(|(_, a)| a.is_none()).map(|(i, _)| i).collect();
        let mut basis = vec![None; fixed.len()];
        for &a in &open {
            if let Some(slot) = basis.get_mut(a) {
                *slot = Some(Found::Size(median(sizes_of(previous, a))));
            }
        }
        let block = block_of(&fixed);
        let found = vec![None; fixed.len()];
        Self { fixed, shape, previous, target, open, basis, found, block, shrinking: false }
    }

    fn multiplier(&self) -> f64 {
        let sizes = self.basis.iter().flatten().map(Found::largest).filter(|n| *n > 0.0);
        self.target.elements / self.block / sizes.product::<f64>()
    }

    fn run(mut self) -> Result<Vec<Axis>> {
        let mut multiplier = self.multiplier();
        self.shrinking = multiplier < 1.0;
        if self.shrinking {
            self.found.clone_from(&self.basis);
        }
        // Each pass fixes an axis or converges; the cap only guards against rounding that goes round in circles.
        for _ in 0..64 {
            let mut again = self.pass(multiplier);
            if again || self.shrinking {
                let last = std::mem::replace(&mut multiplier, self.multiplier());
                again |= last.to_bits() != multiplier.to_bits();
            }
            if !again {
                break;
            }
        }
        self.finish()
    }

    /// Scales every open axis once; whether there is size left over for the others.
    fn pass(&mut self, multiplier: f64) -> bool {
        let open = self.open.clone();
        let root = 1.0 / open.len().max(1) as f64;
        let (factor, tolerance) = (multiplier.powf(root), TOLERANCE.powf(root));
        let mut again = false;
        for a in open {
            let len = self.shape.get(a).copied().unwrap_or(0);
            let basis = self.basis.get(a).cloned().flatten().map_or(1.0, |b| b.largest());
            let proposed = basis * factor;
            let previous = sizes_of(self.previous, a);
            let largest = previous.iter().copied().max().unwrap_or(0) as f64;
            if proposed > len as f64 {
                self.open.retain(|o| *o != a);
                self.block *= len.max(1) as f64;
                self.forget(a, len);
                again = true;
            } else if self.shrinking || largest > proposed * tolerance {
                self.set(a, Found::Size(near(proposed, ideal(previous, len))));
                if proposed < 1.0 {
                    again = true;
                    self.open.retain(|o| *o != a);
                }
            } else {
                self.set(a, Found::Sizes(joined(previous, proposed)));
            }
        }
        again
    }

    /// Axis `a` is one chunk from now on.
    fn forget(&mut self, a: usize, len: usize) {
        if let Some(slot) = self.basis.get_mut(a) {
            *slot = self.shrinking.then_some(Found::Sizes(vec![len]));
        }
        if let Some(slot) = self.found.get_mut(a) {
            *slot = Some(Found::Sizes(vec![len]));
        }
    }

    fn set(&mut self, a: usize, found: Found) {
        if self.shrinking
            && let Some(slot) = self.basis.get_mut(a)
        {
            *slot = Some(found.clone());
        }
        if let Some(slot) = self.found.get_mut(a) {
            *slot = Some(found);
        }
    }

    fn finish(self) -> Result<Vec<Axis>> {
        let axes = self.fixed.into_iter().zip(self.found).zip(self.shape);
        axes.map(|((fixed, found), len)| match (fixed, found) {
            (Some(axis), _) => Ok(axis),
            (None, Some(Found::Sizes(sizes))) => Ok(Axis::known(sizes)),
            (None, Some(Found::Size(size))) => limits::regular(*len, size as usize, self.shape),
            (None, None) => Ok(Axis::whole(*len)),
        })
        .collect()
    }
}

/// Neighbours joined while they stay within `size`.
fn joined(previous: &[usize], size: f64) -> Vec<usize> {
    let mut out = Vec::new();
    let mut open = 0;
    for &n in previous {
        if (n + open) as f64 <= size {
            open += n;
        } else {
            if open > 0 {
                out.push(open);
            }
            open = n;
        }
    }
    if open > 0 {
        out.push(open);
    }
    out
}

/// The length new chunks should be multiples of: the most frequent one where it is frequent, else the axis.
fn ideal(previous: &[usize], len: usize) -> f64 {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for n in previous {
        *counts.entry(*n).or_default() += 1;
    }
    let count = |n: usize| counts.get(&n).copied().unwrap_or(0);
    let mode = previous.iter().copied().fold(None, |best: Option<(usize, usize)>, n| match best {
        Some((_, most)) if count(n) <= most => best,
        _ => Some((n, count(n))),
    });
    match mode {
        Some((n, times)) if n > 1 && 2 * times >= previous.len() => n as f64,
        _ => len as f64,
    }
}

fn sizes_of(chunks: &Chunks, axis: usize) -> &[usize] {
    chunks.axes().get(axis).and_then(|a| a.sizes().ok()).unwrap_or(&[])
}

fn median(sizes: &[usize]) -> f64 {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let at = |i: usize| sorted.get(i).copied().unwrap_or(0) as f64;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => at(n / 2),
        n => f64::midpoint(at(n / 2 - 1), at(n / 2)),
    }
}
