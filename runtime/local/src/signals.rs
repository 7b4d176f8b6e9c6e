//! Ctrl-C: temporary files are removed, runs cancelled, and the process ended.
//!
//! Installed on the first run and on the first temporary file. A program that handles SIGINT itself keeps doing so: when
//! a handler is there already none is installed, and [`signals`] turns ours off for one that comes later.

use std::sync::atomic::{AtomicBool, Ordering};

static WANTED: AtomicBool = AtomicBool::new(true);

/// Says whether swath reacts to Ctrl-C (SIGINT) and SIGTERM. On by default; call it with `false` before the first
/// computation in a program that handles them itself, and call [`crate::interrupt`] and
/// [`swath_aside::remove_all`] as needed.
///
/// Reacting means: temporary files are removed. SIGINT cancels every computation under way, whose `compute()` then gives
/// an error of the kind [`swath_error::ErrorKind::Cancelled`]; half a second later, when the process has not ended by
/// itself, it exits with code 130. SIGTERM, and SIGINT when nothing is being computed, end the process as if there were
/// no handler.
pub fn signals(on: bool) {
    WANTED.store(on, Ordering::SeqCst);
}

/// Installs the handlers, once.
pub(crate) fn install() {
    #[cfg(unix)]
    if WANTED.load(Ordering::SeqCst) {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(unix::install);
    }
}

#[cfg(unix)]
mod unix {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, exit};

    /// How long a program has to react to its cancelled computations.
    const PATIENCE: Duration = Duration::from_millis(500);

    /// What a shell reports for a process ended by SIGINT.
    const INTERRUPTED: i32 = 130;

    pub fn install() {
        let free: Vec<i32> = [SIGINT, SIGTERM].into_iter().filter(|s| !is_handled(*s)).collect();
        if free.is_empty() {
            return;
        }
        let Ok(mut signals) = Signals::new(&free) else { return };
        let listen = move || {
            for signal in signals.forever() {
                react(signal);
            }
        };
        // Without the thread the signals would be swallowed; a process that cannot start one is past helping.
        let _ = std::thread::Builder::new().name("swath-signals".into()).spawn(listen);
    }

    fn react(signal: i32) {
        if !super::WANTED.load(Ordering::SeqCst) {
            return;
        }
        // First, since the program may end itself as soon as it sees that its computation was cancelled.
        swath_aside::shutdown();
        if signal == SIGINT && crate::interrupt() {
            std::thread::sleep(PATIENCE);
            exit(INTERRUPTED);
        }
        let _ = emulate_default_handler(signal);
    }

    /// Whether the process catches the signal already, or ignores SIGTERM. A script's background job starts with SIGINT
    /// ignored: who sends it one all the same means it. Only Linux tells without unsafe code; elsewhere the answer is no.
    fn is_handled(signal: i32) -> bool {
        let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
        let mask = |field: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(field))?;
            u64::from_str_radix(line.trim(), 16).ok()
        };
        let ignored = if signal == SIGINT { None } else { mask("SigIgn:") };
        let handled = mask("SigCgt:").unwrap_or(0) | ignored.unwrap_or(0);
        handled & (1 << (signal - 1)) != 0
    }
}
