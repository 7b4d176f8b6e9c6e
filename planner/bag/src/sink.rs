//! Text files, one per partition.

use std::fmt::Display;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_aside::AsideFile;
use swath_block::Block;
use swath_error::{Error, Result};
use swath_files::Compression;
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::{BagOp, add_layer};
use crate::recipe::{self, Kind, Recipe, Stage};
use crate::stream::{Flow, Part, Stream, ended, rewritten};

/// Where text files go: a path with a `*` that the partition's number takes the place of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TextTarget {
    before: String,
    after: String,
    width: usize,
    compression: Compression,
    last_newline: bool,
}

impl TextTarget {
    /// The target of a bag with `partitions` partitions; a name without `*` is for a bag of one, a folder (ending in `/`)
    /// gets files called `0.part`. Numbers are padded with zeros to the width of the last.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when the files would have the same name;
    /// [`swath_error::ErrorKind::Unsupported`] for a compression that cannot be written.
    pub fn new(path: &str, partitions: usize, last_newline: bool) -> Result<Self> {
        let (before, after) = match path.split_once('*') {
            Some((_, rest)) if rest.contains('*') => {
                return Err(Error::argument(format!("'{path}' has more than one '*'")));
            }
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            None if path.ends_with('/') => (path.to_owned(), ".part".to_owned()),
            None if partitions == 1 => (path.to_owned(), String::new()),
            None => {
                return Err(Error::argument(format!(
                    "'{path}' is one file, but the bag has {partitions} partitions"
                ))
                .with_help("put a '*' where the partition's number is to stand, or repartition(1) first"));
            }
        };
        let compression = Compression::of_name(path);
        let width = partitions.saturating_sub(1).to_string().len();
        Ok(Self { before, after, width, compression, last_newline })
    }

    /// The same target, whichever folder a process works in.
    fn absolute(&self) -> Self {
        let mut target = self.clone();
        if let Ok(full) = std::path::absolute(format!("{}x", self.before)) {
            // The last character keeps a final `/` in place.
            let mut text = full.to_string_lossy().into_owned();
            text.pop();
            target.before = text;
        }
        target
    }

    /// The path of partition `index`.
    pub fn path(&self, index: usize) -> PathBuf {
        if self.after.is_empty() && !self.before.ends_with('/') {
            return PathBuf::from(&self.before);
        }
        PathBuf::from(format!("{}{index:0width$}{}", self.before, self.after, width = self.width))
    }

    fn write<T: BagItem + Display>(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<PathBuf> {
        let path = self.path(part.index());
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), e))?;
        }
        let mut file = AsideFile::create(&path)?;
        let failed = |e| Error::io(path.display(), e);
        let out = BufWriter::with_capacity(1 << 18, &mut file);
        match self.compression {
            Compression::None => {
                let mut out = out;
                self.lines(stream, part, &mut out)?;
                out.flush().map_err(failed)?;
            }
            Compression::Gzip => {
                let mut gz = flate2::write::GzEncoder::new(out, flate2::Compression::new(6));
                self.lines(stream, part, &mut gz)?;
                gz.finish().and_then(|mut out| out.flush()).map_err(failed)?;
            }
            Compression::Zstd => {
                let mut zst = zstd::stream::write::Encoder::new(out, 3).map_err(failed)?;
                self.lines(stream, part, &mut zst)?;
                zst.finish().and_then(|mut out| out.flush()).map_err(failed)?;
            }
            other => {
                return Err(Error::unsupported(format!("text files cannot be written as {}", other.name()))
                    .with_help("use .gz, .zst or no suffix of a compression"));
            }
        }
        file.commit()?;
        Ok(path)
    }

    /// Items as lines with newlines between them.
    fn lines<T: BagItem + Display>(
        &self,
        stream: &dyn Stream<T>,
        part: &mut Part<'_>,
        out: &mut dyn Write,
    ) -> Result<()> {
        let path = self.path(part.index());
        let ctx = part.ctx;
        let mut count = 0u32;
        let mut line = |write: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| -> Flow {
            count = count.wrapping_add(1);
            if count.is_multiple_of(1024) {
                ctx.check_cancelled()?;
            }
            let newline = if count == 1 { Ok(()) } else { out.write_all(b"\n") };
            newline.and_then(|()| write(out)).map_err(|e| Error::io(path.display(), e))?;
            Ok(())
        };
        ended(match stream.text() {
            Some(text) => text.drive_text(part, &mut |s| line(&|out| out.write_all(s.as_bytes()))),
            None => stream.drive(part, &mut |item| line(&|out| write!(out, "{item}"))),
        })?;
        if self.last_newline && count > 0 {
            out.write_all(b"\n").map_err(|e| Error::io(path.display(), e))?;
        }
        Ok(())
    }
}

/// Adds the layer that writes `stream` to `target`; each task gives the path it wrote, as a `String`.
///
/// # Errors
/// When a layer cannot be added.
pub fn write_text<T: BagItem + Display>(
    stream: &Arc<dyn Stream<T>>,
    target: TextTarget,
    builder: &mut GraphBuilder,
) -> Result<Vec<TaskId>> {
    let stream = rewritten(stream);
    let feed = stream.feed(builder)?;
    let reads = stream.reads_files();
    let key = Key::of("to-text-files").key(Key::unique("to-text-files")).key(stream.info().key).finish();
    add_layer(builder, key, "to-text-files", write_op(stream, target).reading(reads), &feed)
}

/// Writes a partition.
pub(crate) fn write_op<T: BagItem + Display>(stream: Arc<dyn Stream<T>>, target: TextTarget) -> BagOp {
    let (written, to) = (stream.clone(), target.clone());
    let op = BagOp::new("to-text-files", move |inputs, ctx| {
        let path = target.write(&*stream, &mut Part::new(inputs, ctx))?;
        Ok(Block::value(path.to_string_lossy().into_owned()))
    });
    op.written(move || match Kind::of::<T>() {
        Kind::Text | Kind::Int | Kind::Natural | Kind::Real | Kind::Truth => {
            Ok(Recipe::of::<T>(Stage::WriteText(written.recipe()?, to.absolute())))
        }
        _ => Err(recipe::stays(&format!("to_text_files of {}", std::any::type_name::<T>()))
            .with_help("map the items to strings first")),
    })
}
