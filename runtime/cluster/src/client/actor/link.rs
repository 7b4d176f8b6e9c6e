//! The conversation with one worker about all its actors.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use swath_error::{Error, ErrorKind, Result};
use swath_flight::{Asker, Replies};
use swath_wire::ToActor;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::reply::Reply;
use super::shared::{self, Shared};

/// Calls of one conversation that may be unanswered; further ones wait.
const UNANSWERED: usize = 1 << 16;

/// Conversations by address.
#[derive(Debug, Default)]
pub(crate) struct Links(Mutex<HashMap<String, Weak<Link>>>);

impl Links {
    /// The conversation with a worker; begun when there is none.
    pub fn get(&self, shared: &Arc<Shared>, worker: &str, address: &str) -> Result<Arc<Link>> {
        let known = self.0.lock().get(address).and_then(Weak::upgrade);
        if let Some(link) = known.filter(|link| link.is_open()) {
            return Ok(link);
        }
        if let Some(dead) = shared.dead() {
            return Err(dead);
        }
        let (flight, to) = (shared.flight.clone(), address.to_owned());
        let begun = shared.block_on(async move { flight.converse(&to).await });
        let (asker, replies) = begun.map_err(|e| lost(worker, &e))?;
        let link = Arc::new(Link {
            worker: worker.to_owned(),
            state: Mutex::new(State { asker: Ok(asker), waiting: HashMap::new(), next: 0 }),
            room: Arc::new(Semaphore::new(UNANSWERED)),
        });
        shared.net.spawn(listen(Arc::downgrade(&link), replies));
        let mut all = self.0.lock();
        all.retain(|_, link| link.strong_count() > 0);
        all.insert(address.to_owned(), Arc::downgrade(&link));
        Ok(link)
    }

    /// Ends all conversations.
    pub fn close(&self, why: &Error) {
        let all = std::mem::take(&mut *self.0.lock());
        all.into_values().filter_map(|link| link.upgrade()).for_each(|link| link.die(why));
    }
}

/// One conversation.
#[derive(Debug)]
pub(crate) struct Link {
    worker: String,
    state: Mutex<State>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
struct State {
    /// Why nothing can be asked any more, otherwise.
    asker: Result<Asker>,
    waiting: HashMap<u32, (Arc<Reply>, OwnedSemaphorePermit)>,
    next: u32,
}

impl Link {
    fn is_open(&self) -> bool {
        self.state.lock().asker.is_ok()
    }

    /// Asks for something that is answered.
    pub fn ask(&self, request: impl FnOnce(u32) -> ToActor) -> Result<Arc<Reply>> {
        let room = match self.room.clone().try_acquire_owned() {
            Ok(room) => room,
            Err(_) => shared::wait(self.room.clone().acquire_owned())
                .map_err(|e| Error::internal(format!("no call can be made any more: {e}")))?,
        };
        let mut state = self.state.lock();
        state.asker.as_ref().map_err(Clone::clone)?;
        let number = state.next;
        state.next = number.wrapping_add(1);
        let reply = Arc::new(Reply::default());
        // Under the lock: what is asked first has the smaller number and is sent first.
        state.say(&request(number))?;
        state.waiting.insert(number, (reply.clone(), room));
        Ok(reply)
    }

    /// This side has a handle of the actor.
    pub fn attach(&self, actor: u64) -> Result<()> {
        self.state.lock().say(&ToActor::Attach(actor))
    }

    /// This side has no handle of the actor any more.
    pub fn detach(&self, actor: u64) {
        // A conversation that is over has no handles.
        let _ = self.state.lock().say(&ToActor::Detach(actor));
    }

    /// Everybody who waits is told why there will be no answer.
    fn die(&self, why: &Error) {
        let waiting = {
            let mut state = self.state.lock();
            if state.asker.is_ok() {
                state.asker = Err(why.clone());
            }
            std::mem::take(&mut state.waiting)
        };
        for (reply, _) in waiting.into_values() {
            reply.set(Err(why.clone()));
        }
    }
}

impl State {
    fn say(&self, request: &ToActor) -> Result<()> {
        let asker = self.asker.as_ref().map_err(Clone::clone)?;
        let bytes = postcard::to_stdvec(request)
            .map_err(|e| Error::internal(format!("a call cannot be encoded: {e}")).with_source(e))?;
        asker.ask(bytes)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.die(&Error::new(ErrorKind::Cluster, "the client is closed"));
    }
}

/// Hands answers over until the conversation is over.
async fn listen(link: Weak<Link>, mut replies: Replies) {
    let why = loop {
        match replies.next().await {
            Ok(Some((number, result))) => {
                let Some(link) = link.upgrade() else { return };
                let waiting = link.state.lock().waiting.remove(&number);
                if let Some((reply, _)) = waiting {
                    reply.set(result);
                }
            }
            Ok(None) => break Error::new(ErrorKind::Cluster, "it ended the conversation"),
            Err(error) => break error,
        }
    };
    if let Some(link) = link.upgrade() {
        link.die(&lost(&link.worker, &why));
    }
}

/// The error of all that was on a worker.
fn lost(worker: &str, why: &Error) -> Error {
    Error::new(
        ErrorKind::Cluster,
        format!("the worker {worker} is lost, and with it the state of its actors: {}", why.message()),
    )
    .with_help("an actor is not made again by itself: make a new one, and bring it to where it was")
}
