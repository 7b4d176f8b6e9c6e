//! SQL over files and frames.
//!
//! In: SQL text. Out: frames, with SQL's meaning of missing values. Statements that change the catalog (`CREATE VIEW`,
//! `CREATE EXTERNAL TABLE`, `CREATE TABLE … AS`, `DROP`) are carried out at once, `COPY … TO` writes files. It never
//! sends a setting to the engine behind the user's back.

mod catalog;
mod context;
mod external;
mod files;
mod names;
mod statement;

pub use context::SqlContext;
pub use statement::{Answer, Statement};

use crate::DataFrame;

/// The result of a query over files: `sql("SELECT name, avg(x) FROM 'data/2015-*.csv' GROUP BY name")`.
///
/// A quoted path, glob, folder or URL in `FROM` is a table: CSV, Parquet and JSON lines by their suffix, compressed or
/// not. Errors surface when the frame is used. Registered frames, views and several queries over the same names need
/// a [`SqlContext`].
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{sql, Collection};
/// let table = sql("SELECT 6 * 7 AS answer").compute()?;
/// assert_eq!(table.values::<i64>("answer")?, [42]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[track_caller]
pub fn sql(text: &str) -> DataFrame {
    SqlContext::new().sql(text)
}

/// As [`sql`], over the tables and views of a context.
#[track_caller]
pub fn sql_with(context: &SqlContext, text: &str) -> DataFrame {
    context.sql(text)
}
