//! The bag itself: a handle on an expression.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::{BagItem, Stream, gather, materialise, rewritten, tree};
use swath_error::{Error, Result};
use swath_execute::{Collection, Lowered};
use swath_graph::{GraphBuilder, summary};

/// A lazy list of items in partitions. Cheap to clone; nothing runs before `compute()`.
///
/// Partitions and the items in them keep their order through `map`, `filter` and the like; after `groupby`, `foldby`
/// and `distinct` no order is promised. A wrong call gives a bag that carries the error to `compute()`.
///
/// ```
/// use swath_bag as db;
/// use swath_execute::Collection;
/// # use swath_local as _;
/// let squares = db::from_sequence(1..=4).map(|x: i64| x * x).filter(|x| x % 2 == 0);
/// assert_eq!(squares.compute()?, [4, 16]);
/// assert_eq!(squares.sum().compute()?, 20);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[must_use = "a bag does nothing until it is computed"]
pub struct Bag<T: BagItem> {
    plan: Result<Arc<dyn Stream<T>>>,
}

impl<T: BagItem> Clone for Bag<T> {
    fn clone(&self) -> Self {
        Self { plan: self.plan.clone() }
    }
}

impl<T: BagItem> fmt::Debug for Bag<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.plan {
            Ok(plan) => write!(f, "Bag<{}, npartitions={}>", plan.info().label, plan.info().partitions),
            Err(e) => write!(f, "Bag<error: {e}>"),
        }
    }
}

impl<T: BagItem> Bag<T> {
    /// A bag over a node of the planner.
    pub(crate) fn of(node: impl Stream<T>) -> Self {
        Self { plan: Ok(Arc::new(node)) }
    }

    /// A bag over a node that may be an error, which is given the caller's line.
    pub(crate) fn checked(plan: Result<Arc<dyn Stream<T>>>, caller: &'static Location<'static>) -> Self {
        Self { plan: plan.map_err(|e| e.at(caller)) }
    }

    /// A bag built on this one's expression; an error is passed on.
    pub(crate) fn then<U: BagItem>(
        &self,
        build: impl FnOnce(Arc<dyn Stream<T>>) -> Arc<dyn Stream<U>>,
    ) -> Bag<U> {
        Bag { plan: self.plan.clone().map(build) }
    }

    pub(crate) fn plan(&self) -> Result<Arc<dyn Stream<T>>> {
        self.plan.clone()
    }

    /// The number of partitions.
    ///
    /// # Errors
    /// The error of a wrong call.
    pub fn npartitions(&self) -> Result<usize> {
        Ok(self.plan()?.info().partitions)
    }

    /// What will be done, as text: the expression, its rewritten form and the task graph.
    ///
    /// # Errors
    /// The error of a wrong call, or when the expression cannot be lowered.
    pub fn explain(&self) -> Result<String> {
        let plan = self.plan()?;
        let (before, after) = (tree(&*plan), tree(&*rewritten(&plan)));
        Ok(sections(&before, &after, &summary(&self.graph()?)))
    }
}

/// The three sections of every `explain()`.
pub(crate) fn sections(expression: &str, rewritten: &str, graph: &str) -> String {
    let mut text = String::new();
    for (title, body) in [("expression", expression), ("rewritten", rewritten), ("task graph", graph)] {
        text.push_str(title);
        for line in body.lines() {
            text.push_str("\n  ");
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

impl<T: BagItem> Collection for Bag<T> {
    type Output = Vec<T>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<T>>> {
        let tasks = materialise(&rewritten(&self.plan()?), builder)?;
        Ok(Lowered::new(tasks, gather))
    }
}

/// An error that a bag is made of carries the line that made it.
impl<T: BagItem> From<Error> for Bag<T> {
    fn from(error: Error) -> Self {
        Self { plan: Err(error) }
    }
}
