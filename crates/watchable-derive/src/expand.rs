//! Generates the impls of a valid `#[derive(Watchable)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Generics, Type, Visibility};

use crate::validate::{StringField, Watchable};

/// Generates all impls. `default_crate` is the path of the library if the attribute names none.
pub(crate) fn expand(watchable: &Watchable, default_crate: &TokenStream) -> TokenStream {
    let Watchable { name, generics, group, version, kind, plural, .. } = watchable;
    let krate =
        watchable.krate.as_ref().map_or_else(|| default_crate.clone(), |path| quote!(#path));
    let scope = format_ident!("{}", if watchable.namespaced { "Namespaced" } else { "Cluster" });
    let fill_api_version = watchable
        .api_version_field
        .map(|field| fill("api_version", field, &quote!(resource.api_version().into())));
    let fill_kind =
        watchable.kind_field.map(|field| fill("kind", field, &quote!(resource.kind().into())));
    let protobuf = watchable.protobuf.then(|| protobuf(&krate));
    let markers = markers(&krate, name, generics, watchable.namespaced);
    let list = match &watchable.list {
        Some(list) => list_impls(&krate, name, generics, list),
        None => list_alias(&krate, &watchable.vis, name, generics),
    };
    let (impl_generics, of, bounds) = generics.split_for_impl();
    let decodes = decodes(&krate, generics, &quote!(Self));
    let (_, _, decodes) = decodes.split_for_impl();

    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Resource for #name #of #bounds {
            const RESOURCE: #krate::ResourceInfo = #krate::ResourceInfo::new(
                #group,
                #version,
                #kind,
                #plural,
                #krate::Scope::#scope,
            );
        }

        #[automatically_derived]
        impl #impl_generics #krate::WatchItem for #name #of #decodes {
            #[allow(unused_variables)]
            fn fill_type_meta(&mut self, resource: &#krate::ResourceInfo) {
                #fill_api_version
                #fill_kind
            }

            #protobuf
        }

        #markers
        #list
    }
}

/// Generates the impls of the marker traits, which make a type `Watchable`.
pub(crate) fn markers(
    krate: &TokenStream,
    name: &Ident,
    generics: &Generics,
    namespaced: bool,
) -> TokenStream {
    let (impl_generics, of, bounds) = generics.split_for_impl();
    let decodes = decodes(krate, generics, &quote!(Self));
    let (_, _, decodes) = decodes.split_for_impl();
    let namespaced = namespaced.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #krate::NamespacedWatch for #name #of #bounds {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::WatchTarget for #name #of #decodes {
            type Item = Self;
        }

        #[automatically_derived]
        impl #impl_generics #krate::Listed for #name #of #bounds {
            type Kind = Self;
        }

        #[automatically_derived]
        impl #impl_generics #krate::Watched for #name #of #bounds {
            fn resource() -> #krate::ResourceInfo {
                <Self as #krate::Resource>::RESOURCE
            }
        }

        #namespaced
    }
}

/// Generates the default list type: `CronTabList` for `CronTab`.
pub(crate) fn list_alias(
    krate: &TokenStream,
    vis: &Visibility,
    name: &Ident,
    generics: &Generics,
) -> TokenStream {
    let list = format_ident!("{name}List");
    let docs = format!("A list of [`{name}`] objects.");
    let (_, of, _) = generics.split_for_impl();
    // rustc does not enforce bounds of an alias, and warns about them.
    let mut unbound = generics.clone();
    unbound.where_clause = None;
    for param in unbound.type_params_mut() {
        param.bounds.clear();
    }
    let (params, _, _) = unbound.split_for_impl();
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #vis type #list #params = #krate::ObjectList<#name #of>;
    }
}

/// Generates the impl for the list type, and a check that its items have the object type.
fn list_impls(krate: &TokenStream, name: &Ident, generics: &Generics, list: &Type) -> TokenStream {
    let (impl_generics, of, bounds) = generics.split_for_impl();
    let decodes = decodes(krate, generics, &quote!(#name #of));
    let (_, _, decodes) = decodes.split_for_impl();
    let check = if generics.params.is_empty() {
        quote_spanned! { list.span() =>
            const _: fn(#list) -> ::std::vec::Vec<#name> = |list| list.items;
        }
    } else {
        quote_spanned! { list.span() =>
            const _: () = {
                #[allow(dead_code)]
                fn items #impl_generics (list: #list) -> ::std::vec::Vec<#name #of> #bounds {
                    list.items
                }
            };
        }
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::WatchTarget for #list #decodes {
            type Item = #name #of;
        }

        #check
    }
}

/// Generates the methods that decode a model from protobuf.
fn protobuf(krate: &TokenStream) -> TokenStream {
    quote! {
        fn has_protobuf() -> bool {
            true
        }

        fn from_protobuf(
            envelope: &#krate::protobuf::Envelope<'_>,
            drops_managed_fields: bool,
        ) -> ::std::result::Result<Self, #krate::protobuf::Error> {
            #krate::protobuf::from_envelope(envelope, drops_managed_fields)
        }
    }
}

/// Adds the bound that a generic type implements `Deserialize`.
fn decodes(krate: &TokenStream, generics: &Generics, item: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    if !generics.params.is_empty() {
        let decodes = syn::parse_quote!(#item: #krate::Decoded);
        generics.make_where_clause().predicates.push(decodes);
    }
    generics
}

fn fill(field: &str, declared: StringField, value: &TokenStream) -> TokenStream {
    let field = format_ident!("{field}");
    match declared {
        StringField::Required => quote! {
            if self.#field.is_empty() {
                self.#field = #value;
            }
        },
        StringField::Optional => quote! {
            if self.#field.is_none() {
                self.#field = ::std::option::Option::Some(#value);
            }
        },
    }
}
