//! The canonical modules: a group's, and a version's with its types.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Group, Named, docs, ident, print, traits};
use crate::error::Result;
use crate::model::{Body, Field, Model, Presence, Shape, Type};
use crate::names;

/// The file of a group: its versions, and what has none.
pub(super) fn group(model: &Model, group: &str, content: &Group<'_>) -> Result<String> {
    let docs = docs::inner(&[format!("The types of the `{group}` group, by version.")]);
    let versions = content.versions.keys().map(|version| ident(version));
    let types = content.unversioned.iter().map(|named| item(model, *named));
    print(model, quote!(#docs #(pub mod #versions;)* #(#types)*))
}

/// The file of a group's version.
pub(super) fn version(
    model: &Model,
    group: &str,
    version: &str,
    types: &[Named<'_>],
) -> Result<String> {
    let docs = docs::inner(&[format!("The types of `{group}`, version `{version}`.")]);
    let types = types.iter().map(|named| item(model, *named));
    print(model, quote!(#docs #(#types)*))
}

fn item(model: &Model, (definition, type_): Named<'_>) -> TokenStream {
    let docs = docs::outer(&docs::of_type(model, definition, type_));
    let name = ident(&type_.home.name);
    match &type_.body {
        Body::Struct(fields) => structure(model, definition, type_, fields, &docs),
        Body::Scalar(scalar) => {
            let scalar = ident(scalar);
            // Without docs: those of the type itself are shown.
            quote!(pub use watchable_core::#scalar;)
        }
        Body::Opaque => quote!(#docs pub type #name = watchable_core::RawJson;),
        Body::Generic(generic, parameter) => {
            let (generic, parameter) = (ident(generic), path(model, type_, parameter));
            quote!(#docs pub type #name = watchable_core::#generic<#parameter>;)
        }
    }
}

fn structure(
    model: &Model,
    definition: &str,
    type_: &Type,
    fields: &[Field],
    docs: &TokenStream,
) -> TokenStream {
    let name = ident(&type_.home.name);
    let traits = traits::traits(model, definition, type_);
    let (derive, attribute, impls) = (traits.derive, traits.attribute, traits.impls);
    let fields = fields.iter().map(|f| field(model, type_, f));
    quote! {
        #docs
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize #derive)]
        #[serde(rename_all = "camelCase", default)]
        #attribute
        pub struct #name { #(#fields,)* }
        #impls
    }
}

fn field(model: &Model, owner: &Type, field: &Field) -> TokenStream {
    const NULL_IS_DEFAULT: &str = "watchable_core::lenient::null_is_default";
    let docs = docs::outer(&docs::of_field(field));
    let name = ident(&field.name);
    let mut type_ = rust_type(model, owner, &field.shape);
    if field.boxed {
        type_ = quote!(Box<#type_>);
    }
    let mut serde = Vec::new();
    if let Some(wire) = names::rename(&field.wire, &field.name) {
        serde.push(quote!(rename = #wire));
    }
    if field.presence == Presence::Optional {
        type_ = quote!(Option<#type_>);
    } else {
        serde.push(quote!(deserialize_with = #NULL_IS_DEFAULT));
    }
    let skip = match (field.presence, &field.shape) {
        (Presence::Always, _) => None,
        (Presence::Optional, _) => Some("Option::is_none"),
        (Presence::UnlessNull, _) => Some("watchable_core::RawJson::is_null"),
        (Presence::UnlessEmpty, Shape::Map(_)) => Some("std::collections::BTreeMap::is_empty"),
        (Presence::UnlessEmpty, _) => Some("Vec::is_empty"),
    };
    serde.extend(skip.map(|skip| quote!(skip_serializing_if = #skip)));
    let serde = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
    quote!(#docs #serde pub #name: #type_)
}

fn rust_type(model: &Model, owner: &Type, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Bool => quote!(bool),
        Shape::Int32 => quote!(i32),
        Shape::Int64 => quote!(i64),
        Shape::Double => quote!(f64),
        Shape::String => quote!(String),
        Shape::Bytes => quote!(watchable_core::ByteString),
        Shape::Json => quote!(watchable_core::RawJson),
        Shape::Type(definition) => path(model, owner, definition),
        Shape::List(items) => {
            let items = rust_type(model, owner, items);
            quote!(Vec<#items>)
        }
        Shape::Map(values) => {
            let values = rust_type(model, owner, values);
            quote!(std::collections::BTreeMap<String, #values>)
        }
    }
}

/// The path to a definition's type, as seen from another's module.
pub(super) fn path(model: &Model, from: &Type, definition: &str) -> TokenStream {
    let home = &model.types[definition].home;
    let name = ident(&home.name);
    if home.module() == from.home.module() {
        return quote!(#name);
    }
    let group = ident(&home.group);
    let version = home.version.as_deref().map(ident).into_iter();
    quote!(crate::#group::#(#version::)*#name)
}
