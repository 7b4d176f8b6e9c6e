//! One loop that several threads work on.
//!
//! In: how many pieces, and what does one. Out: nothing, once all are done. Place in the flow: what a runtime whose threads
//! help each other hands from one to another. It never lets anybody work on a loop whose owner has gone on.
#![allow(unsafe_code)]

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::{Condvar, Mutex};

/// What does one piece; there until the owner goes on.
type Work = *const (dyn Fn(usize) + Sync);

/// A loop that threads may join.
pub struct SharedLoop {
    work: Work,
    pieces: usize,
    /// The piece that is begun next.
    next: AtomicUsize,
    helpers: Mutex<Helpers>,
    /// A helper has left.
    left: Condvar,
}

#[derive(Default)]
struct Helpers {
    count: usize,
    /// Nobody joins any more.
    closed: bool,
    /// What a helper's piece panicked with.
    panic: Option<Box<dyn Any + Send>>,
}

// SAFETY: `work` points to what any thread may call, and is followed while the owner waits only.
unsafe impl Send for SharedLoop {}
// SAFETY: as above.
unsafe impl Sync for SharedLoop {}

impl fmt::Debug for SharedLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedLoop({} pieces)", self.pieces)
    }
}

impl SharedLoop {
    /// Calls `work` once for each number below `pieces` and returns when all calls have. `offer` makes the loop known to
    /// others, who may [`join`](Self::join) it, and gives what withdraws it when it is dropped.
    ///
    /// # Panics
    /// When a call did, after those that had begun have ended; others are then left out.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use swath_block::SharedLoop;
    /// let sum = AtomicUsize::new(0);
    /// SharedLoop::run(100, &|i| { sum.fetch_add(i, Ordering::Relaxed); }, |shared| {
    ///     let shared = shared.clone();
    ///     std::thread::spawn(move || shared.join().map(|helper| helper.help(|| true)))
    /// });
    /// assert_eq!(sum.into_inner(), 4950);
    /// ```
    pub fn run<G>(pieces: usize, work: &(dyn Fn(usize) + Sync), offer: impl FnOnce(&Arc<Self>) -> G) {
        // SAFETY: the lifetime is left out of the type only. The pointer is followed by this function and by those who have
        // joined; `Owner` closes the loop and waits for them before this function returns or a panic goes on.
        #[allow(clippy::transmute_ptr_to_ptr)]
        let work = unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Work>(work) };
        let (next, helpers, left) = (AtomicUsize::new(0), Mutex::default(), Condvar::new());
        let owner = Owner(Arc::new(Self { work, pieces, next, helpers, left }));
        let offered = offer(&owner.0);
        owner.0.begin_pieces(|| true);
        owner.0.close();
        drop(offered);
        let panic = owner.0.helpers.lock().panic.take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Takes part, unless all pieces are begun already.
    pub fn join(self: &Arc<Self>) -> Option<Helper> {
        let mut helpers = self.helpers.lock();
        if helpers.closed || self.next.load(Ordering::Relaxed) >= self.pieces {
            return None;
        }
        helpers.count += 1;
        Some(Helper(self.clone()))
    }

    /// Does pieces until all are begun or `go_on` says no.
    fn begin_pieces(&self, go_on: impl Fn() -> bool) {
        while go_on() {
            let piece = self.next.fetch_add(1, Ordering::Relaxed);
            if piece >= self.pieces {
                return;
            }
            // SAFETY: the owner, or a helper whom the owner waits for, is here.
            unsafe { (*self.work)(piece) };
        }
    }

    /// Lets nobody join or begin a piece any more, and waits for those who have.
    fn close(&self) {
        self.next.store(self.pieces, Ordering::Relaxed);
        let mut helpers = self.helpers.lock();
        helpers.closed = true;
        while helpers.count > 0 {
            self.left.wait(&mut helpers);
        }
    }
}

/// The thread whose loop it is; closes it also when it panics.
struct Owner(Arc<SharedLoop>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A thread that has joined a loop. The loop's owner waits until it is dropped.
#[derive(Debug)]
pub struct Helper(Arc<SharedLoop>);

impl Helper {
    /// Does pieces until all are begun or `go_on`, which is asked before each, says that there is something better to do.
    /// Panics go to the loop's owner.
    pub fn help(self, go_on: impl Fn() -> bool) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.0.begin_pieces(go_on))) {
            self.0.next.store(self.0.pieces, Ordering::Relaxed);
            self.0.helpers.lock().panic.get_or_insert(panic);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.0.helpers.lock().count -= 1;
        self.0.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads that join and stay until they are joined themselves.
    struct Joined(Vec<std::thread::JoinHandle<usize>>);

    impl Drop for Joined {
        fn drop(&mut self) {
            self.0.drain(..).for_each(|t| drop(t.join()));
        }
    }

    /// So many threads join; every other one leaves after two pieces.
    fn helped(threads: usize) -> impl FnOnce(&Arc<SharedLoop>) -> Joined {
        move |shared| {
            let one = |(i, shared): (usize, Arc<SharedLoop>)| {
                std::thread::spawn(move || {
                    let left = std::cell::Cell::new(if i % 2 == 0 { usize::MAX } else { 2 });
                    let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
                    shared.join().map_or(0, |helper| {
                        helper.help(go_on);
                        1
                    })
                })
            };
            Joined((0..threads).map(|i| one((i, shared.clone()))).collect())
        }
    }

    #[test]
    fn every_piece_is_done_once() {
        for round in 0..200 {
            let (pieces, threads) = (round % 40, round % 5);
            let done: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
            let work = |i: usize| {
                done[i].fetch_add(1, Ordering::Relaxed);
                if round % 7 == 0 {
                    std::thread::yield_now();
                }
            };
            SharedLoop::run(pieces, &work, helped(threads));
            assert!(done.iter().all(|n| n.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn panics_reach_the_owner_when_nobody_works_any_more() {
        for bad in 0..30 {
            let working = AtomicUsize::new(0);
            let work = |i: usize| {
                working.fetch_add(1, Ordering::SeqCst);
                std::thread::yield_now();
                working.fetch_sub(1, Ordering::SeqCst);
                assert!(i != bad, "piece {i}");
            };
            let done = catch_unwind(AssertUnwindSafe(|| SharedLoop::run(30, &work, helped(3))));
            let panic = done.unwrap_err();
            assert_eq!(panic.downcast_ref::<String>(), Some(&format!("piece {bad}")));
            assert_eq!(working.load(Ordering::SeqCst), 0);
        }
    }

    #[test]
    fn who_comes_late_finds_nothing_to_do() {
        let mut kept = None;
        SharedLoop::run(3, &|_| {}, |shared| kept = Some(shared.clone()));
        assert!(kept.unwrap().join().is_none());
    }
}
