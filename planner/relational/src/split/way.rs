//! Whether a plan runs as one task or as several, and why.

use std::fmt;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_expr::{Partitioning, PhysicalExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use swath_graph::Spread;

use super::cut::{Above, Cut, cut, over};
use super::fragment::RunFragment;
use super::slices::{self, Sliced, Wanted};
use crate::inputs_exec::InputsExec;
use crate::{Session, threads};

type Plan = Arc<dyn ExecutionPlan>;

/// Tasks among which groups are shared out, at most.
const MOST_SHARES: usize = 64;

/// From which sizes on parts are brought together by several tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitLimits {
    /// Parts that one task brings together; more are brought together in a tree. Default 32.
    pub fan_in: usize,
    /// Bytes of the source from which on groups are shared out among the workers by a hash of their keys. Default 512 MiB.
    pub shuffle_bytes: u64,
}

impl Default for SplitLimits {
    fn default() -> Self {
        Self { fan_in: 32, shuffle_bytes: 512 << 20 }
    }
}

/// How a plan runs.
#[derive(Debug)]
pub(crate) enum Way {
    /// In several tasks.
    Split(Box<Split>),
    /// In one task, for this reason.
    Whole(String),
}

/// A plan in parts.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    /// How many slices the source has.
    pub(super) slices: usize,
    /// The plan's input that is the first slice, when the slices are results of other tasks.
    pub(super) inputs: Option<usize>,
    /// Runs on each slice.
    pub(super) part: RunFragment,
    pub(super) merge: Merge,
    pub(super) limits: SplitLimits,
    /// Threads of the task that ends the plan.
    pub(super) slots: u16,
}

impl Split {
    /// Whether the parts are the answer, one after another: it can be as large as the source.
    pub(crate) fn is_parts_only(&self) -> bool {
        matches!(self.merge, Merge::Nothing)
    }
}

/// What brings the parts together.
#[derive(Clone, Debug)]
pub(super) enum Merge {
    /// Nothing: they are the answer, one after another.
    Nothing,
    /// One task, and `reduce` before it where there are many parts.
    One { reduce: Option<RunFragment>, end: RunFragment },
    /// A task for each share of the groups, and one more for what needs all of them.
    Shares { count: u32, share: RunFragment, end: Option<RunFragment> },
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let split = match self {
            Self::Whole(why) => return write!(f, "one task: {why}"),
            Self::Split(split) => split,
        };
        write!(f, "split into {} parts", split.slices)?;
        match &split.merge {
            Merge::Nothing => write!(f, ", whose rows one after another are the answer"),
            Merge::One { reduce: Some(_), .. } => {
                write!(f, " that are merged in a tree, {} at a time", split.limits.fan_in)
            }
            Merge::One { .. } => write!(f, " that one task merges"),
            Merge::Shares { count, end, .. } => {
                write!(f, " that {count} tasks merge, each a share of the groups")?;
                if end.is_some() { write!(f, "; one more ends the plan") } else { Ok(()) }
            }
        }
    }
}

/// How a plan runs on the workers of `spread`.
pub(crate) fn way(plan: &LogicalPlan, spread: Option<Spread>, limits: SplitLimits) -> Way {
    let Some(spread) = spread else {
        return Way::Whole("the query engine shares it out among the threads of this process".into());
    };
    if spread.workers < 2 {
        return Way::Whole("there is one worker, whose threads share it out".into());
    }
    match split(plan, spread, limits) {
        Ok(split) => Way::Split(Box::new(split)),
        Err(why) => Way::Whole(why),
    }
}

fn split(plan: &LogicalPlan, spread: Spread, limits: SplitLimits) -> Result<Split, String> {
    let (cut, source) = sliced(plan, spread.slots_each(), &|bytes| slices::for_threads(bytes, spread))?;
    let part = over(source.scan, &cut.below).map_err(failed)?;
    let large = source.bytes >= limits.shuffle_bytes;
    let (part, merge) = match &cut.above {
        Above::Nothing => (RunFragment::new(part, false)?, Merge::Nothing),
        Above::Steps(steps) => {
            let end = end(steps, &part, &cut, spread.slots_each()).map_err(failed)?;
            let merge = Merge::One { reduce: None, end: RunFragment::new(end, false)? };
            (RunFragment::new(part, false)?, merge)
        }
        Above::Aggregate { steps, keys } if large && !keys.is_empty() => shares(steps, keys, part, spread)?,
        Above::Aggregate { steps, .. } => {
            let merge = aggregate(steps, &part, spread.slots_each(), source.count > limits.fan_in)?;
            (RunFragment::new(part, false)?, merge)
        }
    };
    let slots = u16::try_from(spread.slots_each()).unwrap_or(u16::MAX);
    Ok(Split { slices: source.count, inputs: source.inputs, part, merge, limits, slots })
}

/// The plan in two and its source in slices, or why it is left whole.
fn sliced(plan: &LogicalPlan, partitions: usize, wanted: Wanted<'_>) -> Result<(Cut, Sliced), String> {
    // One partition would leave no exchange to cut at.
    let physical = physical(plan, partitions.max(2))?;
    let cut = cut(&physical)?;
    let Some(source) = slices::slice(&cut.source, wanted).map_err(failed)? else {
        return Err("its rows are in the memory of this process".into());
    };
    if source.count < 2 {
        return Err("its source is one small file or one result".into());
    }
    Ok((cut, source))
}

/// A plan that does the same to every slice of its source, whose results one after another are the answer; the source
/// is cut into `wanted(stored bytes)` slices where it can be. Or why there is no such way.
pub(super) fn by_slice(plan: &LogicalPlan, wanted: Wanted<'_>) -> Result<Split, String> {
    let (cut, source) = sliced(plan, 1, wanted)?;
    if !matches!(cut.above, Above::Nothing) {
        return Err("its parts are not the answer, one after another".into());
    }
    let part = RunFragment::new(over(source.scan, &cut.below).map_err(failed)?, false)?;
    let limits = SplitLimits::default();
    Ok(Split { slices: source.count, inputs: source.inputs, part, merge: Merge::Nothing, limits, slots: 1 })
}

/// The physical plan that is cut, for so many partitions.
fn physical(plan: &LogicalPlan, partitions: usize) -> Result<Plan, String> {
    let mut state = Session::new().state();
    let options = state.config_mut().options_mut();
    options.execution.target_partitions = partitions;
    // A filter that one step learns and another one uses cannot cross a cut.
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.enable_topk_dynamic_filter_pushdown = false;
    options.optimizer.enable_join_dynamic_filter_pushdown = false;
    options.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    // Slices are made of files in their own order.
    options.optimizer.enable_sort_pushdown = false;
    let plan = plan.clone();
    threads::wait(async move { state.create_physical_plan(&plan).await })
        .map_err(|e| format!("it cannot be planned: {}", e.message()))
}

fn failed(error: DataFusionError) -> String {
    format!("it cannot be split: {}", crate::from_datafusion(error).message())
}

/// What ends a plan whose parts gave first rows. Rows that were sorted in parts are sorted again: few are left.
fn end(steps: &[Plan], part: &Plan, cut: &Cut, partitions: usize) -> Result<Plan, DataFusionError> {
    let merge = steps.first().and_then(|step| step.downcast_ref::<SortPreservingMergeExec>());
    let sort = cut.below.last().and_then(|step| step.downcast_ref::<SortExec>());
    let (Some(merge), Some(sort)) = (merge, sort) else {
        // In the order of the parts.
        return over(Arc::new(InputsExec::new(part.schema(), 1)), steps);
    };
    let inputs = Arc::new(InputsExec::new(part.schema(), partitions));
    let sort =
        SortExec::new(sort.expr().clone(), inputs).with_fetch(merge.fetch()).with_preserve_partitioning(true);
    over(Arc::new(sort), steps)
}

/// The aggregate that brings partial states to an end.
fn last_aggregate(steps: &[Plan]) -> Option<(usize, &AggregateExec)> {
    let aggregate = |step: &Plan| step.is::<AggregateExec>();
    let at = steps.iter().position(aggregate)?;
    let last = steps.get(at)?.downcast_ref::<AggregateExec>()?;
    matches!(last.mode(), AggregateMode::Final | AggregateMode::FinalPartitioned).then_some((at, last))
}

/// Partial states of several parts put together into such states; none where DataFusion would make others of them.
fn reduce(steps: &[Plan], part: &Plan) -> Result<Option<Plan>, DataFusionError> {
    let Some((_, last)) = last_aggregate(steps) else { return Ok(None) };
    let inputs: Plan = Arc::new(InputsExec::new(part.schema(), 1));
    let aggregates = last.aggr_expr().to_vec();
    let filters = vec![None; aggregates.len()];
    let group = last.group_expr().clone();
    let mode = AggregateMode::PartialReduce;
    let reduce = AggregateExec::try_new(mode, group, aggregates, filters, inputs, last.input_schema())?;
    let types = |plan: &dyn ExecutionPlan| -> Vec<_> {
        plan.schema().fields().iter().map(|f| f.data_type().clone()).collect()
    };
    Ok((types(&reduce) == types(part.as_ref())).then(|| Arc::new(reduce) as Plan))
}

/// The task that brings partial states to an end, after a tree of others where there are many.
fn aggregate(steps: &[Plan], part: &Plan, partitions: usize, many: bool) -> Result<Merge, String> {
    let inputs = Arc::new(InputsExec::new(part.schema(), partitions));
    let end = RunFragment::new(over(inputs, steps).map_err(failed)?, false)?;
    let reduce = if many { reduce(steps, part).map_err(failed)? } else { None };
    let reduce = reduce.map(|r| RunFragment::new(r, false)).transpose()?;
    Ok(Merge::One { reduce, end })
}

/// The part with its groups in shares, the tasks that bring those to their end, and what comes after them.
fn shares(
    steps: &[Plan],
    keys: &[Arc<dyn PhysicalExpr>],
    part: Plan,
    spread: Spread,
) -> Result<(RunFragment, Merge), String> {
    let Some((at, _)) = last_aggregate(steps) else { return Err("its groups cannot be shared out".into()) };
    let count = spread.workers.min(MOST_SHARES);
    let by_group = |step: &&Plan| step.is::<FilterExec>() || step.is::<ProjectionExec>();
    let (_, from_aggregate) = steps.split_at(at);
    let more = from_aggregate.iter().skip(1).take_while(by_group).count();
    let (of_each, of_all) = from_aggregate.split_at(1 + more);
    let share = over(Arc::new(InputsExec::new(part.schema(), 1)), of_each).map_err(failed)?;
    let end = if of_all.is_empty() {
        None
    } else {
        let inputs = Arc::new(InputsExec::new(share.schema(), spread.slots_each()));
        Some(RunFragment::new(over(inputs, of_all).map_err(failed)?, false)?)
    };
    let keyed = Partitioning::Hash(keys.to_vec(), count);
    let part = RepartitionExec::try_new(part, keyed).map_err(failed)?;
    let share = RunFragment::new(share, false)?;
    let count = u32::try_from(count).unwrap_or(1);
    Ok((RunFragment::new(Arc::new(part), true)?, Merge::Shares { count, share, end }))
}
