//! Boxes of elements from one row-major buffer into another.

use super::Runs;
use crate::Region;

/// A row-major buffer's shape and a region of it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The buffer's shape.
    pub shape: &'a [usize],
    /// The region.
    pub region: &'a Region,
}

/// Copies the elements, of `size` bytes, of one buffer's region into another's region of the same lengths. What would lie
/// outside either buffer is left out.
pub fn copy(size: usize, from: &[u8], source: Place<'_>, to: &mut [u8], target: Place<'_>) {
    let sources = Runs::new(source.shape, source.region);
    let targets = Runs::new(target.shape, target.region);
    // Both are products of the regions' last lengths: the shorter run divides the longer one.
    let run = sources.len.min(targets.len);
    if run == 0 {
        return;
    }
    let place = |runs: &Runs, element: usize| (runs.start(element / runs.len) + element % runs.len) * size;
    let elements = sources.count() * sources.len;
    for element in (0..elements).step_by(run) {
        let (at, into) = (place(&sources, element), place(&targets, element));
        if let (Some(from), Some(to)) = (from.get(at..at + run * size), to.get_mut(into..into + run * size)) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_land_where_they_belong() {
        let from: Vec<u8> = (0..60).collect();
        let mut to = vec![0; 6 * 7];
        let source = Place { shape: &[3, 4, 5], region: &[1..3, 2..3, 1..4] };
        let target = Place { shape: &[6, 1, 7], region: &[2..4, 0..1, 3..6] };
        copy(1, &from, source, &mut to, target);
        assert_eq!(&to[2 * 7 + 3..2 * 7 + 6], [31, 32, 33]);
        assert_eq!(&to[3 * 7 + 3..3 * 7 + 6], [51, 52, 53]);
        assert_eq!(to.iter().filter(|b| **b != 0).count(), 6);
    }

    #[test]
    fn runs_of_different_lengths_meet() {
        let from: Vec<u8> = (0..12).collect();
        let mut to = vec![99; 20];
        let source = Place { shape: &[3, 4], region: &[0..3, 0..4] };
        let target = Place { shape: &[4, 5], region: &[1..4, 1..5] };
        copy(1, &from, source, &mut to, target);
        assert_eq!(&to[5..], [99, 0, 1, 2, 3, 99, 4, 5, 6, 7, 99, 8, 9, 10, 11]);
        let mut back = vec![0; 12];
        copy(1, &to, target, &mut back, source);
        assert_eq!(back, from);
    }
}
