//! Names that differ in their letters' case only: `passengerid` finds the column `PassengerId`.
//!
//! In: a parsed statement and the tables it names. Out: the same statement with unquoted names spelled as the columns
//! are. A name that exists as written, or that several columns match, is left alone.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::common::TableReference;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, SelectItem, SetExpr, TableFactor, Visit, VisitMut,
    Visitor, VisitorMut,
};

use super::SqlContext;

/// Spells the tables of a statement as they are registered.
pub(crate) fn match_tables(context: &SqlContext, statement: &mut Statement) {
    let mut known = Known::default();
    context.tables().iter().for_each(|name| known.add(name));
    walk(statement, &mut known, true);
}

/// Spells the columns of a statement as its tables have them.
pub(crate) fn match_columns(context: &SqlContext, tables: &[TableReference], statement: &mut Statement) {
    let mut known = Known::default();
    for table in tables {
        known.add(table.table());
        let state = context.session.state();
        let schema = state.schema_for_ref(table.clone()).ok();
        let found = schema.and_then(|s| {
            futures::executor::block_on(s.table(table.table())).ok().flatten().map(|t| t.schema())
        });
        for field in found.iter().flat_map(|s| s.fields().iter()) {
            known.add(field.name());
        }
    }
    walk(statement, &mut known, false);
}

fn walk(statement: &mut Statement, known: &mut Known, tables: bool) {
    match statement {
        Statement::Statement(inner) => {
            let _ = Visit::visit(inner.as_ref(), known);
            let _ = VisitMut::visit(inner.as_mut(), &mut Respell { known, tables });
        }
        Statement::Explain(explain) => walk(&mut explain.statement, known, tables),
        Statement::CopyTo(copy) => {
            if let datafusion::sql::parser::CopyToSource::Query(query) = &mut copy.source {
                let _ = Visit::visit(query.as_ref(), known);
                let _ = VisitMut::visit(query.as_mut(), &mut Respell { known, tables });
            }
        }
        Statement::CreateExternalTable(_) | Statement::Reset(_) => {}
    }
}

/// Every name that a statement defines or that its tables have.
#[derive(Default)]
struct Known(HashSet<String>);

impl Known {
    fn add(&mut self, name: &str) {
        self.0.insert(name.to_owned());
    }

    /// The only known spelling of a name that is not known as written.
    fn spelling(&self, name: &str) -> Option<&str> {
        if self.0.contains(name) {
            return None;
        }
        let mut found = self.0.iter().filter(|k| k.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

impl Visitor for Known {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|w| &w.cte_tables) {
            self.add(&cte.alias.name.value);
            cte.alias.columns.iter().for_each(|c| self.add(&c.name.value));
        }
        if let SetExpr::Select(select) = query.body.as_ref() {
            for item in &select.projection {
                if let SelectItem::ExprWithAlias { alias, .. } = item {
                    self.add(&alias.value);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        let alias = match table {
            TableFactor::Table { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::UNNEST { alias, .. } => alias.as_ref(),
            _ => None,
        };
        if let Some(alias) = alias {
            self.add(&alias.name.value);
            alias.columns.iter().for_each(|c| self.add(&c.name.value));
        }
        ControlFlow::Continue(())
    }
}

/// Changes the names in expressions, or those of tables.
struct Respell<'a> {
    known: &'a Known,
    tables: bool,
}

impl Respell<'_> {
    fn fix(&self, name: &mut Ident) {
        if name.quote_style.is_none()
            && let Some(known) = self.known.spelling(&name.value)
        {
            known.clone_into(&mut name.value);
        }
    }
}

impl VisitorMut for Respell<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        if let ([ObjectNamePart::Identifier(name)], true) = (relation.0.as_mut_slice(), self.tables) {
            self.fix(name);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) if !self.tables => self.fix(name),
            Expr::CompoundIdentifier(parts) if !self.tables => {
                for name in parts {
                    self.fix(name);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
