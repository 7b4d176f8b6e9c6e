//! One element of a delayed container.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};

use serde::Serialize;
use smallvec::smallvec;
use swath_block::Data;
use swath_error::{Error, ErrorKind, Result};

use crate::Delayed;
use crate::argument::{Input, Literal};
use crate::call::TryCall;
use crate::node::{Id, Node};
use crate::{ByRef, Plain};

/// A container with elements at positions or under keys of type `I`.
pub trait Lookup<I> {
    /// The element.
    type Item;

    /// A copy of the element.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a position past the end; [`ErrorKind::NotFound`] for a key that is not there.
    fn lookup(&self, at: &I) -> Result<Self::Item>;
}

impl<T: Clone> Lookup<usize> for Vec<T> {
    type Item = T;

    fn lookup(&self, at: &usize) -> Result<T> {
        self.get(*at).cloned().ok_or_else(|| out_of_range(at, self.len()))
    }
}

impl<T: Clone> Lookup<std::ops::Range<usize>> for Vec<T> {
    type Item = Vec<T>;

    fn lookup(&self, at: &std::ops::Range<usize>) -> Result<Vec<T>> {
        self.get(at.clone()).map(<[T]>::to_vec).ok_or_else(|| out_of_range(at, self.len()))
    }
}

impl<K: Ord + Debug, V: Clone> Lookup<K> for BTreeMap<K, V> {
    type Item = V;

    fn lookup(&self, at: &K) -> Result<V> {
        self.get(at).cloned().ok_or_else(|| no_key(at, self.len()))
    }
}

impl<K: Eq + Hash + Debug, V: Clone, H: BuildHasher> Lookup<K> for HashMap<K, V, H> {
    type Item = V;

    fn lookup(&self, at: &K) -> Result<V> {
        self.get(at).cloned().ok_or_else(|| no_key(at, self.len()))
    }
}

fn out_of_range(at: impl Debug, len: usize) -> Error {
    Error::argument(format!("index {at:?} is out of range: the vector has {len} elements"))
}

fn no_key(at: impl Debug, len: usize) -> Error {
    Error::new(ErrorKind::NotFound, format!("the map has no key {at:?} among its {len}"))
}

impl<T: Send + Sync + 'static> Delayed<T> {
    /// One element: of a vector by position or range, of a map by key.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_delayed::delayed;
    /// let squares = delayed(|n: u64| (0..n).map(|i| i * i).collect::<Vec<_>>()).call((10,));
    /// assert_eq!(squares.index(3).compute()?, 9);
    /// assert_eq!(squares.index(1..3).compute()?, [1, 4]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn index<I>(&self, at: I) -> Delayed<T::Item>
    where
        T: Lookup<I>,
        T::Item: Data,
        I: Serialize + Send + Sync + 'static,
    {
        let function = |value: &T, at: &I| value.lookup(at);
        let (name, deps) = ("index", smallvec![self.node().clone()]);
        let stored = (Input::<T>::NEXT, Literal(at));
        let id = Id::pure(std::any::TypeId::of::<(T, I)>(), &deps, |h| {
            crate::Argument::feed(&stored.1, h.str(name))
        });
        let kinds = std::marker::PhantomData;
        let work = TryCall::<_, (ByRef, ByRef), _, Plain> { function, stored, kinds };
        Delayed::from_node(Node::new(id, name, None, deps, work))
    }
}
