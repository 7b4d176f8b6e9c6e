//! Where a compute thread keeps the few tasks it has taken at once, open to the others.
//!
//! Very short tasks are taken several at a time, so that the pool's lock is not taken for each. A thread that has
//! nothing to do helps itself to what others have not begun and reports what they have finished, so nothing waits
//! behind a task that turns out long.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use swath_scheduler::Attempt;

use crate::run::RunShared;
use crate::task::{Outcome, Work};

/// Tasks of one run: those to do, those done.
#[derive(Debug, Default)]
pub(crate) struct Papers {
    pub run: Option<Arc<RunShared>>,
    /// The task taken up last, until what became of it is laid down.
    pub doing: Option<Attempt>,
    pub todo: VecDeque<Work>,
    pub done: Vec<Outcome>,
}

/// The papers of one thread.
#[derive(Debug, Default)]
pub(crate) struct Desk(Mutex<Papers>);

impl Desk {
    /// Puts tasks of a run on the empty desk.
    pub fn fill(&self, run: Arc<RunShared>, todo: &mut VecDeque<Work>) {
        let mut papers = self.0.lock();
        papers.run = Some(run);
        papers.todo.append(todo);
    }

    /// Lays down what became of a task and takes up the next one.
    pub fn next(&self, outcome: Option<Outcome>) -> Option<Work> {
        let mut papers = self.0.lock();
        papers.done.extend(outcome);
        let work = papers.todo.pop_front();
        papers.doing = work.as_ref().map(|w| w.order.attempt);
        work
    }

    /// The next task to begin, without one to lay down; its run too.
    pub fn first(&self) -> Option<(Arc<RunShared>, Work)> {
        let mut papers = self.0.lock();
        let work = papers.todo.pop_front()?;
        papers.doing = Some(work.order.attempt);
        let run = papers.run.clone()?;
        Some((run, work))
    }

    /// Lays down what became of the last task taken up.
    pub fn put(&self, outcome: Outcome) {
        let mut papers = self.0.lock();
        papers.doing = None;
        papers.done.push(outcome);
    }

    /// Takes what is done, for a report.
    pub fn take_done(&self, into: &mut Vec<Outcome>) -> Option<Arc<RunShared>> {
        let mut papers = self.0.lock();
        into.append(&mut papers.done);
        // An empty desk keeps no run alive.
        if papers.todo.is_empty() { papers.run.take() } else { papers.run.clone() }
    }

    /// Takes what is done and the later half of what is to do: for a thread that has nothing.
    pub fn rob(&self, done: &mut Vec<Outcome>, todo: &mut VecDeque<Work>) -> Option<Arc<RunShared>> {
        let mut papers = self.0.lock();
        done.append(&mut papers.done);
        let kept = papers.todo.len() / 2;
        todo.extend(papers.todo.drain(kept..));
        if done.is_empty() && todo.is_empty() { None } else { papers.run.clone() }
    }

    /// The task its thread is running.
    pub fn doing(&self) -> Option<Attempt> {
        self.0.lock().doing
    }

    /// How many tasks have not been begun.
    pub fn len(&self) -> usize {
        self.0.lock().todo.len()
    }
}
