//! Sort the letters of text files; count them and add up the CRC-32 of the sorted texts.

#[path = "../../examples/letters.rs"]
mod example;

use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Value, json};
use swath::prelude::*;
use swath::{Error, Result};

use crate::{Answer, Request};

/// One delayed call per file.
pub fn swath(request: &Request) -> Answer {
    let files = files(request)?;
    let start = Instant::now();
    let calls: Vec<_> = files.into_iter().map(|f| delayed(example::count_letters).try_call((f,))).collect();
    Ok((start, answer(&compute_all(calls)?)))
}

/// The same function in a bare rayon loop.
pub fn rayon(request: &Request) -> Answer {
    let files = files(request)?;
    rayon::broadcast(|_| ());
    let start = Instant::now();
    let results = files.into_par_iter().map(example::count_letters).collect::<Result<Vec<_>>>()?;
    Ok((start, answer(&results)))
}

fn answer(results: &[(u64, u64)]) -> Value {
    let (total, checksum) = example::total(results);
    json!({ "total": total, "checksum": checksum })
}

fn files(request: &Request) -> Result<Vec<PathBuf>> {
    let folder = request.data.join("letters");
    let entries = std::fs::read_dir(&folder).map_err(|e| Error::io(folder.display(), e))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    Ok(files)
}
