//! Reading a file's bytes: at any offset, or decoded from the start.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_error::{Error, Result};

use crate::{Compression, File, Location};

/// An open file that is read as stored, at any offset.
#[derive(Debug)]
pub struct Source {
    file: File,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Local(std::fs::File),
    #[cfg(feature = "cloud")]
    Remote(crate::remote::Object),
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] or [`swath_error::ErrorKind::Io`] naming the file.
    pub fn open(file: &File) -> Result<Self> {
        let inner = match &file.location {
            Location::Local(path) => Inner::Local(std::fs::File::open(path).map_err(|e| file.error(e))?),
            #[cfg(feature = "cloud")]
            Location::Url(url) => Inner::Remote(crate::remote::Object::open(url)?),
            #[cfg(not(feature = "cloud"))]
            Location::Url(url) => return Err(crate::store::needs_cloud(url)),
        };
        Ok(Self { file: file.clone(), inner })
    }

    /// Reads up to `into.len()` bytes at `offset`, fewer only at the end of the file.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] naming the file.
    pub fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize> {
        match &mut self.inner {
            Inner::Local(local) => read_local(local, offset, into).map_err(|e| self.file.error(e)),
            #[cfg(feature = "cloud")]
            Inner::Remote(object) => object.read_at(offset, into),
        }
    }

    /// The bytes `start..end` as a reader.
    pub fn range(self, start: u64, end: u64) -> impl Read + Send {
        Range { source: self, at: start, end }
    }

    /// The end of the line that holds the byte before `offset`: where the first line that starts at or after `offset`
    /// begins. 0 for 0, the file's size when no such line exists.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] naming the file.
    pub fn line_start(&mut self, offset: u64) -> Result<u64> {
        if offset == 0 {
            return Ok(0);
        }
        let mut window = vec![0; 4096];
        let mut at = offset - 1;
        loop {
            let n = self.read_at(at, &mut window)?;
            let seen = window.get(..n).unwrap_or_default();
            match seen.iter().position(|b| *b == b'\n') {
                Some(newline) => return Ok(at + newline as u64 + 1),
                None if n < window.len() => return Ok(at + n as u64),
                None => at += n as u64,
            }
            if window.len() < 1 << 20 {
                window.resize(window.len() * 4, 0);
            }
        }
    }
}

#[cfg(unix)]
fn read_local(file: &mut std::fs::File, offset: u64, into: &mut [u8]) -> std::io::Result<usize> {
    use std::os::unix::fs::FileExt;
    let mut done = 0;
    while let Some(rest) = into.get_mut(done..).filter(|r| !r.is_empty()) {
        match file.read_at(rest, offset + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

#[cfg(not(unix))]
fn read_local(file: &mut std::fs::File, offset: u64, into: &mut [u8]) -> std::io::Result<usize> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    let mut done = 0;
    while let Some(rest) = into.get_mut(done..).filter(|r| !r.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

struct Range {
    source: Source,
    at: u64,
    end: u64,
}

impl Read for Range {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let want = into.len().min(usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX));
        let into = into.get_mut(..want).unwrap_or_default();
        let n = self.source.read_at(self.at, into).map_err(std::io::Error::other)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The decoded bytes of a file, counting the bytes read from outside.
pub struct FileReader {
    file: File,
    compression: Compression,
    decoder: Box<dyn Read + Send>,
    counter: Arc<AtomicU64>,
}

impl FileReader {
    /// Opens a file and decodes it; `None` takes the compression its suffix names.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] or [`swath_error::ErrorKind::Io`] naming the file.
    pub fn open(file: &File, compression: Option<Compression>) -> Result<Self> {
        Self::over(file, compression, Source::open(file)?.range(0, u64::MAX))
    }

    /// Decodes `raw`, the stored bytes of `file` or a range of them.
    pub(crate) fn over(
        file: &File,
        compression: Option<Compression>,
        raw: impl Read + Send + 'static,
    ) -> Result<Self> {
        let compression = compression.unwrap_or_else(|| file.compression());
        let counter = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: raw, counter: Arc::clone(&counter) };
        let decoder: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(counted),
            packed => packed.decode(BufReader::with_capacity(1 << 18, counted)).map_err(|e| file.error(e))?,
        };
        Ok(Self { file: file.clone(), compression, decoder, counter })
    }

    /// Stored bytes read since the last call: what to give to `TaskContext::add_bytes_read`.
    pub fn take_bytes_read(&self) -> u64 {
        self.counter.swap(0, Ordering::Relaxed)
    }

    /// The file being read.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Reads until `into` is full or the file ends, and says how much was read.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] naming the file when it cannot be decoded, else
    /// [`swath_error::ErrorKind::Io`].
    pub fn fill(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|r| !r.is_empty()) {
            match self.decoder.read(rest) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.error(e)),
            }
        }
        Ok(done)
    }

    /// Reads everything that is left.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn read_all(&mut self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match self.decoder.read_to_end(&mut out) {
            Ok(_) => Ok(out),
            Err(e) => Err(self.error(e)),
        }
    }

    /// What a failure of this reader means: a damaged compressed file is named as such.
    pub fn error(&self, source: std::io::Error) -> Error {
        if let Some(inner) = source.get_ref().and_then(|e| e.downcast_ref::<Error>()) {
            return inner.clone();
        }
        if self.compression == Compression::None || source.raw_os_error().is_some() {
            return self.file.error(source);
        }
        self.file
            .damaged(format!("cannot be decoded as {}: {source}", self.compression.name()))
            .with_help("the file is cut short, damaged or not compressed as its name says")
            .with_source(source)
    }
}

impl Read for FileReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.decoder.read(into) {
            Err(e) if e.kind() != std::io::ErrorKind::Interrupted => {
                Err(std::io::Error::other(self.error(e)))
            }
            other => other,
        }
    }
}

struct Counted<R> {
    inner: R,
    counter: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(into)?;
        self.counter.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
