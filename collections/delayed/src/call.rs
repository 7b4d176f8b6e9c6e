//! Calling a function with what a call kept of its arguments: by value, by reference or by the reference to a
//! value's contents, as the function wants it.

use std::marker::PhantomData;

use swath_block::{Block, Inputs};
use swath_error::{Error, Result};
use swath_tasks::{ArgumentWriter, CallsBuilder, Outcome, TaskFunction, task_by_type, task_error};

use crate::argument::{Argument, Content, InputCursor};
use crate::known::Known;
use crate::node::{Node, Work};

/// Marks a parameter `T`: the last reader is given the value itself, others a clone.
#[derive(Debug)]
pub struct ByValue;

/// Marks a parameter `&T`: nothing is copied.
#[derive(Debug)]
pub struct ByRef;

/// Marks a parameter that is a reference to contents, such as `&[T]` or `&str`: nothing is copied.
#[derive(Debug)]
pub struct ByContent;

/// A function that can be called with kept arguments `S`. `P` says how each parameter is passed and is always inferred.
///
/// Functions of up to four parameters may mix all ways of passing; those of five to eight take every parameter by
/// value.
#[diagnostic::on_unimplemented(
    message = "this function cannot be called with these arguments",
    label = "called with other types, or with another number of arguments, than it takes",
    note = "a `Delayed<T>`, or a reference to one, may be passed to a parameter of type `T` (which must be `Clone`) or \
            `&T`; a vector of them to `Vec<T>` or `&[T]`; a closure must name its parameters' types"
)]
pub trait Apply<P, S>: Send + Sync + 'static {
    /// What the function returns.
    type Output;

    /// Calls the function.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the inputs do not fit the arguments.
    fn apply(&self, stored: &S, inputs: &mut InputCursor) -> Result<Self::Output>;

    /// Adds what is not an input to the key of a pure call.
    fn feed(stored: &S, hasher: swath_graph::KeyHasher) -> swath_graph::KeyHasher;

    /// Writes the arguments for a call in another process.
    ///
    /// # Errors
    /// When one of them cannot be encoded.
    fn write(stored: &S, to: &mut ArgumentWriter) -> Result<()>;
}

impl<F, R> Apply<(), ()> for F
where
    F: Fn() -> R + Send + Sync + 'static,
{
    type Output = R;

    fn apply(&self, (): &(), _: &mut InputCursor) -> Result<R> {
        Ok(self())
    }

    fn feed((): &(), hasher: swath_graph::KeyHasher) -> swath_graph::KeyHasher {
        hasher
    }

    fn write((): &(), _: &mut ArgumentWriter) -> Result<()> {
        Ok(())
    }
}

/// Writes the implementations for every mix of ways to pass: each step takes one parameter and branches.
macro_rules! every_mix {
    (@ [$($done:tt)*] $s:ident $x:ident $n:tt, $($rest:tt)*) => {
        every_mix! { @ [$($done)* {ByValue $s $x $n (<$s as Argument>::Value) (Clone) ($x.into_owned())}] $($rest)* }
        every_mix! { @ [$($done)* {ByRef $s $x $n (&<$s as Argument>::Value) (Sized) ($x.as_ref())}] $($rest)* }
        every_mix! {
            @ [$($done)* {
                ByContent $s $x $n (&<<$s as Argument>::Value as Content>::Target) (Content) ($x.as_ref().content())
            }] $($rest)*
        }
    };
    (@ [$($done:tt)*]) => { one_mix! { $($done)* } };
}

/// Writes the implementation for one mix.
macro_rules! one_mix {
    ($({$mode:ident $s:ident $x:ident $n:tt ($param:ty) ($bound:path) ($pass:expr)})*) => {
        impl<Func, R, $($s),*> Apply<($($mode,)*), ($($s,)*)> for Func
        where
            $($s: Argument, $s::Value: $bound,)*
            Func: Fn($($param),*) -> R + Send + Sync + 'static,
        {
            type Output = R;

            fn apply(&self, stored: &($($s,)*), inputs: &mut InputCursor) -> Result<R> {
                $(let $x = stored.$n.get(inputs)?;)*
                Ok(self($($pass),*))
            }

            fn feed(stored: &($($s,)*), hasher: swath_graph::KeyHasher) -> swath_graph::KeyHasher {
                $(let hasher = stored.$n.feed(hasher);)*
                hasher
            }

            fn write(stored: &($($s,)*), to: &mut ArgumentWriter) -> Result<()> {
                $(
                    stored.$n.write(to)?;
                    to.end();
                )*
                Ok(())
            }
        }
    };
}

/// Writes the implementation that passes every parameter by value.
macro_rules! by_value {
    ($($s:ident $x:ident $n:tt),*) => {
        one_mix! { $({ByValue $s $x $n (<$s as Argument>::Value) (Clone) ($x.into_owned())})* }
    };
}

every_mix! { @ [] A a 0, }
every_mix! { @ [] A a 0, B b 1, }
every_mix! { @ [] A a 0, B b 1, C c 2, }
every_mix! { @ [] A a 0, B b 1, C c 2, D d 3, }
by_value! { A a 0, B b 1, C c 2, D d 3, E e 4 }
by_value! { A a 0, B b 1, C c 2, D d 3, E e 4, F f 5 }
by_value! { A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6 }
by_value! { A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7 }

/// A call of a function that cannot fail.
pub(crate) struct Call<F, P, S, O> {
    pub function: F,
    pub stored: S,
    /// What the function is, when it is one of swath's own.
    pub known: Option<Known>,
    pub kinds: PhantomData<fn() -> (P, O)>,
}

impl<F, P, S, O> Work for Call<F, P, S, O>
where
    F: Apply<P, S>,
    F::Output: Outcome<O>,
    S: Send + Sync + 'static,
    P: 'static,
    O: 'static,
{
    fn run(&self, inputs: Inputs) -> Result<Block> {
        Ok(self.function.apply(&self.stored, &mut InputCursor::new(inputs))?.into_block())
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        if let Some(known) = &self.known {
            return known.travel(calls, |to| F::write(&self.stored, to));
        }
        let output = std::any::type_name::<F::Output>();
        if output.starts_with("core::result::Result<") {
            let name = std::any::type_name::<F>();
            return Err(Error::unsupported(format!(
                "{name} returns a {output}, which is kept as a value here"
            ))
            .with_help(
                "call it with try_call or try_map: in another process an error ends the computation",
            ));
        }
        calls.push(task_by_type::<F>()?, |to| F::write(&self.stored, to))
    }

    fn function(&self) -> Option<TaskFunction> {
        task_by_type::<F>().ok()
    }
}

/// A call of a function that may fail.
pub(crate) struct TryCall<F, P, S, O> {
    pub function: F,
    pub stored: S,
    pub kinds: PhantomData<fn() -> (P, O)>,
}

impl<F, P, S, O, T, E> Work for TryCall<F, P, S, O>
where
    F: Apply<P, S, Output = std::result::Result<T, E>>,
    T: Outcome<O>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
    S: Send + Sync + 'static,
    P: 'static,
    O: 'static,
{
    fn run(&self, inputs: Inputs) -> Result<Block> {
        match self.function.apply(&self.stored, &mut InputCursor::new(inputs))? {
            Ok(value) => Ok(value.into_block()),
            Err(error) => Err(task_error(error.into())),
        }
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        calls.push(task_by_type::<F>()?, |to| F::write(&self.stored, to))
    }

    fn function(&self) -> Option<TaskFunction> {
        task_by_type::<F>().ok()
    }
}
