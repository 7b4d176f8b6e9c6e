//! Frames: a length of four bytes (little-endian), then a batch of messages in postcard. An empty frame says "still
//! here".
//!
//! In: messages, bytes from a peer. Out: bytes, messages. It never makes room for more than has arrived.

use serde::Serialize;
use serde::de::DeserializeOwned;
use swath_error::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Bytes of the largest frame: a graph of several million tasks.
pub const MAX_FRAME: usize = 512 << 20;

/// Bytes of the largest frame before both sides know who the other is.
pub const MAX_GREETING: usize = 1 << 20;

/// Bytes of the length before each frame.
pub(crate) const PREFIX: usize = 4;

/// Bytes asked of the reader at once, so that a false length costs nothing.
const STEP: usize = 1 << 20;

/// A frame that holds `message` (mostly a slice or vector of messages).
///
/// # Errors
/// [`ErrorKind::Unsupported`] past [`MAX_FRAME`]; [`ErrorKind::Internal`] when it cannot be encoded.
pub fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Vec<u8>> {
    let frame = postcard::to_extend(message, vec![0u8; PREFIX])
        .map_err(|e| Error::internal(format!("a message cannot be encoded: {e}")).with_source(e))?;
    seal(frame, MAX_FRAME)
}

/// Writes the length of what follows the prefix into it.
pub(crate) fn seal(mut frame: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
    let length = frame.len() - PREFIX;
    if length > limit {
        return Err(Error::unsupported(format!(
            "a message of {length} bytes is larger than the {limit} bytes a frame may hold"
        ))
        .with_help("submit fewer tasks at once, and scatter large arguments instead of passing them"));
    }
    let prefix = (length as u32).to_le_bytes();
    frame.iter_mut().zip(prefix).for_each(|(byte, p)| *byte = p);
    Ok(frame)
}

/// The messages in the contents of a frame.
///
/// # Errors
/// [`ErrorKind::Cluster`] when the bytes are not such messages.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let undecodable = |why: String| {
        Error::new(ErrorKind::Cluster, format!("a frame of {} bytes cannot be decoded: {why}", bytes.len()))
    };
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok((_, rest)) => Err(undecodable(format!("{} bytes are left over", rest.len()))),
        Err(e) => Err(undecodable(e.to_string()).with_source(e)),
    }
}

/// The contents of the next frame; none at the end of the stream.
///
/// # Errors
/// [`ErrorKind::Cluster`] for a frame longer than `limit` and for one that is cut short.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin), limit: usize) -> Result<Option<Vec<u8>>> {
    let Some(prefix) = read_prefix(stream).await? else { return Ok(None) };
    read_contents(stream, prefix, limit, Vec::new()).await.map(Some)
}

/// The same of a frame whose contents begin with `mark`: a peer that speaks TLS is found out at once.
///
/// # Errors
/// As [`read`].
pub(crate) async fn read_greeting(
    stream: &mut (impl AsyncRead + Unpin),
    mark: [u8; 2],
) -> Result<Option<Vec<u8>>> {
    let Some(prefix) = read_prefix(stream).await? else { return Ok(None) };
    let mut first = Vec::new();
    if is_tls(prefix) {
        let mut part = (&mut *stream).take(mark.len() as u64);
        part.read_to_end(&mut first).await.map_err(broken)?;
        if first != mark {
            return Err(speaks_tls());
        }
    }
    read_contents(stream, prefix, MAX_GREETING, first).await.map(Some)
}

async fn read_prefix(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<[u8; PREFIX]>> {
    let mut prefix = [0u8; PREFIX];
    let mut got = 0;
    while got < PREFIX {
        match stream.read(prefix.get_mut(got..).unwrap_or_default()).await.map_err(broken)? {
            0 if got == 0 => return Ok(None),
            0 => return Err(cut_short()),
            n => got += n,
        }
    }
    Ok(Some(prefix))
}

/// The rest of a frame of which `contents` have been read.
async fn read_contents(
    stream: &mut (impl AsyncRead + Unpin),
    prefix: [u8; PREFIX],
    limit: usize,
    mut contents: Vec<u8>,
) -> Result<Vec<u8>> {
    let length = u32::from_le_bytes(prefix) as usize;
    if length > limit {
        return Err(Error::new(
            ErrorKind::Cluster,
            format!("a frame of {length} bytes was announced; at most {limit} are taken here"),
        )
        .with_help("is the other side a swath scheduler, worker or client?"));
    }
    contents.reserve(length.min(STEP));
    while contents.len() < length {
        let rest = (length - contents.len()).min(STEP.max(contents.len()));
        let mut part = (&mut *stream).take(rest as u64);
        if part.read_to_end(&mut contents).await.map_err(broken)? == 0 {
            return Err(cut_short());
        }
    }
    Ok(contents)
}

/// The first bytes of a record of TLS: an alert or a part of a handshake, and the protocol's major version.
fn is_tls(prefix: [u8; PREFIX]) -> bool {
    matches!(prefix, [0x15 | 0x16, 3, ..])
}

/// One side uses TLS and the other does not.
fn speaks_tls() -> Error {
    Error::new(ErrorKind::Cluster, "the other side speaks TLS, and this one does not").with_help(
        "this cluster has certificates: pass the folder that holds them with --tls-dir, or the identity in the options",
    )
}

fn cut_short() -> Error {
    Error::new(ErrorKind::Cluster, "the connection ended in the middle of a frame")
}

pub(crate) fn broken(e: std::io::Error) -> Error {
    if let Some(refused) = crate::tls::refusal(&e) {
        return refused.with_source(e);
    }
    Error::new(ErrorKind::Cluster, format!("the connection broke: {e}")).with_source(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8], limit: usize) -> Result<Option<Vec<u8>>> {
        futures::executor::block_on(read(&mut bytes, limit))
    }

    #[test]
    fn what_is_written_is_read() {
        let frame = encode(&vec![(1u32, "a".to_owned()), (2, "b".repeat(3 << 20))]).unwrap();
        let contents = read_all(&frame, MAX_FRAME).unwrap().unwrap();
        let back: Vec<(u32, String)> = decode(&contents).unwrap();
        assert_eq!((back[0].1.as_str(), back[1].1.len()), ("a", 3 << 20));
        assert!(read_all(&[], MAX_FRAME).unwrap().is_none());
        assert_eq!(read_all(&[0; 4], MAX_FRAME).unwrap(), Some(vec![]));
    }

    #[test]
    fn tls_is_told_apart() {
        // A TLS server's alert to one that does not speak TLS, and the first words of a TLS client.
        let read = |mut bytes: &[u8]| futures::executor::block_on(read_greeting(&mut bytes, *b"sw"));
        for bytes in [&[0x15, 3, 3, 0, 2, 2, 70][..], &[0x16, 3, 1, 0, 0x73, 1, 0, 1]] {
            let error = read(bytes).unwrap_err();
            assert!(
                error.to_string().contains("speaks TLS") && error.help().unwrap().contains("--tls-dir"),
                "{error}"
            );
        }
        // A frame of 790 bytes begins alike.
        let frame = seal([vec![0; PREFIX], b"sw".to_vec(), vec![7; 788]].concat(), MAX_GREETING).unwrap();
        assert!(is_tls([frame[0], frame[1], frame[2], frame[3]]));
        assert_eq!(read(&frame).unwrap().unwrap().len(), 790);
    }

    #[test]
    fn hostile_bytes_are_errors() {
        let long = read_all(&u32::MAX.to_le_bytes(), MAX_GREETING).unwrap_err();
        assert!(long.to_string().contains("at most 1048576"), "{long}");
        let cut = read_all(&[9, 0, 0, 0, 1], MAX_GREETING).unwrap_err();
        assert!(cut.to_string().contains("middle of a frame"), "{cut}");
        assert!(decode::<Vec<String>>(&[255, 255, 255, 255, 15]).is_err());
        assert!(decode::<u8>(&[1, 2]).unwrap_err().to_string().contains("left over"));
    }
}
