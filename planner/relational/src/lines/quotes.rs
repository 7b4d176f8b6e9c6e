//! Whether files were cut inside quoted fields.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use swath_error::{Error, ErrorKind, Result};

use super::queue::Piece;

/// Makes sure that no block started inside a quoted field: before every block, the number of quotes must be even.
///
/// Known only when all blocks of a file are done, and always before the scan ends.
#[derive(Debug)]
pub(crate) struct QuoteCheck {
    /// Per file, the blocks' parities as they become known.
    files: Vec<Mutex<Vec<Option<bool>>>>,
}

impl QuoteCheck {
    /// A check of the files that `pieces` come from.
    pub(crate) fn new(pieces: &[Piece]) -> Self {
        let count = pieces.iter().map(|p| p.file + 1).max().unwrap_or(0);
        let mut files: Vec<Vec<Option<bool>>> = vec![Vec::new(); count];
        for piece in pieces {
            if let Some(parts) = files.get_mut(piece.file) {
                parts.push(None);
            }
        }
        Self { files: files.into_iter().map(Mutex::new).collect() }
    }

    /// The same check, nothing known yet.
    pub(crate) fn fresh(&self) -> Self {
        let parts = |m: &Mutex<Vec<Option<bool>>>| m.lock().unwrap_or_else(PoisonError::into_inner).len();
        Self { files: self.files.iter().map(|m| Mutex::new(vec![None; parts(m)])).collect() }
    }

    /// Notes a block's number of quotes.
    pub(crate) fn done(&self, piece: &Piece, quotes: u64) -> Result<()> {
        let Some(file) = self.files.get(piece.file) else { return Ok(()) };
        let mut parts = file.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.len() < 2 {
            return Ok(());
        }
        if let Some(part) = parts.get_mut(piece.part) {
            *part = Some(quotes % 2 == 1);
        }
        let Some(known) = parts.iter().copied().collect::<Option<Vec<bool>>>() else { return Ok(()) };
        even_before_each(&known, || piece.block.file.to_string())
    }

    /// What is known of those of `blocks` whose files have blocks that this check does not know of.
    pub(crate) fn open<'a>(&self, blocks: impl Iterator<Item = &'a Piece>) -> Vec<OpenQuotes> {
        let known = |piece: &Piece| {
            let parts = self.files.get(piece.file)?.lock().unwrap_or_else(PoisonError::into_inner);
            let open = parts.len() > 1 && parts.iter().any(Option::is_none);
            let odd = (*parts.get(piece.part)?)?;
            let (file, part, of) = (piece.block.file.to_string(), piece.part, parts.len());
            open.then_some(OpenQuotes { file, part, of, odd })
        };
        blocks.filter_map(known).collect()
    }
}

/// Whether a block of a file that several scans read holds an odd number of quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenQuotes {
    /// The file.
    pub(crate) file: String,
    /// Which of the file's blocks.
    pub(crate) part: usize,
    /// How many blocks the file has.
    pub(crate) of: usize,
    pub(crate) odd: bool,
}

/// Checks the files all of whose blocks are in `open`; gives those of the others.
///
/// # Errors
/// [`ErrorKind::InvalidData`] naming a file with a block that starts inside a quoted field.
pub(crate) fn settle(open: Vec<OpenQuotes>) -> Result<Vec<OpenQuotes>> {
    let mut files: BTreeMap<String, Vec<OpenQuotes>> = BTreeMap::new();
    for block in open {
        files.entry(block.file.clone()).or_default().push(block);
    }
    let mut left = Vec::new();
    for (file, mut blocks) in files {
        blocks.sort_by_key(|b| b.part);
        blocks.dedup_by_key(|b| b.part);
        if blocks.first().is_some_and(|b| b.of == blocks.len()) {
            let known: Vec<bool> = blocks.iter().map(|b| b.odd).collect();
            even_before_each(&known, || file)?;
        } else {
            left.append(&mut blocks);
        }
    }
    Ok(left)
}

/// The check itself, with what is known of all blocks of a file.
fn even_before_each(odd: &[bool], file: impl FnOnce() -> String) -> Result<()> {
    let mut inside = false;
    for block in odd {
        if inside {
            return Err(Error::new(
                ErrorKind::InvalidData,
                format!("{}: a quoted field holds a newline where the file was cut", file()),
            )
            .with_help(
                "read with newlines_in_values (the file is then read from start to end by one thread), or with \
                 quote None if quotes are ordinary characters",
            ));
        }
        inside ^= block;
    }
    Ok(())
}
