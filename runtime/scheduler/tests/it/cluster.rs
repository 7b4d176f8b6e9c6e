//! Rules that matter with several workers: copies, places, steals, wishes, farewells.

use swath_error::ErrorKind;
use swath_graph::Annotations;
use swath_scheduler::{Event, JobId, JobOptions, TaskState, Time, WorkerId, WorkerSpec};

use crate::world::{Bench, graph, one_layer, plain, task};

#[test]
fn only_tasks_that_ran_are_blamed_for_the_loss_of_a_worker() {
    let mut b = Bench::default();
    let options = JobOptions { allowed_deaths: 1, fail_fast: false, ..JobOptions::default() };
    b.join(0);
    b.submit(0, plain(&[&[], &[], &[]], &[0, 1, 2]), options);
    assert_eq!(b.begun(), [0, 1], "the second waits in the worker's queue");
    // Whichever was running when a worker goes: the first one ends every worker that begins it.
    for worker in 0..20 {
        b.tell(Event::WorkerLost(WorkerId(worker)));
        b.orders();
        if b.scheduler.state(task(0, 0)) == Some(TaskState::Erred) {
            break;
        }
        b.join(worker + 1);
        for order in b.orders() {
            let first = order.attempt.task.task.0;
            assert!(first == 0 || worker > 0, "the one in question is looked at by itself: {first}");
        }
    }
    let error = b.scheduler.error(task(0, 0)).unwrap();
    assert!(error.to_string().contains("2 workers were lost while they ran this task"), "{error}");
    for other in [1, 2] {
        assert!(!matches!(b.scheduler.state(task(0, other)), Some(TaskState::Erred)), "{other} only waited");
    }
    b.join(99);
    b.run_all();
    assert_eq!(b.scheduler.state(task(0, 2)), Some(TaskState::Done));
}

#[test]
fn a_worker_that_is_to_go_goes_with_the_last_who_wants_anything_of_it() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[]], &[0, 1]), JobOptions::default());
    let orders = b.orders();
    b.tell(Event::Done(orders[0].attempt, 10, 100));
    b.tell(Event::Retire(WorkerId(0)));
    let left = b.scheduler.left_on(WorkerId(0)).unwrap();
    assert_eq!((left.tasks, left.results, left.others), (1, 1, false));
    assert!(b.effects.leave.is_empty());
    // What runs on is wanted by nobody.
    b.tell(Event::Forget(JobId(0)));
    assert_eq!(b.effects.leave, [WorkerId(0)]);
    assert_eq!(b.scheduler.left_on(WorkerId(0)), None);
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    b.run_all();
    b.tell(Event::Retire(WorkerId(0)));
    assert!(b.effects.leave.is_empty());
    b.tell(Event::Forget(JobId(0)));
    assert_eq!(b.effects.leave, [WorkerId(0)], "its job is gone");
}

#[test]
fn a_copy_takes_the_place_of_a_lost_result() {
    let mut b = Bench::with_remote(2);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    let maker = b.run_all()[0].1;
    let other = WorkerId(1 - maker.0);
    b.tell(Event::Copied(other, task(0, 0)));
    assert_eq!(b.scheduler.holders(task(0, 0)), [maker, other]);
    b.tell(Event::WorkerLost(maker));
    assert_eq!(b.scheduler.holders(task(0, 0)), [other]);
    assert!(b.orders().is_empty(), "nothing is made again");
    b.tell(Event::WorkerLost(other));
    assert_eq!(b.scheduler.state(task(0, 0)), Some(TaskState::Ready));
}

#[test]
fn copies_are_released_with_the_result() {
    let mut b = Bench::with_remote(2);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    b.run_all();
    b.tell(Event::Copied(WorkerId(0), task(0, 0)));
    b.tell(Event::Copied(WorkerId(1), task(0, 0)));
    b.tell(Event::ReleaseOutputs(JobId(0), vec![swath_graph::TaskId(0)]));
    let mut released = std::mem::take(&mut b.effects.release);
    released.sort_unstable();
    assert_eq!(released, [(WorkerId(0), task(0, 0)), (WorkerId(1), task(0, 0))]);
    b.tell(Event::Copied(WorkerId(1), task(0, 0)));
    assert_eq!(b.effects.release, [(WorkerId(1), task(0, 0))], "it came too late");
}

#[test]
fn an_input_that_is_not_there_is_sought_elsewhere_or_made_again() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[0, 1]), JobOptions::default());
    let order = b.orders()[0];
    b.tell(Event::Done(order.attempt, 1, 1));
    let reader = b.orders()[0];
    b.join(1);
    b.tell(Event::Copied(WorkerId(1), task(0, 0)));
    b.tell(Event::Missing(reader.attempt, task(0, 0), vec![WorkerId(0)]));
    assert_eq!(b.scheduler.holders(task(0, 0)), [WorkerId(1)]);
    let reader = b.orders()[0];
    assert_eq!(reader.attempt.task, task(0, 1), "only the reader is tried again");
    b.tell(Event::Missing(reader.attempt, task(0, 0), vec![WorkerId(1)]));
    let ran: Vec<_> = b.run_all().iter().map(|(task, _)| *task).collect();
    assert_eq!(ran, [task(0, 0), task(0, 1)], "now the input is made again");
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn each_of_many_inputs_may_be_missed_before_a_death_is_known() {
    const INPUTS: u32 = 40;
    let mut b = Bench::with_remote(1);
    let mut deps = vec![Vec::new(); INPUTS as usize];
    deps.push((0..INPUTS).collect());
    b.submit(0, one_layer("t", &deps, &[INPUTS]), JobOptions::default());
    let (mut missed, mut orders) = (0, b.orders());
    while let Some(order) = orders.pop() {
        if order.attempt.task == task(0, INPUTS) && missed < INPUTS {
            b.tell(Event::Missing(order.attempt, task(0, missed), vec![WorkerId(0)]));
            missed += 1;
        } else {
            b.tell(Event::Done(order.attempt, 1, 1));
        }
        orders.extend(b.orders());
    }
    assert_eq!(missed, INPUTS);
    assert!(b.effects.ended.pop().expect("an end").result.is_ok());
}

#[test]
fn an_input_that_is_never_there_is_an_error() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[0]], &[1]), JobOptions::default());
    for _ in 0..100 {
        let Some(order) = b.orders().pop() else { break };
        if order.attempt.task == task(0, 0) {
            b.tell(Event::Done(order.attempt, 1, 1));
        } else {
            b.tell(Event::Missing(order.attempt, task(0, 0), vec![WorkerId(0)]));
        }
    }
    let error = b.effects.ended.pop().expect("an end").result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains("could not fetch an input"), "{error}");
}

#[test]
fn tasks_go_where_their_inputs_are() {
    let mut b = Bench::with_remote(3);
    // Two sources that are large, each read by a task of its own.
    b.submit(0, plain(&[&[], &[], &[0], &[1]], &[2, 3]), JobOptions::default());
    let first = b.orders();
    let places: Vec<_> = first.iter().map(|o| o.attempt.worker).collect();
    assert_ne!(places[0], places[1]);
    for order in &first {
        b.tell(Event::Done(order.attempt, 100_000_000, 1000));
    }
    let second: Vec<_> = b.orders().iter().map(|o| o.attempt.worker).collect();
    assert_eq!(second, places);
}

#[test]
fn siblings_are_made_on_one_worker() {
    let mut b = Bench::with_remote(2);
    // Eight pairs: while there is more to do than slots, a pair that is read by one task is made in one place.
    let mut deps = vec![vec![]; 16];
    deps.extend((0..8).map(|i| vec![2 * i, 2 * i + 1]));
    let outputs: Vec<u32> = (16..24).collect();
    b.submit(0, graph(&deps, &vec![Annotations::default(); 24], &outputs), JobOptions::default());
    let first = b.orders();
    let at = |t: u32| first.iter().find(|o| o.attempt.task == task(0, t)).map(|o| o.attempt.worker);
    assert_eq!(first.len(), 4, "one runs and one is queued on each");
    assert_eq!((at(0), at(2)), (at(1), at(3)));
    assert_ne!(at(0), at(2));
}

#[test]
fn short_tasks_are_queued_deep_and_long_ones_are_not() {
    let mut b = Bench::with_remote(1);
    let annotations = vec![Annotations::default(); 1];
    let one = graph(&[vec![]], &annotations, &[0]);
    b.submit(0, one, JobOptions::default());
    let order = b.orders()[0];
    b.tell(Event::Done(order.attempt, 1, 10));
    let many = |name: u32| {
        let deps = vec![vec![]; 400];
        let outputs: Vec<u32> = (0..400).collect();
        crate::world::one_layer(&format!("t{name}"), &deps, &outputs)
    };
    b.submit(1, many(0), JobOptions::default());
    assert_eq!(b.orders().len(), 300, "3 ms of tasks that take 10 µs");
    b.tell(Event::Forget(JobId(1)));
    b.join(1);
    b.submit(2, many(7), JobOptions::default());
    assert_eq!(b.orders().len(), 2, "nobody knows how long these take");
}

#[test]
fn idle_workers_take_what_is_queued_elsewhere() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[]], &[0, 1]), JobOptions::default());
    let orders = b.orders();
    assert_eq!(orders.len(), 2, "one is queued");
    b.join(1);
    assert_eq!(b.effects.recall, [orders[1].attempt]);
    b.effects.recall.clear();
    b.tell(Event::Tick);
    assert!(b.effects.recall.is_empty(), "asked once");
    b.tell(Event::Returned(orders[1].attempt));
    let moved = b.orders()[0];
    assert_eq!((moved.attempt.task, moved.attempt.worker), (task(0, 1), WorkerId(1)));
    b.tell(Event::Done(orders[1].attempt, 5, 5));
    assert_eq!(b.scheduler.state(task(0, 1)), Some(TaskState::Running), "the old attempt is stale");
}

#[test]
fn a_worker_keeps_what_it_has_begun() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[]], &[0, 1]), JobOptions::default());
    let orders = b.orders();
    b.join(1);
    assert_eq!(b.effects.recall.pop(), Some(orders[1].attempt));
    b.tell(Event::Kept(orders[1].attempt));
    b.tell(Event::Done(orders[0].attempt, 1, 1));
    b.tell(Event::Done(orders[1].attempt, 1, 1));
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

fn wishing(annotations: Annotations) -> std::sync::Arc<swath_graph::TaskGraph> {
    graph(&[vec![]], &[annotations], &[0])
}

#[test]
fn a_wish_nobody_can_grant_is_told_at_once_and_errs_in_time() {
    let mut b = Bench::with_remote(1);
    let gpu = Annotations { resources: [("GPU".to_owned(), 2)].into(), ..Annotations::default() };
    let options = JobOptions { patience: 1000, ..JobOptions::default() };
    b.submit(0, wishing(gpu.clone()), options.clone());
    let warning = b.effects.warnings.pop().expect("a warning").error.to_string();
    assert!(warning.contains("GPU=2") && warning.contains("present: w0"), "{warning}");
    assert_eq!(b.effects.wake_at.take(), Some(Time(1000)));
    b.now = Time(1000);
    b.tell(Event::Tick);
    assert_eq!(b.effects.ended.pop().unwrap().result.unwrap_err().kind(), ErrorKind::Cluster);
    // A worker that comes in time.
    b.submit(1, wishing(gpu), options);
    let resources = [("GPU".to_owned(), 4)].into();
    b.tell(Event::WorkerJoined(WorkerId(1), WorkerSpec { resources, ..WorkerSpec::remote("g", 1) }));
    b.now = Time(5000);
    b.tell(Event::Tick);
    assert_eq!(b.run_all(), [(task(1, 0), WorkerId(1))]);
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn without_workers_a_job_waits_and_errs_in_time() {
    let mut b = Bench::default();
    b.submit(0, plain(&[&[]], &[0]), JobOptions { patience: 1000, ..JobOptions::default() });
    assert!(b.effects.warnings.pop().unwrap().error.to_string().contains("there is no worker"));
    b.now = Time(1000);
    b.tell(Event::Tick);
    assert!(b.effects.ended.pop().unwrap().result.is_err());
}

#[test]
fn others_help_out_when_the_named_worker_is_not_there() {
    let named = |others| Annotations {
        workers: ["w5".to_owned()].into(),
        allow_other_workers: others,
        ..Annotations::default()
    };
    let mut b = Bench::with_remote(1);
    b.submit(0, wishing(named(true)), JobOptions::default());
    assert_eq!(b.run_all(), [(task(0, 0), WorkerId(0))]);
    b.join(5);
    b.submit(1, wishing(named(true)), JobOptions::default());
    assert_eq!(b.run_all(), [(task(1, 0), WorkerId(5))]);
    b.tell(Event::WorkerLost(WorkerId(5)));
    b.effects.run.clear();
    b.submit(2, wishing(named(false)), JobOptions::default());
    assert!(b.orders().iter().all(|o| o.attempt.task.job != JobId(2)));
}

#[test]
fn a_worker_that_goes_hands_over_what_only_it_has() {
    let mut b = Bench::with_remote(2);
    b.submit(0, plain(&[&[], &[], &[]], &[0, 1, 2]), JobOptions::default());
    b.run_all();
    let results: Vec<_> = (0..3).filter(|t| b.scheduler.holder(task(0, *t)) == Some(WorkerId(0))).collect();
    assert!(!results.is_empty());
    b.tell(Event::Retire(WorkerId(0)));
    assert_eq!(b.effects.copy.len(), results.len());
    assert!(b.effects.leave.is_empty());
    for copy in std::mem::take(&mut b.effects.copy) {
        assert_eq!(copy.to, WorkerId(1));
        b.tell(Event::Copied(copy.to, copy.task));
    }
    assert_eq!(b.effects.leave, [WorkerId(0)]);
    b.submit(1, plain(&[&[], &[]], &[0, 1]), JobOptions::default());
    assert!(b.run_all().iter().all(|(_, worker)| *worker == WorkerId(1)));
    b.tell(Event::WorkerLost(WorkerId(0)));
    assert!(b.orders().is_empty(), "nothing was lost");
    assert!((0..3).all(|t| b.scheduler.holders(task(0, t)) == [WorkerId(1)]));
}

#[test]
fn a_worker_that_goes_gives_back_its_queue_and_ends_what_runs() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[], &[]], &[0, 1]), JobOptions::default());
    let orders = b.orders();
    b.tell(Event::Retire(WorkerId(0)));
    assert_eq!(b.effects.recall.len(), 2);
    b.tell(Event::Kept(orders[0].attempt));
    b.tell(Event::Returned(orders[1].attempt));
    b.join(1);
    assert_eq!(b.orders()[0].attempt.worker, WorkerId(1));
    b.tell(Event::Done(orders[0].attempt, 3, 3));
    let copy = b.effects.copy.pop().expect("a copy of what it made last");
    b.tell(Event::Dropped(copy.to, copy.task));
    let copy = b.effects.copy.pop().expect("another try");
    b.tell(Event::Copied(copy.to, copy.task));
    assert_eq!(b.effects.leave, [WorkerId(0)]);
}

#[test]
fn results_are_kept_on_several_workers() {
    let mut b = Bench::with_remote(4);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    let maker = b.run_all()[0].1;
    b.tell(Event::Replicate(task(0, 0), 3));
    let copies = std::mem::take(&mut b.effects.copy);
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|c| c.to != maker && c.bytes == 10) && copies[0].to != copies[1].to);
    for copy in &copies {
        b.tell(Event::Copied(copy.to, copy.task));
    }
    assert_eq!(b.scheduler.holders(task(0, 0)).len(), 3);
    assert_eq!(b.scheduler.has_what(copies[0].to), [task(0, 0)]);
}

#[test]
fn a_worker_short_of_memory_is_given_nothing() {
    let mut b = Bench::with_remote(2);
    b.tell(Event::Halted(WorkerId(0), true));
    b.submit(0, plain(&[&[], &[], &[]], &[0, 1, 2]), JobOptions::default());
    assert!(b.orders().iter().all(|o| o.attempt.worker == WorkerId(1)));
    b.tell(Event::Halted(WorkerId(0), false));
    assert_eq!(b.orders()[0].attempt.worker, WorkerId(0));
}

#[test]
fn workers_that_go_together_hand_over_to_one_that_stays() {
    let mut b = Bench::with_remote(3);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    let maker = b.run_all()[0].1;
    b.tell(Event::Retire(maker));
    let first = b.effects.copy.pop().expect("a copy");
    b.tell(Event::Retire(first.to));
    b.effects.leave.clear();
    b.tell(Event::Copied(first.to, first.task));
    let second = b.effects.copy.pop().expect("a copy on the worker that stays");
    assert!(second.to != maker && second.to != first.to);
    b.tell(Event::Copied(second.to, second.task));
    assert!(b.effects.leave.contains(&maker));
    assert_eq!(b.scheduler.holder(task(0, 0)), Some(second.to));
}

#[test]
fn a_task_that_no_worker_survives_is_told_why_the_last_one_went() {
    let mut b = Bench::with_remote(0);
    b.submit(0, plain(&[&[]], &[0]), JobOptions { allowed_deaths: 1, ..JobOptions::default() });
    for worker in 0..2 {
        b.join(worker);
        assert_eq!(b.orders().len(), 1);
        b.tell(Event::Dying(WorkerId(worker), format!("cause {worker}")));
        b.tell(Event::WorkerLost(WorkerId(worker)));
    }
    let error = b.effects.ended.pop().unwrap().result.unwrap_err().to_string();
    assert!(error.contains("2 workers were lost") && error.contains("cause 1"), "{error}");
}
