//! Bytes to fields: where each field of each row ends.

use memchr::{memchr, memchr2, memchr2_iter};

use super::OnError;

/// The characters that matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syntax {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) comment: Option<u8>,
}

/// The rows cut out of a buffer: offsets into it, row after row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Fields per row.
    pub(crate) width: usize,
    /// Where each row starts.
    pub(crate) starts: Vec<u32>,
    /// Where each field ends, `width` per row.
    pub(crate) ends: Vec<u32>,
    /// Whether some field may be quoted.
    pub(crate) quoted: bool,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Start and end of a field.
    #[inline]
    pub(crate) fn span(&self, row: usize, column: usize) -> (usize, usize) {
        let at = row * self.width + column;
        let end = self.ends.get(at).copied().unwrap_or(0);
        let start = if column == 0 {
            self.starts.get(row).copied().unwrap_or(0)
        } else {
            self.ends.get(at - 1).copied().map_or(0, |e| e + 1)
        };
        (start as usize, end.max(start) as usize)
    }
}

/// What stopped the cutting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As many rows as were asked for.
    Full,
    /// The last row is not complete: more bytes are needed.
    Short,
    /// A row that starts here has this many fields instead of `width`.
    Ragged { start: usize, found: usize },
    /// A quoted field in a row that starts here never ends.
    Unclosed { start: usize },
}

/// Cuts rows out of `text` from `at` on, until `limit` rows are held; gives where the next row starts.
///
/// `last` says that no more bytes follow, so that the end of the text ends a row. Rows of the wrong width stop the
/// cutting, are left out, or are padded and cut to fit, as `on_error` says.
pub(crate) fn cut(
    rows: &mut Rows,
    text: &[u8],
    at: usize,
    limit: usize,
    last: bool,
    syntax: Syntax,
    on_error: OnError,
) -> (usize, Stop) {
    rows.starts.clear();
    rows.ends.clear();
    let quoted = syntax.quote.is_some_and(|q| memchr(q, text.get(at..).unwrap_or_default()).is_some());
    rows.quoted = quoted;
    let mut cutter = Cutter { rows, text, at, limit, last, syntax, on_error };
    let stop = if quoted || syntax.comment.is_some() || on_error != OnError::Fail {
        cutter.careful()
    } else {
        cutter.fast()
    };
    (cutter.at, stop)
}

struct Cutter<'a> {
    rows: &'a mut Rows,
    text: &'a [u8],
    /// Where the next row starts.
    at: usize,
    limit: usize,
    last: bool,
    syntax: Syntax,
    on_error: OnError,
}

impl Cutter<'_> {
    /// Without quotes, every delimiter and newline counts.
    fn fast(&mut self) -> Stop {
        let width = self.rows.width;
        let base = self.at;
        let mut found = 0;
        let tail = self.text.get(base..).unwrap_or_default();
        for separator in memchr2_iter(self.syntax.delimiter, b'\n', tail) {
            let end = base + separator;
            if self.text.get(end) != Some(&b'\n') {
                found += 1;
                self.rows.ends.push(end as u32);
                continue;
            }
            let trimmed = without_return(self.text, self.at, end);
            if found + 1 == width && (width > 1 || trimmed > self.at) {
                self.rows.ends.push(trimmed as u32);
                self.rows.starts.push(self.at as u32);
            } else if found == 0 && trimmed == self.at {
                // A blank line.
            } else {
                self.rows.ends.truncate(self.rows.starts.len() * width);
                return Stop::Ragged { start: self.at, found: found + 1 };
            }
            found = 0;
            self.at = end + 1;
            if self.rows.starts.len() >= self.limit {
                return Stop::Full;
            }
        }
        self.rows.ends.truncate(self.rows.starts.len() * width);
        // The last row may lack its newline: the careful way takes it.
        if self.last && self.at < self.text.len() { self.careful() } else { Stop::Short }
    }

    /// Field by field: quotes, comments, rows of the wrong width.
    fn careful(&mut self) -> Stop {
        let width = self.rows.width;
        while self.rows.starts.len() < self.limit {
            if self.at >= self.text.len() {
                return Stop::Short;
            }
            let begin = self.rows.ends.len();
            let Some((found, next)) = self.row() else {
                self.rows.ends.truncate(begin);
                return if self.last { Stop::Unclosed { start: self.at } } else { Stop::Short };
            };
            if found == usize::MAX {
                self.rows.ends.truncate(begin);
                self.at = next;
                continue;
            }
            if found != width {
                match self.on_error {
                    OnError::Fail => {
                        self.rows.ends.truncate(begin);
                        return Stop::Ragged { start: self.at, found };
                    }
                    OnError::Skip => {
                        self.rows.ends.truncate(begin);
                        self.at = next;
                        continue;
                    }
                    OnError::Null => {
                        // Fields past the end of the row are empty spans at its end.
                        let end = self.rows.ends.last().copied().unwrap_or(self.at as u32);
                        self.rows.ends.resize(begin + width, end);
                    }
                }
            }
            self.rows.starts.push(self.at as u32);
            self.at = next;
        }
        Stop::Full
    }

    /// Cuts one row: its number of fields (`usize::MAX` for a line without a record) and where the next one starts.
    /// `None` when the text ends first.
    fn row(&mut self) -> Option<(usize, usize)> {
        if self.no_record() {
            return self.next_line().map(|next| (usize::MAX, next));
        }
        let mut found = 0;
        let mut at = self.at;
        loop {
            let end = self.field_end(at)?;
            found += 1;
            match self.text.get(end) {
                Some(b) if *b == self.syntax.delimiter => {
                    self.rows.ends.push(end as u32);
                    at = end + 1;
                }
                other => {
                    self.rows.ends.push(without_return(self.text, at, end) as u32);
                    return Some((found, end + usize::from(other.is_some())));
                }
            }
        }
    }

    /// Whether a blank or comment line starts here.
    fn no_record(&self) -> bool {
        let line = self.text.get(self.at..).unwrap_or_default();
        match line {
            [b'\n', ..] | [b'\r', b'\n', ..] => true,
            [b'\r'] => self.last,
            [first, ..] => Some(*first) == self.syntax.comment,
            [] => false,
        }
    }

    /// Where the next line starts, if that is known.
    fn next_line(&self) -> Option<usize> {
        let line = self.text.get(self.at..).unwrap_or_default();
        match memchr(b'\n', line) {
            Some(newline) => Some(self.at + newline + 1),
            None => self.last.then_some(self.text.len()),
        }
    }

    /// Where the field that starts at `at` ends: its delimiter, its newline or, at the very end, the end of the text.
    fn field_end(&self, at: usize) -> Option<usize> {
        let mut from = at;
        if self.syntax.quote.is_some() && self.text.get(at).copied() == self.syntax.quote {
            from = self.closing_quote(at + 1)? + 1;
        }
        let rest = self.text.get(from..).unwrap_or_default();
        match memchr2(self.syntax.delimiter, b'\n', rest) {
            Some(end) => Some(from + end),
            None => self.last.then_some(self.text.len()),
        }
    }

    /// The quote that closes a field whose contents start at `at`; a doubled one stands for itself.
    fn closing_quote(&self, mut at: usize) -> Option<usize> {
        let quote = self.syntax.quote?;
        loop {
            let found = at + memchr(quote, self.text.get(at..)?)?;
            match self.text.get(found + 1) {
                Some(b) if *b == quote => at = found + 2,
                // At the end of the buffer the next byte could be a second quote.
                None if !self.last => return None,
                _ => return Some(found),
            }
        }
    }
}

/// The first row of a text.
#[derive(Debug)]
pub(crate) struct FirstRow {
    /// Where it starts.
    pub(crate) start: usize,
    /// Its fields.
    pub(crate) spans: Vec<(usize, usize)>,
    /// Where the next line starts.
    pub(crate) next: usize,
}

/// The first line with a record at or after `at`: where it starts, its fields, and where the next line starts. `None` when
/// the text ends first.
pub(crate) fn header_row(text: &[u8], at: usize, last: bool, syntax: Syntax) -> Option<FirstRow> {
    let mut rows = Rows::default();
    let mut cutter = Cutter { rows: &mut rows, text, at, limit: 1, last, syntax, on_error: OnError::Fail };
    loop {
        if cutter.at >= text.len() {
            return None;
        }
        let (found, next) = cutter.row()?;
        if found == usize::MAX {
            cutter.at = next;
            continue;
        }
        let start = cutter.at;
        rows.width = found;
        rows.starts.push(start as u32);
        let spans = (0..found).map(|column| rows.span(0, column)).collect();
        return Some(FirstRow { start, spans, next });
    }
}

/// The end of a line without its carriage return.
#[inline]
fn without_return(text: &[u8], start: usize, end: usize) -> usize {
    if end > start && text.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// A field's contents: without its quotes, doubled ones halved into `scratch`.
pub(crate) fn unquote<'a>(field: &'a [u8], quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let Some((first, rest)) = field.split_first() else { return field };
    if *first != quote {
        return field;
    }
    let inner = rest.strip_suffix(&[quote]).unwrap_or(rest);
    if memchr(quote, inner).is_none() {
        return inner;
    }
    scratch.clear();
    let mut pending = false;
    for byte in inner {
        if *byte == quote && !pending {
            pending = true;
            continue;
        }
        pending = false;
        scratch.push(*byte);
    }
    scratch
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNTAX: Syntax = Syntax { delimiter: b',', quote: Some(b'"'), comment: None };

    fn cells(text: &str, width: usize, syntax: Syntax, on_error: OnError) -> (Vec<Vec<String>>, Stop) {
        let mut rows = Rows { width, ..Rows::default() };
        let (_, stop) = cut(&mut rows, text.as_bytes(), 0, 1000, true, syntax, on_error);
        let mut scratch = Vec::new();
        let got = (0..rows.len())
            .map(|r| {
                (0..width)
                    .map(|c| {
                        let (a, b) = rows.span(r, c);
                        let raw = &text.as_bytes()[a..b];
                        String::from_utf8(unquote(raw, b'"', &mut scratch).to_vec()).unwrap()
                    })
                    .collect()
            })
            .collect();
        (got, stop)
    }

    fn fail(text: &str, width: usize) -> (Vec<Vec<String>>, Stop) {
        cells(text, width, SYNTAX, OnError::Fail)
    }

    #[test]
    fn plain_rows() {
        let (got, stop) = fail("a,b\r\nc,\n\n,d\ne,f", 2);
        assert_eq!(got, [["a", "b"], ["c", ""], ["", "d"], ["e", "f"]]);
        assert_eq!(stop, Stop::Short);
        assert_eq!(fail("x\n\r\ny\n", 1).0, [["x"], ["y"]]);
    }

    #[test]
    fn quoted_rows() {
        let (got, _) = fail("\"a,1\",\"b\"\"c\"\n\"two\nlines\",x\r\n\"\",\"q\"", 2);
        assert_eq!(got, [["a,1", "b\"c"], ["two\nlines", "x"], ["", "q"]]);
        assert_eq!(fail("a,b\n\"open,b\n", 2).1, Stop::Unclosed { start: 4 });
    }

    #[test]
    fn wrong_widths() {
        assert_eq!(fail("a,b\nc\n", 2).1, Stop::Ragged { start: 4, found: 1 });
        assert_eq!(fail("a,b\nc,d,e\n", 2).1, Stop::Ragged { start: 4, found: 3 });
        let text = "a,b\nc\nd,e,f\ng,h";
        assert_eq!(cells(text, 2, SYNTAX, OnError::Skip).0, [["a", "b"], ["g", "h"]]);
        assert_eq!(cells(text, 2, SYNTAX, OnError::Null).0, [["a", "b"], ["c", ""], ["d", "e"], ["g", "h"]]);
    }

    #[test]
    fn comments_are_left_out() {
        let syntax = Syntax { comment: Some(b'#'), ..SYNTAX };
        assert_eq!(cells("#x\na,b\n# y,z\nc,d\n#", 2, syntax, OnError::Fail).0, [["a", "b"], ["c", "d"]]);
    }

    #[test]
    fn a_row_cut_short_waits_for_more() {
        let mut rows = Rows { width: 2, ..Rows::default() };
        for text in ["a,b\nc", "a,b\n\"c\",\"d\""] {
            let (next, stop) = cut(&mut rows, text.as_bytes(), 0, 10, false, SYNTAX, OnError::Fail);
            assert_eq!((next, stop, rows.len()), (4, Stop::Short, 1), "{text}");
        }
    }
}
