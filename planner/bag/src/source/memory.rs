//! Items held in memory.

use std::sync::Arc;

use swath_block::heap_size;
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key};

use super::tasks::sendable;
use crate::item::BagItem;
use crate::lower::hand_out;
use crate::recipe::{Raw, StreamRecipe};
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream};

/// Bytes of items that stand within the operations that read them when those go to other processes; more are handed out
/// by tasks of their own.
const INLINE: u64 = 1 << 20;

/// Items per partition for a sequence of `items` items: Dask's rule.
///
/// Nothing asked for: one item each up to 100 items, beyond that a tenth of the square root. `npartitions` asked for:
/// rounded up to 100 items, rounded down beyond, so that more partitions than asked for may come out.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for zero partitions or a partition size of zero.
///
/// ```
/// # use swath_bag_plan::partition_sizes;
/// assert_eq!(partition_sizes(1000, None, None)?, 4);
/// assert_eq!(partition_sizes(101, Some(4), None)?, 25);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn partition_sizes(items: usize, npartitions: Option<usize>, size: Option<usize>) -> Result<usize> {
    match (size, npartitions) {
        (Some(0), _) => Err(Error::argument("a partition size of 0 holds no item")),
        (_, Some(0)) => Err(Error::argument("a bag has at least 1 partition; npartitions is 0")),
        (Some(size), _) => Ok(size),
        (None, Some(n)) if items <= 100 => Ok(items.div_ceil(n).max(1)),
        (None, Some(n)) => Ok((items / n).max(1)),
        (None, None) if items <= 100 => Ok(1),
        (None, None) => Ok((((items as f64).sqrt() / 10.0).ceil() as usize).max(1)),
    }
}

/// A bag over items in memory.
pub struct Memory<T> {
    info: Info,
    partitions: Arc<Vec<Vec<T>>>,
}

impl<T: BagItem> Memory<T> {
    /// The items, `size` to a partition; one empty partition when there are none.
    pub fn new(items: impl IntoIterator<Item = T>, size: usize) -> Self {
        let mut items = items.into_iter().peekable();
        let mut partitions = Vec::new();
        while items.peek().is_some() {
            partitions.push(items.by_ref().take(size).collect());
        }
        if partitions.is_empty() {
            partitions.push(Vec::new());
        }
        Self::of_partitions(partitions)
    }

    /// The items, partition by partition.
    pub fn of_partitions(partitions: Vec<Vec<T>>) -> Self {
        let items: usize = partitions.iter().map(Vec::len).sum();
        let info = Info {
            key: Key::unique("from-sequence"),
            label: format!("from_sequence({items} items, {} partitions)", partitions.len()),
            partitions: partitions.len(),
        };
        Self { info, partitions: Arc::new(partitions) }
    }
}

impl<T: BagItem> Memory<T> {
    /// Whether the items are too many to stand within an operation.
    fn is_large(&self) -> bool {
        self.partitions.iter().map(heap_size).sum::<u64>() > INLINE
    }
}

impl<T: BagItem> Node for Memory<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        if !(builder.travels() && self.is_large()) {
            return Ok(vec![Vec::new(); self.info.partitions]);
        }
        let blocks = self.partitions.iter().map(|part| sendable(part.clone())).collect::<Result<_>>()?;
        let tasks = hand_out(builder, self.info.key, "from-sequence", blocks)?;
        Ok(tasks.into_iter().map(|task| vec![task]).collect())
    }

    /// Large sequences are handed out when other processes run the graph: see [`Self::feed`].
    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        if self.is_large() {
            return Ok(StreamRecipe::Blocks(self.info.partitions));
        }
        let part = |part: &Vec<T>| part.iter().map(Raw::of).collect::<Result<Vec<_>>>();
        Ok(StreamRecipe::Memory(self.partitions.iter().map(part).collect::<Result<_>>()?))
    }
}

impl<T: BagItem> Stream<T> for Memory<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        let place = part.index();
        for (i, item) in self.partitions.get(place).into_iter().flatten().enumerate() {
            part.ctx.check_cancelled()?;
            sink(item.clone()).map_err(|stop| stop.at(|| format!("partition {place}, item {i}")))?;
        }
        Ok(())
    }
}
