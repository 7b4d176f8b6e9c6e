//! Pointwise indexing.

use swath_array_plan::{Expr, Index, Indices, index, points};
use swath_error::{Error, Result};

use crate::Element;
use crate::methods::methods;

methods! { Element:
    /// The elements at points: lists of positions along several axes are taken together, one from each for every point.
    /// The points become the first axis of the result; axes indexed otherwise follow. Each chunk gives only the points
    /// that lie in it.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, s};
    /// let x = da::arange(12).reshape([3, 4]).chunks([2, 2]);
    /// assert_eq!(x.vindex(s![[0, 2, -1], [1, 3, 0]]).compute()?.as_slice(), Some(&[1, 11, 8][..]));
    /// assert_eq!(x.vindex(s![[0, 2], ..]).shape()?, [2, 4]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn vindex(x, items: impl Into<Indices>) -> T = vindex(x, &items.into().0);
}

fn vindex(x: &Expr, items: &[Index]) -> Result<Expr> {
    let used = items.iter().filter(|i| !matches!(i, Index::Ellipsis)).count();
    if items.contains(&Index::NewAxis) || items.iter().filter(|i| **i == Index::Ellipsis).count() > 1 {
        return Err(Error::argument("vindex takes lists, positions and ranges, and one ellipsis at most"));
    }
    let missing = x.ndim().saturating_sub(used);
    let mut lists: Vec<Option<Vec<isize>>> = Vec::new();
    let mut ranges: Vec<Index> = Vec::new();
    for item in items {
        match item {
            Index::Ellipsis => {
                lists.extend(std::iter::repeat_n(None, missing));
                ranges.extend(std::iter::repeat_n(Index::from(..), missing));
            }
            Index::List(list) => {
                lists.push(Some(list.clone()));
                ranges.push(Index::from(..));
            }
            Index::At(i) => {
                lists.push(Some(vec![*i]));
                ranges.push(Index::from(..));
            }
            range => {
                lists.push(None);
                ranges.push(range.clone());
            }
        }
    }
    // A single position goes with every point.
    let count = lists.iter().flatten().map(Vec::len).find(|n| *n != 1).unwrap_or(1);
    for list in lists.iter_mut().flatten() {
        if let [only] = list.as_slice() {
            *list = vec![*only; count];
        }
    }
    points(&index(x, &ranges)?, &lists)
}
