//! Renders the catalog of served resources, for programs that choose kinds at run time.

use quote::quote;

use super::print::print;
use super::{docs, traits};
use crate::error::Result;
use crate::model::{Model, Wiring};
use crate::short_names;

/// Returns the file `catalog.rs`.
pub(super) fn catalog(model: &Model) -> Result<String> {
    let docs = docs::inner(&[format!("The resources that Kubernetes {} serves.", model.release)]);
    let mut wirings: Vec<&Wiring> = model.wirings.values().collect();
    wirings.sort_by_key(|wiring| {
        let resource = &wiring.resource;
        (&resource.group, &resource.version, &resource.plural)
    });
    let entries = wirings.into_iter().map(|wiring| entry(model, wiring));
    print(
        model,
        quote! {
            #docs
            use watchable_core::CatalogEntry;
            /// Every resource, sorted by group, version and plural.
            pub const CATALOG: &[CatalogEntry] = &[#(#entries),*];
        },
    )
}

fn entry(model: &Model, wiring: &Wiring) -> proc_macro2::TokenStream {
    let resource = traits::resource_info(wiring);
    let list_kind = if let Some(list) = &wiring.list {
        let name = &model.types[list].home.name;
        quote!(Some(#name))
    } else {
        quote!(None)
    };
    let singular = wiring.kind.to_lowercase();
    let short_names = short_names::of(&wiring.resource.group, &wiring.resource.plural);
    let verbs = &wiring.resource.verbs;
    quote! {
        CatalogEntry {
            resource: #resource,
            list_kind: #list_kind,
            singular: #singular,
            short_names: &[#(#short_names),*],
            verbs: &[#(#verbs),*],
        }
    }
}
