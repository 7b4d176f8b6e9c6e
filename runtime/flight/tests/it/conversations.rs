//! Requests in order, answers as they are ready.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_flight::{BlockSource, Conversation, FlightClient, FlightServer};
use swath_scheduler::TaskRef;

use crate::{array, is_array, options, serve, store};

/// Answers each request of one byte with so many thousands of numbers; refuses a zero, and ends at a 255.
struct Arrays;

#[async_trait]
impl BlockSource for Arrays {
    async fn get(&self, _: TaskRef) -> Result<Option<Block>> {
        Ok(None)
    }

    async fn converse(&self, conversation: Conversation) -> Result<()> {
        let (mut requests, mut answers) = conversation.split();
        let mut number = 0;
        while let Some(request) = requests.next().await {
            let result = match request.first() {
                Some(0) => Err(Error::argument("a zero")),
                Some(255) => return Err(Error::data("the end")),
                n => Ok(array(number, 1000 * usize::from(*n.unwrap()))),
            };
            answers.answer(number, result).await?;
            answers.flush().await?;
            number += 1;
        }
        Ok(())
    }
}

#[tokio::test]
async fn requests_are_answered_by_number() {
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(Arrays), &options()).await.unwrap();
    let client = FlightClient::new(&options()).unwrap();
    let (asker, mut replies) = client.converse(&server.address().to_string()).await.unwrap();
    for n in [1u8, 200, 0, 3] {
        asker.ask(vec![n]).unwrap();
    }
    for (number, thousands) in (0u32..).zip([1usize, 200, 0, 3]) {
        let (n, result) = replies.next().await.unwrap().unwrap();
        assert_eq!(n, number);
        match thousands {
            0 => assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument),
            _ => assert!(is_array(&result.unwrap(), number, 1000 * thousands)),
        }
    }
    asker.ask(vec![255]).unwrap();
    let end = replies.next().await.unwrap_err();
    assert!(end.to_string().contains("the end"), "{end}");
}

#[tokio::test]
async fn a_conversation_ends_with_either_side() {
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(Arrays), &options()).await.unwrap();
    let client = FlightClient::new(&options()).unwrap();
    let address = server.address().to_string();
    let (asker, mut replies) = client.converse(&address).await.unwrap();
    drop(asker);
    assert!(replies.next().await.unwrap().is_none());
    let (_asker, mut replies) = client.converse(&address).await.unwrap();
    server.stop().await;
    let ended = tokio::time::timeout(Duration::from_secs(20), replies.next()).await.unwrap();
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Cluster);
}

#[tokio::test]
async fn who_does_not_talk_says_so() {
    let (_server, address) = serve(&store(), &options()).await;
    let client = FlightClient::new(&options()).unwrap();
    let (_asker, mut replies) = client.converse(&address).await.unwrap();
    assert_eq!(replies.next().await.unwrap_err().kind(), ErrorKind::Unsupported);
    let nobody = client.converse("127.0.0.1:1").await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Cluster);
}
