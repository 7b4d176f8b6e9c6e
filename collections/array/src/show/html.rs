//! An array as a table in HTML, with a drawing of its chunks: for notebooks and reports.

use std::fmt::Write;

use swath_array_plan::{Axis, Chunks, Expr};
use swath_error::{ErrorKind, Result};

use super::line::bytes;
use super::svg;
use crate::{Array, DynArray, Element};

impl DynArray {
    /// The array as a table in HTML, as Dask shows it in notebooks: bytes, shape, number of chunks and element type of the
    /// array and of its largest chunk, beside a drawing of the chunks where there can be one.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let page = da::ones([1000, 1000]).chunks([250, 500]).into_dyn().to_html()?;
    /// assert!(page.contains("<td>7.6 MiB</td><td>976.6 KiB</td>"));
    /// assert!(page.contains("8 chunks") && page.contains("<svg"));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// What building the array met.
    pub fn to_html(&self) -> Result<String> {
        table(self.expr()?)
    }
}

impl<T: Element> Array<T> {
    /// The array as a table in HTML: see [`DynArray::to_html`].
    ///
    /// # Errors
    /// What building the array met.
    pub fn to_html(&self) -> Result<String> {
        self.as_dyn().to_html()
    }
}

fn table(expr: &Expr) -> Result<String> {
    let chunks = expr.chunks();
    let size = expr.dtype().size() as u64;
    let mut rows = String::new();
    // Writing to a string cannot fail.
    if let Ok(shape) = expr.shape() {
        let whole = bytes(shape.iter().product::<usize>() as u64 * size);
        let largest = bytes(chunks.largest() as u64 * size);
        let _ = writeln!(rows, "  <tr><th>Bytes</th><td>{whole}</td><td>{largest}</td></tr>");
    }
    let _ = writeln!(rows, "  <tr><th>Shape</th><td>{chunks}</td><td>{}</td></tr>", largest_shape(chunks));
    let count = chunks.blocks();
    let plural = if count == 1 { "" } else { "s" };
    let _ = writeln!(rows, "  <tr><th>Count</th><td colspan=\"2\">{count} chunk{plural}</td></tr>");
    let _ = writeln!(rows, "  <tr><th>Data type</th><td colspan=\"2\">{}</td></tr>", expr.dtype());
    let drawing = match svg::draw(chunks) {
        Ok(drawing) => format!("\n<td>{drawing}</td>"),
        Err(e) if e.kind() == ErrorKind::Unsupported => String::new(),
        Err(e) => return Err(e),
    };
    Ok(format!(
        "<table><tr><td><table style=\"border-collapse: collapse;\">\n  \
         <tr><td></td><th>Array</th><th>Chunk</th></tr>\n{rows}</table></td>{drawing}</tr></table>"
    ))
}

/// The shape of the largest chunk.
fn largest_shape(chunks: &Chunks) -> String {
    let longest = |a: &Axis| a.sizes().ok().map_or("?".to_owned(), |_| a.largest().to_string());
    let lengths: Vec<String> = chunks.axes().iter().map(longest).collect();
    let comma = if lengths.len() == 1 { "," } else { "" };
    format!("({}{comma})", lengths.join(", "))
}
