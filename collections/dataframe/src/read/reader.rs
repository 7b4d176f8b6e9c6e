//! What all readers share: paths, options, and a frame made when it is first used.
//!
//! A reader is a frame already: every method of [`DataFrame`] works on it. Options are set before the first of them.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::OnceLock;

use datafusion::logical_expr::LogicalPlan;
use swath_block::Table;
use swath_error::{Error, Result};
use swath_execute::{Collection, Lowered};
use swath_files::Paths;
use swath_graph::GraphBuilder;

use crate::DataFrame;

/// Finds the files and makes the plan that reads them.
pub(crate) type Scan<O> = fn(Paths, O) -> Result<LogicalPlan>;

/// Files to be read and how; made by [`crate::read_csv`] and its like. It is used as the [`DataFrame`] it stands for.
///
/// The files are found, and their columns sampled, when the frame is first used; what goes wrong then surfaces as
/// every other error of a frame.
#[must_use]
pub struct Reader<O> {
    paths: Paths,
    options: O,
    scan: Scan<O>,
    caller: &'static Location<'static>,
    /// The first bad option.
    poison: Option<Error>,
    frame: OnceLock<DataFrame>,
}

impl<O: Clone> Reader<O> {
    pub(crate) fn new(paths: Paths, options: O, scan: Scan<O>, caller: &'static Location<'static>) -> Self {
        Self { paths, options, scan, caller, poison: None, frame: OnceLock::new() }
    }

    /// With an option changed.
    pub(crate) fn set(self, change: impl FnOnce(&mut O)) -> Self {
        self.try_set(|options| {
            change(options);
            Ok(())
        })
    }

    /// With an option changed that may be refused.
    pub(crate) fn try_set(mut self, change: impl FnOnce(&mut O) -> Result<()>) -> Self {
        if let Err(error) = change(&mut self.options) {
            self.poison.get_or_insert(error);
        }
        Self { frame: OnceLock::new(), ..self }
    }

    /// The frame, for where a reader is not taken as one.
    pub fn frame(&self) -> DataFrame {
        (**self).clone()
    }
}

impl<O: Clone> Deref for Reader<O> {
    type Target = DataFrame;

    fn deref(&self) -> &DataFrame {
        self.frame.get_or_init(|| {
            let plan = match &self.poison {
                Some(error) => Err(error.clone()),
                None => (self.scan)(self.paths.clone(), self.options.clone()),
            };
            match plan {
                Ok(plan) => DataFrame::from_plan(plan),
                Err(error) => DataFrame::poisoned(error.at(self.caller)),
            }
        })
    }
}

impl<O: Clone> From<Reader<O>> for DataFrame {
    fn from(reader: Reader<O>) -> Self {
        reader.frame()
    }
}

impl<O: Clone> Collection for Reader<O> {
    type Output = Table;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Table>> {
        (**self).lower(builder)
    }
}

impl<O: fmt::Debug> fmt::Debug for Reader<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader[{}: {:?}]", self.paths, self.options)
    }
}
