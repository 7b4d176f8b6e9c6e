//! Methods that typed arrays and arrays typed at run time share: written once, with the type of the typed form's result.

/// `fn name(x, argument: Type) -> Out = expression of the planner's x;` for both kinds of arrays.
macro_rules! methods {
    ($bound:path: $($(#[$doc:meta])* fn $name:ident($x:ident $(, $arg:ident: $t:ty)*) -> $out:ty = $body:expr;)*) => {
        impl<T: $bound> $crate::Array<T> { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self $(, $arg: $t)*) -> $crate::Array<$out> {
                self.map(|$x| $body)
            }
        )* }

        impl $crate::DynArray { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self $(, $arg: $t)*) -> Self {
                self.map(|$x| $body)
            }
        )* }
    };
}

pub(crate) use methods;
