//! Stub impls beside the errors, so that a mistake in the attribute is the only thing reported.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::expand::markers;

/// The errors, and impls under which every use of the type still compiles.
pub(crate) fn expand(input: &DeriveInput, krate: &TokenStream, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        return errors;
    }
    // Namespaced, so that `.namespace(…)` on it is not reported too.
    let markers = markers(krate, name, true);
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
    }
}
