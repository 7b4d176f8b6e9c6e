//! Getting results from the workers that hold them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_graph::TaskId;
use swath_scheduler::{TaskRef, WorkerId};
use swath_wire::FromClient;

use super::delivered;
use super::jobs::JobRecord;
use super::shared::Shared;

/// How often a result may turn out not to be where it was said to be.
const ATTEMPTS: u32 = 10;

/// Who asks for so few results asks for more like them soon.
const LISTENED: usize = 16;

/// Results asked of a worker in one request.
const REQUEST: usize = 4096;

/// An output of a job.
pub(crate) type Wanted = (Arc<JobRecord>, TaskId);

/// The blocks of outputs, in order; waits until all exist. Fails with the first that fails.
pub(crate) async fn blocks(shared: Arc<Shared>, wanted: Vec<Wanted>) -> Result<Vec<Block>> {
    let mut blocks: Vec<Option<Block>> = wanted.iter().map(|_| None).collect();
    let mut missing: Vec<usize> = (0..wanted.len()).collect();
    for _ in 0..ATTEMPTS {
        let places = places(&shared, &wanted, &missing, &mut blocks).await?;
        if wanted.len() <= LISTENED {
            for worker in places.keys() {
                delivered::listen_to(&shared, *worker);
            }
        }
        missing = fetch(&shared, &wanted, places, &mut blocks).await;
        if missing.is_empty() {
            let lost = || Error::internal("a result was lost on its way");
            return blocks.into_iter().map(|b| b.ok_or_else(lost)).collect();
        }
    }
    let task = missing.first().and_then(|i| wanted.get(*i)).map(|(record, task)| record.source(*task));
    Err(Error::new(
        ErrorKind::Cluster,
        format!("a result could not be fetched in {ATTEMPTS} attempts: {task:?}"),
    ))
}

/// Where the missing ones are, by worker; those that were delivered are taken.
async fn places(
    shared: &Shared,
    wanted: &[Wanted],
    missing: &[usize],
    blocks: &mut [Option<Block>],
) -> Result<BTreeMap<WorkerId, Vec<usize>>> {
    let mut places: BTreeMap<WorkerId, Vec<usize>> = BTreeMap::new();
    for at in missing {
        let Some((record, task)) = wanted.get(*at) else { continue };
        let (worker, _) = std::future::poll_fn(|cx| record.poll_place(*task, cx)).await?;
        if let Some(slot) = blocks.get_mut(*at) {
            *slot = shared.delivered.take(record.source(*task));
            if slot.is_some() {
                continue;
            }
        }
        places.entry(worker).or_default().push(*at);
    }
    Ok(places)
}

/// Fetches from all workers at once; gives what was not there.
async fn fetch(
    shared: &Arc<Shared>,
    wanted: &[Wanted],
    places: BTreeMap<WorkerId, Vec<usize>>,
    blocks: &mut [Option<Block>],
) -> Vec<usize> {
    let requests = places.into_iter().flat_map(|(worker, all)| {
        let parts: Vec<Vec<usize>> = all.chunks(REQUEST).map(<[usize]>::to_vec).collect();
        parts.into_iter().map(move |part| (worker, part))
    });
    let mut running: FuturesUnordered<_> =
        requests.map(|(worker, part)| one_worker(shared.clone(), wanted, worker, part)).collect();
    let mut missing = Vec::new();
    while let Some((worker, got, lacking)) = running.next().await {
        for (at, block) in got {
            if let Some(slot) = blocks.get_mut(at) {
                *slot = Some(block);
            }
        }
        for (at, gone) in lacking {
            if let Some((record, task)) = wanted.get(at) {
                record.not_at(*task, worker);
                let raw = TaskRef { job: record.job, task: *task };
                if let Err(error) = shared.send(&[FromClient::Unreachable(raw, worker, gone)]) {
                    record.failed(&[*task], &error);
                }
            }
            missing.push(at);
        }
    }
    missing
}

/// What came from a worker, and what did not: the latter with whether the worker said that it does not have it.
type Got = (WorkerId, Vec<(usize, Block)>, Vec<(usize, bool)>);

async fn one_worker(shared: Arc<Shared>, wanted: &[Wanted], worker: WorkerId, part: Vec<usize>) -> Got {
    let mut by_name: HashMap<TaskRef, Vec<usize>> = HashMap::with_capacity(part.len());
    let mut names = Vec::with_capacity(part.len());
    for at in part {
        let Some((record, task)) = wanted.get(at) else { continue };
        let name = record.source(*task);
        let places = by_name.entry(name).or_default();
        if places.is_empty() {
            names.push(name);
        }
        places.push(at);
    }
    let (mut got, mut lacking) = (Vec::new(), Vec::new());
    if let Some(address) = shared.address_of(worker) {
        let mut stream = shared.flight.fetch(&address, &names);
        while let Some((name, block)) = stream.next().await {
            let Some(places) = by_name.remove(&name) else { continue };
            match block {
                Ok(Some(block)) => got.extend(places.into_iter().map(|at| (at, block.clone()))),
                Ok(None) => lacking.extend(places.into_iter().map(|at| (at, true))),
                Err(_) => lacking.extend(places.into_iter().map(|at| (at, false))),
            }
        }
    }
    lacking.extend(by_name.into_values().flatten().map(|at| (at, false)));
    (worker, got, lacking)
}
