//! The one door to the relational planner: errors, plans as tasks, plans as text.
//!
//! In: logical plans. Out: tasks and text. It never looks at a plan's meaning.

use datafusion::logical_expr::LogicalPlan;
use swath_block::OpHandle;
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskRange};
use swath_relational::{RunPlan, plan_key};

pub(crate) use swath_relational::from_datafusion;

/// Adds the task that runs the plan. One whose answer depends on the order of its sources' rows runs with one thread.
pub(crate) fn lower(plan: &LogicalPlan, in_order: bool, builder: &mut GraphBuilder) -> Result<TaskRange> {
    if !in_order {
        return swath_relational::lower(plan, builder);
    }
    let layer = Layer {
        key: Key::of("dataframe.in-order").key(plan_key(plan)?).finish(),
        name: "in-order".into(),
        payload: OpHandle::payload(RunPlan::new(plan.clone())),
        annotations: Annotations { producer: true, fusible: false, ..Annotations::default() },
    };
    builder.add(layer, 1, |_, _| {})
}
