//! One stay in a cluster: from the handshake to the end of the connection. A worker that comes back is a new one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use swath_block::{MemoryLedger, give_back_freed};
use swath_error::{Error, ErrorKind, Result};
use swath_flight::{FlightClient, FlightOptions, FlightServer, Tls};
use swath_scheduler::WorkerId;
use swath_store::{Store, StoreOptions};
use swath_wire::{
    Connection, Dialer, FromWorker, Greeting, Identity, Incoming, Outbox, Renewal, Role, Socket, ToWorker,
    Welcome, WorkerOffer,
};

use crate::actors::Actors;
use crate::core::{Event, Limits, WorkerCore};
use crate::desk::{Desk, Order, Setup};
use crate::memory::{Verdict, Watch};
use crate::serve::Shelf;
use crate::{WorkerOptions, compute};
use swath_execute::held_memory;

/// Time between two looks at the process's memory.
const LOOK: Duration = Duration::from_millis(100);

/// Looks between two heartbeats.
const LOOKS: u64 = 5;

/// A worker that a scheduler has taken in.
pub(crate) struct Session {
    pub id: WorkerId,
    pub address: String,
    desk: Arc<Desk>,
    shelf: Arc<Shelf>,
    server: FlightServer,
    incoming: Incoming<Socket, ToWorker>,
    outbox: Outbox,
}

/// Why a session is over.
pub(crate) enum End {
    /// The scheduler or the owner said so.
    Stopped,
    /// The owner said so, or nobody took over what it holds: that is lost.
    GivenUp,
    /// It is to begin anew.
    Renewed,
    /// The scheduler is gone, or does not want this worker any more.
    Lost(Error),
}

/// How the data plane is set up for an identity.
pub fn flight_options(identity: Option<&Identity>) -> FlightOptions {
    let tls = identity.cloned().map(|i| Tls {
        authority: i.authority,
        certificate: i.certificate,
        key: i.key,
        name: i.name,
    });
    FlightOptions { tls, ..FlightOptions::default() }
}

impl Session {
    /// Joins the cluster.
    pub async fn open(options: &WorkerOptions) -> Result<Self> {
        let dialer = Dialer::new(options.identity.as_ref())?;
        let mut socket = dialer.dial(&options.scheduler).await?;
        let ledger = MemoryLedger::new(options.memory_limit);
        let store = Store::new(ledger, StoreOptions::default().folder(&options.local_dir));
        let flight_options = flight_options(options.identity.as_ref());
        let flight = FlightClient::new(&flight_options)?;
        let actors = Arc::new(Actors::new());
        let shelf = Arc::new(Shelf::new(store.clone(), actors.clone()));
        let server = FlightServer::start(options.listen, shelf.clone(), &flight_options).await?;
        let address = contact(options, &server);
        let me =
            Greeting { build: options.build.clone(), role: Role::Worker(Box::new(offer(options, &address))) };
        let (id, ttl) = match dialer.greet(&options.scheduler, &mut socket, &me).await? {
            Welcome::Worker { id, ttl } => (id, Duration::from_micros(ttl)),
            Welcome::Client { .. } => {
                return Err(Error::new(ErrorKind::Cluster, "the scheduler took this worker for a client"));
            }
            Welcome::Noted => {
                return Err(Error::new(
                    ErrorKind::Cluster,
                    "the scheduler took this worker for a supervisor",
                ));
            }
        };
        let (incoming, outbox) = Connection::open_direct(socket, ttl);
        let limits = Limits::new(u32::try_from(options.threads).unwrap_or(u32::MAX), options.memory_limit);
        let desk = Desk::new(Setup {
            scheduler: options.scheduler.clone(),
            identity: options.identity.clone(),
            core: WorkerCore::new(id, limits),
            threads: options.threads,
            store,
            flight,
            net: tokio::runtime::Handle::current(),
            outbox: outbox.clone(),
            actors,
        });
        shelf.open(desk.clone());
        compute::start(&desk)?;
        Ok(Self { id, address, desk, shelf, server, incoming, outbox })
    }

    /// Works until the end. `stop` ends it at once, `leave` once its results are elsewhere.
    pub async fn serve(
        mut self,
        options: &WorkerOptions,
        stop: &tokio::sync::Notify,
        leave: &tokio::sync::Notify,
    ) -> End {
        let sender = tokio::spawn(self.desk.clone().send_in_time());
        let beat = tokio::spawn(heartbeat(self.desk.clone(), options.clone()));
        let desk = self.desk.clone();
        let overdue = desk.departure.overdue(&options.name, options.retire_timeout);
        let ask_to_leave = async {
            loop {
                leave.notified().await;
                desk.report(FromWorker::Leaving);
            }
        };
        let end = tokio::select! {
            end = listen(&self.desk, &mut self.incoming) => end,
            () = overdue => End::GivenUp,
            () = stop.notified() => End::GivenUp,
            () = ask_to_leave => End::Stopped,
        };
        if matches!(end, End::GivenUp) {
            desk.departure.give_up(&options.name);
        }
        beat.abort();
        sender.abort();
        if !matches!(end, End::Lost(_)) {
            self.desk.report(FromWorker::Bye(None));
        }
        self.shelf.close();
        self.desk.end();
        self.outbox.close();
        self.server.stop().await;
        end
    }
}

async fn listen(desk: &Arc<Desk>, incoming: &mut Incoming<Socket, ToWorker>) -> End {
    loop {
        match incoming.next().await {
            Ok(Some(messages)) => match desk.hear(messages) {
                Some(Order::Stop) => return End::Stopped,
                Some(Order::Restart) => return End::Renewed,
                None => {}
            },
            Ok(None) => {
                return End::Lost(Error::new(ErrorKind::Cluster, "the scheduler closed the connection"));
            }
            Err(error) => return End::Lost(error.context("the connection to the scheduler")),
        }
    }
}

/// Says how the worker is doing, watches the process's memory and its lifetime.
async fn heartbeat(desk: Arc<Desk>, options: WorkerOptions) {
    let born = Instant::now();
    let mut watch = Watch::new(options.memory_limit);
    let mut leaving = false;
    for look in 0u64.. {
        if options.owns_process {
            let held = held(&watch);
            heed(&desk, &options, watch.look(held, desk.is_running(), Instant::now()));
        }
        if look.is_multiple_of(LOOKS) {
            desk.report(FromWorker::Heartbeat(desk.metrics()));
        }
        if !leaving && options.lifetime.is_some_and(|lifetime| born.elapsed() >= lifetime) {
            leaving = true;
            desk.report(FromWorker::Leaving);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the process holds. Near the limit, what was freed and not given back does not count: it is given back first.
fn held(watch: &Watch) -> u64 {
    let held = held_memory(None);
    if !watch.is_much(held) {
        return held;
    }
    give_back_freed();
    held_memory(None)
}

/// Does what a look at the memory led to.
fn heed(desk: &Arc<Desk>, options: &WorkerOptions, verdict: Verdict) {
    if verdict.evict > 0 {
        // How much could be written is seen at the next look.
        let _ = desk.store.evict(verdict.evict);
    }
    if let Some(halted) = verdict.halted {
        desk.tell([Event::Halted(halted)]);
    }
    if let Some(bytes) = verdict.warn {
        eprintln!(
            "swath worker {}: {} MiB of its limit of {} MiB are held by neither results nor tasks; it goes on with what \
             is left, and slowly. Raise --memory-limit.",
            options.name,
            bytes >> 20,
            options.memory_limit >> 20,
        );
    }
}

/// Where others reach this worker. The scheduler replaces an unspecified host by the one it was called from.
fn contact(options: &WorkerOptions, server: &FlightServer) -> String {
    let address = server.address();
    match &options.contact {
        Some(host) => format!("{host}:{}", address.port()),
        None => address.to_string(),
    }
}

fn offer(options: &WorkerOptions, address: &str) -> WorkerOffer {
    WorkerOffer {
        name: options.name.clone(),
        address: address.to_owned(),
        pid: std::process::id(),
        slots: u32::try_from(options.threads.max(1)).unwrap_or(u32::MAX),
        memory_limit: options.memory_limit,
        resources: options.resources.clone(),
        operations: options.operations.clone(),
        supervised: options.supervised,
        renewal: match (options.supervised, options.owns_process) {
            (true, _) => Renewal::Process,
            (false, false) => Renewal::Guest,
            (false, true) => Renewal::None,
        },
    }
}
