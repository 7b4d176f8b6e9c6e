//! How arrays print: type, shape, chunks and size on one line; never values.

use std::fmt;

use swath_array_plan::{Expr, chunk_text};

use crate::{Array, DynArray, Element};

impl fmt::Display for DynArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expr() {
            Ok(expr) => write(f, expr.dtype().name(), expr),
            Err(e) => write!(f, "Array<error: {}>", e.message()),
        }
    }
}

impl<T: Element> fmt::Display for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        match self.expr() {
            Ok(expr) => write(f, name.rsplit("::").next().unwrap_or(name), expr),
            Err(e) => write!(f, "Array<{name}, error: {}>", e.message()),
        }
    }
}

impl<T: Element> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn write(f: &mut fmt::Formatter<'_>, element: &str, expr: &Expr) -> fmt::Result {
    let chunks = expr.chunks();
    let plural = if chunks.blocks() == 1 { "" } else { "s" };
    write!(f, "Array<{element}, shape {chunks}, {} chunk{plural} {}", chunks.blocks(), chunk_text(chunks))?;
    if let Ok(shape) = expr.shape() {
        write!(f, ", {}", bytes(shape.iter().product::<usize>() as u64 * expr.dtype().size() as u64))?;
    }
    f.write_str(">")
}

/// A number of bytes for people.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or("B");
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {name}") }
}
