//! Sliding windows.

use swath_array_plan::{self as plan, Axes, Axis, Chunks, Expr, Kernel, Window, normalize_axis};
use swath_error::{Error, Result};

use crate::{Array, Dims, Element};

/// The windows of an array along axes as new last axes, as `numpy.lib.stride_tricks.sliding_window_view`: `window` has a
/// length for each of `axes`, in their order (`..` for all). A chunk of the result is a view of the elements it needs,
/// so that reducing over the new axes takes no more memory than the array.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] when there are not as many lengths as axes, a window is longer than its axis or
/// has length 0.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(10).chunks(4);
/// let w = da::sliding_window_view(&x, 3, 0);
/// assert_eq!(w.shape()?, [8, 3]);
/// assert_eq!(w.sum(1).compute()?.as_slice(), Some(&[3, 6, 9, 12, 15, 18, 21, 24][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn sliding_window_view<T: Element>(
    x: &Array<T>,
    window: impl Into<Dims>,
    axes: impl Into<SlidingAxes>,
) -> Array<T> {
    x.map(|x| view(x, &window.into().lengths()?, axes.into()))
}

/// The axes of windows, in order: one (`0`), several (`[1, 0]`, also twice the same), or all (`..`).
#[derive(Clone, Debug, Default)]
pub struct SlidingAxes(Option<Vec<isize>>);

impl From<isize> for SlidingAxes {
    fn from(axis: isize) -> Self {
        Self(Some(vec![axis]))
    }
}

impl<const N: usize> From<[isize; N]> for SlidingAxes {
    fn from(axes: [isize; N]) -> Self {
        Self(Some(axes.to_vec()))
    }
}

impl From<std::ops::RangeFull> for SlidingAxes {
    fn from(_: std::ops::RangeFull) -> Self {
        Self(None)
    }
}

fn view(x: &Expr, lengths: &[usize], axes: SlidingAxes) -> Result<Expr> {
    let axes = match axes.0 {
        Some(axes) => axes.iter().map(|a| normalize_axis(*a, x.ndim())).collect::<Result<Vec<_>>>()?,
        None => Axes::all().resolve(x.ndim())?.to_vec(),
    };
    if axes.len() != lengths.len() {
        return Err(Error::argument(format!(
            "sliding_window_view: {} window lengths for {} axes",
            lengths.len(),
            axes.len()
        )));
    }
    let mut lost = vec![0; x.ndim()];
    for (axis, length) in axes.iter().zip(lengths) {
        if x.chunks().axis(*axis)?.length()? == 0 {
            return Err(too_long());
        }
        if let (Some(lost), true) = (lost.get_mut(*axis), *length > 0) {
            *lost += length - 1;
        } else {
            return Err(Error::argument("sliding_window_view: windows must have at least one element"));
        }
    }
    let (mut windows, mut kept): (Vec<Vec<Window>>, Vec<Axis>) = (Vec::new(), Vec::new());
    for (axis, lost) in x.chunks().axes().iter().zip(&lost) {
        let sizes = shortened(axis.sizes()?, *lost).ok_or_else(too_long)?;
        let starts = axis.starts()?;
        windows.push(starts.iter().zip(&sizes).map(|(start, n)| (*start, n + lost)).collect());
        kept.push(Axis::known(sizes));
    }
    let wide = plan::windows(x, windows)?;
    let pairs: Vec<(usize, usize)> = axes.iter().copied().zip(lengths.iter().copied()).collect();
    let chunks = Chunks::new(kept.into_iter().chain(lengths.iter().map(|n| Axis::whole(*n))));
    // One label for each axis; chunks are walked by number, as their lengths differ from those of the result.
    let labels: String = ('α'..='ω').take(x.ndim()).collect();
    plan::kernel(Kernel::SlidingWindows(pairs), &labels, &[(&wide, &labels)], x.dtype(), chunks)
}

fn too_long() -> Error {
    Error::argument("sliding_window_view: the window is longer than the array")
        .with_help("window lengths are those of the array at most")
}

/// The chunk lengths of an axis without its last `lost` elements; none when it is not as long.
fn shortened(sizes: &[usize], lost: usize) -> Option<Vec<usize>> {
    let mut left = sizes.iter().sum::<usize>().checked_sub(lost).filter(|n| *n > 0 || lost == 0)?;
    let mut out = Vec::with_capacity(sizes.len());
    for size in sizes {
        let n = (*size).min(left);
        if n > 0 || out.is_empty() {
            out.push(n);
        }
        left -= n;
    }
    Some(out)
}
