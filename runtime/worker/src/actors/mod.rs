//! Actors: state that stays on this worker, and the calls of its methods.
//!
//! In: what clients say over conversations of the data plane. Out: what methods return. The calls of one actor run one
//! after another in the order in which they came, on threads beside the compute threads, so that neither keeps the other
//! waiting. An actor lives as long as some conversation has a handle of it; it is never moved and never made again.

mod actor;
mod talk;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use parking_lot::Mutex;
use swath_error::{Error, ErrorKind, Result};

use crate::desk::Desk;
use actor::Actor;

pub(crate) use talk::talk;

/// The actors of a worker.
#[derive(Debug)]
pub(crate) struct Actors {
    all: Mutex<HashMap<u64, Held>>,
    next: AtomicU64,
}

/// An actor, and how many conversations have a handle of it.
#[derive(Debug)]
struct Held {
    actor: Arc<Actor>,
    conversations: usize,
}

impl Actors {
    /// None yet. Numbers do not come again in another worker at the same address.
    pub fn new() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let first = u64::try_from(since.as_nanos()).unwrap_or(0);
        Self { all: Mutex::default(), next: AtomicU64::new(first) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.lock().len()
    }

    /// A new actor without a state, with one handle.
    fn add(&self, desk: &Arc<Desk>) -> (u64, Arc<Actor>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let actor = Arc::new(Actor::new(desk));
        self.all.lock().insert(number, Held { actor: actor.clone(), conversations: 1 });
        (number, actor)
    }

    fn get(&self, number: u64) -> Result<Arc<Actor>> {
        self.all.lock().get(&number).map(|held| held.actor.clone()).ok_or_else(|| {
            Error::new(ErrorKind::Cluster, "the actor is not there any more: its last handle was dropped")
                .with_help("keep a handle of an actor while tasks or other clients use it")
        })
    }

    /// One more conversation has a handle; whether there is such an actor.
    fn attach(&self, number: u64) -> bool {
        let mut all = self.all.lock();
        let held = all.get_mut(&number);
        held.map(|held| held.conversations += 1).is_some()
    }

    /// A conversation has no handle any more: without any, the state goes when its calls have been made.
    fn detach(&self, number: u64) {
        let mut all = self.all.lock();
        let Some(held) = all.get_mut(&number) else { return };
        held.conversations -= 1;
        if held.conversations == 0
            && let Some(held) = all.remove(&number)
        {
            drop(all);
            held.actor.end();
        }
    }
}
