//! A conversation with a client, or with another worker's tasks, about actors.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use swath_error::{Error, Result};
use swath_flight::{Answers, Conversation};
use swath_wire::ToActor;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::actor::{Reply, Turn};
use super::{Actors, Desk};

/// One conversation; its handles go with it.
struct Talk {
    actors: Arc<Actors>,
    desk: Arc<Desk>,
    attached: BTreeSet<u64>,
    replies: UnboundedSender<Reply>,
}

/// Talks until the other side ends the conversation or is gone.
pub(crate) async fn talk(actors: Arc<Actors>, desk: Arc<Desk>, conversation: Conversation) -> Result<()> {
    let (mut requests, mut answers) = conversation.split();
    let (replies, mut ready) = unbounded_channel();
    let mut talk = Talk { actors, desk, attached: BTreeSet::new(), replies };
    loop {
        tokio::select! {
            request = requests.next() => match request {
                Some(request) => talk.hear(&request)?,
                None => return Ok(()),
            },
            Some(reply) = ready.recv() => answer(&mut answers, reply, &mut ready).await?,
        }
    }
}

/// Sends what is ready.
async fn answer(answers: &mut Answers, first: Reply, ready: &mut UnboundedReceiver<Reply>) -> Result<()> {
    let mut next = Some(first);
    while let Some((number, result)) = next {
        answers.answer(number, result).await?;
        next = ready.try_recv().ok();
    }
    answers.flush().await
}

impl Talk {
    fn hear(&mut self, request: &Bytes) -> Result<()> {
        let request = postcard::from_bytes(request).map_err(|e| {
            Error::data(format!("a request to an actor cannot be decoded: {e}")).with_source(e)
        })?;
        let to = self.replies.clone();
        match request {
            ToActor::Make { answer, constructor, arguments } => {
                let (number, actor) = self.actors.add(&self.desk);
                self.attached.insert(number);
                actor.push(Turn::Make { actor: number, constructor, arguments, answer, to });
                self.desk.beat();
            }
            ToActor::Call { answer, actor, method, arguments } => match self.actors.get(actor) {
                Ok(actor) => actor.push(Turn::Call { method, arguments, answer, to }),
                // This side of the channel is there for as long as this is.
                Err(error) => drop(to.send((answer, Err(error)))),
            },
            ToActor::Attach(actor) => {
                if !self.attached.contains(&actor) && self.actors.attach(actor) {
                    self.attached.insert(actor);
                }
            }
            ToActor::Detach(actor) => {
                if self.attached.remove(&actor) {
                    self.actors.detach(actor);
                    self.desk.beat();
                }
            }
        }
        Ok(())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        for actor in std::mem::take(&mut self.attached) {
            self.actors.detach(actor);
        }
    }
}
