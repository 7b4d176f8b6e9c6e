//! Compressed JSON lines about people, one file per month.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use swath_error::{Error, Result};

use super::manifest::write_once;
use super::random::Random;

/// Monthly gzip files of JSON lines in the folder `dir`: `2015-01.json.gz` to `2015-12.json.gz`.
///
/// A record has `name` (few names are very frequent), `id`, `occupation`, `telephone`, `address` (`city`, `zip`) and
/// `credit` (two numbers).
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// let files = swath::datasets::people_json(dir.path()).records(10).months(2).write()?;
/// assert_eq!(files.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn people_json(dir: impl Into<PathBuf>) -> PeopleJson {
    PeopleJson { dir: dir.into(), records: 10_000, months: 12, seed: 1 }
}

/// Settings of [`people_json`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `write`"]
pub struct PeopleJson {
    dir: PathBuf,
    records: u64,
    months: u32,
    seed: u64,
}

impl PeopleJson {
    /// Records per file. Default 10 000.
    pub fn records(self, records: u64) -> Self {
        Self { records, ..self }
    }

    /// How many files, from January on; at most 12. Default 12.
    pub fn months(self, months: u32) -> Self {
        Self { months, ..self }
    }

    /// The seed. Default 1.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Writes the files, unless they are there already, and gives their paths.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for more than 12 months; [`swath_error::ErrorKind::Io`] when a file
    /// cannot be written.
    pub fn write(&self) -> Result<Vec<PathBuf>> {
        if !(1..=12).contains(&self.months) {
            return Err(Error::argument("people_json: months must be from 1 to 12"));
        }
        let names: Vec<String> = (1..=self.months).map(|m| format!("2015-{m:02}.json.gz")).collect();
        let settings = format!("people_json 1: records {} seed {}", self.records, self.seed);
        write_once(&self.dir, "people-json", &settings, &names, |i, out| self.month(i as u64 + 1, out))
    }

    fn month(&self, month: u64, out: &mut dyn Write) -> std::io::Result<()> {
        let mut random = Random::new(self.seed, month);
        let mut gz = GzEncoder::new(out, Compression::new(4));
        for id in 0..self.records {
            let name = random.pareto(0.6) as u64 % 2000;
            let (phone, first, second) = (random.unit(), random.unit(), random.unit());
            writeln!(
                gz,
                "{{\"name\": \"name{name}\", \"id\": {id}, \"occupation\": \"job{}\", \"telephone\": \"{phone}\", \
                 \"address\": {{\"city\": \"c{}\", \"zip\": {}}}, \"credit\": [{first}, {second}]}}",
                id % 50,
                id % 90,
                id % 9999
            )?;
        }
        gz.finish()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};

    #[test]
    fn every_line_is_a_record() {
        let folder = tempfile::tempdir().unwrap();
        let files = people_json(folder.path()).records(200).months(1).write().unwrap();
        let gz = flate2::read::MultiGzDecoder::new(std::fs::File::open(&files[0]).unwrap());
        let records: Vec<serde_json::Value> =
            BufReader::new(gz).lines().map(|l| serde_json::from_str(&l.unwrap()).unwrap()).collect();
        assert_eq!(records.len(), 200);
        assert_eq!(records[199]["id"], 199);
        assert!(records[7]["name"].as_str().unwrap().starts_with("name"));
        assert_eq!(records[7]["credit"].as_array().unwrap().len(), 2);
    }
}
