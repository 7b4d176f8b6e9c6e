//! One part of every item: an element of a vector, a value of a map, a member of a JSON object.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::BuildHasher;
use std::sync::Arc;

use swath_error::Error;
use swath_graph::Key;

use super::{Flow, Info, Node, Part, Sink, Stream};
use crate::item::BagItem;

/// Items that can be asked for a part by a query: vectors by index, maps and JSON by key.
pub trait Pluck<Q>: BagItem {
    /// What comes out.
    type Output: BagItem;

    /// The stream of the plucked parts; `default` stands in for missing ones, which are an error without it.
    fn plucked(
        input: Arc<dyn Stream<Self>>,
        query: Q,
        default: Option<Self::Output>,
    ) -> Arc<dyn Stream<Self::Output>>;
}

impl<V: BagItem> Pluck<usize> for Vec<V> {
    type Output = V;

    fn plucked(input: Arc<dyn Stream<Self>>, index: usize, default: Option<V>) -> Arc<dyn Stream<V>> {
        let take = move |mut items: Self| (index < items.len()).then(|| items.swap_remove(index));
        Arc::new(PluckWith::new(input, format!("pluck({index})"), take, default))
    }
}

impl<V: BagItem, S: BuildHasher + Default + Clone + Send + Sync + 'static> Pluck<&str>
    for HashMap<String, V, S>
{
    type Output = V;

    fn plucked(input: Arc<dyn Stream<Self>>, key: &str, default: Option<V>) -> Arc<dyn Stream<V>> {
        let (label, key) = (format!("pluck({key:?})"), key.to_owned());
        Arc::new(PluckWith::new(input, label, move |mut map: Self| map.remove(&key), default))
    }
}

impl<V: BagItem> Pluck<&str> for BTreeMap<String, V> {
    type Output = V;

    fn plucked(input: Arc<dyn Stream<Self>>, key: &str, default: Option<V>) -> Arc<dyn Stream<V>> {
        let (label, key) = (format!("pluck({key:?})"), key.to_owned());
        Arc::new(PluckWith::new(input, label, move |mut map: Self| map.remove(&key), default))
    }
}

type Take<A, V> = Arc<dyn Fn(A) -> Option<V> + Send + Sync>;

/// A part of every item, by a function that may find none.
pub struct PluckWith<A: BagItem, V: BagItem> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    take: Take<A, V>,
    default: Option<V>,
}

impl<A: BagItem, V: BagItem> PluckWith<A, V> {
    /// The node; plans and errors show it as `label`.
    pub fn new(
        input: Arc<dyn Stream<A>>,
        label: impl Display,
        take: impl Fn(A) -> Option<V> + Send + Sync + 'static,
        default: Option<V>,
    ) -> Self {
        let info = Info {
            key: Key::of("pluck").key(Key::unique("pluck")).key(input.info().key).finish(),
            label: label.to_string(),
            partitions: input.info().partitions,
        };
        Self { info, input, take: Arc::new(take), default }
    }
}

impl<A: BagItem, V: BagItem> Node for PluckWith<A, V> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }
}

impl<A: BagItem, V: BagItem> Stream<V> for PluckWith<A, V> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, V>) -> Flow {
        self.input.drive(part, &mut |item| match (self.take)(item).or_else(|| self.default.clone()) {
            Some(found) => sink(found),
            None => Err(Error::data(format!("{}: an item has no such part", self.info.label))
                .with_help("use pluck_or to give a default")
                .into()),
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<V>>> {
        let input = self.input.rewrite()?;
        let (info, take, default) = (self.info.clone(), self.take.clone(), self.default.clone());
        Some(Arc::new(Self { info, input, take, default }))
    }
}
