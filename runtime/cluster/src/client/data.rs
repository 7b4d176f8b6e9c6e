//! Data in and out: gathering results, scattering values, publishing datasets.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_graph::{Key, TaskId};
use swath_scheduler::{TaskRef, WorkerId};
use swath_tasks::{FromArgument, Outcome};
use swath_wire::{Answer, Dataset, FromClient, Query, Submission, WireGraph, WireLayer};

use super::future::{self, Future};
use super::jobs::JobRecord;
use super::shared::{self, Shared};
use super::{Client, fetch, known};

/// Bytes of blocks sent to a worker at once.
const PART: u64 = 64 << 20;

impl Client {
    /// Waits for all results and fetches them, in order.
    ///
    /// # Errors
    /// The error of the first future that failed.
    pub fn gather<'a, T, I, M>(&self, futures: I) -> Result<Vec<T>>
    where
        T: FromArgument<M> + Clone + 'a,
        I: IntoIterator<Item = &'a Future<T>>,
    {
        self.shared.flush();
        let wanted = futures.into_iter().map(|f| (f.record.clone(), f.task)).collect();
        let blocks = self.shared.block_on(fetch::blocks(self.shared.clone(), wanted))?;
        blocks.into_iter().map(future::value).collect()
    }

    /// Waits until all futures have come to their ends, good or bad.
    pub fn wait<'a, T: 'a>(&self, futures: impl IntoIterator<Item = &'a Future<T>>) {
        self.shared.flush();
        for future in futures {
            // Its error is for whoever asks for the result.
            let _ = shared::wait(std::future::poll_fn(|cx| future.record.poll_place(future.task, cx)));
        }
    }

    /// As [`Self::wait`], for so long at most; whether all have come to their ends.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the wait itself failed.
    pub fn wait_timeout<'a, T: 'a>(
        &self,
        futures: impl IntoIterator<Item = &'a Future<T>>,
        patience: Duration,
    ) -> Result<bool> {
        self.shared.flush();
        let records: Vec<(Arc<JobRecord>, TaskId)> =
            futures.into_iter().map(|f| (f.record.clone(), f.task)).collect();
        self.shared.block_on(async move {
            let all = async {
                for (record, task) in records {
                    let _ = std::future::poll_fn(|cx| record.poll_place(task, cx)).await;
                }
            };
            Ok(tokio::time::timeout(patience, all).await.is_ok())
        })
    }

    /// The task goes on, and its result is kept until then, although nobody refers to it any more.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn fire_and_forget<T>(&self, future: Future<T>) -> Result<()> {
        self.shared.flush();
        future.record.detach();
        self.shared.send(&[FromClient::Detach(vec![future.raw()])])
    }

    /// Cancels futures: their tasks are not run, unless others need them.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn cancel<'a, T: 'a>(&self, futures: impl IntoIterator<Item = &'a Future<T>>) -> Result<()> {
        futures.into_iter().try_for_each(Future::cancel)
    }

    /// Puts values onto workers, spread over them by their threads; futures stand for them from then on. Equal values are
    /// put there once, while a future of one is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when there is no worker or one cannot be reached.
    pub fn scatter<T, M>(&self, values: impl IntoIterator<Item = T>) -> Result<Vec<Future<T>>>
    where
        T: Outcome<M>,
    {
        let blocks: Result<Vec<Block>> = values.into_iter().map(Outcome::into_sendable).collect();
        let placed = self.scatter_known(blocks?)?;
        Ok(placed.into_iter().map(|(record, task)| Future::new(record, task)).collect())
    }

    /// As [`Self::scatter`], without looking whether an equal value is there: every value is put there by itself.
    ///
    /// # Errors
    /// As [`Self::scatter`].
    pub fn scatter_unhashed<T, M>(&self, values: impl IntoIterator<Item = T>) -> Result<Vec<Future<T>>>
    where
        T: Outcome<M>,
    {
        let blocks: Result<Vec<Block>> = values.into_iter().map(Outcome::into_sendable).collect();
        let shared = self.shared.clone();
        let (record, n) = self.shared.block_on(scatter(shared, blocks?))?;
        Ok((0..n as u32).map(|i| Future::new(record.clone(), TaskId(i))).collect())
    }

    /// Where each block is; those that are nowhere yet are put onto workers, equal ones once.
    fn scatter_known(&self, blocks: Vec<Block>) -> Result<Vec<(Arc<JobRecord>, TaskId)>> {
        let keys: Vec<Key> = blocks.iter().map(known::key_of_block).collect::<Result<_>>()?;
        let mut found: Vec<_> = keys.iter().map(|key| self.shared.known.find(*key)).collect();
        let (mut numbers, mut new) = (HashMap::new(), Vec::new());
        for ((key, block), _) in keys.iter().zip(blocks).zip(&found).filter(|(_, found)| found.is_none()) {
            numbers.entry(*key).or_insert_with(|| {
                new.push(block);
                TaskId(new.len() as u32 - 1)
            });
        }
        if !new.is_empty() {
            let (record, _) = self.shared.block_on(scatter(self.shared.clone(), new))?;
            for (key, place) in keys.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
                let Some(task) = numbers.get(key) else { continue };
                // The first future takes over the reference that was counted when the block was put there.
                if record.key(*task).is_some() {
                    record.retain(*task);
                } else {
                    self.shared.known.insert(*key, &record, *task);
                }
                *place = Some((record.clone(), *task));
            }
        }
        let lost = || Error::internal("a value was not scattered");
        found.into_iter().map(|place| place.ok_or_else(lost)).collect()
    }

    /// Puts one value onto every worker, so that tasks everywhere find it at hand.
    ///
    /// # Errors
    /// As [`Self::scatter`].
    pub fn broadcast<T, M>(&self, value: T) -> Result<Future<T>>
    where
        T: Outcome<M>,
    {
        let mut futures = self.scatter([value])?;
        let future = futures.pop().ok_or_else(|| Error::internal("a value was not scattered"))?;
        let workers = u32::try_from(self.shared.peers().len()).unwrap_or(u32::MAX);
        self.request(Query::Replicate(vec![future.key()], workers))?;
        Ok(future)
    }

    /// Keeps at least so many copies of each result on different workers.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn replicate<'a, T: 'a>(
        &self,
        futures: impl IntoIterator<Item = &'a Future<T>>,
        copies: u32,
    ) -> Result<()> {
        let tasks = futures.into_iter().map(Future::key).collect();
        self.request(Query::Replicate(tasks, copies)).map(drop)
    }

    /// Moves results from workers that hold much to workers that hold little, until each holds about the average. They go
    /// on being readable meanwhile; this returns before they have moved.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn rebalance(&self) -> Result<()> {
        self.request(Query::Rebalance(Vec::new())).map(drop)
    }

    /// Keeps results under a name, for other clients and after this one has left.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when the name is taken; [`ErrorKind::NotFound`] when a result is gone.
    pub fn publish<'a, T: 'a>(
        &self,
        name: &str,
        futures: impl IntoIterator<Item = &'a Future<T>>,
    ) -> Result<()> {
        let tasks = futures.into_iter().map(Future::key).collect();
        let description = std::any::type_name::<T>().as_bytes().into();
        self.request(Query::Publish(name.to_owned(), Dataset { tasks, description })).map(drop)
    }

    /// Futures of the results that were published under a name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] naming the nearest names; [`ErrorKind::TypeMismatch`] when they were published as another
    /// type.
    pub fn dataset<T>(&self, name: &str) -> Result<Vec<Future<T>>> {
        let Answer::Dataset(dataset) = self.request(Query::Dataset(name.to_owned()))? else {
            return Err(unexpected());
        };
        let published = String::from_utf8_lossy(dataset.description.as_ref()).into_owned();
        if published != std::any::type_name::<T>() {
            let asked = std::any::type_name::<T>();
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!("the dataset '{name}' is of {published}, not of {asked}"),
            ));
        }
        let record = import(&self.shared, &dataset.tasks)?;
        Ok((0..dataset.tasks.len() as u32).map(|i| Future::new(record.clone(), TaskId(i))).collect())
    }

    /// Names of the published datasets.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn datasets(&self) -> Result<Vec<String>> {
        match self.request(Query::Datasets)? {
            Answer::Names(names) => Ok(names),
            _ => Err(unexpected()),
        }
    }

    /// Lets a published dataset go.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] naming the nearest names.
    pub fn unpublish(&self, name: &str) -> Result<()> {
        self.request(Query::Unpublish(name.to_owned())).map(drop)
    }

    /// Asks the scheduler, and waits for its answer.
    pub(crate) fn request(&self, query: Query) -> Result<Answer> {
        let shared = self.shared.clone();
        self.shared.block_on(async move { shared.ask(query).await })
    }
}

pub(crate) fn unexpected() -> Error {
    Error::internal("the scheduler gave another kind of answer than was asked for")
}

/// A job whose tasks stand for results of others, which it keeps.
pub(crate) fn import(shared: &Arc<Shared>, tasks: &[TaskRef]) -> Result<Arc<JobRecord>> {
    let record = shared.new_job()?;
    let n = tasks.len();
    for (i, task) in (0u32..).zip(tasks) {
        record.add(TaskId(i), Some(*task));
    }
    let layer = WireLayer {
        key: swath_graph::Key::unique("import"),
        name: "import".into(),
        operation: None,
        annotations: swath_graph::Annotations { fusible: false, ..swath_graph::Annotations::default() },
    };
    let graph = WireGraph {
        layers: vec![layer],
        dep_counts: vec![0; n],
        step_layers: vec![0; n],
        step_indices: (0..n as u32).collect(),
        outputs: (0..n as u32).map(TaskId).collect(),
        ..WireGraph::default()
    };
    let (job, links) = (record.job, tasks.to_vec());
    let submission =
        Submission { job, graph, links, priority: 0, fail_fast: false, stepwise: true, deliver: false };
    shared.send(&[FromClient::Submit(Box::new(submission))])?;
    Ok(record)
}

/// How long data waits for a first worker to go to.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// Puts blocks onto workers and tells the scheduler.
pub(crate) async fn scatter(shared: Arc<Shared>, blocks: Vec<Block>) -> Result<(Arc<JobRecord>, usize)> {
    if !blocks.is_empty() {
        // A client that has just come may not have been told of the workers yet.
        let told = std::future::poll_fn(|cx| shared.poll_workers(1, cx));
        if let Ok(told) = tokio::time::timeout(PATIENCE, told).await {
            told?;
        }
    }
    let peers = shared.peers();
    let record = shared.new_job()?;
    if peers.is_empty() && !blocks.is_empty() {
        return Err(Error::new(ErrorKind::Cluster, "there is no worker to put data on")
            .with_help("wait for workers first: client.wait_for_workers(1)"));
    }
    let n = blocks.len();
    let mut held: Vec<(WorkerId, u64)> = Vec::with_capacity(n);
    let mut parts: Vec<Vec<(TaskRef, Block)>> = peers.iter().map(|_| Vec::new()).collect();
    for (i, block) in blocks.into_iter().enumerate() {
        // Neighbours stay together: what is read together mostly lies together.
        let at = i * peers.len() / n;
        let Some((peer, part)) = peers.get(at).zip(parts.get_mut(at)) else { continue };
        held.push((peer.id, block.bytes()));
        part.push((TaskRef { job: record.job, task: TaskId(i as u32) }, block));
    }
    let sending = peers.iter().zip(parts).filter(|(_, part)| !part.is_empty());
    let sending = sending.map(|(peer, part)| put(&shared, &peer.address, part));
    futures::future::try_join_all(sending).await?;
    (0..n as u32).for_each(|i| record.add(TaskId(i), None));
    let outputs: Vec<(TaskId, WorkerId, u64)> =
        (0u32..).zip(&held).map(|(i, (worker, bytes))| (TaskId(i), *worker, *bytes)).collect();
    shared.send(&[FromClient::Hold(record.job, held)])?;
    record.finished(&outputs);
    Ok((record, n))
}

/// Sends blocks to one worker, not all at once.
async fn put(shared: &Shared, address: &str, blocks: Vec<(TaskRef, Block)>) -> Result<()> {
    let mut part = Vec::new();
    let mut bytes = 0;
    for (task, block) in blocks {
        bytes += block.bytes();
        part.push((task, block));
        if bytes >= PART {
            bytes = 0;
            shared.flight.put(address, std::mem::take(&mut part)).await?;
        }
    }
    if part.is_empty() { Ok(()) } else { shared.flight.put(address, part).await }
}
