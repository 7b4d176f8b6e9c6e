//! What a client says to a worker about actors, over a conversation of the data plane. Answers are blocks by number.

use serde::{Deserialize, Serialize};

use crate::Blob;

/// From a client to the worker that keeps the actors. What is said first is done first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToActor {
    /// Make an actor; answered with its number there, as a value. The client has a handle of it then.
    Make {
        /// The number of the answer.
        answer: u32,
        /// The constructor's name.
        constructor: String,
        /// Its written arguments.
        arguments: Blob,
    },
    /// Call a method; answered with what it returns.
    Call {
        /// The number of the answer.
        answer: u32,
        /// Which actor.
        actor: u64,
        /// The method's name.
        method: String,
        /// Its written arguments.
        arguments: Blob,
    },
    /// The client has got a handle of an actor from elsewhere.
    Attach(u64),
    /// The client has no handle of an actor any more; without any handle its state goes.
    Detach(u64),
}
