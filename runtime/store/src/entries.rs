//! What the store knows about each block: where it is, and which one was used longest ago. Plain data behind one lock.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use swath_block::Block;
use swath_error::{Error, Result};

use crate::StoreUsage;
use crate::file::FilePart;

/// Smaller blocks are not worth a place in a file.
const SMALLEST: u64 = 512;

/// Bytes that are written in one go, so that many small blocks share a file.
const BATCH: u64 = 16 << 20;

/// After the disk has failed nothing is written for so long.
pub(crate) const RESPITE: Duration = Duration::from_secs(1);

/// Names a block within one store; never used twice.
pub(crate) type Id = u64;

#[derive(Debug)]
pub(crate) struct Entry {
    /// Bytes it takes in memory.
    pub bytes: u64,
    pub place: Place,
    /// Its place in the order of use; none when it cannot be written to a file.
    turn: Option<u64>,
}

/// Where a block is.
#[derive(Debug)]
pub(crate) enum Place {
    /// In memory, and maybe in a file too.
    Memory(Block, Option<FilePart>),
    /// In memory, being written to a file.
    Writing(Block),
    File(FilePart),
    /// In a file, being read; those who wait for it.
    Reading(FilePart, Vec<oneshot::Sender<Result<Block>>>),
}

/// All blocks of a store.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    by_id: HashMap<Id, Entry>,
    /// Blocks that may be written, those used longest ago first.
    by_turn: BTreeMap<u64, Id>,
    next: u64,
    pub usage: StoreUsage,
    /// Blocks being written.
    pub writing: usize,
    /// Why the last write failed, and when.
    pub failed: Option<(Error, Instant)>,
}

/// What the writer is to do next.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// To be written.
    pub write: Vec<(Id, Block)>,
    /// In files already: dropping them frees memory.
    pub drop: Vec<Block>,
    /// Bytes of those.
    pub dropped: u64,
}

/// What became of a block by the time it was written.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is only in the file now; the block and its bytes.
    Freed(Block, u64),
    /// Somebody holds it: it is in memory too.
    InUse,
    /// It was dropped meanwhile.
    Unwanted(FilePart),
}

impl Entries {
    pub fn insert(&mut self, block: Block, bytes: u64) -> Id {
        self.next += 1;
        let id = self.next;
        let turn = (bytes >= SMALLEST).then(|| self.new_turn(id));
        self.by_id.insert(id, Entry { bytes, place: Place::Memory(block, None), turn });
        self.usage.blocks += 1;
        self.usage.bytes += bytes;
        id
    }

    pub fn get(&self, id: Id) -> Option<&Entry> {
        self.by_id.get(&id)
    }

    pub fn get_mut(&mut self, id: Id) -> Option<&mut Entry> {
        self.by_id.get_mut(&id)
    }

    /// Takes a block out.
    pub fn remove(&mut self, id: Id) -> Option<Entry> {
        let entry = self.by_id.remove(&id)?;
        if let Some(turn) = entry.turn {
            self.by_turn.remove(&turn);
        }
        if entry.is_in_memory() {
            self.usage.blocks -= 1;
            self.usage.bytes -= entry.bytes;
        } else {
            self.usage.spilled_blocks -= 1;
            self.usage.spilled_bytes -= entry.bytes;
        }
        Some(entry)
    }

    fn new_turn(&mut self, id: Id) -> u64 {
        self.next += 1;
        self.by_turn.insert(self.next, id);
        self.next
    }

    /// The block has just been used.
    pub fn touch(&mut self, id: Id) {
        let Some(turn) = self.by_id.get(&id).and_then(|e| e.turn) else { return };
        self.by_turn.remove(&turn);
        let turn = self.new_turn(id);
        if let Some(entry) = self.by_id.get_mut(&id) {
            entry.turn = Some(turn);
        }
    }

    /// The block cannot be written, now or ever.
    pub fn pin(&mut self, id: Id) {
        if let Some(turn) = self.by_id.get_mut(&id).and_then(|e| e.turn.take()) {
            self.by_turn.remove(&turn);
        }
    }

    /// Whether the disk failed a short time ago.
    pub fn is_failing(&self) -> bool {
        self.failed.as_ref().is_some_and(|(_, at)| at.elapsed() < RESPITE)
    }

    /// Whether there is a block whose writing would free memory.
    pub fn has_candidates(&self) -> bool {
        self.by_turn.values().any(|id| self.by_id.get(id).is_some_and(Entry::is_idle))
    }

    /// Takes the blocks used longest ago until `excess` bytes are covered, or a batch is full; those to be written are
    /// marked.
    pub fn round(&mut self, excess: u64) -> Round {
        let mut round = Round::default();
        let mut covered = 0;
        let mut writing = 0;
        let failing = self.is_failing();
        for id in self.by_turn.values() {
            if covered >= excess || writing >= BATCH {
                break;
            }
            let Some(entry) = self.by_id.get_mut(id).filter(|e| e.is_idle()) else { continue };
            let Place::Memory(block, copy) = &mut entry.place else { continue };
            match copy.take() {
                Some(part) => {
                    round.drop.push(std::mem::take(block));
                    round.dropped += entry.bytes;
                    entry.place = Place::File(part);
                    self.usage.moved_out(entry.bytes);
                }
                None if failing => continue,
                None => {
                    let block = std::mem::take(block);
                    round.write.push((*id, block.clone()));
                    entry.place = Place::Writing(block);
                    writing += entry.bytes;
                }
            }
            covered += entry.bytes;
        }
        self.writing += round.write.len();
        round
    }

    /// Takes blocks that are in files too out of memory until `bytes` are covered; the blocks, and their bytes.
    pub fn drop_copies(&mut self, bytes: u64) -> (Vec<Block>, u64) {
        let (mut blocks, mut freed) = (Vec::new(), 0);
        for id in self.by_turn.values() {
            let Some(entry) = self.by_id.get_mut(id).filter(|e| e.is_idle()) else { continue };
            if freed >= bytes {
                break;
            }
            if let Place::Memory(block, copy) = &mut entry.place
                && let Some(part) = copy.take()
            {
                blocks.push(std::mem::take(block));
                freed += entry.bytes;
                entry.place = Place::File(part);
                self.usage.moved_out(entry.bytes);
            }
        }
        (blocks, freed)
    }

    /// A block has been written. Gives back what is to be dropped without the lock.
    pub fn written(&mut self, id: Id, part: FilePart) -> Written {
        self.writing -= 1;
        self.usage.written += part.length();
        let Some(entry) = self.by_id.get_mut(&id) else { return Written::Unwanted(part) };
        let Place::Writing(block) = &mut entry.place else { return Written::Unwanted(part) };
        let block = std::mem::take(block);
        if block.is_shared() {
            // Somebody asked for it meanwhile.
            entry.place = Place::Memory(block, Some(part));
            return Written::InUse;
        }
        entry.place = Place::File(part);
        self.usage.moved_out(entry.bytes);
        Written::Freed(block, entry.bytes)
    }

    /// A block has not been written.
    pub fn not_written(&mut self, id: Id) {
        self.writing -= 1;
        if let Some(entry) = self.by_id.get_mut(&id)
            && let Place::Writing(block) = &mut entry.place
        {
            entry.place = Place::Memory(std::mem::take(block), None);
        }
    }

    /// A block is in memory again; whether it is still one of ours, and those who wait for it.
    pub fn was_read(&mut self, id: Id, block: &Block) -> (Vec<oneshot::Sender<Result<Block>>>, bool) {
        let Some(entry) = self.by_id.get_mut(&id) else { return (Vec::new(), false) };
        let Place::Reading(part, waiting) = &mut entry.place else { return (Vec::new(), false) };
        let waiting = std::mem::take(waiting);
        self.usage.read += part.length();
        self.usage.moved_in(entry.bytes);
        entry.place = Place::Memory(block.clone(), Some(part.clone()));
        self.touch(id);
        (waiting, true)
    }

    /// A block could not be read; it stays where it was.
    pub fn was_not_read(&mut self, id: Id) -> Vec<oneshot::Sender<Result<Block>>> {
        let Some(entry) = self.by_id.get_mut(&id) else { return Vec::new() };
        let Place::Reading(part, waiting) = &mut entry.place else { return Vec::new() };
        let waiting = std::mem::take(waiting);
        entry.place = Place::File(part.clone());
        waiting
    }
}

impl Entry {
    pub fn is_in_memory(&self) -> bool {
        matches!(self.place, Place::Memory(..) | Place::Writing(_))
    }

    /// In memory, and nobody else holds it.
    fn is_idle(&self) -> bool {
        matches!(&self.place, Place::Memory(block, _) if !block.is_shared())
    }
}

impl StoreUsage {
    fn moved_out(&mut self, bytes: u64) {
        self.blocks -= 1;
        self.bytes -= bytes;
        self.spilled_blocks += 1;
        self.spilled_bytes += bytes;
    }

    fn moved_in(&mut self, bytes: u64) {
        self.blocks += 1;
        self.bytes += bytes;
        self.spilled_blocks -= 1;
        self.spilled_bytes -= bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(n: usize) -> Block {
        Block::value(vec![0u8; n])
    }

    #[test]
    fn the_least_recently_used_go_first_and_those_in_use_not_at_all() {
        let mut entries = Entries::default();
        let ids: Vec<Id> = (0..4).map(|_| entries.insert(block(1000), 1000)).collect();
        entries.insert(block(10), 10);
        entries.touch(ids[0]);
        let Place::Memory(held, _) = &entries.get(ids[1]).unwrap().place else { panic!() };
        let held = held.clone();
        let order = |round: Round| round.write.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(order(entries.round(1500)), [ids[2], ids[3]]);
        assert_eq!(order(entries.round(u64::MAX)), [ids[0]]);
        assert!(!entries.has_candidates());
        drop(held);
        assert!(entries.has_candidates());
        entries.pin(ids[1]);
        assert!(!entries.has_candidates());
    }
}
