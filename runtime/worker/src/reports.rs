//! Reports to the scheduler: what the core says, as messages, several in one frame.

use swath_scheduler::Event;
use swath_wire::{Done, FromWorker};

/// Adds what the core reports to a batch; results that follow each other share one message.
pub(crate) fn add(batch: &mut Vec<FromWorker>, event: Event) {
    let message = match event {
        Event::Done(attempt, bytes, micros) => {
            let done = Done { attempt, bytes, micros };
            if let Some(FromWorker::Done(all)) = batch.last_mut() {
                all.push(done);
                return;
            }
            FromWorker::Done(vec![done])
        }
        Event::Failed(attempt, error) => FromWorker::Failed(attempt, error),
        Event::Missing(attempt, input, asked) => FromWorker::Missing(attempt, input, asked),
        Event::Returned(attempt) => FromWorker::Returned(attempt),
        Event::Kept(attempt) => FromWorker::Kept(attempt),
        Event::Paused(attempt) => FromWorker::Paused(attempt),
        Event::Resumed(attempt) => FromWorker::Resumed(attempt),
        Event::Fetched(attempt) => FromWorker::Fetched(attempt),
        Event::Copied(_, task) => FromWorker::Copied(task),
        Event::Dropped(_, task) => FromWorker::Dropped(task),
        Event::Moved(_, bytes, micros) => FromWorker::Moved(bytes, micros),
        Event::Halted(_, halted) => FromWorker::Halted(halted),
        // The rest is said to a scheduler by others than workers.
        _ => return,
    };
    batch.push(message);
}
