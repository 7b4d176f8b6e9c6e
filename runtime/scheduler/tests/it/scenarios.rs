//! Rules of the scheduler, one scenario each.

use swath_error::{Error, ErrorKind};
use swath_graph::{Annotations, TaskId};
use swath_scheduler::{Event, JobId, JobOptions, TaskRef, TaskState, WorkerId, WorkerSpec};

use crate::world::{Bench, graph, plain};

fn with_slots(slots: &[u16]) -> std::sync::Arc<swath_graph::TaskGraph> {
    let annotations: Vec<Annotations> =
        slots.iter().map(|s| Annotations { slots: *s, ..Annotations::default() }).collect();
    let outputs: Vec<u32> = (0..slots.len() as u32).collect();
    graph(&vec![vec![]; slots.len()], &annotations, &outputs)
}

#[test]
fn a_wide_task_is_not_starved() {
    let mut b = Bench::with_workers(&[2]);
    b.submit(0, with_slots(&[1, 2, 1, 1, 1]), JobOptions::default());
    let first = b.orders();
    assert_eq!(first.len(), 1, "the second slot is kept for the wide task");
    b.tell(Event::Done(first[0].attempt, 0, 0));
    let wide = b.orders();
    assert_eq!((wide.len(), wide[0].attempt.task.task.0, wide[0].slots), (1, 1, 2));
    b.tell(Event::Done(wide[0].attempt, 0, 0));
    assert_eq!(b.begun(), [2, 3]);
}

#[test]
fn a_wide_task_does_not_wait_for_ever() {
    let mut b = Bench::with_workers(&[3]);
    b.submit(0, with_slots(&[1, 3, 1]), JobOptions::default());
    assert_eq!(b.begun(), [0]);
    b.now = b.effects.wake_at.take().expect("a deadline");
    b.tell(Event::Tick);
    let orders = b.orders();
    let slots: Vec<(u32, u16)> = orders.iter().map(|o| (o.attempt.task.task.0, o.slots)).collect();
    assert_eq!(slots, [(1, 2)], "it takes what is free");
}

#[test]
fn producers_wait_for_their_budget() {
    let producer = Annotations::producer(Some(60));
    let annotations = [producer.clone(), producer.clone(), producer, Annotations::default()];
    let deps = [vec![], vec![], vec![], vec![0, 1, 2]];
    let spec = WorkerSpec { budget: 100, ..WorkerSpec::local(3) };
    let mut b = Bench::default();
    b.tell(Event::WorkerJoined(WorkerId(0), spec));
    b.submit(0, graph(&deps, &annotations, &[3]), JobOptions::default());
    let first = b.orders();
    assert_eq!(first.len(), 1, "60 of 100 bytes are promised to the first");
    b.tell(Event::Done(first[0].attempt, 60, 0));
    let second = b.orders();
    assert_eq!(second.len(), 1, "past the budget, but the worker would idle for ever");
    b.tell(Event::Done(second[0].attempt, 10, 0));
    assert_eq!(b.begun(), [2], "the average has become 35, and 35 more than 70 is too much: again one");
}

#[test]
fn small_results_of_producers_make_room_for_more() {
    let annotations = vec![Annotations::producer(Some(60)); 9];
    let mut b = Bench::default();
    b.tell(Event::WorkerJoined(WorkerId(0), WorkerSpec { budget: 100, ..WorkerSpec::local(8) }));
    b.submit(0, graph(&vec![vec![]; 9], &annotations, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), JobOptions::default());
    let first = b.orders();
    assert_eq!(first.len(), 1);
    b.tell(Event::Done(first[0].attempt, 20, 0));
    assert_eq!(b.orders().len(), 4, "20 held and four times 20 expected");
}

#[test]
fn what_is_ready_elsewhere_goes_before_new_producers() {
    // Two chains: a producer and its reader; the reader frees what the producer made.
    let producer = Annotations::producer(Some(10));
    let annotations = [producer.clone(), Annotations::default(), producer, Annotations::default()];
    let mut b = Bench::with_workers(&[1]);
    b.submit(0, graph(&[vec![], vec![0], vec![], vec![2]], &annotations, &[1, 3]), JobOptions::default());
    let mut begun = Vec::new();
    while let Some(order) = b.orders().pop() {
        begun.push(order.attempt.task.task.0);
        b.tell(Event::Done(order.attempt, 10, 0));
    }
    assert_eq!(begun, [0, 1, 2, 3]);
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn jobs_share_the_slots() {
    let mut b = Bench::with_workers(&[4]);
    let wide = || with_slots(&[1; 10]);
    b.submit(0, wide(), JobOptions::default());
    let first = b.orders();
    assert_eq!(first.len(), 4);
    b.submit(1, wide(), JobOptions::default());
    b.submit(2, wide(), JobOptions { priority: 1, ..JobOptions::default() });
    b.tell(Event::Done(first[0].attempt, 0, 0));
    assert_eq!(b.orders()[0].attempt.task.job, JobId(2), "the higher priority first");
    b.tell(Event::Cancel(JobId(2), Error::cancelled("enough")));
    b.tell(Event::Done(first[1].attempt, 0, 0));
    assert_eq!(b.orders()[0].attempt.task.job, JobId(1), "the job with fewer running tasks first");
}

#[test]
fn results_go_when_nobody_needs_them() {
    let mut b = Bench::with_workers(&[1]);
    b.submit(0, plain(&[&[], &[0], &[0, 1]], &[2]), JobOptions::default());
    let mut released = Vec::new();
    while let Some(order) = b.orders().pop() {
        b.tell(Event::Done(order.attempt, 1, 0));
        released.push(b.effects.release.drain(..).map(|(_, t)| t.task.0).collect::<Vec<_>>());
    }
    assert_eq!(released, [vec![], vec![], vec![0, 1]]);
}

#[test]
fn a_failure_names_root_inputs_and_worker() {
    let mut b = Bench::default();
    let spec = WorkerSpec { name: Some("w7".into()), ..WorkerSpec::local(1) };
    b.tell(Event::WorkerJoined(WorkerId(0), spec));
    b.submit(0, plain(&[&[], &[], &[0, 1], &[2]], &[3]), JobOptions::default());
    for _ in 0..2 {
        let order = b.orders()[0];
        b.tell(Event::Done(order.attempt, 1, 0));
    }
    let order = b.orders()[0];
    b.tell(Event::Failed(order.attempt, Error::data("bad")));
    let error = b.effects.ended.pop().unwrap().result.unwrap_err();
    assert_eq!(error.task().unwrap().to_string(), "task t2-0 (inputs: t0-0, t1-0) on w7");
}

#[test]
fn without_fail_fast_only_dependants_are_given_up() {
    let mut b = Bench::with_workers(&[2]);
    let options = JobOptions { fail_fast: false, ..JobOptions::default() };
    b.submit(0, plain(&[&[], &[], &[0], &[1]], &[2, 3]), options);
    let orders = b.orders();
    b.tell(Event::Failed(orders[0].attempt, Error::data("bad")));
    let task = |t| TaskRef { job: JobId(0), task: TaskId(t) };
    assert_eq!(b.scheduler.state(task(2)), Some(TaskState::Erred));
    assert_eq!(b.scheduler.error(task(2)).unwrap().task().unwrap().task, "t0-0");
    b.tell(Event::Done(orders[1].attempt, 1, 0));
    let last = b.orders()[0];
    b.tell(Event::Done(last.attempt, 1, 0));
    assert_eq!(b.scheduler.state(task(3)), Some(TaskState::Done));
    assert!(b.effects.ended.pop().unwrap().result.is_err());
}

#[test]
fn an_ending_job_does_not_wait_for_the_deaf() {
    let mut b = Bench::with_workers(&[1]);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    let order = b.orders()[0];
    b.tell(Event::Cancel(JobId(0), Error::cancelled("enough")));
    assert_eq!((b.effects.abort.as_slice(), b.effects.ended.len()), (&[JobId(0)][..], 0));
    b.now = b.effects.wake_at.take().expect("a deadline");
    b.tell(Event::Tick);
    assert_eq!(b.effects.ended.len(), 1);
    b.tell(Event::Forget(JobId(0)));
    assert!(b.effects.retired.is_empty(), "the slot is still taken");
    b.tell(Event::Done(order.attempt, 5, 0));
    assert_eq!((b.effects.retired.len(), b.effects.ended.len()), (1, 1));
}

#[test]
fn a_lost_worker_costs_what_it_held() {
    // 0 → 1 → 2, and 3 beside them.
    let mut b = Bench::with_workers(&[1]);
    b.submit(0, plain(&[&[], &[0], &[1], &[]], &[2, 3]), JobOptions::default());
    let first = b.orders()[0];
    b.tell(Event::Done(first.attempt, 1, 0));
    let second = b.orders()[0];
    b.tell(Event::Done(second.attempt, 1, 0));
    assert_eq!(b.effects.release.pop().unwrap().1.task, TaskId(0));
    let third = b.orders()[0];
    b.tell(Event::WorkerJoined(WorkerId(5), WorkerSpec::local(1)));
    let beside = b.orders()[0];
    assert_eq!((beside.attempt.worker, beside.attempt.task.task), (WorkerId(5), TaskId(3)));
    b.tell(Event::Done(beside.attempt, 1, 0));
    b.tell(Event::WorkerLost(WorkerId(0)));
    b.tell(Event::Done(third.attempt, 1, 0));
    let mut again = Vec::new();
    while let Some(order) = b.orders().pop() {
        again.push(order.attempt.task.task.0);
        b.tell(Event::Done(order.attempt, 1, 0));
    }
    assert_eq!(again, [0, 1, 2]);
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn a_task_that_kills_workers_is_stopped() {
    let mut b = Bench::default();
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    for id in 0..4 {
        let spec = WorkerSpec { name: Some(format!("w{id}")), ..WorkerSpec::local(1) };
        b.tell(Event::WorkerJoined(WorkerId(id), spec));
        assert_eq!(b.begun(), [0]);
        b.tell(Event::WorkerLost(WorkerId(id)));
    }
    let error = b.effects.ended.pop().unwrap().result.unwrap_err();
    let failure = error.task().unwrap();
    assert_eq!((error.kind(), failure.worker.as_deref()), (ErrorKind::Cluster, Some("w3")));
    assert_eq!(failure.task, "t0-0");
    assert!(error.to_string().contains("4 workers were lost while they ran"), "{error}");
}

#[test]
fn worker_names_and_resources_are_honoured() {
    let gpu = Annotations { resources: [("GPU".to_owned(), 1)].into(), ..Annotations::default() };
    let named = Annotations { workers: ["b".to_owned()].into(), ..Annotations::default() };
    let annotations = [gpu.clone(), gpu, named, Annotations::default()];
    let mut b = Bench::default();
    for (id, name, gpus) in [(0, "a", 1), (1, "b", 0)] {
        let resources = [("GPU".to_owned(), gpus)].into();
        let name = Some(name.to_owned());
        let spec = WorkerSpec { name, resources, unrestricted: false, ..WorkerSpec::local(2) };
        b.tell(Event::WorkerJoined(WorkerId(id), spec));
    }
    b.submit(0, graph(&vec![vec![]; 4], &annotations, &[0, 1, 2, 3]), JobOptions::default());
    let places: Vec<(u32, u32)> =
        b.orders().iter().map(|o| (o.attempt.task.task.0, o.attempt.worker.0)).collect();
    assert!(places.contains(&(0, 0)) && places.contains(&(2, 1)), "{places:?}");
    assert!(!places.iter().any(|(task, _)| *task == 1), "one GPU, one task");
}

#[test]
fn fetches_are_limited_and_take_turns() {
    let annotations = vec![Annotations::producer(None); 6];
    let mut b = Bench::default();
    b.tell(Event::WorkerJoined(WorkerId(0), WorkerSpec { fetches: 3, ..WorkerSpec::local(1) }));
    b.submit(0, graph(&vec![vec![]; 6], &annotations, &[0, 1, 2, 3, 4, 5]), JobOptions::default());
    let mut away = Vec::new();
    for _ in 0..3 {
        let order = b.orders()[0];
        b.tell(Event::Paused(order.attempt));
        away.push(order.attempt);
    }
    // Past the limit only a worker that would idle begins another.
    let fourth = b.orders()[0];
    b.tell(Event::Fetched(away[1]));
    assert!(b.orders().is_empty(), "there is no slot");
    b.tell(Event::Done(fourth.attempt, 1, 0));
    let resumed = b.orders();
    assert_eq!((resumed.len(), resumed[0].attempt), (1, away[1]), "the fetched one goes before new ones");
}
