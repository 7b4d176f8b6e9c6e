//! Ctrl-C and SIGTERM for schedulers and workers: the first asks to end in good order, the second ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What a shell reports for a process ended by SIGINT.
const INTERRUPTED: i32 = 130;

/// A flag that the first Ctrl-C or SIGTERM sets.
pub fn ended() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    on_signal(move || set.store(true, Ordering::SeqCst));
    flag
}

/// Calls `first` at the first signal, on a thread of its own; the process ends at the second.
pub(super) fn on_signal(first: impl FnOnce() + Send + 'static) {
    // The handlers of computations have nothing to cancel here.
    swath_local::signals(false);
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let listen = move || {
        let mut pending = signals.forever();
        if pending.next().is_some() {
            first();
        }
        if pending.next().is_some() {
            std::process::exit(INTERRUPTED);
        }
    };
    // Without the thread the signals would be swallowed; a process that cannot start one is past helping.
    let _ = std::thread::Builder::new().name("swath-signals".into()).spawn(listen);
}
