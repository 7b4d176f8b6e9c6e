//! What concerns very many tasks comes in slices, and other events are taken in between.

use swath_error::Error;
use swath_graph::{Annotations, TaskId};
use swath_scheduler::{Event, JobId, JobOptions, Scheduler, TaskState, WorkerId};

use crate::world::{Bench, graph, task};

const WIDE: u32 = 100;
const SLICE: usize = 10;

/// A scheduler with one worker that looks at few tasks in one call.
fn bench() -> Bench {
    let mut b = Bench { scheduler: Scheduler::default().with_slice(SLICE), ..Bench::default() };
    b.join(0);
    b
}

/// Roots that one task reads; `outputs` of them are wanted besides.
fn merge(outputs: u32) -> std::sync::Arc<swath_graph::TaskGraph> {
    let mut deps = vec![vec![]; WIDE as usize];
    deps.push((0..WIDE).collect());
    let wanted: Vec<u32> = (0..outputs).chain([WIDE]).collect();
    graph(&deps, &vec![Annotations::default(); WIDE as usize + 1], &wanted)
}

/// Runs everything; gives how much was released at once at most, and in all.
fn finish(b: &mut Bench) -> (usize, usize) {
    let (mut most, mut all) = (0, 0);
    let mut count = |b: &mut Bench| {
        most = most.max(b.effects.release.len());
        all += b.effects.release.drain(..).len();
    };
    loop {
        for order in b.orders() {
            b.tell(Event::Done(order.attempt, 1, 1));
            count(b);
        }
        if b.effects.run.is_empty() && !b.scheduler.has_more() {
            break;
        }
        b.tell(Event::Tick);
        count(b);
    }
    (most, all)
}

#[test]
fn the_inputs_of_a_wide_merge_are_released_in_slices() {
    let mut b = bench();
    b.submit(0, merge(0), JobOptions::default());
    let (most, all) = finish(&mut b);
    assert_eq!(all, WIDE as usize);
    assert!(most <= 2 * SLICE, "{most} at once: one slice with the report, one with the flush");
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
    b.tell(Event::Forget(JobId(0)));
    assert_eq!(b.effects.retired.len(), 1);
}

#[test]
fn many_readers_are_told_in_slices() {
    let mut b = bench();
    let mut deps = vec![vec![]];
    deps.extend((0..WIDE).map(|_| vec![0]));
    let outputs: Vec<u32> = (1..=WIDE).collect();
    b.submit(0, graph(&deps, &vec![Annotations::default(); deps.len()], &outputs), JobOptions::default());
    let root = b.orders()[0];
    b.tell(Event::Done(root.attempt, 1, 1));
    let ready =
        |b: &Bench| (1..=WIDE).filter(|t| b.scheduler.state(task(0, *t)) != Some(TaskState::Waiting)).count();
    assert!(ready(&b) <= 2 * SLICE && b.scheduler.has_more());
    // The result is lost before all its readers know of it: they wait for the next one.
    b.join(1);
    b.tell(Event::WorkerLost(WorkerId(0)));
    assert_eq!(b.scheduler.state(task(0, 0)), Some(TaskState::Ready), "its readers are before it");
    b.effects.run.retain(|order| order.attempt.worker == WorkerId(1));
    let (_, released) = finish(&mut b);
    assert_eq!(released, 1, "the root, once all have read it");
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn a_job_may_be_forgotten_while_something_of_it_is_left_over() {
    let mut b = bench();
    b.submit(0, merge(50), JobOptions::default());
    finish(&mut b);
    b.tell(Event::ReleaseOutputs(JobId(0), (0..50).map(TaskId).collect()));
    assert!(b.scheduler.has_more());
    b.tell(Event::Forget(JobId(0)));
    finish(&mut b);
    assert_eq!((b.effects.retired.len(), b.scheduler.has_more()), (1, false));
}

#[test]
fn errors_spread_in_slices() {
    let mut b = bench();
    let mut deps = vec![vec![]];
    deps.extend((0..WIDE).map(|_| vec![0]));
    let outputs: Vec<u32> = (1..=WIDE).collect();
    let options = JobOptions { fail_fast: false, notify: true, ..JobOptions::default() };
    b.submit(0, graph(&deps, &vec![Annotations::default(); deps.len()], &outputs), options);
    let root = b.orders()[0];
    b.tell(Event::Failed(root.attempt, Error::data("bad")));
    assert!(b.effects.outputs.len() <= 2 * SLICE && b.effects.ended.is_empty());
    finish(&mut b);
    assert_eq!(b.effects.outputs.len(), WIDE as usize);
    assert!(b.effects.outputs.iter().all(|o| o.result.is_err()) && b.effects.ended.len() == 1);
}
