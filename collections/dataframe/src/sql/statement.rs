//! One statement: parsed, its tables found, planned, carried out.

use std::fmt;
use std::path::Path;

use datafusion::common::TableReference;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use swath_error::{Error, ErrorKind, Result, unknown_name};

use super::{SqlContext, catalog, external, files, names};
use crate::engine::from_datafusion;
use crate::frame::Frame;
use crate::{Collection, DataFrame};

/// A parsed statement; made by [`SqlContext::statements`].
#[derive(Clone, Debug)]
pub struct Statement(pub(crate) Parsed);

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a statement gives.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A query's rows, not computed yet.
    Rows(DataFrame),
    /// What a statement did that has no rows.
    Done(String),
}

/// The statements of a text.
pub(crate) fn parse(text: &str) -> Result<Vec<Statement>> {
    let parsed = DFParserBuilder::new(text)
        .with_dialect(&GenericDialect)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(from_datafusion)?;
    Ok(parsed.into_iter().map(Statement).collect())
}

/// Plans a statement and carries it out, or makes a frame of it.
pub(crate) fn run(context: &SqlContext, Statement(mut statement): Statement) -> Result<Answer> {
    names::match_tables(context, &mut statement);
    files::name_format(&mut statement);
    let tables = tables_of(context, &statement)?;
    for table in &tables {
        files::register(context, table)?;
    }
    names::match_columns(context, &tables, &mut statement);
    let in_order = context.any_in_order(&tables);
    let state = context.session.state();
    // Every table is in the catalog by now, so planning has nothing to wait for.
    let plan = futures::executor::block_on(state.statement_to_plan(statement))
        .map_err(|e| known_tables(context, from_datafusion(e)))?;
    match plan {
        LogicalPlan::Ddl(ddl) => define(context, ddl, in_order).map(Answer::Done),
        LogicalPlan::Copy(copy) => files::copy(copy, in_order).map(Answer::Done),
        LogicalPlan::Dml(dml) => Err(Error::unsupported(format!("{} is not supported", dml.op))
            .with_help("write a result to files with COPY (query) TO 'path'")),
        LogicalPlan::Statement(other) => {
            Err(Error::unsupported(format!("the statement {} is not supported", other.name())))
        }
        query => Ok(Answer::Rows(DataFrame::of(Frame { plan: query, in_order }))),
    }
}

fn tables_of(context: &SqlContext, statement: &Parsed) -> Result<Vec<TableReference>> {
    context.session.state().resolve_table_references(statement).map_err(from_datafusion)
}

/// An unknown table gets the names of those that exist.
fn known_tables(context: &SqlContext, error: Error) -> Error {
    let missing = error.message().strip_prefix("there is no table '").and_then(|m| m.strip_suffix('\''));
    match missing {
        Some(name) if error.kind() == ErrorKind::NotFound => {
            let tables = context.tables();
            let found = unknown_name(ErrorKind::NotFound, "table", name, tables.iter().map(String::as_str));
            let path = Path::new(name);
            if path.is_dir() {
                found.with_help(format!("to read the files of the folder, write FROM '{name}/'"))
            } else if path.is_file() {
                found.with_help(format!(
                    "a file without a suffix needs a format: CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{name}'"
                ))
            } else if tables.is_empty() {
                found.with_help("put a file's path in quotes: FROM 'data.csv'")
            } else {
                found
            }
        }
        _ => error,
    }
}

/// Carries out a statement that changes the catalog; `in_order` says whether its query reads rows in order.
fn define(context: &SqlContext, ddl: DdlStatement, in_order: bool) -> Result<String> {
    match ddl {
        DdlStatement::CreateView(create) => {
            free(context, &create.name, create.or_replace, false)?;
            let plan = std::sync::Arc::unwrap_or_clone(create.input);
            context.put(&create.name, catalog::view(plan))?;
            if in_order {
                context.read_in_order(create.name.table());
            }
            Ok(format!("created view {}", create.name.table()))
        }
        DdlStatement::CreateMemoryTable(create) => {
            if !free(context, &create.name, create.or_replace, create.if_not_exists)? {
                return Ok(format!("table {} exists", create.name.table()));
            }
            let plan = std::sync::Arc::unwrap_or_clone(create.input);
            let table = DataFrame::of(Frame { plan, in_order }).compute()?;
            let rows = table.num_rows();
            let plan = swath_relational::from_table(&table)?;
            context.put(&create.name, catalog::view(plan))?;
            Ok(format!("created table {} of {rows} rows", create.name.table()))
        }
        DdlStatement::CreateExternalTable(create) => {
            if !free(context, &create.name, create.or_replace, create.if_not_exists)? {
                return Ok(format!("table {} exists", create.name.table()));
            }
            let plan = external::plan(&create)?;
            context.put(&create.name, catalog::view(plan))?;
            Ok(format!("created table {}", create.name.table()))
        }
        DdlStatement::DropTable(drop) => remove(context, &drop.name, drop.if_exists),
        DdlStatement::DropView(drop) => remove(context, &drop.name, drop.if_exists),
        other => Err(Error::unsupported(format!("the statement {} is not supported", other.name()))),
    }
}

/// Whether the name can be given to a new table.
fn free(context: &SqlContext, name: &TableReference, replace: bool, keep: bool) -> Result<bool> {
    if !context.has(name) || replace {
        return Ok(true);
    }
    if keep {
        return Ok(false);
    }
    Err(Error::new(ErrorKind::InvalidQuery, format!("the table '{}' exists already", name.table()))
        .with_help("use CREATE OR REPLACE, or DROP it first"))
}

fn remove(context: &SqlContext, name: &TableReference, if_exists: bool) -> Result<String> {
    if context.deregister(name.table())? {
        return Ok(format!("dropped {}", name.table()));
    }
    if if_exists {
        return Ok(format!("there was no {}", name.table()));
    }
    let tables = context.tables();
    Err(unknown_name(ErrorKind::NotFound, "table", name.table(), tables.iter().map(String::as_str)))
}
