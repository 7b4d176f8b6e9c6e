//! One lazy value.

use std::fmt;
use std::sync::Arc;

use swath_bag_plan::{Apply, BagItem, IntoItem, Single, gather_one, tree};
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::{GraphBuilder, summary};

use crate::bag::sections;

/// A lazy single value: what `count()` or `fold()` of a bag gives. Cheap to clone.
///
/// ```
/// use swath_bag as db;
/// use swath_execute::Collection;
/// # use swath_local as _;
/// let n = db::range(10, 3).count().apply(|n| n * 100);
/// assert_eq!(n.compute()?, 1000);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[must_use = "an item does nothing until it is computed"]
pub struct Item<V: BagItem> {
    plan: Result<Arc<dyn Single<V>>>,
}

impl<V: BagItem> Clone for Item<V> {
    fn clone(&self) -> Self {
        Self { plan: self.plan.clone() }
    }
}

impl<V: BagItem> fmt::Debug for Item<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.plan {
            Ok(plan) => write!(f, "Item<{}>", plan.info().label),
            Err(e) => write!(f, "Item<error: {e}>"),
        }
    }
}

impl<V: BagItem> Item<V> {
    pub(crate) fn new(plan: Result<Arc<dyn Single<V>>>) -> Self {
        Self { plan }
    }

    pub(crate) fn plan(&self) -> Result<Arc<dyn Single<V>>> {
        self.plan.clone()
    }

    /// A function applied to the value, lazily; it may return a `Result`.
    pub fn apply<U, M, F>(&self, function: F) -> Item<U::Item>
    where
        U: IntoItem<M>,
        M: 'static,
        F: Fn(V) -> U + Send + Sync + 'static,
    {
        Item::new(self.plan().map(|plan| Arc::new(Apply::new(plan, function)) as _))
    }

    /// What will be done, as text: the expression, its rewritten form and the task graph.
    ///
    /// # Errors
    /// The error of a wrong call, or when the expression cannot be lowered.
    pub fn explain(&self) -> Result<String> {
        let plan = self.plan()?;
        let after = plan.rewrite();
        let (before, after) = (tree(&*plan), tree(&*after.unwrap_or_else(|| plan.clone())));
        Ok(sections(&before, &after, &summary(&self.graph()?)))
    }
}

impl<V: BagItem> Collection for Item<V> {
    type Output = V;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<V>> {
        let plan = self.plan()?;
        let task = plan.rewrite().unwrap_or(plan).task(builder)?;
        Ok(Lowered::new([task], gather_one))
    }
}
