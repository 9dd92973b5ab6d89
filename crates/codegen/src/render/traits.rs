//! Renders the derive of watchable types, and the impls that make the compiler explain why a type is not
//! watchable.

use proc_macro2::TokenStream;
use quote::quote;

use super::paths::path;
use super::print::ident;
use crate::facts::Scope;
use crate::model::{Body, Model, Type, Wiring};

/// The additions to a struct.
#[derive(Default)]
pub(super) struct Traits {
    /// Follows the last derive.
    pub(super) derive: Option<TokenStream>,
    pub(super) attribute: Option<TokenStream>,
    pub(super) impls: TokenStream,
}

pub(super) fn traits(model: &Model, definition: &str, type_: &Type) -> Traits {
    match model.wirings.get(definition) {
        Some(wiring) if wiring.is_watchable() => Traits {
            derive: Some(quote!(, watchable_core::Watchable)),
            attribute: Some(attribute(model, type_, wiring)),
            impls: TokenStream::new(),
        },
        Some(wiring) => Traits { impls: unwatchable(model, type_, wiring), ..Traits::default() },
        None => Traits::default(),
    }
}

fn attribute(model: &Model, type_: &Type, wiring: &Wiring) -> TokenStream {
    let (group, version) = (&wiring.resource.group, &wiring.resource.version);
    let (kind, plural) = (&wiring.kind, &wiring.resource.plural);
    let namespaced = (wiring.resource.scope == Scope::Namespaced).then(|| quote!(namespaced,));
    let protobuf = has_numbers(type_).then(|| quote!(protobuf,));
    let list = wiring.list.iter().map(|list| path(model, type_, list));
    quote! {
        #[watchable(
            group = #group, version = #version, kind = #kind, plural = #plural, #namespaced #protobuf #(list = #list)*
        )]
    }
}

/// Whether protobuf has the type.
fn has_numbers(type_: &Type) -> bool {
    matches!(&type_.body, Body::Struct(fields) if fields.iter().any(|field| !field.numbers.is_empty()))
}

/// Returns the impls that lead the compiler to the reason why a type is not watchable.
fn unwatchable(model: &Model, type_: &Type, wiring: &Wiring) -> TokenStream {
    let name = ident(&type_.home.name);
    let resource = resource_info(wiring);
    let listed = wiring.list.as_ref().map(|list| {
        let list = path(model, type_, list);
        quote! {
            impl watchable_core::Listed for #name {
                type Kind = Self;
            }
            impl watchable_core::WatchTarget for #list {
                type Item = #name;
            }
        }
    });
    quote! {
        impl watchable_core::Resource for #name {
            const RESOURCE: watchable_core::ResourceInfo = #resource;
        }
        impl watchable_core::WatchItem for #name {
            fn fill_type_meta(&mut self, resource: &watchable_core::ResourceInfo) {
                self.api_version.get_or_insert_with(|| resource.api_version().into());
                self.kind.get_or_insert_with(|| resource.kind().into());
            }
        }
        impl watchable_core::WatchTarget for #name {
            type Item = Self;
        }
        #listed
    }
}

/// Returns the expression of a resource's `ResourceInfo`.
pub(super) fn resource_info(wiring: &Wiring) -> TokenStream {
    let (group, version) = (&wiring.resource.group, &wiring.resource.version);
    let (kind, plural) = (&wiring.kind, &wiring.resource.plural);
    let scope = ident(match wiring.resource.scope {
        Scope::Cluster => "Cluster",
        Scope::Namespaced => "Namespaced",
    });
    quote! {
        watchable_core::ResourceInfo::new(
            #group, #version, #kind, #plural, watchable_core::Scope::#scope
        )
    }
}
