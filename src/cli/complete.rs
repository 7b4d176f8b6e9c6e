//! Completion in the shell: keywords, tables, columns, and paths inside quotes; and when a statement is complete.

use rustyline::Context;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use swath::dd::SqlContext;

const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "AS",
    "ASC",
    "AVG",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "COPY",
    "COUNT",
    "CREATE",
    "CROSS",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "EXTERNAL",
    "EXTRACT",
    "FALSE",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCATION",
    "MAX",
    "MIN",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "REPLACE",
    "RIGHT",
    "SELECT",
    "SHOW",
    "STORED",
    "SUM",
    "TABLE",
    "TABLES",
    "THEN",
    "TO",
    "TRUE",
    "UNION",
    "USING",
    "VIEW",
    "WHEN",
    "WHERE",
    "WITH",
];

/// What the line editor asks.
pub struct Helper<'a> {
    context: &'a SqlContext,
    files: FilenameCompleter,
}

impl<'a> Helper<'a> {
    pub fn new(context: &'a SqlContext) -> Self {
        Self { context, files: FilenameCompleter::new() }
    }

    /// Keywords in the case that was begun, tables, and the columns of every table.
    fn words(&self, start: &str) -> Vec<String> {
        let upper = start.starts_with(char::is_uppercase);
        let keywords = KEYWORDS.iter().map(|k| if upper { (*k).to_owned() } else { k.to_lowercase() });
        let tables = self.context.tables();
        let columns = tables.iter().filter_map(|t| self.context.describe(t).ok()?.columns().ok()).flatten();
        let mut words: Vec<String> = keywords.chain(columns).filter(|w| begins(w, start)).collect();
        words.extend(tables.iter().filter(|t| begins(t, start)).cloned());
        words.sort();
        words.dedup();
        words
    }
}

fn begins(word: &str, start: &str) -> bool {
    word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start))
}

/// Where the word before the cursor starts.
fn word_start(line: &str) -> usize {
    line.rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |i| i + line.get(i..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
}

/// Where an open single-quoted string starts, after its quote.
fn open_quote(line: &str) -> Option<usize> {
    let mut open = None;
    for (i, c) in line.char_indices() {
        if c == '\'' {
            open = if open.is_some() { None } else { Some(i + 1) };
        }
    }
    open
}

impl Completer for Helper<'_> {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..pos).unwrap_or(line);
        if let Some(start) = open_quote(before) {
            let path = before.get(start..).unwrap_or_default();
            let (offset, pairs) = self.files.complete_path(path, path.len())?;
            return Ok((start + offset, pairs));
        }
        let start = word_start(before);
        let word = before.get(start..).unwrap_or_default();
        if word.is_empty() {
            return Ok((start, Vec::new()));
        }
        let pair = |w: String| Pair { display: w.clone(), replacement: w };
        Ok((start, self.words(word).into_iter().map(pair).collect()))
    }
}

/// Whether the text ends a statement: a semicolon outside quotes and comments at its end, a command, or nothing.
fn complete(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.starts_with(['\\', '.']) {
        return true;
    }
    let mut quote = None;
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == '-' && chars.peek() == Some(&'-') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
                continue;
            }
            None if c.is_whitespace() => continue,
            _ => {}
        }
        last = c;
    }
    quote.is_none() && last == ';'
}

impl Validator for Helper<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if complete(context.input()) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Hinter for Helper<'_> {
    type Hint = String;
}

impl Highlighter for Helper<'_> {}

impl rustyline::Helper for Helper<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_with_a_semicolon_outside_quotes() {
        assert!(complete("SELECT 1;"));
        assert!(complete("SELECT 1; -- done"));
        assert!(!complete("SELECT ';"));
        assert!(!complete("SELECT 1 -- ;"));
        assert!(!complete("SELECT 1\nFROM t"));
        assert!(complete("\\d"));
    }

    #[test]
    fn words_and_paths_are_found() {
        assert_eq!(word_start("SELECT usr"), 7);
        assert_eq!(word_start("grüße, x"), 9);
        assert_eq!(open_quote("FROM 'da"), Some(6));
        assert_eq!(open_quote("FROM 'da' WH"), None);
    }

    #[test]
    fn completes_columns_of_registered_tables() {
        let context = SqlContext::new();
        context.register("people", &swath::dd::from_columns([("PersonId", vec![1])])).unwrap();
        let helper = Helper::new(&context);
        assert_eq!(helper.words("pers"), ["PersonId"]);
        assert_eq!(helper.words("SEL"), ["SELECT"]);
        assert_eq!(helper.words("sel"), ["select"]);
    }
}
