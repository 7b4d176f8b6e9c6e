//! Regions of a flat file, run by run.

use std::fs::File;
use std::io::Result;

use super::positioned::{read_at, write_at};
use super::runs::Runs;
use crate::Region;

/// Runs shorter than this are read together with the bytes between them, when those are few.
const SHORT: usize = 4096;

/// Bytes read together at most.
const SPAN: usize = 1 << 20;

/// Reads a region of the array of `shape` whose elements, of `size` bytes, begin at byte `data`, into `out`, which has
/// exactly the region's bytes. Returns how many bytes were read from the file.
///
/// # Errors
/// The file system's; [`std::io::ErrorKind::UnexpectedEof`] when the file ends before the region does.
pub fn read(
    file: &File,
    data: u64,
    shape: &[usize],
    region: &Region,
    size: usize,
    out: &mut [u8],
) -> Result<u64> {
    let runs = Runs::new(shape, region);
    let length = runs.len * size;
    if length == 0 {
        return Ok(0);
    }
    let place = |element: usize| data + element as u64 * size as u64;
    let (mut together, mut total) = (Vec::new(), 0);
    let (mut i, mut out) = (0, out);
    while i < runs.count() {
        let n = neighbours(&runs, i, size);
        let (now, later) = out.split_at_mut((n * length).min(out.len()));
        let first = runs.start(i);
        if n == 1 {
            read_at(file, now, place(first))?;
            total += now.len();
        } else {
            together.resize((runs.start(i + n - 1) - first) * size + length, 0);
            read_at(file, &mut together, place(first))?;
            total += together.len();
            for (k, run) in now.chunks_exact_mut(length).enumerate() {
                let at = (runs.start(i + k) - first) * size;
                run.copy_from_slice(together.get(at..at + length).unwrap_or(&[]));
            }
        }
        out = later;
        i += n;
    }
    Ok(total as u64)
}

/// How many runs from run `i` on are read at once.
fn neighbours(runs: &Runs, i: usize, size: usize) -> usize {
    if runs.len * size >= SHORT {
        return 1;
    }
    let (first, mut last, mut n) = (runs.start(i), runs.start(i), 1);
    while i + n < runs.count() {
        let next = runs.start(i + n);
        if (next - last) * size > 4 * SHORT || (next + runs.len - first) * size > SPAN {
            break;
        }
        last = next;
        n += 1;
    }
    n
}

/// Writes the bytes of a region, in row-major order, to where they belong.
///
/// # Errors
/// The file system's.
pub fn write(
    file: &File,
    data: u64,
    shape: &[usize],
    region: &Region,
    size: usize,
    bytes: &[u8],
) -> Result<()> {
    let runs = Runs::new(shape, region);
    for (i, run) in bytes.chunks_exact((runs.len * size).max(1)).enumerate() {
        write_at(file, run, data + runs.start(i) as u64 * size as u64)?;
    }
    Ok(())
}
