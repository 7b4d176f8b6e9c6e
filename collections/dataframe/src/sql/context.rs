//! A catalog of tables, and the statements over it.

use std::collections::HashSet;
use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use std::sync::Arc;
use swath_error::{Error, Result};
use swath_relational::Session;

use super::{Answer, Statement};
use crate::DataFrame;
use crate::engine::from_datafusion;

/// Tables by name, for SQL: registered frames, views, external tables; and files, which need no name.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{from_columns, Collection, SqlContext};
/// let context = SqlContext::new();
/// context.register("t", &from_columns([("x", vec![1, 2, 3])]))?;
/// let big = context.sql("SELECT x FROM t WHERE x > 1 ORDER BY x");
/// assert_eq!(big.compute()?.values::<i64>("x")?, [2, 3]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
pub struct SqlContext {
    pub(crate) session: Session,
    /// Tables whose rows must be read in order.
    in_order: Mutex<HashSet<String>>,
    /// Tables that are files which queries named; the others were given their names.
    files: Mutex<HashSet<String>>,
}

impl SqlContext {
    /// A context without tables.
    pub fn new() -> Self {
        let session = Session::new();
        // Names keep their letters' case; the planner's lower-casing would make `Name` unreachable without quotes.
        session
            .context()
            .state_ref()
            .write()
            .config_mut()
            .options_mut()
            .sql_parser
            .enable_ident_normalization = false;
        Self { session, in_order: Mutex::default(), files: Mutex::default() }
    }

    /// Makes a frame (or a reader) a table of this name; it replaces a table that had the name.
    ///
    /// # Errors
    /// The error of a poisoned frame.
    pub fn register(&self, name: &str, frame: &DataFrame) -> Result<()> {
        let frame = frame.frame()?;
        self.put(&TableReference::bare(name), super::catalog::view(frame.plan.clone()))?;
        if frame.in_order {
            self.read_in_order(name);
        }
        Ok(())
    }

    /// The frame of a registered table.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] with the nearest names.
    pub fn table(&self, name: &str) -> Result<DataFrame> {
        let quoted = name.replace('"', "\"\"");
        let frame = self.sql(&format!("SELECT * FROM \"{quoted}\""));
        frame.frame()?;
        Ok(frame)
    }

    /// Forgets a table; says whether it was there.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the catalog refuses.
    pub fn deregister(&self, name: &str) -> Result<bool> {
        self.in_order.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        let gone =
            self.session.context().deregister_table(TableReference::bare(name)).map_err(from_datafusion)?;
        Ok(gone.is_some())
    }

    /// The result of the last statement of `text`; the ones before it are carried out first. Errors surface when the
    /// frame is used.
    #[track_caller]
    pub fn sql(&self, text: &str) -> DataFrame {
        let caller = Location::caller();
        match self.last_answer(text) {
            Ok(frame) => frame,
            Err(error) => DataFrame::poisoned(error.at(caller)),
        }
    }

    fn last_answer(&self, text: &str) -> Result<DataFrame> {
        let mut last = None;
        for statement in self.statements(text)? {
            last = Some(self.run(statement)?);
        }
        match last {
            Some(Answer::Rows(frame)) => Ok(frame),
            Some(Answer::Done(message)) => Ok(crate::from_columns([("result", vec![message])])),
            None => {
                Err(Error::new(swath_error::ErrorKind::InvalidQuery, "there is no statement in the text"))
            }
        }
    }

    /// The statements of a text, in order, to be run one by one.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidQuery`] saying where the text is no SQL.
    pub fn statements(&self, text: &str) -> Result<Vec<Statement>> {
        super::statement::parse(text)
    }

    /// Carries out a statement that changes the catalog or writes files; a query becomes a frame, which is not computed.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] and [`swath_error::ErrorKind::UnknownColumn`] with the nearest names,
    /// [`swath_error::ErrorKind::InvalidQuery`], or the error of a computation.
    pub fn run(&self, statement: Statement) -> Result<Answer> {
        super::statement::run(self, statement)
    }

    /// Makes a file a table of its path.
    pub(crate) fn put_file(&self, path: &TableReference, table: Arc<dyn TableProvider>) -> Result<()> {
        self.put(path, table)?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.table().to_owned());
        Ok(())
    }

    /// Whether a table is a file that a query named.
    pub(crate) fn is_file(&self, name: &str) -> bool {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    pub(crate) fn put(&self, name: &TableReference, table: Arc<dyn TableProvider>) -> Result<()> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).remove(name.table());
        self.in_order.lock().unwrap_or_else(PoisonError::into_inner).remove(name.table());
        let context = self.session.context();
        context.deregister_table(name.clone()).map_err(from_datafusion)?;
        context.register_table(name.clone(), table).map_err(from_datafusion)?;
        Ok(())
    }

    /// Notes that a table's rows must be read in order.
    pub(crate) fn read_in_order(&self, name: &str) {
        self.in_order.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    /// Whether one of these tables must be read in order.
    pub(crate) fn any_in_order(&self, names: &[TableReference]) -> bool {
        let in_order = self.in_order.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().any(|n| in_order.contains(n.table()))
    }
}

impl Default for SqlContext {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SqlContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlContext").field("tables", &self.tables()).finish_non_exhaustive()
    }
}
