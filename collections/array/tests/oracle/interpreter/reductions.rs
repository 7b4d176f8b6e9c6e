//! Reductions by name.

use swath_array::{Axes, DynArray};

/// The reduction of this name over these axes; none for another name.
pub fn reduction(x: &DynArray, name: &str, axes: Axes) -> Option<DynArray> {
    Some(match name {
        "sum" => x.sum(axes),
        "prod" => x.prod(axes),
        "mean" => x.mean(axes),
        "std" => x.std(axes),
        "var" => x.var(axes),
        "min" => x.min(axes),
        "max" => x.max(axes),
        "any" => x.any(axes),
        "all" => x.all(axes),
        "count_nonzero" => x.count_nonzero(axes),
        "nansum" => x.nansum(axes),
        "nanprod" => x.nanprod(axes),
        "nanmean" => x.nanmean(axes),
        "nanstd" => x.nanstd(axes),
        "nanvar" => x.nanvar(axes),
        "nanmin" => x.nanmin(axes),
        "nanmax" => x.nanmax(axes),
        "ptp" => x.ptp(axes),
        "median" => x.median(axes),
        "nanmedian" => x.nanmedian(axes),
        "argmin" => x.argmin(axes),
        "argmax" => x.argmax(axes),
        "nanargmin" => x.nanargmin(axes),
        "nanargmax" => x.nanargmax(axes),
        _ => return None,
    })
}
