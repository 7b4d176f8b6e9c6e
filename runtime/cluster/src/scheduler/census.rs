//! Who has what, and who does what.

use std::collections::BTreeMap;

use swath_scheduler::{TaskRef, TaskState, WorkerId};
use swath_wire::Answer;

use super::hub::Hub;

impl Hub {
    /// Holders of these results; of all that exist for none.
    pub fn who_has(&self, tasks: Vec<TaskRef>) -> Answer {
        let asked = |task: TaskRef| (task, self.scheduler.holders(task));
        if tasks.is_empty() {
            let held = self.scheduler.tasks().filter(|(_, state, _)| *state == TaskState::Done);
            return Answer::Holders(held.map(|(task, _, _)| asked(task)).collect());
        }
        Answer::Holders(tasks.into_iter().map(asked).collect())
    }

    /// Tasks that each worker has and has not finished, by name.
    pub fn processing(&self) -> Answer {
        let mut by_worker: BTreeMap<WorkerId, Vec<(TaskRef, String)>> =
            self.workers.keys().map(|id| (*id, Vec::new())).collect();
        for (task, state, worker) in self.scheduler.tasks() {
            let active = matches!(state, TaskState::Running | TaskState::Away);
            if let (true, Some(worker), Some(graph)) = (active, worker, self.scheduler.graph(task.job)) {
                by_worker.entry(worker).or_default().push((task, graph.name(task.task)));
            }
        }
        Answer::Tasks(by_worker.into_iter().collect())
    }
}
