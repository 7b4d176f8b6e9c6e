//! One face of a drawing: lines where chunks meet, over a filled shape.

use std::fmt::Write;

/// Lines drawn in one direction at most.
const LINES: usize = 33;

/// How a face leans.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Skew {
    /// It stands upright.
    None,
    /// What lies further right lies lower: the side of a box.
    Down,
    /// What lies lower lies further right: the top of a box.
    Right,
}

/// A face: where lines cross it, in pixels from its corner.
pub(super) struct Face<'a> {
    x: &'a [f64],
    y: &'a [f64],
    corner: (f64, f64),
    skew: Skew,
}

impl<'a> Face<'a> {
    /// A face with lines at `x` and `y`, which begin with 0, whose upper left corner is `corner`.
    pub fn new(x: &'a [f64], y: &'a [f64], corner: (f64, f64), skew: Skew) -> Self {
        Self { x, y, corner, skew }
    }

    /// Where the point (x, y) of the face is drawn.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = match self.skew {
            Skew::None => (x, y),
            Skew::Down => (x, y + x),
            Skew::Right => (x + y, y),
        };
        (x + self.corner.0, y + self.corner.1)
    }

    /// The face as SVG.
    pub fn lines(&self) -> String {
        let (right, bottom) = (self.x.last().copied().unwrap_or(0.0), self.y.last().copied().unwrap_or(0.0));
        let across: Vec<_> = thinned(self.y).map(|y| (self.at(0.0, y), self.at(right, y))).collect();
        let down: Vec<_> = thinned(self.x).map(|x| (self.at(x, 0.0), self.at(x, bottom))).collect();
        let mut out = String::new();
        self.fill(&mut out, right, bottom);
        for lines in [across, down] {
            let last = lines.len().saturating_sub(1);
            for (i, ((x1, y1), (x2, y2))) in lines.into_iter().enumerate() {
                let edge = if i == 0 || i == last { " style=\"stroke-width:2\"" } else { "" };
                // Writing to a string cannot fail.
                let _ = writeln!(
                    out,
                    "  <line x1=\"{x1:.0}\" y1=\"{y1:.0}\" x2=\"{x2:.0}\" y2=\"{y2:.0}\"{edge}/>"
                );
            }
        }
        out
    }

    /// A filled shape, darker where there are more chunks than lines.
    fn fill(&self, out: &mut String, right: f64, bottom: f64) {
        let few = self.x.len() < LINES && self.y.len() < LINES;
        let colour = if few { "ECB172" } else { "8B4903" };
        let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)].map(|(x, y)| {
            let (x, y) = self.at(x, y);
            format!("{x:.1},{y:.1}")
        });
        let _ = writeln!(
            out,
            "  <polygon points=\"{}\" style=\"fill:#{colour}A0;stroke-width:0\"/>",
            corners.join(" ")
        );
    }
}

/// The points, or [`LINES`] of them evenly spaced, the first and the last among them.
fn thinned(points: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let shown = points.len().min(LINES);
    let gaps = shown.saturating_sub(1).max(1);
    (0..shown).filter_map(move |i| points.get(i * (points.len() - 1) / gaps).copied())
}
