//! Which methods can be called on an actor with which arguments, checked at compile time.

use crate::client::callable::{ByContent, ByRef, ByValue, Content};

/// Marks a method with `&mut self`.
#[derive(Debug)]
pub struct ByMut;

/// Marks a method with `&self`.
#[derive(Debug)]
pub struct ByShared;

/// A method of an actor of type `S` that can be called with values of the types `V`. `P` says how the state and each
/// parameter are passed and is always inferred.
///
/// Methods of up to three parameters may mix all ways of passing; those of four to seven take every parameter by value.
#[diagnostic::on_unimplemented(
    message = "this method cannot be called on the actor with these arguments",
    label = "no method of this actor, or called with other types or another number of arguments than it takes"
)]
pub trait Method<S, P, V>: 'static {
    /// What the method returns.
    type Output;
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
        impl<Func, S, R, $($v),*> Method<S, (ByMut, $($mode,)*), ($($v,)*)> for Func
        where
            $($v: $bound,)*
            Func: Fn(&mut S, $($param),*) -> R + 'static,
        {
            type Output = R;
        }

        impl<Func, S, R, $($v),*> Method<S, (ByShared, $($mode,)*), ($($v,)*)> for Func
        where
            $($v: $bound,)*
            Func: Fn(&S, $($param),*) -> R + 'static,
        {
            type Output = R;
        }
    };
}

one_mix! {}
every_mix! { @ [] A, }
every_mix! { @ [] A, B, }
every_mix! { @ [] A, B, C, }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} {ByValue G (G) (Sized)} }
one_mix! { {ByValue A (A) (Sized)} {ByValue B (B) (Sized)} {ByValue C (C) (Sized)} {ByValue D (D) (Sized)} {ByValue E (E) (Sized)} {ByValue G (G) (Sized)} {ByValue H (H) (Sized)} }
