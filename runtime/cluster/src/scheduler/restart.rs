//! Beginning anew: all work is stopped, all results are forgotten, and every worker is replaced by a new one.

use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::{Event, JobId, WorkerId};
use swath_wire::{Renewal, ToClient, ToWorker};

use super::hub::{Asker, Hub};

/// Workers named in a refusal.
const NAMED: usize = 5;

impl Hub {
    /// Stops everything and tells the workers to begin anew; answered when the old ones are gone. Locks, queues, events and
    /// variables stay.
    pub fn restart(&mut self, asker: Asker) {
        if let Err(error) = self.check_renewal() {
            return self.answer(asker, Err(error));
        }
        self.forget_everything();
        let workers: Vec<WorkerId> =
            self.workers.iter().filter(|(_, link)| link.outbox.is_some()).map(|(id, _)| *id).collect();
        for id in &workers {
            if let Some(link) = self.workers.get_mut(id) {
                (link.retiring, link.renewing) = (true, true);
                link.out.push(ToWorker::Restart);
            }
            self.step(Event::Halted(*id, true));
        }
        if workers.is_empty() {
            return self.answer(asker, Ok(swath_wire::Answer::Done));
        }
        self.retiring.push((asker, workers.into_iter().collect()));
    }

    /// Refuses when there are workers that nobody would start again.
    fn check_renewal(&self) -> Result<()> {
        let fixed = self.workers.values().filter(|link| link.offer.renewal == Renewal::None);
        let mut names: Vec<&str> = fixed.map(|link| link.peer.name.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "nobody would start these workers again: {}{more}; nothing was stopped",
                names.join(", ")
            ),
        )
        .with_help("start workers without --no-supervisor, or end these and start others by hand"))
    }

    /// Stops all jobs, and forgets their results, datasets and data that no job has claimed.
    fn forget_everything(&mut self) {
        let why = Error::cancelled("the cluster was restarted");
        let mut jobs: Vec<JobId> = std::mem::take(&mut self.detached).into_iter().collect();
        for link in self.clients.values_mut() {
            jobs.extend(std::mem::take(&mut link.jobs));
            link.delivered.clear();
            link.out.push(ToClient::Cancelled(why.clone()));
        }
        jobs.extend(self.forget_datasets());
        self.unclaimed.clear();
        jobs.sort_unstable();
        jobs.dedup();
        for job in &jobs {
            self.step(Event::Cancel(*job, why.clone()));
        }
        for job in jobs {
            self.step(Event::Forget(job));
        }
    }
}
