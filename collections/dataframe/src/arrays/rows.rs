//! A chunk to rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Field, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Schema, SchemaRef, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use serde::{Deserialize, Serialize};
use swath_array::{DType, Element};
use swath_block::{
    Block, Chunk, Inputs, Operation, Table, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};

/// Makes a table of a chunk of one axis, or of two: rows and columns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToRows {
    pub(super) names: Vec<String>,
    pub(super) dtype: DType,
}

register_operation!(ToRows, "dataframe.from-array");

impl Operation for ToRows {
    fn name(&self) -> &'static str {
        "dataframe.from-array"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let chunk = inputs.into_iter().next().ok_or_else(|| Error::internal("a task has no input"))?;
        let chunk = chunk.into_chunk()?;
        let schema = schema(&self.names, self.dtype)?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns(&chunk)?);
        let batch =
            batch.map_err(|e| Error::internal(format!("a chunk makes no table: {e}")).with_source(e))?;
        Ok(Table::new(schema, vec![batch])?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The columns of a frame of an array: no value is missing, NaN is NaN.
pub(super) fn schema(names: &[String], dtype: DType) -> Result<SchemaRef> {
    let of = column_type(dtype)?;
    let fields = names.iter().map(|name| Field::new(name, of.clone(), false));
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

fn column_type(dtype: DType) -> Result<DataType> {
    Ok(match dtype {
        DType::Bool => DataType::Boolean,
        DType::I8 => DataType::Int8,
        DType::I16 => DataType::Int16,
        DType::I32 => DataType::Int32,
        DType::I64 => DataType::Int64,
        DType::U8 => DataType::UInt8,
        DType::U16 => DataType::UInt16,
        DType::U32 => DataType::UInt32,
        DType::U64 => DataType::UInt64,
        DType::F32 => DataType::Float32,
        DType::F64 => DataType::Float64,
        DType::C64 | DType::C128 => {
            return Err(Error::unsupported(format!("tables have no column type for {dtype}"))
                .with_help("make columns of real(x) and imag(x)"));
        }
    })
}

fn columns(chunk: &Chunk) -> Result<Vec<ArrayRef>> {
    macro_rules! of {
        ($($dtype:ident => $arrow:ty;)*) => {
            match chunk.dtype() {
                $(DType::$dtype => numbers::<$arrow>(chunk),)*
                DType::Bool => {
                    let columns = values::<bool>(chunk)?.into_iter();
                    Ok(columns.map(|values| Arc::new(BooleanArray::from(values)) as ArrayRef).collect())
                }
                other => column_type(other).map(|_| Vec::new()),
            }
        };
    }
    of! {
        I8 => Int8Type;
        I16 => Int16Type;
        I32 => Int32Type;
        I64 => Int64Type;
        U8 => UInt8Type;
        U16 => UInt16Type;
        U32 => UInt32Type;
        U64 => UInt64Type;
        F32 => Float32Type;
        F64 => Float64Type;
    }
}

fn numbers<A: ArrowPrimitiveType>(chunk: &Chunk) -> Result<Vec<ArrayRef>>
where
    A::Native: Element,
{
    let columns = values::<A::Native>(chunk)?.into_iter();
    Ok(columns.map(|values| Arc::new(PrimitiveArray::<A>::new(values.into(), None)) as ArrayRef).collect())
}

/// The elements, column by column.
fn values<T: Element>(chunk: &Chunk) -> Result<Vec<Vec<T>>> {
    let view = chunk.view::<T>()?;
    if view.ndim() < 2 {
        return Ok(vec![view.iter().copied().collect()]);
    }
    Ok(view.columns().into_iter().map(|column| column.iter().copied().collect()).collect())
}
