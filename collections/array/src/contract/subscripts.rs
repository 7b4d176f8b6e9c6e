//! Einstein's notation as text, and as labels.

use swath_array_plan::Label;
use swath_error::{Error, ErrorKind, Result};

/// The labels of every operand and of the result.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscripts {
    pub(super) operands: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
}

/// Labels of the axes that an ellipsis stands for, counted from the last.
const ELLIPSIS: u32 = 0xE000;

/// One item of a term.
#[derive(Clone, Copy, PartialEq)]
enum Item {
    Label(Label),
    Ellipsis,
}

/// The labels of operands that have so many axes. Without `->` the result has the labels that occur once, sorted, after
/// those of the ellipsis.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when the text does not parse or does not fit the operands.
pub(super) fn parse(text: &str, ndims: &[usize]) -> Result<Subscripts> {
    let bad = |why: String| {
        Error::argument(format!("einsum: {why} in \"{text}\"")).with_help("write subscripts as \"ij,jk->ik\"")
    };
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match dense.split_once("->") {
        Some((inputs, output)) => (inputs.to_owned(), Some(output.to_owned())),
        None => (dense, None),
    };
    let terms = inputs.split(',').map(|t| items(t).map_err(&bad)).collect::<Result<Vec<_>>>()?;
    if terms.len() != ndims.len() {
        return Err(bad(format!("there are {} operands and subscripts of {}", ndims.len(), terms.len())));
    }
    let mut operands = Vec::with_capacity(terms.len());
    let mut dots = 0;
    for (i, (term, ndim)) in terms.iter().zip(ndims).enumerate() {
        let named = term.iter().filter(|i| **i != Item::Ellipsis).count();
        let rest = ndim.checked_sub(named).filter(|n| *n == 0 || term.contains(&Item::Ellipsis));
        let rest = rest.ok_or_else(|| {
            Error::new(
                ErrorKind::ShapeMismatch,
                format!("einsum: operand {i} has {ndim} axes and {named} subscripts in \"{text}\""),
            )
        })?;
        dots = dots.max(rest);
        operands.push(expanded(term, rest));
    }
    let output = match output {
        Some(output) => {
            let output = items(&output).map_err(&bad)?;
            if dots > 0 && !output.contains(&Item::Ellipsis) {
                return Err(bad(
                    "the result has no ellipsis for the axes of the operands' ellipses".to_owned()
                ));
            }
            expanded(&output, dots)
        }
        None => implicit(&operands, dots),
    };
    for (i, label) in output.iter().enumerate() {
        if output.iter().take(i).any(|l| l == label) {
            return Err(bad(format!("the result has the subscript '{label}' twice")));
        }
        if !operands.iter().any(|o| o.contains(label)) {
            return Err(bad(format!("no operand has the subscript '{label}' of the result")));
        }
    }
    Ok(Subscripts { operands, output })
}

fn items(term: &str) -> std::result::Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut rest = term;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("...") {
            if items.contains(&Item::Ellipsis) {
                return Err("there are two ellipses in one term".to_owned());
            }
            items.push(Item::Ellipsis);
            rest = after;
        } else if c.is_ascii_alphabetic() {
            items.push(Item::Label(c));
            rest = rest.get(1..).unwrap_or("");
        } else {
            return Err(format!("'{c}' is no subscript"));
        }
    }
    Ok(items)
}

/// The labels of a term whose ellipsis stands for `dots` axes.
fn expanded(term: &[Item], dots: usize) -> Vec<Label> {
    let of_ellipsis = (0..dots as u32).rev().filter_map(|i| char::from_u32(ELLIPSIS + i));
    let mut labels = Vec::new();
    for item in term {
        match item {
            Item::Label(label) => labels.push(*label),
            Item::Ellipsis => labels.extend(of_ellipsis.clone()),
        }
    }
    labels
}

fn implicit(operands: &[Vec<Label>], dots: usize) -> Vec<Label> {
    let all: Vec<Label> = operands.iter().flatten().copied().collect();
    let named = |l: &Label| (*l as u32) < ELLIPSIS;
    let mut once: Vec<Label> =
        all.iter().copied().filter(|l| named(l) && all.iter().filter(|m| *m == l).count() == 1).collect();
    once.sort_unstable();
    expanded(&[Item::Ellipsis], dots).into_iter().chain(once).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(labels: &[Label]) -> String {
        labels.iter().collect()
    }

    #[test]
    fn explicit_and_implicit_results() {
        let s = parse("ij, jk", &[2, 2]).unwrap();
        assert_eq!((text(&s.operands[1]), text(&s.output)), ("jk".into(), "ik".into()));
        assert_eq!(text(&parse("ba", &[2]).unwrap().output), "ab");
        assert_eq!(text(&parse("ii", &[2]).unwrap().output), "");
        assert_eq!(text(&parse("ij,jk->k", &[2, 2]).unwrap().output), "k");
    }

    #[test]
    fn ellipses_stand_for_the_axes_that_are_left() {
        let s = parse("...ij,...jk->...ik", &[4, 3]).unwrap();
        assert_eq!((s.operands[0].len(), s.operands[1].len(), s.output.len()), (4, 3, 4));
        assert_eq!(s.operands[0][1], s.operands[1][0]);
        assert_eq!(parse("...", &[3]).unwrap().output.len(), 3);
    }

    #[test]
    fn mistakes() {
        for (text, ndims) in [
            ("ij->k", &[2][..]),
            ("ij->ii", &[2]),
            ("ij", &[3]),
            ("ij,jk", &[2]),
            ("i1", &[2]),
            ("...i...", &[2]),
            ("i.j", &[2]),
        ] {
            assert!(parse(text, ndims).is_err(), "{text}");
        }
    }
}
