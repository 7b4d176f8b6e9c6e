//! Group-bys of the small frame whose answers pandas gave, and which also run in parts.

use swath_dataframe::{DataFrame, col};

/// What a case does to the small frame.
pub type Make = fn(&DataFrame) -> DataFrame;

/// Names of the cases, and what they do.
pub const GROUP_BYS: [(&str, Make); 15] = [
    ("groupby_sum", |df| df.groupby("k").sum(["g", "i", "j", "x", "y"])),
    ("groupby_mean", |df| df.groupby(["k"]).mean(["g", "i", "j", "x", "y"])),
    ("groupby_std", |df| df.groupby("k").std(["g", "i", "j", "x", "y"])),
    ("groupby_var", |df| df.groupby("k").var(["g", "i", "j", "x", "y"])),
    ("groupby_median", |df| df.groupby("k").median(["g", "i", "j", "x", "y"])),
    ("groupby_min", |df| df.groupby("k").min(["i", "x", "s"])),
    ("groupby_max", |df| df.groupby("k").max(["i", "x", "s"])),
    ("groupby_count", |df| df.groupby("k").count(["i", "x", "s"])),
    ("groupby_nunique", |df| df.groupby("k").nunique(["i", "x", "s"])),
    ("groupby_size", |df| df.groupby("k").size()),
    ("groupby_two", |df| df.groupby(["k", "g"]).sum("x")),
    ("groupby_keep_missing", |df| df.groupby("k").dropna(false).sum("x")),
    ("groupby_float_key", |df| df.groupby("x").sum("i")),
    ("groupby_agg", |df| df.groupby("k").agg((("x", "sum"), col("x").mean(), col("i").max().alias("n")))),
    ("groupby_expression", |df| df.groupby(col("i") % 2).sum("x")),
];
