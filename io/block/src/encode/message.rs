//! One Arrow IPC message, and the cutting of an encoder's output into messages.

use arrow_buffer::{Buffer, MutableBuffer};
use swath_error::{Error, Result};

/// A message: its metadata, and the buffers that follow one after another.
#[derive(Clone, Debug)]
pub struct IpcMessage {
    /// The flatbuffer that describes it, padded.
    pub head: Buffer,
    /// The body, padded; shares memory with the block it is made of.
    pub body: Vec<Buffer>,
}

impl IpcMessage {
    /// Bytes of the body.
    pub fn body_len(&self) -> usize {
        self.body.iter().map(Buffer::len).sum()
    }

    /// The body in one buffer; copies when it is in several.
    pub fn joined(&self) -> Buffer {
        match self.body.as_slice() {
            [] => Buffer::default(),
            [only] => only.clone(),
            many => joined(many),
        }
    }
}

fn joined(buffers: &[Buffer]) -> Buffer {
    let mut all = MutableBuffer::with_capacity(buffers.iter().map(Buffer::len).sum());
    for buffer in buffers {
        all.extend_from_slice(buffer);
    }
    all.into()
}

/// Cuts the output of Arrow's stream encoder, which frames each message with a marker and the length of its head. The
/// end-of-stream marker is left out.
pub(crate) fn cut(buffers: Vec<Buffer>) -> Result<Vec<IpcMessage>> {
    let wrong = || Error::internal("Arrow's stream encoder gave an unexpected message");
    let mut buffers = buffers.into_iter().filter(|b| !b.is_empty());
    let mut messages = Vec::new();
    while let Some(prefix) = buffers.next() {
        let length = prefix.get(4..8).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
        let length = length.and_then(|n| usize::try_from(n).ok()).ok_or_else(wrong)?;
        if length == 0 {
            continue;
        }
        let head = joined(&take(&mut buffers, length).ok_or_else(wrong)?);
        let body = arrow::ipc::root_as_message(&head).map_err(|_| wrong())?.bodyLength();
        let body = usize::try_from(body).ok().and_then(|n| take(&mut buffers, n)).ok_or_else(wrong)?;
        messages.push(IpcMessage { head, body });
    }
    Ok(messages)
}

/// Buffers of exactly so many bytes.
fn take(buffers: &mut impl Iterator<Item = Buffer>, bytes: usize) -> Option<Vec<Buffer>> {
    let (mut taken, mut have) = (Vec::new(), 0);
    while have < bytes {
        let next = buffers.next()?;
        have += next.len();
        taken.push(next);
    }
    (have == bytes).then_some(taken)
}
