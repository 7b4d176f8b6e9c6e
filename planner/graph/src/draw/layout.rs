//! Where the boxes stand: rows by the longest way from a source, ordered so that arrows cross little.

use super::nodes::Picture;

/// Times the rows are reordered; more changes little.
const SWEEPS: usize = 6;
/// Pixels between neighbours of one row.
const GAP: f64 = 24.0;
/// Pixels from one row to the next.
pub(super) const ROW: f64 = 84.0;
/// Height of a box in pixels.
pub(super) const HEIGHT: f64 = 30.0;
/// Space around the whole picture in pixels.
const MARGIN: f64 = 20.0;

/// The middle of a box, and its width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
}

/// The boxes' places and the size of the picture.
pub(super) struct Places {
    pub of: Vec<Place>,
    pub width: f64,
    pub height: f64,
}

/// Lays the picture out.
pub(super) fn places(picture: &Picture) -> Places {
    let ranks = ranks(picture);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); ranks.iter().max().map_or(0, |r| r + 1)];
    for (node, rank) in ranks.iter().enumerate() {
        if let Some(row) = rows.get_mut(*rank) {
            row.push(node);
        }
    }
    untangle(picture, &mut rows);
    stand(picture, &rows)
}

/// The longest way to each box. Boxes of several tasks may form a cycle, so the number of rounds is bounded.
fn ranks(picture: &Picture) -> Vec<usize> {
    let mut ranks = vec![0usize; picture.nodes.len()];
    let most = picture.nodes.len();
    for _ in 0..most.min(1000) {
        let mut moved = false;
        for (from, to) in &picture.arrows {
            let below = ranks.get(*from).copied().unwrap_or(0) + 1;
            if let Some(rank) = ranks.get_mut(*to).filter(|r| **r < below && below < most) {
                *rank = below;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    close_gaps(&mut ranks);
    ranks
}

/// Renumbers ranks so that every row has a box.
fn close_gaps(ranks: &mut [usize]) {
    let used: std::collections::BTreeSet<usize> = ranks.iter().copied().collect();
    let dense: std::collections::BTreeMap<usize, usize> =
        used.into_iter().enumerate().map(|(new, old)| (old, new)).collect();
    for rank in ranks {
        *rank = dense.get(rank).copied().unwrap_or(0);
    }
}

/// Orders each row by the mean position of its neighbours in the rows before, then after.
fn untangle(picture: &Picture, rows: &mut [Vec<usize>]) {
    let mut position = vec![0.0; picture.nodes.len()];
    let (mut reads, mut readers) =
        (vec![Vec::new(); picture.nodes.len()], vec![Vec::new(); picture.nodes.len()]);
    for (from, to) in &picture.arrows {
        if let Some(r) = reads.get_mut(*to) {
            r.push(*from);
        }
        if let Some(r) = readers.get_mut(*from) {
            r.push(*to);
        }
    }
    for row in rows.iter() {
        number(row, &mut position);
    }
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let neighbours = if down { &reads } else { &readers };
        let mut order: Vec<usize> = (0..rows.len()).collect();
        if !down {
            order.reverse();
        }
        for r in order {
            let Some(row) = rows.get_mut(r) else { continue };
            let mut keyed: Vec<(f64, usize)> =
                row.iter().map(|n| (barycentre(*n, neighbours, &position), *n)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *row = keyed.into_iter().map(|(_, n)| n).collect();
            number(row, &mut position);
        }
    }
}

/// Writes the relative position (0 to 1) of a row's boxes.
fn number(row: &[usize], position: &mut [f64]) {
    for (i, node) in row.iter().enumerate() {
        if let Some(p) = position.get_mut(*node) {
            *p = (i as f64 + 0.5) / row.len() as f64;
        }
    }
}

fn barycentre(node: usize, neighbours: &[Vec<usize>], position: &[f64]) -> f64 {
    let near = neighbours.get(node).map_or(&[][..], Vec::as_slice);
    if near.is_empty() {
        return position.get(node).copied().unwrap_or(0.0);
    }
    near.iter().filter_map(|n| position.get(*n)).sum::<f64>() / near.len() as f64
}

/// Turns rows into coordinates, every row centred.
fn stand(picture: &Picture, rows: &[Vec<usize>]) -> Places {
    let widths: Vec<f64> = picture.nodes.iter().map(|n| box_width(&n.label)).collect();
    let width_of = |n: &usize| widths.get(*n).copied().unwrap_or(0.0);
    let row_width =
        |row: &Vec<usize>| row.iter().map(width_of).sum::<f64>() + GAP * row.len().saturating_sub(1) as f64;
    let widest = rows.iter().map(row_width).fold(0.0, f64::max);
    let mut of = vec![Place::default(); picture.nodes.len()];
    for (r, row) in rows.iter().enumerate() {
        let mut left = MARGIN + (widest - row_width(row)) / 2.0;
        for node in row {
            let width = width_of(node);
            if let Some(place) = of.get_mut(*node) {
                *place = Place { x: left + width / 2.0, y: MARGIN + HEIGHT / 2.0 + ROW * r as f64, width };
            }
            left += width + GAP;
        }
    }
    let height = MARGIN * 2.0 + HEIGHT + ROW * rows.len().saturating_sub(1) as f64;
    Places { of, width: widest + MARGIN * 2.0, height }
}

/// A box wide enough for its label in a 12-pixel sans-serif.
fn box_width(label: &str) -> f64 {
    24.0 + 7.0 * super::svg::shortened(label).chars().count() as f64
}
