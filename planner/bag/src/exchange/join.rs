//! Joining with items in memory, which every partition gets whole.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::quality::FixedState;
use swath_graph::Key;

use crate::item::BagItem;
use crate::name::function_name;
use crate::stream::{Flow, Info, Node, Part, Sink, Stream};

type ByKey<K, U> = HashMap<K, Vec<U>, FixedState>;

/// `input.join(other, on_self, on_other)`: pairs of other item and own item whose keys are equal.
pub struct Join<T, U, K, F> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    other: Arc<ByKey<K, U>>,
    on_self: Arc<F>,
}

impl<T: BagItem, U: BagItem, K: Hash + Eq + Send + Sync + 'static, F: Fn(&T) -> K + Send + Sync + 'static>
    Join<T, U, K, F>
{
    /// The node.
    pub fn new(
        input: Arc<dyn Stream<T>>,
        other: impl IntoIterator<Item = U>,
        on_self: F,
        on_other: impl Fn(&U) -> K,
    ) -> Self {
        let mut by_key = ByKey::<K, U>::default();
        let mut items = 0;
        for item in other {
            items += 1;
            by_key.entry(on_other(&item)).or_default().push(item);
        }
        let info = Info {
            key: Key::of("join").key(Key::unique("join")).key(input.info().key).finish(),
            label: format!("join({items} items, {})", function_name::<F>()),
            partitions: input.info().partitions,
        };
        Self { info, input, other: Arc::new(by_key), on_self: Arc::new(on_self) }
    }
}

impl<T: BagItem, U: BagItem, K: Send + Sync + 'static, F: Send + Sync + 'static> Node for Join<T, U, K, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }
}

impl<T, U, K, F> Stream<(U, T)> for Join<T, U, K, F>
where
    T: BagItem,
    U: BagItem,
    K: Hash + Eq + Send + Sync + 'static,
    F: Fn(&T) -> K + Send + Sync + 'static,
{
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (U, T)>) -> Flow {
        self.input.drive(part, &mut |item| {
            let matches = self.other.get(&(self.on_self)(&item)).map_or(&[][..], Vec::as_slice);
            let Some((last, first)) = matches.split_last() else { return Ok(()) };
            first.iter().try_for_each(|other| sink((other.clone(), item.clone())))?;
            sink((last.clone(), item))
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<(U, T)>>> {
        let input = self.input.rewrite()?;
        let (info, other, on_self) = (self.info.clone(), self.other.clone(), self.on_self.clone());
        Some(Arc::new(Self { info, input, other, on_self }))
    }
}
