//! A worker of this process, from its start to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use swath_error::{Error, Result};
use swath_scheduler::WorkerId;
use tokio::sync::{Notify, watch};

use crate::WorkerOptions;
use crate::session::{End, Session};

/// Time between two attempts to find the scheduler.
const RETRY: Duration = Duration::from_millis(500);

/// How long a worker that begins anew tries to join once more.
const RENEWAL: Duration = Duration::from_secs(10);

/// A worker under way. Dropping it stops it.
#[derive(Debug)]
pub struct Worker {
    id: WorkerId,
    address: String,
    signals: Arc<Signals>,
    ended: watch::Receiver<Option<Result<()>>>,
}

#[derive(Debug, Default)]
struct Signals {
    stop: Notify,
    leave: Notify,
    restart: AtomicBool,
}

impl Worker {
    /// Joins the cluster of the options' scheduler and works on threads of this process.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when there is no scheduler, or it refuses this worker and says why;
    /// [`swath_error::ErrorKind::Io`] when the data plane's address cannot be had; those of [`WorkerOptions::check`].
    pub async fn start(options: WorkerOptions) -> Result<Self> {
        options.check()?;
        let net = crate::runtime()?;
        let first = {
            let options = options.clone();
            net.spawn(async move { open(&options).await }).await
        };
        let first = first.map_err(|e| Error::internal(format!("a worker could not be started: {e}")))??;
        let (id, address) = (first.id, first.address.clone());
        let signals = Arc::new(Signals::default());
        let (over, ended) = watch::channel(None);
        let heard = signals.clone();
        net.spawn(async move {
            let result = serve(first, &options, &heard).await;
            let _ = over.send(Some(result));
        });
        Ok(Self { id, address, signals, ended })
    }

    /// Its number in the cluster it joined first.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// Where it answers other workers and clients.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends it at once; what it holds is lost. One that was told to leave says what that is.
    pub fn stop(&self) {
        self.signals.stop.notify_one();
    }

    /// Asks it to hand over what it holds and to end then. While no other worker is there it goes on for as long as its
    /// options say, if anything of it is still wanted.
    pub fn leave(&self) {
        self.signals.leave.notify_one();
    }

    /// Whether it ended for its process to be started anew.
    pub fn wants_restart(&self) -> bool {
        self.signals.restart.load(Ordering::SeqCst)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended, unless that was asked for.
    pub async fn wait(&self) -> Result<()> {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or(Ok(())),
            Err(_) => Err(Error::internal("a worker ended without saying why")),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Looks for the scheduler as long as the options say.
async fn open(options: &WorkerOptions) -> Result<Session> {
    let start = Instant::now();
    loop {
        match Session::open(options).await {
            Err(error) if start.elapsed() + RETRY < options.patience => {
                drop(error);
                tokio::time::sleep(RETRY).await;
            }
            result => return result,
        }
    }
}

async fn serve(mut session: Session, options: &WorkerOptions, signals: &Signals) -> Result<()> {
    loop {
        match session.serve(options, &signals.stop, &signals.leave).await {
            End::Stopped | End::GivenUp => return Ok(()),
            End::Renewed if options.supervised => {
                signals.restart.store(true, Ordering::SeqCst);
                return Ok(());
            }
            End::Renewed => {
                let again = WorkerOptions { patience: options.patience.max(RENEWAL), ..options.clone() };
                session = open(&again).await?;
            }
            End::Lost(error) if options.patience.is_zero() => return Err(error),
            End::Lost(error) => {
                let opened = tokio::select! {
                    opened = open(options) => opened,
                    // Without a cluster there is nobody to hand anything over to.
                    () = signals.stop.notified() => return Ok(()),
                    () = signals.leave.notified() => return Ok(()),
                };
                session = opened.map_err(|again| again.context(error.to_string()))?;
            }
        }
    }
}
