//! Renders the Cargo features of API groups: the manifest's table and the `cfg` attributes.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{ALL, Model};

/// Returns the manifest's `[features]` table.
pub(super) fn table(model: &Model) -> String {
    let mut table = format!("[features]\ndefault = [{ALL:?}]\n{ALL} = [\n");
    // Writing to a String cannot fail.
    for name in model.features.keys() {
        let _ = writeln!(table, "    {name:?},");
    }
    table.push_str("]\n");
    for (name, needed) in &model.features {
        let needed: Vec<_> = needed.iter().map(|other| format!("{other:?}")).collect();
        let _ = writeln!(table, "{name} = [{}]", needed.join(", "));
    }
    table
}

/// Returns the `cfg` attribute of a feature.
pub(super) fn gate(feature: &str) -> TokenStream {
    quote!(#[cfg(feature = #feature)])
}
