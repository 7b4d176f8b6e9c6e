//! One benchmark job with swath, on the data of `benches/peers/generate.py`; prints one JSON line as the peers do.
//!
//! `cargo bench --bench report -- JOB DATA [N] [--engine swath]`
//!
//! The engine `swath-cluster` is a scheduler and two single-threaded workers in processes of their own.
//!
//! In: a job's name and the folder of its data. Out: `{"job", "engine", "seconds", …answer}`. Starting the runtime is
//! not measured. `benches/peers/run.py` runs this beside other engines.

mod bag_topk;
mod cluster;
mod csv_groupby;
mod letters;
mod tasks;
mod tpch;

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Map, Value, json};
use swath::prelude::*;
use swath::{Error, Result};

use crate::cluster::Cluster;

const USAGE: &str = "usage: cargo bench --bench report -- JOB DATA [N] [--engine swath|swath-cluster|rayon]
  JOB   csv_groupby bag_topk letters tasks tree tpch
  DATA  the folder written by benches/peers/generate.py
  N     the number of tasks, for `tasks` and `tree`";

/// What a job is asked to do.
pub struct Request {
    job: String,
    engine: String,
    data: PathBuf,
    n: u64,
}

impl Request {
    /// A pattern of files below the data folder.
    fn glob(&self, pattern: &str) -> String {
        self.data.join(pattern).display().to_string()
    }
}

/// A job's answer: when its measured part began, and what it found.
pub type Answer = Result<(Instant, Value)>;

fn main() -> Result<()> {
    // The cluster's processes are this program.
    swath::init();
    let Some(request) = request()? else {
        // `cargo bench` without a job, and `cargo test --benches`, end here.
        println!("{USAGE}");
        return Ok(());
    };
    let cluster = (request.engine == "swath-cluster").then(Cluster::start).transpose()?;
    // The first computation starts the runtime's threads.
    delayed(tasks::inc).call((0,)).compute()?;
    let (start, answer) = run(&request, cluster.as_ref())?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", line(&request, seconds, answer));
    Ok(())
}

fn request() -> Result<Option<Request>> {
    let mut words = std::env::args().skip(1).filter(|a| a != "--bench");
    let mut engine = "swath".to_owned();
    let mut plain = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--engine" => {
                engine =
                    words.next().ok_or_else(|| Error::argument("--engine needs a name").with_help(USAGE))?;
            }
            _ => plain.push(word),
        }
    }
    let mut plain = plain.into_iter();
    let (Some(job), Some(data)) = (plain.next(), plain.next()) else { return Ok(None) };
    let n = match plain.next() {
        Some(n) => n.parse().map_err(|_| Error::argument(format!("N is not a number: '{n}'")))?,
        None => 0,
    };
    Ok(Some(Request { job, engine, data: data.into(), n }))
}

fn run(request: &Request, cluster: Option<&Cluster>) -> Answer {
    match (request.job.as_str(), request.engine.as_str()) {
        ("letters", "rayon") => letters::rayon(request),
        (_, engine) if engine != "swath" && cluster.is_none() => {
            Err(Error::unsupported(format!("the job {} has no engine '{engine}'", request.job))
                .with_help(USAGE))
        }
        ("csv_groupby", _) => csv_groupby::run(request),
        ("tpch", _) => tpch::run(request),
        ("bag_topk", _) => bag_topk::run(request),
        ("letters", _) => letters::swath(request),
        ("tasks", _) => match cluster {
            Some(cluster) => tasks::futures(request, cluster.client()),
            None => tasks::tasks(request),
        },
        ("tree", _) => tasks::tree(request),
        (job, _) => Err(Error::argument(format!("there is no job '{job}'")).with_help(USAGE)),
    }
}

/// The line that is printed; `us_per_task` follows when the answer counts tasks.
fn line(request: &Request, seconds: f64, answer: Value) -> Value {
    let mut line = Map::new();
    line.insert("job".into(), json!(request.job));
    line.insert("engine".into(), json!(request.engine));
    line.insert("seconds".into(), json!((seconds * 1e3).round() / 1e3));
    if let Value::Object(answer) = answer {
        line.extend(answer);
    }
    if let Some(n) = line.get("n").and_then(Value::as_f64).filter(|n| *n > 0.0) {
        line.insert("us_per_task".into(), json!((seconds / n * 1e8).round() / 100.0));
    }
    Value::Object(line)
}
