//! Scheduling classes: the few distinct sets of wishes among a graph's tasks.

use std::sync::Arc;

use swath_graph::{Annotations, TaskGraph, TaskId};

/// Wishes shared by many tasks; each class has its own ready set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Class {
    pub priority: i32,
    pub retries: u32,
    pub slots: u16,
    pub producer: bool,
    pub workers: Arc<[String]>,
    pub allow_other_workers: bool,
    pub resources: Arc<[(String, u64)]>,
}

impl Class {
    fn of(annotations: &Annotations, producer: bool) -> Self {
        Self {
            priority: annotations.priority,
            retries: annotations.retries,
            slots: annotations.slots.max(1),
            producer,
            workers: annotations.workers.clone(),
            allow_other_workers: annotations.allow_other_workers,
            resources: annotations.resources.clone(),
        }
    }
}

/// The classes of a graph, and which one each task belongs to.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    pub all: Vec<Class>,
    /// Empty when there is one class only.
    of_task: Vec<u16>,
}

impl Classes {
    /// Groups the tasks of `graph`. More than 65 536 different sets of wishes share the last class's wishes.
    pub fn of(graph: &TaskGraph) -> Self {
        let mut all: Vec<Class> = Vec::new();
        // A layer's class as a consumer of others and as a reader from outside, found once.
        let mut of_layer: Vec<[Option<u16>; 2]> = vec![[None; 2]; graph.layers().len()];
        let mut of_task = Vec::with_capacity(graph.len());
        let default = Annotations::default();
        for task in (0..graph.len() as u32).map(TaskId) {
            let producer = graph.is_producer(task);
            let layer = graph.last_step(task).map(|s| s.layer.index());
            let known = layer.and_then(|l| of_layer.get_mut(l)).map(|by| &mut by[usize::from(producer)]);
            let class = if let Some(Some(class)) = known.as_deref() {
                *class
            } else {
                let class =
                    find_or_add(&mut all, Class::of(graph.annotations(task).unwrap_or(&default), producer));
                if let Some(known) = known {
                    *known = Some(class);
                }
                class
            };
            of_task.push(class);
        }
        if all.len() <= 1 {
            of_task = Vec::new();
        }
        Self { all, of_task }
    }

    /// The class of a task, as an index into [`Self::all`].
    pub fn index(&self, task: TaskId) -> usize {
        self.of_task.get(task.index()).copied().map_or(0, usize::from)
    }

    /// The class of a task.
    pub fn get(&self, task: TaskId) -> &Class {
        &self.all[self.index(task)]
    }
}

fn find_or_add(all: &mut Vec<Class>, class: Class) -> u16 {
    let known = all.iter().position(|c| *c == class);
    let at = known.unwrap_or_else(|| {
        if u16::try_from(all.len()).is_ok() {
            all.push(class);
        }
        all.len() - 1
    });
    at as u16
}
