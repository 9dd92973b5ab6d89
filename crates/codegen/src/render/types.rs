//! Renders the group modules and their versions with types.

use proc_macro2::TokenStream;
use quote::quote;

use super::groups::{Group, Named};
use super::paths::path;
use super::print::{ident, print};
use super::{docs, features, traits, wire};
use crate::error::Result;
use crate::model::{Body, Field, Model, Shape, Type};

/// Returns the file of a group: its versions, and its types without a version.
pub(super) fn group(model: &Model, group: &str, content: &Group<'_>) -> Result<String> {
    let docs = docs::inner(&[format!("The types of the `{group}` group, by version.")]);
    // If a part of the module is always compiled, its versions are gated individually.
    let mixed = !content.unversioned.is_empty();
    let versions = content.versions.iter().map(|(version, types)| {
        let feature = types.first().filter(|_| mixed).and_then(|(_, first)| first.home.feature());
        let (gate, version) = (feature.map(features::gate), ident(version));
        quote!(#gate pub mod #version;)
    });
    let items = content.unversioned.iter().map(|named| item(model, *named));
    let printed = print(model, quote!(#docs #(#versions)* #(#items)*))?;
    Ok(wire::fill_in(&printed, &content.unversioned))
}

/// Returns the file of a group's version.
pub(super) fn version(
    model: &Model,
    group: &str,
    version: &str,
    types: &[Named<'_>],
) -> Result<String> {
    let docs = docs::inner(&[format!("The types of `{group}`, version `{version}`.")]);
    let items = types.iter().map(|named| item(model, *named));
    let printed = print(model, quote!(#docs #(#items)*))?;
    Ok(wire::fill_in(&printed, types))
}

fn item(model: &Model, (definition, type_): Named<'_>) -> TokenStream {
    let docs = docs::outer(&docs::of_type(model, definition, type_));
    let name = ident(&type_.home.name);
    match &type_.body {
        Body::Struct(fields) => structure(model, definition, type_, fields, &docs),
        Body::Scalar(scalar) => {
            let scalar = ident(scalar);
            // Without docs: rustdoc shows those of the type itself.
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
    let declared = fields.iter().map(|f| field(model, type_, f));
    quote! {
        #docs
        #[derive(Clone, Default, PartialEq #derive)]
        #attribute
        pub struct #name { #(#declared,)* }
        watchable_core::model!(#name);
        #impls
    }
}

fn field(model: &Model, owner: &Type, field: &Field) -> TokenStream {
    let docs = docs::outer(&docs::of_field(field));
    let name = ident(&field.name);
    let mut type_ = rust_type(model, owner, &field.shape);
    if field.boxed {
        type_ = quote!(Box<#type_>);
    }
    if field.optional {
        type_ = quote!(Option<#type_>);
    }
    quote!(#docs pub #name: #type_)
}

fn rust_type(model: &Model, owner: &Type, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Bool => quote!(bool),
        Shape::Int32 => quote!(i32),
        Shape::Int64 => quote!(i64),
        Shape::Double => quote!(f64),
        Shape::String => quote!(watchable_core::Text),
        Shape::Bytes => quote!(watchable_core::ByteString),
        Shape::Json => quote!(watchable_core::RawJson),
        Shape::Type(definition) => path(model, owner, definition),
        Shape::List(items) => {
            let items = element(model, owner, items);
            quote!(Vec<#items>)
        }
        Shape::Map(values) => {
            let values = element(model, owner, values);
            quote!(watchable_core::Map<#values>)
        }
    }
}

/// Returns the type of a list's items or a map's values. Go writes the zero time as `null`, which no
/// `Time` stands for.
fn element(model: &Model, owner: &Type, shape: &Shape) -> TokenStream {
    let type_ = rust_type(model, owner, shape);
    let is_time = matches!(shape, Shape::Type(definition) if model.types.get(definition)
        .is_some_and(|of| matches!(of.body, Body::Scalar("Time" | "MicroTime"))));
    if is_time { quote!(Option<#type_>) } else { type_ }
}
