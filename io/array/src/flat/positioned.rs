//! Reads and writes at a position, without a shared cursor, so that many threads use one open file.

use std::fs::File;
use std::io::Result;

/// Fills `bytes` from byte `at` of a file on.
///
/// # Errors
/// The file system's; [`std::io::ErrorKind::UnexpectedEof`] when the file ends before.
#[cfg(unix)]
pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

/// Writes `bytes` from byte `at` of a file on.
///
/// # Errors
/// The file system's.
#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], at: u64) -> Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Fills `bytes` from byte `at` of a file on.
///
/// # Errors
/// The file system's; [`std::io::ErrorKind::UnexpectedEof`] when the file ends before.
#[cfg(windows)]
pub fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.split_at_mut(n).1;
        at += n as u64;
    }
    Ok(())
}

/// Writes `bytes` from byte `at` of a file on.
///
/// # Errors
/// The file system's.
#[cfg(windows)]
pub fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        bytes = bytes.split_at(n).1;
        at += n as u64;
    }
    Ok(())
}
