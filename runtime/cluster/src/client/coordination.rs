//! Locks, semaphores, events, queues and variables that all clients and tasks of a cluster share by name.
//!
//! What a client or task holds is freed when its process goes.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use swath_error::{Error, Result};
use swath_wire::{Answer, Blob, Coordination, Query};

use super::Client;
use super::data::unexpected;

impl Client {
    fn coordinate(&self, name: &str, request: Coordination) -> Result<Answer> {
        self.request(Query::Coordinate(name.to_owned(), request))
    }

    /// The lock of a name.
    pub fn lock(&self, name: impl Into<String>) -> Lock {
        Lock(self.semaphore(name, 1))
    }

    /// The semaphore of a name; `leases` must be the same wherever it is used, and at least 1.
    pub fn semaphore(&self, name: impl Into<String>, leases: u32) -> Semaphore {
        Semaphore { client: self.clone(), name: name.into(), limit: leases }
    }

    /// The event of a name.
    pub fn event(&self, name: impl Into<String>) -> Event {
        Event { client: self.clone(), name: name.into() }
    }

    /// The queue of a name. `limit`: items at which putting waits; 0 for none.
    pub fn queue<T>(&self, name: impl Into<String>, limit: u32) -> Queue<T> {
        Queue { client: self.clone(), name: name.into(), limit, kind: PhantomData }
    }

    /// The variable of a name.
    pub fn variable<T>(&self, name: impl Into<String>) -> Variable<T> {
        Variable { client: self.clone(), name: name.into(), kind: PhantomData }
    }
}

fn micros(patience: Duration) -> u64 {
    u64::try_from(patience.as_micros()).unwrap_or(u64::MAX)
}

fn encode<T: Serialize>(value: &T) -> Result<Blob> {
    let bytes = postcard::to_stdvec(value)
        .map_err(|e| Error::internal(format!("a value cannot be encoded: {e}")).with_source(e))?;
    Ok(bytes.into())
}

fn decode<T: DeserializeOwned>(item: Option<Blob>) -> Result<Option<T>> {
    let decode = |blob: Blob| {
        postcard::from_bytes(blob.as_ref()).map_err(|e| {
            Error::data(format!("the value is no {}: {e}", std::any::type_name::<T>())).with_source(e)
        })
    };
    item.map(decode).transpose()
}

/// A lock: one holder in the whole cluster.
#[derive(Clone, Debug)]
pub struct Lock(Semaphore);

impl Lock {
    /// Waits for the lock; it is free when the lease is dropped.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn acquire(&self) -> Result<Lease> {
        self.0.acquire()
    }

    /// Waits so long at most; none when the lock was not free in time.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub fn try_acquire(&self, patience: Duration) -> Result<Option<Lease>> {
        self.0.try_acquire(patience)
    }
}

/// A semaphore: so many holders in the whole cluster.
#[derive(Clone, Debug)]
pub struct Semaphore {
    client: Client,
    name: String,
    limit: u32,
}

impl Semaphore {
    /// Waits for a lease; it is free when the lease is dropped.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when the semaphore is used with another number of leases elsewhere;
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn acquire(&self) -> Result<Lease> {
        self.lease(None)?.ok_or_else(unexpected)
    }

    /// Waits so long at most; none when no lease was free in time.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub fn try_acquire(&self, patience: Duration) -> Result<Option<Lease>> {
        self.lease(Some(micros(patience)))
    }

    fn lease(&self, patience: Option<u64>) -> Result<Option<Lease>> {
        let request = Coordination::Acquire { limit: self.limit, patience };
        match self.client.coordinate(&self.name, request)? {
            Answer::Lease(number) => Ok(number.map(|number| Lease {
                client: self.client.clone(),
                name: self.name.clone(),
                number,
            })),
            _ => Err(unexpected()),
        }
    }
}

/// A place in a semaphore, or a lock; free when this is dropped.
#[derive(Debug)]
#[must_use = "the lease is free as soon as this is dropped"]
pub struct Lease {
    client: Client,
    name: String,
    number: u64,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // When the connection is over, the lease is free anyway.
        let _ = self.client.coordinate(&self.name, Coordination::Release(self.number));
    }
}

/// A flag that can be waited for.
#[derive(Clone, Debug)]
pub struct Event {
    client: Client,
    name: String,
}

impl Event {
    /// Sets it: those who wait go on.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn set(&self) -> Result<()> {
        self.client.coordinate(&self.name, Coordination::Set).map(drop)
    }

    /// Unsets it.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn clear(&self) -> Result<()> {
        self.client.coordinate(&self.name, Coordination::Clear).map(drop)
    }

    /// Whether it is set.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn is_set(&self) -> Result<bool> {
        self.flag(Coordination::IsSet)
    }

    /// Waits until it is set.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn wait(&self) -> Result<()> {
        self.flag(Coordination::WaitSet(None)).map(drop)
    }

    /// Waits so long at most; whether it is set.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn wait_timeout(&self, patience: Duration) -> Result<bool> {
        self.flag(Coordination::WaitSet(Some(micros(patience))))
    }

    fn flag(&self, request: Coordination) -> Result<bool> {
        match self.client.coordinate(&self.name, request)? {
            Answer::Flag(set) => Ok(set),
            _ => Err(unexpected()),
        }
    }
}

/// A queue of values: first in, first out.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    client: Client,
    name: String,
    limit: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Queue<T> {
    /// Puts a value in; waits while the queue is full.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over; when the value cannot be encoded.
    pub fn put(&self, value: &T) -> Result<()> {
        self.client.coordinate(&self.name, Coordination::Put(self.limit, encode(value)?)).map(drop)
    }

    /// Takes the oldest value out; waits until there is one.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over; [`swath_error::ErrorKind::InvalidData`] when it
    /// is no `T`.
    pub fn get(&self) -> Result<T> {
        self.take(None)?.ok_or_else(unexpected)
    }

    /// Waits so long at most; none when nothing came in time.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_timeout(&self, patience: Duration) -> Result<Option<T>> {
        self.take(Some(micros(patience)))
    }

    /// How many values it holds.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn len(&self) -> Result<u64> {
        match self.client.coordinate(&self.name, Coordination::Len)? {
            Answer::Count(n) => Ok(n),
            _ => Err(unexpected()),
        }
    }

    /// Whether it is empty.
    ///
    /// # Errors
    /// As [`Self::len`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    fn take(&self, patience: Option<u64>) -> Result<Option<T>> {
        match self.client.coordinate(&self.name, Coordination::Take(patience))? {
            Answer::Item(item) => decode(item),
            _ => Err(unexpected()),
        }
    }
}

/// A value that all can read and set.
#[derive(Clone, Debug)]
pub struct Variable<T> {
    client: Client,
    name: String,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Variable<T> {
    /// Sets it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over; when the value cannot be encoded.
    pub fn set(&self, value: &T) -> Result<()> {
        self.client.coordinate(&self.name, Coordination::Write(encode(value)?)).map(drop)
    }

    /// Reads it; waits until it is set.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over; [`swath_error::ErrorKind::InvalidData`] when it
    /// is no `T`.
    pub fn get(&self) -> Result<T> {
        self.read(None)?.ok_or_else(unexpected)
    }

    /// Waits so long at most; none when it was not set in time.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_timeout(&self, patience: Duration) -> Result<Option<T>> {
        self.read(Some(micros(patience)))
    }

    /// Unsets it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn delete(&self) -> Result<()> {
        self.client.coordinate(&self.name, Coordination::Delete).map(drop)
    }

    fn read(&self, patience: Option<u64>) -> Result<Option<T>> {
        match self.client.coordinate(&self.name, Coordination::Read(patience))? {
            Answer::Item(item) => decode(item),
            _ => Err(unexpected()),
        }
    }
}
