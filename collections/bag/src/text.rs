//! Bags of the lines of text files.

use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::{ReadText, Stream, TextCut, TextFiles, WithPath, Words};
use swath_error::Result;
use swath_files::{Compression, Paths};

use crate::Bag;

impl Bag<String> {
    /// The words of the strings: what lies between white space. Counted where they lie, not allocated one by one.
    ///
    /// ```
    /// use swath_bag as db;
    /// use swath_execute::Collection;
    /// # use swath_local as _;
    /// let text = db::from_sequence(["to be or", "not  to be"].map(String::from));
    /// assert_eq!(text.words().frequencies().topk(1, db::by_count).compute()?, [("to".to_string(), 2)]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn words(&self) -> Self {
        self.then(|plan| Arc::new(Words::new(plan)))
    }
}

/// How text files are read.
///
/// ```
/// use swath_bag::TextOptions;
/// let options = TextOptions::default().blocksize(16 << 20).line_ends(true);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct TextOptions {
    cut: TextCut,
    compression: Option<String>,
    line_ends: bool,
}

impl TextOptions {
    /// Cuts uncompressed files into blocks of about `bytes`, evened out and cut where lines begin; a line belongs to the
    /// block it starts in. Compressed files are refused.
    pub fn blocksize(self, bytes: u64) -> Self {
        Self { cut: TextCut::Blocks(bytes), ..self }
    }

    /// Makes every file one partition, however large it is.
    pub fn whole_files(self) -> Self {
        Self { cut: TextCut::Files, ..self }
    }

    /// Puts `files` files into each partition.
    pub fn files_per_partition(self, files: usize) -> Self {
        Self { cut: TextCut::Together(files), ..self }
    }

    /// Says how the files are compressed: `gzip`, `zstd`, `bz2`, `xz` or `none`; the default goes by their suffixes.
    pub fn compression(self, name: impl Into<String>) -> Self {
        Self { compression: Some(name.into()), ..self }
    }

    /// Keeps the `\n` (or `\r\n`) at the end of each line, as Dask does. Default false.
    pub fn line_ends(self, keep: bool) -> Self {
        Self { line_ends: keep, ..self }
    }

    fn find(&self, paths: &Paths) -> Result<ReadText> {
        let compression = self.compression.as_deref().map(Compression::parse).transpose()?;
        TextFiles::find(paths, self.cut, compression, self.line_ends).map(ReadText::new)
    }
}

/// The lines of text files, without their line ends.
///
/// `paths` is a path, a glob, a folder, a URL or a list of them; `.gz`, `.zst`, `.bz2` and `.xz` are decompressed. Each
/// file is a partition; uncompressed files larger than 128 MiB are cut into several. Files must be UTF-8.
///
/// ```
/// use swath_bag as db;
/// use swath_execute::Collection;
/// # use swath_local as _;
/// # let dir = tempfile::tempdir()?;
/// # let glob = format!("{}/*.txt", dir.path().display());
/// std::fs::write(dir.path().join("a.txt"), "to be or\nnot to be\n")?;
/// let words = db::read_text(glob).flat_map(|line| line.split(' ').map(String::from).collect::<Vec<_>>());
/// assert_eq!(words.frequencies().topk(1, db::by_count).compute()?, [("to".to_string(), 2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn read_text(paths: impl Into<Paths>) -> Bag<String> {
    read_text_with(paths, &TextOptions::default())
}

/// As [`read_text`], with options.
#[track_caller]
pub fn read_text_with(paths: impl Into<Paths>, options: &TextOptions) -> Bag<String> {
    let found = options.find(&paths.into());
    Bag::checked(found.map(|read| Arc::new(read) as Arc<dyn Stream<String>>), Location::caller())
}

/// Pairs of a line and the path of its file.
#[track_caller]
pub fn read_text_with_path(paths: impl Into<Paths>, options: &TextOptions) -> Bag<(String, String)> {
    let found = options.find(&paths.into());
    Bag::checked(found.map(|read| Arc::new(WithPath(read)) as Arc<dyn Stream<_>>), Location::caller())
}
