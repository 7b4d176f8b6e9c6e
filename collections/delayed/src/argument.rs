//! What may stand in a call: values, delayed values, containers of those, whole collections.
//!
//! In: the tuple given to [`crate::Function::call`]. Out: what the node keeps (literals, and markers that say "the
//! next input goes here") and the list of nodes it reads. It never evaluates anything.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use swath_block::{Block, Inputs};
use swath_error::{Error, Result};
use swath_execute::Collection;
use swath_graph::KeyHasher;
use swath_tasks::{ArgumentWriter, Plain, from_block};

use crate::Delayed;
use crate::node::DepList;

/// Marks an argument that is computed first.
#[derive(Debug)]
pub struct Lazy;

/// One argument of a delayed call. `M` tells the compiler which kind it is and is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a delayed call",
    note = "pass plain values (`Clone + serde::Serialize`), `Delayed` values or references to them, containers of \
            those, or references to collections; wrap a plain value inside a tuple of delayed ones in `value(…)`"
)]
pub trait Arg<M> {
    /// What the function is given: this, a reference to it, or a slice, `str` or `Path` of it.
    type Value;
    /// What the call keeps of the argument.
    type Stored: Argument<Value = Self::Value>;

    /// Takes the argument apart into what the call keeps and the nodes it reads.
    #[doc(hidden)]
    fn store(self, deps: &mut Dependencies) -> Self::Stored;
}

/// A delayed value, a reference to a collection, or a container of such.
pub trait LazyArg {
    /// What the function is given.
    type Value;
    /// What the call keeps of the argument.
    type Stored: Argument<Value = Self::Value>;

    /// Takes the argument apart into what the call keeps and the nodes it reads.
    #[doc(hidden)]
    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored;
}

/// What a call keeps of one argument.
pub trait Argument: Send + Sync + 'static {
    /// What the function is given.
    type Value;

    /// The argument's value for one run of the task; consumes the inputs it stands for.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when an input is missing or of another type.
    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, Self::Value>>;

    /// Adds what is not an input to the key of a pure call.
    fn feed(&self, hasher: KeyHasher) -> KeyHasher;

    /// Writes the argument for a call in another process; inputs are places in it.
    ///
    /// # Errors
    /// When a value in it cannot be encoded.
    fn write(&self, to: &mut ArgumentWriter) -> Result<()>;
}

/// The nodes a call reads, collected while its arguments are taken apart.
#[doc(hidden)]
#[derive(Default)]
pub struct Dependencies(pub(crate) DepList);

/// A task's inputs, consumed one after another.
pub struct InputCursor(smallvec::IntoIter<[Block; 2]>);

impl InputCursor {
    pub(crate) fn new(inputs: Inputs) -> Self {
        Self(inputs.into_iter())
    }

    pub(crate) fn next<T: Any + Send + Sync>(&mut self) -> Result<Arc<T>> {
        let block =
            self.0.next().ok_or_else(|| Error::internal("a delayed call was given too few inputs"))?;
        from_block(block)
    }
}

/// An argument ready to be handed over: kept by the call, shared with other readers, or owned.
#[derive(Debug)]
pub enum Got<'a, T> {
    /// Kept by the call.
    Borrowed(&'a T),
    /// The result of another task, maybe read by others too.
    Shared(Arc<T>),
    /// Made for this call.
    Owned(T),
}

impl<T> AsRef<T> for Got<'_, T> {
    fn as_ref(&self) -> &T {
        match self {
            Self::Borrowed(value) => value,
            Self::Shared(value) => value,
            Self::Owned(value) => value,
        }
    }
}

impl<T: Clone> Got<'_, T> {
    /// The value itself; cloned only when somebody else still needs it.
    pub fn into_owned(self) -> T {
        match self {
            Self::Borrowed(value) => value.clone(),
            Self::Shared(value) => Arc::unwrap_or_clone(value),
            Self::Owned(value) => value,
        }
    }
}

/// Types whose contents a function may take by reference: `&[T]` of a vector, `&str` of a string.
pub trait Content {
    /// What is behind the reference.
    type Target: ?Sized;

    /// The contents.
    fn content(&self) -> &Self::Target;
}

impl<T> Content for Vec<T> {
    type Target = [T];

    fn content(&self) -> &[T] {
        self
    }
}

impl Content for String {
    type Target = str;

    fn content(&self) -> &str {
        self
    }
}

impl Content for PathBuf {
    type Target = Path;

    fn content(&self) -> &Path {
        self
    }
}

impl<T: ?Sized> Content for Box<T> {
    type Target = T;

    fn content(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Content for Arc<T> {
    type Target = T;

    fn content(&self) -> &T {
        self
    }
}

/// A plain argument, kept by the call.
#[derive(Debug)]
pub struct Literal<T>(pub(crate) T);

impl<T: Serialize + Send + Sync + 'static> Argument for Literal<T> {
    type Value = T;

    fn get<'a>(&'a self, _: &mut InputCursor) -> Result<Got<'a, T>> {
        Ok(Got::Borrowed(&self.0))
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        match postcard::to_stdvec(&self.0) {
            Ok(bytes) => hasher.bytes(&bytes),
            // A value that cannot be encoded is equal to no other.
            Err(_) => hasher.bytes(swath_graph::Key::unique("literal").as_bytes()),
        }
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.value(&self.0)
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> Arg<Plain> for T {
    type Value = T;
    type Stored = Literal<T>;

    fn store(self, _: &mut Dependencies) -> Literal<T> {
        Literal(self)
    }
}

impl<L: LazyArg> Arg<Lazy> for L {
    type Value = L::Value;
    type Stored = L::Stored;

    fn store(self, deps: &mut Dependencies) -> L::Stored {
        self.store_lazy(deps)
    }
}

/// Stands for the next input.
pub struct Input<T>(PhantomData<fn() -> T>);

impl<T> Input<T> {
    pub(crate) const NEXT: Self = Self(PhantomData);
}

impl<T: Send + Sync + 'static> Argument for Input<T> {
    type Value = T;

    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, T>> {
        inputs.next().map(Got::Shared)
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        hasher
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.input();
        Ok(())
    }
}

impl<T: Send + Sync + 'static> LazyArg for Delayed<T> {
    type Value = T;
    type Stored = Input<T>;

    fn store_lazy(self, deps: &mut Dependencies) -> Input<T> {
        deps.0.push(self.into_node());
        Input::NEXT
    }
}

impl<C> LazyArg for &C
where
    C: Collection + Clone + Send + Sync + 'static,
    C::Output: Sync,
{
    type Value = C::Output;
    type Stored = Input<C::Output>;

    fn store_lazy(self, deps: &mut Dependencies) -> Input<C::Output> {
        let any: &dyn Any = self;
        let delayed = any.downcast_ref::<Delayed<C::Output>>().cloned().unwrap_or_else(|| crate::whole(self));
        deps.0.push(delayed.into_node());
        Input::NEXT
    }
}

/// The elements of a container, each of which stands for inputs.
pub struct Each<K>(K);

impl<S: Argument> Argument for Each<Vec<S>>
where
    S::Value: Clone,
{
    type Value = Vec<S::Value>;

    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, Self::Value>> {
        let values = self.0.iter().map(|s| s.get(inputs).map(Got::into_owned)).collect::<Result<_>>()?;
        Ok(Got::Owned(values))
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        self.0.iter().fold(hasher.u64(self.0.len() as u64), |h, s| s.feed(h))
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.container();
        to.length(self.0.len());
        self.0.iter().try_for_each(|s| s.write(to))
    }
}

impl<L: LazyArg> LazyArg for Vec<L>
where
    L::Value: Clone,
{
    type Value = Vec<L::Value>;
    type Stored = Each<Vec<L::Stored>>;

    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
        Each(self.into_iter().map(|l| l.store_lazy(deps)).collect())
    }
}

impl<S: Argument, const N: usize> Argument for Each<[S; N]>
where
    S::Value: Clone,
{
    type Value = [S::Value; N];

    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, Self::Value>> {
        let values = self.0.iter().map(|s| s.get(inputs).map(Got::into_owned)).collect::<Result<Vec<_>>>()?;
        let values = values.try_into().map_err(|_| Error::internal("an array changed its length"))?;
        Ok(Got::Owned(values))
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        self.0.iter().fold(hasher.u64(N as u64), |h, s| s.feed(h))
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.container();
        self.0.iter().try_for_each(|s| s.write(to))
    }
}

impl<L: LazyArg, const N: usize> LazyArg for [L; N]
where
    L::Value: Clone,
{
    type Value = [L::Value; N];
    type Stored = Each<[L::Stored; N]>;

    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
        Each(self.map(|l| l.store_lazy(deps)))
    }
}

impl<S: Argument> Argument for Each<Option<S>>
where
    S::Value: Clone,
{
    type Value = Option<S::Value>;

    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, Self::Value>> {
        Ok(Got::Owned(self.0.as_ref().map(|s| s.get(inputs)).transpose()?.map(Got::into_owned)))
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        self.0.iter().fold(hasher.u64(u64::from(self.0.is_some())), |h, s| s.feed(h))
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.container();
        to.value(&u8::from(self.0.is_some()))?;
        self.0.iter().try_for_each(|s| s.write(to))
    }
}

impl<L: LazyArg> LazyArg for Option<L>
where
    L::Value: Clone,
{
    type Value = Option<L::Value>;
    type Stored = Each<Option<L::Stored>>;

    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
        Each(self.map(|l| l.store_lazy(deps)))
    }
}

/// Keys of a map in the order its values are consumed, and how the map is made again.
pub struct EachOf<K, S, M>(Vec<(K, S)>, PhantomData<fn() -> M>);

impl<K, S, M> Argument for EachOf<K, S, M>
where
    K: Clone + Serialize + Send + Sync + 'static,
    S: Argument,
    S::Value: Clone,
    M: FromIterator<(K, S::Value)> + 'static,
{
    type Value = M;

    fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, M>> {
        let pairs = self.0.iter().map(|(k, s)| Ok((k.clone(), s.get(inputs)?.into_owned())));
        Ok(Got::Owned(pairs.collect::<Result<M>>()?))
    }

    fn feed(&self, hasher: KeyHasher) -> KeyHasher {
        self.0.iter().fold(hasher.u64(self.0.len() as u64), |h, (k, s)| {
            let h = match postcard::to_stdvec(k) {
                Ok(bytes) => h.bytes(&bytes),
                Err(_) => h.bytes(swath_graph::Key::unique("key").as_bytes()),
            };
            s.feed(h)
        })
    }

    fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
        to.container();
        to.length(self.0.len());
        self.0.iter().try_for_each(|(k, s)| {
            to.value(k)?;
            s.write(to)
        })
    }
}

impl<K, L> LazyArg for BTreeMap<K, L>
where
    K: Ord + Clone + Serialize + Send + Sync + 'static,
    L: LazyArg,
    L::Value: Clone + 'static,
{
    type Value = BTreeMap<K, L::Value>;
    type Stored = EachOf<K, L::Stored, Self::Value>;

    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
        EachOf(self.into_iter().map(|(k, l)| (k, l.store_lazy(deps))).collect(), PhantomData)
    }
}

impl<K, L, H> LazyArg for HashMap<K, L, H>
where
    K: Eq + Hash + Clone + Serialize + Send + Sync + 'static,
    L: LazyArg,
    L::Value: Clone + 'static,
    H: BuildHasher + Default + 'static,
{
    type Value = HashMap<K, L::Value, H>;
    type Stored = EachOf<K, L::Stored, Self::Value>;

    fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
        EachOf(self.into_iter().map(|(k, l)| (k, l.store_lazy(deps))).collect(), PhantomData)
    }
}

/// All arguments of a call, as a tuple.
pub trait Args<M> {
    /// What the call keeps of them.
    type Stored: Send + Sync + 'static;

    /// Takes the arguments apart.
    #[doc(hidden)]
    fn store(self, deps: &mut Dependencies) -> Self::Stored;
}

impl Args<()> for () {
    type Stored = ();

    fn store(self, _: &mut Dependencies) {}
}

macro_rules! tuples {
    ($($($a:ident $m:ident $n:tt),+;)*) => { $(
        impl<$($a: Arg<$m>, $m),+> Args<($($m,)+)> for ($($a,)+) {
            type Stored = ($($a::Stored,)+);

            fn store(self, deps: &mut Dependencies) -> Self::Stored {
                ($(self.$n.store(deps),)+)
            }
        }

        impl<$($a: Argument),+> Argument for Each<($($a,)+)>
        where
            $($a::Value: Clone,)+
        {
            type Value = ($($a::Value,)+);

            fn get<'a>(&'a self, inputs: &mut InputCursor) -> Result<Got<'a, Self::Value>> {
                Ok(Got::Owned(($(self.0.$n.get(inputs)?.into_owned(),)+)))
            }

            fn feed(&self, hasher: KeyHasher) -> KeyHasher {
                $(let hasher = self.0.$n.feed(hasher);)+
                hasher
            }

            fn write(&self, to: &mut ArgumentWriter) -> Result<()> {
                to.container();
                $(self.0.$n.write(to)?;)+
                Ok(())
            }
        }

        impl<$($a: LazyArg),+> LazyArg for ($($a,)+)
        where
            $($a::Value: Clone,)+
        {
            type Value = ($($a::Value,)+);
            type Stored = Each<($($a::Stored,)+)>;

            fn store_lazy(self, deps: &mut Dependencies) -> Self::Stored {
                Each(($(self.$n.store_lazy(deps),)+))
            }
        }
    )* };
}

tuples! {
    A MA 0;
    A MA 0, B MB 1;
    A MA 0, B MB 1, C MC 2;
    A MA 0, B MB 1, C MC 2, D MD 3;
    A MA 0, B MB 1, C MC 2, D MD 3, E ME 4;
    A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5;
    A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6;
    A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7;
}
