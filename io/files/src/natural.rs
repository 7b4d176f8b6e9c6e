//! The order of file names a person expects: `part.2` before `part.10`.

use std::cmp::Ordering;

/// Compares names by runs of digits as numbers and everything else as text.
pub(crate) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        let (a_text, a_number, a_next) = split(a_rest);
        let (b_text, b_number, b_next) = split(b_rest);
        let order = a_text.cmp(b_text).then_with(|| by_value(a_number, b_number));
        if order != Ordering::Equal {
            return order;
        }
        if a_next.is_empty() || b_next.is_empty() {
            return a_next.len().cmp(&b_next.len()).then_with(|| a.cmp(b));
        }
        (a_rest, b_rest) = (a_next, b_next);
    }
}

/// The leading text, the run of digits after it, and the rest.
fn split(name: &str) -> (&str, &str, &str) {
    let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    let (text, rest) = name.split_at(digits);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    (text, number, rest)
}

/// Compares digit strings of any length by value.
fn by_value(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names =
            vec!["part.10.csv", "part.2.csv", "part.csv", "2015-02.csv", "2015-01.csv", "a", "a1"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["2015-01.csv", "2015-02.csv", "a", "a1", "part.2.csv", "part.10.csv", "part.csv"]);
    }
}
