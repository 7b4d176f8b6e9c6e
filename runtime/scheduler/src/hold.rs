//! Jobs of blocks that exist already: data that clients put onto workers.

use std::sync::Arc;

use swath_error::Result;
use swath_graph::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};

use crate::effects::Effects;
use crate::event::HeldBlock;
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::plan::JobOptions;
use crate::scheduler::Scheduler;

impl Scheduler {
    pub(crate) fn hold(&mut self, id: JobId, blocks: &[HeldBlock], effects: &mut Effects) {
        let Ok(graph) = graph_of(blocks.len()) else { return };
        if self.jobs.contains_key(&id) {
            return;
        }
        let options = JobOptions { fail_fast: false, notify: true, ..JobOptions::default() };
        let mut job = Box::new(Job::new(Arc::new(graph), options));
        job.scattered = true;
        self.jobs.insert(id, job);
        for (task, block) in blocks.iter().enumerate() {
            self.hold_one(TaskRef { job: id, task: TaskId(task as u32) }, block, effects);
        }
        self.finish_if_complete(id, effects);
    }

    fn hold_one(&mut self, task: TaskRef, block: &HeldBlock, effects: &mut Effects) {
        let mut there = block.holders.iter().filter(|id| self.workers.get(**id).is_some());
        let Some(first) = there.next().copied() else {
            // As if it had been there and its workers were lost since.
            if let Some(job) = self.jobs.get_mut(&task.job) {
                job.state[task.task.index()] = TaskState::Released;
                job.over_count += 1;
                job.missing_outputs -= 1;
                job.unmet[task.task.index()] = 0;
            }
            self.redo(vec![task], effects);
            return;
        };
        self.hold_at(task, block.bytes, first);
        self.exists(task, effects);
        for other in block.holders.iter().filter(|id| **id != first) {
            self.copied(*other, task, effects);
        }
        if self.workers.get(first).is_some_and(|w| w.closing) {
            self.evacuate(first, Some(task), effects);
        }
    }

    fn hold_at(&mut self, task: TaskRef, bytes: u64, id: WorkerId) {
        let (Some(job), Some(worker)) = (self.jobs.get_mut(&task.job), self.workers.get_mut(id)) else {
            return;
        };
        let at = task.task.index();
        job.state[at] = TaskState::Done;
        job.unmet[at] = 0;
        job.over_count += 1;
        job.bytes[at] = bytes;
        job.held += bytes;
        job.link_to(task.task, id);
        worker.held += bytes;
        worker.results += 1;
    }
}

/// A graph of tasks that are never run.
fn graph_of(tasks: usize) -> Result<TaskGraph> {
    let layer = Layer {
        key: Key::of("scattered").finish(),
        name: "scattered".into(),
        payload: Payload::Import,
        annotations: Annotations { fusible: false, ..Annotations::default() },
    };
    let n = u32::try_from(tasks).map_err(|_| swath_error::Error::unsupported("too many blocks at once"))?;
    TaskGraph::from_columns(
        vec![layer],
        vec![0; tasks + 1],
        Vec::new(),
        (0..=n).collect(),
        (0..n).map(|index| Step { layer: LayerId(0), index }).collect(),
        (0..n).map(TaskId).collect(),
    )
}
