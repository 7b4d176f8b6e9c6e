//! Published datasets: results kept under a name, whoever made them.
//!
//! Each is held by a job of the scheduler's own whose tasks stand for the published results.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskId};
use swath_scheduler::{Event, JobId, JobOptions, JobPlan, TaskRef};
use swath_wire::{Answer, Dataset};

use super::hub::Hub;

/// Datasets by name, each with the job that holds its results.
#[derive(Debug, Default)]
pub(crate) struct Datasets(BTreeMap<String, (JobId, Dataset)>);

impl Hub {
    /// Keeps results for as long as the job lives.
    pub fn keep(&mut self, tasks: &[TaskRef]) -> Result<JobId> {
        let layer = Layer {
            key: Key::unique("kept"),
            name: "kept".into(),
            payload: Payload::Import,
            annotations: Annotations { fusible: false, ..Annotations::default() },
        };
        let mut builder = GraphBuilder::new();
        let range = builder.add(layer, tasks.len(), |_, _| {})?;
        let all: Vec<TaskId> = range.iter().collect();
        let graph = Arc::new(builder.finish(&all)?);
        let links = all.iter().zip(tasks).map(|(task, source)| (*task, self.scheduler.source(*source)));
        let links = links.collect();
        let options = JobOptions { fail_fast: false, ..JobOptions::default() };
        self.next_job += 1;
        let job = JobId(self.next_job);
        self.step(Event::Submit(job, JobPlan::new(graph, options).links(links)));
        Ok(job)
    }

    pub fn publish(&mut self, name: String, mut dataset: Dataset) -> Result<Answer> {
        if self.datasets.0.contains_key(&name) {
            return Err(Error::argument(format!("there is a dataset '{name}' already"))
                .with_help("unpublish it first, or choose another name"));
        }
        for task in &mut dataset.tasks {
            if self.scheduler.graph(task.job).is_none() {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    "a result of the dataset does not exist any more",
                ));
            }
            *task = self.scheduler.source(*task);
        }
        let job = self.keep(&dataset.tasks)?;
        self.datasets.0.insert(name, (job, dataset));
        Ok(Answer::Done)
    }

    pub fn dataset(&self, name: &str) -> Result<Answer> {
        let known = self.datasets.0.get(name);
        let (_, dataset) = known.ok_or_else(|| self.no_dataset(name))?;
        Ok(Answer::Dataset(dataset.clone()))
    }

    pub fn unpublish(&mut self, name: &str) -> Result<Answer> {
        let (job, _) = self.datasets.0.remove(name).ok_or_else(|| self.no_dataset(name))?;
        self.step(Event::Forget(job));
        Ok(Answer::Done)
    }

    /// Forgets all names; gives the jobs that hold the results.
    pub fn forget_datasets(&mut self) -> Vec<JobId> {
        std::mem::take(&mut self.datasets.0).into_values().map(|(job, _)| job).collect()
    }

    pub fn dataset_names(&self) -> Vec<String> {
        self.datasets.0.keys().cloned().collect()
    }

    fn no_dataset(&self, name: &str) -> Error {
        unknown_name(ErrorKind::NotFound, "dataset", name, self.datasets.0.keys().map(String::as_str))
    }
}
