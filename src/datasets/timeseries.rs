//! CSV files of events, one per month.

use std::io::Write;
use std::path::PathBuf;

use swath_error::{Error, Result};

use super::manifest::write_once;
use super::random::Random;

/// Monthly CSV files of random events in the folder `dir`: `2015-01.csv` to `2015-12.csv`.
///
/// Columns: `timestamp` (rising), `user_id`, `name`, `value` (normal, mean 10, standard deviation 3), `amount`.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// let files = swath::datasets::timeseries(dir.path()).rows(100).users(7).write()?;
/// assert_eq!(files.len(), 12);
/// assert!(std::fs::read_to_string(&files[0])?.starts_with("timestamp,user_id,name,value,amount\n2015-01-"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn timeseries(dir: impl Into<PathBuf>) -> Timeseries {
    Timeseries { dir: dir.into(), rows: 10_000, users: 1000, months: 12, seed: 7 }
}

/// Settings of [`timeseries`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `write`"]
pub struct Timeseries {
    dir: PathBuf,
    rows: usize,
    users: u64,
    months: u32,
    seed: u64,
}

impl Timeseries {
    /// Rows per file. Default 10 000.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// How many different users there are. Default 1000.
    pub fn users(self, users: u64) -> Self {
        Self { users, ..self }
    }

    /// How many files, from January on; at most 12. Default 12.
    pub fn months(self, months: u32) -> Self {
        Self { months, ..self }
    }

    /// The seed. Default 7.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Writes the files, unless they are there already, and gives their paths.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for more than 12 months or no user;
    /// [`swath_error::ErrorKind::Io`] when a file cannot be written.
    pub fn write(&self) -> Result<Vec<PathBuf>> {
        if !(1..=12).contains(&self.months) || self.users == 0 {
            return Err(Error::argument("timeseries: months must be from 1 to 12, and users at least 1"));
        }
        let names: Vec<String> = (1..=self.months).map(|m| format!("2015-{m:02}.csv")).collect();
        let settings = format!("timeseries 1: rows {} users {} seed {}", self.rows, self.users, self.seed);
        write_once(&self.dir, "timeseries", &settings, &names, |i, out| self.month(i as u64 + 1, out))
    }

    fn month(&self, month: u64, out: &mut dyn Write) -> std::io::Result<()> {
        let mut random = Random::new(self.seed, month);
        let mut seconds: Vec<u64> = (0..self.rows).map(|_| random.below(28 * 86_400)).collect();
        seconds.sort_unstable();
        out.write_all(b"timestamp,user_id,name,value,amount\n")?;
        for s in seconds {
            let (day, hour, minute, second) = (s / 86_400 + 1, s / 3600 % 24, s / 60 % 60, s % 60);
            let user = random.below(self.users);
            let name = random.below(500);
            let value = random.normal(10.0, 3.0);
            let amount = random.below(2000) as i64 - 1000;
            writeln!(
                out,
                "2015-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02},{user},name{name:04},{value:.6},{amount}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn written_once_and_again_when_a_setting_changes() {
        let folder = tempfile::tempdir().unwrap();
        let data = timeseries(folder.path()).rows(50).months(3);
        let files = data.write().unwrap();
        let first = fs::read_to_string(&files[0]).unwrap();
        assert_eq!(first.lines().count(), 51);
        let written = fs::metadata(&files[0]).unwrap().modified().unwrap();
        data.write().unwrap();
        assert_eq!(fs::metadata(&files[0]).unwrap().modified().unwrap(), written);

        fs::remove_file(&files[1]).unwrap();
        data.write().unwrap();
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), first);
        assert!(files[1].exists());

        data.clone().months(2).seed(8).write().unwrap();
        assert!(!files[2].exists());
        assert_ne!(fs::read_to_string(&files[0]).unwrap(), first);
        assert!(data.months(13).write().is_err());
    }
}
