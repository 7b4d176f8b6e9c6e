//! Jobs that build on each other, and results that are let go.

use swath_error::{Error, ErrorKind};
use swath_graph::{Annotations, TaskId};
use swath_scheduler::{Event, HeldBlock, JobId, JobOptions, JobPlan, TaskState, WorkerId};

use crate::world::{Bench, importing, plain, task};

fn lenient() -> JobOptions {
    JobOptions { fail_fast: false, notify: true, ..JobOptions::default() }
}

/// Job 1: task 0 stands for a task of job 0, task 1 reads it.
fn submit_importer(b: &mut Bench, source: u32) {
    let graph = importing(1, &[vec![], vec![0]], &vec![Annotations::default(); 2], &[1]);
    let plan = JobPlan::new(graph, lenient()).links(vec![(TaskId(0), task(0, source))]);
    b.tell(Event::Submit(JobId(1), plan));
}

#[test]
fn an_import_follows_its_source() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[1]), lenient());
    submit_importer(&mut b, 1);
    // The future is dropped before its task has run: the import still needs it.
    b.tell(Event::ReleaseOutputs(JobId(0), vec![TaskId(1)]));
    b.tell(Event::Forget(JobId(0)));
    let mut order = b.orders()[0];
    assert_eq!(order.attempt.task, task(0, 0));
    b.tell(Event::Done(order.attempt, 5, 1));
    order = b.orders()[0];
    b.tell(Event::Done(order.attempt, 6, 1));
    assert_eq!(b.scheduler.state(task(1, 0)), Some(TaskState::Done));
    order = b.orders()[0];
    assert_eq!(order.attempt.task, task(1, 1));
    let inputs: Vec<_> = b.scheduler.inputs(order.attempt.task).collect();
    assert_eq!((inputs[0].task, inputs[0].bytes, &*inputs[0].holders), (task(0, 1), 6, &[WorkerId(0)][..]));
    b.effects.release.clear();
    b.tell(Event::Done(order.attempt, 7, 1));
    assert_eq!(b.effects.release, [(WorkerId(0), task(0, 1))], "its last reader is over");
    b.tell(Event::Forget(JobId(1)));
    let retired: Vec<JobId> = b.effects.retired.iter().map(|r| r.job).collect();
    assert_eq!(retired, [JobId(1), JobId(0)], "the job that was imported from stays until then");
}

#[test]
fn an_import_errs_with_its_source() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[1]), lenient());
    submit_importer(&mut b, 1);
    let order = b.orders()[0];
    b.tell(Event::Failed(order.attempt, Error::data("bad")));
    assert_eq!(b.scheduler.state(task(1, 1)), Some(TaskState::Erred));
    let told: Vec<_> = b.effects.outputs.iter().map(|o| (o.task, o.result.is_err())).collect();
    assert!(told.contains(&(task(0, 1), true)) && told.contains(&(task(1, 1), true)), "{told:?}");
    assert_eq!(b.effects.ended.len(), 2);
    // Once more: now it works.
    b.tell(Event::Retry(JobId(0), vec![TaskId(1)]));
    assert_eq!(b.run_all().len(), 2);
    assert_eq!(b.scheduler.state(task(0, 1)), Some(TaskState::Done));
}

#[test]
fn a_cancelled_job_takes_its_importers_along() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[1]), lenient());
    submit_importer(&mut b, 1);
    b.tell(Event::Cancel(JobId(0), Error::cancelled("enough")));
    assert_eq!(b.scheduler.error(task(1, 1)).map(Error::kind), Some(ErrorKind::Cancelled));
}

#[test]
fn imports_of_nothing_err() {
    let mut b = Bench::with_remote(1);
    submit_importer(&mut b, 3);
    let error = b.effects.ended.pop().unwrap().result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster, "job 0 is not known: {error}");
    let graph = importing(1, &[vec![], vec![0]], &vec![Annotations::default(); 2], &[1]);
    b.submit(2, graph, JobOptions::default());
    assert!(b.effects.ended.pop().unwrap().result.unwrap_err().to_string().contains("without saying which"));
}

#[test]
fn what_is_lost_is_made_again_across_jobs() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[1]), lenient());
    b.run_all();
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
    submit_importer(&mut b, 1);
    assert_eq!(b.run_all(), [(task(1, 1), WorkerId(0))]);
    b.tell(Event::Forget(JobId(0)));
    assert!(b.effects.retired.is_empty(), "job 1 may have to be made again from it");
    b.join(1);
    b.tell(Event::WorkerLost(WorkerId(0)));
    let ran: Vec<_> = b.run_all().iter().map(|(task, _)| *task).collect();
    assert_eq!(ran, [task(0, 0), task(0, 1), task(1, 1)]);
    let ends: Vec<_> = b.effects.ended.iter().map(|e| e.job).collect();
    assert_eq!(ends, [JobId(1)], "an end is reported once");
    b.tell(Event::Forget(JobId(1)));
    assert_eq!(b.effects.retired.len(), 2);
}

#[test]
fn scattered_data_cannot_be_made_again() {
    let mut b = Bench::with_remote(3);
    let block =
        |holders: &[u32]| HeldBlock { bytes: 9, holders: holders.iter().map(|h| WorkerId(*h)).collect() };
    b.tell(Event::Hold(JobId(0), vec![block(&[0]), block(&[0, 1]), block(&[7])]));
    assert_eq!(b.scheduler.holders(task(0, 1)), [WorkerId(0), WorkerId(1)]);
    assert_eq!(b.scheduler.state(task(0, 2)), Some(TaskState::Erred), "there is no worker 7");
    submit_importer(&mut b, 0);
    b.effects.run.clear();
    b.tell(Event::WorkerLost(WorkerId(0)));
    assert_eq!(b.scheduler.holders(task(0, 1)), [WorkerId(1)], "a copy was left");
    let error = b.scheduler.error(task(1, 1)).cloned();
    // The reader was running and may have had its input: it erred when it had to begin again.
    assert!(error.unwrap().to_string().contains("scattered data was lost"));
}

#[test]
fn what_nobody_waits_for_is_not_run() {
    // 0 → 1 (output), 0 → 2 (output), 3 (output)
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0], &[0], &[]], &[1, 2, 3]), lenient());
    let orders = b.orders();
    let begun: Vec<_> = orders.iter().map(|o| o.attempt.task).collect();
    assert_eq!(begun, [task(0, 0), task(0, 3)], "one runs, one is queued");
    b.tell(Event::ReleaseOutputs(JobId(0), vec![TaskId(1), TaskId(3)]));
    assert_eq!(b.scheduler.state(task(0, 1)), Some(TaskState::Released));
    assert_eq!(b.effects.recall, [orders[1].attempt], "it may not have begun");
    b.tell(Event::Returned(orders[1].attempt));
    assert_eq!(b.scheduler.state(task(0, 3)), Some(TaskState::Released));
    b.tell(Event::Done(orders[0].attempt, 1, 1));
    assert_eq!(b.run_all().len(), 1);
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}
