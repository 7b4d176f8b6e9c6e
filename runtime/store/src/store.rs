//! The store of a worker: blocks by the name of the task that made them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use parking_lot::Mutex;
use swath_block::{Block, MemoryLedger};
use swath_error::Result;
use swath_graph::TaskId;
use swath_scheduler::{JobId, TaskRef};

use crate::{Room, Slot, Spill, StoreOptions, StoreUsage};

/// Smaller blocks are kept as they are: they are not worth writing.
const SMALL: u64 = 512;

/// Blocks by task. Cloning shares the store.
///
/// ```
/// use swath_block::{Block, MemoryLedger};
/// use swath_graph::TaskId;
/// use swath_scheduler::{JobId, TaskRef};
/// use swath_store::{Store, StoreOptions};
/// let store = Store::new(MemoryLedger::new(1_000_000), StoreOptions::default());
/// let task = TaskRef { job: JobId(1), task: TaskId(0) };
/// store.put_blocking(task, Block::value(vec![7u64; 1000]))?;
/// assert!(store.get_blocking(task)?.is_some());
/// assert!(store.remove(task));
/// assert_eq!(store.ledger().used(), 0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    blocks: Mutex<Blocks>,
    spill: Spill,
}

/// Blocks by name, and how many of them are small.
#[derive(Debug, Default)]
struct Blocks {
    by_task: BTreeMap<TaskRef, Kept>,
    small: usize,
    small_bytes: u64,
}

impl Blocks {
    fn insert(&mut self, task: TaskRef, kept: Kept) -> Option<Kept> {
        if let Place::Small(_, bytes) = &kept.0 {
            self.small += 1;
            self.small_bytes += bytes;
        }
        let before = self.by_task.insert(task, kept);
        self.uncount(before.as_ref());
        before
    }

    fn remove(&mut self, task: TaskRef) -> Option<Kept> {
        let removed = self.by_task.remove(&task);
        self.uncount(removed.as_ref());
        removed
    }

    fn uncount(&mut self, gone: Option<&Kept>) {
        if let Some(Kept(Place::Small(_, bytes))) = gone {
            self.small -= 1;
            self.small_bytes -= bytes;
        }
    }
}

/// A block that a store keeps or has kept; while there is this handle the block can be had.
#[derive(Clone, Debug)]
pub struct Kept(Place);

#[derive(Clone, Debug)]
enum Place {
    Small(Block, u64),
    Slot(Arc<Slot>),
}

impl Kept {
    /// Bytes the block takes in memory.
    pub fn bytes(&self) -> u64 {
        match &self.0 {
            Place::Small(_, bytes) => *bytes,
            Place::Slot(slot) => slot.bytes(),
        }
    }

    /// The block, read on this thread when it is in a file.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when its file cannot be read.
    pub fn get_blocking(&self) -> Result<Block> {
        match &self.0 {
            Place::Small(block, _) => Ok(block.clone()),
            Place::Slot(slot) => slot.get_blocking(),
        }
    }

    /// The block when it is in memory; never waits.
    pub fn peek(&self) -> Option<Block> {
        match &self.0 {
            Place::Small(block, _) => Some(block.clone()),
            Place::Slot(slot) => slot.peek(),
        }
    }

    async fn get(&self) -> Result<Block> {
        match &self.0 {
            Place::Small(block, _) => Ok(block.clone()),
            Place::Slot(slot) => slot.get().await,
        }
    }

    /// The slot of a block that may be written to a file.
    fn slot(&self) -> Option<&Arc<Slot>> {
        match &self.0 {
            Place::Small(..) => None,
            Place::Slot(slot) => Some(slot),
        }
    }
}

impl Store {
    /// A store that charges what it holds to `ledger`.
    pub fn new(ledger: MemoryLedger, options: StoreOptions) -> Self {
        Self(Arc::new(Inner { blocks: Mutex::default(), spill: Spill::new(ledger, options) }))
    }

    /// Keeps a block, in the place of one that has the same name; gives the bytes it was charged with. Never waits, so
    /// the ledger's limit may be overrun for a moment: [`Self::put_blocking`] and [`Self::put_waiting`] hold the caller up
    /// until it is not.
    pub fn put(&self, task: TaskRef, block: Block) -> u64 {
        self.insert(task, block).bytes()
    }

    fn insert(&self, task: TaskRef, block: Block) -> Kept {
        let bytes = block.bytes();
        self.ledger().grow(bytes);
        let kept = Kept(if bytes < SMALL {
            Place::Small(block, bytes)
        } else {
            Place::Slot(Arc::new(self.0.spill.keep_charged(block, bytes)))
        });
        let before = self.0.blocks.lock().insert(task, kept.clone());
        self.forget(before);
        kept
    }

    /// Gives a block back that is not kept any more; its file goes with the last reader.
    fn forget(&self, kept: Option<Kept>) {
        if let Some(Kept(Place::Small(_, bytes))) = kept {
            self.ledger().shrink(bytes);
        }
    }

    /// Keeps a block and waits until the ledger is within its limit, the block is in a file, or nothing more can be
    /// written to files.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when room cannot be made because the disk is full or fails: the block is not kept
    /// then, and what the store had stays in memory.
    pub async fn put_waiting(&self, task: TaskRef, block: Block) -> Result<u64> {
        let kept = self.insert(task, block);
        if let Some(slot) = kept.slot() {
            slot.settle().await.inspect_err(|_| self.withdraw(task, slot))?;
        }
        Ok(kept.bytes())
    }

    /// As [`Self::put_waiting`], blocking the thread: for compute threads.
    ///
    /// # Errors
    /// As [`Self::put_waiting`].
    pub fn put_blocking(&self, task: TaskRef, block: Block) -> Result<u64> {
        let kept = self.insert(task, block);
        if let Some(slot) = kept.slot() {
            slot.settle_blocking().inspect_err(|_| self.withdraw(task, slot))?;
        }
        Ok(kept.bytes())
    }

    /// Drops a block unless another one has taken its place.
    fn withdraw(&self, task: TaskRef, slot: &Arc<Slot>) {
        let mut blocks = self.0.blocks.lock();
        let ours = blocks.by_task.get(&task).and_then(Kept::slot).is_some_and(|kept| Arc::ptr_eq(kept, slot));
        let removed = if ours { blocks.remove(task) } else { None };
        drop(blocks);
        drop(removed);
    }

    /// A handle on a block, with which it can be had even after the store has dropped it.
    pub fn find(&self, task: TaskRef) -> Option<Kept> {
        self.0.blocks.lock().by_task.get(&task).cloned()
    }

    /// A block, read back from its file when it is there; none when the store does not have it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when its file cannot be read.
    pub async fn get(&self, task: TaskRef) -> Result<Option<Block>> {
        match self.find(task) {
            None => Ok(None),
            Some(kept) => kept.get().await.map(Some),
        }
    }

    /// As [`Self::get`], reading on the calling thread: for compute threads.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_blocking(&self, task: TaskRef) -> Result<Option<Block>> {
        self.find(task).map(|kept| kept.get_blocking()).transpose()
    }

    /// A block when it is in memory; never waits.
    pub fn peek(&self, task: TaskRef) -> Option<Block> {
        self.find(task)?.peek()
    }

    /// The bytes a block takes in memory, wherever it is now; none when the store does not have it.
    pub fn bytes(&self, task: TaskRef) -> Option<u64> {
        self.0.blocks.lock().by_task.get(&task).map(Kept::bytes)
    }

    /// Whether the store has a block, in memory or in a file.
    pub fn contains(&self, task: TaskRef) -> bool {
        self.0.blocks.lock().by_task.contains_key(&task)
    }

    /// The names of all blocks, in order.
    pub fn tasks(&self) -> Vec<TaskRef> {
        self.0.blocks.lock().by_task.keys().copied().collect()
    }

    /// Drops a block and its file; whether there was one.
    pub fn remove(&self, task: TaskRef) -> bool {
        let removed = self.0.blocks.lock().remove(task);
        let had = removed.is_some();
        self.forget(removed);
        had
    }

    /// Drops all blocks of a job.
    pub fn remove_job(&self, job: JobId) {
        let tasks: Vec<TaskRef> =
            self.0.blocks.lock().by_task.range(tasks_of(job)).map(|(t, _)| *t).collect();
        for task in tasks {
            self.remove(task);
        }
    }

    /// Whether [`Self::make_room`] does anything about so many bytes.
    pub fn is_notable(&self, bytes: u64) -> bool {
        self.0.spill.is_notable(bytes)
    }

    /// Room for so many bytes beside the blocks, as [`Spill::make_room`].
    pub fn make_room(&self, bytes: u64, cancelled: impl Fn() -> bool) -> Option<Room> {
        self.0.spill.make_room(bytes, cancelled)
    }

    /// Drops blocks that are in files too from memory until `bytes` are free, or there are none; gives the bytes freed.
    /// Never waits and never writes: for those whom the ledger has denied memory.
    pub fn evict(&self, bytes: u64) -> u64 {
        self.0.spill.evict(bytes)
    }

    /// What the store holds now, and what it has done.
    pub fn usage(&self) -> StoreUsage {
        let mut usage = self.0.spill.usage();
        let blocks = self.0.blocks.lock();
        usage.blocks += blocks.small;
        usage.bytes += blocks.small_bytes;
        usage
    }

    /// The ledger that what the store holds is charged to.
    pub fn ledger(&self) -> &MemoryLedger {
        self.0.spill.ledger()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.spill.ledger().shrink(self.blocks.get_mut().small_bytes);
    }
}

/// All tasks of a job, as a range of names.
fn tasks_of(job: JobId) -> RangeInclusive<TaskRef> {
    let task = |id| TaskRef { job, task: TaskId(id) };
    task(0)..=task(u32::MAX)
}
