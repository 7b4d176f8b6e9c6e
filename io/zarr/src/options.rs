//! How an array is to be stored, and the metadata that says so.

use serde_json::{Value, json};
use swath_array_io::{Attribute, type_string};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

/// Bytes of a chunk where none were asked for.
const CHUNK_BYTES: usize = 16 << 20;

/// How an array is stored: version 3, compressed with zstd.
///
/// ```
/// use swath_zarr::ZarrOptions;
/// let options = ZarrOptions::default().chunks([100, 100]).shards([1000, 1000]).zstd(5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ZarrOptions {
    chunks: Option<Vec<usize>>,
    shards: Option<Vec<usize>>,
    codec: Option<(&'static str, i32)>,
    pub(crate) version_2: bool,
    pub(crate) overwrite: bool,
    pub(crate) attributes: Vec<(String, Attribute)>,
}

impl Default for ZarrOptions {
    fn default() -> Self {
        Self {
            chunks: None,
            shards: None,
            codec: Some(("zstd", 1)),
            version_2: false,
            overwrite: false,
            attributes: Vec::new(),
        }
    }
}

impl ZarrOptions {
    /// Stores chunks of this shape.
    #[must_use]
    pub fn chunks(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(shape.into());
        self
    }

    /// Puts the chunks of a region of this shape, a multiple of theirs, in one file.
    #[must_use]
    pub fn shards(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.shards = Some(shape.into());
        self
    }

    /// Compresses chunks with zstd.
    #[must_use]
    pub fn zstd(mut self, level: i32) -> Self {
        self.codec = Some(("zstd", level));
        self
    }

    /// Compresses chunks with gzip at a level from 0 to 9.
    #[must_use]
    pub fn gzip(mut self, level: i32) -> Self {
        self.codec = Some(("gzip", level.clamp(0, 9)));
        self
    }

    /// Stores chunks as they are.
    #[must_use]
    pub fn uncompressed(mut self) -> Self {
        self.codec = None;
        self
    }

    /// Writes version 2 of the format, for older readers.
    #[must_use]
    pub fn version_2(mut self) -> Self {
        self.version_2 = true;
        self
    }

    /// Gives the array an attribute: text, whole numbers or floats, one or several; a later one of a name replaces it.
    ///
    /// ```
    /// use swath_zarr::ZarrOptions;
    /// let options = ZarrOptions::default().attribute("units", "K").attribute("range", vec![-40.0, 60.0]);
    /// ```
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn attributes(&self) -> Value {
        self.attributes.iter().map(|(name, value)| (name.clone(), as_json(value))).collect()
    }

    /// Replaces an array that is there already.
    #[must_use]
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Whether chunks are put together in shards.
    pub fn is_sharded(&self) -> bool {
        self.shards.is_some()
    }

    /// The shape that regions written at once are multiples of, for an array computed in `blocks`: a shard, or a chunk.
    ///
    /// # Errors
    /// As [`crate::ZarrSink::create`].
    pub fn file_shape(&self, dtype: DType, shape: &[usize], blocks: &[usize]) -> Result<Vec<usize>> {
        let (chunk, shard) = self.shapes(dtype, shape, blocks)?;
        Ok(shard.unwrap_or(chunk))
    }

    /// The shapes of a chunk, and of a shard where there are shards.
    pub(crate) fn shapes(
        &self,
        dtype: DType,
        shape: &[usize],
        blocks: &[usize],
    ) -> Result<(Vec<usize>, Option<Vec<usize>>)> {
        let wrong = |what: &str, got: &[usize]| {
            Error::new(ErrorKind::ShapeMismatch, format!("{what} of {got:?} for an array of shape {shape:?}"))
                .with_help("name a length of at least 1 for every axis; shards are multiples of chunks")
        };
        let fits = |lengths: &[usize]| lengths.len() == shape.len() && !lengths.contains(&0);
        let chunk = match &self.chunks {
            Some(chunk) if fits(chunk) => chunk.clone(),
            Some(chunk) => return Err(wrong("chunks", chunk)),
            None => divided(dtype, shape, self.shards.as_deref().unwrap_or(blocks)),
        };
        match &self.shards {
            None => Ok((chunk, None)),
            Some(_) if self.version_2 => {
                Err(Error::unsupported("shards in version 2 of Zarr").with_help("write version 3"))
            }
            Some(shard) if fits(shard) && shard.iter().zip(&chunk).all(|(s, c)| s % c == 0) => {
                Ok((chunk, Some(shard.clone())))
            }
            Some(shard) => Err(wrong("shards", shard)),
        }
    }

    pub(crate) fn metadata(
        &self,
        dtype: DType,
        shape: &[usize],
        chunk: &[usize],
        shard: Option<&[usize]>,
    ) -> Value {
        let zero = match dtype {
            DType::Bool => json!(false),
            DType::C64 | DType::C128 => json!([0.0, 0.0]),
            DType::F32 | DType::F64 => json!(0.0),
            _ => json!(0),
        };
        if self.version_2 {
            let compressor = self.codec.map(|(name, level)| json!({"id": name, "level": level}));
            return json!({
                "zarr_format": 2, "shape": shape, "chunks": chunk, "dtype": type_string(dtype),
                "compressor": compressor, "fill_value": zero, "order": "C", "filters": null,
                "dimension_separator": "/",
            });
        }
        let endian = if cfg!(target_endian = "big") { "big" } else { "little" };
        let bytes = if dtype.size() == 1 {
            json!({"name": "bytes"})
        } else {
            json!({"name": "bytes", "configuration": {"endian": endian}})
        };
        let mut codecs = vec![bytes];
        codecs.extend(self.codec.map(|(name, level)| match name {
            "zstd" => json!({"name": name, "configuration": {"level": level, "checksum": false}}),
            _ => json!({"name": name, "configuration": {"level": level}}),
        }));
        if shard.is_some() {
            codecs = vec![json!({"name": "sharding_indexed", "configuration": {
                "chunk_shape": chunk,
                "codecs": codecs,
                "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
                "index_location": "end",
            }})];
        }
        json!({
            "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": dtype.name(),
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard.unwrap_or(chunk)}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": zero, "codecs": codecs, "attributes": self.attributes(),
        })
    }
}

/// An attribute as JSON has it: one value is no list. What JSON has no number for is text.
fn as_json(value: &Attribute) -> Value {
    fn list<T>(values: &[T], each: impl Fn(&T) -> Value) -> Value {
        match values {
            [one] => each(one),
            many => many.iter().map(each).collect(),
        }
    }
    match value {
        Attribute::Text(texts) => list(texts, |t| json!(t)),
        Attribute::Integers(numbers) => list(numbers, |n| {
            let small = i64::try_from(*n).map(|n| json!(n)).or_else(|_| u64::try_from(*n).map(|n| json!(n)));
            small.unwrap_or_else(|_| json!(n.to_string()))
        }),
        Attribute::Floats(numbers) => {
            list(numbers, |n| if n.is_finite() { json!(n) } else { json!(n.to_string()) })
        }
        Attribute::Other(text) => json!(text),
    }
}

/// Parts of a block, each a whole divisor of it where that makes them small enough.
fn divided(dtype: DType, shape: &[usize], blocks: &[usize]) -> Vec<usize> {
    let block = |(i, n): (usize, &usize)| blocks.get(i).copied().unwrap_or(*n).clamp(1, (*n).max(1));
    let mut chunk: Vec<usize> = shape.iter().enumerate().map(block).collect();
    while chunk.iter().product::<usize>().saturating_mul(dtype.size()) > CHUNK_BYTES {
        let Some(longest) = chunk.iter_mut().max_by_key(|n| **n).filter(|n| **n > 1) else { break };
        let factor = (2..=7).find(|f| *longest % f == 0);
        let Some(factor) = factor else { break };
        *longest /= factor;
    }
    chunk
}
