//! The registry's entries for the methods of an actor.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{
    Error, FnArg, GenericArgument, GenericParam, Ident, ImplItem, ImplItemFn, ItemImpl, PathArguments,
    Result, ReturnType, Type,
};

use crate::parameter::Parameter;

/// The most parameters a method takes beside the state.
const MOST: usize = 7;

/// The attribute that keeps a method out of the registry.
const LOCAL: &str = "local";

/// The items that register the methods of `block`, whose own attributes are removed; `home` is the path of
/// `swath-tasks`.
pub(crate) fn registrations(block: &mut ItemImpl, home: &TokenStream) -> Result<TokenStream> {
    if let Some((_, path, _)) = &block.trait_ {
        return Err(Error::new(
            path.span(),
            "an actor's methods are in an impl block of its own, not of a trait",
        ));
    }
    if let Some(generic) = block.generics.params.first() {
        return Err(Error::new(generic.span(), "an actor is found by name, so its type must be known"));
    }
    let state = (*block.self_ty).clone();
    let mut all = TokenStream::new();
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        let before = method.attrs.len();
        method.attrs.retain(|a| !a.path().is_ident(LOCAL));
        if method.attrs.len() == before {
            all.extend(registration(method, &state, home)?);
        }
    }
    Ok(all)
}

/// What a function of the block is to the actor.
enum Kind {
    Constructor,
    Method,
}

/// The registration of one function; nothing when it is neither a constructor nor a method on the state.
fn registration(method: &ImplItemFn, state: &Type, home: &TokenStream) -> Result<TokenStream> {
    let signature = &method.sig;
    let Some(kind) = kind(method, state) else { return Ok(TokenStream::new()) };
    check(method)?;
    let typed = signature.inputs.iter().filter(|p| matches!(p, FnArg::Typed(_)));
    let parameters: Vec<Parameter> = typed
        .map(|p| {
            syn::parse2::<FnArg>(named(quote! { #p }, &quote! { #state }))
                .and_then(|p| Parameter::of(&p, home))
        })
        .collect::<Result<_>>()?;
    let names: Vec<Ident> = (0..parameters.len()).map(|i| format_ident!("argument_{i}")).collect();
    let take = names.iter().zip(&parameters).enumerate().map(|(i, (name, p))| p.take(name, i, home));
    let pass = names.iter().zip(&parameters).map(|(name, p)| p.pass(name));
    let (ident, count) = (&signature.ident, parameters.len());
    let attributes = method.attrs.iter().filter(|a| a.path().is_ident("cfg"));
    let (receiver, downcast, this, output, finish, entry) = match kind {
        Kind::Constructor => (
            quote! {},
            quote! {},
            quote! {},
            quote! { #home::support::State },
            quote! { state },
            quote! { constructor },
        ),
        Kind::Method => (
            quote! { state: &mut (dyn ::std::any::Any + ::std::marker::Send), },
            quote! { let state = #home::support::state::<#state>(state)?; },
            quote! { state, },
            quote! { #home::support::Block },
            quote! { block },
            quote! { method },
        ),
    };
    Ok(quote! {
        #(#attributes)*
        const _: () = {
            fn identity() -> #home::support::Identity {
                #home::support::Identity::of(&<#state>::#ident)
            }
            #[allow(clippy::let_unit_value, clippy::unit_arg)]
            fn call(#receiver mut args: #home::Arguments<'_>) -> #home::support::Result<#output> {
                #[allow(unused_imports)]
                use #home::support::{Fallible as _, Infallible as _};
                args.expect(#count)?;
                #downcast
                #(#take)*
                let returned = <#state>::#ident(#this #(#pass),*);
                (&#home::support::Returned::of(&returned)).kind().#finish(returned)
            }
            #home::support::inventory::submit! { #home::MethodEntry::#entry(identity, call, #count) }
        };
    })
}

/// A function without `self` whose return type names the actor makes one; `&self` and `&mut self` make methods.
fn kind(method: &ImplItemFn, state: &Type) -> Option<Kind> {
    if let Some(FnArg::Receiver(receiver)) = method.sig.inputs.first() {
        return receiver.reference.is_some().then_some(Kind::Method);
    }
    let ReturnType::Type(_, output) = &method.sig.output else { return None };
    makes(output, state).then_some(Kind::Constructor)
}

/// Whether a return type is the state, or a `Result` of it.
fn makes(output: &Type, state: &Type) -> bool {
    let Type::Path(path) = output else { return false };
    let text = |ty: &Type| quote! { #ty }.to_string();
    if path.path.is_ident("Self") || text(output) == text(state) {
        return true;
    }
    let last = path.path.segments.last().filter(|s| s.ident == "Result");
    let Some(PathArguments::AngleBracketed(arguments)) = last.map(|s| &s.arguments) else { return false };
    matches!(arguments.args.first(), Some(GenericArgument::Type(value)) if makes(value, state))
}

/// Tokens with the type's name in the place of `Self`, which means nothing outside the block.
fn named(tokens: TokenStream, state: &TokenStream) -> TokenStream {
    let replaced = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => state.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), named(group.stream(), state));
            inner.set_span(group.span());
            TokenTree::Group(inner).into()
        }
        other => other.into(),
    });
    replaced.collect()
}

/// What a method must be to be called by name.
fn check(method: &ImplItemFn) -> Result<()> {
    let signature = &method.sig;
    let refuse = |span, why: &str| {
        Err(Error::new(
            span,
            format!("{why}; #[local] keeps a method out of what can be called from elsewhere"),
        ))
    };
    if let Some(asyncness) = &signature.asyncness {
        return refuse(asyncness.span(), "an actor's method runs on a thread and cannot be async");
    }
    if let Some(unsafety) = &signature.unsafety {
        return refuse(unsafety.span(), "an actor's method cannot be unsafe");
    }
    let generic = signature.generics.params.iter().find(|p| !matches!(p, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        return refuse(generic.span(), "an actor's method is found by name, so its types must be known");
    }
    if signature.inputs.iter().filter(|p| matches!(p, FnArg::Typed(_))).count() > MOST {
        return refuse(
            signature.inputs.span(),
            "an actor's method takes at most 7 parameters: join some in a struct",
        );
    }
    match &signature.output {
        ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_) | Type::Reference(_)) => {
            refuse(ty.span(), "an actor's method returns a value of a type that can be named")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> Result<String> {
        let mut block = syn::parse_str::<ItemImpl>(text).unwrap();
        registrations(&mut block, &quote! { home }).map(|tokens| tokens.to_string())
    }

    #[test]
    fn constructors_and_methods_are_registered_and_nothing_else() {
        let text = expand(
            "impl Counter {
                fn new(start: i64) -> Self { Self(start) }
                fn load(path: String) -> Result<Counter, Error> { todo() }
                fn add(&mut self, n: i64) -> i64 { 0 }
                fn peek(&self) -> i64 { 0 }
                fn helper(n: i64) -> i64 { n }
                fn end(self) {}
                #[local] fn generic<T>(&self, t: T) {}
            }",
        )
        .unwrap();
        assert_eq!(
            (text.matches("constructor").count(), text.matches(":: method (").count()),
            (2, 2),
            "{text}"
        );
        for absent in ["helper", "end", "generic"] {
            assert!(!text.contains(&format!(":: {absent})")), "{absent} is in {text}");
        }
    }

    #[test]
    fn what_cannot_be_called_by_name_is_refused() {
        assert!(expand("impl A { fn f<T>(&self, t: T) {} }").unwrap_err().to_string().contains("#[local]"));
        assert!(expand("impl<T> A<T> { fn f(&self) {} }").unwrap_err().to_string().contains("known"));
        assert!(expand("impl Trait for A { fn f(&self) {} }").unwrap_err().to_string().contains("trait"));
        assert!(expand("impl A { fn f(&self) -> &u8 { &0 } }").unwrap_err().to_string().contains("named"));
    }

    #[test]
    fn self_is_named() {
        assert_eq!(
            named(quote! { Vec<(Self, u8)> }, &quote! { A }).to_string(),
            quote! { Vec<(A, u8)> }.to_string()
        );
    }
}
