//! One actor: its state, and the turns that wait for it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;
use swath_block::Block;
use swath_error::{Error, Result};
use swath_execute::panicked;
use swath_tasks::{State, method_named};
use swath_wire::Blob;
use tokio::sync::mpsc::UnboundedSender;

use crate::desk::Desk;
use crate::run;

/// An answer with the number it was asked by.
pub(super) type Reply = (u32, Result<Block>);

/// Something to be done with the state.
pub(super) enum Turn {
    /// Make it; the answer is the actor's number.
    Make { actor: u64, constructor: String, arguments: Blob, answer: u32, to: UnboundedSender<Reply> },
    /// Call a method.
    Call { method: String, arguments: Blob, answer: u32, to: UnboundedSender<Reply> },
    /// Drop it.
    End,
}

/// An actor.
pub(super) struct Actor {
    desk: Arc<Desk>,
    turns: Mutex<Turns>,
    /// Locked by whoever takes the turns, which is one thread at a time.
    state: Mutex<Option<State>>,
}

#[derive(Default)]
struct Turns {
    waiting: VecDeque<Turn>,
    /// A thread takes turns.
    busy: bool,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor").field("waiting", &self.turns.lock().waiting.len()).finish_non_exhaustive()
    }
}

impl Actor {
    pub fn new(desk: &Arc<Desk>) -> Self {
        Self { desk: desk.clone(), turns: Mutex::default(), state: Mutex::new(None) }
    }

    /// Adds a turn; a thread takes it when those before it are over.
    pub fn push(self: &Arc<Self>, turn: Turn) {
        let mut turns = self.turns.lock();
        turns.waiting.push_back(turn);
        if !std::mem::replace(&mut turns.busy, true) {
            let actor = self.clone();
            self.desk.net.spawn_blocking(move || actor.work());
        }
    }

    /// The state goes when the turns before are over.
    pub fn end(self: &Arc<Self>) {
        self.push(Turn::End);
    }

    fn work(self: Arc<Self>) {
        loop {
            let turn = {
                let mut turns = self.turns.lock();
                let Some(turn) = turns.waiting.pop_front() else {
                    turns.busy = false;
                    return;
                };
                turn
            };
            self.take(turn);
        }
    }

    fn take(&self, turn: Turn) {
        // Who asked may be gone.
        match turn {
            Turn::Make { actor, constructor, arguments, answer, to } => {
                let made = self.guarded(|| method_named(&constructor)?.create(arguments.as_ref()));
                let made = made.map(|state| *self.state.lock() = Some(state));
                let _ = to.send((answer, made.map(|()| Block::value(actor))));
            }
            Turn::Call { method, arguments, answer, to } => {
                let mut state = self.state.lock();
                let called = self.guarded(|| {
                    let state =
                        state.as_mut().ok_or_else(|| Error::argument("the actor could not be made"))?;
                    method_named(&method)?.call(&mut **state, arguments.as_ref())
                });
                drop(state);
                let _ = to.send((answer, called));
            }
            Turn::End => {
                let state = self.state.lock().take();
                // Its end is nobody's answer.
                let _ = self.guarded(|| {
                    drop(state);
                    Ok(())
                });
            }
        }
    }

    /// Runs what the user wrote: a panic is an error. It may reach the cluster as a task does.
    fn guarded<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        run::beside_tasks(&self.desk, || {
            catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(panicked(panic)))
        })
    }
}
