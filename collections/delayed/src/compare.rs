//! Comparisons of delayed values: methods, because Rust's operators must return `bool` at once.

use crate::argument::{Arg, Argument, Dependencies, Input};
use crate::delayed::pure_call;
use crate::known::Known;
use crate::{ByRef, Delayed, Plain};

macro_rules! comparisons {
    ($($method:ident $trait:ident $op:tt $doc:literal;)*) => {
        impl<T: Send + Sync + 'static> Delayed<T> { $(
            #[doc = $doc]
            ///
            /// The other value is a plain or a delayed one.
            pub fn $method<A, M>(&self, other: A) -> Delayed<bool>
            where
                A: Arg<M>,
                T: $trait<A::Value>,
                A::Value: 'static,
            {
                let mut deps = Dependencies::default();
                deps.0.push(self.node().clone());
                let stored = (Input::<T>::NEXT, other.store(&mut deps));
                let function = |a: &T, b: &<A::Stored as Argument>::Value| a $op b;
                let known = Known::binary::<T, A::Value>(stringify!($method));
                pure_call::<_, (ByRef, ByRef), _, Plain>(known, function, stored, deps.0)
            }
        )* }
    };
}

comparisons! {
    equals PartialEq == "Whether the values are equal.";
    differs PartialEq != "Whether the values differ.";
    lt PartialOrd < "Whether this value is less.";
    le PartialOrd <= "Whether this value is less or equal.";
    gt PartialOrd > "Whether this value is greater.";
    ge PartialOrd >= "Whether this value is greater or equal.";
}
