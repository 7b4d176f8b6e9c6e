//! Bytes to fields: where each field of each row ends.

use memchr::{memchr, memchr2};

use super::OnError;
use super::masks::{masks, running_parity};

/// The characters that matter.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
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

    /// Start and end of a field in every row.
    #[inline]
    pub(crate) fn spans(&self, column: usize) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.ends.chunks_exact(self.width.max(1));
        self.starts.iter().zip(rows).map(move |(start, ends)| {
            let end = ends.get(column).copied().unwrap_or(0);
            let start = if column == 0 { *start } else { ends.get(column - 1).map_or(0, |e| e + 1) };
            (start as usize, end.max(start) as usize)
        })
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
    rows.quoted = false;
    let mut cutter = Cutter { rows, text, at, limit, last, syntax, on_error };
    let stop = loop {
        let next = if syntax.comment.is_none() { cutter.regular() } else { None };
        if let Some(stop) = next.or_else(|| cutter.irregular()) {
            break stop;
        }
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
    /// Cuts rows of the right width, 64 bytes at a time; `None` at a row that needs a closer look: one that is blank, of
    /// another width, without a newline at the end of the text, or with a quote inside an unquoted field.
    fn regular(&mut self) -> Option<Stop> {
        let stop = self.blocks();
        self.rows.ends.truncate(self.rows.starts.len() * self.rows.width);
        stop
    }

    fn blocks(&mut self) -> Option<Stop> {
        let text = self.text;
        let mut from = self.at;
        // All ones while a quoted field goes on; whether the byte before allows a quote to open one.
        let (mut inside, mut before) = (0_u64, 1_u64);
        loop {
            let rest = text.get(from..).unwrap_or_default();
            let mut padded = [0; 64];
            let (block, known) = if let Some(block) = rest.first_chunk::<64>() {
                (block, u64::MAX)
            } else {
                for (to, byte) in padded.iter_mut().zip(rest) {
                    *to = *byte;
                }
                (&padded, (1 << rest.len()) - 1)
            };
            let found = masks(block, self.syntax);
            let quotes = found.quotes & known;
            let within = running_parity(quotes) ^ inside;
            let newlines = found.newlines & known & !within;
            let separators = found.delimiters & known & !within | newlines;
            if quotes != 0 {
                self.rows.quoted = true;
                let allowed = (separators | (quotes & !within)) << 1 | before;
                if quotes & within & !allowed != 0 {
                    return None;
                }
            }
            inside = 0_u64.wrapping_sub(within >> 63);
            before = (separators | (quotes & !within)) >> 63;
            let known_fields = self.rows.ends.len();
            self.push(from, separators);
            if !self.lines(from, known_fields, separators, newlines) {
                return None;
            }
            if self.rows.starts.len() >= self.limit {
                return Some(Stop::Full);
            }
            if known != u64::MAX {
                // The last row may lack its newline.
                return if self.last && self.at < text.len() { None } else { Some(Stop::Short) };
            }
            from += 64;
        }
    }

    /// Notes the separators of a block.
    #[inline]
    fn push(&mut self, from: usize, mut separators: u64) {
        let mut ends = [0_u32; 64];
        let count = separators.count_ones() as usize;
        for end in ends.iter_mut().take(count) {
            *end = from as u32 + separators.trailing_zeros();
            separators &= separators.wrapping_sub(1);
        }
        // A copy of fixed size is a few instructions; what is too much is cut off again.
        let have = self.rows.ends.len();
        match ends.first_chunk::<16>() {
            Some(few) if count <= 16 => self.rows.ends.extend_from_slice(few),
            _ => self.rows.ends.extend_from_slice(&ends),
        }
        self.rows.ends.truncate(have + count);
    }

    /// Ends a row at every newline of a block; false at one that is not where it should be.
    #[inline]
    fn lines(&mut self, from: usize, known_fields: usize, separators: u64, mut newlines: u64) -> bool {
        let width = self.rows.width;
        while newlines != 0 && self.rows.starts.len() < self.limit {
            let bit = newlines.trailing_zeros();
            let fields = known_fields + (separators & ((1 << bit) - 1)).count_ones() as usize + 1;
            if fields != (self.rows.starts.len() + 1) * width {
                return false;
            }
            let end = from + bit as usize;
            let trimmed = without_return(self.text, self.at, end);
            if trimmed != end || width == 1 {
                if trimmed == self.at && width == 1 {
                    return false;
                }
                if let Some(last) = self.rows.ends.get_mut(fields - 1) {
                    *last = trimmed as u32;
                }
            }
            self.rows.starts.push(self.at as u32);
            self.at = end + 1;
            newlines &= newlines - 1;
        }
        true
    }

    /// Cuts one row field by field: quotes anywhere, comments, blank lines, rows of the wrong width. `None` to go on.
    fn irregular(&mut self) -> Option<Stop> {
        if self.rows.starts.len() >= self.limit {
            return Some(Stop::Full);
        }
        if self.at >= self.text.len() {
            return Some(Stop::Short);
        }
        let width = self.rows.width;
        let begin = self.rows.ends.len();
        self.rows.quoted |= self.syntax.quote.is_some();
        let Some((found, next)) = self.row() else {
            self.rows.ends.truncate(begin);
            return Some(if self.last { Stop::Unclosed { start: self.at } } else { Stop::Short });
        };
        if found != width && (found == usize::MAX || self.on_error != OnError::Null) {
            self.rows.ends.truncate(begin);
            if found != usize::MAX && self.on_error == OnError::Fail {
                return Some(Stop::Ragged { start: self.at, found });
            }
            self.at = next;
            return None;
        }
        // Fields past the end of the row are empty spans at its end.
        let end = self.rows.ends.last().copied().unwrap_or(self.at as u32);
        self.rows.ends.resize(begin + width, end);
        self.rows.starts.push(self.at as u32);
        self.at = next;
        None
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

    /// The rows of a text by the careful way alone.
    fn carefully(text: &str, width: usize, on_error: OnError) -> (Vec<u32>, Vec<u32>, usize, Stop) {
        let mut rows = Rows { width, ..Rows::default() };
        let (text, limit) = (text.as_bytes(), usize::MAX);
        let mut cutter = Cutter { rows: &mut rows, text, at: 0, limit, last: true, syntax: SYNTAX, on_error };
        let stop = std::iter::repeat_with(|| cutter.irregular()).find_map(|s| s).unwrap();
        let at = cutter.at;
        (rows.starts, rows.ends, at, stop)
    }

    /// Numbers that look random, the same in every run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn text(&mut self, letters: &[&str], longest: u64) -> String {
            (0..self.roll(longest)).map(|_| letters[self.roll(letters.len() as u64) as usize]).collect()
        }
    }

    #[test]
    fn both_ways_agree_on_any_text() {
        let mut dice = Dice(1);
        for _ in 0..3_000 {
            let text = dice
                .text(&["a", "bb", "ccccccccc", ",", ",", ",", "\n", "\n", "\r\n", "\"", "\"\"", "\r"], 200);
            let width = 1 + dice.roll(3) as usize;
            let on_error = [OnError::Fail, OnError::Skip, OnError::Null][dice.roll(3) as usize];
            let mut rows = Rows { width, ..Rows::default() };
            let (at, stop) = cut(&mut rows, text.as_bytes(), 0, usize::MAX, true, SYNTAX, on_error);
            let expected = carefully(&text, width, on_error);
            assert_eq!((rows.starts, rows.ends, at, stop), expected, "{text:?} {width} {on_error:?}");
        }
    }

    #[test]
    fn both_ways_agree_on_regular_text() {
        let mut dice = Dice(2);
        for _ in 0..500 {
            let lines = dice.roll(40);
            let mut text = String::new();
            for _ in 0..lines {
                let inner = dice.text(&["a", "b", ",", "\n", "\"\"", "longer text"], 20);
                let (a, c) = (dice.text(&["a", "bcd"], 20), dice.text(&["x"], 9));
                let end = if dice.roll(2) == 0 { "\n" } else { "\r\n" };
                text.extend([&a, ",\"", &inner, "\",", &c, end]);
            }
            let mut rows = Rows { width: 3, ..Rows::default() };
            let (at, stop) = cut(&mut rows, text.as_bytes(), 0, usize::MAX, true, SYNTAX, OnError::Fail);
            assert_eq!(rows.len() as u64, lines, "{text:?}");
            assert_eq!((rows.starts, rows.ends, at, stop), carefully(&text, 3, OnError::Fail), "{text:?}");
        }
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
