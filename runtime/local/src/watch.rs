//! One thread that knows the time: it calls back at moments that others ask for.
//!
//! Started when the first moment is asked for. It never runs a task.

use std::collections::BTreeMap;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

type Call = Box<dyn FnOnce() + Send>;

struct Calls {
    /// By moment, and in the order they were asked for.
    waiting: BTreeMap<(Instant, u64), Call>,
    next: u64,
    started: bool,
}

static CALLS: Mutex<Calls> = Mutex::new(Calls { waiting: BTreeMap::new(), next: 0, started: false });
static CHANGED: Condvar = Condvar::new();

/// Calls `call` at `moment` or soon after, on the watching thread; it must be quick.
pub(crate) fn at(moment: Instant, call: impl FnOnce() + Send + 'static) {
    let mut calls = CALLS.lock();
    calls.next += 1;
    let id = calls.next;
    calls.waiting.insert((moment, id), Box::new(call));
    if !calls.started {
        calls.started = std::thread::Builder::new().name("swath-watch".into()).spawn(watch).is_ok();
    }
    CHANGED.notify_one();
}

fn watch() {
    let mut calls = CALLS.lock();
    loop {
        match calls.waiting.first_key_value().map(|((moment, _), _)| *moment) {
            None => CHANGED.wait(&mut calls),
            Some(moment) if moment > Instant::now() => {
                CHANGED.wait_until(&mut calls, moment);
            }
            Some(_) => {
                let due = calls.waiting.pop_first();
                parking_lot::MutexGuard::unlocked(&mut calls, || {
                    if let Some((_, call)) = due {
                        call();
                    }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn calls_come_in_order_of_their_moments() {
        let (send, receive) = mpsc::channel();
        let now = Instant::now();
        for (delay, name) in [(60, "late"), (20, "early"), (40, "middle")] {
            let send = send.clone();
            at(now + Duration::from_millis(delay), move || send.send(name).unwrap());
        }
        let names: Vec<&str> = receive.iter().take(3).collect();
        assert_eq!(names, ["early", "middle", "late"]);
        assert!(now.elapsed() >= Duration::from_millis(60));
    }
}
