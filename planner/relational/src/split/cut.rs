//! Where a physical plan is cut: below its first exchange of rows between partitions.

use std::sync::Arc;

use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::limit::LocalLimitExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning, replace_children_if_necessary};

type Plan = Arc<dyn ExecutionPlan>;

/// What a plan is left whole for when it only sorts.
const SORT: &str = "a sort of all rows";

/// A plan in two.
pub(super) struct Cut {
    /// What runs on every slice of the source, from the source upwards and without it.
    pub(super) below: Vec<Plan>,
    /// The source.
    pub(super) source: Plan,
    /// What reads the slices' results.
    pub(super) above: Above,
}

/// What reads the slices' results.
pub(super) enum Above {
    /// Nothing: their rows one after another are the answer.
    Nothing,
    /// Steps, the first one innermost.
    Steps(Vec<Plan>),
    /// As `Steps`, and what comes first puts partial states of aggregates together.
    Aggregate {
        /// From the exchange on.
        steps: Vec<Plan>,
        /// What groups are told apart by, as columns of the partial states; none for one group.
        keys: Vec<Arc<dyn PhysicalExpr>>,
    },
}

/// The plan in two, or why it is left whole.
pub(super) fn cut(plan: &Plan) -> Result<Cut, String> {
    let mut steps = steps(plan)?;
    let source = steps.pop().ok_or("there is nothing to read")?;
    // From the source upwards.
    steps.reverse();
    let first = steps.iter().position(|step| !is_by_partition(step)).unwrap_or(steps.len());
    let above = steps.split_off(first);
    let below = steps;
    let Some(exchange) = above.first() else { return Ok(Cut { below, source, above: Above::Nothing }) };
    if let Some(partial) = below.iter().find_map(|step| step.downcast_ref::<AggregateExec>()) {
        return aggregate(partial, &above).map(|keys| Cut {
            above: Above::Aggregate { steps: above.clone(), keys },
            below,
            source,
        });
    }
    if let Some(coalesce) = exchange.downcast_ref::<CoalescePartitionsExec>()
        && let Some(rows) = coalesce.fetch()
    {
        return limit(rows, Cut { below, source, above: Above::Steps(above) });
    }
    if let (Some(merge), Some(sort)) = (exchange.downcast_ref::<SortPreservingMergeExec>(), below.last())
        && sort.downcast_ref::<SortExec>().is_some_and(|sort| sort.fetch().is_some())
        && merge.fetch().is_some()
    {
        return Ok(Cut { below, source, above: Above::Steps(above) });
    }
    Err(whole(&above))
}

/// The plan's steps from the top down to its only source.
fn steps(plan: &Plan) -> Result<Vec<Plan>, String> {
    let mut steps = vec![Arc::clone(plan)];
    let mut at = plan;
    loop {
        match at.children().as_slice() {
            [] => return Ok(steps),
            [only] => {
                at = only;
                steps.push(Arc::clone(at));
            }
            _ => return Err(whole(std::slice::from_ref(at))),
        }
    }
}

/// Whether a step does the same to every partition, whatever is in the others.
fn is_by_partition(step: &Plan) -> bool {
    let sorts = step.downcast_ref::<SortExec>().is_some_and(SortExec::preserve_partitioning);
    let partial = step.downcast_ref::<AggregateExec>().is_some_and(|a| *a.mode() == AggregateMode::Partial);
    partial
        || sorts
        || step.is::<FilterExec>()
        || step.is::<ProjectionExec>()
        || step.is::<LocalLimitExec>()
        || step.is::<UnnestExec>()
        || step.is::<CooperativeExec>()
        || step.name() == "CoalesceBatchesExec"
}

/// What the groups of partial states are told apart by.
fn aggregate(partial: &AggregateExec, above: &[Plan]) -> Result<Vec<Arc<dyn PhysicalExpr>>, String> {
    let ordered = |f: &&Arc<_>| {
        let f: &datafusion::physical_expr::aggregate::AggregateFunctionExpr = f;
        f.order_sensitivity() != AggregateOrderSensitivity::Insensitive
    };
    if let Some(f) = partial.aggr_expr().iter().find(ordered) {
        return Err(format!("{} depends on the order of rows", f.name()));
    }
    let exchange = above.first();
    if exchange.is_some_and(|step| step.is::<CoalescePartitionsExec>()) {
        return Ok(Vec::new());
    }
    let exchange = exchange.and_then(|step| step.downcast_ref::<RepartitionExec>());
    match exchange.map(RepartitionExec::partitioning) {
        Some(Partitioning::Hash(keys, _)) => Ok(keys.clone()),
        _ => Err(whole(above)),
    }
}

/// First rows: each part gives no more than are wanted of all.
fn limit(rows: usize, mut cut: Cut) -> Result<Cut, String> {
    let drops = |step: &Plan| step.is::<FilterExec>() || step.is::<UnnestExec>();
    if !cut.below.iter().any(drops) {
        return Err("the first rows are those of the first files: nothing else is read".into());
    }
    let Some(top) = cut.below.last() else { return Ok(cut) };
    cut.below.push(Arc::new(LocalLimitExec::new(Arc::clone(top), rows)));
    Ok(cut)
}

/// Why a plan with these steps, the first one innermost, is left whole.
fn whole(steps: &[Plan]) -> String {
    let name = |step: &Plan| match step.name() {
        "HashJoinExec" | "SortMergeJoinExec" | "NestedLoopJoinExec" | "CrossJoinExec" => Some("a join"),
        "UnionExec" | "InterleaveExec" => Some("a concatenation"),
        "BoundedWindowAggExec" | "WindowAggExec" => Some("a window function"),
        "AggregateExec" => Some("an aggregate over a source of one part"),
        "SortExec" | "SortPreservingMergeExec" => Some(SORT),
        "ScalarSubqueryExec" => Some("a subquery"),
        "MapExec" => Some("map_partitions"),
        _ => None,
    };
    // Windows and other steps sort their input; they are what the plan is about.
    let of_note = steps.iter().filter_map(name).find(|what| *what != SORT);
    match of_note.or_else(|| steps.iter().find_map(name)) {
        Some(what) => format!("{what} is not split"),
        None => "a step that needs all rows in one place is not split".into(),
    }
}

/// The steps over another source.
pub(super) fn over(source: Plan, steps: &[Plan]) -> Result<Plan, datafusion::common::DataFusionError> {
    steps.iter().try_fold(source, |input, step| replace_children_if_necessary(Arc::clone(step), vec![input]))
}
