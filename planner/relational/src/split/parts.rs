//! Plans whose answer comes in a number of tables that is known before anything runs.
//!
//! In: a plan. Out: how many parts it has, and in a graph the tasks that give them, whichever runtime runs it. A reader
//! takes the parts one by one, so that the answer may be larger than memory.

use datafusion::logical_expr::LogicalPlan;
use swath_block::OpHandle;
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};

use super::notes::Notes;
use super::way::{Split, by_slice};
use crate::run::layer_name;
use crate::travel::settle_kept;
use crate::{lower, lower_in_order, plan_key};

/// Stored bytes of one part.
const BYTES: u64 = 64 << 20;

/// Parts of a small source, if it has so many files or blocks: a thread each on most machines.
const AT_LEAST: usize = 16;

/// A plan and its parts.
#[derive(Clone, Debug)]
pub struct Parts {
    plan: LogicalPlan,
    in_order: bool,
    /// None for a plan that is one part.
    split: Option<Split>,
}

impl Parts {
    /// Decides on the parts of `plan`: about as many as `count`, otherwise one for each 64 MiB of the source, where the plan
    /// does the same to every row or group of rows; one part where it brings rows together or `in_order` says that its
    /// answer depends on the order of its sources' rows.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the plan cannot be walked.
    pub fn new(plan: &LogicalPlan, in_order: bool, count: Option<usize>) -> Result<Self> {
        let by_size = |bytes: u64| usize::try_from(bytes.div_ceil(BYTES)).unwrap_or(usize::MAX).max(AT_LEAST);
        let wanted = |bytes| count.map_or_else(|| by_size(bytes), |n| n.max(1));
        let split = if in_order || count == Some(1) {
            None
        } else {
            // A graph that is thrown away: it says how many results of tasks the plan reads.
            let (settled, _) = settle_kept(plan, &[], &mut GraphBuilder::new())?;
            by_slice(&settled, &wanted).ok()
        };
        Ok(Self { plan: plan.clone(), in_order, split })
    }

    /// How many parts.
    pub fn count(&self) -> usize {
        self.split.as_ref().map_or(1, |split| split.slices)
    }

    /// Adds the tasks: for each part those whose tables' rows, one after another, are the part. The last part may
    /// have one more task, whose table has neither rows nor columns: it fails where files turn out to have been cut in the
    /// wrong places.
    ///
    /// # Errors
    /// As [`GraphBuilder::add`].
    pub fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<Vec<TaskId>>> {
        let key = Key::of("relational.parts").key(plan_key(&self.plan)?).u64(self.count() as u64).finish();
        let Some(split) = &self.split else {
            let run = if self.in_order { lower_in_order } else { lower };
            let tables: Vec<TaskId> = run(&self.plan, builder)?.iter().collect();
            if tables.len() < 2 {
                return Ok(vec![tables]);
            }
            let check = notes(key, "check", std::slice::from_ref(&tables), builder)?;
            return Ok(vec![tables.into_iter().chain(check).collect()]);
        };
        let (_, inputs) = settle_kept(&self.plan, &[], builder)?;
        let tables = super::lower(split.clone(), key, &layer_name(&self.plan), &inputs, builder)?;
        let mut parts: Vec<Vec<TaskId>> = tables.iter().map(|table| vec![table]).collect();
        let noted = notes(key, "notes", &parts, builder)?;
        let check = notes(key, "check", &[noted], builder)?;
        if let Some(last) = parts.last_mut() {
            last.extend(check);
        }
        Ok(parts)
    }
}

/// Adds a task for each list of tables, which gives what they noted.
fn notes(key: Key, step: &str, of: &[Vec<TaskId>], builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
    let layer = Layer {
        key: Key::of("relational.notes").key(key).str(step).finish(),
        name: step.into(),
        payload: OpHandle::payload(Notes),
        annotations: Annotations { fusible: false, ..Annotations::default() },
    };
    let tasks = builder.add(layer, of.len(), |i, deps| deps.extend(of.get(i).into_iter().flatten()))?;
    Ok(tasks.iter().collect())
}
