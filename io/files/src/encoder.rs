//! Writing compressed files.

use std::io::{self, Write};

use crate::Compression;

/// Encodes what is written into it; [`Encoder::finish`] writes the end that decoders look for. Files of several encoded
/// parts one after another decode as one.
///
/// ```
/// use std::io::Write;
/// use swath_files::{Compression, Encoder};
/// let mut out = Encoder::new(Compression::Gzip, Vec::new())?;
/// out.write_all(b"hello\n")?;
/// let packed: Vec<u8> = out.finish()?;
/// assert_eq!(packed[..2], [0x1f, 0x8b]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Encoder<W: Write>(Inner<W>);

enum Inner<W: Write> {
    Plain(W),
    Gzip(Box<flate2::write::GzEncoder<W>>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
    Bzip2(Box<bzip2::write::BzEncoder<W>>),
    Xz(Box<liblzma::write::XzEncoder<W>>),
}

impl<W: Write> Encoder<W> {
    /// An encoder at the format's usual level.
    ///
    /// # Errors
    /// When the encoder cannot be set up.
    pub fn new(compression: Compression, out: W) -> io::Result<Self> {
        Ok(Self(match compression {
            Compression::None => Inner::Plain(out),
            Compression::Gzip => {
                Inner::Gzip(Box::new(flate2::write::GzEncoder::new(out, flate2::Compression::default())))
            }
            Compression::Zstd => Inner::Zstd(zstd::stream::write::Encoder::new(out, 0)?),
            Compression::Bzip2 => {
                Inner::Bzip2(Box::new(bzip2::write::BzEncoder::new(out, bzip2::Compression::default())))
            }
            Compression::Xz => Inner::Xz(Box::new(liblzma::write::XzEncoder::new(out, 6))),
        }))
    }

    /// Writes what is pending and gives the sink back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Inner::Plain(out) => Ok(out),
            Inner::Gzip(encoder) => encoder.finish(),
            Inner::Zstd(encoder) => encoder.finish(),
            Inner::Bzip2(encoder) => encoder.finish(),
            Inner::Xz(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Inner::Plain(out) => out.write(bytes),
            Inner::Gzip(encoder) => encoder.write(bytes),
            Inner::Zstd(encoder) => encoder.write(bytes),
            Inner::Bzip2(encoder) => encoder.write(bytes),
            Inner::Xz(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Inner::Plain(out) => out.flush(),
            Inner::Gzip(encoder) => encoder.flush(),
            Inner::Zstd(encoder) => encoder.flush(),
            Inner::Bzip2(encoder) => encoder.flush(),
            Inner::Xz(encoder) => encoder.flush(),
        }
    }
}
