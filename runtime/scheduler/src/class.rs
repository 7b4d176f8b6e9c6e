//! Scheduling classes: the few distinct sets of wishes among a graph's tasks.

use std::collections::HashMap;
use std::sync::Arc;

use swath_graph::{Annotations, TaskGraph, TaskId};

/// Wishes shared by many tasks; each class has its own ready set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
        let mut known = HashMap::new();
        // A layer's class as a consumer of others and as a reader from outside, found once.
        let mut of_layer: Vec<[Option<u16>; 2]> = vec![[None; 2]; graph.layers().len()];
        let mut of_task = Vec::with_capacity(graph.len());
        let default = Annotations::default();
        for task in (0..graph.len() as u32).map(TaskId) {
            let producer = graph.is_producer(task);
            let layer = graph.last_step(task).map(|s| s.layer.index());
            let of_layer = layer.and_then(|l| of_layer.get_mut(l)).map(|by| &mut by[usize::from(producer)]);
            let class = if let Some(Some(class)) = of_layer.as_deref() {
                *class
            } else {
                let class = Class::of(graph.annotations(task).unwrap_or(&default), producer);
                let class = find_or_add(&mut all, &mut known, class);
                if let Some(of_layer) = of_layer {
                    *of_layer = Some(class);
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

fn find_or_add(all: &mut Vec<Class>, known: &mut HashMap<Class, u16>, class: Class) -> u16 {
    if let Some(at) = known.get(&class) {
        return *at;
    }
    let Ok(at) = u16::try_from(all.len()) else { return u16::MAX };
    known.insert(class.clone(), at);
    all.push(class);
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::{GraphBuilder, Key, Layer, Payload};

    /// One layer of one task for each set of wishes.
    fn classes(wishes: impl Iterator<Item = Annotations>) -> Classes {
        let mut b = GraphBuilder::new();
        let mut outputs = Vec::new();
        for (i, annotations) in wishes.enumerate() {
            let name = format!("layer {i}");
            let key = Key::of(&name).finish();
            let layer = Layer { key, name: name.into(), payload: Payload::Local(Arc::new(())), annotations };
            outputs.push(b.add(layer, 1, |_, _| {}).unwrap().get(0));
        }
        Classes::of(&b.finish(&outputs).unwrap())
    }

    #[test]
    fn equal_wishes_make_one_class_and_any_difference_two() {
        let default = Annotations::default;
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Arc<[String]>>();
        let gpu = |n: u64| Arc::from([("GPU".to_owned(), n)]);
        let different = [
            default(),
            Annotations { priority: 1, ..default() },
            Annotations { retries: 1, ..default() },
            Annotations { slots: 2, ..default() },
            Annotations { producer: true, ..default() },
            Annotations { workers: names(&["a"]), ..default() },
            Annotations { workers: names(&["b"]), ..default() },
            Annotations { workers: names(&["b"]), allow_other_workers: true, ..default() },
            Annotations { resources: gpu(1), ..default() },
            Annotations { resources: gpu(2), ..default() },
        ];
        let twice = classes(different.iter().chain(&different).cloned());
        assert_eq!(twice.all.len(), different.len());
        for task in 0..different.len() {
            let index = |task: usize| twice.index(TaskId(task as u32));
            assert_eq!((index(task), index(task + different.len())), (task, task));
        }
        assert_eq!(classes((0..5).map(|_| default())).of_task.len(), 0);
    }

    #[test]
    fn more_classes_than_fit_share_the_last_one() {
        let many = classes((0..65_600).map(|priority| Annotations { priority, ..Annotations::default() }));
        assert_eq!(many.all.len(), 65_536);
        assert_eq!(many.get(TaskId(65_534)).priority, 65_534);
        assert_eq!((many.index(TaskId(65_535)), many.index(TaskId(65_599))), (65_535, 65_535));
    }
}
