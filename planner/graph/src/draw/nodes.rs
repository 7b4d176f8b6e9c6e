//! What is drawn: tasks, or whole layers where there are too many tasks, and the arrows between them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::summary::{kind_name, plural};
use crate::{LayerId, TaskGraph, TaskId};

/// One box.
pub(super) struct Node {
    /// The text in the box.
    pub label: String,
    /// The text shown when the pointer rests on the box.
    pub title: String,
    /// Which colour: boxes of one layer share it.
    pub colour: usize,
    /// Whether the caller wants a result of this box.
    pub wanted: bool,
    /// Whether the box stands for several tasks.
    pub many: bool,
}

/// Boxes and arrows; an arrow goes from what is read to who reads it.
pub(super) struct Picture {
    pub nodes: Vec<Node>,
    pub arrows: BTreeSet<(usize, usize)>,
}

/// What a task is drawn as.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Single(TaskId),
    Layers(Vec<LayerId>),
    Name(String),
}

impl Picture {
    /// The picture of `graph` with about `most` boxes at the most.
    pub fn of(graph: &TaskGraph, most: usize) -> Self {
        let spots = spots(graph, most);
        let mut ids: BTreeMap<&Spot, usize> = BTreeMap::new();
        let mut members: Vec<Vec<TaskId>> = Vec::new();
        let mut node_of = Vec::with_capacity(spots.len());
        for (task, spot) in spots.iter().enumerate() {
            let id = *ids.entry(spot).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            node_of.push(id);
            if let Some(m) = members.get_mut(id) {
                m.push(TaskId(task as u32));
            }
        }
        let wanted: BTreeSet<usize> =
            graph.outputs().iter().filter_map(|o| node_of.get(o.index())).copied().collect();
        let nodes =
            members.iter().enumerate().map(|(id, tasks)| node(graph, tasks, wanted.contains(&id))).collect();
        Self { nodes, arrows: arrows(graph, &node_of) }
    }
}

/// Decides for every task whether it is drawn by itself, with its layer, or with all layers of its name.
fn spots(graph: &TaskGraph, most: usize) -> Vec<Spot> {
    let kinds: Vec<Vec<LayerId>> =
        tasks(graph).map(|t| graph.steps(t).iter().map(|s| s.layer).collect()).collect();
    let mut sizes: HashMap<&[LayerId], usize> = HashMap::new();
    for kind in &kinds {
        *sizes.entry(kind).or_default() += 1;
    }
    if sizes.len() > most {
        return kinds.iter().map(|kind| Spot::Name(kind_name(graph, kind))).collect();
    }
    let mut by_size: Vec<(&[LayerId], usize)> = sizes.into_iter().collect();
    by_size.sort_unstable_by_key(|(kind, n)| (std::cmp::Reverse(*n), kind.to_vec()));
    let mut boxes = graph.len();
    let mut collapsed: BTreeSet<&[LayerId]> = BTreeSet::new();
    for (kind, n) in by_size {
        if boxes <= most || n == 1 {
            break;
        }
        collapsed.insert(kind);
        boxes -= n - 1;
    }
    tasks(graph)
        .zip(&kinds)
        .map(|(task, kind)| {
            if collapsed.contains(kind.as_slice()) { Spot::Layers(kind.clone()) } else { Spot::Single(task) }
        })
        .collect()
}

fn node(graph: &TaskGraph, members: &[TaskId], wanted: bool) -> Node {
    let first = members.first().copied().unwrap_or(TaskId(0));
    let steps = graph.steps(first);
    let colour = steps.last().map_or(0, |s| s.layer.index());
    match members {
        [only] => {
            let name = graph.name(*only);
            Node { label: name.clone(), title: name, colour, wanted, many: false }
        }
        many => {
            let layers: Vec<LayerId> = steps.iter().map(|s| s.layer).collect();
            let name = kind_name(graph, &layers);
            let count = plural(many.len(), "task");
            Node {
                label: format!("{name} … {count}"),
                title: format!("{name}: {count}"),
                colour,
                wanted,
                many: true,
            }
        }
    }
}

fn arrows(graph: &TaskGraph, node_of: &[usize]) -> BTreeSet<(usize, usize)> {
    let at = |task: TaskId| node_of.get(task.index()).copied();
    tasks(graph)
        .flat_map(|task| graph.deps(task).iter().filter_map(move |d| Some((at(*d)?, at(task)?))))
        .filter(|(from, to)| from != to)
        .collect()
}

fn tasks(graph: &TaskGraph) -> impl Iterator<Item = TaskId> {
    (0..graph.len() as u32).map(TaskId)
}
