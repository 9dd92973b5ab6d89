//! Paths between types of a generated crate.

use proc_macro2::TokenStream;
use quote::quote;

use super::print::ident;
use crate::model::{Model, Type};

/// Returns the path to a definition's type from the module of another type.
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
