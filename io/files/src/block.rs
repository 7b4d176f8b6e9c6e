//! Parts of files that start and end at line boundaries.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};
use swath_graph::KeyHasher;

use crate::source::{FileReader, Source};
use crate::{Compression, File};

/// The lines of a file that start in a range of its bytes: a whole number of lines, each in exactly one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileBlock {
    /// The file.
    pub file: Arc<File>,
    /// How it is compressed; a compressed file is one block.
    pub compression: Compression,
    /// First byte of the range; lines that start here or later belong to the block.
    pub start: u64,
    /// End of the range; lines that start here or later do not.
    pub end: u64,
}

/// Cuts a file into blocks of about `blocksize` stored bytes; one block when it is compressed (it cannot be read from
/// the middle), when it is no larger, or when `blocksize` is `None`. An empty file has no block.
///
/// `compression` of `None` takes what the suffix names.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("x.txt");
/// std::fs::write(&path, "one\ntwo\nthree\n")?;
/// let files = swath_files::resolve(path, &Default::default())?;
/// let blocks = swath_files::blocks(&files[0], Some(6), None);
/// let texts: Vec<Vec<u8>> = blocks.iter().map(|b| b.read()).collect::<Result<_, _>>()?;
/// assert_eq!(texts, [b"one\ntwo\n".to_vec(), b"three\n".to_vec(), b"".to_vec()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn blocks(file: &File, blocksize: Option<u64>, compression: Option<Compression>) -> Vec<FileBlock> {
    let compression = compression.unwrap_or_else(|| file.compression());
    let shared = Arc::new(file.clone());
    let part = |start, end| FileBlock { file: Arc::clone(&shared), compression, start, end };
    let size = file.size;
    match blocksize.map(|b| b.max(1)) {
        _ if size == 0 => Vec::new(),
        Some(step) if compression == Compression::None && step < size => {
            let parts = size.div_ceil(step);
            (0..parts).map(|i| part(i * step, ((i + 1) * step).min(size))).collect()
        }
        _ => vec![part(0, size)],
    }
}

impl FileBlock {
    /// Adds what identifies the block to a key.
    pub fn key(&self, hasher: KeyHasher) -> KeyHasher {
        self.file.key(hasher).u64(self.compression as u64).u64(self.start).u64(self.end)
    }

    /// A reader of the block's lines, decoded.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`], [`swath_error::ErrorKind::Io`] or, for damaged compressed files while reading,
    /// [`swath_error::ErrorKind::InvalidData`], naming the file.
    pub fn open(&self) -> Result<BlockReader> {
        let (offset, reader) = self.reader()?;
        Ok(BlockReader { offset, inner: BufReader::with_capacity(1 << 18, reader) })
    }

    /// The block's lines as an unbuffered reader, and where the first one starts in the file (0 for a compressed file).
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn reader(&self) -> Result<(u64, FileReader)> {
        let mut source = Source::open(&self.file)?;
        let (start, end) = if self.compression == Compression::None {
            (source.line_start(self.start)?, source.line_start(self.end)?)
        } else {
            (self.start, self.end)
        };
        Ok((start, FileReader::over(&self.file, Some(self.compression), source.range(start, end))?))
    }

    /// The block's lines as bytes, decoded.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(&self) -> Result<Vec<u8>> {
        self.reader()?.1.read_all()
    }
}

/// Reads the lines of one block; use it as [`BufRead`], or line by line with [`Self::read_line`].
pub struct BlockReader {
    offset: u64,
    inner: BufReader<FileReader>,
}

impl BlockReader {
    /// Where the first line starts in the file (0 for a compressed file).
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Stored bytes read since the last call: what to give to `TaskContext::add_bytes_read`.
    pub fn take_bytes_read(&self) -> u64 {
        self.inner.get_ref().take_bytes_read()
    }

    /// Replaces `line` by the next line, without its newline (`\n` or `\r\n`). False at the end of the block.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] naming the file when it cannot be decoded, else
    /// [`swath_error::ErrorKind::Io`].
    pub fn read_line(&mut self, line: &mut Vec<u8>) -> Result<bool> {
        line.clear();
        let n = self.inner.read_until(b'\n', line).map_err(|e| self.error(e))?;
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        Ok(n > 0)
    }

    /// What a failure of this reader means.
    pub fn error(&self, source: std::io::Error) -> Error {
        self.inner.get_ref().error(source)
    }
}

impl Read for BlockReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(into)
    }
}

impl BufRead for BlockReader {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}
