//! The text of a table: aligned columns, the middle of long and wide tables left out.
//!
//! In: a table and limits. Out: text for a terminal or a log. It never formats a row it does not show.

use std::fmt::{self, Write};

use arrow::array::Array;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::Table;

/// Longer cells are cut, with an ellipsis.
const MAX_CELL: usize = 60;

/// A column as it is shown.
struct Column {
    cells: Vec<String>,
    right: bool,
    width: usize,
}

impl Column {
    fn new(cells: Vec<String>, right: bool) -> Self {
        let width = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
        Self { cells, right, width }
    }

    fn ellipsis(rows: usize) -> Self {
        Self::new(vec!["…".to_owned(); rows], false)
    }
}

/// The table's text; see [`Table::show`].
pub fn table(table: &Table, max_rows: usize, max_columns: usize) -> String {
    let (rows, columns) = (table.num_rows(), table.num_columns());
    let cut_rows = rows > max_rows.max(1);
    let parts = if cut_rows {
        let last = max_rows / 2;
        vec![table.slice(0, max_rows - last), table.slice(rows - last, last)]
    } else {
        vec![table.clone()]
    };
    let cut_columns = columns > max_columns.max(1);
    let left = if cut_columns { max_columns.div_ceil(2) } else { columns };
    let right = if cut_columns { columns - max_columns / 2 } else { columns };
    let mut shown: Vec<Column> = (0..left).map(|i| column(&parts, i, cut_rows)).collect();
    if cut_columns {
        shown.push(Column::ellipsis(shown.first().map_or(1, |c| c.cells.len())));
        shown.extend((right..columns).map(|i| column(&parts, i, cut_rows)));
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = layout(&mut out, &shown);
    if cut_rows || cut_columns || rows == 0 {
        let _ = write!(out, "\n[{rows} rows x {columns} columns]");
    }
    out
}

/// One column's header and cells, an ellipsis between the two parts of a cut table.
fn column(parts: &[Table], index: usize, cut: bool) -> Column {
    let mut cells = Vec::new();
    let mut right = false;
    for (i, part) in parts.iter().enumerate() {
        if let (0, Some(field)) = (i, part.schema().fields().get(index)) {
            right = field.data_type().is_numeric();
            cells.push(field.name().clone());
        }
        for batch in part.batches() {
            if let Some(array) = batch.columns().get(index) {
                format_cells(array.as_ref(), &mut cells);
            }
        }
        if cut && i == 0 {
            cells.push("…".to_owned());
        }
    }
    Column::new(cells, right)
}

fn format_cells(array: &dyn Array, out: &mut Vec<String>) {
    let options = FormatOptions::default().with_null("");
    match ArrayFormatter::try_new(array, &options) {
        Ok(formatter) => {
            out.extend((0..array.len()).map(|row| cell(array, row, formatter.value(row).to_string())));
        }
        Err(e) => out.extend((0..array.len()).map(|_| format!("<{e}>"))),
    }
}

/// A cell's text on one line; a missing value is `null` where an empty string could be meant.
fn cell(array: &dyn Array, row: usize, text: String) -> String {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return "null".to_owned();
    }
    let text = if text.contains(char::is_control) { text.escape_debug().to_string() } else { text };
    if text.chars().count() > MAX_CELL {
        text.chars().take(MAX_CELL - 1).chain(['…']).collect()
    } else {
        text
    }
}

fn layout(out: &mut String, columns: &[Column]) -> fmt::Result {
    let rows = columns.first().map_or(0, |c| c.cells.len());
    for row in 0..rows {
        if row > 0 {
            out.push('\n');
        }
        line(out, columns, row)?;
        if row == 0 {
            out.push('\n');
            let rules: Vec<String> = columns.iter().map(|c| "─".repeat(c.width + 2)).collect();
            out.push_str(&rules.join("┼"));
        }
    }
    Ok(())
}

fn line(out: &mut String, columns: &[Column], row: usize) -> fmt::Result {
    let last = columns.len().saturating_sub(1);
    for (i, column) in columns.iter().enumerate() {
        let text = column.cells.get(row).map_or("", String::as_str);
        match (column.right, i == last) {
            (true, _) => write!(out, " {text:>width$} ", width = column.width)?,
            (false, true) => write!(out, " {text}")?,
            (false, false) => write!(out, " {text:<width$} ", width = column.width)?,
        }
        if i < last {
            out.push('│');
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    Ok(())
}

impl fmt::Display for Table {
    /// At most 20 rows and 20 columns; see [`Table::show`] for more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(20, 20))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, StringArray};

    use crate::Table;

    fn numbers(n: i64) -> Table {
        let ids = Int64Array::from_iter_values(0..n);
        let names: StringArray = (0..n).map(|i| (i % 2 == 0).then(|| format!("n{i}"))).collect();
        let batch =
            RecordBatch::try_from_iter([("id", Arc::new(ids) as _), ("name", Arc::new(names) as _)]).unwrap();
        Table::new(batch.schema(), vec![batch]).unwrap()
    }

    #[test]
    fn small_tables_are_shown_whole() {
        assert_eq!(numbers(2).to_string(), " id │ name\n────┼──────\n  0 │ n0\n  1 │ null");
    }

    #[test]
    fn long_tables_show_both_ends_and_the_shape() {
        let text = numbers(1000).show(4, 20);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8);
        assert_eq!(lines[3], "   1 │ null");
        assert_eq!(lines[4], "   … │ …");
        assert_eq!(lines[7], "[1000 rows x 2 columns]");
    }

    #[test]
    fn wide_tables_leave_the_middle_out() {
        let text = numbers(1).show(4, 1);
        assert!(text.starts_with(" id │ …"), "{text}");
        assert!(numbers(0).to_string().ends_with("[0 rows x 2 columns]"));
    }
}
