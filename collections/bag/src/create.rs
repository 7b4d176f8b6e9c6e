//! Bags of sequences, numbers, other bags' partitions and other collections' values.

use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::{BagItem, Boundary, Concat, MadeBy, Memory, Range, Stream, partition_sizes};
use swath_error::{Error, Result};
use swath_execute::Collection;
use swath_graph::{GraphBuilder, TaskId};

use crate::Bag;

/// A bag of items in memory: one item per partition up to 100 items, beyond that a tenth of the square root per
/// partition, as in Dask.
///
/// ```
/// # use swath_bag as db;
/// assert_eq!(db::from_sequence(0..1000).npartitions()?, 250);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_sequence<T: BagItem>(items: impl IntoIterator<Item = T>) -> Bag<T> {
    sized(items, None, None, Location::caller())
}

/// A bag of items in memory in about `npartitions` partitions. As in Dask, up to 100 items the number of items per
/// partition is rounded up (fewer partitions may come out), beyond that down (more may come out).
#[track_caller]
pub fn from_sequence_npartitions<T: BagItem>(
    items: impl IntoIterator<Item = T>,
    npartitions: usize,
) -> Bag<T> {
    sized(items, Some(npartitions), None, Location::caller())
}

/// A bag of items in memory, `partition_size` items to a partition.
#[track_caller]
pub fn from_sequence_partition_size<T: BagItem>(
    items: impl IntoIterator<Item = T>,
    partition_size: usize,
) -> Bag<T> {
    sized(items, None, Some(partition_size), Location::caller())
}

fn sized<T: BagItem>(
    items: impl IntoIterator<Item = T>,
    npartitions: Option<usize>,
    size: Option<usize>,
    caller: &'static Location<'static>,
) -> Bag<T> {
    let items: Vec<T> = items.into_iter().collect();
    let size = partition_sizes(items.len(), npartitions, size);
    Bag::checked(size.map(|size| Arc::new(Memory::new(items, size)) as Arc<dyn Stream<T>>), caller)
}

/// A bag whose partitions are given one by one.
#[track_caller]
pub fn from_partitions<T: BagItem>(partitions: Vec<Vec<T>>) -> Bag<T> {
    if partitions.is_empty() {
        return Bag::checked(Err(Error::argument("a bag has at least 1 partition")), Location::caller());
    }
    Bag::of(Memory::of_partitions(partitions))
}

/// The numbers `0..n` in `npartitions` partitions, the last of which takes the remainder.
#[track_caller]
pub fn range(n: i64, npartitions: usize) -> Bag<i64> {
    Bag::checked(Range::new(n, npartitions).map(|r| Arc::new(r) as _), Location::caller())
}

/// The partitions of several bags, one after another.
#[track_caller]
pub fn concat<T: BagItem>(bags: impl IntoIterator<Item = Bag<T>>) -> Bag<T> {
    let plans = bags.into_iter().map(|bag| bag.plan()).collect::<Result<Vec<_>>>();
    let joined = plans.and_then(|plans| {
        if plans.is_empty() {
            return Err(Error::argument("concat needs at least 1 bag"));
        }
        Ok(Arc::new(Concat::new(plans)) as Arc<dyn Stream<T>>)
    });
    Bag::checked(joined, Location::caller())
}

/// A bag whose partitions are lazy values of other collections, such as delayed calls that each give a `Vec<T>`.
#[track_caller]
pub fn from_delayed<T, C>(values: impl IntoIterator<Item = C>) -> Bag<T>
where
    T: BagItem,
    C: Collection<Output = Vec<T>> + Send + Sync + 'static,
{
    type AddTask = Arc<dyn Fn(&mut GraphBuilder) -> Result<TaskId> + Send + Sync>;
    let add = |value: C| -> AddTask {
        Arc::new(move |builder| match value.lower(builder)?.tasks.as_slice() {
            [task] => Ok(*task),
            many => Err(Error::unsupported(format!(
                "from_delayed takes values of one task; one of them has {}",
                many.len()
            ))),
        })
    };
    let partitions: Vec<AddTask> = values.into_iter().map(add).collect();
    if partitions.is_empty() {
        return Bag::checked(Err(Error::argument("from_delayed needs at least 1 value")), Location::caller());
    }
    Bag::of(Boundary(MadeBy::new(partitions)))
}
