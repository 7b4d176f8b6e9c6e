//! This program as a scheduler or a worker: what [`init`] makes of a program of one's own.
//!
//! In: command-line arguments. Out: a process that serves until it is told to end. It never returns to the program's own
//! `main` once it has become a scheduler or a worker.

pub use swath_cluster::processes::{Connected, SchedulerArgs, Tls, WorkerArgs, connect_from_args};

/// Makes this process a worker or a scheduler when it was started as one: `my-program swath-worker --scheduler
/// HOST:8786`, `my-program swath-scheduler`. Otherwise does nothing. Call it at the top of `main`, so that workers know
/// the program's own functions and [`crate::LocalCluster`] can start processes.
///
/// ```
/// swath::init();
/// // the program
/// ```
pub fn init() {
    if !swath_cluster::processes::is_process(std::env::args_os()) {
        return;
    }
    own_signals();
    let code = match swath_cluster::processes::this_program() {
        Ok(again) => swath_cluster::processes::serve(std::env::args_os(), again),
        Err(error) => {
            eprintln!("error: {error}");
            1
        }
    };
    std::process::exit(code);
}

/// Turns off the handlers of computations: the process reacts to Ctrl-C and SIGTERM itself.
pub fn own_signals() {
    swath_local::signals(false);
}

/// A flag that the first Ctrl-C or SIGTERM sets; the process ends at the second.
pub fn ended() -> std::sync::Arc<std::sync::atomic::AtomicBool> {
    own_signals();
    swath_cluster::processes::ended()
}
