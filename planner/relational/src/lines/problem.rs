//! What is wrong with a record, as an error that names the file and the line.

use swath_error::{Error, ErrorKind};
use swath_files::{Compression, File, FileReader};

/// A line of a file: counted by reading the file again up to it, which only failures pay for.
fn line_of(file: &File, compression: Compression, offset: u64) -> Option<u64> {
    let mut reader = FileReader::open(file, Some(compression)).ok()?;
    let mut buffer = vec![0; 1 << 18];
    let mut left = offset;
    let mut lines = 1;
    while left > 0 {
        let want = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = reader.fill(buffer.get_mut(..want)?).ok()?;
        if n == 0 {
            return None;
        }
        lines += memchr::memchr_iter(b'\n', buffer.get(..n)?).count() as u64;
        left -= n as u64;
    }
    Some(lines)
}

/// An error about the record that starts at `offset` of the decoded file.
pub(crate) fn at(file: &File, compression: Compression, offset: u64, what: &str) -> Error {
    let place = match line_of(file, compression, offset) {
        Some(line) => format!("{file} line {line}"),
        None => format!("{file} at byte {offset}"),
    };
    Error::new(ErrorKind::InvalidData, format!("{place}: {what}"))
}

/// A value for messages: not longer than a reader wants.
pub(crate) fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("'{}…'", text.get(..at).unwrap_or_default()),
        None => format!("'{text}'"),
    }
}
