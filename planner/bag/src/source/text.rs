//! Lines of text files, decompressed and split as they are read.
//!
//! Lines are handed on as slices of the read buffer: nothing is allocated per line unless somebody keeps it.

use std::io::{BufRead, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::CancelToken;
use swath_error::{Error, Result};
use swath_files::{BlockReader, Compression, File, FileBlock, Paths, Resolve, resolve};
use swath_graph::Key;

use crate::recipe::StreamRecipe;
use crate::stream::{Flow, Info, Node, Part, Sink, Stream, TextStream};

/// Bytes read at once; a longer line makes the buffer grow.
const BUFFER: usize = 1 << 18;

/// Uncompressed files larger than this are cut into blocks of half of it, so that several threads can read one file.
const LARGE: u64 = 128 << 20;

/// How files become partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextCut {
    /// One partition per file; uncompressed files larger than 128 MiB are cut into blocks of about 64 MiB.
    #[default]
    Auto,
    /// One partition per file.
    Files,
    /// Blocks of about this many bytes, cut where lines begin; for uncompressed files only.
    Blocks(u64),
    /// This many files per partition.
    Together(usize),
}

/// Which files are read, and how they are cut into partitions and lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFiles {
    /// The partitions: each reads its blocks one after another.
    parts: Vec<Vec<FileBlock>>,
    /// Whether lines keep their `\n`.
    line_ends: bool,
}

impl TextFiles {
    /// Finds the files and cuts them into partitions.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] when nothing matches; [`swath_error::ErrorKind::InvalidArgument`] when
    /// blocks are asked for of compressed files, or no file per partition.
    pub fn find(
        paths: &Paths,
        cut: TextCut,
        compression: Option<Compression>,
        line_ends: bool,
    ) -> Result<Self> {
        let files = resolve(paths.clone(), &Resolve { hive: false, ..Resolve::default() })?;
        let parts = match cut {
            TextCut::Together(0) => return Err(Error::argument("a partition of 0 files holds nothing")),
            TextCut::Together(n) => {
                files.chunks(n).map(|some| some.iter().map(|f| whole(f, compression)).collect()).collect()
            }
            TextCut::Files => files.iter().map(|file| vec![whole(file, compression)]).collect(),
            TextCut::Auto => files
                .iter()
                .flat_map(|file| pieces(file, (file.size > LARGE).then_some(LARGE / 2), compression))
                .collect(),
            TextCut::Blocks(size) => {
                refuse_compressed(&files, compression)?;
                files.iter().flat_map(|file| pieces(file, Some(size), compression)).collect()
            }
        };
        Ok(Self { parts, line_ends })
    }

    fn key(&self) -> Key {
        let mut key = Key::of("read-text").u64(u64::from(self.line_ends));
        for part in &self.parts {
            key = part.iter().fold(key.u64(part.len() as u64), |key, block| block.key(key));
        }
        key.finish()
    }

    fn label(&self) -> String {
        let mut files: Vec<&Arc<File>> = self.parts.iter().flatten().map(|b| &b.file).collect();
        files.dedup_by(|a, b| a.location == b.location);
        let what = match files.as_slice() {
            [one] => one.file_name(),
            many => format!("{} files", many.len()),
        };
        format!("read_text({what}, {} partitions)", self.parts.len())
    }
}

fn refuse_compressed(files: &[File], compression: Option<Compression>) -> Result<()> {
    let packed = files.iter().find(|f| compression.unwrap_or_else(|| f.compression()) != Compression::None);
    match packed {
        Some(file) => Err(Error::argument(format!(
            "{file} is compressed and cannot be cut into blocks: a compressed file is read from its start"
        ))
        .with_help("leave blocksize out: each file is then one partition")),
        None => Ok(()),
    }
}

/// A file's partitions of one block each; an empty file is one empty partition.
fn pieces(file: &File, size: Option<u64>, compression: Option<Compression>) -> Vec<Vec<FileBlock>> {
    let compression = compression.unwrap_or_else(|| file.compression());
    let starts = match size {
        Some(size) if compression == Compression::None => evened(file.size, size.max(1)),
        _ => vec![0],
    };
    let ends = starts.iter().skip(1).copied().chain([file.size]);
    let shared = Arc::new(file.clone());
    let block = |(&start, end)| FileBlock { file: shared.clone(), compression, start, end };
    starts.iter().zip(ends).map(|ends| vec![block(ends)]).collect()
}

/// Where blocks of about `asked` bytes start, evened out by Dask's rule (60 bytes in 25s: 2 blocks of 30).
fn evened(size: u64, asked: u64) -> Vec<u64> {
    let uneven = size > asked && !size.is_multiple_of(asked);
    let step = if uneven { size as f64 / (size / asked) as f64 } else { asked as f64 };
    let mut starts = vec![0];
    let mut place = 0.0;
    while size as f64 - place > 2.0 * step - 1.0 {
        place += step;
        // A line that starts exactly here belongs to the block before, as in Dask and Hadoop.
        starts.push(place as u64 + 1);
    }
    starts
}

fn whole(file: &File, compression: Option<Compression>) -> FileBlock {
    let compression = compression.unwrap_or_else(|| file.compression());
    FileBlock { file: Arc::new(file.clone()), compression, start: 0, end: file.size }
}

/// The lines of text files.
pub struct ReadText {
    info: Info,
    files: Arc<TextFiles>,
}

impl ReadText {
    /// The node.
    pub fn new(files: TextFiles) -> Self {
        let info = Info { key: files.key(), label: files.label(), partitions: files.parts.len() };
        Self { info, files: Arc::new(files) }
    }

    /// What is read.
    pub fn files(&self) -> &Arc<TextFiles> {
        &self.files
    }
}

impl Node for ReadText {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn reads_files(&self) -> bool {
        true
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::ReadText((*self.files).clone()))
    }
}

impl Stream<String> for ReadText {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, String>) -> Flow {
        self.drive_text(part, &mut |line| sink(line.to_owned()))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        Some(self)
    }
}

impl TextStream for ReadText {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        self.files
            .parts
            .get(part.index())
            .into_iter()
            .flatten()
            .try_for_each(|block| drive_file(block, self.files.line_ends, part, sink))
    }
}

/// Lines together with the path of their file.
pub struct WithPath(pub ReadText);

impl Node for WithPath {
    fn info(&self) -> &Info {
        &self.0.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn reads_files(&self) -> bool {
        true
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::WithPath((*self.0.files).clone()))
    }
}

impl Stream<(String, String)> for WithPath {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (String, String)>) -> Flow {
        let files = &self.0.files;
        files.parts.get(part.index()).into_iter().flatten().try_for_each(|block| {
            let path = block.file.to_string();
            drive_file(block, files.line_ends, part, &mut |line| sink((line.to_owned(), path.clone())))
        })
    }
}

/// Pushes the lines of one block; an error of whoever reads them is given the file and the line.
fn drive_file(
    block: &FileBlock,
    line_ends: bool,
    part: &mut Part<'_>,
    sink: &mut dyn FnMut(&str) -> Flow,
) -> Flow {
    if block.end == block.start {
        return Ok(());
    }
    let mut lines = Lines { reader: block.open()?, buffer: vec![0; BUFFER], filled: 0, line: 0 };
    loop {
        part.ctx.check_cancelled()?;
        let ended = lines.refill()?;
        part.ctx.add_bytes_read(lines.reader.take_bytes_read());
        let pushed = lines.push(ended, line_ends, &part.ctx.env.cancel, sink);
        pushed.map_err(|stop| stop.at(|| place(block, lines.reader.offset(), lines.line)))?;
        if ended {
            return Ok(());
        }
    }
}

/// `file:line`, counting the lines before a block that does not start the file.
fn place(block: &FileBlock, offset: u64, line: u64) -> String {
    let before = if offset == 0 { Some(0) } else { newlines_before(block, offset).ok() };
    match before {
        Some(before) => format!("{}:{}", block.file, before + line),
        None => format!("{}: line {line} after byte {offset}", block.file),
    }
}

fn newlines_before(block: &FileBlock, offset: u64) -> Result<u64> {
    let mut start = FileBlock { start: 0, end: offset, ..block.clone() }.open()?;
    let mut count = 0;
    loop {
        let seen = start.fill_buf().map_err(|e| block.file.error(e))?;
        if seen.is_empty() {
            return Ok(count);
        }
        count += memchr::memchr_iter(b'\n', seen).count() as u64;
        let n = seen.len();
        start.consume(n);
    }
}

/// A buffer that always starts at the start of a line.
struct Lines {
    reader: BlockReader,
    buffer: Vec<u8>,
    filled: usize,
    /// The number of the line being handed on, from 1.
    line: u64,
}

impl Lines {
    /// Reads until the buffer is full; true at the end of the block.
    fn refill(&mut self) -> Result<bool> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        while let Some(rest) = self.buffer.get_mut(self.filled..).filter(|r| !r.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => return Ok(true),
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.reader.error(e)),
            }
        }
        Ok(false)
    }

    /// Pushes the whole lines in the buffer, at the end also one without a newline, and moves the rest to the front.
    fn push(
        &mut self,
        ended: bool,
        line_ends: bool,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(&str) -> Flow,
    ) -> Flow {
        let filled = self.buffer.get(..self.filled).unwrap_or_default();
        let whole = if ended { filled.len() } else { memchr::memrchr(b'\n', filled).map_or(0, |i| i + 1) };
        let ready = filled.get(..whole).unwrap_or_default();
        let text = match std::str::from_utf8(ready) {
            Ok(text) => text,
            Err(e) => {
                let good = ready.get(..e.valid_up_to()).unwrap_or_default();
                self.line += memchr::memchr_iter(b'\n', good).count() as u64 + 1;
                return Err(Error::data("the line is not UTF-8")
                    .with_help("convert the file to UTF-8 first")
                    .into());
            }
        };
        let mut rest = text;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |i| i + 1);
            let (line, after) = rest.split_at(end);
            rest = after;
            self.line += 1;
            if cancel.is_cancelled() {
                return Err(Error::cancelled("the run was cancelled").into());
            }
            sink(if line_ends { line } else { without_end(line) })?;
        }
        self.buffer.copy_within(whole..self.filled, 0);
        self.filled -= whole;
        Ok(())
    }
}

fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_evened_out_as_dask_does() {
        assert_eq!(evened(60, 25), [0, 31]);
        assert_eq!(evened(60, 20), [0, 21, 41]);
        assert_eq!(evened(10, 25), [0]);
        assert_eq!(evened(0, 25), [0]);
    }

    #[test]
    fn line_ends_are_taken_off() {
        assert_eq!(without_end("a\r\n"), "a");
        assert_eq!(without_end("a\n"), "a");
        assert_eq!(without_end("a"), "a");
        assert_eq!(without_end("\n"), "");
    }
}
