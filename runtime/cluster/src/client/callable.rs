//! Which functions can be called with which arguments, checked at compile time.
//!
//! The function itself never travels: only its name and the encoded arguments do. These traits check the types.

use std::path::{Path, PathBuf};

use serde::Serialize;
use swath_error::Result;
use swath_tasks::ArgumentWriter;

use super::batch::Reads;
use super::future::Future;

/// Marks an argument that is passed as it is.
#[derive(Debug)]
pub struct Plain;

/// Marks an argument that is, or contains, a result on the cluster.
#[derive(Debug)]
pub struct Remote;

/// Marks a parameter `T`.
#[derive(Debug)]
pub struct ByValue;

/// Marks a parameter `&T`.
#[derive(Debug)]
pub struct ByRef;

/// Marks a parameter that is a reference to contents, such as `&[T]` or `&str`.
#[derive(Debug)]
pub struct ByContent;

/// Where a call's arguments are written.
#[derive(Debug)]
pub struct CallWriter<'a> {
    pub(crate) arguments: &'a mut ArgumentWriter,
    pub(crate) reads: &'a mut Reads,
}

/// One argument of a submitted call. `M` tells the compiler which kind it is and is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a submitted call",
    note = "pass plain values (`serde::Serialize`), futures or references to them, or vectors of futures"
)]
pub trait SubmitArg<M> {
    /// What the function is given: this, a reference to it, or a reference to its contents.
    type Value;

    /// Writes the argument down.
    ///
    /// # Errors
    /// When it cannot be encoded.
    #[doc(hidden)]
    fn write(self, call: &mut CallWriter<'_>) -> Result<()>;
}

impl<T: Serialize> SubmitArg<Plain> for T {
    type Value = T;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        call.arguments.value(&self)
    }
}

impl<T> SubmitArg<Remote> for &Future<T> {
    type Value = T;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        call.arguments.input();
        call.reads.push(self.key());
        Ok(())
    }
}

impl<T> SubmitArg<Remote> for Future<T> {
    type Value = T;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        (&self).write(call)
    }
}

impl<T> SubmitArg<Remote> for &[Future<T>] {
    type Value = Vec<T>;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        call.arguments.container();
        call.arguments.length(self.len());
        self.iter().try_for_each(|future| future.write(call))
    }
}

impl<T> SubmitArg<Remote> for &Vec<Future<T>> {
    type Value = Vec<T>;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        self.as_slice().write(call)
    }
}

impl<T> SubmitArg<Remote> for Vec<Future<T>> {
    type Value = Vec<T>;

    fn write(self, call: &mut CallWriter<'_>) -> Result<()> {
        self.as_slice().write(call)
    }
}

/// The arguments of a submitted call: a tuple of up to eight.
pub trait SubmitArgs<M> {
    /// The types the function is given, as a tuple.
    type Values;

    /// Writes the arguments down.
    ///
    /// # Errors
    /// When one cannot be encoded.
    #[doc(hidden)]
    fn write_all(self, call: &mut CallWriter<'_>) -> Result<()>;
}

/// Types whose contents a function may take by reference: `&[T]` of a vector, `&str` of a string.
pub trait Content {
    /// What is behind the reference.
    type Target: ?Sized;
}

impl<T> Content for Vec<T> {
    type Target = [T];
}

impl Content for String {
    type Target = str;
}

impl Content for PathBuf {
    type Target = Path;
}

/// A function that can be called with values of the types `V`. `P` says how each parameter is passed and is always
/// inferred.
///
/// Functions of up to four parameters may mix all ways of passing; those of five to eight take every parameter by value.
#[diagnostic::on_unimplemented(
    message = "this function cannot be called with these arguments",
    label = "called with other types, or with another number of arguments, than it takes",
    note = "a `Future<T>` may be passed to a parameter of type `T` or `&T`; a vector of them to `Vec<T>` or `&[T]`"
)]
pub trait Callable<P, V>: 'static {
    /// What the function returns.
    type Output;
}

impl<F, R> Callable<(), ()> for F
where
    F: Fn() -> R + 'static,
{
    type Output = R;
}

impl SubmitArgs<()> for () {
    type Values = ();

    fn write_all(self, _: &mut CallWriter<'_>) -> Result<()> {
        Ok(())
    }
}

macro_rules! every_mix {
    (@ [$($done:tt)*] $v:ident, $($rest:tt)*) => {
        every_mix! { @ [$($done)* {ByValue $v ($v) (Sized)}] $($rest)* }
        every_mix! { @ [$($done)* {ByRef $v (&$v) (Sized)}] $($rest)* }
        every_mix! { @ [$($done)* {ByContent $v (&<$v as Content>::Target) (Content)}] $($rest)* }
    };
    (@ [$($done:tt)*]) => { one_mix! { $($done)* } };
}

macro_rules! one_mix {
    ($({$mode:ident $v:ident ($param:ty) ($bound:path)})*) => {
        impl<Func, R, $($v),*> Callable<($($mode,)*), ($($v,)*)> for Func
        where
            $($v: $bound,)*
            Func: Fn($($param),*) -> R + 'static,
        {
            type Output = R;
        }
    };
}

macro_rules! arguments {
    ($($a:ident $m:ident $n:tt),*) => {
        impl<$($a: SubmitArg<$m>, $m),*> SubmitArgs<($($m,)*)> for ($($a,)*) {
            type Values = ($($a::Value,)*);

            fn write_all(self, call: &mut CallWriter<'_>) -> Result<()> {
                $(
                    self.$n.write(call)?;
                    call.arguments.end();
                )*
                Ok(())
            }
        }
    };
}

every_mix! { @ [] A, }
every_mix! { @ [] A, B, }
every_mix! { @ [] A, B, C, }
every_mix! { @ [] A, B, C, D, }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} {ByValue G (G) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} {ByValue G (G) (Sized)} {ByValue H (H) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} {ByValue G (G) (Sized)} {ByValue H (H) (Sized)} {ByValue I (I) (Sized)} }

arguments! { A MA 0 }
arguments! { A MA 0, B MB 1 }
arguments! { A MA 0, B MB 1, C MC 2 }
arguments! { A MA 0, B MB 1, C MC 2, D MD 3 }
arguments! { A MA 0, B MB 1, C MC 2, D MD 3, E ME 4 }
arguments! { A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, G MG 5 }
arguments! { A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, G MG 5, H MH 6 }
arguments! { A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, G MG 5, H MH 6, I MI 7 }
