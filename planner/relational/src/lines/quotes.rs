//! Whether files were cut inside quoted fields.

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
        let mut odd = false;
        for part in &known {
            if odd {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    format!("{}: a quoted field holds a newline where the file was cut", piece.block.file),
                )
                .with_help(
                    "read with newlines_in_values (the file is then read from start to end by one thread), or with \
                     quote None if quotes are ordinary characters",
                ));
            }
            odd ^= part;
        }
        Ok(())
    }
}
