//! Files to ask about, and answers that can be compared.

use std::fmt::Write as _;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use swath::Table;
use swath::dd::DataFrame;
use swath::prelude::*;

/// Rows of each file: an empty one, one of a single row, and uneven ones.
const ROWS: [usize; 6] = [40, 0, 1, 200, 75, 33];

/// Folders `csv`, `parquet` and `ndjson` of the same rows, with missing values in every column but `n`.
pub fn write(folder: &Path) {
    for kind in ["csv", "parquet", "ndjson"] {
        std::fs::create_dir_all(folder.join(kind)).unwrap();
    }
    let mut first = 0;
    for (i, rows) in ROWS.into_iter().enumerate() {
        std::fs::write(folder.join(format!("csv/{i}.csv")), text(first, rows)).unwrap();
        first += rows;
    }
    let all = dd::read_csv(format!("{}/csv/*.csv", folder.display())).frame();
    let mut first = 0;
    for (i, rows) in ROWS.into_iter().enumerate() {
        let last = (first + rows) as i64;
        let part = all.filter(col("n").ge(first as i64) & col("n").lt(last));
        part.to_parquet(folder.join(format!("parquet/{i}.parquet"))).unwrap();
        if rows > 0 {
            part.to_json(folder.join(format!("ndjson/{i}.ndjson"))).unwrap();
        }
        first += rows;
    }
    std::fs::write(folder.join("ndjson/1.ndjson"), "").unwrap();
}

fn text(first: usize, rows: usize) -> String {
    let mut out = "n,k,s,d,x,big\n".to_owned();
    for n in first..first + rows {
        let key = if n % 7 == 0 { String::new() } else { (n * n % 11).to_string() };
        let name = ["ann", "", "zoë", "bob, jr", "d'arc"][n % 5];
        let day =
            if n % 9 == 4 { String::new() } else { format!("2024-{:02}-{:02}", n % 12 + 1, n % 28 + 1) };
        let x = if n % 4 == 1 { String::new() } else { format!("{}", (n as f64 * 1.37).sin() * 100.0) };
        writeln!(out, "{n},{key},\"{name}\",{day},{x},{}", n as i64 * 1_000_003).unwrap();
    }
    out
}

/// The rows as text, floats to nine digits.
pub fn rows(table: &Table) -> Vec<String> {
    table.batches().iter().flat_map(rows_of).collect()
}

fn rows_of(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("missing");
    let columns: Vec<_> =
        batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options).unwrap()).collect();
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|c| cell(&c.value(row).to_string())).collect::<Vec<_>>().join(" | "))
        .collect()
}

fn cell(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if text.contains(['.', 'e']) => format!("{number:.8e}"),
        _ => text.to_owned(),
    }
}

/// Whether the runtime in force would run the frame in parts.
pub fn is_split(frame: &DataFrame) -> bool {
    let text = frame.explain().unwrap();
    let is = text.contains("  split into ");
    assert_ne!(is, text.contains("  one task: "), "{text}");
    is
}
