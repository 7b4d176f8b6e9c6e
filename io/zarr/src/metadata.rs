//! What a folder says about itself: an array, a group of arrays, or neither.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use swath_array_io::{ArrayInfo, Attribute, FileStamp, Listing};
use swath_error::{Error, ErrorKind, Result};

use crate::source::ZarrSource;

/// Bytes of a metadata file at most.
const LONGEST: u64 = 64 << 20;

/// Folders within folders that are followed at most, and arrays that are listed.
const DEEPEST: usize = 32;
const LISTED: usize = 100_000;

/// An array's metadata as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    pub fields: Map<String, Value>,
    pub attributes: Map<String, Value>,
    pub stamp: FileStamp,
}

impl Metadata {
    /// The metadata of the array in a folder; none when the folder is no array.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        if let Some((fields, stamp)) = read_json(&folder.join("zarr.json"))? {
            if fields.get("node_type").and_then(Value::as_str) != Some("array") {
                return Ok(None);
            }
            let attributes = fields.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default();
            return Ok(Some(Self { fields, attributes, stamp }));
        }
        let Some((fields, stamp)) = read_json(&folder.join(".zarray"))? else { return Ok(None) };
        let attributes = read_json(&folder.join(".zattrs"))?.map(|(a, _)| a).unwrap_or_default();
        Ok(Some(Self { fields, attributes, stamp }))
    }

    fn info(&self, name: String, source: Result<ZarrSource>) -> ArrayInfo {
        use swath_array_io::ArraySource;
        let stored = match self.fields.get("data_type").or_else(|| self.fields.get("dtype")) {
            Some(Value::String(name)) => name.clone(),
            Some(other) => other.to_string(),
            None => "unknown".to_owned(),
        };
        let lengths = self.fields.get("shape").and_then(Value::as_array);
        let shape = lengths.map(|l| l.iter().filter_map(|n| n.as_u64().map(|n| n as usize)).collect());
        let opened = source.as_ref().ok();
        ArrayInfo {
            name,
            shape: shape.unwrap_or_default(),
            dtype: opened.map(ArraySource::dtype),
            stored,
            chunks: opened.and_then(|s| s.storage_chunks().map(<[usize]>::to_vec)),
            filters: self.codecs(),
            attributes: self.attributes.iter().map(|(k, v)| (k.clone(), attribute(v))).collect(),
            problem: source.err().map(|e| e.message().to_owned()),
        }
    }

    /// Whether all chunks have one shape.
    pub fn is_regular(&self) -> bool {
        let grid = self.fields.get("chunk_grid").and_then(|g| g.get("name"));
        grid.is_none_or(|name| name.as_str() == Some("regular"))
    }

    /// The names of the codecs, in the order they are applied.
    fn codecs(&self) -> Vec<String> {
        let name =
            |v: &Value| v.get("name").or_else(|| v.get("id")).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| self.fields.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut names: Vec<String> =
            list("codecs").iter().filter_map(name).filter(|n| n != "bytes").collect();
        names.extend(list("filters").iter().filter_map(name));
        names.extend(self.fields.get("compressor").and_then(name));
        names
    }
}

/// A file of JSON, which holds an object; none when there is no such file.
fn read_json(path: &Path) -> Result<Option<(Map<String, Value>, FileStamp)>> {
    let named = |e| Error::io(path.display(), e);
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Ok(None),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(named(e)),
    };
    if metadata.len() > LONGEST {
        return Err(Error::data(format!("{}: {} bytes of metadata", path.display(), metadata.len())));
    }
    let text = std::fs::read(path).map_err(named)?;
    let fields = serde_json::from_slice(&text).map_err(|e| {
        Error::data(format!("{}: the Zarr metadata is damaged: {e}", path.display())).with_source(e)
    })?;
    Ok(Some((fields, FileStamp::of(&metadata))))
}

fn attribute(value: &Value) -> Attribute {
    fn all<T>(values: &[Value], each: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        if values.is_empty() { None } else { values.iter().map(each).collect() }
    }
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let integer = |v: &Value| match v {
        Value::Bool(b) => Some(i128::from(*b)),
        Value::Number(n) => n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)),
        _ => None,
    };
    all(values, |v| v.as_str().map(str::to_owned))
        .map(Attribute::Text)
        .or_else(|| all(values, integer).map(Attribute::Integers))
        .or_else(|| all(values, Value::as_f64).map(Attribute::Floats))
        .unwrap_or_else(|| Attribute::Other(value.to_string()))
}

/// The arrays of a store: of the folder itself, or of the folders in it.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such folder, or nothing of Zarr in it.
pub fn list(path: impl AsRef<Path>) -> Result<Listing> {
    let path = path.as_ref();
    if !path.is_dir() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Error::io(path.display(), missing));
    }
    let mut arrays = Vec::new();
    let mut open = vec![(PathBuf::new(), 0)];
    while let Some((name, depth)) = open.pop() {
        let folder = path.join(&name);
        let shown = name.to_string_lossy().replace('\\', "/");
        if let Ok(Some(metadata)) = Metadata::read(&folder) {
            arrays.push(metadata.info(shown, ZarrSource::open(&folder)));
        } else if depth < DEEPEST && arrays.len() < LISTED {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let folders = entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
            open.extend(folders.map(|e| (name.join(e.file_name()), depth + 1)));
        }
    }
    if arrays.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("{}: there is no Zarr array", path.display())));
    }
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Listing { path: path.to_owned(), arrays })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_of_json() {
        assert_eq!(attribute(&json!("K")), Attribute::Text(vec!["K".into()]));
        assert_eq!(attribute(&json!([1, true])), Attribute::Integers(vec![1, 1]));
        assert_eq!(attribute(&json!([1, 2.5])), Attribute::Floats(vec![1.0, 2.5]));
        assert!(matches!(attribute(&json!({"a": 1})), Attribute::Other(_)));
        assert!(matches!(attribute(&json!([])), Attribute::Other(_)));
    }
}
