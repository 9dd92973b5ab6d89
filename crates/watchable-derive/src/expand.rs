//! Writes the impls of a sound `#[derive(Watchable)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::validate::{TextField, Watchable};

/// All impls, with the library's path given for those who named none.
pub(crate) fn expand(watchable: &Watchable, default_crate: &TokenStream) -> TokenStream {
    let Watchable { name, group, version, kind, plural, .. } = watchable;
    let krate =
        watchable.krate.as_ref().map_or_else(|| default_crate.clone(), |path| quote!(#path));
    let scope = format_ident!("{}", if watchable.namespaced { "Namespaced" } else { "Cluster" });
    let fill_api_version = watchable
        .api_version_field
        .map(|field| fill("api_version", field, &quote!(resource.api_version().into_owned())));
    let fill_kind =
        watchable.kind_field.map(|field| fill("kind", field, &quote!(resource.kind().to_owned())));
    let markers = markers(&krate, name, watchable.namespaced);
    let list = watchable.list.as_ref().map(|list| list_impls(&krate, name, list));

    quote! {
        #[automatically_derived]
        impl #krate::Resource for #name {
            const RESOURCE: #krate::ResourceInfo = #krate::ResourceInfo::new(
                #group,
                #version,
                #kind,
                #plural,
                #krate::Scope::#scope,
            );
        }

        #[automatically_derived]
        impl #krate::WatchItem for #name {
            #[allow(unused_variables)]
            fn fill_type_meta(&mut self, resource: &#krate::ResourceInfo) {
                #fill_api_version
                #fill_kind
            }
        }

        #markers
        #list
    }
}

/// The impls that say that a type can be watched, and nothing else of it.
pub(crate) fn markers(krate: &TokenStream, name: &Ident, namespaced: bool) -> TokenStream {
    let namespaced = namespaced.then(|| {
        quote! {
            #[automatically_derived]
            impl #krate::NamespacedWatch for #name {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #krate::WatchTarget for #name {
            type Item = Self;
        }

        #[automatically_derived]
        impl #krate::Listed for #name {
            type Kind = Self;
        }

        #[automatically_derived]
        impl #krate::Watched for #name {}

        #namespaced
    }
}

/// The list type leads to the same watcher, and the compiler checks that its items are these.
fn list_impls(krate: &TokenStream, name: &Ident, list: &Type) -> TokenStream {
    let check = quote_spanned! { list.span() =>
        const _: fn(#list) -> ::std::vec::Vec<#name> = |list| list.items;
    };
    quote! {
        #[automatically_derived]
        impl #krate::WatchTarget for #list {
            type Item = #name;
        }

        #check
    }
}

fn fill(field: &str, declared: TextField, value: &TokenStream) -> TokenStream {
    let field = format_ident!("{field}");
    match declared {
        TextField::Text => quote! {
            if self.#field.is_empty() {
                self.#field = #value;
            }
        },
        TextField::OptionalText => quote! {
            if self.#field.is_none() {
                self.#field = ::std::option::Option::Some(#value);
            }
        },
    }
}
