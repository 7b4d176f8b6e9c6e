//! What a user writes between brackets.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use smallvec::SmallVec;
use swath_error::{Error, ErrorKind, Result};

use super::AxisSlice;

/// One item of an index, as NumPy has them: negative positions count from the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Index {
    /// One element; the axis goes away.
    At(isize),
    /// `start..stop` with a step, which may be negative; bounds past the end are clamped.
    Slice {
        /// The first element; by default the first one in the direction of the step.
        start: Option<isize>,
        /// Where to stop, exclusive; by default past the last one in the direction of the step.
        stop: Option<isize>,
        /// From one element to the next; not 0.
        step: isize,
    },
    /// `start..=stop` with a step, which may be negative.
    Inclusive {
        /// The first element; by default the first one in the direction of the step.
        start: Option<isize>,
        /// The last element, if the steps meet it.
        stop: isize,
        /// From one element to the next; not 0.
        step: isize,
    },
    /// As many whole axes as the other items leave.
    Ellipsis,
    /// A new axis of length 1.
    NewAxis,
    /// These elements, in this order, repeats allowed; at most one such item in an index.
    List(Vec<isize>),
}

/// A new axis of length 1, in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAxis;

/// A range with a step: what `s![1..10;2]` is made of.
pub trait Stepped {
    /// The range taken every `step` elements.
    fn stepped(self, step: isize) -> Index;
}

impl<I: Into<Index>> Stepped for I {
    fn stepped(self, step: isize) -> Index {
        match self.into() {
            Index::Slice { start, stop, step: own } => {
                Index::Slice { start, stop, step: own.saturating_mul(step) }
            }
            Index::Inclusive { start, stop, step: own } => {
                Index::Inclusive { start, stop, step: own.saturating_mul(step) }
            }
            // `...;2` makes no sense; a step of 0 is refused when the index is used.
            _ => Index::Slice { start: None, stop: None, step: 0 },
        }
    }
}

impl From<NewAxis> for Index {
    fn from(_: NewAxis) -> Self {
        Self::NewAxis
    }
}

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Self {
        Self::Slice { start: None, stop: None, step: 1 }
    }
}

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for Index {
            fn from(i: $t) -> Self {
                Self::At(position(i))
            }
        }

        impl From<Range<$t>> for Index {
            fn from(r: Range<$t>) -> Self {
                Self::Slice { start: Some(position(r.start)), stop: Some(position(r.end)), step: 1 }
            }
        }

        impl From<RangeFrom<$t>> for Index {
            fn from(r: RangeFrom<$t>) -> Self {
                Self::Slice { start: Some(position(r.start)), stop: None, step: 1 }
            }
        }

        impl From<RangeTo<$t>> for Index {
            fn from(r: RangeTo<$t>) -> Self {
                Self::Slice { start: None, stop: Some(position(r.end)), step: 1 }
            }
        }

        impl From<RangeInclusive<$t>> for Index {
            fn from(r: RangeInclusive<$t>) -> Self {
                Self::Inclusive { start: Some(position(*r.start())), stop: position(*r.end()), step: 1 }
            }
        }

        impl From<RangeToInclusive<$t>> for Index {
            fn from(r: RangeToInclusive<$t>) -> Self {
                Self::Inclusive { start: None, stop: position(r.end), step: 1 }
            }
        }

        impl From<Vec<$t>> for Index {
            fn from(list: Vec<$t>) -> Self {
                Self::List(list.into_iter().map(position).collect())
            }
        }

        impl<const N: usize> From<[$t; N]> for Index {
            fn from(list: [$t; N]) -> Self {
                Self::List(list.into_iter().map(position).collect())
            }
        }
    )* };
}

from_integers! { i32 i64 isize usize }

/// A position as far out as `isize` goes: any axis ends before that.
fn position<I: TryInto<isize>>(i: I) -> isize {
    i.try_into().unwrap_or(isize::MAX)
}

/// The position past an inclusive end in the direction of `step`; past the last (-1) or the first (0) is the axis' end.
fn past(end: isize, step: isize) -> Option<isize> {
    match (end, step < 0) {
        (-1, false) | (0, true) => None,
        (end, false) => end.checked_add(1),
        (end, true) => Some(end.saturating_sub(1)),
    }
}

/// The items of an index: one item, or several from a tuple-like list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices(pub Vec<Index>);

impl<I: Into<Index>> From<I> for Indices {
    fn from(item: I) -> Self {
        Self(vec![item.into()])
    }
}

/// An index over an array of known shape, taken apart into steps that are done one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPlan {
    /// What is taken along each axis.
    pub slices: SmallVec<[AxisSlice; 4]>,
    /// Elements picked along one axis, after the slices.
    pub list: Option<(usize, Vec<usize>)>,
    /// The axes of the result: one of the array's, or a new one. Axes not named have length 1 and go away.
    pub axes: SmallVec<[Option<usize>; 4]>,
}

/// What `items` take of an array of `shape`.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with NumPy's message when there are too many items or a position is out of bounds.
pub fn plan_index(items: &[Index], shape: &[usize]) -> Result<IndexPlan> {
    let used = items.iter().filter(|i| !matches!(i, Index::Ellipsis | Index::NewAxis)).count();
    if used > shape.len() {
        return Err(Error::argument(format!(
            "too many indices for array: array is {}-dimensional, but {used} were indexed",
            shape.len()
        )));
    }
    if items.iter().filter(|i| **i == Index::Ellipsis).count() > 1 {
        return Err(Error::argument("an index can only have a single ellipsis ('...')"));
    }
    let mut plan = IndexPlan { slices: SmallVec::new(), list: None, axes: SmallVec::new() };
    for item in items {
        match item {
            Index::Ellipsis => plan.whole(shape, shape.len() - used),
            Index::NewAxis => plan.axes.push(None),
            item => plan.take(item, shape)?,
        }
    }
    plan.whole(shape, shape.len().saturating_sub(plan.slices.len()));
    Ok(plan)
}

impl IndexPlan {
    /// The next `count` axes as they are.
    fn whole(&mut self, shape: &[usize], count: usize) {
        for _ in 0..count {
            let axis = self.slices.len();
            self.axes.push(Some(axis));
            self.slices.push(AxisSlice::full(shape.get(axis).copied().unwrap_or(0)));
        }
    }

    fn take(&mut self, item: &Index, shape: &[usize]) -> Result<()> {
        let axis = self.slices.len();
        let n = shape.get(axis).copied().unwrap_or(0);
        let slice = match item {
            Index::At(i) => AxisSlice::range(position_on(*i, axis, n)?, 1),
            Index::Slice { start, stop, step } => AxisSlice::python(*start, *stop, *step, n)?,
            Index::Inclusive { start, stop, step } => {
                AxisSlice::python(*start, past(*stop, *step), *step, n)?
            }
            _ => AxisSlice::full(n),
        };
        self.slices.push(slice);
        if let Index::List(list) = item {
            if self.list.is_some() {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "an index can hold only one list of positions",
                )
                .with_help("index twice, or use vindex"));
            }
            let list = list.iter().map(|i| position_on(*i, axis, n)).collect::<Result<_>>()?;
            self.list = Some((axis, list));
        }
        if !matches!(item, Index::At(_)) {
            self.axes.push(Some(axis));
        }
        Ok(())
    }
}

/// A position counted from the front.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with NumPy's message when it is not on the axis.
pub(crate) fn position_on(i: isize, axis: usize, n: usize) -> Result<usize> {
    let from_front = if i < 0 { i.checked_add_unsigned(n) } else { Some(i) };
    from_front
        .and_then(|i| usize::try_from(i).ok())
        .filter(|i| *i < n)
        .ok_or_else(|| Error::argument(format!("index {i} is out of bounds for axis {axis} with size {n}")))
}
