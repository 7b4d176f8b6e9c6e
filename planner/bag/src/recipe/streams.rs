//! Nodes that only decoded recipes have: items changed between their types and their encodings, and functions by name.

use std::sync::Arc;

use swath_block::Block;
use swath_error::Result;
use swath_graph::Key;

use super::calls::{Callee, vector};
use super::raw::{IntoRaw, Raw};
use crate::item::BagItem;
use crate::stream::{Flow, Info, Node, Part, Sink, Stream, collect};

/// What a node does with one item: pushes any number of others.
type Step<A, B> = Box<dyn Fn(A, Sink<'_, B>) -> Flow + Send + Sync>;

/// A step applied to every item.
pub(super) struct Each<A: BagItem, B> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    step: Step<A, B>,
}

impl<A: BagItem, B: BagItem> Each<A, B> {
    fn stream(
        input: Arc<dyn Stream<A>>,
        step: impl Fn(A, Sink<'_, B>) -> Flow + Send + Sync + 'static,
    ) -> Arc<dyn Stream<B>> {
        let info = info(input.info());
        Arc::new(Self { info, input, step: Box::new(step) })
    }
}

/// Decoded nodes are never compared: their key says nothing.
fn info(input: &Info) -> Info {
    Info { key: Key::of("decoded").finish(), label: "decoded".to_owned(), partitions: input.partitions }
}

impl<A: BagItem, B: BagItem> Node for Each<A, B> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }
}

impl<A: BagItem, B: BagItem> Stream<B> for Each<A, B> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, B>) -> Flow {
        self.input.drive(part, &mut |item| (self.step)(item, &mut *sink))
    }
}

/// Items of a known type as their encodings.
pub(super) fn encode<T: BagItem>(input: Arc<dyn Stream<T>>) -> Arc<dyn Stream<Raw>> {
    Each::stream(input, |item, sink| sink(Raw::of(&item)?))
}

/// Encodings as the items they are.
pub(super) fn decode<T: BagItem>(input: Arc<dyn Stream<Raw>>) -> Arc<dyn Stream<T>> {
    Each::stream(input, |item, sink| sink(item.to()?))
}

/// The items of pairs of item and count.
pub(super) fn first<T: BagItem>(input: Arc<dyn Stream<(T, u64)>>) -> Arc<dyn Stream<T>> {
    Each::stream(input, |(item, _), sink| sink(item))
}

/// Pairs of encodings as encodings of pairs.
pub(super) fn pairs(input: Arc<dyn Stream<(Raw, Raw)>>) -> Arc<dyn Stream<Raw>> {
    Each::stream(input, |pair, sink| sink(pair.into_raw()?))
}

/// What the function gives for each item.
pub(super) fn map(input: Arc<dyn Stream<Raw>>, function: Callee) -> Arc<dyn Stream<Raw>> {
    Each::stream(input, move |item, sink| sink(function.call([&item])?))
}

/// The items for which the function gives `keep`.
pub(super) fn filter<T: BagItem>(
    input: Arc<dyn Stream<T>>,
    function: Callee,
    keep: bool,
    raw: impl Fn(&T) -> Result<Raw> + Send + Sync + 'static,
) -> Arc<dyn Stream<T>> {
    Each::stream(
        input,
        move |item, sink| {
            if function.value::<bool, 1>([&raw(&item)?])? == keep { sink(item) } else { Ok(()) }
        },
    )
}

/// The elements of what the function gives for each item.
pub(super) fn flat_map(input: Arc<dyn Stream<Raw>>, function: Callee) -> Arc<dyn Stream<Raw>> {
    Each::stream(input, move |item, sink| function.elements([&item])?.into_iter().try_for_each(sink))
}

/// The elements of what the function gives for a partition.
pub(super) struct WholePartitions {
    info: Info,
    input: Arc<dyn Stream<Raw>>,
    function: Callee,
}

impl WholePartitions {
    pub fn stream(input: Arc<dyn Stream<Raw>>, function: Callee) -> Arc<dyn Stream<Raw>> {
        Arc::new(Self { info: info(input.info()), input, function })
    }
}

impl Node for WholePartitions {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }
}

impl Stream<Raw> for WholePartitions {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, Raw>) -> Flow {
        let items = collect(&*self.input, part)?;
        self.function.elements([&vector(items.iter())?])?.into_iter().try_for_each(sink)
    }
}

/// The encodings of a block's items.
type Read = Box<dyn Fn(Block) -> Result<Vec<Raw>> + Send + Sync>;

/// Every item of one block with every item of another.
pub(super) struct Pairs {
    info: Info,
    left: Read,
    right: Read,
}

impl Pairs {
    pub fn new(
        partitions: usize,
        left: impl Fn(Block) -> Result<Vec<Raw>> + Send + Sync + 'static,
        right: impl Fn(Block) -> Result<Vec<Raw>> + Send + Sync + 'static,
    ) -> Self {
        let info = Info { key: Key::of("decoded").finish(), label: "product".to_owned(), partitions };
        Self { info, left: Box::new(left), right: Box::new(right) }
    }
}

impl Node for Pairs {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn width(&self, _: usize) -> usize {
        2
    }
}

impl Stream<(Raw, Raw)> for Pairs {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (Raw, Raw)>) -> Flow {
        let left = (self.left)(part.next_block()?)?;
        let right = (self.right)(part.next_block()?)?;
        left.iter().try_for_each(|l| right.iter().try_for_each(|r| sink((l.clone(), r.clone()))))
    }
}

/// What a function gives for each item and the value of a block, which comes before the input's.
pub(super) struct With {
    info: Info,
    input: Arc<dyn Stream<Raw>>,
    function: Callee,
}

impl With {
    pub fn stream(input: Arc<dyn Stream<Raw>>, function: Callee) -> Arc<dyn Stream<Raw>> {
        Arc::new(Self { info: info(input.info()), input, function })
    }
}

impl Node for With {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn width(&self, part: usize) -> usize {
        1 + self.input.width(part)
    }
}

impl Stream<Raw> for With {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, Raw>) -> Flow {
        let value = part.next_block()?;
        self.input.drive(part, &mut |item| sink(self.function.with(&item, &value)?))
    }
}

/// Pairs of item and count, largest count first.
pub(super) struct MostFrequentFirst<T: BagItem> {
    info: Info,
    input: Arc<dyn Stream<(T, u64)>>,
}

impl<T: BagItem> MostFrequentFirst<T> {
    pub fn stream(input: Arc<dyn Stream<(T, u64)>>) -> Arc<dyn Stream<(T, u64)>> {
        Arc::new(Self { info: info(input.info()), input })
    }
}

impl<T: BagItem> Node for MostFrequentFirst<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }
}

impl<T: BagItem> Stream<(T, u64)> for MostFrequentFirst<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (T, u64)>) -> Flow {
        let mut pairs = collect(&*self.input, part)?;
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.1));
        pairs.into_iter().try_for_each(sink)
    }
}
