//! What is known about blocks: here, on the way, or wanted; and who needs them.

use std::collections::BTreeMap;

use swath_scheduler::{Input, TaskRef, WorkerId};

/// A block that is here or wanted here.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they come in any combination"
)]
pub(crate) struct BlockState {
    /// Its size, as far as it is known.
    pub bytes: u64,
    /// It is in the store.
    pub here: bool,
    /// It stays until the scheduler releases it: a result, or a copy that was reported.
    pub kept: bool,
    /// It is to be kept once it is here.
    pub keep: bool,
    /// The scheduler ordered a copy and waits for the answer.
    pub ordered: bool,
    /// Attempts that have not begun and read it.
    pub readers: Vec<TaskRef>,
    /// Who has it, as far as the scheduler said.
    pub holders: Vec<WorkerId>,
    /// Who was asked in vain.
    pub tried: Vec<WorkerId>,
    /// Whose queue it is in.
    pub queued: Option<WorkerId>,
    /// Who has been asked for it.
    pub asked: Option<WorkerId>,
}

impl BlockState {
    /// Whether nobody here needs it.
    pub fn is_idle(&self) -> bool {
        !self.kept && !self.ordered && self.readers.is_empty()
    }

    /// Takes in what an order says about it.
    pub fn learn(&mut self, input: &Input) {
        if !self.here {
            self.bytes = input.bytes;
            self.keep |= input.keep;
            let new = input.holders.iter().filter(|h| !self.holders.contains(h)).copied().collect::<Vec<_>>();
            self.holders.extend(new);
        }
    }

    /// Whether it is neither here nor about to be.
    pub fn is_sought(&self) -> bool {
        !self.here && self.queued.is_none() && self.asked.is_none()
    }
}

/// All blocks that are here or wanted here.
pub(crate) type Blocks = BTreeMap<TaskRef, BlockState>;
