//! How an expression reads, and what its result is called.

use std::fmt;

use super::{Expr, Node};

impl Expr {
    /// The name of the result: an alias, else the first column in the expression (with the aggregate's name after it),
    /// else the expression's text.
    pub fn output_name(&self) -> String {
        match self.0.as_ref() {
            Node::Alias { name, .. } => name.clone(),
            Node::Foreign(expr) => expr.schema_name().to_string(),
            Node::Aggregate { func, input } => format!("{}_{}", input.output_name(), func.name()),
            _ => self.first_name().unwrap_or_else(|| self.to_string()),
        }
    }

    fn first_name(&self) -> Option<String> {
        match self.0.as_ref() {
            Node::Column(name) | Node::Alias { name, .. } => Some(name.clone()),
            Node::Aggregate { .. } => Some(self.output_name()),
            _ => self.inputs().into_iter().find_map(Self::first_name),
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_ref() {
            Node::Column(name) => f.write_str(name),
            Node::Literal(value) if value.data_type().is_string() => write!(f, "'{value}'"),
            Node::Literal(value) => write!(f, "{value}"),
            Node::Call { name, args, .. } => call(f, name, args),
            Node::Aggregate { func, input } => write!(f, "{}({input})", func.name()),
            Node::Cast { input, to, .. } => write!(f, "cast({input}, {to})"),
            Node::IsIn { input, values } => {
                write!(f, "{input} in ")?;
                f.debug_list().entries(values).finish()
            }
            Node::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    write!(f, "when({condition}).then({value}).")?;
                }
                match otherwise {
                    Some(value) => write!(f, "otherwise({value})"),
                    None => f.write_str("end()"),
                }
            }
            Node::Over { input, keys } => write!(f, "{input} over {keys:?}"),
            Node::Alias { input, name } => write!(f, "{input} as {name}"),
            Node::Foreign(expr) => write!(f, "{expr}"),
            Node::Poison(error) => write!(f, "<{}>", error.message()),
        }
    }
}

fn call(f: &mut fmt::Formatter<'_>, name: &str, args: &[Expr]) -> fmt::Result {
    let operator = !name.starts_with(char::is_alphabetic);
    match args {
        [left, right] if operator => write!(f, "({left} {name} {right})"),
        [only] if operator => write!(f, "{name}{only}"),
        many => {
            write!(f, "{name}(")?;
            for (i, arg) in many.iter().enumerate() {
                write!(f, "{}{arg}", if i > 0 { ", " } else { "" })?;
            }
            f.write_str(")")
        }
    }
}
