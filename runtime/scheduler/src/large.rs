//! Tasks whose inputs are larger than the memory of any worker: they err at once, before a worker dies of them.

use std::collections::BTreeSet;

use swath_error::{Error, ErrorKind};
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::ids::TaskRef;
use crate::job::Job;
use crate::scheduler::Scheduler;

impl Job {
    /// Bytes of a task's inputs together; what is read several times counts as often, as long as that is within `limit`.
    pub fn reads(&self, task: TaskId, limit: u64) -> u64 {
        let deps = self.graph.deps(task);
        let bytes = |dep: &TaskId| self.bytes[dep.index()];
        let sum = deps.iter().map(bytes).fold(0, u64::saturating_add);
        if sum <= limit {
            return sum;
        }
        let distinct: BTreeSet<&TaskId> = deps.iter().collect();
        distinct.into_iter().map(bytes).fold(0, u64::saturating_add)
    }
}

impl Scheduler {
    /// A task that reads more than any worker has room for errs.
    pub(crate) fn refuse_too_large(&mut self, task: TaskRef, reads: u64, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let largest = self.workers.iter().max_by_key(|(id, w)| (w.spec.memory, std::cmp::Reverse(*id)));
        let Some((_, worker)) = largest else { return };
        let name = worker.spec.name.clone().unwrap_or_default();
        let what = format!(
            "the inputs of {} take {} together, and the largest worker, {name}, has {}",
            job.graph.name(task.task),
            size(reads),
            size(worker.spec.memory)
        );
        let error = Error::new(ErrorKind::OutOfMemory, what)
            .with_help("read less in one task (smaller chunks, a fold in steps), or start workers with a larger --memory-limit")
            .in_task(crate::finish::describe(&job.graph, task.task, None));
        self.give_up(task, &error, effects);
    }
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = (bytes.max(1).ilog2() as usize / 10).min(units.len() - 1);
    if unit == 0 {
        format!("{bytes} bytes")
    } else {
        format!("{:.1} {}", bytes as f64 / f64::powi(1024.0, unit as i32), units[unit])
    }
}
