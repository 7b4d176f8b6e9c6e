//! From nodes to layers.
//!
//! In: the nodes somebody wants. Out: tasks, calls of one function in as few layers as possible. It never recurses:
//! the walk keeps its own stack.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashMap;
use swath_block::{Block, HandOut, Inputs, OpHandle, Operation, TaskContext};
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, Layer, Payload, TaskId};
use swath_tasks::CallsBuilder;

use crate::node::{Id, Node, Style};

/// Which task computes which node, kept in the builder so that collections lowered together share work.
#[derive(Default)]
struct Seen(HashMap<Id, TaskId>);

/// The tasks of `roots`, in order.
pub(crate) fn lower<'a>(
    roots: impl Iterator<Item = &'a Arc<Node>>,
    builder: &mut GraphBuilder,
) -> Result<Vec<TaskId>> {
    let roots: Vec<&Arc<Node>> = roots.collect();
    let walk = Walk::over(&roots, &builder.notes::<Seen>().0);
    walk.expand(builder)?;
    let mut seen = std::mem::take(&mut builder.notes::<Seen>().0);
    let added = walk.add_calls(builder, &mut seen);
    let tasks = added.and_then(|()| roots.iter().map(|r| task_of(&seen, r)).collect());
    builder.notes::<Seen>().0 = seen;
    tasks
}

fn task_of(seen: &HashMap<Id, TaskId>, node: &Node) -> Result<TaskId> {
    seen.get(&node.id).copied().ok_or_else(|| Error::internal("a delayed call was not lowered"))
}

/// The nodes that are new to the builder, dependencies first.
struct Walk<'a> {
    nodes: Vec<&'a Arc<Node>>,
    /// Where in `nodes` each one is, once it is there.
    position: HashMap<Id, u32>,
}

impl<'a> Walk<'a> {
    /// Depth first, left to right, each node after what it reads.
    fn over(roots: &[&'a Arc<Node>], seen: &HashMap<Id, TaskId>) -> Self {
        let mut walk = Self { nodes: Vec::new(), position: HashMap::new() };
        let mut stack: Vec<(&'a Arc<Node>, usize)> = Vec::new();
        for root in roots {
            walk.enter(root, seen, &mut stack);
            while let Some((node, next)) = stack.last_mut() {
                let node: &'a Arc<Node> = node;
                if let Some(dep) = node.deps.get(*next) {
                    *next += 1;
                    walk.enter(dep, seen, &mut stack);
                } else {
                    walk.position.insert(node.id, walk.nodes.len() as u32);
                    walk.nodes.push(node);
                    stack.pop();
                }
            }
        }
        walk
    }

    /// Puts a node that was not met before on the stack.
    fn enter(
        &mut self,
        node: &'a Arc<Node>,
        seen: &HashMap<Id, TaskId>,
        stack: &mut Vec<(&'a Arc<Node>, usize)>,
    ) {
        if !seen.contains_key(&node.id) && self.position.try_insert(node.id, u32::MAX).is_ok() {
            stack.push((node, 0));
        }
    }

    /// Adds the nodes that become something else than a call. They read no other node, but lowering a collection may
    /// lower delayed values it was made of.
    fn expand(&self, builder: &mut GraphBuilder) -> Result<()> {
        for node in &self.nodes {
            if let Some(task) = node.work.expand(builder) {
                let task = task?;
                builder.notes::<Seen>().0.insert(node.id, task);
            }
        }
        Ok(())
    }

    /// Adds the calls, layer by layer.
    fn add_calls(&self, builder: &mut GraphBuilder, seen: &mut HashMap<Id, TaskId>) -> Result<()> {
        let (groups, order) = self.groups(seen);
        seen.reserve(order.len());
        for members in order.chunk_by(|a, b| groups.get(*a as usize) == groups.get(*b as usize)) {
            let members: Vec<&'a Arc<Node>> =
                members.iter().filter_map(|i| self.nodes.get(*i as usize)).copied().collect();
            add_layer(&members, builder, seen)?;
        }
        Ok(())
    }

    /// The layer of every node, and the calls that are not in the builder yet, ordered by layer.
    ///
    /// A layer is a kind of call (one function, one style) at one phase. A call's phase is that of what it reads, plus
    /// one for every change of kind on the way, so that a layer reads earlier layers and itself only.
    fn groups(&self, seen: &HashMap<Id, TaskId>) -> (Vec<(u32, u32)>, Vec<u32>) {
        let mut kinds = Kinds::default();
        let mut groups: Vec<(u32, u32)> = Vec::with_capacity(self.nodes.len());
        let mut order = Vec::with_capacity(self.nodes.len());
        for (i, node) in self.nodes.iter().enumerate() {
            let kind = kinds.of(node);
            let mut phase = 0;
            for dep in node.deps.iter() {
                if let Some(&(p, k)) = self.position.get(&dep.id).and_then(|i| groups.get(*i as usize)) {
                    phase = phase.max(p + u32::from(k != kind));
                }
            }
            groups.push((phase, kind));
            if !seen.contains_key(&node.id) {
                order.push(i as u32);
            }
        }
        order.sort_by_key(|i| groups.get(*i as usize).copied());
        (groups, order)
    }
}

/// One layer: the calls of one kind at one phase, in an order in which each may read earlier ones.
fn add_layer(
    members: &[&Arc<Node>],
    builder: &mut GraphBuilder,
    seen: &mut HashMap<Id, TaskId>,
) -> Result<()> {
    let Some(first) = members.first() else { return Ok(()) };
    let start = builder.len() as u32;
    for (i, node) in members.iter().enumerate() {
        seen.insert(node.id, TaskId(start + i as u32));
    }
    let key =
        members.iter().fold(Key::of("delayed.calls").u64(u64::from(std::process::id())), |h, n| n.id.feed(h));
    let mut annotations = first.annotations();
    annotations.producer = first.deps.is_empty();
    let layer =
        Layer { key: key.finish(), name: first.label().into(), payload: payload(members), annotations };
    let range = builder.add(layer, members.len(), |i, deps| {
        let reads = members.get(i).map_or(&[][..], |n| &n.deps);
        deps.extend(reads.iter().map(|d| seen.get(&d.id).copied().unwrap_or(TaskId(u32::MAX))));
    })?;
    if range.get(0).0 == start {
        Ok(())
    } else {
        Err(Error::internal("a layer of delayed calls was added twice"))
    }
}

/// What the tasks of a layer run: values at hand are handed out, everything else is called.
fn payload(members: &[&Arc<Node>]) -> Payload {
    let held: Option<Vec<Block>> = members.iter().map(|node| node.work.held().cloned()).collect();
    match held {
        Some(blocks) => OpHandle::payload(HandOut::new(blocks.into())),
        None => OpHandle::payload(Calls(members.iter().map(|n| Arc::clone(n)).collect())),
    }
}

/// Numbers the kinds of call: same function, same style, and whether it reads anything.
#[derive(Default)]
struct Kinds<'a> {
    numbers: HashMap<(&'a str, bool, Wished<'a>), u32>,
}

impl<'a> Kinds<'a> {
    fn of(&mut self, node: &'a Node) -> u32 {
        let next = self.numbers.len() as u32;
        let style = Wished(node.style.as_deref());
        *self.numbers.entry((node.name, node.deps.is_empty(), style)).or_insert(next)
    }
}

/// A style to be looked up by its contents.
#[derive(PartialEq)]
struct Wished<'a>(Option<&'a Style>);

impl Eq for Wished<'_> {}

impl Hash for Wished<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Some(Style { name, annotations: a }) = self.0 else { return };
        (name, a.priority, a.retries, a.slots, &a.workers, &a.resources).hash(hasher);
    }
}

/// The operation of a layer: each task is one node's call.
struct Calls(Box<[Arc<Node>]>);

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calls({})", self.0.len())
    }
}

impl Operation for Calls {
    /// That of the operation it becomes in another process.
    fn name(&self) -> &'static str {
        swath_tasks::CALL
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let mut calls = CallsBuilder::default();
        for node in &self.0 {
            node.work.travel(node, &mut calls)?;
        }
        calls.build().encode()
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        match self.0.get(ctx.index as usize) {
            Some(node) => node.work.run(inputs),
            None => Err(Error::internal(format!("a layer of delayed calls has no call {}", ctx.index))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Id;
    use swath_graph::Annotations;

    struct Nothing;

    impl crate::node::Work for Nothing {
        fn run(&self, _: Inputs) -> Result<Block> {
            Ok(Block::Unit)
        }

        fn travel(&self, _: &Node, _: &mut CallsBuilder) -> Result<()> {
            Ok(())
        }
    }

    fn node(style: Option<Style>) -> Arc<Node> {
        Node::new(Id::unique(), "f", style.map(Arc::new), crate::node::DepList::new(), Nothing)
    }

    #[test]
    fn a_kind_is_told_by_the_contents_of_its_style() {
        let wishes = |annotations| Some(Style { name: None, annotations });
        let default = Annotations::default;
        let different = || {
            [
                None,
                wishes(default()),
                Some(Style { name: Some("a".into()), annotations: default() }),
                Some(Style { name: Some("b".into()), annotations: default() }),
                wishes(Annotations { priority: 1, ..default() }),
                wishes(Annotations { retries: 1, ..default() }),
                wishes(Annotations { fusible: false, ..default() }),
                wishes(Annotations { output_bytes: Some(1), ..default() }),
                wishes(Annotations { workers: ["w".to_owned()].into(), ..default() }),
                wishes(Annotations { resources: [("GPU".to_owned(), 1)].into(), ..default() }),
            ]
        };
        let nodes: Vec<_> = different().into_iter().chain(different()).map(node).collect();
        let mut kinds = Kinds::default();
        let numbers: Vec<u32> = nodes.iter().map(|n| kinds.of(n)).collect();
        let once: Vec<u32> = (0..different().len() as u32).collect();
        assert_eq!(numbers, [once.clone(), once].concat());
    }
}
