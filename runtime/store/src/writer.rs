//! The one thread that writes blocks to files; it ends when memory has not been short for a while.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use swath_aside::ScratchDir;
use swath_block::Block;
use swath_error::{Error, Result};

use crate::entries::{Id, Round, Written};
use crate::file::{NotWritten, Writing};
use crate::spill::{Core, State};

/// While memory is short and nothing can be written, how often it looks again: blocks come out of use without a sign.
const LOOK: Duration = Duration::from_millis(50);

/// Without anything to do the thread ends after so long.
const IDLE: Duration = Duration::from_secs(5);

/// Starts the writer; false when there can be no thread.
pub(crate) fn start(core: &Arc<Core>) -> bool {
    let core = core.clone();
    let work = move || {
        let mut over = Over { core, ended: false };
        over.core.work();
        over.ended = true;
    };
    std::thread::Builder::new().name("swath-spill".into()).spawn(work).is_ok()
}

/// When the thread ends before its time nobody waits for it any longer.
struct Over {
    core: Arc<Core>,
    ended: bool,
}

impl Drop for Over {
    fn drop(&mut self) {
        if !self.ended {
            self.core.leave(&mut self.core.state.lock());
        }
    }
}

/// A call that may run a user's code, with its panics as errors.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(Error::internal("a block's encoding panicked")))
}

impl Core {
    fn work(&self) {
        while let Some(Round { write, drop: copies, dropped }) = self.next_round() {
            self.ledger.shrink(dropped);
            drop(copies);
            if !write.is_empty() {
                self.write(write);
            }
            self.tell();
        }
    }

    /// Waits for something to do; none when the thread is to end.
    fn next_round(&self) -> Option<Round> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                self.leave(&mut state);
                return None;
            }
            let excess = self.excess();
            let round = if excess > 0 { state.entries.round(excess) } else { Round::default() };
            if !round.write.is_empty() || !round.drop.is_empty() {
                return Some(round);
            }
            self.tell_locked(&mut state);
            let quiet = excess == 0 && state.waiting.is_empty();
            let waited = self.work.wait_for(&mut state, if quiet { IDLE } else { LOOK });
            if quiet && waited.timed_out() && self.excess() == 0 && state.waiting.is_empty() {
                // Said under the lock, so that whoever puts the next block starts another one.
                self.leave(&mut state);
                return None;
            }
        }
    }

    /// There is no writer from now on.
    fn leave(&self, state: &mut State) {
        state.running = false;
        state.waiting.clear();
        self.room.notify_all();
    }

    /// Lets those go on who need not wait any longer.
    fn tell(&self) {
        self.tell_locked(&mut self.state.lock());
    }

    fn tell_locked(&self, state: &mut State) {
        self.room.notify_all();
        for (id, since, sender) in std::mem::take(&mut state.waiting) {
            match self.verdict(state, id, since) {
                // One who has stopped waiting needs no answer.
                Some(verdict) => drop(sender.send(verdict)),
                None => state.waiting.push((id, since, sender)),
            }
        }
    }

    fn write(&self, blocks: Vec<(Id, Block)>) {
        let mut blocks = blocks.into_iter();
        let failure = match self.begin() {
            Err(error) => Some(error),
            Ok(mut file) => blocks.find_map(|(id, block)| self.write_one(&mut file, id, block)),
        };
        let Some(error) = failure else { return };
        let mut state = self.state.lock();
        state.entries.failed = Some((error, Instant::now()));
        for (id, _) in blocks.as_slice() {
            state.entries.not_written(*id);
        }
    }

    /// Writes a block; the error of the disk, when it has failed.
    fn write_one(&self, file: &mut Writing, id: Id, block: Block) -> Option<Error> {
        let written = catch_unwind(AssertUnwindSafe(|| file.add(&block))).unwrap_or(Err(NotWritten::Block));
        // Ours must be gone when it is asked whether anybody else holds it.
        drop(block);
        let mut state = self.state.lock();
        match written {
            Ok(part) => {
                let outcome = state.entries.written(id, part);
                drop(state);
                match outcome {
                    Written::Freed(block, bytes) => {
                        self.ledger.shrink(bytes);
                        drop(block);
                    }
                    Written::Unwanted(part) => drop(part),
                    Written::InUse => {}
                }
                None
            }
            Err(NotWritten::Block) => {
                state.entries.not_written(id);
                state.entries.pin(id);
                None
            }
            Err(NotWritten::Disk(error)) => {
                state.entries.not_written(id);
                Some(error)
            }
        }
    }

    /// A new file, in the private folder that there is or a new one.
    fn begin(&self) -> Result<Writing> {
        let there = self.folder.lock().upgrade();
        let folder = if let Some(folder) = there {
            folder
        } else {
            let made = Arc::new(ScratchDir::create(&self.parent)?);
            *self.folder.lock() = Arc::downgrade(&made);
            made
        };
        Writing::begin(folder, self.files.fetch_add(1, Ordering::Relaxed))
    }
}
