//! On how many workers results are, and which.

use swath_graph::Annotations;
use swath_scheduler::{Event, JobOptions, Scheduler, TaskRef, Time, WorkerId};

use crate::world::{Bench, graph, plain, task};

/// Answers all orders of copies.
fn copy_all(b: &mut Bench) -> Vec<(TaskRef, WorkerId)> {
    let mut copied = Vec::new();
    while !b.effects.copy.is_empty() {
        for copy in std::mem::take(&mut b.effects.copy) {
            copied.push((copy.task, copy.to));
            b.tell(Event::Copied(copy.to, copy.task));
        }
    }
    copied
}

fn wait(b: &mut Bench, micros: u64) {
    b.now = b.now.after(micros);
    b.tell(Event::Tick);
}

/// One result that `readers` tasks read, made on one of eight workers.
fn shared(readers: usize) -> Bench {
    let mut b = Bench { scheduler: Scheduler::default().copying_from(5), ..Bench::default() };
    (0..8).for_each(|id| b.join(id));
    let mut deps = vec![vec![]];
    deps.extend(vec![vec![0]; readers]);
    let outputs: Vec<u32> = (1..=readers as u32).collect();
    b.submit(0, graph(&deps, &vec![Annotations::default(); readers + 1], &outputs), JobOptions::default());
    let root = b.orders()[0];
    b.tell(Event::Done(root.attempt, 10, 1));
    b
}

#[test]
fn what_many_workers_read_is_copied_to_others_ahead() {
    const READERS: u32 = 100;
    let mut b = Bench { scheduler: Scheduler::default().copying_from(5), ..Bench::default() };
    (0..8).for_each(|id| b.join(id));
    // Each reader waits for a task of its own besides.
    let mut deps = vec![vec![]];
    deps.extend((0..READERS).flat_map(|i| [vec![], vec![0, 1 + 2 * i]]));
    let outputs: Vec<u32> = (0..READERS).map(|i| 2 + 2 * i).collect();
    b.submit(0, graph(&deps, &vec![Annotations::default(); deps.len()], &outputs), JobOptions::default());
    let mut orders = std::collections::VecDeque::from(b.orders());
    while b.effects.copy.is_empty() {
        let is_reader = |t: u32| t > 0 && t.is_multiple_of(2);
        let reader = orders.iter().position(|order| is_reader(order.attempt.task.task.0)).unwrap_or(0);
        let order = orders.remove(reader).expect("a copy that nobody has asked for is ordered in time");
        let (id, t) = (order.attempt.worker, order.attempt.task.task.0);
        if is_reader(t) && !b.scheduler.holders(task(0, 0)).contains(&id) {
            // It fetches and keeps it.
            b.tell(Event::Copied(id, task(0, 0)));
        }
        b.tell(Event::Done(order.attempt, 10, 1));
        orders.extend(b.orders());
    }
    let holders = b.scheduler.holders(task(0, 0));
    assert!(holders.len() >= 3, "{holders:?}");
    assert!(b.effects.copy.iter().all(|copy| copy.task == task(0, 0) && !holders.contains(&copy.to)));
    copy_all(&mut b);
    assert!(b.scheduler.holders(task(0, 0)).len() > holders.len());
}

#[test]
fn copies_that_outnumber_the_readers_go_unless_they_are_read() {
    let mut b = shared(20);
    let first = b.orders();
    for order in &first {
        b.tell(Event::Copied(order.attempt.worker, task(0, 0)));
    }
    assert_eq!(b.scheduler.holders(task(0, 0)).len(), 8);
    let mut last = None;
    let mut left = first;
    while let Some(order) = left.pop() {
        if order.attempt.task == task(0, 20) {
            last = Some(order);
            continue;
        }
        b.tell(Event::Done(order.attempt, 1, 1));
        left.extend(b.orders());
    }
    let last = last.expect("the last reader");
    b.effects.release.clear();
    wait(&mut b, 3_000_000);
    let holders = b.scheduler.holders(task(0, 0));
    assert!(holders.contains(&last.attempt.worker), "a task given to it reads it");
    assert!(holders.len() <= 2 && !b.effects.release.is_empty(), "{holders:?}");
    assert!(b.effects.release.iter().all(|(id, t)| *t == task(0, 0) && !holders.contains(id)));
    b.tell(Event::Done(last.attempt, 1, 1));
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}

#[test]
fn a_result_wanted_on_several_workers_is_copied_again_when_one_is_lost() {
    let mut b = Bench::with_remote(4);
    b.submit(0, plain(&[&[]], &[0]), JobOptions::default());
    b.tell(Event::Replicate(task(0, 0), 3));
    assert!(b.effects.copy.is_empty(), "it does not exist yet");
    b.run_all();
    assert_eq!(copy_all(&mut b).len(), 2);
    let copy = b.scheduler.holders(task(0, 0))[1];
    b.tell(Event::WorkerLost(copy));
    assert_eq!(b.scheduler.holders(task(0, 0)).len(), 2);
    wait(&mut b, 3_000_000);
    assert_eq!(copy_all(&mut b).len(), 1);
    assert_eq!(b.scheduler.holders(task(0, 0)).len(), 3);
}

#[test]
fn results_move_until_workers_hold_about_the_same() {
    let mut b = Bench::with_remote(1);
    let outputs: Vec<u32> = (0..12).collect();
    b.submit(0, plain(&[&[] as &[u32]; 12], &outputs), JobOptions::default());
    b.run_all();
    (1..4).for_each(|id| b.join(id));
    b.tell(Event::Rebalance(Vec::new()));
    assert_eq!(b.effects.copy.len(), 9);
    let moved = copy_all(&mut b);
    let held: Vec<usize> = (0..4).map(|id| b.scheduler.has_what(WorkerId(id)).len()).collect();
    assert_eq!(held, [3, 3, 3, 3]);
    let mut released: Vec<TaskRef> = b.effects.release.drain(..).map(|(_, task)| task).collect();
    released.sort_unstable();
    let mut tasks: Vec<TaskRef> = moved.iter().map(|(task, _)| *task).collect();
    tasks.sort_unstable();
    assert_eq!(released, tasks, "the first holder drops what has moved");
    b.tell(Event::Rebalance(Vec::new()));
    assert!(b.effects.copy.is_empty(), "nothing is left to move");
}

#[test]
fn a_move_that_fails_leaves_the_result_where_it_is() {
    let mut b = Bench::with_remote(1);
    b.submit(0, plain(&[&[] as &[u32]; 4], &[0, 1, 2, 3]), JobOptions::default());
    b.run_all();
    b.join(1);
    b.tell(Event::Rebalance(Vec::new()));
    let copies = std::mem::take(&mut b.effects.copy);
    assert_eq!(copies.len(), 2);
    b.tell(Event::Dropped(copies[0].to, copies[0].task));
    assert!(b.effects.copy.is_empty(), "not tried again");
    b.tell(Event::WorkerLost(WorkerId(1)));
    assert!((0..4).all(|t| b.scheduler.holders(task(0, t)) == [WorkerId(0)]));
}

#[test]
fn what_is_read_where_it_was_stays_there_as_a_copy() {
    let mut b = Bench::with_remote(1);
    let deps: [&[u32]; 4] = [&[], &[], &[0], &[1]];
    b.submit(0, plain(&deps, &[0, 1, 2, 3]), JobOptions::default());
    let first = b.orders();
    for order in &first {
        b.tell(Event::Done(order.attempt, 10, 1));
    }
    assert_eq!(b.orders().len(), 2, "the readers are there");
    b.tell(Event::Halted(WorkerId(0), false));
    b.tell(Event::WorkerJoined(WorkerId(1), swath_scheduler::WorkerSpec::remote("w1", 1)));
    b.effects.recall.clear();
    b.tell(Event::Rebalance(Vec::new()));
    let moved = copy_all(&mut b);
    assert_eq!(moved.len(), 1);
    assert_eq!(b.scheduler.holders(moved[0].0), [WorkerId(1), WorkerId(0)]);
    assert!(b.effects.release.is_empty() && b.now == Time(0));
}
