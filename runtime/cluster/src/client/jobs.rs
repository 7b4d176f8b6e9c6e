//! What a client knows about a job it submitted: where each output is, and who waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;
use smallvec::SmallVec;
use swath_error::{Error, Result};
use swath_graph::{Key, TaskId};
use swath_scheduler::{JobId, TaskRef, WorkerId};

use super::completed::Completions;
use super::shared::Shared;

/// A submitted job.
pub(crate) struct JobRecord {
    pub job: JobId,
    pub shared: Weak<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    outputs: HashMap<TaskId, Output>,
    /// Outputs that somebody refers to.
    live: usize,
    ended: Option<Result<()>>,
    waiting_for_end: Vec<Waker>,
    /// Jobs that go on although nobody refers to their outputs.
    detached: bool,
}

struct Output {
    place: Place,
    /// The name of the result on workers, when it is another task's.
    source: Option<TaskRef>,
    references: u32,
    waiting: SmallVec<[Waiting; 1]>,
    /// What it is, when the same may be asked for once more.
    key: Option<Key>,
}

/// Where an output stands.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Pending,
    At(WorkerId, u64),
    Failed(Error),
}

/// One that wants to hear when an output is there, or never will be.
pub(crate) enum Waiting {
    Waker(Waker),
    /// A queue of completions, and the output's number there.
    Queue(Arc<Completions>, usize),
}

impl Waiting {
    fn tell(self) {
        match self {
            Self::Waker(waker) => waker.wake(),
            Self::Queue(queue, number) => queue.push(number),
        }
    }
}

/// Those to be told once the lock is released.
type Told = SmallVec<[Waiting; 4]>;

impl std::fmt::Debug for JobRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobRecord").field("job", &self.job).finish_non_exhaustive()
    }
}

impl JobRecord {
    pub fn new(job: JobId, shared: &Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { job, shared: Arc::downgrade(shared), state: Mutex::default() })
    }

    /// Adds an output that one future refers to.
    pub fn add(&self, task: TaskId, source: Option<TaskRef>) {
        let mut state = self.state.lock();
        let place = Place::Pending;
        state
            .outputs
            .insert(task, Output { place, source, references: 1, waiting: SmallVec::new(), key: None });
        state.live += 1;
    }

    /// One more future refers to the output.
    pub fn retain(&self, task: TaskId) {
        if let Some(output) = self.state.lock().outputs.get_mut(&task) {
            output.references += 1;
        }
    }

    /// One more future refers to the output, unless none does or it has failed; whether so.
    pub fn retain_good(&self, task: TaskId) -> bool {
        let mut state = self.state.lock();
        let good = |o: &&mut Output| o.references > 0 && !matches!(o.place, Place::Failed(_));
        state.outputs.get_mut(&task).filter(good).map(|output| output.references += 1).is_some()
    }

    /// What the output is.
    pub fn set_key(&self, task: TaskId, key: Key) {
        if let Some(output) = self.state.lock().outputs.get_mut(&task) {
            output.key = Some(key);
        }
    }

    /// What the output is, when that was said.
    pub fn key(&self, task: TaskId) -> Option<Key> {
        self.state.lock().outputs.get(&task)?.key
    }

    /// A future is gone; whether it was the last one of the output, and of the job.
    pub fn release(&self, task: TaskId) -> (bool, bool) {
        let mut state = self.state.lock();
        let Some(output) = state.outputs.get_mut(&task) else { return (false, false) };
        output.references -= 1;
        if output.references > 0 {
            return (false, false);
        }
        state.live -= 1;
        (true, state.live == 0)
    }

    /// Whether nobody refers to any output.
    pub fn is_unused(&self) -> bool {
        self.state.lock().live == 0
    }

    /// The job goes on although nobody refers to its outputs.
    pub fn detach(&self) {
        self.state.lock().detached = true;
    }

    pub fn is_detached(&self) -> bool {
        self.state.lock().detached
    }

    /// The name of an output on workers.
    pub fn source(&self, task: TaskId) -> TaskRef {
        let source = self.state.lock().outputs.get(&task).and_then(|o| o.source);
        source.unwrap_or(TaskRef { job: self.job, task })
    }

    pub fn place(&self, task: TaskId) -> Place {
        let state = self.state.lock();
        match state.outputs.get(&task) {
            Some(output) => output.place.clone(),
            None => Place::Failed(Error::internal("a future of an output that is none")),
        }
    }

    /// Outputs are done.
    pub fn finished(&self, outputs: &[(TaskId, WorkerId, u64)]) {
        let mut told = Told::new();
        {
            let mut state = self.state.lock();
            for (task, worker, bytes) in outputs {
                if let Some(output) = state.outputs.get_mut(task) {
                    output.place = Place::At(*worker, *bytes);
                    told.extend(output.waiting.drain(..));
                }
            }
        }
        told.into_iter().for_each(Waiting::tell);
    }

    /// Outputs will not be done.
    pub fn failed(&self, tasks: &[TaskId], error: &Error) {
        let mut told = Told::new();
        {
            let mut state = self.state.lock();
            for task in tasks {
                if let Some(output) = state.outputs.get_mut(task) {
                    output.place = Place::Failed(error.clone());
                    told.extend(output.waiting.drain(..));
                }
            }
        }
        told.into_iter().for_each(Waiting::tell);
    }

    /// The job was stopped, and its results are gone.
    pub fn cancelled(&self, error: &Error) {
        let outputs: Vec<TaskId> = self.state.lock().outputs.keys().copied().collect();
        self.failed(&outputs, error);
        self.ended(Err(error.clone()));
    }

    /// The job is over: an error is that of every output that is not there.
    pub fn ended(&self, result: Result<()>) {
        let mut told = Told::new();
        let wakers = {
            let mut state = self.state.lock();
            if let Err(error) = &result {
                for output in state.outputs.values_mut().filter(|o| matches!(o.place, Place::Pending)) {
                    output.place = Place::Failed(error.clone());
                    told.extend(output.waiting.drain(..));
                }
            }
            state.ended = Some(result);
            std::mem::take(&mut state.waiting_for_end)
        };
        told.into_iter().for_each(Waiting::tell);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A result could not be had from this worker: wait for other news of it.
    pub fn not_at(&self, task: TaskId, worker: WorkerId) {
        let mut state = self.state.lock();
        let next = match &state.ended {
            // There will be no other news.
            Some(Err(error)) => Place::Failed(error.clone()),
            _ => Place::Pending,
        };
        if let Some(output) = state.outputs.get_mut(&task)
            && matches!(output.place, Place::At(at, _) if at == worker)
        {
            output.place = next;
        }
    }

    /// An erred output is to be made once more.
    pub fn again(&self, task: TaskId) {
        let mut state = self.state.lock();
        state.ended = None;
        if let Some(output) = state.outputs.get_mut(&task)
            && matches!(output.place, Place::Failed(_))
        {
            output.place = Place::Pending;
        }
    }

    /// Where an output is, once it is anywhere.
    pub fn poll_place(&self, task: TaskId, cx: &mut Context<'_>) -> Poll<Result<(WorkerId, u64)>> {
        let mut state = self.state.lock();
        let Some(output) = state.outputs.get_mut(&task) else {
            return Poll::Ready(Err(Error::internal("a future of an output that is none")));
        };
        match &output.place {
            Place::At(worker, bytes) => Poll::Ready(Ok((*worker, *bytes))),
            Place::Failed(error) => Poll::Ready(Err(error.clone())),
            Place::Pending => {
                let known = |w: &Waiting| matches!(w, Waiting::Waker(waker) if waker.will_wake(cx.waker()));
                if !output.waiting.iter().any(known) {
                    output.waiting.push(Waiting::Waker(cx.waker().clone()));
                }
                Poll::Pending
            }
        }
    }

    /// Tells the queue when the output is there or never will be; at once when that is so already.
    pub fn watch(&self, task: TaskId, queue: &Arc<Completions>, number: usize) {
        {
            let mut state = self.state.lock();
            if let Some(output) = state.outputs.get_mut(&task)
                && matches!(output.place, Place::Pending)
            {
                output.waiting.push(Waiting::Queue(queue.clone(), number));
                return;
            }
        }
        queue.push(number);
    }

    /// How the job ended, once it has.
    pub fn poll_end(&self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.state.lock();
        if let Some(result) = &state.ended {
            return Poll::Ready(result.clone());
        }
        if !state.waiting_for_end.iter().any(|w| w.will_wake(cx.waker())) {
            state.waiting_for_end.push(cx.waker().clone());
        }
        Poll::Pending
    }
}
