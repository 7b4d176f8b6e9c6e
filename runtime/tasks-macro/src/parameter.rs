//! How a parameter is handed over: what type its argument is decoded to, and what the function is given of it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Error, FnArg, PatType, Result, Type, TypeReference};

/// One parameter of a task function.
pub(crate) struct Parameter {
    /// The type the argument is decoded to.
    owned: TokenStream,
    /// What is done with the decoded argument.
    pass: Pass,
}

/// The ways to hand an argument over.
enum Pass {
    /// The value itself.
    Value,
    /// A reference to it, or, by the compiler's coercion, to its contents: `&[T]` of a vector.
    Reference,
    /// An ndarray view of an array chunk.
    View,
}

impl Parameter {
    /// The parameter as the function declares it.
    pub fn of(argument: &FnArg, home: &TokenStream) -> Result<Self> {
        match argument {
            FnArg::Typed(PatType { ty, .. }) => Self::of_type(ty, home),
            FnArg::Receiver(receiver) => {
                Err(Error::new(receiver.span(), "a task is a function of its own, not a method"))
            }
        }
    }

    fn of_type(ty: &Type, home: &TokenStream) -> Result<Self> {
        match ty {
            Type::Reference(reference) => Self::of_reference(reference),
            Type::Paren(inner) => Self::of_type(&inner.elem, home),
            Type::Group(inner) => Self::of_type(&inner.elem, home),
            Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "ArrayViewD") => {
                Ok(Self { owned: quote! { #home::support::Chunk }, pass: Pass::View })
            }
            Type::ImplTrait(_) => {
                Err(Error::new(ty.span(), "a task's parameters have types of their own, not `impl`"))
            }
            other => Ok(Self { owned: quote! { #other }, pass: Pass::Value }),
        }
    }

    fn of_reference(reference: &TypeReference) -> Result<Self> {
        if reference.mutability.is_some() {
            return Err(Error::new(
                reference.span(),
                "a task cannot change its arguments: take them by value",
            ));
        }
        let owned = match &*reference.elem {
            Type::Slice(slice) => {
                let item = &slice.elem;
                quote! { ::std::vec::Vec<#item> }
            }
            Type::Path(path) if path.path.is_ident("str") => quote! { ::std::string::String },
            Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Path") => {
                quote! { ::std::path::PathBuf }
            }
            other => quote! { #other },
        };
        Ok(Self { owned, pass: Pass::Reference })
    }

    /// Takes the argument `place`, called `name`, from `args`.
    pub fn take(&self, name: &syn::Ident, place: usize, home: &TokenStream) -> TokenStream {
        let owned = &self.owned;
        // The user's place in messages, our own names.
        let span = owned.span().resolved_at(Span::call_site());
        quote_spanned! { span=>
            let #name = #home::support::take::<#owned, _>(&mut args, #place)?;
        }
    }

    /// The expression that the function is called with.
    pub fn pass(&self, name: &syn::Ident) -> TokenStream {
        match self.pass {
            Pass::Value => quote! { #name.into_owned() },
            Pass::Reference => quote! { #name.get() },
            Pass::View => quote! { #name.get().view()? },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(text: &str) -> Result<Parameter> {
        Parameter::of(&syn::parse_str::<FnArg>(text).unwrap(), &quote! { home })
    }

    #[test]
    fn references_to_contents_are_decoded_to_their_owners() {
        let owned = |text: &str| parameter(text).unwrap().owned.to_string();
        assert_eq!(owned("a: i64"), "i64");
        assert_eq!(owned("a: &Table"), "Table");
        assert_eq!(owned("a: &[f64]"), ":: std :: vec :: Vec < f64 >");
        assert_eq!(owned("a: &str"), ":: std :: string :: String");
        assert_eq!(owned("a: &std::path::Path"), ":: std :: path :: PathBuf");
        assert_eq!(owned("a: ArrayViewD<'_, f64>"), "home :: support :: Chunk");
    }

    #[test]
    fn what_cannot_be_handed_over_is_refused() {
        assert!(parameter("&self").is_err());
        assert!(parameter("a: &mut Vec<u8>").is_err());
        assert!(parameter("a: impl Fn()").is_err());
    }
}
