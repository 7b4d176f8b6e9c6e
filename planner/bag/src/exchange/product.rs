//! Every item of one bag with every item of another.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::materialise;
use crate::recipe::{Kind, StreamRecipe};
use crate::source::block_items;
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream};

/// `left.product(right)`: a partition for every pair of partitions.
pub struct Product<A, B> {
    info: Info,
    left: Arc<dyn Stream<A>>,
    right: Arc<dyn Stream<B>>,
}

impl<A: BagItem, B: BagItem> Product<A, B> {
    /// The node.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when there would be too many partitions.
    pub fn new(left: Arc<dyn Stream<A>>, right: Arc<dyn Stream<B>>) -> Result<Self> {
        let (l, r) = (left.info(), right.info());
        let partitions = l.partitions.checked_mul(r.partitions).filter(|n| *n < u32::MAX as usize);
        let partitions = partitions.ok_or_else(|| Error::argument("the product has too many partitions"))?;
        let info = Info {
            key: Key::of("product").key(l.key).key(r.key).finish(),
            label: "product".to_owned(),
            partitions,
        };
        Ok(Self { info, left, right })
    }
}

impl<A: BagItem, B: BagItem> Node for Product<A, B> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.left as &dyn Node, &*self.right as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        // Both sides are blocks of tasks of their own.
        Ok(StreamRecipe::Product(Kind::of::<A>(), Kind::of::<B>(), self.info.partitions))
    }

    fn width(&self, _: usize) -> usize {
        2
    }

    /// Each partition is read by many pairs, so both sides are made once.
    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        let left = materialise(&self.left, builder)?;
        let right = materialise(&self.right, builder)?;
        let pair = |l: &TaskId, r: &TaskId| vec![*l, *r];
        Ok(left.iter().flat_map(|l| right.iter().map(move |r| pair(l, r))).collect())
    }

    fn reads_files(&self) -> bool {
        false
    }
}

impl<A: BagItem, B: BagItem> Stream<(A, B)> for Product<A, B> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (A, B)>) -> Flow {
        let left = block_items::<A>(part.next_block()?)?;
        let right = block_items::<B>(part.next_block()?)?;
        left.iter().try_for_each(|l| right.iter().try_for_each(|r| sink((l.clone(), r.clone()))))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<(A, B)>>> {
        let (left, right) = (self.left.rewrite(), self.right.rewrite());
        if left.is_none() && right.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            info: self.info.clone(),
            left: left.unwrap_or_else(|| self.left.clone()),
            right: right.unwrap_or_else(|| self.right.clone()),
        }))
    }
}
