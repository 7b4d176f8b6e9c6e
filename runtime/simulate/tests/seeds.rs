//! Many games. `SWATH_SIM_SEEDS` says how many (1000 by default), `SWATH_SIM_FIRST` with which seed to begin; a seed that
//! fails prints the command that plays it again with every event.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use swath_simulate::{Summary, play};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}

#[test]
fn every_seed_gives_the_values_of_sequential_evaluation() {
    if let Some(seed) = number("SWATH_SIM_SEED") {
        let summary = play(seed, true).unwrap_or_else(|e| panic!("{e}"));
        println!("seed {seed}: {summary:?}");
        return;
    }
    let (first, seeds) = (number("SWATH_SIM_FIRST").unwrap_or(0), number("SWATH_SIM_SEEDS").unwrap_or(1000));
    let mut all = Summary::default();
    let mut failed = Vec::new();
    for seed in first..first + seeds {
        let played =
            std::panic::catch_unwind(|| play(seed, false)).unwrap_or_else(|_| Err("it panicked".into()));
        let one = match played {
            Ok(one) => one,
            Err(e) => {
                println!(
                    "{e}\nplay it again: SWATH_SIM_SEED={seed} cargo test -p swath-simulate --test seeds -- --nocapture"
                );
                failed.push(seed);
                continue;
            }
        };
        all.started += one.started;
        all.lost += one.lost;
        all.stolen += one.stolen;
        all.moved += one.moved;
        all.missing += one.missing;
        all.tasks += one.tasks;
        all.events += one.events;
    }
    println!("{seeds} seeds: {all:?}");
    assert!(failed.is_empty(), "these seeds failed: {failed:?}");
    // Games in which nothing happened would prove nothing.
    let happened = [all.tasks, all.started, all.moved];
    assert!(happened.iter().all(|n| *n >= seeds), "{all:?}");
    assert!(seeds < 100 || [all.lost, all.stolen, all.missing].iter().all(|n| *n >= seeds / 20), "{all:?}");
}

#[test]
fn a_seed_always_plays_the_same_game() {
    for seed in 0..5 {
        assert_eq!(play(seed, false).unwrap(), play(seed, false).unwrap());
    }
}
