//! Running a graph on the calling thread, one task after another: for debugging.

use std::collections::VecDeque;

use swath_scheduler::JobPlan;

use crate::fetch;
use crate::run::ActiveRun;
use crate::state::{Aftermath, State};
use crate::task::{Outcome, Work};

/// Runs everything; the end has been sent when this returns.
pub(crate) fn run(mut state: State, run: ActiveRun, plan: JobPlan) {
    let mut after = Aftermath::default();
    let job = run.shared.job;
    state.submit(run, plan, &mut after);
    after.settle();
    let mut todo = VecDeque::new();
    loop {
        let Some(shared) = state.next_run(&mut after) else {
            if !state.has_more() {
                break;
            }
            state.decide(&mut after);
            continue;
        };
        state.take(&shared, 1, &mut todo);
        let mut outcomes: Vec<Outcome> = todo.drain(..).map(|work| run_one(work, &shared)).collect();
        state.report(&shared, &mut outcomes, &mut after);
        if shared.env.cancel.is_cancelled() {
            state.cancel(job, &mut after);
        }
        drop(shared);
        after.settle();
    }
    after.settle();
}

/// Runs a task, waiting for its fetch here.
fn run_one(work: Work, shared: &crate::run::RunShared) -> Outcome {
    let order = work.order;
    match work.fetch(shared).map(fetch::wait) {
        None => work.run(shared),
        Some(Ok(block)) => work.with_fetched(block).run(shared),
        Some(Err(error)) => {
            work.abandon(shared);
            Outcome { order, result: Err(error) }
        }
    }
}
