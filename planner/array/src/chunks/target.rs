//! How large a chunk is when nothing else is said.
//!
//! In: what the program or its environment asks for. Out: a number of bytes. It never changes arrays that are cut already.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_block::parse_bytes;
use swath_error::{Error, Result};

/// The bytes a chunk takes when nothing else is said: 128 MiB.
const DEFAULT_CHUNK_BYTES: u64 = 128 << 20;

/// The environment variable that says otherwise: `SWATH_ARRAY_CHUNK_SIZE=64MiB`.
const VARIABLE: &str = "SWATH_ARRAY_CHUNK_SIZE";

/// What the program asked for; 0 for nothing.
static ASKED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// What holds within [`with_chunk_size`]; 0 for nothing.
    static WITHIN: Cell<u64> = const { Cell::new(0) };
}

/// The bytes an `"auto"` chunk takes: what [`with_chunk_size`] or [`set_chunk_size`] said, else the environment's
/// `SWATH_ARRAY_CHUNK_SIZE`, else 128 MiB.
pub fn chunk_bytes() -> u64 {
    static ENVIRONMENT: OnceLock<u64> = OnceLock::new();
    let said = [WITHIN.get(), ASKED.load(Ordering::Relaxed)];
    said.into_iter().find(|n| *n > 0).unwrap_or_else(|| {
        *ENVIRONMENT.get_or_init(|| {
            let text = std::env::var(VARIABLE).ok();
            text.and_then(|t| parse_bytes(&t).ok()).filter(|n| *n > 0).unwrap_or(DEFAULT_CHUNK_BYTES)
        })
    })
}

/// From now on `"auto"` chunks of new arrays take this many bytes in this process: `"64 MiB"`. Dask's
/// `array.chunk-size`. Arrays made before keep theirs.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for text that is no number of bytes, and for 0.
pub fn set_chunk_size(size: &str) -> Result<()> {
    ASKED.store(positive(size)?, Ordering::Relaxed);
    Ok(())
}

/// Calls `body`; `"auto"` chunks of arrays it makes on this thread take this many bytes.
///
/// ```
/// use swath_array_plan::{ChunkSpec, with_chunk_size};
/// use swath_block::DType;
/// let chunks = with_chunk_size("1 MiB", || ChunkSpec::default().resolve(&[1_000_000], DType::F64, None))??;
/// assert_eq!(chunks.axis(0)?.largest(), 131_072);
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// As [`set_chunk_size`].
pub fn with_chunk_size<R>(size: &str, body: impl FnOnce() -> R) -> Result<R> {
    /// Puts back what held before, also when `body` panics.
    struct Before(u64);

    impl Drop for Before {
        fn drop(&mut self) {
            WITHIN.set(self.0);
        }
    }

    let _before = Before(WITHIN.replace(positive(size)?));
    Ok(body())
}

fn positive(size: &str) -> Result<u64> {
    match parse_bytes(size)? {
        0 => Err(Error::argument("chunks of 0 bytes").with_help("give a size such as \"64 MiB\"")),
        bytes => Ok(bytes),
    }
}
