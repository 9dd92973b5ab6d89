//! The crate's root file.

use quote::quote;

use super::{docs, ident, print, root_modules};
use crate::error::Result;
use crate::model::Model;

/// The file `lib.rs`.
pub(super) fn root(model: &Model) -> Result<String> {
    let release = model.release;
    let docs = docs::inner(&[
        format!("The types of Kubernetes {release}."),
        String::new(),
        "`v1` and its like show a version's types of every group, and what of it can be watched; the".to_owned(),
        "modules named for a group hold the types: `core::v1::Pod`. The types of `v1` also stand here.".to_owned(),
    ]);
    let modules = root_modules(model).into_iter().map(ident);
    print(
        model,
        quote! {
            #docs
            // rustfmt does not go where these lead: another printer wrote what is there.
            #(#[rustfmt::skip] pub mod #modules;)*
            pub use catalog::CATALOG;
            pub use v1::*;
        },
    )
}
