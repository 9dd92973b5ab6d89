//! Renders the crate root.

use quote::quote;

use super::groups::root_modules;
use super::print::{ident, print};
use super::{docs, features};
use crate::error::Result;
use crate::model::{ALL, Model};

/// Returns the file `lib.rs`.
pub(super) fn root(model: &Model) -> Result<String> {
    let release = model.release;
    let docs = docs::inner(&[
        format!("The API types of Kubernetes {release}."),
        String::new(),
        "The version modules, such as `v1`, re-export the types of a version from every group and list".to_owned(),
        "what can be watched. The group modules define the types: `core::v1::Pod`. The crate root re-exports".to_owned(),
        "`v1`.".to_owned(),
        String::new(),
        "Each API group is a Cargo feature; all are enabled by default.".to_owned(),
        String::new(),
        "```".to_owned(),
        format!("use {}::core::v1::{{Pod, PodSpec}};", release.crate_name()),
        String::new(),
        "let spec = PodSpec { node_name: Some(\"node-7\".into()), ..PodSpec::default() };".to_owned(),
        "let pod = Pod { spec: Some(spec.into()), ..Pod::default() };".to_owned(),
        "assert_eq!(pod.spec.unwrap().node_name.as_deref(), Some(\"node-7\"));".to_owned(),
        "```".to_owned(),
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
            #![cfg_attr(docsrs, feature(doc_cfg))]
            // The tables of the version modules link to every group.
            #![cfg_attr(not(feature = #ALL), allow(rustdoc::broken_intra_doc_links))]
            // The modules are formatted by prettyplease, not by rustfmt.
            #(#modules)*
            pub use catalog::CATALOG;
            pub use v1::*;
        },
    )
}

/// Returns the feature of a root module, if all of its types have the same one.
fn feature<'a>(model: &'a Model, module: &str) -> Option<&'a str> {
    let mut homes = model.types.values().map(|type_| &type_.home).filter(|h| h.group == module);
    let first = homes.next()?.feature()?;
    homes.all(|home| home.feature() == Some(first)).then_some(first)
}
