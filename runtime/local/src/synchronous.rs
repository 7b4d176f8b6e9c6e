//! Running a graph on the calling thread, one task after another: for debugging.

use swath_error::Error;
use swath_scheduler::{Event, JobPlan};

use crate::run::ActiveRun;
use crate::state::{Aftermath, State};

/// Runs everything; the end has been sent when this returns.
pub(crate) fn run(mut state: State, run: ActiveRun, plan: JobPlan) {
    let mut after = Aftermath::default();
    let shared = run.shared.clone();
    state.submit(run, plan, &mut after);
    after.settle();
    while let Some((shared, work)) = state.take(&mut after) {
        let outcome = work.run(&shared);
        state.report(&shared, outcome, &mut after);
        if shared.env.cancel.is_cancelled() {
            state.step(Event::Cancel(shared.job, Error::cancelled("the run was cancelled")));
        }
        state.flush(&mut after);
        after.settle();
    }
    after.settle();
    drop(shared);
}
