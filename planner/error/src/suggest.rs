//! "Did you mean": the nearest of the names that do exist.

use crate::{Error, ErrorKind};

/// Up to three of `known` that are closest to `wanted`, nearest first; ignores case; empty when nothing is close.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = wanted.to_lowercase();
    let limit = (wanted.chars().count() / 2).max(2);
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(d, name)| *d <= limit || name.to_lowercase().contains(&lower))
        .collect();
    scored.sort_by_key(|(d, _)| *d);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// An error for a `what` (column, dataset, table) called `wanted` that is not among `known`.
pub fn unknown_name<'a>(
    kind: ErrorKind,
    what: &str,
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Error {
    let known: Vec<&str> = known.into_iter().collect();
    let near = nearest(wanted, known.iter().copied());
    let help = if near.is_empty() {
        let shown: Vec<&str> = known.iter().copied().take(20).collect();
        format!("present: {}{}", shown.join(", "), if known.len() > 20 { ", …" } else { "" })
    } else {
        format!("did you mean {}?", near.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(" or "))
    };
    Error::new(kind, format!("there is no {what} '{wanted}'")).with_help(help)
}

/// Levenshtein's edit distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cb, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            left = (diagonal + usize::from(ca != *cb)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_slip_of_the_finger() {
        assert_eq!(nearest("usr_id", ["user_id", "value", "name"]), vec!["user_id"]);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }

    #[test]
    fn lists_what_is_there_when_nothing_is_near() {
        let e = unknown_name(ErrorKind::UnknownColumn, "column", "zzzzzz", ["a", "b"]);
        assert_eq!(e.help(), Some("present: a, b"));
    }
}
