//! The crate's root file.

use quote::quote;

use super::groups::root_modules;
use super::print::{ident, print};
use super::{docs, features};
use crate::error::Result;
use crate::model::{ALL, Model};

/// The file `lib.rs`.
pub(super) fn root(model: &Model) -> Result<String> {
    let release = model.release;
    let docs = docs::inner(&[
        format!("The types of Kubernetes {release}."),
        String::new(),
        "`v1` and its like show a version's types of every group, and what of it can be watched; the".to_owned(),
        "modules named for a group hold the types: `core::v1::Pod`. The types of `v1` also stand here.".to_owned(),
        String::new(),
        "Each API group is a Cargo feature; all of them are on by default.".to_owned(),
    ]);
    let modules = root_modules(model).into_iter().map(|name| {
        let feature = feature(model, name).map(features::gate);
        let name = ident(name);
        quote!(#feature #[rustfmt::skip] pub mod #name;)
    });
    print(
        model,
        quote! {
            #docs
            // The tables of the version modules lead to every group.
            #![cfg_attr(not(feature = #ALL), allow(rustdoc::broken_intra_doc_links))]
            // rustfmt does not go where these lead: another printer wrote what is there.
            #(#modules)*
            pub use catalog::CATALOG;
            pub use v1::*;
        },
    )
}

/// The feature that a module at the root as a whole is compiled with.
fn feature<'a>(model: &'a Model, module: &str) -> Option<&'a str> {
    let mut homes = model.types.values().map(|type_| &type_.home).filter(|h| h.group == module);
    let first = homes.next()?.feature()?;
    homes.all(|home| home.feature() == Some(first)).then_some(first)
}
