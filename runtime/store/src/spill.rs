//! Blocks that may be written to files when memory is short, by handles.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use parking_lot::{Condvar, Mutex};
use swath_aside::ScratchDir;
use swath_block::{Block, MemoryLedger};
use swath_error::{Error, ErrorKind, Result};

use crate::entries::{Entries, Entry, Id, Place};
use crate::file::FilePart;
use crate::readers::Readers;
use crate::{Slot, StoreOptions, StoreUsage, writer};

/// Share of the ledger's limit above which blocks are written, unless the options say otherwise.
const TARGET_PERCENT: u64 = 60;

/// The time after which a waiting writer looks again without being called: the ledger has other users.
const LOOK: Duration = Duration::from_millis(50);

/// A disk that has not answered for so long never will.
const PATIENCE: Duration = Duration::from_mins(5);

/// Keeps blocks in memory while there is room and in files otherwise. Cloning shares it.
///
/// ```
/// use swath_block::{Block, MemoryLedger};
/// use swath_store::{Spill, StoreOptions};
/// let spill = Spill::new(MemoryLedger::new(1_000_000), StoreOptions::default());
/// let slot = spill.keep(Block::value(vec![7u64; 1000]));
/// slot.settle_blocking()?;
/// assert_eq!(spill.usage().bytes, slot.bytes());
/// let block = slot.get_blocking()?;
/// assert_eq!(block.into_value()?.downcast::<Vec<u64>>()?.len(), 1000);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
pub struct Spill(Arc<Owner>);

/// Ends the writer's thread when the last handle goes.
struct Owner(Arc<Core>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.state.lock().closed = true;
        self.0.work.notify_all();
    }
}

/// What handles, slots, the writer and readers share.
pub(crate) struct Core {
    pub state: Mutex<State>,
    /// The writer has something to do.
    pub work: Condvar,
    /// There may be room.
    pub room: Condvar,
    pub ledger: MemoryLedger,
    pub target: u64,
    pub parent: PathBuf,
    pub folder: Mutex<Weak<ScratchDir>>,
    pub files: AtomicU64,
    /// Bytes that a waiting task needs beside the blocks.
    pub wanted: AtomicU64,
    readers: Readers,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub entries: Entries,
    /// Those who wait for room, and since when.
    pub waiting: Vec<(Id, Instant, oneshot::Sender<Result<()>>)>,
    /// Tasks that have room beside the blocks, and what those need that wait for it.
    pub rooms: usize,
    pub wanted: Vec<u64>,
    /// Whether the writer's thread is there.
    pub running: bool,
    pub closed: bool,
}

impl Spill {
    /// Blocks charged to `ledger`. Nothing is started and no folder made before memory is short.
    pub fn new(ledger: MemoryLedger, options: StoreOptions) -> Self {
        let target = options.target.unwrap_or_else(|| (ledger.limit() / 100).saturating_mul(TARGET_PERCENT));
        let core = Core {
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            ledger,
            target,
            parent: options.folder,
            folder: Mutex::default(),
            files: AtomicU64::new(0),
            wanted: AtomicU64::new(0),
            readers: Readers::default(),
        };
        Self(Arc::new(Owner(Arc::new(core))))
    }

    /// Keeps a block and charges it to the ledger, even past its limit; never waits. [`Slot::settle`] and
    /// [`Slot::settle_blocking`] hold the caller up until the limit is kept again.
    pub fn keep(&self, block: Block) -> Slot {
        let bytes = block.bytes();
        self.0.0.ledger.grow(bytes);
        self.keep_charged(block, bytes)
    }

    /// As [`Self::keep`], of a block that has been charged with so many bytes already.
    pub fn keep_charged(&self, block: Block, bytes: u64) -> Slot {
        let core = &self.0.0;
        let mut state = core.state.lock();
        let id = state.entries.insert(block, bytes);
        core.ensure_writer(&mut state);
        drop(state);
        Slot::new(core.clone(), id, bytes)
    }

    /// Drops blocks that are in files too from memory until `bytes` are free, or there are none; gives the bytes freed.
    /// Never waits and never writes: for those whom the ledger has denied memory.
    pub fn evict(&self, bytes: u64) -> u64 {
        let core = &self.0.0;
        let (blocks, freed) = core.state.lock().entries.drop_copies(bytes);
        core.ledger.shrink(freed);
        drop(blocks);
        core.room.notify_all();
        freed
    }

    /// What is kept now, and what has been done.
    pub fn usage(&self) -> StoreUsage {
        self.0.0.state.lock().entries.usage
    }

    /// The ledger that blocks are charged to.
    pub fn ledger(&self) -> &MemoryLedger {
        &self.0.0.ledger
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0.0
    }
}

impl fmt::Debug for Spill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spill({:?})", self.usage())
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Core")
    }
}

impl Core {
    pub fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Bytes above the target, or in the way of a task that waits for room.
    pub fn excess(&self) -> u64 {
        let wanted = self.wanted.load(Ordering::Relaxed);
        let target = if wanted == 0 { self.target } else { self.target.min(self.left_beside(wanted)) };
        self.ledger.used().saturating_sub(target)
    }

    fn is_within_limit(&self) -> bool {
        self.ledger.used() <= self.ledger.limit()
    }

    /// Has the writer look, when there is something for it to do.
    pub fn ensure_writer(self: &Arc<Self>, state: &mut State) {
        if self.excess() == 0 || state.closed {
            return;
        }
        if !state.running {
            state.running = writer::start(self);
        }
        self.work.notify_one();
    }

    /// Whether the one who put a block may go on: the limit is kept, or nothing can be done about it.
    pub fn verdict(&self, state: &State, id: Id, since: Instant) -> Option<Result<()>> {
        let entries = &state.entries;
        if self.is_within_limit() || !state.running || !entries.get(id).is_some_and(Entry::is_in_memory) {
            return Some(Ok(()));
        }
        if since.elapsed() > PATIENCE {
            let message = format!("{} has not taken a block for {PATIENCE:?}", self.parent.display());
            return Some(Err(no_room(&Error::new(ErrorKind::Io, message))));
        }
        if entries.writing > 0 {
            return None;
        }
        match &entries.failed {
            Some((error, _)) if entries.is_failing() => Some(Err(no_room(error))),
            _ if entries.has_candidates() => None,
            _ => Some(Ok(())),
        }
    }

    /// Waits until the limit is kept.
    pub fn settle_blocking(&self, id: Id) -> Result<()> {
        if self.is_within_limit() {
            return Ok(());
        }
        let since = Instant::now();
        let mut state = self.state.lock();
        loop {
            if let Some(verdict) = self.verdict(&state, id, since) {
                return verdict;
            }
            self.room.wait_for(&mut state, LOOK);
        }
    }

    /// As [`Self::settle_blocking`], without a thread.
    pub async fn settle(&self, id: Id) -> Result<()> {
        if self.is_within_limit() {
            return Ok(());
        }
        let receiver = {
            let mut state = self.state.lock();
            let now = Instant::now();
            if let Some(verdict) = self.verdict(&state, id, now) {
                return verdict;
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting.push((id, now, sender));
            self.work.notify_one();
            receiver
        };
        // A writer that is gone holds nobody up.
        receiver.await.unwrap_or(Ok(()))
    }

    /// The block when it is in memory.
    pub fn peek(&self, id: Id) -> Option<Block> {
        let mut state = self.state.lock();
        let block = match &state.entries.get(id)?.place {
            Place::Memory(block, _) | Place::Writing(block) => block.clone(),
            _ => return None,
        };
        state.entries.touch(id);
        Some(block)
    }

    /// The block, read on this thread when it is in a file.
    pub fn get_blocking(self: &Arc<Self>, id: Id) -> Result<Block> {
        match self.ask(id, false) {
            Asked::Here(block) => Ok(block),
            Asked::Read(part) => self.read(id, &part),
            Asked::Wait(receiver) => futures::executor::block_on(receiver).unwrap_or_else(|_| Err(gone())),
            Asked::Gone => Err(gone()),
        }
    }

    /// The block, read on another thread when it is in a file.
    pub async fn get(self: &Arc<Self>, id: Id) -> Result<Block> {
        match self.ask(id, true) {
            Asked::Here(block) => Ok(block),
            Asked::Wait(receiver) => receiver.await.unwrap_or_else(|_| Err(gone())),
            Asked::Read(_) | Asked::Gone => Err(gone()),
        }
    }

    fn ask(self: &Arc<Self>, id: Id, elsewhere: bool) -> Asked {
        let mut state = self.state.lock();
        let Some(entry) = state.entries.get_mut(id) else { return Asked::Gone };
        let part = match &mut entry.place {
            Place::Memory(block, _) | Place::Writing(block) => {
                let block = block.clone();
                state.entries.touch(id);
                return Asked::Here(block);
            }
            Place::Reading(_, waiting) => {
                let (sender, receiver) = oneshot::channel();
                waiting.push(sender);
                return Asked::Wait(receiver);
            }
            Place::File(part) => part.clone(),
        };
        if !elsewhere {
            entry.place = Place::Reading(part.clone(), Vec::new());
            return Asked::Read(part);
        }
        let (sender, receiver) = oneshot::channel();
        entry.place = Place::Reading(part.clone(), vec![sender]);
        drop(state);
        self.readers.read(self, id, part);
        Asked::Wait(receiver)
    }

    /// Reads a block that is marked as being read, for all who wait for it.
    pub fn read(self: &Arc<Self>, id: Id, part: &FilePart) -> Result<Block> {
        let bytes = self.state.lock().entries.get(id).map_or(0, |e| e.bytes);
        self.ledger.grow(bytes);
        let result = writer::guarded(|| part.read());
        let mut state = self.state.lock();
        let (waiting, charged) = match &result {
            Ok(block) => state.entries.was_read(id, block),
            Err(_) => (state.entries.was_not_read(id), false),
        };
        if !charged {
            self.ledger.shrink(bytes);
        }
        self.ensure_writer(&mut state);
        drop(state);
        for sender in waiting {
            // One who has stopped waiting needs no answer.
            drop(sender.send(result.clone()));
        }
        result
    }

    /// Takes a block out, with its charge: the caller's to give back.
    pub fn take_blocking(&self, id: Id) -> Result<(Block, u64)> {
        let entry = self.state.lock().entries.remove(id).ok_or_else(gone)?;
        let bytes = entry.bytes;
        match entry.place {
            Place::Memory(block, _) | Place::Writing(block) => Ok((block, bytes)),
            Place::File(part) | Place::Reading(part, _) => {
                self.ledger.grow(bytes);
                let block = writer::guarded(|| part.read());
                block.map(|b| (b, bytes)).inspect_err(|_| self.ledger.shrink(bytes))
            }
        }
    }

    /// Drops a block.
    pub fn remove(&self, id: Id) {
        let removed = self.state.lock().entries.remove(id);
        if let Some(entry) = removed
            && entry.is_in_memory()
        {
            self.ledger.shrink(entry.bytes);
            self.room.notify_all();
        }
    }
}

enum Asked {
    Here(Block),
    Read(FilePart),
    Wait(oneshot::Receiver<Result<Block>>),
    Gone,
}

fn gone() -> Error {
    Error::internal("a block was dropped while somebody waited for it")
}

fn no_room(cause: &Error) -> Error {
    Error::new(cause.kind(), format!("memory is full and blocks cannot be written to files: {cause}"))
        .with_help("free disk space, choose another folder for spilled blocks, or raise the memory limit")
}
