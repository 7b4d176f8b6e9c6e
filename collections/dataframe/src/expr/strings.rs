//! Functions of strings: `col("name").str()`. A missing string stays missing; a test of one is false.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::functions::regex::expr_fn as re;
use datafusion::logical_expr::{Expr as DfExpr, cast, lit, when};
use swath_error::Result;

use super::compare::present_only;
use super::{Args, Expr, IntoOperand};
use crate::engine::from_datafusion;

/// What Python's `str.strip` removes.
const SPACES: &str = " \t\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{1f}\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
    \u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Functions of a column of strings; made by [`Expr::str`].
#[derive(Clone)]
#[must_use]
pub struct Strings(pub(crate) Expr);

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $label:literal $build:expr;)*) => {
        impl Strings { $(
            $(#[$doc])*
            pub fn $name(&self) -> Expr {
                self.0.map($label, |a| {
                    let build: fn(DfExpr) -> DfExpr = $build;
                    Ok(build(a.string(0)?))
                })
            }
        )* }
    };
}

unary! {
    /// In lower case.
    lower "str.lower" f::lower;
    /// In upper case.
    upper "str.upper" f::upper;
    /// How many characters.
    len "str.len" |s| cast(f::character_length(s), DataType::Int64);
    /// Without white space at both ends.
    strip "str.strip" |s| f::btrim(vec![s, lit(SPACES)]);
    /// Without white space at the start.
    lstrip "str.lstrip" |s| f::ltrim(vec![s, lit(SPACES)]);
    /// Without white space at the end.
    rstrip "str.rstrip" |s| f::rtrim(vec![s, lit(SPACES)]);
    /// Each word with an upper case letter first and lower case ones after it.
    title "str.title" f::initcap;
    /// The first letter in upper case, the others in lower case.
    capitalize "str.capitalize" |s| {
        let rest = f::lower(f::substr(s.clone(), lit(2_i64)));
        datafusion::logical_expr::expr_fn::binary_expr(
            f::upper(f::left(s, lit(1_i64))),
            datafusion::logical_expr::Operator::StringConcat,
            rest,
        )
    };
    /// The characters in reverse order.
    reverse "str.reverse" f::reverse;
}

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident $label:literal $pattern:literal;)*) => {
        impl Strings { $(
            $(#[$doc])*
            pub fn $name(&self) -> Expr {
                self.0.map($label, |a| Ok(present_only(re::regexp_like(a.string(0)?, lit($pattern), None), false)))
            }
        )* }
    };
}

tests! {
    /// Whether there are only letters, at least one.
    isalpha "str.isalpha" r"^\p{Alphabetic}+$";
    /// Whether there are only digits, at least one.
    isdigit "str.isdigit" r"^\p{Nd}+$";
    /// Whether there are only letters and digits, at least one.
    isalnum "str.isalnum" r"^[\p{Alphabetic}\p{N}]+$";
    /// Whether there is only white space, at least one character.
    isspace "str.isspace" r"^\s+$";
}

/// A test of a string and a literal text.
fn test(args: &Args, build: fn(DfExpr, DfExpr) -> DfExpr) -> Result<DfExpr> {
    Ok(present_only(build(args.string(0)?, args.string(1)?), false))
}

impl Strings {
    /// Whether `text` occurs, as it is (see [`Self::matches`] for a regular expression).
    pub fn contains(&self, text: impl IntoOperand) -> Expr {
        self.0.with("str.contains", text, |a| test(a, f::contains))
    }

    /// Whether the regular expression matches anywhere (pandas' `contains` with a pattern).
    pub fn matches(&self, pattern: &str) -> Expr {
        self.0.with("str.matches", pattern, |a| test(a, |s, p| re::regexp_like(s, p, None)))
    }

    /// Whether the whole string matches the regular expression.
    pub fn fullmatch(&self, pattern: &str) -> Expr {
        self.0.with("str.fullmatch", pattern, |a| {
            let pattern = format!("^(?:{})$", a.text(1)?);
            Ok(present_only(re::regexp_like(a.string(0)?, lit(pattern), None), false))
        })
    }

    /// Whether the string starts with `text`.
    pub fn starts_with(&self, text: impl IntoOperand) -> Expr {
        self.0.with("str.startswith", text, |a| test(a, f::starts_with))
    }

    /// Whether the string ends with `text`.
    pub fn ends_with(&self, text: impl IntoOperand) -> Expr {
        self.0.with("str.endswith", text, |a| test(a, f::ends_with))
    }

    /// Every occurrence of `from`, as it is, replaced by `to`.
    pub fn replace(&self, from: &str, to: &str) -> Expr {
        let args = vec![self.0.clone(), from.into_operand(), to.into_operand()];
        Expr::call("str.replace", args, |a| Ok(f::replace(a.string(0)?, a.string(1)?, a.string(2)?)))
    }

    /// Every match of the regular expression replaced; `$1` or `\1` stands for a group.
    pub fn replace_regex(&self, pattern: &str, to: &str) -> Expr {
        let args = vec![self.0.clone(), pattern.into_operand(), to.into_operand()];
        Expr::call("str.replace_regex", args, |a| {
            Ok(re::regexp_replace(a.string(0)?, a.string(1)?, a.string(2)?, Some(lit("g"))))
        })
    }

    /// Characters `start .. stop`, counted from 0; negative ones count from the end, `None` is the end.
    pub fn slice(&self, start: i64, stop: impl Into<Option<i64>>) -> Expr {
        let args = vec![self.0.clone(), start.into_operand(), stop.into().unwrap_or(i64::MAX).into_operand()];
        Expr::call("str.slice", args, slice)
    }

    /// Character `i`, counted from 0 (negative: from the end); missing when there is none.
    pub fn get(&self, i: i64) -> Expr {
        self.0.with("str.get", i, |a| {
            let stop = if a.integer(1)? == -1 { i64::MAX } else { a.integer(1)? + 1 };
            Ok(f::nullif(characters(a.string(0)?, a.integer(1)?, stop), lit("")))
        })
    }

    /// This followed by `other`; missing when either is.
    pub fn cat(&self, other: impl IntoOperand) -> Expr {
        self.0.plus(other)
    }

    /// Where `text` first occurs, counted from 0 in characters; -1 when it does not.
    pub fn find(&self, text: &str) -> Expr {
        self.0.with("str.find", text, |a| {
            Ok(cast(f::strpos(a.string(0)?, a.string(1)?), DataType::Int64) - lit(1_i64))
        })
    }

    /// How often the regular expression matches.
    pub fn count(&self, pattern: &str) -> Expr {
        self.0.with("str.count", pattern, |a| {
            Ok(cast(re::regexp_count(a.string(0)?, a.string(1)?, None, None), DataType::Int64))
        })
    }

    /// The first group of the first match of the regular expression (the whole match without groups).
    pub fn extract(&self, pattern: &str) -> Expr {
        self.0.with("str.extract", pattern, |a| {
            let found = re::regexp_match(a.string(0)?, a.string(1)?, None);
            Ok(datafusion::functions_nested::expr_fn::array_element(found, lit(1_i64)))
        })
    }

    /// The parts between separators, as a list.
    pub fn split(&self, separator: &str) -> Expr {
        self.0.with("str.split", separator, |a| {
            Ok(datafusion::functions_nested::expr_fn::string_to_array(
                a.string(0)?,
                a.string(1)?,
                lit(datafusion::scalar::ScalarValue::Utf8(None)),
            ))
        })
    }

    /// Part `i` (from 0) between separators; missing when there are fewer.
    pub fn split_part(&self, separator: &str, i: u32) -> Expr {
        let args = vec![self.0.clone(), separator.into_operand(), i.into_operand()];
        Expr::call("str.split_part", args, |a| {
            let parts = datafusion::functions_nested::expr_fn::string_to_array(
                a.string(0)?,
                a.string(1)?,
                lit(datafusion::scalar::ScalarValue::Utf8(None)),
            );
            Ok(datafusion::functions_nested::expr_fn::array_element(parts, lit(a.integer(2)? + 1)))
        })
    }

    /// The string `times` times.
    pub fn repeat(&self, times: impl IntoOperand) -> Expr {
        self.0.with("str.repeat", times, |a| Ok(f::repeat(a.string(0)?, a.number(1)?)))
    }

    /// Padded on the right to `width` characters; longer strings stay.
    pub fn ljust(&self, width: i64, fill: &str) -> Expr {
        self.pad("str.ljust", width, fill, |a| pad(a, f::rpad))
    }

    /// Padded on the left to `width` characters; longer strings stay.
    pub fn rjust(&self, width: i64, fill: &str) -> Expr {
        self.pad("str.rjust", width, fill, |a| pad(a, f::lpad))
    }

    /// Padded on the left with zeros, after a sign; longer strings stay.
    pub fn zfill(&self, width: i64) -> Expr {
        self.pad("str.zfill", width, "0", zfill)
    }

    /// Without `prefix`, where the string starts with it.
    pub fn removeprefix(&self, prefix: &str) -> Expr {
        self.0.with("str.removeprefix", prefix, |a| {
            let (s, prefix) = (a.string(0)?, a.text(1)?);
            let rest = f::substr(s.clone(), lit(prefix.chars().count() as i64 + 1));
            when(f::starts_with(s.clone(), lit(prefix)), rest).otherwise(s).map_err(from_datafusion)
        })
    }

    /// Without `suffix`, where the string ends with it.
    pub fn removesuffix(&self, suffix: &str) -> Expr {
        self.0.with("str.removesuffix", suffix, |a| {
            let (s, suffix) = (a.string(0)?, a.text(1)?);
            let length = cast(f::character_length(s.clone()), DataType::Int64);
            let rest = f::left(s.clone(), length - lit(suffix.chars().count() as i64));
            when(f::ends_with(s.clone(), lit(suffix)), rest).otherwise(s).map_err(from_datafusion)
        })
    }

    fn pad(&self, name: &'static str, width: i64, fill: &str, build: super::Build) -> Expr {
        Expr::call(name, vec![self.0.clone(), width.into_operand(), fill.into_operand()], build)
    }
}

fn slice(args: &Args) -> Result<DfExpr> {
    Ok(characters(args.string(0)?, args.integer(1)?, args.integer(2)?))
}

/// Characters `start .. stop` of `s`; negative positions count from the end.
fn characters(s: DfExpr, start: i64, stop: i64) -> DfExpr {
    let length = || cast(f::character_length(s.clone()), DataType::Int64);
    let position = |p: i64| {
        if p >= 0 { lit(p) } else { f::greatest(vec![length() + lit(p), lit(0_i64)]) }
    };
    let from = position(start);
    if stop == i64::MAX {
        return f::substr(s.clone(), from + lit(1_i64));
    }
    let width = f::greatest(vec![position(stop) - from.clone(), lit(0_i64)]);
    f::substring(s.clone(), from + lit(1_i64), width)
}

fn pad(args: &Args, function: fn(Vec<DfExpr>) -> DfExpr) -> Result<DfExpr> {
    let (s, width, fill) = (args.string(0)?, args.integer(1)?, args.string(2)?);
    let short = cast(f::character_length(s.clone()), DataType::Int64).lt(lit(width));
    when(short, function(vec![s.clone(), lit(width), fill])).otherwise(s).map_err(from_datafusion)
}

fn zfill(args: &Args) -> Result<DfExpr> {
    let (s, width) = (args.string(0)?, args.integer(1)?);
    let sign = f::left(s.clone(), lit(1_i64));
    let rest = f::lpad(vec![f::substr(s.clone(), lit(2_i64)), lit((width - 1).max(0)), lit("0")]);
    let signed = datafusion::logical_expr::expr_fn::binary_expr(
        sign.clone(),
        datafusion::logical_expr::Operator::StringConcat,
        rest,
    );
    let long = cast(f::character_length(s.clone()), DataType::Int64).gt_eq(lit(width));
    let plain = f::lpad(vec![s.clone(), lit(width), lit("0")]);
    when(long, s)
        .when(sign.in_list(vec![lit("+"), lit("-")], false), signed)
        .otherwise(plain)
        .map_err(from_datafusion)
}
