//! What frame methods accept: names, expressions, values, one or several.
//!
//! In a place for columns a string is a column's name; in a place for values ([`IntoOperand`]) it is a value.

use datafusion::common::ScalarValue;
use swath_error::Error;

use super::{Expr, col};

/// A value or an expression, as the right side of an operator: here a string is a value.
pub trait IntoOperand {
    /// The expression.
    fn into_operand(self) -> Expr;
}

impl IntoOperand for Expr {
    fn into_operand(self) -> Expr {
        self
    }
}

impl IntoOperand for &Expr {
    fn into_operand(self) -> Expr {
        self.clone()
    }
}

impl IntoOperand for ScalarValue {
    fn into_operand(self) -> Expr {
        Expr::literal(self)
    }
}

impl<T: IntoOperand> IntoOperand for Option<T> {
    fn into_operand(self) -> Expr {
        self.map_or_else(|| Expr::literal(ScalarValue::Null), IntoOperand::into_operand)
    }
}

macro_rules! operands {
    ($($t:ty => $variant:ident as $as:ty;)*) => { $(
        impl IntoOperand for $t {
            fn into_operand(self) -> Expr {
                Expr::literal(ScalarValue::$variant(Some(<$as>::from(self))))
            }
        }
    )* };
}

operands! {
    i8 => Int64 as i64;
    i16 => Int64 as i64;
    i32 => Int64 as i64;
    i64 => Int64 as i64;
    u8 => Int64 as i64;
    u16 => Int64 as i64;
    u32 => Int64 as i64;
    u64 => UInt64 as u64;
    f32 => Float64 as f64;
    f64 => Float64 as f64;
    bool => Boolean as bool;
    &str => Utf8 as String;
    String => Utf8 as String;
    &String => Utf8 as String;
}

impl From<&str> for Expr {
    /// The column of this name.
    fn from(name: &str) -> Self {
        col(name)
    }
}

impl From<String> for Expr {
    /// The column of this name.
    fn from(name: String) -> Self {
        col(name)
    }
}

impl From<&String> for Expr {
    /// The column of this name.
    fn from(name: &String) -> Self {
        col(name.as_str())
    }
}

impl From<&Self> for Expr {
    fn from(expr: &Self) -> Self {
        expr.clone()
    }
}

impl From<(&str, &str)> for Expr {
    /// pandas' form of an aggregation: `("value", "mean")`. The result is called `value_mean`.
    #[track_caller]
    fn from((column, function): (&str, &str)) -> Self {
        let caller = std::panic::Location::caller();
        match super::Aggregate::named(function) {
            Ok(func) => col(column).aggregate(func),
            Err(error) => Self::poison(Error::at(error, caller)),
        }
    }
}

/// Columns or expressions, one or several: `"x"`, `["x", "y"]`, `[col("x") * 2]`, `("x", col("y") + 1)`, a `Vec`,
/// `()` for none.
pub trait IntoExprs {
    /// The expressions in order.
    fn into_exprs(self) -> Vec<Expr>;
}

macro_rules! single {
    ($($t:ty)*) => { $(
        impl IntoExprs for $t {
            fn into_exprs(self) -> Vec<Expr> { vec![self.into()] }
        }
    )* };
}

single! { Expr &Expr &str String &String }

impl IntoExprs for () {
    fn into_exprs(self) -> Vec<Expr> {
        Vec::new()
    }
}

impl<T: Into<Expr>, const N: usize> IntoExprs for [T; N] {
    fn into_exprs(self) -> Vec<Expr> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Expr>> IntoExprs for Vec<T> {
    fn into_exprs(self) -> Vec<Expr> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Clone + Into<Expr>> IntoExprs for &[T] {
    fn into_exprs(self) -> Vec<Expr> {
        self.iter().cloned().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($($($t:ident $v:ident),+;)*) => { $(
        impl<$($t: Into<Expr>),+> IntoExprs for ($($t,)+) {
            fn into_exprs(self) -> Vec<Expr> {
                let ($($v,)+) = self;
                vec![$($v.into()),+]
            }
        }
    )* };
}

tuples! {
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h;
}

/// Column names, one or several: `"x"`, `["x", "y"]`, a `Vec<String>`; `[]` or `()` for none.
pub trait IntoNames {
    /// The names in order.
    fn into_names(self) -> Vec<String>;
}

impl IntoNames for () {
    fn into_names(self) -> Vec<String> {
        Vec::new()
    }
}

impl IntoNames for &str {
    fn into_names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoNames for String {
    fn into_names(self) -> Vec<String> {
        vec![self]
    }
}

impl<const N: usize> IntoNames for [&str; N] {
    fn into_names(self) -> Vec<String> {
        self.into_iter().map(str::to_owned).collect()
    }
}

impl<T: AsRef<str>> IntoNames for Vec<T> {
    fn into_names(self) -> Vec<String> {
        self.iter().map(|n| n.as_ref().to_owned()).collect()
    }
}

impl<T: AsRef<str>> IntoNames for &[T] {
    fn into_names(self) -> Vec<String> {
        self.iter().map(|n| n.as_ref().to_owned()).collect()
    }
}

impl<T: AsRef<str>> IntoNames for &Vec<T> {
    fn into_names(self) -> Vec<String> {
        self.as_slice().into_names()
    }
}
