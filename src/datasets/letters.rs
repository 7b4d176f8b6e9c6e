//! Text files of random letters.

use std::io::Write;
use std::path::PathBuf;

use swath_error::Result;

use super::manifest::write_once;
use super::random::Random;

/// Text files of random ASCII letters, without newlines, in the folder `dir`: `file_0.txt`, `file_1.txt`, ….
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// let files = swath::datasets::letters(dir.path()).files(3).bytes(1000).write()?;
/// assert_eq!(std::fs::metadata(&files[2])?.len(), 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn letters(dir: impl Into<PathBuf>) -> Letters {
    Letters { dir: dir.into(), files: 10, bytes: 1_000_000, seed: 3 }
}

/// Settings of [`letters`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `write`"]
pub struct Letters {
    dir: PathBuf,
    files: usize,
    bytes: usize,
    seed: u64,
}

impl Letters {
    /// How many files. Default 10.
    pub fn files(self, files: usize) -> Self {
        Self { files, ..self }
    }

    /// Letters per file. Default a million.
    pub fn bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// The seed. Default 3.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Writes the files, unless they are there already, and gives their paths.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when a file cannot be written.
    pub fn write(&self) -> Result<Vec<PathBuf>> {
        let names: Vec<String> = (0..self.files).map(|i| format!("file_{i}.txt")).collect();
        let settings = format!("letters 1: bytes {} seed {}", self.bytes, self.seed);
        write_once(&self.dir, "letters", &settings, &names, |i, out| self.file(i as u64, out))
    }

    fn file(&self, part: u64, out: &mut dyn Write) -> std::io::Result<()> {
        const ALPHABET: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut random = Random::new(self.seed, part);
        let mut piece = Vec::with_capacity(1 << 16);
        let mut left = self.bytes;
        while left > 0 {
            piece.clear();
            let letters = (0..left.min(1 << 16)).filter_map(|_| ALPHABET.get(random.below(52) as usize));
            piece.extend(letters);
            left -= piece.len();
            out.write_all(&piece)?;
        }
        Ok(())
    }
}
