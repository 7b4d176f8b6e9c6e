//! An array in which the elements at an index are replaced; chunks that the index does not touch stay as they are.

use swath_error::Result;

use super::{broadcast, elementwise, permute, rechunk, take};
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::{AxisSlice, Index, plan_index, slice_pieces};
use crate::lower::{Grid, Lowering};

/// What is replaced of each chunk along an axis: which chunk of the values goes where, if any.
pub(crate) type PutPiece = Option<(usize, Vec<usize>)>;

/// For every chunk along every axis, what is replaced. The inputs are the array and the values, which have the shape and
/// the chunks of what is replaced, or length 1 along an axis.
#[derive(Clone)]
pub(crate) struct Put {
    pub(crate) pieces: Vec<Vec<PutPiece>>,
}

/// The array with `values` at `items`; values are broadcast to what the index takes and converted to the array's type. Of
/// positions named twice the last counts.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] with NumPy's message for positions out of bounds;
/// [`swath_error::ErrorKind::ShapeMismatch`] when the values do not broadcast.
pub fn put(x: &Expr, items: &[Index], values: &Expr) -> Result<Expr> {
    let plan = plan_index(items, &x.shape()?)?;
    let mut values = elementwise::astype(values, x.dtype())?;
    values = on_all_axes(&values, &plan.axes, x, &plan.slices, plan.list.as_ref())?;
    let (mut pieces, mut cut) = (Vec::new(), Vec::new());
    for (a, (axis, slice)) in x.chunks().axes().iter().zip(&plan.slices).enumerate() {
        let along = match &plan.list {
            Some((list_axis, list)) if *list_axis == a => {
                let (order, along, sizes) = listed(axis, list)?;
                if !values.chunks().axis(a)?.is_one() || list.len() == 1 {
                    values = take::take(&values, a, &order)?;
                }
                cut.push(Axis::known(sizes));
                along
            }
            _ => {
                let (along, sizes) = sliced(axis, *slice)?;
                cut.push(Axis::known(sizes));
                along
            }
        };
        pieces.push(along);
    }
    // An index that takes nothing replaces nothing.
    if pieces.iter().any(|along| along.iter().all(Option::is_none)) {
        return Ok(x.clone());
    }
    let values = rechunk::rechunk_to(&values, crate::broadcast::cut_for(values.chunks(), &Chunks::new(cut)))?;
    Put { pieces }.of(vec![x.clone(), values])
}

/// The values with one axis for each of the array's, those the index takes away with length 1, after a check that they
/// broadcast to what it takes.
fn on_all_axes(
    values: &Expr,
    axes: &[Option<usize>],
    x: &Expr,
    slices: &[AxisSlice],
    list: Option<&(usize, Vec<usize>)>,
) -> Result<Expr> {
    let length = |a: usize| match list {
        Some((axis, list)) if *axis == a => list.len(),
        _ => slices.get(a).map_or(1, |s| s.len),
    };
    let taken: Vec<usize> = axes.iter().map(|a| a.map_or(1, length)).collect();
    // Leading axes of length 1 may be more than the index takes, as in NumPy.
    let extra = values.ndim().saturating_sub(taken.len());
    let mut values = values.clone();
    if extra > 0 && values.chunks().axes().iter().take(extra).all(Axis::is_one) {
        let kept: permute::AxisMap = (extra..values.ndim()).map(Some).collect();
        values = permute::permute(&values, &kept)?;
    }
    broadcast::broadcast_to(&values, &taken, None)?;
    let missing = taken.len().saturating_sub(values.ndim());
    let map: permute::AxisMap = (0..x.ndim())
        .map(|a| {
            let at = axes.iter().position(|t| *t == Some(a))?;
            at.checked_sub(missing)
        })
        .collect();
    permute::permute(&values, &map)
}

/// What a slice replaces of each chunk, and how long its pieces are.
fn sliced(axis: &Axis, slice: AxisSlice) -> Result<(Vec<PutPiece>, Vec<usize>)> {
    let mut along: Vec<PutPiece> = vec![None; axis.blocks()];
    let mut sizes = Vec::new();
    if slice.len > 0 {
        for (i, piece) in slice_pieces(axis, slice)?.into_iter().enumerate() {
            sizes.push(piece.slice.len);
            if let Some(slot) = along.get_mut(piece.block) {
                *slot = Some((i, (0..piece.slice.len).map(|k| piece.slice.at(k)).collect()));
            }
        }
    }
    Ok((along, sizes))
}

/// What a list of positions replaces of each chunk: the order in which the values are taken, the pieces, their lengths.
#[allow(clippy::type_complexity)] // three lists that belong together, used once
fn listed(axis: &Axis, list: &[usize]) -> Result<(Vec<usize>, Vec<PutPiece>, Vec<usize>)> {
    let starts = axis.starts()?;
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_key(|i| list.get(*i));
    // Of equal positions the last one counts.
    order.reverse();
    order.dedup_by_key(|i| list.get(*i).copied());
    order.reverse();
    let mut along: Vec<PutPiece> = vec![None; axis.blocks()];
    let mut sizes: Vec<usize> = Vec::new();
    for i in &order {
        let position = list.get(*i).copied().unwrap_or(0);
        let block = starts.partition_point(|s| *s <= position).saturating_sub(1);
        let local = position - starts.get(block).copied().unwrap_or(0);
        let Some(slot) = along.get_mut(block) else { continue };
        if let Some((_, at)) = slot {
            at.push(local);
            if let Some(n) = sizes.last_mut() {
                *n += 1;
            }
        } else {
            *slot = Some((sizes.len(), vec![local]));
            sizes.push(1);
        }
    }
    Ok((order, along, sizes))
}

impl Put {
    fn of(self, inputs: Vec<Expr>) -> Result<Expr> {
        let [x, _] = inputs.as_slice() else {
            return Err(swath_error::Error::internal(format!("set of {} inputs", inputs.len())));
        };
        let key = key_of("put", &self.pieces, &inputs)?;
        Expr::new(key, x.dtype(), x.chunks().clone(), self, inputs)
    }
}

impl ArrayNode for Put {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(inputs)
    }

    fn label(&self) -> String {
        let touched = |along: &Vec<PutPiece>| along.iter().flatten().map(|(_, at)| at.len()).sum::<usize>();
        format!("set{:?}", self.pieces.iter().map(touched).collect::<Vec<_>>())
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::put(self, expr, to)
    }
}
