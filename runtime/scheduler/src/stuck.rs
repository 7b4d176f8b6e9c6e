//! Tasks that no worker may run: the user is told at once, and the tasks err when no such worker comes in time.

use swath_error::{Error, ErrorKind};
use swath_graph::TaskId;

use crate::class::Class;
use crate::effects::{Effects, Warning};
use crate::ids::{JobId, TaskRef};
use crate::scheduler::Scheduler;

/// Workers named in an error.
const NAMED: usize = 8;

impl Scheduler {
    /// Looks at a class whose tasks found no worker: perhaps there is none that ever could.
    pub(crate) fn note_stuck(&mut self, id: JobId, class: usize, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&id) else { return };
        let wishes = &job.classes.all[class];
        let could = self.workers.iter().any(|(_, w)| self.workers.may_take(w, wishes));
        if could {
            if let Some(job) = self.jobs.get_mut(&id) {
                job.stuck.remove(&class);
            }
            return;
        }
        let deadline = self.now.after(job.options.patience);
        if job.stuck.contains_key(&class) {
            return;
        }
        let name = job.ready[class].first().map(|task| job.graph.name(TaskId(task))).unwrap_or_default();
        let error = self.nobody(&name, wishes);
        effects.warnings.push(Warning { job: id, error });
        effects.wake_by(deadline);
        self.timed.insert(id);
        if let Some(job) = self.jobs.get_mut(&id) {
            job.stuck.insert(class, deadline);
        }
    }

    /// Tasks that have waited too long for a worker that may run them err.
    pub(crate) fn give_up_stuck(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&id).filter(|job| !job.stuck.is_empty()) else { return };
        let late = job.stuck.iter().filter(|(_, at)| **at <= self.now).map(|(class, _)| *class);
        for class in late.collect::<Vec<_>>() {
            let Some(job) = self.jobs.get_mut(&id) else { return };
            job.stuck.remove(&class);
            let wishes = job.classes.all[class].clone();
            if self.workers.iter().any(|(_, w)| self.workers.may_take(w, &wishes)) {
                continue;
            }
            let Some(job) = self.jobs.get(&id) else { return };
            let ready = job.ready[class].iter().map(|task| TaskRef { job: id, task: TaskId(task) });
            let mut ready: Vec<TaskRef> = ready.collect();
            let Some(first) = ready.first() else { continue };
            let error = self.nobody(&job.graph.name(first.task), &wishes);
            // The last one comes first.
            ready.reverse();
            self.give_up_all(ready, &error, effects);
        }
    }

    /// Why nobody runs a task.
    fn nobody(&self, task: &str, wishes: &Class) -> Error {
        if self.workers.len() == 0 {
            return Error::new(ErrorKind::Cluster, format!("there is no worker to run {task}"))
                .with_help("start workers with `swath worker --scheduler HOST:PORT`");
        }
        if self.workers.iter().all(|(_, w)| w.closing) {
            return Error::new(ErrorKind::Cluster, format!("every worker that could run {task} is leaving"))
                .with_help("start another one with `swath worker --scheduler HOST:PORT`");
        }
        let mut wants = Vec::new();
        if !wishes.workers.is_empty() && !wishes.allow_other_workers {
            wants.push(format!("a worker called {}", wishes.workers.join(" or ")));
        }
        wants.extend(wishes.resources.iter().map(|(name, amount)| format!("{name}={amount}")));
        let names = self.workers.iter().filter_map(|(_, w)| w.spec.name.clone());
        let mut present: Vec<String> = names.take(NAMED).collect();
        if self.workers.len() > NAMED {
            present.push(format!("… {} more", self.workers.len() - NAMED));
        }
        let what = format!("no worker may run {task}: it asks for {}", wants.join(" and "));
        Error::new(ErrorKind::Cluster, what).with_help(format!(
            "present: {}; start a worker that offers it, or drop the wish",
            present.join(", ")
        ))
    }
}
