//! Plans in parts on real workers: who did what, what is kept, what goes wrong.

use std::collections::BTreeSet;
use std::process::Command;

use swath::prelude::*;
use swath::{ErrorKind, LocalCluster};

use super::data::{is_split, rows, write};

fn files(folder: &tempfile::TempDir, kind: &str) -> String {
    write(folder.path());
    format!("{}/{kind}/*.{kind}", folder.path().display())
}

#[test]
fn several_workers_take_part_and_keep_what_they_made() {
    let folder = tempfile::tempdir().unwrap();
    let frame = dd::read_csv(files(&folder, "csv")).filter((col("n") % 2).eq(1));
    let here = rows(&frame.compute().unwrap());
    let cluster = LocalCluster::builder().workers(3).start().unwrap();
    let client = cluster.client().unwrap();
    let kept = client.persist(&frame).unwrap();
    kept.wait().unwrap();
    let parts = kept.futures().len();
    assert!(parts > 2, "{parts}");
    let holders: BTreeSet<String> = client.who_has(kept.futures()).unwrap().into_iter().flatten().collect();
    assert!(holders.len() > 1, "{holders:?}");
    let held: usize = client.has_what().unwrap().values().map(Vec::len).sum();
    assert!(held >= parts, "{held}");
    // Whoever asks again is answered from what is kept, also when workers have come.
    std::fs::remove_dir_all(folder.path().join("csv")).unwrap();
    cluster.scale(4).unwrap();
    assert_eq!(rows(&client.scope(|| frame.compute()).unwrap()), here);
    drop(kept);
    assert_eq!(client.scope(|| frame.compute()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn results_of_aggregates_are_written_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let means = dd::read_parquet(files(&folder, "parquet")).groupby("k").mean(["x"]).sort_values("k");
    let here = rows(&means.compute().unwrap());
    let cluster = LocalCluster::builder().workers(2).threads_per_worker(2).start().unwrap();
    let client = cluster.client().unwrap();
    let out = folder.path().join("out.parquet");
    let written = client.scope(|| means.to_parquet(&out)).unwrap();
    assert_eq!(written.rows as usize, here.len());
    let back = dd::read_parquet(out.to_str().unwrap()).frame().sort_values("k");
    assert_eq!(rows(&back.compute().unwrap()), here);
    let kept = client.scope(|| {
        assert!(is_split(&means));
        means.persist().unwrap()
    });
    assert_eq!(rows(&client.scope(|| kept.compute()).unwrap()), here);
    let all = client.scope(|| dd::read_parquet(out.to_str().unwrap()).len()).unwrap();
    assert_eq!(all, here.len());
}

#[test]
fn a_file_that_a_worker_does_not_see_is_named_with_the_worker() {
    for kind in ["csv", "parquet", "ndjson"] {
        let folder = tempfile::tempdir().unwrap();
        let path = files(&folder, kind);
        let frame = match kind {
            "csv" => dd::read_csv(path).frame(),
            "parquet" => dd::read_parquet(path).frame(),
            _ => dd::read_json(path).frame(),
        };
        let sums = frame.groupby("k").sum(["n"]);
        let sorted = frame.sort_values("n");
        let cluster = LocalCluster::builder().workers(2).start().unwrap();
        let client = cluster.client().unwrap();
        let gone = folder.path().join(format!("{kind}/3.{kind}"));
        std::fs::remove_file(&gone).unwrap();
        for (what, split) in [(&sums, true), (&sorted, false)] {
            client.scope(|| assert_eq!(is_split(what), split));
            let e = client.scope(|| what.compute()).unwrap_err();
            let text = e.to_string();
            assert_eq!(e.kind(), ErrorKind::NotFound, "{kind}: {text}");
            assert!(text.contains(&format!("3.{kind}")), "{kind}: {text}");
            let worker = e.task().and_then(|t| t.worker.clone()).unwrap_or_default();
            assert!(worker.starts_with("worker-") && text.contains(&worker), "{kind}: {text}");
            assert!(e.help().is_some_and(|h| h.contains("every worker")), "{kind}: {text}");
        }
    }
}

#[test]
fn the_command_runs_queries_on_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let path = files(&folder, "csv");
    let cluster = LocalCluster::builder().workers(2).start().unwrap();
    let address = cluster.address();
    let query = format!("SELECT k, sum(n) AS a FROM '{path}' GROUP BY k ORDER BY k");
    let run = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_swath"))
            .args(["sql", "--format", "csv"])
            .args(more)
            .arg(&query)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["--scheduler", &address]), run(&[]));
}

#[test]
fn frames_built_on_a_persisted_one_start_from_its_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let odd = dd::read_csv(files(&folder, "csv")).filter((col("n") % 2).eq(1));
    let derived = |df: &dd::DataFrame| {
        let sums = df.groupby("k").agg((("x", "mean"), ("n", "sum"))).sort_values("k");
        let some = df.filter(col("n").gt(100)).select(("n", "s"));
        let both = df.join(&sums, ["k"], dd::How::Inner).sort_values("n");
        [sums, some, both]
    };
    let here: Vec<_> = derived(&odd).iter().map(|df| rows(&df.compute().unwrap())).collect();
    let cluster = LocalCluster::builder().workers(2).start().unwrap();
    let client = cluster.client().unwrap();
    client.scope(|| {
        let kept = odd.persist().unwrap();
        let held = || client.has_what().unwrap().values().map(Vec::len).sum::<usize>();
        assert!(held() > 1);
        // What is kept is not read again.
        std::fs::remove_dir_all(folder.path().join("csv")).unwrap();
        let frames = derived(&kept);
        let split: Vec<bool> = frames.iter().map(is_split).collect();
        assert_eq!(split, [true, true, false]);
        for (frame, here) in frames.iter().zip(&here) {
            assert_eq!(rows(&frame.compute().unwrap()), *here);
        }
        let mapped = kept.map_partitions(kept.schema().unwrap(), whole_batch).sort_values("n");
        assert_eq!(mapped.len().unwrap(), kept.len().unwrap());
        drop((kept, frames, mapped));
        let mut left = held();
        for _ in 0..1000 {
            if left == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            left = held();
        }
        assert_eq!(left, 0, "blocks are let go with the last frame");
    });
}

#[swath::task]
#[allow(clippy::unnecessary_wraps)]
fn whole_batch(batch: arrow::array::RecordBatch) -> swath::Result<arrow::array::RecordBatch> {
    Ok(batch)
}
