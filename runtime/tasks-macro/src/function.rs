//! The registry's entry for a function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{Error, GenericParam, Ident, ItemFn, Result, ReturnType, Signature, Type};

use crate::parameter::Parameter;

/// The most parameters a task takes, as delayed calls do.
const MOST: usize = 8;

/// The items that register `function`; `home` is the path of `swath-tasks`.
pub(crate) fn registration(function: &ItemFn, home: &TokenStream) -> Result<TokenStream> {
    let signature = &function.sig;
    check(signature)?;
    let parameters = signature.inputs.iter().map(|p| Parameter::of(p, home)).collect::<Result<Vec<_>>>()?;
    let names: Vec<Ident> = (0..parameters.len()).map(|i| format_ident!("argument_{i}")).collect();
    let take = names.iter().zip(&parameters).enumerate().map(|(i, (name, p))| p.take(name, i, home));
    let pass = names.iter().zip(&parameters).map(|(name, p)| p.pass(name));
    let (ident, count) = (&signature.ident, parameters.len());
    let output = match &signature.output {
        ReturnType::Default => quote! { () },
        ReturnType::Type(_, ty) => quote! { #ty },
    };
    let attributes = function.attrs.iter().filter(|a| a.path().is_ident("cfg"));
    Ok(quote! {
        #(#attributes)*
        const _: () = {
            fn identity() -> #home::support::Identity {
                #home::support::Identity::of(&#ident)
            }
            #[allow(clippy::let_unit_value, clippy::unit_arg)]
            fn call(mut args: #home::Arguments<'_>) -> #home::support::Result<#home::support::Block> {
                #[allow(unused_imports)]
                use #home::support::{Fallible as _, Infallible as _};
                args.expect(#count)?;
                #(#take)*
                let returned = #ident(#(#pass),*);
                (&#home::support::Returned::of(&returned)).kind().block(returned)
            }
            fn apart(
                returned: #home::support::Block,
            ) -> #home::support::Result<::std::vec::Vec<#home::support::Block>> {
                #[allow(unused_imports)]
                use #home::support::{ApartFallible as _, ApartNot as _, ApartPlain as _};
                (&&#home::support::Apart::<#output>::NEW).parts(returned)
            }
            #home::support::inventory::submit! { #home::TaskEntry::new(identity, call, apart, #count) }
        };
    })
}

/// What a function must be to be called by name.
fn check(signature: &Signature) -> Result<()> {
    let refuse = |span, why: &str| Err(Error::new(span, why));
    if let Some(asyncness) = &signature.asyncness {
        return refuse(asyncness.span(), "a task runs on a compute thread and cannot be async");
    }
    if let Some(unsafety) = &signature.unsafety {
        return refuse(unsafety.span(), "a task cannot be unsafe");
    }
    let generic = signature.generics.params.iter().find(|p| !matches!(p, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        return refuse(
            generic.span(),
            "a task is found by name, so its types must be known: write a function for each type",
        );
    }
    if signature.inputs.len() > MOST {
        return refuse(signature.inputs.span(), "a task takes at most 8 parameters: join some in a struct");
    }
    match &signature.output {
        ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_) | Type::Reference(_)) => {
            refuse(ty.span(), "a task returns a value of a type that can be named")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let function = syn::parse_str::<ItemFn>(text).unwrap();
        registration(&function, &quote! { ::swath::tasks }).unwrap_err().to_string()
    }

    #[test]
    fn refuses_what_has_no_name_or_no_fixed_type() {
        assert!(refused("fn f<T>(a: T) {}").contains("found by name"));
        assert!(refused("async fn f() {}").contains("async"));
        assert!(refused("unsafe fn f() {}").contains("unsafe"));
        assert!(refused("fn f() -> impl Iterator<Item = u8> { 0..3 }").contains("named"));
        assert!(refused("fn f(a:u8,b:u8,c:u8,d:u8,e:u8,f:u8,g:u8,h:u8,i:u8) {}").contains("at most 8"));
    }

    #[test]
    fn registers_beside_the_function() {
        let function = syn::parse_str::<ItemFn>("fn f(a: i64, b: &str) -> i64 { 0 }").unwrap();
        let text = registration(&function, &quote! { ::swath::tasks }).unwrap().to_string();
        assert!(text.contains("submit") && text.contains("argument_1"));
    }
}
