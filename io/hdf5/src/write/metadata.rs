//! Headers and indices: written after the elements, when their places are known.

use std::collections::BTreeMap;
use std::io;

use swath_array_io::flat;

use super::attributes;
use super::encode::{
    chunked, dataspace, datatype, fill_value, filters, flat as one_piece, group, header, link, superblock,
};
use super::part::{Part, Stored};
use super::space::Space;
use super::tree::Tree;

/// Groups and datasets by name.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    datasets: BTreeMap<String, u64>,
}

/// Writes everything that makes a file of the elements in it.
///
/// # Errors
/// The file system's.
pub(super) fn write(parts: &[Part], space: &Space) -> io::Result<()> {
    let base = space.take(0)?;
    let mut out = Vec::new();
    let mut root = Folder::default();
    for part in parts {
        let at = dataset(part, space, base, &mut out)?;
        let (folders, name) = part.name.rsplit_once('/').unwrap_or(("", &part.name));
        let names = folders.split('/').filter(|n| !n.is_empty());
        let folder = names.fold(&mut root, |f, name| f.folders.entry(name.to_owned()).or_default());
        folder.datasets.insert(name.to_owned(), at);
    }
    let root = root.write(base, &mut out);
    let start = superblock(root, base + out.len() as u64);
    flat::write_at(space.file(), &out, base)?;
    space.file().set_len(base + out.len() as u64)?;
    flat::write_at(space.file(), &start, 0)
}

/// Writes a dataset's index and header, and returns where the header lies.
fn dataset(part: &Part, space: &Space, base: u64, out: &mut Vec<u8>) -> io::Result<u64> {
    let size = part.dtype.size();
    let mut messages = vec![dataspace(&part.shape), datatype(part.dtype)];
    match &part.stored {
        Stored::Flat { at } => {
            let bytes = part.shape.iter().product::<usize>() * size;
            messages.extend([fill_value(false), one_piece(*at, bytes as u64)]);
        }
        Stored::Plain { chunk, .. } | Stored::Filtered { chunk, .. } => {
            let tree = Tree { shape: &part.shape, chunk, base };
            let root = tree.write(&part.written(space)?, out);
            messages.extend([fill_value(true), chunked(root, chunk, size)]);
        }
    }
    if let Stored::Filtered { pipeline, chunk, .. } = &part.stored {
        let bytes = chunk.iter().product::<usize>() * size;
        messages.push(filters(pipeline, bytes as u32));
    }
    messages.extend(attributes::messages(&part.attributes, base, out));
    Ok(append(&header(&messages), base, out))
}

fn append(bytes: &[u8], base: u64, out: &mut Vec<u8>) -> u64 {
    let at = base + out.len() as u64;
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(8), 0);
    at
}

impl Folder {
    /// Writes the groups below, then this one, and returns where its header lies.
    fn write(&self, base: u64, out: &mut Vec<u8>) -> u64 {
        let mut messages = group().to_vec();
        for (name, folder) in &self.folders {
            let at = folder.write(base, out);
            messages.push(link(name, at));
        }
        messages.extend(self.datasets.iter().map(|(name, at)| link(name, *at)));
        append(&header(&messages), base, out)
    }
}
