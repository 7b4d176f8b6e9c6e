//! Random numbers that belong to positions: element `p` of an array depends on the seed and on `p` alone, so the same
//! array comes out however it is chunked and in whatever order its chunks are made.
//!
//! In: a seed, a distribution and where a chunk lies. Out: the chunk. It never keeps a state between calls.

mod continuous;
mod distribution;
mod draws;
mod philox;
mod shuffle;
mod table;
mod whole;

use swath_block::{Chunk, DType, with_room};
use swath_error::{Error, Result};

use crate::elementwise::Lanes;
use crate::layout::row_major;
use crate::ops::UnaryOp;
use crate::program::ProgramBuilder;
use crate::reduce::Origin;

use draws::Draws;

pub use distribution::Distribution;
pub use shuffle::permutation;
pub use table::{look_up, place};

/// Words of randomness made at a time.
const BATCH: usize = 1024;

/// The chunk of `shape` that lies at `origin` of a random array, in `dtype`.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when a parameter is out of range; [`swath_error::ErrorKind::TypeMismatch`] when the distribution does not give
/// that type (floats for the continuous ones, integers or floats for whole numbers).
///
/// ```
/// use swath_block::DType;
/// use swath_kernels::{Distribution, Origin, random};
/// let uniform = Distribution::Uniform { low: 0.0, high: 1.0 };
/// let whole = Origin { offset: vec![0], shape: vec![10] };
/// let tail = Origin { offset: vec![7], shape: vec![10] };
/// let (a, b) = (random(uniform, DType::F64, 42, &whole, &[10])?, random(uniform, DType::F64, 42, &tail, &[3])?);
/// assert_eq!(a.as_slice::<f64>()?.map(|s| &s[7..]), b.as_slice::<f64>()?);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn random(
    distribution: Distribution,
    dtype: DType,
    seed: u64,
    origin: &Origin,
    shape: &[usize],
) -> Result<Chunk> {
    distribution.check(dtype)?;
    if origin.offset.len() != shape.len() || origin.shape.len() != shape.len() {
        return Err(Error::internal(format!("{origin:?} is not the origin of a chunk of shape {shape:?}")));
    }
    let n = shape.iter().product();
    let chunk = if distribution.is_whole() {
        let mut out: Vec<i64> = with_room(n);
        runs(origin, shape, |first, len| {
            whole_numbers(distribution, seed, first, len, &mut out);
            Ok(())
        })?;
        Chunk::from_vec(out, shape)?
    } else {
        let mut out: Vec<f64> = with_room(n);
        runs(origin, shape, |first, len| fractions(distribution, seed, first, len, &mut out))?;
        Chunk::from_vec(out, shape)?
    };
    if chunk.dtype() == dtype {
        return Ok(chunk);
    }
    let mut b = ProgramBuilder::new();
    let x = b.input(chunk.dtype());
    let y = b.cast(x, dtype);
    b.finish(y)?.eval(vec![chunk], shape)
}

/// Calls `make(first, len)` for every run of consecutive positions in the whole array, in row-major order.
fn runs(origin: &Origin, shape: &[usize], mut make: impl FnMut(u64, usize) -> Result<()>) -> Result<()> {
    if shape.contains(&0) {
        return Ok(());
    }
    let steps = row_major(&origin.shape);
    let (outer, len) = match shape {
        [outer @ .., len] => (outer, *len),
        [] => (shape, 1),
    };
    for index in ndarray::indices(ndarray::IxDyn(outer)) {
        let position =
            |axis: usize, offset: &usize| offset + ndarray::Dimension::slice(&index).get(axis).unwrap_or(&0);
        let first: usize =
            origin.offset.iter().zip(&steps).enumerate().map(|(axis, (o, s))| position(axis, o) * s).sum();
        make(first as u64, len)?;
    }
    Ok(())
}

/// The elements of a run of positions.
fn whole_numbers(distribution: Distribution, seed: u64, first: u64, len: usize, out: &mut Vec<i64>) {
    if let Distribution::Integers { low, high } = distribution {
        return integers(seed, first, len, low, high.wrapping_sub(low).cast_unsigned(), out);
    }
    let element = |position| whole::element(distribution, &mut Draws::new(seed, position)).unwrap_or(0);
    out.extend((first..first + len as u64).map(element));
}

/// The elements of a run of positions.
fn fractions(
    distribution: Distribution,
    seed: u64,
    first: u64,
    len: usize,
    out: &mut Vec<f64>,
) -> Result<()> {
    if matches!(
        distribution,
        Distribution::Uniform { .. } | Distribution::Normal { .. } | Distribution::Exponential { .. }
    ) {
        return in_bulk(distribution, seed, first, len, out);
    }
    let element =
        |position| continuous::element(distribution, &mut Draws::new(seed, position)).unwrap_or(0.0);
    out.extend((first..first + len as u64).map(element));
    Ok(())
}

/// Uniform floats in [0, 1) from the upper 53 bits.
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Distributions of one word for each element.
fn in_bulk(distribution: Distribution, seed: u64, first: u64, len: usize, out: &mut Vec<f64>) -> Result<()> {
    // A block of randomness serves two elements: start at an even position and end after an odd one.
    let end = first + len as u64;
    let mut at = first & !1;
    let mut words = Vec::new();
    while at < end {
        let n = ((end - at).next_multiple_of(2) as usize).min(BATCH);
        philox::words(seed, 0, at / 2, n / 2, &mut words);
        let mut values: Vec<f64> = words.iter().map(|w| unit(*w)).collect();
        shape_values(distribution, &mut values)?;
        let from = first.saturating_sub(at) as usize;
        let to = ((end - at) as usize).min(n);
        out.extend_from_slice(values.get(from..to).unwrap_or(&[]));
        at += n as u64;
    }
    Ok(())
}

/// Turns uniform values in [0, 1) into the distribution's, pair by pair.
fn shape_values(distribution: Distribution, values: &mut [f64]) -> Result<()> {
    match distribution {
        Distribution::Uniform { low, high } => {
            // Rounding may reach `high`, which is excluded.
            let last = if high > low { high.next_down() } else { low };
            for v in values.iter_mut() {
                *v = (low + *v * (high - low)).min(last);
            }
        }
        Distribution::Exponential { scale } => {
            let complement: Vec<f64> = values.iter().map(|v| 1.0 - v).collect();
            f64::unary(UnaryOp::Log, &complement, values)?;
            for v in values.iter_mut() {
                *v *= -scale;
            }
        }
        Distribution::Normal { mean, std } => box_muller(values, mean, std)?,
        _ => {}
    }
    Ok(())
}

/// Two uniform values give two independent normal ones (Box and Muller, 1958).
fn box_muller(values: &mut [f64], mean: f64, std: f64) -> Result<()> {
    let (pairs, _) = values.as_chunks_mut::<2>();
    let n = pairs.len();
    let uniform: Vec<f64> = pairs.iter().map(|[u, _]| 1.0 - u).collect();
    let angle: Vec<f64> = pairs.iter().map(|[_, v]| v * std::f64::consts::TAU).collect();
    let (mut radius, mut sin, mut cos) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    f64::unary(UnaryOp::Log, &uniform, &mut radius)?;
    f64::unary(UnaryOp::Sin, &angle, &mut sin)?;
    f64::unary(UnaryOp::Cos, &angle, &mut cos)?;
    for (((pair, log), sin), cos) in pairs.iter_mut().zip(radius).zip(sin).zip(cos) {
        let r = std * (-2.0 * log).sqrt();
        *pair = [mean + r * cos, mean + r * sin];
    }
    Ok(())
}

/// Whole numbers by Lemire's multiplication method (2019); a rejected word is drawn again from the position's next
/// block, so every number is exactly equally likely.
fn integers(seed: u64, first: u64, len: usize, low: i64, width: u64, out: &mut Vec<i64>) {
    let threshold = width.wrapping_neg() % width;
    let mut words = Vec::new();
    let end = first + len as u64;
    let mut at = first & !1;
    while at < end {
        let n = ((end - at).next_multiple_of(2) as usize).min(BATCH);
        philox::words(seed, 0, at / 2, n / 2, &mut words);
        for (position, word) in (at..end).zip(&words) {
            if position < first {
                continue;
            }
            let mut product = u128::from(*word) * u128::from(width);
            let mut attempt = 1;
            while (product as u64) < threshold {
                product = u128::from(philox::word(seed, attempt, position)) * u128::from(width);
                attempt += 1;
            }
            out.push(low.wrapping_add(((product >> 64) as u64).cast_signed()));
        }
        at += n as u64;
    }
}
