//! Values that came from another process and are decoded when somebody first looks at them as what they are.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use arrow_buffer::Buffer;
use parking_lot::{Mutex, RwLock};
use swath_error::{Error, ErrorKind, Result};

use super::header::PackedNode;
use crate::Data;

/// Sizes that a peer claims are believed up to here: enough for any machine, too little to overflow a sum of them.
const LARGEST: u64 = 1 << 46;

pub(crate) type AnyArc = Arc<dyn Any + Send + Sync>;

/// The encoding of a value or a vector of items. Once decoded it keeps the value in the encoding's place.
pub(crate) struct Encoded {
    type_name: String,
    bytes: u64,
    items: u64,
    /// None once it is decoded.
    encoding: Mutex<Option<Buffer>>,
    decoded: OnceLock<Result<Decoded>>,
}

struct Decoded {
    value: AnyArc,
    encode: fn(&(dyn Any + Send + Sync)) -> Result<Vec<u8>>,
}

/// Why a value is not what it was looked at as.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It is another type.
    Type,
    /// Its bytes are wrong, or nobody said how it is decoded.
    Bytes(Error),
}

impl Encoded {
    pub fn new(node: &PackedNode, encoding: Buffer) -> Self {
        Self {
            type_name: node.type_name.clone(),
            bytes: node.bytes.min(LARGEST),
            items: node.items,
            encoding: Mutex::new(Some(encoding)),
            decoded: OnceLock::new(),
        }
    }

    /// The encoding of a value whose size is not known: it is charged for its encoding.
    pub fn of_value(type_name: &str, encoding: Vec<u8>) -> Self {
        Self {
            type_name: type_name.to_owned(),
            bytes: encoding.len() as u64,
            items: 0,
            encoding: Mutex::new(Some(Buffer::from_vec(encoding))),
            decoded: OnceLock::new(),
        }
    }

    /// Bytes the value takes once it is decoded, as its maker counted them.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn items(&self) -> usize {
        usize::try_from(self.items).unwrap_or(usize::MAX)
    }

    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The encoding: as it came, or made again from the decoded value.
    pub fn encode(&self) -> Result<Buffer> {
        if let Some(encoding) = &*self.encoding.lock() {
            return Ok(encoding.clone());
        }
        match self.decoded.get() {
            Some(Ok(decoded)) => (decoded.encode)(&*decoded.value).map(Buffer::from_vec),
            Some(Err(e)) => Err(e.clone()),
            None => Err(Error::internal("an encoded value has lost its encoding")),
        }
    }

    /// The value, when it is a `T`.
    pub fn value<T: Data>(&self) -> Result<&AnyArc, Wrong> {
        self.decode::<T, T>(|value, _| Ok(value))
    }

    /// The items, when they are `T`.
    pub fn vector<T: Data>(&self) -> Result<&AnyArc, Wrong> {
        self.decode::<T, Vec<T>>(|items, wanted| {
            let have = items.len() as u64;
            if have == wanted {
                return Ok(items);
            }
            Err(Error::data(format!("a block of {wanted} bag items holds {have}")))
        })
    }

    /// The value, when it is a `T` that was announced.
    pub fn announced<T: Any>(&self) -> Result<&AnyArc, Wrong> {
        if self.type_name != type_name::<T>() {
            return Err(Wrong::Type);
        }
        let decoder = DECODERS.read().get(&TypeId::of::<T>()).copied();
        let unknown = || Wrong::Bytes(Error::internal(format!("nobody announced {}", type_name::<T>())));
        decoder.ok_or_else(unknown)?(self)
    }

    fn decode<T: Data, W: Data>(&self, check: fn(W, u64) -> Result<W>) -> Result<&AnyArc, Wrong> {
        if self.type_name != type_name::<T>() {
            return Err(Wrong::Type);
        }
        let decoded = self.decoded.get_or_init(|| {
            let encoding = self.encoding.lock().clone().unwrap_or_default();
            let value: W = check(from_bytes(&encoding)?, self.items)?;
            Ok(Decoded { value: Arc::new(value), encode: to_bytes::<W> })
        });
        match decoded {
            Ok(decoded) => {
                self.encoding.lock().take();
                Ok(&decoded.value)
            }
            Err(e) => Err(Wrong::Bytes(e.clone())),
        }
    }

    /// What was decoded, without sharing it when nobody else holds this.
    pub fn into_decoded(self: Arc<Self>) -> Option<AnyArc> {
        match Arc::try_unwrap(self) {
            Ok(only) => only.decoded.into_inner()?.ok().map(|d| d.value),
            Err(shared) => shared.decoded.get()?.as_ref().ok().map(|d| d.value.clone()),
        }
    }
}

fn from_bytes<T: Data>(bytes: &[u8]) -> Result<T> {
    let wrong = |why: &str| Error::data(format!("a {} cannot be decoded: {why}", type_name::<T>()));
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(wrong("it is longer than it should be")),
        Err(e) => Err(wrong(&e.to_string()).with_source(e)),
    }
}

/// Values in the form they travel in.
pub(crate) fn to_bytes<T: Data>(value: &(dyn Any + Send + Sync)) -> Result<Vec<u8>> {
    match value.downcast_ref::<T>() {
        Some(value) => encode(value),
        None => Err(Error::internal(format!("a value is not a {}", type_name::<T>()))),
    }
}

/// The encoding of one value; what this process has encoded it can decode.
pub(crate) fn encode<T: Data>(value: &T) -> Result<Vec<u8>> {
    announce::<T>();
    postcard::to_stdvec(value).map_err(|e| {
        Error::new(ErrorKind::Unsupported, format!("a {} cannot be encoded: {e}", type_name::<T>()))
            .with_source(e)
    })
}

type Decoder = fn(&Encoded) -> Result<&AnyArc, Wrong>;

static DECODERS: LazyLock<RwLock<HashMap<TypeId, Decoder>>> = LazyLock::new(RwLock::default);

/// Says how values of type `T` are decoded to those that do not know it is [`Data`]: [`crate::Value::downcast_any`].
pub fn announce<T: Data>() {
    let known = DECODERS.read().contains_key(&TypeId::of::<T>());
    if !known {
        DECODERS.write().insert(TypeId::of::<T>(), Encoded::value::<T>);
    }
}
