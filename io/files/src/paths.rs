//! The many ways to say which files: one path, a glob, a list, a `PathBuf`.

use std::path::{Path, PathBuf};

/// Paths, globs, folders or URLs, as the user wrote them; made by `into()` from strings, paths and lists of them.
///
/// ```
/// use swath_files::Paths;
/// assert_eq!(Paths::from("2015-*.csv").as_slice(), ["2015-*.csv"]);
/// assert_eq!(Paths::from(vec!["a.csv", "b.csv"]).as_slice().len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(Vec<String>);

impl Paths {
    /// What the user wrote, in that order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl std::fmt::Display for Paths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("no path"),
            [one] => f.write_str(one),
            [first, rest @ ..] => write!(f, "{first} and {} more", rest.len()),
        }
    }
}

/// Anything that names a file as text.
trait PathText {
    fn text(&self) -> String;
}

impl PathText for &str {
    fn text(&self) -> String {
        (*self).to_string()
    }
}

impl PathText for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl PathText for &Path {
    fn text(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

impl PathText for PathBuf {
    fn text(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

macro_rules! from_path_text {
    ($($t:ty),*) => { $(
        impl From<$t> for Paths {
            fn from(path: $t) -> Self {
                Self(vec![PathText::text(&path)])
            }
        }
        impl From<Vec<$t>> for Paths {
            fn from(paths: Vec<$t>) -> Self {
                Self(paths.iter().map(PathText::text).collect())
            }
        }
        impl From<&[$t]> for Paths {
            fn from(paths: &[$t]) -> Self {
                Self(paths.iter().map(PathText::text).collect())
            }
        }
        impl<const N: usize> From<[$t; N]> for Paths {
            fn from(paths: [$t; N]) -> Self {
                Self(paths.iter().map(PathText::text).collect())
            }
        }
    )* };
}

from_path_text!(&str, String, &Path, PathBuf);

impl From<&String> for Paths {
    fn from(path: &String) -> Self {
        Self(vec![path.clone()])
    }
}

impl From<&PathBuf> for Paths {
    fn from(path: &PathBuf) -> Self {
        Self(vec![path.text()])
    }
}

impl From<&Vec<String>> for Paths {
    fn from(paths: &Vec<String>) -> Self {
        Self(paths.clone())
    }
}
