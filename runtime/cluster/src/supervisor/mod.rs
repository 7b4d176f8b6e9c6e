//! The supervisor of a worker process: starts it, watches its memory, and starts it again when it has died.
//!
//! In: the command that starts a worker. Out: a worker that is there, and the cause of each death, to the log and to the
//! scheduler. Place in the flow: beside the worker, in the process that started it. It never speaks for the worker.

mod cause;
mod child;
mod obey;
mod report;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use swath_error::{Error, ErrorKind, Result};
use swath_wire::{Identity, Obituary};

pub use cause::{GAVE_UP, RENEWED};
pub use obey::obey_supervisor;

use cause::Cause;
use child::{LEAVE, Process, STOP};

/// Time between two looks at the process.
const LOOK: Duration = Duration::from_millis(20);

/// Looks from one at its memory to the next.
const MEMORY_LOOKS: u32 = 5;

/// How long a worker that is to end at once may take for that.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The share of its memory limit at which a process is ended, in percent.
const MOST_PERCENT: u64 = 95;

/// What a supervisor watches over.
#[derive(Clone, Debug)]
pub struct SupervisorOptions {
    /// The scheduler's address: `host:port`.
    pub scheduler: String,
    /// The worker's name.
    pub name: String,
    /// Certificates; none means neither encryption nor authentication.
    pub identity: Option<Identity>,
    /// The worker's memory limit in bytes: its process is ended when it takes 95 % of it. 0: not watched.
    pub memory_limit: u64,
    /// The worker's folder for results that do not fit into memory: what a dead process left there is removed.
    pub local_dir: PathBuf,
    /// How often the worker is started again within [`Self::within`]. Default 5.
    pub restarts: usize,
    /// See [`Self::restarts`]. Default one minute.
    pub within: Duration,
}

impl SupervisorOptions {
    /// For a worker called `name` of the scheduler at `scheduler`, without a memory limit.
    pub fn new(scheduler: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            scheduler: scheduler.into(),
            name: name.into(),
            identity: None,
            memory_limit: 0,
            local_dir: std::env::temp_dir(),
            restarts: 5,
            within: Duration::from_mins(1),
        }
    }
}

/// A worker process under supervision. Dropping this ends it.
#[derive(Debug)]
pub struct Supervisor {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    options: SupervisorOptions,
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Process>,
    /// It is to end and not to be started again.
    ending: bool,
    /// When it is ended if it has not ended by itself.
    kill_at: Option<Instant>,
    /// How it all ended.
    end: Option<Result<()>>,
    restarts: usize,
}

impl Supervisor {
    /// Starts the process that `command` describes and watches over it. The program must make itself the worker and call
    /// [`obey_supervisor`], as `swath worker` does.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the process cannot be started.
    pub fn start(
        options: SupervisorOptions,
        mut command: impl FnMut() -> Command + Send + 'static,
    ) -> Result<Self> {
        let process = Process::start(command(), options.memory_limit)?;
        let state = State { process: Some(process), ..State::default() };
        let shared = Arc::new(Shared { options, state: Mutex::new(state), over: Condvar::new() });
        let watched = shared.clone();
        let thread = std::thread::Builder::new()
            .name("swath-supervisor".into())
            .spawn(move || watch(&watched, &mut command))
            .map_err(|e| Error::io("cannot start a thread", e))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The number of the process there is now.
    pub fn pid(&self) -> Option<u32> {
        self.shared.state.lock().process.as_ref().map(Process::pid)
    }

    /// How often the worker was started again.
    pub fn restarts(&self) -> usize {
        self.shared.state.lock().restarts
    }

    /// Asks the worker to hand over what it holds and to end then, for good.
    pub fn leave(&self) {
        let mut state = self.shared.state.lock();
        state.ending = true;
        state.process.iter_mut().for_each(|process| process.tell(LEAVE));
    }

    /// Tells the worker to end at once and for good, whatever it holds; it says what that is. One that does not end is
    /// ended.
    pub fn end_now(&self) {
        let mut state = self.shared.state.lock();
        state.ending = true;
        state.kill_at.get_or_insert(Instant::now() + LAST_WORDS);
        state.process.iter_mut().for_each(|process| process.tell(STOP));
    }

    /// Ends the worker at once and for good, with all it holds, and tells the scheduler.
    pub fn kill(&self) {
        let ended = self.shared.stop();
        if let Some(pid) = ended {
            self.shared.tell(pid, &Cause::Wanted);
        }
    }

    /// How it ended for good, once it has.
    pub fn end(&self) -> Option<Result<()>> {
        self.shared.state.lock().end.clone()
    }

    /// Waits until the worker has ended for good.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when it gave up by itself, or died too often.
    pub fn wait(&self) -> Result<()> {
        let mut state = self.shared.state.lock();
        loop {
            if let Some(end) = &state.end {
                return end.clone();
            }
            self.shared.over.wait(&mut state);
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            // One that panicked watches no more, which is what is wanted.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Ends the process for good; gives its number when there was one.
    fn stop(&self) -> Option<u32> {
        let mut state = self.state.lock();
        state.ending = true;
        let process = state.process.take();
        state.end.get_or_insert(Ok(()));
        self.over.notify_all();
        drop(state);
        let pid = process.as_ref().map(Process::pid);
        drop(process);
        if pid.is_some() {
            self.sweep();
        }
        pid
    }

    /// Removes what the worker's processes have left in files.
    fn sweep(&self) {
        swath_aside::remove_leftovers(&self.options.local_dir);
        // Tables do not spill into the worker's own folder.
        let system = std::env::temp_dir();
        if system != self.options.local_dir {
            swath_aside::remove_leftovers(&system);
        }
    }

    /// Tells the log and the scheduler.
    fn tell(&self, pid: u32, cause: &Cause) {
        let SupervisorOptions { name, scheduler, identity, .. } = &self.options;
        let obituary = Obituary { worker: name.clone(), pid, cause: cause.to_string() };
        if let Err(error) = report::report(scheduler, identity.as_ref(), obituary) {
            eprintln!("swath: the scheduler was not told of the end of the worker {name}: {error}");
        }
    }

    /// The worker will not be started again.
    fn finish(&self, end: Result<()>) {
        let mut state = self.state.lock();
        state.process = None;
        state.end.get_or_insert(end);
        self.over.notify_all();
    }
}

/// Watches until the worker has ended for good.
fn watch(shared: &Shared, command: &mut dyn FnMut() -> Command) {
    let mut starts: VecDeque<Instant> = VecDeque::new();
    let mut looks = 0;
    loop {
        std::thread::sleep(LOOK);
        looks = (looks + 1) % MEMORY_LOOKS;
        let Some((pid, cause)) = look(shared, looks == 0) else {
            if shared.state.lock().end.is_some() {
                return;
            }
            continue;
        };
        let ending = shared.state.lock().ending;
        // However it ended: a process that gave up has files too.
        shared.sweep();
        if cause == Cause::Renewed && !ending {
            match restart(shared, command) {
                Ok(()) => continue,
                Err(error) => return shared.finish(Err(error)),
            }
        }
        if !cause.is_death() {
            let gave_up = cause == Cause::GaveUp && !ending;
            return shared.finish(if gave_up { Err(gave_up_error(shared)) } else { Ok(()) });
        }
        eprintln!("swath: the worker {} died: {cause}", shared.options.name);
        shared.tell(pid, &cause);
        if ending {
            return shared.finish(Ok(()));
        }
        starts.retain(|at| at.elapsed() < shared.options.within);
        starts.push_back(Instant::now());
        if starts.len() > shared.options.restarts {
            return shared.finish(Err(too_often(shared, starts.len(), &cause)));
        }
        if let Err(error) = restart(shared, command) {
            return shared.finish(Err(error));
        }
    }
}

/// The process's number and why it ended, when it has or must.
fn look(shared: &Shared, at_memory: bool) -> Option<(u32, Cause)> {
    let mut state = shared.state.lock();
    let kill_at = state.kill_at;
    let process = state.process.as_mut()?;
    let pid = process.pid();
    if let Some(status) = process.ended() {
        state.process = None;
        return Some((pid, Cause::of(status)));
    }
    if kill_at.is_some_and(|at| at <= Instant::now()) {
        process.kill();
        state.process = None;
        return Some((pid, Cause::Wanted));
    }
    let limit = shared.options.memory_limit;
    if !at_memory || limit == 0 {
        return None;
    }
    let memory = process.memory();
    if memory <= limit / 100 * MOST_PERCENT {
        return None;
    }
    process.kill();
    state.process = None;
    Some((pid, Cause::Memory(memory, limit)))
}

fn restart(shared: &Shared, command: &mut dyn FnMut() -> Command) -> Result<()> {
    let process = Process::start(command(), shared.options.memory_limit)?;
    let mut state = shared.state.lock();
    if state.ending {
        // It was told to end meanwhile.
        state.end.get_or_insert(Ok(()));
        return Ok(());
    }
    state.process = Some(process);
    state.restarts += 1;
    Ok(())
}

fn gave_up_error(shared: &Shared) -> Error {
    let name = &shared.options.name;
    Error::new(ErrorKind::Cluster, format!("the worker {name} ended by itself"))
        .with_help("its last words, above, say why")
}

fn too_often(shared: &Shared, times: usize, cause: &Cause) -> Error {
    let SupervisorOptions { name, within, .. } = &shared.options;
    let seconds = within.as_secs();
    let what = format!(
        "the worker {name} died {times} times within {seconds} s and is not started again; at last {cause}"
    );
    Error::new(ErrorKind::Cluster, what).with_help("see what it wrote before it died")
}
