//! Times the ten most frequent names of gzipped JSON lines: `cargo bench -p swath-bag -- FOLDER [REPETITIONS]`, where the
//! folder holds `2015-*.json.gz`. Without a folder it times lines it writes itself.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use swath_bag::{self as db, json};
use swath_error::{Error, Result};
use swath_execute::Collection;
use swath_local as _;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let own = tempfile::tempdir().map_err(|e| Error::io("a temporary folder", e))?;
    let folder = if let Some(folder) = arguments.next() {
        folder
    } else {
        write_lines(own.path()).map_err(|e| Error::io(own.path().display(), e))?;
        own.path().display().to_string()
    };
    let repetitions = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(5);
    for _ in 0..repetitions {
        let lines = db::read_text(format!("{folder}/2015-*.json.gz"));
        time("lines", || lines.count().compute())?;
        let names = lines.map(json::loads).pluck("name");
        time("top 10", || names.frequencies().topk(10, db::by_count).compute())?;
    }
    Ok(())
}

fn time<T: std::fmt::Debug>(what: &str, run: impl Fn() -> Result<T>) -> Result<()> {
    let start = Instant::now();
    let result = format!("{:?}", run()?);
    let shown = result.get(..60.min(result.len())).unwrap_or_default();
    println!("{what:8} {:.3} s  {shown}", start.elapsed().as_secs_f64());
    Ok(())
}

/// Four files of 50 000 records.
fn write_lines(folder: &Path) -> std::io::Result<()> {
    for file in 1..=4 {
        let path = folder.join(format!("2015-{file:02}.json.gz"));
        let mut out =
            flate2::write::GzEncoder::new(std::fs::File::create(path)?, flate2::Compression::fast());
        for i in 0..50_000u64 {
            let name = (i * i + file) % 97;
            writeln!(
                out,
                r#"{{"name": "name{name}", "id": {i}, "credit": [0.{i}, 1.5], "address": {{"zip": {i}}}}}"#
            )?;
        }
        out.finish()?;
    }
    Ok(())
}
