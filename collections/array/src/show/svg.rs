//! The chunks of an array as a drawing: a grid in two dimensions, a box in three, several boxes beyond.

use std::fmt::Write;

use swath_array_plan::{Axis, Chunks};
use swath_error::{Error, Result};

use super::grid::{Face, Skew};
use crate::{Array, DynArray, Element};

/// Pixels of the longest axis.
const SIZE: f64 = 200.0;

/// How much shorter the axis that leads into the drawing is.
const DEPTH: f64 = 1.7;

impl DynArray {
    /// A drawing of the array's chunks as SVG, as Dask's `to_svg`: about 200 pixels in size, lengths written beside the
    /// axes. Arrays of more than three axes are drawn as several boxes; of very many chunks along an axis some are drawn.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let drawing = da::ones([1000, 500]).chunks([250, 250]).into_dyn().to_svg()?;
    /// assert!(drawing.starts_with("<svg") && drawing.contains(">1000</text>"));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// What building the array met; [`swath_error::ErrorKind::Unsupported`] for arrays without axes, with an axis of length
    /// 0 or with unknown lengths.
    pub fn to_svg(&self) -> Result<String> {
        draw(self.layout()?)
    }
}

impl<T: Element> Array<T> {
    /// A drawing of the array's chunks as SVG: see [`DynArray::to_svg`].
    ///
    /// # Errors
    /// As [`DynArray::to_svg`].
    pub fn to_svg(&self) -> Result<String> {
        self.as_dyn().to_svg()
    }
}

/// An axis as it is drawn: where its chunks meet, in pixels, and its length in elements.
#[derive(Clone)]
struct Drawn {
    points: Vec<f64>,
    length: usize,
}

/// A drawing without its frame, and how much room it takes.
struct Picture {
    body: String,
    width: f64,
    height: f64,
}

pub(super) fn draw(chunks: &Chunks) -> Result<String> {
    let mut axes = chunks.axes().to_vec();
    if axes.is_empty() {
        return Err(Error::unsupported("drawing an array without axes"));
    }
    // A row is drawn as a matrix of one row, four axes as a matrix and a box.
    if axes.len() % 3 == 1 {
        axes.insert(0, Axis::whole(1));
    }
    let drawn = scaled(&axes)?;
    let (first, rest) = drawn.split_at(drawn.len() % 3);
    let mut picture = Picture { body: String::new(), width: 0.0, height: 0.0 };
    let groups = std::iter::once(first).filter(|g| !g.is_empty()).chain(rest.chunks(3));
    for group in groups {
        let part = match group {
            [rows, columns] => matrix(rows, columns, picture.width),
            [depth, rows, columns] => solid(depth, rows, columns, picture.width),
            _ => return Err(Error::internal("axes are drawn in twos and threes")),
        };
        picture.body.push_str(&part.body);
        picture.height = picture.height.max(part.height);
        picture.width = part.width + 10.0;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{:.0}\" style=\"stroke:rgb(0,0,0);stroke-width:1\">\n{}</svg>",
        (picture.width - 10.0).trunc(),
        picture.height.trunc(),
        picture.body
    ))
}

/// The axes with their chunks' ends in pixels.
fn scaled(axes: &[Axis]) -> Result<Vec<Drawn>> {
    let lengths = axes.iter().map(Axis::length).collect::<Result<Vec<_>>>()?;
    if lengths.contains(&0) {
        return Err(Error::unsupported("drawing an array with an axis of length 0"));
    }
    let longest = lengths.iter().copied().max().unwrap_or(1) as f64;
    axes.iter()
        .zip(&lengths)
        .map(|(axis, length)| {
            let pixels = SIZE / shown_ratio(longest / *length as f64);
            let mut end = 0;
            let mut points = vec![0.0];
            for n in axis.sizes()? {
                end += n;
                points.push(end as f64 * pixels / *length as f64);
            }
            Ok(Drawn { points, length: *length })
        })
        .collect()
}

/// How much longer the longest axis is drawn: true up to e, logarithmic up to 100, and no more beyond.
fn shown_ratio(ratio: f64) -> f64 {
    if ratio < std::f64::consts::E { ratio } else { (ratio.min(100.0) + 12.4).ln() }
}

impl Drawn {
    fn end(&self) -> f64 {
        self.points.last().copied().unwrap_or(0.0)
    }

    fn shrunk(&self, by: f64) -> Self {
        Self { points: self.points.iter().map(|p| p / by).collect(), length: self.length }
    }
}

/// A grid with its lengths, beginning `left` pixels to the right.
fn matrix(rows: &Drawn, columns: &Drawn, left: f64) -> Picture {
    let mut body = Face::new(&columns.points, &rows.points, (left, 0.0), Skew::None).lines();
    let (right, bottom) = (left + columns.end(), rows.end());
    label(&mut body, left.midpoint(right), bottom + 20.0, 0, columns.length);
    label(&mut body, right + 20.0, bottom / 2.0, upright(rows.length), rows.length);
    Picture { body, width: right + 50.0, height: bottom + 50.0 }
}

/// A box of three faces with its lengths, beginning `left` pixels to the right.
fn solid(depth: &Drawn, rows: &Drawn, columns: &Drawn, left: f64) -> Picture {
    let into = depth.shrunk(DEPTH);
    let (back, left) = (into.end(), left + 10.0);
    let side = Face::new(&into.points, &rows.points, (left, 0.0), Skew::Down);
    let top = Face::new(&columns.points, &into.points, (left, 0.0), Skew::Right);
    let front = Face::new(&columns.points, &rows.points, (left + back, back), Skew::None);
    let mut body = side.lines() + &top.lines() + &front.lines();
    let (right, bottom) = (left + back + columns.end(), back + rows.end());
    label(&mut body, (left + back).midpoint(right), bottom + 20.0, 0, columns.length);
    label(&mut body, right + 20.0, back.midpoint(bottom), upright(rows.length), rows.length);
    label(&mut body, left + back / 2.0 - 10.0, bottom - back / 2.0 + 20.0, 45, depth.length);
    Picture { body, width: right + 50.0, height: bottom + 50.0 }
}

/// Long numbers beside a drawing stand upright.
fn upright(length: usize) -> i32 {
    if length >= 100 { -90 } else { 0 }
}

fn label(body: &mut String, x: f64, y: f64, turned: i32, length: usize) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        body,
        "  <text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"1.0rem\" font-weight=\"100\" text-anchor=\"middle\" \
         transform=\"rotate({turned},{x:.1},{y:.1})\">{length}</text>"
    );
}
