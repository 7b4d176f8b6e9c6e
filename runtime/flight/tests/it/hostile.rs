//! Peers that send nonsense: errors for what they sent, and the others are served as before.

use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_client::FlightServiceClient;
use arrow_flight::flight_service_server::{FlightService, FlightServiceServer};
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use parking_lot::Mutex;
use swath_block::Block;
use swath_flight::FlightClient;
use tonic::transport::Channel;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

use crate::{all, array, is_array, options, serve, store, task, tasks};

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }

    /// Some bytes of it changed, cut off or added.
    fn spoil(&mut self, bytes: &Bytes) -> Bytes {
        let mut bytes = bytes.to_vec();
        match self.next(4) {
            0 if !bytes.is_empty() => bytes.truncate(self.next(bytes.len())),
            1 => bytes.extend((0..self.next(20)).map(|i| i as u8)),
            _ if !bytes.is_empty() => {
                let at = self.next(bytes.len());
                bytes[at] = self.next(256) as u8;
            }
            _ => {}
        }
        bytes.into()
    }

    fn spoil_one(&mut self, messages: &mut [FlightData]) {
        let at = self.next(messages.len());
        let message = &mut messages[at];
        match self.next(3) {
            0 => message.data_header = self.spoil(&message.data_header),
            1 => message.app_metadata = self.spoil(&message.app_metadata),
            _ => message.data_body = self.spoil(&message.data_body),
        }
    }
}

/// A client that sends what it is told to.
async fn raw(address: &str) -> FlightServiceClient<Channel> {
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    FlightServiceClient::new(endpoint.connect().await.unwrap())
}

/// What a server sends for a mix of blocks.
async fn honest() -> Vec<FlightData> {
    let store = store();
    store.put(task(0), Block::value("small".to_owned()));
    store.put(task(1), array(1, 20_000));
    store.put(task(2), Block::Tuple([array(2, 10), Block::value("x".repeat(100_000))].into()));
    let (server, address) = serve(&store, &options()).await;
    let mut client = raw(&address).await;
    let ours = FlightClient::new(&options()).unwrap();
    let ticket = seen_ticket(&ours).await;
    let messages = client.do_get(ticket).await.unwrap().into_inner();
    let messages = messages.map(Result::unwrap).collect().await;
    server.stop().await;
    messages
}

/// The ticket that a client sends for three blocks.
async fn seen_ticket(client: &FlightClient) -> Ticket {
    let fake = Fake::default();
    let tickets = fake.tickets.clone();
    let (address, serving) = fake.serve();
    drop(all(client.fetch(&address, &tasks(3))).await);
    serving.abort();
    let ticket = tickets.lock().pop();
    ticket.unwrap()
}

#[tokio::test]
async fn tickets_and_blocks_that_make_no_sense() {
    let store = store();
    store.put(task(5), array(5, 100));
    let (_server, address) = serve(&store, &options()).await;
    let mut peer = raw(&address).await;
    let mut numbers = Numbers(1);
    let client = FlightClient::new(&options()).unwrap();
    let ticket = seen_ticket(&client).await.ticket;
    for _ in 0..100 {
        let spoilt = Ticket { ticket: numbers.spoil(&ticket) };
        if let Ok(stream) = peer.do_get(spoilt).await {
            // Another ticket by chance: it is answered.
            drop(stream.into_inner().collect::<Vec<_>>().await);
        }
    }
    let messages = honest().await;
    for _ in 0..200 {
        let mut spoilt = messages.clone();
        numbers.spoil_one(&mut spoilt);
        // Without names nothing of it can be kept.
        let answer = peer.do_put(futures::stream::iter(spoilt)).await;
        assert!(answer.is_err(), "blocks without names were taken");
    }
    assert_eq!(store.tasks(), [task(5)]);
    let got = all(client.fetch(&address, &[task(5)])).await;
    assert!(is_array(got[&task(5)].as_ref().unwrap().as_ref().unwrap(), 5, 100));
}

#[tokio::test]
async fn answers_that_make_no_sense() {
    let messages = honest().await;
    let client = FlightClient::new(&options()).unwrap();
    let fake = Fake::default();
    let said = fake.answers.clone();
    let (address, serving) = fake.serve();
    said.lock().clone_from(&messages);
    let got = all(client.fetch(&address, &tasks(3))).await;
    assert!(got.values().all(|block| matches!(block, Ok(Some(_)))), "the honest answer is one");
    let mut numbers = Numbers(2);
    for round in 0..400 {
        let mut spoilt = messages.clone();
        match round % 4 {
            0 => spoilt.truncate(numbers.next(messages.len())),
            1 => spoilt.swap(numbers.next(messages.len()), numbers.next(messages.len())),
            _ => numbers.spoil_one(&mut spoilt),
        }
        *said.lock() = spoilt;
        let got = tokio::time::timeout(Duration::from_secs(30), all(client.fetch(&address, &tasks(3)))).await;
        assert_eq!(got.unwrap().len(), 3, "each block is answered for once");
    }
    serving.abort();
}

/// A server that says what it is told to.
#[derive(Clone, Default)]
struct Fake {
    answers: Arc<Mutex<Vec<FlightData>>>,
    tickets: Arc<Mutex<Vec<Ticket>>>,
}

impl Fake {
    fn serve(self) -> (String, tokio::task::JoinHandle<()>) {
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = incoming.local_addr().unwrap().to_string();
        let server = tonic::transport::Server::builder().add_service(FlightServiceServer::new(self));
        (address, tokio::spawn(async move { drop(server.serve_with_incoming(incoming).await) }))
    }
}

type Answers<T> = BoxStream<'static, Result<T, Status>>;

#[tonic::async_trait]
impl FlightService for Fake {
    type HandshakeStream = Answers<HandshakeResponse>;
    type ListFlightsStream = Answers<FlightInfo>;
    type DoGetStream = Answers<FlightData>;
    type DoPutStream = Answers<PutResult>;
    type DoExchangeStream = Answers<FlightData>;
    type DoActionStream = Answers<arrow_flight::Result>;
    type ListActionsStream = Answers<ActionType>;

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Self::DoGetStream>, Status> {
        self.tickets.lock().push(request.into_inner());
        let answers = self.answers.lock().clone();
        Ok(Response::new(futures::stream::iter(answers.into_iter().map(Ok)).boxed()))
    }

    async fn do_put(&self, _: Request<Streaming<FlightData>>) -> Result<Response<Self::DoPutStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Result<Response<Self::ListFlightsStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<FlightInfo>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_schema(&self, _: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn do_exchange(
        &self,
        _: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoExchangeStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn do_action(&self, _: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Self::ListActionsStream>, Status> {
        Err(Status::unimplemented(""))
    }
}
