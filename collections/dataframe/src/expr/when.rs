//! `when(condition).then(value).otherwise(value)`.

use super::{Expr, IntoOperand, Node};

/// Starts a choice: `when(col("x").gt(0)).then("up").when(col("x").lt(0)).then("down").otherwise("flat")`.
pub fn when(condition: impl IntoOperand) -> When {
    When { branches: Vec::new(), condition: condition.into_operand() }
}

/// A choice that waits for the value of its last condition.
#[derive(Clone)]
#[must_use]
pub struct When {
    branches: Vec<(Expr, Expr)>,
    condition: Expr,
}

impl When {
    /// The value where the condition holds (a string is a value here).
    pub fn then(self, value: impl IntoOperand) -> Then {
        let mut branches = self.branches;
        branches.push((self.condition, value.into_operand()));
        Then { branches }
    }
}

/// A choice that can be ended, or go on with another condition.
#[derive(Clone)]
#[must_use]
pub struct Then {
    branches: Vec<(Expr, Expr)>,
}

impl Then {
    /// Another condition, looked at where the ones before do not hold.
    pub fn when(self, condition: impl IntoOperand) -> When {
        When { branches: self.branches, condition: condition.into_operand() }
    }

    /// The value everywhere else.
    pub fn otherwise(self, value: impl IntoOperand) -> Expr {
        Expr::new(Node::Case { branches: self.branches, otherwise: Some(value.into_operand()) })
    }

    /// Missing everywhere else.
    pub fn end(self) -> Expr {
        Expr::new(Node::Case { branches: self.branches, otherwise: None })
    }
}
