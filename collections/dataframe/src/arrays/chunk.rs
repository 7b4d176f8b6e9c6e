//! Rows to a chunk: a column after another into the places of its elements.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use serde::{Deserialize, Serialize};
use swath_array::{DType, Element};
use swath_block::{
    Block, Chunk, Inputs, Operation, TaskContext, encode_operation, register_operation, zeroed,
};
use swath_error::{Error, Result};

/// Makes a chunk of tables' rows: task `i` of share `i % shares` of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToChunk {
    pub(super) dtype: DType,
    /// Whether a missing value is NaN; otherwise it is an error.
    pub(super) nan: bool,
    /// One axis, for one column.
    pub(super) flat: bool,
    pub(super) shares: u32,
}

register_operation!(ToChunk, "dataframe.to-array");

impl Operation for ToChunk {
    fn name(&self) -> &'static str {
        "dataframe.to-array"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let rows = share(inputs, ctx.index as usize, self.shares as usize)?;
        macro_rules! of {
            ($($dtype:ident => $arrow:ty, $nan:expr;)*) => {
                match self.dtype {
                    $(DType::$dtype => self.numbers::<$arrow>(&rows, $nan),)*
                    DType::Bool => self.booleans(&rows),
                    other => Err(Error::internal(format!("columns do not make arrays of {other}"))),
                }
            };
        }
        let chunk = of! {
            I8 => Int8Type, 0;
            I16 => Int16Type, 0;
            I32 => Int32Type, 0;
            I64 => Int64Type, 0;
            U8 => UInt8Type, 0;
            U16 => UInt16Type, 0;
            U32 => UInt32Type, 0;
            U64 => UInt64Type, 0;
            F32 => Float32Type, f32::NAN;
            F64 => Float64Type, f64::NAN;
        };
        Ok(chunk?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The rows of the tables, or the share of them whose turn it is. Tables without columns only check something.
pub(super) fn share(inputs: Inputs, index: usize, of: usize) -> Result<Vec<RecordBatch>> {
    let of = of.max(1);
    let tables = inputs.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
    let rows: Vec<&RecordBatch> =
        tables.iter().filter(|t| t.num_columns() > 0).flat_map(|t| t.batches()).collect();
    let all: usize = rows.iter().map(|batch| batch.num_rows()).sum();
    let (start, end) = (index % of * all / of, (index % of + 1) * all / of);
    let mut seen = 0;
    let mut own = Vec::new();
    for batch in rows {
        let (from, to) = (start.max(seen), end.min(seen + batch.num_rows()));
        if from < to {
            own.push(batch.slice(from - seen, to - from));
        }
        seen += batch.num_rows();
    }
    match (own.is_empty(), tables.iter().find(|t| t.num_columns() > 0)) {
        // The columns are needed where there are no rows, too.
        (true, Some(table)) => Ok(vec![RecordBatch::new_empty(std::sync::Arc::clone(table.schema()))]),
        (true, None) => Err(Error::internal("a part of a frame gave no table")),
        (false, _) => Ok(own),
    }
}

impl ToChunk {
    fn numbers<A: ArrowPrimitiveType>(&self, rows: &[RecordBatch], nan: A::Native) -> Result<Chunk>
    where
        A::Native: Element,
    {
        if let [only] = rows
            && let [column] = only.columns()
        {
            let values = converted(column, &A::DATA_TYPE, name(only, 0))?;
            if values.null_count() == 0 {
                let buffer = values.as_primitive::<A>().values().inner().clone();
                return Chunk::from_buffer(buffer, self.dtype, &self.shape(rows));
            }
        }
        self.place(rows, |batch, j, column, places| {
            let values = converted(column, &A::DATA_TYPE, name(batch, j))?;
            let values = values.as_primitive::<A>();
            if values.null_count() == 0 {
                places.zip(values.values()).for_each(|(place, value)| *place = *value);
                return Ok(());
            }
            if !self.nan {
                return Err(self.missing(name(batch, j)));
            }
            places.zip(values).for_each(|(place, value)| *place = value.unwrap_or(nan));
            Ok(())
        })
    }

    fn booleans(&self, rows: &[RecordBatch]) -> Result<Chunk> {
        self.place(rows, |batch, j, column, places| {
            let values = converted(column, &DataType::Boolean, name(batch, j))?;
            let values = values.as_boolean();
            if values.null_count() > 0 {
                return Err(self.missing(name(batch, j)));
            }
            places.zip(values.values()).for_each(|(place, value)| *place = value);
            Ok(())
        })
    }

    /// A chunk whose elements `fill` writes, column by column of each batch.
    fn place<T: Element>(
        &self,
        rows: &[RecordBatch],
        fill: impl Fn(&RecordBatch, usize, &ArrayRef, std::iter::StepBy<std::slice::IterMut<'_, T>>) -> Result<()>,
    ) -> Result<Chunk> {
        let shape = self.shape(rows);
        let mut out = zeroed::<T>(shape.iter().product());
        let mut rest = out.as_mut_slice();
        for batch in rows {
            let width = batch.num_columns();
            let (own, later) = rest.split_at_mut((batch.num_rows() * width).min(rest.len()));
            for (j, column) in batch.columns().iter().enumerate() {
                let places = own.get_mut(j..).unwrap_or_default();
                fill(batch, j, column, places.iter_mut().step_by(width.max(1)))?;
            }
            rest = later;
        }
        Chunk::from_vec(out, &shape)
    }

    fn shape(&self, rows: &[RecordBatch]) -> Vec<usize> {
        let length = rows.iter().map(RecordBatch::num_rows).sum();
        let width = rows.first().map_or(0, RecordBatch::num_columns);
        if self.flat { vec![length] } else { vec![length, width] }
    }

    fn missing(&self, name: &str) -> Error {
        Error::data(format!("column '{name}' has missing values, which {} cannot show", self.dtype))
            .with_help("fill them first (fillna), or ask for an array of f64, where they are NaN")
    }
}

fn name(batch: &RecordBatch, column: usize) -> &str {
    batch.schema_ref().fields().get(column).map_or("", |f| f.name().as_str())
}

/// A column's values as the type that all columns have in common.
fn converted(column: &ArrayRef, to: &DataType, name: &str) -> Result<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(column, to, &options)
        .map_err(|e| Error::data(format!("column '{name}' cannot be converted: {e}")).with_source(e))
}
