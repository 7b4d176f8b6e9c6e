//! One lazy call: what it runs, what it reads, how it wants to be run.

use std::any::TypeId;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use smallvec::SmallVec;
use swath_block::{Block, Inputs};
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, KeyHasher, TaskId};
use swath_tasks::{CallsBuilder, TaskFunction};

/// What a node does when its task runs.
pub(crate) trait Work: Send + Sync + 'static {
    /// Runs the task.
    fn run(&self, inputs: Inputs) -> Result<Block>;

    /// Adds the call of `node`, which does this work, to those of a layer that leaves this process.
    fn travel(&self, node: &Node, calls: &mut CallsBuilder) -> Result<()>;

    /// The registered function whose result the node gives.
    fn function(&self) -> Option<TaskFunction> {
        None
    }

    /// The block of a node that is at hand already.
    fn held(&self) -> Option<&Block> {
        None
    }

    /// For nodes that become something other than one call: adds the tasks and says which one has the result.
    fn expand(&self, builder: &mut GraphBuilder) -> Option<Result<TaskId>> {
        let _ = builder;
        None
    }
}

/// A node of the lazy graph, shared by everyone who reads it.
pub(crate) struct Node<W: ?Sized = dyn Work> {
    pub id: Id,
    /// The full type name of the function, or a short name of our own.
    pub name: &'static str,
    pub style: Option<Arc<Style>>,
    pub deps: Deps,
    pub work: W,
}

impl Node {
    /// A node; `pure` nodes with equal ids are computed once.
    pub fn new(
        id: Id,
        name: &'static str,
        style: Option<Arc<Style>>,
        deps: DepList,
        work: impl Work,
    ) -> Arc<Self> {
        Arc::new(Node { id, name, style, deps: Deps(deps), work })
    }

    /// The name shown for the node's tasks.
    pub fn label(&self) -> String {
        match self.style.as_ref().and_then(|s| s.name.as_deref()) {
            Some(name) => name.to_owned(),
            None => short_name(self.name),
        }
    }

    /// How the node's task wants to be run.
    pub fn annotations(&self) -> Annotations {
        self.style.as_ref().map(|s| s.annotations.clone()).unwrap_or_default()
    }
}

/// A name and wishes given by the user; shared by all calls of one [`crate::Function`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Style {
    pub name: Option<Arc<str>>,
    pub annotations: Annotations,
}

/// What tells nodes apart: a number of this process, or a hash of the call for pure ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id([u64; 2]);

impl Id {
    /// The identity of an impure call: equal to no other.
    pub fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self([NEXT.fetch_add(1, Ordering::Relaxed), 0])
    }

    /// The identity of a pure call: of `function` with what `literals` adds and the nodes it reads.
    pub fn pure(function: TypeId, deps: &[Arc<Node>], literals: impl FnOnce(KeyHasher) -> KeyHasher) -> Self {
        let mut type_id = Bytes(KeyHasherSlot::new());
        function.hash(&mut type_id);
        let mut hasher = literals(type_id.0.take());
        for dep in deps {
            hasher = dep.id.feed(hasher);
        }
        let key = hasher.finish();
        let (low, high) = key.as_bytes().split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        // The lowest bit keeps a hash apart from the zero of a unique number.
        Self([number(low), number(high) | 1])
    }

    /// Adds the identity to a key.
    pub fn feed(self, hasher: KeyHasher) -> KeyHasher {
        let [low, high] = self.0;
        hasher.u64(low).u64(high)
    }
}

/// A key hasher that `std`'s hashing can write to.
struct KeyHasherSlot(Option<KeyHasher>);

impl KeyHasherSlot {
    fn new() -> Self {
        Self(Some(Key::of("delayed.pure")))
    }

    fn take(&mut self) -> KeyHasher {
        self.0.take().unwrap_or_else(|| Key::of("delayed.pure"))
    }
}

struct Bytes(KeyHasherSlot);

impl Hasher for Bytes {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        let hasher = self.0.take().bytes(bytes);
        self.0 = KeyHasherSlot(Some(hasher));
    }
}

/// Nodes a node reads, in the order its function consumes them.
pub(crate) type DepList = SmallVec<[Arc<Node>; 2]>;

/// The dependencies of a node; dropping them never recurses.
pub(crate) struct Deps(DepList);

impl std::ops::Deref for Deps {
    type Target = [Arc<Node>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Deps {
    fn drop(&mut self) {
        if self.0.iter().all(|d| Arc::strong_count(d) > 1) {
            return;
        }
        let mut pending: Vec<Arc<Node>> = self.0.drain(..).collect();
        while let Some(mut node) = pending.pop() {
            if let Some(last) = Arc::get_mut(&mut node) {
                pending.extend(last.deps.0.drain(..));
            }
        }
    }
}

/// `inc` of `my_crate::jobs::inc`; a closure is named after the function it stands in.
fn short_name(full: &str) -> String {
    let plain = full.split('<').next().unwrap_or(full);
    let closure = plain.contains("{{closure}}");
    let name = plain.rsplit("::").find(|part| !part.starts_with("{{") && !part.is_empty()).unwrap_or(plain);
    if closure { format!("{name}-closure") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        assert_eq!(short_name("a::b::inc"), "inc");
        assert_eq!(short_name("a::b::gen<alloc::string::String>"), "gen");
        assert_eq!(short_name("a::main::{{closure}}"), "main-closure");
        assert_eq!(short_name("add"), "add");
    }
}
