//! What goes wrong, and when.

use swath_scheduler::{Event, WorkerId};
use swath_worker_core as worker;

use crate::cluster::{Cluster, Happening, Outcome, SCHEDULER};
use crate::random::Random;

/// What may go wrong in a game.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    kills: u32,
    hangs: u32,
    lost_blocks: u32,
    halts: u32,
    retirements: u32,
    joins: u32,
    slow_links: u32,
    /// Time between two of them.
    every: u64,
}

impl Plan {
    /// One game in four has none of what loses data.
    pub fn new(random: &mut Random) -> Self {
        let calm = random.one_in(4);
        let mut some = |most: u64| if calm { 0 } else { random.below(most) as u32 };
        let (kills, hangs, lost_blocks) = (some(4), some(3), some(7));
        Self {
            kills,
            hangs,
            lost_blocks,
            halts: random.below(3) as u32,
            retirements: random.below(3) as u32,
            joins: random.below(3) as u32,
            slow_links: random.below(4) as u32,
            every: 200 + random.below(20_000),
        }
    }

    /// Whether nothing is lost and nothing done twice.
    pub fn is_harmless(&self) -> bool {
        self.kills == 0 && self.hangs == 0 && self.lost_blocks == 0
    }

    /// Whether this block gets lost on its way. They are counted down to one, so that a plan with losses stays one.
    pub fn fetch_fails(&mut self, random: &mut Random) -> bool {
        let fails = self.lost_blocks > 1 && random.one_in(10);
        self.lost_blocks -= u32::from(fails);
        fails
    }
}

impl Cluster {
    /// The next misfortune, some time from now.
    pub fn plan_fault(&mut self) {
        let delay = 1 + self.random.below(self.plan.every);
        self.after(delay, Happening::Fault);
    }

    pub fn fault(&mut self) -> Outcome {
        if self.client.is_finished() {
            return Ok(());
        }
        self.plan_fault();
        let nodes: Vec<WorkerId> = self.nodes.values().filter(|n| !n.fenced).map(|n| n.id).collect();
        let Some(id) = self.random.pick(&nodes) else { return self.join() };
        let some_stay = nodes.len() > 1;
        match self.random.below(7) {
            0 if self.plan.kills > 1 => {
                self.plan.kills -= 1;
                self.kill(id);
            }
            1 if self.plan.hangs > 1 => {
                self.plan.hangs -= 1;
                self.hang(id);
            }
            2 if self.plan.halts > 0 => {
                self.plan.halts -= 1;
                let delay = 1 + self.random.below(20_000);
                self.after(delay, Happening::Relax(id));
                return self.reach(id, Happening::ToWorker, worker::Event::Halted(true));
            }
            3 if self.plan.retirements > 0 && some_stay => {
                self.plan.retirements -= 1;
                return self.tell(Event::Retire(id));
            }
            4 if self.plan.joins > 0 => {
                self.plan.joins -= 1;
                return self.join();
            }
            5 if self.plan.slow_links > 0 => {
                self.plan.slow_links -= 1;
                // To another worker, or to or from the scheduler.
                let other = self.random.pick(&nodes).filter(|other| *other != id).unwrap_or(SCHEDULER);
                let until = self.now + 1 + self.random.below(30_000);
                let link = if self.random.one_in(2) { (id, other) } else { (other, id) };
                self.slow.insert(link, until);
            }
            _ => {}
        }
        Ok(())
    }

    /// A worker is gone at once; the scheduler hears of it later, after what the worker had said.
    fn kill(&mut self, id: WorkerId) {
        self.nodes.remove(&id);
        self.lose(id);
    }

    fn lose(&mut self, id: WorkerId) {
        self.gone.insert(id);
        self.summary.lost += 1;
        self.send(id, SCHEDULER, Happening::ToScheduler(Event::WorkerLost(id)));
        if self.random.one_in(2) || self.nodes.values().all(|n| n.fenced) {
            let delay = self.random.below(5000);
            // It comes back as a new worker.
            self.after(delay, Happening::WakeUp(SCHEDULER));
        }
    }

    /// A worker stops, is taken to be lost, and speaks up later: nobody listens.
    fn hang(&mut self, id: WorkerId) {
        let pause = 1 + self.random.below(20_000);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.hangs_until = self.now + pause;
            node.fenced = pause > 3000;
            if node.fenced {
                self.after(pause + 20_000, Happening::WakeUp(id));
                self.lose(id);
            }
        }
    }

    /// A worker joins in place of a lost one, or one that hung finds out that nobody listens and ends.
    pub fn wake_up(&mut self, id: WorkerId) -> Outcome {
        if id == SCHEDULER {
            return self.join();
        }
        self.nodes.remove(&id);
        Ok(())
    }
}
