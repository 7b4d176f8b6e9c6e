//! A block taken apart: the node of each part, and the record batches that carry it.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayData, ArrayRef, AsArray, RecordBatch, make_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_buffer::Buffer;
use swath_error::{Error, Result};

use super::header::{ArrayNode, Node, PackedNode};
use crate::{Block, Chunk, DType, Items, Table, Value};

/// Strings and binaries of one Arrow array: its offsets are 32 bits wide.
const MOST_IN_ARRAY: usize = 1 << 30;

/// The batches of one part.
#[derive(Debug)]
pub(crate) struct Part {
    pub schema: SchemaRef,
    pub batches: VecDeque<RecordBatch>,
}

/// The parts of a block that have messages, in order, and all nodes.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub nodes: Vec<Node>,
    pub queue: VecDeque<Part>,
    /// Bytes the messages will carry, about.
    pub bytes: u64,
}

impl Parts {
    /// Takes a block apart; `slice` is the size of the pieces an encoded value is cut into.
    pub fn add(&mut self, block: &Block, slice: usize) -> Result<()> {
        match block {
            Block::Unit => self.nodes.push(Node::Unit),
            Block::Table(table) => self.table(table)?,
            Block::Array(chunk) => self.array(chunk)?,
            Block::Items(items) => self.items(items, slice)?,
            Block::Value(value) => {
                let (node, bytes) = value_node(value)?;
                self.packed(Node::Value(node), bytes, slice)?;
            }
            Block::Tuple(parts) => {
                let count = u32::try_from(parts.len()).ok();
                let count =
                    count.ok_or_else(|| Error::unsupported("a tuple has too many parts to travel"))?;
                self.nodes.push(Node::Tuple(count));
                for part in parts.iter() {
                    self.add(part, slice)?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, node: Node, bytes: u64, schema: SchemaRef, batches: VecDeque<RecordBatch>) {
        self.nodes.push(node);
        self.bytes += bytes;
        self.queue.push_back(Part { schema, batches });
    }

    fn table(&mut self, table: &Table) -> Result<()> {
        // Batches may differ from the table's schema in names and metadata: the table's counts.
        let schema = table.schema();
        let same = |batch: &RecordBatch| {
            let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let columns = batch.columns().iter().map(compact).collect();
            RecordBatch::try_new_with_options(schema.clone(), columns, &options)
                .map_err(|e| Error::internal(format!("a table cannot be encoded: {e}")).with_source(e))
        };
        let batches = table.batches().iter().map(same).collect::<Result<_>>()?;
        let node = Node::Table { rows: table.num_rows() as u64 };
        self.push(node, table.bytes(), schema.clone(), batches);
        Ok(())
    }

    fn array(&mut self, chunk: &Chunk) -> Result<()> {
        let (node, data) = array_node(chunk)?;
        let (schema, batch) = flat_batch(chunk.dtype(), data)?;
        self.push(Node::Array(node), batch_bytes(&batch), schema, VecDeque::from([batch]));
        Ok(())
    }

    fn items(&mut self, items: &Items, slice: usize) -> Result<()> {
        if let Items::Text(lines) = items {
            static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| column_schema(DataType::Utf8, true));
            let batch = batch(&SCHEMA, Arc::new(lines.clone()))?;
            let node = Node::Text { rows: lines.len() as u64 };
            self.push(node, batch_bytes(&batch), SCHEMA.clone(), VecDeque::from([batch]));
            return Ok(());
        }
        let (node, bytes) = items_node(items)?;
        self.packed(Node::Items(node), bytes, slice)
    }

    /// An encoding as binary rows, one to a batch.
    fn packed(&mut self, node: Node, bytes: Buffer, slice: usize) -> Result<()> {
        static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| column_schema(DataType::Binary, false));
        let slice = slice.clamp(1, MOST_IN_ARRAY);
        let pieces = bytes.len().div_ceil(slice);
        let batches = (0..pieces).map(|n| {
            let start = n * slice;
            let length = slice.min(bytes.len() - start);
            let offsets = Buffer::from_vec(vec![0i32, length as i32]);
            let data = ArrayData::builder(DataType::Binary).len(1).add_buffer(offsets);
            let data = data.add_buffer(bytes.slice_with_length(start, length));
            batch(&SCHEMA, make_array(data.build().map_err(unencodable)?))
        });
        let batches = batches.collect::<Result<_>>()?;
        self.push(node, bytes.len() as u64, SCHEMA.clone(), batches);
        Ok(())
    }
}

/// The node of an array chunk and its buffer, which is the chunk's own wherever its elements lie side by side.
pub(crate) fn array_node(chunk: &Chunk) -> Result<(ArrayNode, Buffer)> {
    let (data, strides) = chunk.dense()?;
    let node = ArrayNode {
        dtype: chunk.dtype(),
        shape: chunk.shape().iter().map(|n| *n as u64).collect(),
        strides: strides.iter().map(|n| *n as u64).collect(),
        elements: (data.len() / chunk.dtype().size()) as u64,
    };
    Ok((node, data))
}

/// The node of a value, and its encoding.
pub(crate) fn value_node(value: &Value) -> Result<(PackedNode, Buffer)> {
    let bytes = value.encoded()?;
    let type_name = value.type_name().to_owned();
    let encoded = bytes.len() as u64;
    Ok((PackedNode { type_name, items: 1, bytes: value.bytes(), encoded }, bytes))
}

/// The node of typed items, and their encoding.
pub(crate) fn items_node(items: &Items) -> Result<(PackedNode, Buffer)> {
    let bytes = items.encoded()?;
    let type_name = items.type_name().to_owned();
    let encoded = bytes.len() as u64;
    Ok((PackedNode { type_name, items: items.len() as u64, bytes: items.bytes(), encoded }, bytes))
}

/// The Arrow type that carries elements, and how many of it make one element.
pub(crate) fn carrier(dtype: DType) -> (DataType, usize) {
    match dtype {
        DType::I8 => (DataType::Int8, 1),
        DType::I16 => (DataType::Int16, 1),
        DType::I32 => (DataType::Int32, 1),
        DType::I64 => (DataType::Int64, 1),
        DType::Bool | DType::U8 => (DataType::UInt8, 1),
        DType::U16 => (DataType::UInt16, 1),
        DType::U32 => (DataType::UInt32, 1),
        DType::U64 => (DataType::UInt64, 1),
        DType::F32 => (DataType::Float32, 1),
        DType::F64 => (DataType::Float64, 1),
        DType::C64 => (DataType::Float32, 2),
        DType::C128 => (DataType::Float64, 2),
    }
}

fn flat_batch(dtype: DType, data: Buffer) -> Result<(SchemaRef, RecordBatch)> {
    let (carrier, each) = carrier(dtype);
    let rows = data.len() / dtype.size() * each;
    let schema = column_schema(carrier.clone(), false);
    let column = ArrayData::builder(carrier).len(rows).add_buffer(data).build().map_err(unencodable)?;
    let batch = batch(&schema, make_array(column))?;
    Ok((schema, batch))
}

fn column_schema(data_type: DataType, nullable: bool) -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("data", data_type, nullable)]))
}

fn batch(schema: &SchemaRef, column: ArrayRef) -> Result<RecordBatch> {
    RecordBatch::try_new(schema.clone(), vec![column]).map_err(unencodable)
}

fn batch_bytes(batch: &RecordBatch) -> u64 {
    let slices = batch.columns().iter().map(|c| c.to_data().get_slice_memory_size().unwrap_or(0) as u64);
    slices.sum()
}

pub(crate) fn unencodable(e: arrow::error::ArrowError) -> Error {
    Error::internal(format!("a block cannot be encoded: {e}")).with_source(e)
}

/// A column without what only other rows need: a slice of views would take the buffers of all rows along.
pub(crate) fn compact(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8View => {
            let views = column.as_string_view();
            if is_wasteful(views.total_buffer_bytes_used(), views.data_buffers()) {
                return Arc::new(views.gc());
            }
        }
        DataType::BinaryView => {
            let views = column.as_binary_view();
            if is_wasteful(views.total_buffer_bytes_used(), views.data_buffers()) {
                return Arc::new(views.gc());
            }
        }
        _ => {}
    }
    column.clone()
}

fn is_wasteful(used: usize, buffers: &[Buffer]) -> bool {
    let held: usize = buffers.iter().map(Buffer::len).sum();
    held > 4096 && held / 2 > used
}
