//! A region as runs of elements that lie one after another in a row-major file.

use crate::Region;

/// The runs of a region, in the order of the region's own elements.
#[derive(Debug)]
pub struct Runs {
    /// Elements of one run.
    pub len: usize,
    /// Lengths of the region along the axes outside the runs.
    outer: Vec<usize>,
    /// Elements of the file from one index to the next along those axes.
    steps: Vec<usize>,
    /// The first run's first element.
    first: usize,
}

impl Runs {
    /// The runs of a region of an array of `shape`.
    pub fn new(shape: &[usize], region: &Region) -> Self {
        let mut steps = vec![1; shape.len()];
        for i in (1..shape.len()).rev() {
            let below = steps.get(i).copied().unwrap_or(1) * shape.get(i).copied().unwrap_or(1);
            if let Some(step) = steps.get_mut(i - 1) {
                *step = below;
            }
        }
        let lengths: Vec<usize> = region.iter().map(|r| r.end - r.start).collect();
        let first = region.iter().zip(&steps).map(|(r, s)| r.start * s).sum();
        // Axes that are taken whole belong to the run, and the innermost one that is not ends it.
        let (mut len, mut inner) = (1, shape.len());
        while let Some(axis) = inner.checked_sub(1) {
            let n = lengths.get(axis).copied().unwrap_or(1);
            len *= n;
            inner = axis;
            if shape.get(axis) != Some(&n) {
                break;
            }
        }
        let take = |of: &[usize]| of.iter().take(inner).copied().collect();
        Self { len, outer: take(&lengths), steps: take(&steps), first }
    }

    /// How many runs.
    pub fn count(&self) -> usize {
        if self.len == 0 { 0 } else { self.outer.iter().product() }
    }

    /// The file's element at which run `i` starts.
    pub fn start(&self, i: usize) -> usize {
        let (mut left, mut at) = (i, self.first);
        for (n, step) in self.outer.iter().zip(&self.steps).rev() {
            at += (left % n) * step;
            left /= n;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_axes_join_the_run() {
        let runs = Runs::new(&[4, 5, 6], &[1..3, 0..5, 0..6]);
        assert_eq!((runs.len, runs.count(), runs.start(0)), (60, 1, 30));
        let runs = Runs::new(&[4, 5, 6], &[1..3, 2..4, 0..6]);
        assert_eq!((runs.len, runs.count(), runs.start(1)), (12, 2, 72));
        let runs = Runs::new(&[4, 5, 6], &[1..3, 2..4, 3..4]);
        assert_eq!((runs.len, runs.count(), runs.start(3)), (1, 4, 81));
        assert_eq!(Runs::new(&[], &[]).count(), 1);
        assert_eq!(Runs::new(&[4, 5], &[1..1, 0..5]).count(), 0);
    }
}
