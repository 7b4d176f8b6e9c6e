//! One array block of 1 GiB between two processes on this machine: over Flight and over a bare TCP connection, turn by
//! turn in one run. Prints the times, their ratio, and by how much each side's peak memory exceeds the block itself; then
//! how long one small value takes, and how many of them come in a second.
//!
//! `cargo bench -p swath-flight --bench loopback`; `SWATH_BENCH_MIB` sets another size, `SWATH_BENCH_ROUNDS` the number of
//! turns (5). The best turn of each counts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use swath_block::{Block, Chunk, MemoryLedger};
use swath_flight::{FlightClient, FlightOptions, FlightServer};
use swath_graph::TaskId;
use swath_scheduler::{JobId, TaskRef};
use swath_store::{Store, StoreOptions};

type Error = Box<dyn std::error::Error>;

const TASK: TaskRef = small(0);

/// Small values, from place 1 on.
const SMALL: u32 = 100_000;

const fn small(n: u32) -> TaskRef {
    TaskRef { job: JobId(1), task: TaskId(n) }
}

/// Bytes handed to the kernel at once over the bare connection.
const PIECE: usize = 1 << 20;

fn main() -> Result<(), Error> {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|a| a == "--test") {
        return Ok(());
    }
    if std::env::args().any(|a| a == "serve") { serve() } else { compare() }
}

fn variable(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn bytes() -> usize {
    variable("SWATH_BENCH_MIB", 1024) << 20
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// The serving process: says its addresses, then answers each line of its input with its memory.
fn serve() -> Result<(), Error> {
    let values: Vec<f64> = (0..bytes() / 8).map(|i| i as f64).collect();
    let shape = [values.len()];
    let chunk = Chunk::from_vec(values, &shape)?;
    let store = Store::new(MemoryLedger::new(u64::MAX), StoreOptions::default());
    store.put(TASK, Block::from(chunk.clone()));
    for n in 1..=SMALL {
        store.put(small(n), Block::value(u64::from(n)));
    }
    let runtime = runtime()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let plain = listener.local_addr()?;
    let _plain = std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            // A receiver that is gone ends its own turn.
            drop(chunk.as_bytes().map(|bytes| bytes.chunks(PIECE).try_for_each(|b| socket.write_all(b))));
        }
    });
    let options = FlightOptions::default();
    let server =
        runtime.block_on(FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(store), &options))?;
    println!("{} {plain}", server.address());
    for line in std::io::stdin().lines() {
        match line?.as_str() {
            "reset" => println!("{}", reset_peak()?),
            _ => println!("{}", peak()?),
        }
    }
    Ok(())
}

/// The serving process as the other one sees it.
struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start() -> Result<(Self, String), Error> {
        let program = std::env::current_exe()?;
        let mut child =
            Command::new(program).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut peer = Self { child, input, output };
        let addresses = peer.read()?;
        Ok((peer, addresses))
    }

    fn read(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    fn ask(&mut self, what: &str) -> Result<u64, Error> {
        writeln!(self.input, "{what}")?;
        Ok(self.read()?.parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One transfer: how long it took, and by how many bytes it raised each side's peak above the block.
#[derive(Clone, Copy)]
struct Turn {
    time: Duration,
    here: u64,
    there: u64,
}

fn compare() -> Result<(), Error> {
    let (mut peer, addresses) = Peer::start()?;
    let (address, plain) = addresses.split_once(' ').ok_or("no addresses")?;
    let plain: SocketAddr = plain.parse()?;
    let runtime = runtime()?;
    let client = FlightClient::new(&FlightOptions::default())?;
    // The first connection and the first faults are nobody's business.
    runtime.block_on(fetch(&client, address))?;
    let (mut by_flight, mut by_tcp) = (Vec::new(), Vec::new());
    for _ in 0..variable("SWATH_BENCH_ROUNDS", 5) {
        by_tcp.push(turn(&mut peer, || read_plain(plain))?);
        by_flight.push(turn(&mut peer, || runtime.block_on(fetch(&client, address)))?);
    }
    let best = |turns: &[Turn]| turns.iter().map(|t| t.time).min().unwrap_or_default().as_secs_f64();
    let most = |side: fn(&Turn) -> u64| by_flight.iter().map(side).max().unwrap_or_default() >> 20;
    let (tcp, flight) = (best(&by_tcp), best(&by_flight));
    let gib = bytes() as f64 / f64::from(1 << 30);
    println!("block           {gib:.2} GiB of float64");
    println!("bare TCP        {tcp:.3} s   {:.2} GiB/s", gib / tcp);
    println!("Flight          {flight:.3} s   {:.2} GiB/s", gib / flight);
    println!("ratio           {:.2}   (wanted: at least 0.40)", tcp / flight);
    println!(
        "extra memory    receiver {} MiB, sender {} MiB   (wanted: at most 128)",
        most(|t| t.here),
        most(|t| t.there)
    );
    runtime.block_on(small_values(&client, address))
}

/// The time of one small value fetched alone, and the rate of many fetched together.
async fn small_values(client: &FlightClient, address: &str) -> Result<(), Error> {
    let mut alone = Vec::new();
    for n in 1..=1000 {
        let start = Instant::now();
        let (_, block) = client.fetch(address, &[small(n)]).next().await.ok_or("no answer")?;
        block?.ok_or("no block")?;
        alone.push(start.elapsed());
    }
    alone.sort_unstable();
    let median = alone.get(alone.len() / 2).copied().unwrap_or_default();
    let all: Vec<TaskRef> = (1..=SMALL).map(small).collect();
    let start = Instant::now();
    let got = client
        .fetch(address, &all)
        .filter(|(_, b)| std::future::ready(matches!(b, Ok(Some(_)))))
        .count()
        .await;
    if got != all.len() {
        return Err("small values are missing".into());
    }
    let rate = got as f64 / start.elapsed().as_secs_f64();
    println!("small values    one alone {} µs (median), {rate:.0}/s together", median.as_micros());
    Ok(())
}

fn turn<T>(peer: &mut Peer, transfer: impl FnOnce() -> Result<T, Error>) -> Result<Turn, Error> {
    let there = peer.ask("reset")?;
    let here = reset_peak()?;
    let start = Instant::now();
    let block = transfer()?;
    let time = start.elapsed();
    let here = peak()?.saturating_sub(here + bytes() as u64);
    drop(block);
    Ok(Turn { time, here, there: peer.ask("peak")?.saturating_sub(there) })
}

async fn fetch(client: &FlightClient, address: &str) -> Result<Block, Error> {
    let (_, block) = client.fetch(address, &[TASK]).next().await.ok_or("no answer")?;
    let block = block?.ok_or("no block")?;
    if block.bytes() != bytes() as u64 {
        return Err("another block".into());
    }
    Ok(block)
}

/// The same bytes into a new vector, as fast as a blocking socket gives them.
fn read_plain(address: SocketAddr) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(bytes());
    TcpStream::connect(address)?.read_to_end(&mut out)?;
    if out.len() == bytes() { Ok(out) } else { Err("cut short".into()) }
}

/// Forgets this process's peak of resident memory; gives what is resident now, in bytes.
fn reset_peak() -> Result<u64, Error> {
    std::fs::write("/proc/self/clear_refs", "5")?;
    status("VmRSS:")
}

/// The peak of this process's resident memory in bytes.
fn peak() -> Result<u64, Error> {
    status("VmHWM:")
}

fn status(what: &str) -> Result<u64, Error> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|l| l.starts_with(what)).ok_or("no memory figures")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse::<u64>()? * 1024)
}
