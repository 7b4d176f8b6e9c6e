//! Conditions written as text.

use std::panic::Location;

use swath_relational::Session;

use super::DataFrame;
use crate::engine::from_datafusion;
use crate::expr::Expr;

impl DataFrame {
    /// The rows for which a condition written in SQL or pandas' way holds: `query("a > 1 and name == 'x'")`.
    #[track_caller]
    pub fn query(&self, condition: &str) -> Self {
        let caller = Location::caller();
        let parsed = self.frame().and_then(|frame| {
            let session = Session::new();
            session
                .context()
                .state_ref()
                .write()
                .config_mut()
                .options_mut()
                .sql_parser
                .enable_ident_normalization = false;
            session
                .context()
                .parse_sql_expr(&pandas_operators(condition), frame.schema())
                .map_err(|e| from_datafusion(e).context(format!("the condition \"{condition}\"")))
        });
        match parsed {
            Ok(expr) => self.filter_at(Expr::from(expr), caller),
            Err(error) => Self::poisoned(error.at(caller)),
        }
    }
}

/// pandas' `==`, `&`, `|` and `~` as SQL has them, outside quotes; `"` quotes text and backticks quote names.
fn pandas_operators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), _) if c == q => {
                quote = None;
                out.push(if c == '`' { '"' } else { '\'' });
            }
            (Some('"'), '\'') => out.push_str("''"),
            (None, '\'' | '"') => {
                quote = Some(c);
                out.push('\'');
            }
            (None, '`') => {
                quote = Some('`');
                out.push('"');
            }
            (None, '=') if chars.peek() == Some(&'=') => {
                chars.next();
                out.push('=');
            }
            (None, '&') => out.push_str(" AND "),
            (None, '|') => out.push_str(" OR "),
            (None, '~') => out.push_str(" NOT "),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pandas_operators;

    #[test]
    fn pandas_operators_become_sql() {
        assert_eq!(pandas_operators("a == \"it's\""), "a = 'it''s'");
        assert_eq!(pandas_operators("a == 'x==y' & ~`b c` > 1"), "a = 'x==y'  AND   NOT \"b c\" > 1");
    }
}
