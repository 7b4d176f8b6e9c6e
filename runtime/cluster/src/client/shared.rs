//! A client's connection, and everything that its handles share.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use futures::channel::oneshot;
use parking_lot::Mutex;
use swath_error::{Error, ErrorKind, Result};
use swath_flight::FlightClient;
use swath_scheduler::{JobId, TaskRef, WorkerId};
use swath_wire::{Answer, FromClient, Incoming, Outbox, Peer, Query, Socket, ToClient};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::actor::Links;
use super::batch::Batch;
use super::delivered::Delivered;
use super::jobs::JobRecord;
use super::known::Known;
use super::persist::PersistedKeys;

/// What has been submitted and nobody waits for is sent after so long.
const DELAY: Duration = Duration::from_millis(1);

/// A client's connection.
pub(crate) struct Shared {
    pub address: String,
    pub net: Handle,
    pub flight: FlightClient,
    outbox: Outbox,
    first_job: u64,
    next_job: AtomicU64,
    next_question: AtomicU64,
    state: Mutex<State>,
    batch: Mutex<Batch>,
    /// Something waits to be sent.
    unsent: Notify,
    pub persisted: PersistedKeys,
    pub delivered: Delivered,
    pub actors: Links,
    pub known: Known,
}

#[derive(Default)]
struct State {
    jobs: HashMap<JobId, Arc<JobRecord>>,
    peers: BTreeMap<WorkerId, Peer>,
    answers: HashMap<u64, oneshot::Sender<Result<Answer>>>,
    /// Results that nobody refers to any more.
    released: Vec<(Arc<JobRecord>, TaskRef)>,
    /// Whether the scheduler has said which workers there are.
    told: bool,
    /// Those who wait for workers to come or go.
    watching: Vec<Waker>,
    /// Why nothing can be said any more.
    dead: Option<Error>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("scheduler", &self.address).finish_non_exhaustive()
    }
}

/// Waits on this thread; a task that waits gives its slot back meanwhile.
pub(crate) fn wait<F: std::future::Future>(future: F) -> F::Output {
    match swath_worker::running() {
        None => swath_execute::block_on(future),
        Some(task) => task.pause(|| swath_execute::block_on(future)),
    }
}

impl Shared {
    pub fn start(
        address: String,
        first_job: JobId,
        flight: FlightClient,
        (incoming, outbox): (Incoming<Socket, ToClient>, Outbox),
    ) -> Arc<Self> {
        let shared = Arc::new(Self {
            address,
            net: Handle::current(),
            flight,
            outbox,
            first_job: first_job.0,
            next_job: AtomicU64::new(0),
            next_question: AtomicU64::new(0),
            state: Mutex::default(),
            batch: Mutex::default(),
            unsent: Notify::new(),
            persisted: PersistedKeys::default(),
            delivered: Delivered::default(),
            actors: Links::default(),
            known: Known::default(),
        });
        tokio::spawn(listen(Arc::downgrade(&shared), incoming));
        tokio::spawn(flush_in_time(Arc::downgrade(&shared)));
        shared
    }

    /// Runs a future where sockets are, and waits for it here.
    pub fn block_on<T: Send + 'static>(
        &self,
        future: impl std::future::Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let running = self.net.spawn(future);
        wait(running).map_err(|e| Error::internal(format!("a request was cut short: {e}")))?
    }

    /// A number for a job to come, and what will be known about it.
    pub fn new_job(self: &Arc<Self>) -> Result<Arc<JobRecord>> {
        let number = self.next_job.fetch_add(1, Ordering::Relaxed);
        if number >= u64::from(u32::MAX) {
            return Err(Error::unsupported("a client submits at most 4 294 967 295 jobs")
                .with_help("connect once more"));
        }
        let job = JobId(self.first_job + number);
        let record = JobRecord::new(job, self);
        let mut state = self.state.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        state.jobs.insert(job, record.clone());
        Ok(record)
    }

    /// Says something at once. What was submitted before goes before.
    pub fn send(&self, messages: &[FromClient]) -> Result<()> {
        if let Some(dead) = &self.state.lock().dead {
            return Err(dead.clone());
        }
        self.outbox.send(messages)
    }

    /// This client's number; its jobs' numbers begin with it.
    pub fn number(&self) -> u32 {
        (self.first_job >> 32) as u32
    }

    /// A worker delivered a result.
    pub fn arrived(&self, task: TaskRef, worker: WorkerId, bytes: u64) {
        if let Some(record) = self.job(task.job) {
            record.finished(&[(task.task, worker, bytes)]);
        }
    }

    /// What is being collected for the next submission.
    pub fn with_batch<R>(self: &Arc<Self>, add: impl FnOnce(&mut Batch) -> Result<R>) -> Result<R> {
        let mut batch = self.batch.lock();
        let was_empty = batch.is_empty();
        let result = add(&mut batch);
        if batch.is_full() {
            self.send_batch(&mut batch);
        } else if was_empty {
            self.unsent.notify_one();
        }
        result
    }

    /// Sends what has been submitted or let go and not been sent yet.
    pub fn flush(&self) {
        let mut batch = self.batch.lock();
        self.send_batch(&mut batch);
        // Under the same lock, so that a release never overtakes the submission that still needs the result.
        let released = std::mem::take(&mut self.state.lock().released);
        if !released.is_empty() {
            self.send_released(released);
        }
    }

    fn send_batch(&self, batch: &mut Batch) {
        if let Some((record, submission)) = batch.take() {
            let sent = submission.and_then(|s| self.send(&[FromClient::Submit(Box::new(s))]));
            if let Err(error) = sent {
                record.ended(Err(error));
            }
        }
    }

    fn send_released(&self, released: Vec<(Arc<JobRecord>, TaskRef)>) {
        let mut tasks = Vec::new();
        let mut messages = Vec::new();
        for (record, task) in released {
            if record.is_unused() {
                if self.state.lock().jobs.remove(&record.job).is_some() {
                    if record.is_detached() {
                        messages.push(FromClient::Detach(vec![task]));
                    }
                    messages.push(FromClient::Forget(record.job));
                }
            } else if !record.is_detached() {
                tasks.push(task);
            }
        }
        if !tasks.is_empty() {
            messages.push(FromClient::Release(tasks));
        }
        // A scheduler that is gone has forgotten everything anyway.
        let _ = self.send(&messages);
    }

    /// The last reference to a result is gone.
    pub fn released(&self, record: &Arc<JobRecord>, task: TaskRef) {
        self.delivered.take(task);
        self.known.remove(record, task.task);
        let mut state = self.state.lock();
        let was_empty = state.released.is_empty();
        state.released.push((record.clone(), task));
        if was_empty {
            self.unsent.notify_one();
        }
    }

    /// The job is over for this client.
    pub fn forget(&self, job: JobId) {
        self.state.lock().jobs.remove(&job);
        let _ = self.send(&[FromClient::Forget(job)]);
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&self, query: Query) -> Result<Answer> {
        let number = self.next_question.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        {
            let mut state = self.state.lock();
            if let Some(dead) = &state.dead {
                return Err(dead.clone());
            }
            state.answers.insert(number, sender);
        }
        self.flush();
        self.outbox.send(&[FromClient::Ask(number, query)])?;
        answer.await.map_err(|_| Error::new(ErrorKind::Cluster, "the scheduler is gone"))?
    }

    pub fn address_of(&self, worker: WorkerId) -> Option<String> {
        self.state.lock().peers.get(&worker).map(|p| p.address.clone())
    }

    pub fn peers(&self) -> Vec<Peer> {
        self.state.lock().peers.values().cloned().collect()
    }

    /// Ready once the scheduler has said that there are so many workers, be it none.
    pub fn poll_workers(
        &self,
        wanted: usize,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<()>> {
        let mut state = self.state.lock();
        if let Some(dead) = &state.dead {
            return std::task::Poll::Ready(Err(dead.clone()));
        }
        if state.told && state.peers.len() >= wanted {
            return std::task::Poll::Ready(Ok(()));
        }
        state.watching.push(cx.waker().clone());
        std::task::Poll::Pending
    }

    /// Whether the connection is over, and why.
    pub fn dead(&self) -> Option<Error> {
        self.state.lock().dead.clone()
    }

    /// Leaves in good order.
    pub fn close(&self) {
        self.flush();
        let _ = self.outbox.send(&[FromClient::Bye]);
        self.outbox.close();
        self.delivered.close();
        let closed = Error::new(ErrorKind::Cluster, "the client is closed");
        self.actors.close(&closed);
        self.die(closed);
    }

    fn hear(&self, message: ToClient) {
        match message {
            ToClient::Peers(peers) => {
                let mut state = self.state.lock();
                state.told = true;
                state.peers.extend(peers.into_iter().map(|p| (p.id, p)));
                let watching = std::mem::take(&mut state.watching);
                drop(state);
                watching.into_iter().for_each(Waker::wake);
            }
            ToClient::Gone(gone) => {
                let mut state = self.state.lock();
                state.peers.retain(|id, _| !gone.contains(id));
            }
            ToClient::Finished(job, outputs) => {
                if let Some(record) = self.job(job) {
                    record.finished(&outputs);
                }
            }
            ToClient::Erred(job, tasks, error) => {
                if let Some(record) = self.job(job) {
                    record.failed(&tasks, &error);
                }
            }
            ToClient::Ended(job, result) => {
                if let Some(record) = self.job(job) {
                    record.ended(result);
                }
            }
            ToClient::Answer(number, answer) => {
                let waiting = self.state.lock().answers.remove(&number);
                // Nobody may wait any more.
                waiting.map(|sender| sender.send(answer));
            }
            ToClient::Cancelled(error) => self.cancelled(&error),
            ToClient::Warning(text) => eprintln!("swath: {text}"),
            ToClient::Bye(error) => self.die(error),
        }
    }

    /// Nothing of what was submitted exists any more.
    fn cancelled(&self, error: &Error) {
        self.delivered.close();
        let all: Vec<_> = self.state.lock().jobs.values().cloned().collect();
        for record in all {
            record.cancelled(error);
        }
    }

    fn job(&self, job: JobId) -> Option<Arc<JobRecord>> {
        self.state.lock().jobs.get(&job).cloned()
    }

    /// Everybody who waits for anything is told why it will not come.
    fn die(&self, error: Error) {
        let (jobs, answers, watching) = {
            let mut state = self.state.lock();
            if state.dead.is_some() {
                return;
            }
            state.dead = Some(error.clone());
            let jobs: Vec<_> = std::mem::take(&mut state.jobs).into_values().collect();
            (jobs, std::mem::take(&mut state.answers), std::mem::take(&mut state.watching))
        };
        for record in jobs {
            record.ended(Err(error.clone()));
        }
        for sender in answers.into_values() {
            let _ = sender.send(Err(error.clone()));
        }
        watching.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

/// Reads until the connection or the client is gone.
async fn listen(shared: Weak<Shared>, mut incoming: Incoming<Socket, ToClient>) {
    let reason = loop {
        match incoming.next().await {
            Ok(Some(messages)) => {
                let Some(shared) = shared.upgrade() else { return };
                for message in messages {
                    shared.hear(message);
                }
            }
            Ok(None) => break Error::new(ErrorKind::Cluster, "the scheduler closed the connection"),
            Err(error) => break error.context("the connection to the scheduler"),
        }
    };
    if let Some(shared) = shared.upgrade() {
        shared.die(reason);
    }
}

/// Sends what nobody waits for.
async fn flush_in_time(shared: Weak<Shared>) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        if strong.dead().is_some() {
            return;
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), strong.unsent.notified()).await;
        drop(strong);
        tokio::time::sleep(DELAY).await;
        let Some(strong) = shared.upgrade() else { return };
        strong.flush();
    }
}
