//! A scheduler of this process, from its start to its end.

use std::net::SocketAddr;
use std::sync::Arc;

use swath_error::{Error, Result};
use swath_wire::{Dialer, listen};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::doorman::Doorman;
use super::hub::Hub;
use super::inbound::Inbound;
use super::mailbox::Mailbox;
use super::options::SchedulerOptions;

/// A scheduler under way. Dropping it ends it.
#[derive(Debug)]
pub struct SchedulerServer {
    address: SocketAddr,
    mailbox: Stopper,
    accepting: AbortHandle,
    ended: watch::Receiver<bool>,
    file: Option<std::path::PathBuf>,
}

struct Stopper(Arc<Mailbox>);

impl std::fmt::Debug for Stopper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailbox")
    }
}

impl SchedulerServer {
    /// Listens, and schedules on a thread of its own.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when the address is in use or cannot be bound, or the scheduler file cannot be
    /// written; [`swath_error::ErrorKind::InvalidArgument`] for certificates that cannot be read, and for an address that
    /// other machines can reach without any.
    pub async fn start(options: SchedulerOptions) -> Result<Self> {
        options.check()?;
        let net = swath_worker::runtime()?;
        let dialer = Dialer::new(options.identity.as_ref())?;
        let wanted = options.listen;
        let listener = net.spawn(async move { listen(wanted).await }).await;
        let listener = listener.map_err(|e| Error::internal(format!("cannot listen: {e}")))??;
        let address = listener.local_addr().map_err(|e| Error::io(wanted, e))?;
        if let Some(path) = &options.scheduler_file {
            crate::scheduler_file::write(path, &address.to_string())?;
        }
        let mailbox = Arc::new(Mailbox::default());
        let doorman = Arc::new(Doorman {
            mailbox: mailbox.clone(),
            dialer,
            build: options.build.clone(),
            ttl: options.ttl,
            patience: options.patience,
            allowed_failures: options.allowed_failures,
        });
        let accepting = net.spawn(accept(listener, doorman)).abort_handle();
        let (over, ended) = watch::channel(false);
        let (file, taken) = (options.scheduler_file.clone(), mailbox.clone());
        let hub = move || {
            Hub::new(options).work(&taken);
            let _ = over.send(true);
        };
        std::thread::Builder::new()
            .name("swath-scheduler".into())
            .spawn(hub)
            .map_err(|e| Error::io("cannot start the scheduler's thread", e))?;
        Ok(Self { address, mailbox: Stopper(mailbox), accepting, ended, file })
    }

    /// The address it listens at, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells everybody that it ends, and ends.
    pub fn stop(&self) {
        self.accepting.abort();
        self.mailbox.0.put_now(Inbound::Stop);
    }

    /// Waits for its end.
    pub async fn wait(&self) {
        let mut ended = self.ended.clone();
        let _ = ended.wait_for(|over| *over).await;
    }
}

impl Drop for SchedulerServer {
    fn drop(&mut self) {
        self.stop();
        if let Some(file) = &self.file {
            // Whoever removed it before wanted it gone too.
            let _ = std::fs::remove_file(file);
        }
    }
}

async fn accept(listener: TcpListener, doorman: Arc<Doorman>) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                tokio::spawn(doorman.clone().serve(stream, from.ip()));
            }
            // Out of file descriptors, mostly: what is open may close meanwhile.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}
