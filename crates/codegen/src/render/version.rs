//! Renders the version modules such as `v1`, which re-export the types of a version from every group.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::print::{ident, print};
use super::{docs, features};
use crate::error::Result;
use crate::facts::Scope;
use crate::model::{Home, Model, Row, View};

/// Returns the file of a version module.
pub(super) fn version(model: &Model, view: &View) -> Result<String> {
    let docs = docs::inner(&lines(view));
    let exports = exports(&view.exports);
    let watchables = (!view.watchables.is_empty()).then(|| watchables(&view.watchables));
    print(model, quote!(#docs #exports #watchables))
}

/// Returns re-exports, grouped by module.
fn exports<'a>(homes: impl IntoIterator<Item = &'a Home>) -> TokenStream {
    let mut modules: BTreeMap<String, BTreeSet<&Home>> = BTreeMap::new();
    for home in homes {
        modules.entry(home.module()).or_default().insert(home);
    }
    modules
        .into_iter()
        .map(|(module, homes)| {
            let feature = homes.first().and_then(|home| home.feature()).map(features::gate);
            let module = module.split("::").map(ident);
            let names = homes.iter().map(|home| ident(&home.name));
            quote!(#feature pub use crate::#(#module::)*{#(#names),*};)
        })
        .collect()
}

fn watchables(rows: &[Row]) -> TokenStream {
    let cluster_wide = scope(rows, Scope::Cluster, "Types that can be watched cluster-wide.");
    let namespaced = scope(rows, Scope::Namespaced, "Types that can be watched in one namespace.");
    quote! {
        /// Watchable types. Watching a list type is the same as watching its items.
        pub mod watchables {
            #cluster_wide
            #namespaced
        }
    }
}

fn scope(rows: &[Row], scope: Scope, docs: &str) -> TokenStream {
    let name = ident(match scope {
        Scope::Cluster => "cluster_wide",
        Scope::Namespaced => "namespaced",
    });
    let mut shown = Vec::new();
    let mut hidden: BTreeMap<&str, Vec<&Home>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.resource.watch.contains(&scope)) {
        let place =
            if row.hidden { hidden.entry(&row.object.group).or_default() } else { &mut shown };
        place.extend([&row.object, &row.list]);
    }
    let shown = exports(shown);
    let hidden = hidden.into_iter().map(|(group, homes)| {
        let docs =
            format!(" Types of `{group}` whose names belong to another group in this version.");
        let feature = homes.first().and_then(|home| home.feature()).map(features::gate);
        let (group, exports) = (ident(group), exports(homes));
        quote!(#[doc = #docs] #feature pub mod #group { #exports })
    });
    let docs = format!(" {docs}");
    quote!(#[doc = #docs] pub mod #name { #shown #(#hidden)* })
}

fn lines(view: &View) -> Vec<String> {
    let version = &view.version;
    let mut lines = vec![format!("The types of version `{version}` from all groups.")];
    if !view.watchables.is_empty() {
        lines.extend(["", "# What can be watched", ""].map(str::to_owned));
        lines.push("| kind | list | group and version | plural | in one namespace |".to_owned());
        lines.push("|---|---|---|---|---|".to_owned());
        lines.extend(view.watchables.iter().map(|row| table_row(view, row)));
    }
    if !view.hidden.is_empty() {
        lines.extend(["", "# Names in several groups", ""].map(str::to_owned));
        lines.push("Use these by group; the short name belongs to another group:".to_owned());
        lines.push(String::new());
        lines.extend(view.hidden.iter().map(|(home, winner)| {
            format!("- {}: `{}` is `{winner}`'s", link(home, &full(home)), home.name)
        }));
    }
    lines
}

fn table_row(view: &View, row: &Row) -> String {
    let resource = &row.resource;
    // rustdoc warns of an explicit link target that it resolves by itself.
    let link = |home: &Home| {
        if view.hidden.iter().any(|(hidden, _)| hidden == home) {
            link(home, &home.name)
        } else {
            format!("[`{}`]", home.name)
        }
    };
    format!(
        "| {} | {} | `{}` | `{}` | {} |",
        link(&row.object),
        link(&row.list),
        docs::api_version(&resource.group, &resource.version),
        resource.plural,
        if resource.scope == Scope::Namespaced { "yes" } else { "no" },
    )
}

fn link(home: &Home, text: &str) -> String {
    format!("[`{text}`](crate::{})", full(home))
}

fn full(home: &Home) -> String {
    format!("{}::{}", home.module(), home.name)
}
