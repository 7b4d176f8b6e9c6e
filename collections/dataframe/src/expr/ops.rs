//! The operators: `+ - * /` are pandas' arithmetic, `% ` is Python's, `& | !` combine conditions.

use std::ops;

use super::{Expr, IntoOperand};

macro_rules! operators {
    ($($trait:ident $method:ident $to:ident;)*) => { $(
        impl<T: IntoOperand> ops::$trait<T> for Expr {
            type Output = Self;
            fn $method(self, other: T) -> Self { self.$to(other) }
        }

        impl<T: IntoOperand> ops::$trait<T> for &Expr {
            type Output = Expr;
            fn $method(self, other: T) -> Expr { self.$to(other) }
        }

        operators!(@numbers $trait $method $to i32 i64 f64);
    )* };
    (@numbers $trait:ident $method:ident $to:ident $($n:ty)*) => { $(
        impl ops::$trait<Expr> for $n {
            type Output = Expr;
            fn $method(self, other: Expr) -> Expr { self.into_operand().$to(other) }
        }
    )* };
}

operators! {
    Add add plus;
    Sub sub minus;
    Mul mul times;
    Div div divided_by;
    Rem rem modulo;
}

macro_rules! conditions {
    ($($trait:ident $method:ident $to:ident;)*) => { $(
        impl<T: IntoOperand> ops::$trait<T> for Expr {
            type Output = Self;
            fn $method(self, other: T) -> Self { self.$to(other) }
        }

        impl<T: IntoOperand> ops::$trait<T> for &Expr {
            type Output = Expr;
            fn $method(self, other: T) -> Expr { self.$to(other) }
        }
    )* };
}

conditions! {
    BitAnd bitand and;
    BitOr bitor or;
    BitXor bitxor xor;
}

impl ops::Not for Expr {
    type Output = Self;
    fn not(self) -> Self {
        self.negate()
    }
}

impl ops::Not for &Expr {
    type Output = Expr;
    fn not(self) -> Expr {
        self.negate()
    }
}

impl ops::Neg for Expr {
    type Output = Self;
    fn neg(self) -> Self {
        self.minus_sign()
    }
}

impl ops::Neg for &Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        self.minus_sign()
    }
}
