//! Calls and values that this client has futures of, by what they are: the same once more is the same result.
//!
//! In: keys of calls and values. Out: the task that stands for them, while some future refers to it. What has failed or
//! was cancelled is forgotten: it is made again.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use swath_block::{Block, BlockEncoder};
use swath_error::Result;
use swath_graph::{Annotations, Key, TaskId};
use swath_scheduler::TaskRef;
use swath_tasks::TaskFunction;

use super::jobs::JobRecord;

/// Bytes of a large block that are hashed at once.
const SLICE: usize = 1 << 20;

/// Tasks by what they are.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<Key, (Weak<JobRecord>, TaskId)>>);

impl Known {
    /// The task of this key; one more future refers to it then.
    pub fn find(&self, key: Key) -> Option<(Arc<JobRecord>, TaskId)> {
        let (record, task) = self.0.lock().get(&key).cloned()?;
        let record = record.upgrade()?;
        record.retain_good(task).then_some((record, task))
    }

    pub fn insert(&self, key: Key, record: &Arc<JobRecord>, task: TaskId) {
        record.set_key(task, key);
        self.0.lock().insert(key, (Arc::downgrade(record), task));
    }

    /// The last future of the task is gone.
    pub fn remove(&self, record: &Arc<JobRecord>, task: TaskId) {
        let Some(key) = record.key(task) else { return };
        let mut all = self.0.lock();
        // Another task may go by the key now.
        let same =
            |(known, t): &(Weak<JobRecord>, TaskId)| *t == task && known.as_ptr() == Arc::as_ptr(record);
        if all.get(&key).is_some_and(same) {
            all.remove(&key);
        }
    }
}

/// What a call is: the function, its arguments, the results it reads, and how it wants to be run.
pub(crate) fn key_of_call(
    function: TaskFunction,
    annotations: &Annotations,
    written: &[u8],
    reads: &[TaskRef],
) -> Key {
    let function = std::ptr::from_ref(function).addr() as u64;
    let mut key = Key::of("call").u64(function).bytes(written);
    for read in reads {
        key = key.u64(read.job.0).u64(u64::from(read.task.0));
    }
    if *annotations != Annotations::default() {
        key = key.str(&format!("{annotations:?}"));
    }
    key.finish()
}

/// What a value is: its type and its contents.
pub(crate) fn key_of_block(block: &Block) -> Result<Key> {
    let mut encoder = BlockEncoder::new(block, SLICE)?;
    let mut key = Key::of("value").bytes(encoder.header());
    while let Some(message) = encoder.next_message()? {
        key = key.bytes(&message.head);
        for part in &message.body {
            key = key.bytes(part);
        }
    }
    Ok(key.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_by_type_and_contents() {
        let key = |block: Block| key_of_block(&block).unwrap();
        assert_eq!(key(Block::value(7u64)), key(Block::value(7u64)));
        assert_ne!(key(Block::value(7u64)), key(Block::value(8u64)));
        assert_ne!(key(Block::value(7u64)), key(Block::value(7u32)));
        let array = |n: usize| swath_block::Chunk::from_vec(vec![1.5f64; n], &[n]).unwrap();
        assert_eq!(key(array(300_000).into()), key(array(300_000).into()));
        assert_ne!(key(array(300_000).into()), key(array(300_001).into()));
    }
}
