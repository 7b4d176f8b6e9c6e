//! Several results of one call: each part of a tuple, or element of a vector, as a delayed value of its own.

use std::any::TypeId;
use std::sync::Arc;

use smallvec::smallvec;
use swath_block::{Block, Data, Inputs};
use swath_error::{Error, Result};
use swath_tasks::{CallsBuilder, from_block};

use crate::Delayed;
use crate::known;
use crate::node::{Id, Node, Work};

/// A tuple that can be taken apart while it is delayed.
pub trait Parts: Clone + Send + Sync + 'static {
    /// The tuple of delayed parts.
    type Delayed;

    #[doc(hidden)]
    fn into_blocks(self) -> Vec<Block>;

    #[doc(hidden)]
    fn pick(part: impl FnMut(usize) -> PartNode) -> Self::Delayed;
}

/// A node that gives one part.
#[doc(hidden)]
pub struct PartNode(Arc<Node>);

macro_rules! tuples {
    ($($($t:ident $n:tt),+;)*) => { $(
        impl<$($t: Data + Clone),+> Parts for ($($t,)+) {
            type Delayed = ($(Delayed<$t>,)+);

            fn into_blocks(self) -> Vec<Block> {
                vec![$(Block::value(self.$n)),+]
            }

            fn pick(mut part: impl FnMut(usize) -> PartNode) -> Self::Delayed {
                $(swath_block::announce::<$t>();)+
                ($(Delayed::<$t>::from_node(part($n).0),)+)
            }
        }
    )* };
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

impl<T: Parts> Delayed<T> {
    /// The parts of a tuple, each delayed: the function runs once, a part is handed on without copying.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_delayed::delayed;
    /// fn divmod(a: i64, b: i64) -> (i64, i64) { (a / b, a % b) }
    /// let (quotient, rest) = delayed(divmod).call((17, 5)).unpack();
    /// assert_eq!((quotient * 5 + rest).compute()?, 17);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn unpack(&self) -> T::Delayed {
        let split = self.apart::<T>("unpack", Split::<T>(std::marker::PhantomData), 0);
        T::pick(|i| part(&split, i))
    }
}

impl<T: Data + Clone> Delayed<Vec<T>> {
    /// The `n` elements of a vector, each delayed. A vector of another length is an error when it is computed.
    pub fn split(&self, n: usize) -> Vec<Delayed<T>> {
        swath_block::announce::<T>();
        let split =
            self.apart::<Vec<T>>("split", Elements::<T> { n, item: std::marker::PhantomData }, n as u64);
        (0..n).map(|i| Delayed::from_node(part(&split, i).0)).collect()
    }
}

impl<T> Delayed<T> {
    /// The node that takes the value apart; the same one whenever it is asked for.
    fn apart<K: 'static>(&self, name: &'static str, work: impl Work, detail: u64) -> Arc<Node> {
        let deps = smallvec![self.node().clone()];
        let id = Id::pure(TypeId::of::<K>(), &deps, |h| h.str(name).u64(detail));
        Node::new(id, name, None, deps, work)
    }
}

fn part(split: &Arc<Node>, index: usize) -> PartNode {
    let deps = smallvec![split.clone()];
    let id = Id::pure(TypeId::of::<Part>(), &deps, |h| h.u64(index as u64));
    PartNode(Node::new(id, "part", None, deps, Part(index)))
}

struct Split<T>(std::marker::PhantomData<fn() -> T>);

impl<T: Parts> Work for Split<T> {
    fn run(&self, inputs: Inputs) -> Result<Block> {
        let value: Arc<T> = from_block(inputs.into_iter().next().unwrap_or_default())?;
        Ok(Block::Tuple(Arc::unwrap_or_clone(value).into_blocks().into()))
    }

    fn travel(&self, node: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::apart(node, None, calls)
    }
}

struct Elements<T> {
    n: usize,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T: Data + Clone> Work for Elements<T> {
    fn run(&self, inputs: Inputs) -> Result<Block> {
        let values: Arc<Vec<T>> = from_block(inputs.into_iter().next().unwrap_or_default())?;
        if values.len() != self.n {
            return Err(Error::argument(format!(
                "a delayed vector was split into {} values and has {}",
                self.n,
                values.len()
            )));
        }
        Ok(Block::Tuple(Arc::unwrap_or_clone(values).into_iter().map(Block::value).collect()))
    }

    fn travel(&self, node: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::apart(node, Some(self.n), calls)
    }
}

/// Hands one part of a tuple on.
struct Part(usize);

impl Work for Part {
    fn run(&self, inputs: Inputs) -> Result<Block> {
        let parts = inputs.into_iter().next().unwrap_or_default().into_tuple()?;
        parts
            .get(self.0)
            .cloned()
            .ok_or_else(|| Error::internal("a tuple has fewer parts than were asked for"))
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::part(self.0, calls)
    }
}
