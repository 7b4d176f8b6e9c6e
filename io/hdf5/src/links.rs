//! The names in a group, read without looking at what they name: for groups in which something cannot be read.

use hdf5_reader::Hdf5File as Reader;
use hdf5_reader::btree_v1::collect_btree_v1_leaves_storage;
use hdf5_reader::error::Error as Cause;
use hdf5_reader::io::Cursor;
use hdf5_reader::local_heap::LocalHeap;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::symbol_table_msg::SymbolTableMessage;
use hdf5_reader::symbol_table::SymbolTableNode;

/// The names of a group's links, as far as they are in its header or in an old table of symbols.
///
/// # Errors
/// The reader's, for a group that is damaged.
pub(crate) fn names(reader: &Reader, group: u64) -> Result<Vec<String>, Cause> {
    let mut names = Vec::new();
    for message in &reader.get_or_parse_header(group)?.messages {
        match message {
            HdfMessage::Link(link) => names.push(link.name.clone()),
            HdfMessage::SymbolTable(table) => names.extend(symbols(reader, table)?),
            _ => {}
        }
    }
    Ok(names)
}

fn symbols(reader: &Reader, table: &SymbolTableMessage) -> Result<Vec<String>, Cause> {
    let (storage, superblock) = (reader.storage(), reader.superblock());
    let (offset, length) = (superblock.offset_size, superblock.length_size);
    let heap = LocalHeap::parse_at_storage(storage, table.heap_address, offset, length)?;
    let leaves =
        collect_btree_v1_leaves_storage(storage, table.btree_address, offset, length, None, &[], None)?;
    let mut names = Vec::new();
    for (_, at) in leaves {
        // The number of entries is in the node's eighth byte; how many bytes follow depends on it.
        let count = storage
            .read_range(at, 8)?
            .get(6..8)
            .map_or(0, |b| b.iter().rev().fold(0, |n, b| n * 256 + usize::from(*b)));
        let node = storage.read_range(at, 8 + count * (2 * usize::from(offset) + 24))?;
        let node = SymbolTableNode::parse(&mut Cursor::new(&node), offset, length)?;
        for entry in node.entries {
            names.push(heap.get_string_storage(entry.link_name_offset, storage)?);
        }
    }
    Ok(names)
}
