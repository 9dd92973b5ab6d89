//! The Cargo features by API group: in the manifest, and on what is compiled with them.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{ALL, Model};

/// The manifest's table.
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

/// The attribute of what is compiled with a feature alone.
pub(super) fn gate(feature: &str) -> TokenStream {
    quote!(#[cfg(feature = #feature)])
}
