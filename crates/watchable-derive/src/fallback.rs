//! Generates stub impls with the errors, so that a mistake in the attribute is the only error reported.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::DeriveInput;

use crate::expand::{list_alias, markers};

/// Generates the errors, and impls with which every use of the type still compiles.
pub(crate) fn expand(input: &DeriveInput, krate: &TokenStream, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        return errors;
    }
    // Namespaced, so that `.namespace(…)` causes no second error.
    let markers = markers(krate, name, &input.generics, true);
    let names_list = input.attrs.iter().any(|attribute| mentions(&attribute.meta, "list"));
    let list = (!names_list).then(|| list_alias(krate, &input.vis, name, &input.generics));
    quote! {
        #errors

        #[automatically_derived]
        impl #krate::Resource for #name {
            const RESOURCE: #krate::ResourceInfo =
                #krate::ResourceInfo::new("", "", "", "", #krate::Scope::Namespaced);
        }

        #[automatically_derived]
        impl #krate::WatchItem for #name {
            fn fill_type_meta(&mut self, _: &#krate::ResourceInfo) {}
        }

        #markers
        #list
    }
}

/// Returns whether an attribute contains this key, even if it is otherwise malformed.
fn mentions(meta: &syn::Meta, word: &str) -> bool {
    let syn::Meta::List(keys) = meta else { return false };
    let mut tokens = keys.tokens.clone().into_iter();
    tokens.any(|token| matches!(token, TokenTree::Ident(ident) if ident == word))
}
