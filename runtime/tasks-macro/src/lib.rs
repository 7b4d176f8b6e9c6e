//! The attributes `#[swath::task]` and `#[swath::actor]`.
//!
//! In: a function as the user wrote it. Out: the same function, and beside it an entry in the registry of task functions:
//! its name, its type, and a trampoline from encoded arguments to a block. Place in the flow: used at compile time,
//! through `swath-tasks` or the facade. It never changes the function, which stays callable as before.
#![forbid(unsafe_code)]

mod function;
mod home;
mod methods;
mod parameter;

use proc_macro::TokenStream;
use syn::parse::Parser as _;

/// Registers a function, so that a cluster's workers find it by name.
///
/// ```ignore
/// #[swath::task]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
/// ```
///
/// The function stays an ordinary one. It may take up to eight parameters: values, `&T`, `&[T]`, `&str` or `&Path`; each
/// type is serialisable, or a table, record batch, array chunk, ndarray (also as `ArrayViewD`) or block. It may return a value of such a type,
/// or a `Result` of one, whose error then fails the task.
///
/// `#[swath::task(crate = path)]` says where `swath` is, when the crate is known by another name.
#[proc_macro_attribute]
pub fn task(options: TokenStream, item: TokenStream) -> TokenStream {
    let home = match home::Home::parser().parse(options) {
        Ok(home) => home,
        Err(error) => return error.into_compile_error().into(),
    };
    let function = syn::parse_macro_input!(item as syn::ItemFn);
    let registered = function::registration(&function, &home.path());
    let registered = registered.unwrap_or_else(syn::Error::into_compile_error);
    quote::quote! { #function #registered }.into()
}

/// Registers the methods of an actor: state that lives on one worker of a cluster.
///
/// ```ignore
/// struct Counter(i64);
///
/// #[swath::actor]
/// impl Counter {
///     fn new(start: i64) -> Self {
///         Self(start)
///     }
///
///     fn add(&mut self, n: i64) -> i64 {
///         self.0 += n;
///         self.0
///     }
/// }
/// ```
///
/// The block stays as it is. Functions without `self` that return the type, or a `Result` of it, can make an actor;
/// methods with `&self` or `&mut self` can be called on it. What they take and return is as for [`macro@task`], with up to
/// seven parameters beside `self`; the state itself need only be `Send`. `#[local]` before a method keeps it out.
#[proc_macro_attribute]
pub fn actor(options: TokenStream, item: TokenStream) -> TokenStream {
    let home = match home::Home::parser().parse(options) {
        Ok(home) => home,
        Err(error) => return error.into_compile_error().into(),
    };
    let mut block = syn::parse_macro_input!(item as syn::ItemImpl);
    let registered = methods::registrations(&mut block, &home.path());
    let registered = registered.unwrap_or_else(syn::Error::into_compile_error);
    quote::quote! { #block #registered }.into()
}
