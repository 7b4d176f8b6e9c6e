//! Telling the scheduler how a worker ended.

use swath_error::Result;
use swath_wire::{Dialer, Greeting, Identity, Obituary, Role};

/// Says how a worker ended. A scheduler that cannot be told notices the loss itself.
///
/// # Errors
/// [`swath_error::ErrorKind::Cluster`] when the scheduler is not there.
pub(super) fn report(scheduler: &str, identity: Option<&Identity>, obituary: Obituary) -> Result<()> {
    let (scheduler, identity) = (scheduler.to_owned(), identity.cloned());
    let told = swath_worker::runtime()?.spawn(async move {
        let dialer = Dialer::new(identity.as_ref())?;
        let mut socket = dialer.dial(&scheduler).await?;
        let me = Greeting { build: crate::build()?, role: Role::Supervisor(obituary) };
        dialer.greet(&scheduler, &mut socket, &me).await.map(drop)
    });
    swath_execute::block_on(told)
        .unwrap_or_else(|e| Err(swath_error::Error::internal(format!("a report was cut short: {e}"))))
}
