//! Items whose type is known where they were made and where they end up, and not in between: their encodings.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{Block, Items};
use swath_error::{Error, Result};

use crate::item::BagItem;

/// One item in postcard's encoding. Two are equal when their encodings are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Raw(pub Vec<u8>);

impl Raw {
    /// The encoding of a value.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        postcard::to_stdvec(value).map(Self).map_err(|e| {
            Error::unsupported(format!(
                "an item of type {} cannot be encoded: {e}",
                std::any::type_name::<T>()
            ))
            .with_source(e)
        })
    }

    /// The value.
    pub fn to<T: BagItem>(&self) -> Result<T> {
        match postcard::take_from_bytes(&self.0) {
            Ok((value, [])) => Ok(value),
            _ => Err(Error::data(format!("an item's bytes are not a {}", std::any::type_name::<T>()))),
        }
    }
}

/// Results of reductions whose parts are [`Raw`], as one encoded item.
pub(crate) trait IntoRaw: Send + Sync + 'static {
    /// The item's encoding: those of its parts, one after another.
    fn into_raw(self) -> Result<Raw>;
}

impl IntoRaw for Raw {
    fn into_raw(self) -> Result<Raw> {
        Ok(self)
    }
}

impl IntoRaw for (Raw, u64) {
    fn into_raw(self) -> Result<Raw> {
        let (Raw(mut bytes), count) = self;
        bytes.extend(Raw::of(&count)?.0);
        Ok(Raw(bytes))
    }
}

impl IntoRaw for (Raw, Raw) {
    fn into_raw(self) -> Result<Raw> {
        let (Raw(mut bytes), second) = self;
        bytes.extend(second.0);
        Ok(Raw(bytes))
    }
}

impl IntoRaw for (Raw, Vec<Raw>) {
    fn into_raw(self) -> Result<Raw> {
        let (Raw(mut bytes), items) = self;
        bytes.extend(super::calls::vector(items.iter())?.0);
        Ok(Raw(bytes))
    }
}

/// Encoded items as a block.
pub(crate) fn encoded_items<E: IntoRaw>(items: Vec<E>) -> Result<Block> {
    let items = items.into_iter().map(IntoRaw::into_raw).collect::<Result<Vec<_>>>()?;
    Ok(Items::new(items).into())
}

/// Whether items are in encoded form.
pub(crate) fn is_raw(items: &Items) -> bool {
    items.type_name() == std::any::type_name::<Raw>()
}

/// The items of a block of encoded ones.
pub(crate) fn decoded<T: BagItem>(items: Items) -> Result<Vec<T>> {
    let raw: Arc<Vec<Raw>> = items.downcast::<Raw>()?;
    raw.iter().map(Raw::to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_encoded_as_pairs_are() {
        let pair = (Raw::of("ab").unwrap(), 300u64).into_raw().unwrap();
        assert_eq!(pair.to::<(String, u64)>().unwrap(), ("ab".to_owned(), 300));
        assert!(pair.to::<String>().is_err());
        let pair = (Raw::of(&1.5f64).unwrap(), Raw::of(&vec![1u8]).unwrap()).into_raw().unwrap();
        assert_eq!(pair.to::<(f64, Vec<u8>)>().unwrap(), (1.5, vec![1]));
    }

    #[test]
    fn encoded_items_come_out_with_their_types() {
        let block = encoded_items(vec![Raw::of(&(1u8, 2u16)).unwrap()]).unwrap();
        let items = block.into_items().unwrap();
        assert!(is_raw(&items));
        assert_eq!(decoded::<(u8, u16)>(items).unwrap(), [(1, 2)]);
    }
}
