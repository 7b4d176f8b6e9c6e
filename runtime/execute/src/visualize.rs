//! Writing a drawing of a task graph to a file.

use std::io::Write as _;
use std::path::Path;

use swath_aside::AsideFile;
use swath_error::{Error, Result};
use swath_graph::{TaskGraph, to_svg};

/// Draws `graph` into `path`.
pub(crate) fn write(graph: &TaskGraph, path: &Path) -> Result<()> {
    if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("svg")) {
        return Err(Error::unsupported(format!("a graph cannot be drawn as '{}'", path.display()))
            .with_help("name a file that ends in .svg"));
    }
    let mut file = AsideFile::create(path)?;
    file.write_all(to_svg(graph).as_bytes()).map_err(|e| Error::io(path.display(), e))?;
    file.commit()
}
