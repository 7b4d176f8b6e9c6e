//! Tasks that no worker has room for.

use swath_error::ErrorKind;
use swath_scheduler::{Event, JobOptions, TaskState, WorkerId, WorkerSpec};

use crate::world::{Bench, plain, task};

fn join(b: &mut Bench, id: u32, memory: u64) {
    let spec = WorkerSpec { memory, ..WorkerSpec::remote(format!("w{id}"), 1) };
    b.tell(Event::WorkerJoined(WorkerId(id), spec));
}

/// Two results of 600 bytes, and a task that reads both; the second of them twice.
fn pair(b: &mut Bench) {
    b.submit(
        0,
        plain(&[&[], &[], &[0, 1, 1]], &[2]),
        JobOptions { fail_fast: false, ..JobOptions::default() },
    );
    for order in b.orders() {
        b.tell(Event::Done(order.attempt, 600, 1));
    }
}

#[test]
fn a_task_whose_inputs_exceed_any_worker_is_refused() {
    let mut b = Bench::default();
    join(&mut b, 0, 1000);
    join(&mut b, 1, 1199);
    pair(&mut b);
    assert!(b.effects.run.is_empty());
    assert_eq!(b.scheduler.state(task(0, 2)), Some(TaskState::Erred));
    let error = b.effects.ended.pop().unwrap().result.unwrap_err();
    assert_eq!((error.kind(), error.task().unwrap().task.as_str()), (ErrorKind::OutOfMemory, "t2-0"));
    let text = error.to_string();
    assert!(text.contains("1.2 KiB") && text.contains("w1"), "{text}");
}

#[test]
fn a_task_with_large_inputs_goes_to_a_worker_that_has_room() {
    let mut b = Bench::default();
    join(&mut b, 0, 1000);
    join(&mut b, 1, 1200);
    pair(&mut b);
    let order = b.orders()[0];
    assert_eq!((order.attempt.task, order.attempt.worker), (task(0, 2), WorkerId(1)));
    b.tell(Event::Done(order.attempt, 1, 1));
    assert!(b.effects.ended.pop().unwrap().result.is_ok());
}
