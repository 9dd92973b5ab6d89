//! The version modules: `v1` and its like, which show a version's types of every group.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, print};
use crate::error::Result;
use crate::facts::Scope;
use crate::model::{Home, Model, Row, View};

/// The file of a version module.
pub(super) fn version(model: &Model, view: &View) -> Result<String> {
    let docs = docs::inner(&lines(view));
    let exports = view.exports.iter().map(|(module, names)| export(module, names));
    let watchables = (!view.watchables.is_empty()).then(|| watchables(&view.watchables));
    print(model, quote!(#docs #(#exports)* #watchables))
}

fn export(module: &str, names: &[String]) -> TokenStream {
    let module = module.split("::").map(ident);
    let names = names.iter().collect::<BTreeSet<_>>().into_iter().map(|name| ident(name));
    quote!(pub use crate::#(#module::)*{#(#names),*};)
}

fn watchables(rows: &[Row]) -> TokenStream {
    let cluster_wide =
        scope(rows, Scope::Cluster, "What can be watched in the whole cluster at once.");
    let namespaced = scope(rows, Scope::Namespaced, "What can be watched in one namespace.");
    quote! {
        /// What can be watched, with the list types, which stand for the same watch.
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
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut hidden: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.resource.watch.contains(&scope)) {
        let modules =
            if row.hidden { hidden.entry(&row.object.group).or_default() } else { &mut shown };
        for home in [&row.object, &row.list] {
            modules.entry(home.module()).or_default().push(home.name.clone());
        }
    }
    let shown = shown.iter().map(|(module, names)| export(module, names));
    let hidden = hidden.iter().map(|(group, modules)| {
        let docs = format!(" Those of `{group}` whose names another group has in this version.");
        let group = ident(group);
        let exports = modules.iter().map(|(module, names)| export(module, names));
        quote!(#[doc = #docs] pub mod #group { #(#exports)* })
    });
    let docs = format!(" {docs}");
    quote!(#[doc = #docs] pub mod #name { #(#shown)* #(#hidden)* })
}

fn lines(view: &View) -> Vec<String> {
    let version = &view.version;
    let mut lines = vec![format!("Every type of version `{version}`, of all groups.")];
    if !view.watchables.is_empty() {
        lines.extend(["", "# What can be watched", ""].map(str::to_owned));
        lines.push("| kind | list | group and version | plural | in one namespace |".to_owned());
        lines.push("|---|---|---|---|---|".to_owned());
        lines.extend(view.watchables.iter().map(|row| table_row(view, row)));
    }
    if !view.hidden.is_empty() {
        lines.extend(["", "# Names that several groups have", ""].map(str::to_owned));
        lines.push("These are reached by group; the short name is another's:".to_owned());
        lines.push(String::new());
        lines.extend(view.hidden.iter().map(|(home, winner)| {
            format!("- {}, where `{}` is `{winner}`'s", link(home, &full(home)), home.name)
        }));
    }
    lines
}

fn table_row(view: &View, row: &Row) -> String {
    let resource = &row.resource;
    // rustdoc does not like to be told where a name leads that it finds by itself.
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
