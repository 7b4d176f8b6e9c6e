//! Fields to columns: one tight loop per column.

use std::sync::Arc;

use arrow::array::builder::{BooleanBufferBuilder, BooleanBuilder, StringViewBuilder};
use arrow::array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, TimeUnit};

use super::OnError;
use super::fields::{Rows, unquote};
use super::options::NullValues;
use super::values::{self, Moment};

/// What every column of a batch is decoded with.
pub(crate) struct Decoder<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) rows: &'a Rows,
    pub(crate) nulls: &'a NullValues,
    /// The quote, when some field may be quoted.
    pub(crate) quote: Option<u8>,
    pub(crate) on_error: OnError,
}

/// The row whose value is not of the column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadValue {
    pub(crate) row: usize,
}

/// The validity of `len` rows of which some are missing.
fn present(len: usize, missing: &[usize]) -> Option<NullBuffer> {
    if missing.is_empty() {
        return None;
    }
    let mut bits = BooleanBufferBuilder::new(len);
    bits.append_n(len, true);
    for row in missing {
        bits.set_bit(*row, false);
    }
    Some(NullBuffer::new(bits.finish()))
}

/// Rows to leave out, made when the first one is found.
pub(crate) type Rejected = Option<Vec<bool>>;

impl Decoder<'_> {
    /// Decodes field `column` of every row as `dtype`.
    pub(crate) fn column(
        &self,
        column: usize,
        dtype: &DataType,
        rejected: &mut Rejected,
    ) -> Result<ArrayRef, BadValue> {
        macro_rules! integers {
            ($t:ty, $parse:path) => {
                self.primitive::<$t>(column, dtype, rejected, |raw| {
                    $parse(raw).and_then(|v| v.try_into().ok())
                })
            };
        }
        match dtype {
            DataType::Int64 => self.primitive::<Int64Type>(column, dtype, rejected, values::integer),
            DataType::Float64 => self.primitive::<Float64Type>(column, dtype, rejected, values::float),
            DataType::Int8 => integers!(Int8Type, values::integer),
            DataType::Int16 => integers!(Int16Type, values::integer),
            DataType::Int32 => integers!(Int32Type, values::integer),
            DataType::UInt8 => integers!(UInt8Type, values::unsigned),
            DataType::UInt16 => integers!(UInt16Type, values::unsigned),
            DataType::UInt32 => integers!(UInt32Type, values::unsigned),
            DataType::UInt64 => self.primitive::<UInt64Type>(column, dtype, rejected, values::unsigned),
            DataType::Float32 => self.primitive::<Float32Type>(column, dtype, rejected, |raw| {
                values::float(raw).map(|v| v as f32)
            }),
            DataType::Date32 => self.primitive::<Date32Type>(column, dtype, rejected, values::date),
            DataType::Timestamp(unit, _) => self.timestamp(column, *unit, dtype, rejected),
            DataType::Boolean => self.boolean(column, rejected),
            DataType::Utf8View => self.text(column, rejected),
            _ => self.cast(column, dtype, rejected),
        }
    }

    fn field(&self, row: usize, column: usize) -> &[u8] {
        let (start, end) = self.rows.span(row, column);
        self.text.get(start..end).unwrap_or_default()
    }

    /// What a field that is not a plain value means: a quoted value, a missing one, or a bad one.
    #[cold]
    fn unusual<T>(
        &self,
        row: usize,
        raw: &[u8],
        rejected: &mut Rejected,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, BadValue> {
        let mut scratch = Vec::new();
        let field = self.quote.map_or(raw, |q| unquote(raw, q, &mut scratch));
        // An empty field is no number, whatever the list of missing values says.
        if field.is_empty() || self.nulls.contains(field) {
            return Ok(None);
        }
        match parse(field) {
            Some(value) => Ok(Some(value)),
            None => self.bad(row, rejected).map(|()| None),
        }
    }

    fn bad(&self, row: usize, rejected: &mut Rejected) -> Result<(), BadValue> {
        match self.on_error {
            OnError::Fail => Err(BadValue { row }),
            OnError::Null => Ok(()),
            OnError::Skip => {
                let flags = rejected.get_or_insert_with(|| vec![false; self.rows.len()]);
                if let Some(flag) = flags.get_mut(row) {
                    *flag = true;
                }
                Ok(())
            }
        }
    }

    fn primitive<T: ArrowPrimitiveType>(
        &self,
        column: usize,
        dtype: &DataType,
        rejected: &mut Rejected,
        parse: impl Fn(&[u8]) -> Option<T::Native>,
    ) -> Result<ArrayRef, BadValue> {
        let mut out: Vec<T::Native> = Vec::with_capacity(self.rows.len());
        let mut missing = Vec::new();
        let plain = !self.nulls.ambiguous;
        for (row, (start, end)) in self.rows.spans(column).enumerate() {
            let raw = self.text.get(start..end).unwrap_or_default();
            // A NaN, which alone differs from itself, is looked at again: most lists of missing values have it.
            #[allow(clippy::eq_op)]
            if let Some(value) = parse(raw).filter(|v| plain && v == v) {
                out.push(value);
                continue;
            }
            let value = self.unusual(row, raw, rejected, &parse)?;
            if value.is_none() {
                missing.push(row);
            }
            out.push(value.unwrap_or_default());
        }
        let array = PrimitiveArray::<T>::new(ScalarBuffer::from(out), present(self.rows.len(), &missing));
        Ok(Arc::new(array.with_data_type(dtype.clone())))
    }

    fn timestamp(
        &self,
        column: usize,
        unit: TimeUnit,
        dtype: &DataType,
        rejected: &mut Rejected,
    ) -> Result<ArrayRef, BadValue> {
        let scaled = |per_second: i64| {
            move |raw: &[u8]| {
                let Moment { seconds, nanos, .. } = values::moment(raw)?;
                seconds.checked_mul(per_second)?.checked_add(nanos / (1_000_000_000 / per_second))
            }
        };
        match unit {
            TimeUnit::Second => self.primitive::<TimestampSecondType>(column, dtype, rejected, scaled(1)),
            TimeUnit::Millisecond => {
                self.primitive::<TimestampMillisecondType>(column, dtype, rejected, scaled(1_000))
            }
            TimeUnit::Microsecond => {
                self.primitive::<TimestampMicrosecondType>(column, dtype, rejected, scaled(1_000_000))
            }
            TimeUnit::Nanosecond => {
                self.primitive::<TimestampNanosecondType>(column, dtype, rejected, scaled(1_000_000_000))
            }
        }
    }

    fn boolean(&self, column: usize, rejected: &mut Rejected) -> Result<ArrayRef, BadValue> {
        let mut out = BooleanBuilder::with_capacity(self.rows.len());
        for row in 0..self.rows.len() {
            let raw = self.field(row, column);
            let plain = if self.nulls.ambiguous { None } else { values::boolean(raw) };
            out.append_option(match plain {
                Some(value) => Some(value),
                None => self.unusual(row, raw, rejected, values::boolean)?,
            });
        }
        Ok(Arc::new(out.finish()))
    }

    fn text(&self, column: usize, rejected: &mut Rejected) -> Result<ArrayRef, BadValue> {
        let mut out = StringViewBuilder::with_capacity(self.rows.len()).with_fixed_block_size(1 << 16);
        let mut scratch = Vec::new();
        for (row, (start, end)) in self.rows.spans(column).enumerate() {
            let raw = self.text.get(start..end).unwrap_or_default();
            let field = self.quote.map_or(raw, |q| unquote(raw, q, &mut scratch));
            if self.nulls.contains(field) {
                out.append_null();
                continue;
            }
            let text = std::str::from_utf8(field).ok();
            if text.is_none() {
                self.bad(row, rejected)?;
            }
            out.append_option(text);
        }
        Ok(Arc::new(out.finish()))
    }

    /// Types without a loop of their own: as text, then Arrow's cast.
    fn cast(&self, column: usize, dtype: &DataType, rejected: &mut Rejected) -> Result<ArrayRef, BadValue> {
        let text = self.text(column, rejected)?;
        let options = CastOptions { safe: true, ..CastOptions::default() };
        let out = cast_with_options(&text, dtype, &options).map_err(|_| BadValue { row: 0 })?;
        for row in 0..text.len() {
            if out.is_null(row) && text.is_valid(row) {
                self.bad(row, rejected)?;
            }
        }
        Ok(out)
    }
}
