//! Ctrl-C and SIGTERM for schedulers and workers: the first asks to end in good order, the second ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What a shell reports for a process ended by SIGINT.
const INTERRUPTED: i32 = 130;

/// A flag that the first Ctrl-C or SIGTERM sets; the process ends at the second.
pub fn ended() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    on_signal(move || set.store(true, Ordering::SeqCst), at_once);
    flag
}

/// Calls `first` at the first signal and `second` at the second one, on a thread of its own; the process ends at the third.
pub(super) fn on_signal(first: impl FnOnce() + Send + 'static, second: impl FnOnce() + Send + 'static) {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let listen = move || {
        let mut pending = signals.forever();
        if pending.next().is_some() {
            first();
        }
        if pending.next().is_some() {
            second();
        }
        if pending.next().is_some() {
            at_once();
        }
    };
    // Without the thread the signals would be swallowed; a process that cannot start one is past helping.
    let _ = std::thread::Builder::new().name("swath-signals".into()).spawn(listen);
}

/// Ends the process, without its temporary files.
pub(super) fn at_once() {
    swath_aside::shutdown();
    std::process::exit(INTERRUPTED);
}
