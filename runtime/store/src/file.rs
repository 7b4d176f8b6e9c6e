//! Files of spilled blocks: Arrow IPC messages one after another, the headers of the blocks kept in memory.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::buffer::Buffer;
use arrow::ipc::root_as_message;
use swath_aside::ScratchDir;
use swath_block::{Block, BlockDecoder, BlockEncoder, IpcMessage};
use swath_error::{Error, Result};

/// Bytes of a message, about.
const SLICE: usize = 1 << 20;

/// What precedes each message in an Arrow IPC stream, before the length of its head.
const MARKER: [u8; 4] = [0xff; 4];

/// A file with one or more blocks; removed when the last of them is dropped.
#[derive(Debug)]
pub(crate) struct SpillFile {
    path: PathBuf,
    /// Keeps the folder while there is a file in it.
    _folder: Arc<ScratchDir>,
}

impl Drop for SpillFile {
    fn drop(&mut self) {
        // Best effort: the folder goes later in any case.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Where a block lies.
#[derive(Clone, Debug)]
pub(crate) struct FilePart {
    file: Arc<SpillFile>,
    start: u64,
    length: u64,
    header: Arc<[u8]>,
}

/// Writes blocks into one new file.
#[derive(Debug)]
pub(crate) struct Writing {
    file: Arc<SpillFile>,
    out: BufWriter<File>,
    at: u64,
}

/// Why a block was not written.
#[derive(Debug)]
pub(crate) enum NotWritten {
    /// It cannot be encoded, now or ever.
    Block,
    /// The file cannot be written.
    Disk(Error),
}

impl Writing {
    pub fn begin(folder: Arc<ScratchDir>, number: u64) -> Result<Self> {
        let path = folder.path().join(format!("{number}.arrow"));
        let out = File::create_new(&path).map_err(|e| Error::io(path.display(), e))?;
        let file = Arc::new(SpillFile { path, _folder: folder });
        Ok(Self { file, out: BufWriter::new(out), at: 0 })
    }

    /// Writes a block; it is in the file when this returns.
    pub fn add(&mut self, block: &Block) -> Result<FilePart, NotWritten> {
        let mut encoder = BlockEncoder::new(block, SLICE).map_err(|_| NotWritten::Block)?;
        let (header, start) = (encoder.header().into(), self.at);
        while let Some(message) = encoder.next_message().map_err(|_| NotWritten::Block)? {
            let written = self.write(&message);
            self.at += written.map_err(|e| NotWritten::Disk(self.failed(e)))?;
        }
        self.out.flush().map_err(|e| NotWritten::Disk(self.failed(e)))?;
        Ok(FilePart { file: self.file.clone(), start, length: self.at - start, header })
    }

    fn write(&mut self, message: &IpcMessage) -> std::io::Result<u64> {
        let head = message.head.len();
        self.out.write_all(&MARKER)?;
        self.out.write_all(&u32::try_from(head).map_err(std::io::Error::other)?.to_le_bytes())?;
        self.out.write_all(&message.head)?;
        for buffer in &message.body {
            self.out.write_all(buffer)?;
        }
        Ok((8 + head + message.body_len()) as u64)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::io(self.file.path.display(), error)
    }
}

impl FilePart {
    /// Bytes in the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The block, read back.
    pub fn read(&self) -> Result<Block> {
        let path = &self.file.path;
        self.read_from(path).map_err(|e| e.context("a spilled block cannot be read back"))
    }

    fn read_from(&self, path: &Path) -> Result<Block> {
        let io = |e| Error::io(path.display(), e);
        let mut file = File::open(path).map_err(io)?;
        file.seek(SeekFrom::Start(self.start)).map_err(io)?;
        let mut input = BufReader::new(file.take(self.length));
        let mut decoder = BlockDecoder::new(&self.header, u64::MAX)?;
        let mut left = self.length;
        while left > 0 {
            let mut prefix = [0; 8];
            input.read_exact(&mut prefix).map_err(io)?;
            let [_, _, _, _, length @ ..] = prefix;
            let head = read(&mut input, u64::from(u32::from_le_bytes(length)), left).map_err(io)?;
            let malformed = || Error::data(format!("{}: not a spilled block", path.display()));
            let body = root_as_message(&head).map_err(|_| malformed())?.bodyLength();
            let body = read(&mut input, u64::try_from(body).map_err(|_| malformed())?, left).map_err(io)?;
            left = left.saturating_sub((8 + head.len() + body.len()) as u64);
            decoder.push(&head, Buffer::from_vec(body))?;
        }
        decoder.finish()
    }
}

/// So many bytes, when there are at most `left`.
fn read(input: &mut impl std::io::Read, bytes: u64, left: u64) -> std::io::Result<Vec<u8>> {
    if bytes > left {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut out = Vec::with_capacity(bytes as usize);
    input.take(bytes).read_to_end(&mut out)?;
    if out.len() as u64 == bytes { Ok(out) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_block::Chunk;

    #[test]
    fn several_blocks_share_a_file() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Arc::new(ScratchDir::create(parent.path()).unwrap());
        let mut writing = Writing::begin(folder.clone(), 0).unwrap();
        let array = Chunk::from_vec((0..300_000).map(f64::from).collect(), &[300, 1000]).unwrap();
        let parts: Vec<FilePart> = [Block::Unit, array.into(), Block::value("word".to_owned())]
            .iter()
            .map(|block| writing.add(block).unwrap())
            .collect();
        drop(writing);
        assert!(matches!(parts[0].read().unwrap(), Block::Unit));
        let array = parts[1].read().unwrap().into_chunk().unwrap();
        assert_eq!(array.view::<f64>().unwrap()[[299, 999]], 299_999.0);
        let word = parts[2].read().unwrap().into_value().unwrap();
        assert_eq!(*word.downcast::<String>().unwrap(), "word");
        let path = parts[0].file.path.clone();
        assert!(path.exists());
        drop(parts);
        assert!(!path.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Arc::new(ScratchDir::create(parent.path()).unwrap());
        let full = File::options().write(true).open("/dev/full").unwrap();
        let file = Arc::new(SpillFile { path: folder.path().join("0.arrow"), _folder: folder });
        let mut writing = Writing { file, out: BufWriter::new(full), at: 0 };
        for block in [Block::value(1u8), Block::value(vec![7u64; 100_000])] {
            let Err(NotWritten::Disk(error)) = writing.add(&block) else { panic!("it was written") };
            assert_eq!(error.kind(), swath_error::ErrorKind::Io);
            assert!(error.to_string().contains("No space left"), "{error}");
        }
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Arc::new(ScratchDir::create(parent.path()).unwrap());
        let mut writing = Writing::begin(folder, 0).unwrap();
        let part = writing.add(&Block::value(vec![7u64; 100])).unwrap();
        let bytes = std::fs::read(&part.file.path).unwrap();
        for damaged in [&bytes[..bytes.len() - 1], &[], &vec![0xff; bytes.len()]] {
            std::fs::write(&part.file.path, damaged).unwrap();
            assert!(part.read().is_err());
        }
        std::fs::write(&part.file.path, &bytes).unwrap();
        assert!(part.read().is_ok());
    }
}
