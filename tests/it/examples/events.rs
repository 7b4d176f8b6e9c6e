//! The rows of `swath::datasets::timeseries`, read the plain way.

use std::path::PathBuf;

/// One row; `day` is the date of its timestamp.
pub struct Event {
    pub day: String,
    pub user: i64,
    pub name: String,
    pub value: f64,
    pub amount: i64,
}

/// The rows of all files, in order.
pub fn events(files: &[PathBuf]) -> Vec<Event> {
    let read = |file: &PathBuf| std::fs::read_to_string(file).unwrap();
    let parse = |line: &str| {
        let f: Vec<&str> = line.split(',').collect();
        Event {
            day: f[0][..10].to_owned(),
            user: f[1].parse().unwrap(),
            name: f[2].to_owned(),
            value: f[3].parse().unwrap(),
            amount: f[4].parse().unwrap(),
        }
    };
    files.iter().flat_map(|f| read(f).lines().skip(1).map(parse).collect::<Vec<_>>()).collect()
}
