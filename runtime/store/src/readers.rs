//! A few threads that read blocks back for those who do not want to block; they end when there is nothing to read.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::entries::Id;
use crate::file::FilePart;
use crate::spill::Core;

/// Threads that read at the same time.
const MOST: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    wanted: VecDeque<(Id, FilePart)>,
    running: usize,
}

impl Readers {
    /// Has a block read that is marked as being read.
    pub fn read(&self, core: &Arc<Core>, id: Id, part: FilePart) {
        {
            let mut queue = self.0.lock();
            queue.wanted.push_back((id, part));
            if queue.running == MOST {
                return;
            }
            queue.running += 1;
        }
        let shared = core.clone();
        let work = move || shared.readers().work(&shared);
        if std::thread::Builder::new().name("swath-read".into()).spawn(work).is_err() {
            // Without a thread the caller does it.
            self.work(core);
        }
    }

    fn work(&self, core: &Arc<Core>) {
        loop {
            let next = {
                let mut queue = self.0.lock();
                let next = queue.wanted.pop_front();
                if next.is_none() {
                    queue.running -= 1;
                }
                next
            };
            let Some((id, part)) = next else { return };
            // Those who wait have been told.
            drop(core.read(id, &part));
        }
    }
}
