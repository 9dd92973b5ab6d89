//! What the generated docs say: facts, in our words.

use proc_macro2::TokenStream;
use quote::quote;

use crate::facts::{GroupVersionKind, Scope};
use crate::model::{Body, Field, Model, Type, Wiring};
use crate::names;

/// Lines of documentation, for an item.
pub(super) fn outer(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| spaced(line));
    quote!(#(#[doc = #lines])*)
}

/// Lines of documentation, for the module that they stand in.
pub(super) fn inner(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| spaced(line));
    quote!(#(#![doc = #lines])*)
}

fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// What a type is, how it is served, and where to read more.
pub(super) fn of_type(model: &Model, definition: &str, type_: &Type) -> Vec<String> {
    let mut lines = vec![first_line(type_), String::new()];
    if let Some(wiring) = model.wirings.get(definition) {
        lines.push(served(model, type_, wiring));
        lines.push(String::new());
    }
    lines.push(format!("Definition `{definition}`."));
    if let Some(kind) = own_kind(type_) {
        lines.push(String::new());
        lines.push(format!("Reference: <{}>", reference(model, type_, kind)));
    }
    lines
}

fn first_line(type_: &Type) -> String {
    let Some(kind) = own_kind(type_) else {
        let name = &type_.home.name;
        return match type_.body {
            Body::Opaque => {
                format!("`{name}`: JSON that the spec says nothing more about, kept as it is.")
            }
            _ => format!("`{name}`, which is no kind of its own."),
        };
    };
    match type_.kinds.len() {
        1 => format!("Kind `{}` of `{}`.", kind.kind, api_version(&kind.group, &kind.version)),
        _ => format!("Kind `{}` of every group and version.", kind.kind),
    }
}

fn own_kind(type_: &Type) -> Option<&GroupVersionKind> {
    type_.kinds.first()
}

fn served(model: &Model, type_: &Type, wiring: &Wiring) -> String {
    let scope = match wiring.resource.scope {
        Scope::Cluster => "cluster-scoped",
        Scope::Namespaced => "namespaced",
    };
    let plural = &wiring.resource.plural;
    let watch = match (wiring.is_watchable(), &wiring.resource.scope, &wiring.list) {
        (true, Scope::Cluster, _) => "it can be watched",
        (true, Scope::Namespaced, _) => "it can be watched, cluster-wide or in one namespace",
        (false, _, Some(_)) => "it can be listed, but not watched",
        (false, _, None) => "it cannot be listed or watched",
    };
    let list = wiring.list.as_ref().map_or(String::new(), |list| {
        let home = &model.types[list].home;
        // rustdoc does not like to be told where a name leads that it finds by itself.
        if home.module() == type_.home.module() {
            format!(", in a [`{}`]", home.name)
        } else {
            format!(", in a [`{}`](crate::{}::{})", home.name, home.module(), home.name)
        }
    });
    format!("Served as `{plural}`{list}; {scope}; {watch}.")
}

fn reference(model: &Model, type_: &Type, kind: &GroupVersionKind) -> String {
    // The reference names what belongs to every group after the machinery.
    let group = match (type_.home.group.as_str(), kind.group.as_str()) {
        ("meta", _) => "meta".to_owned(),
        (_, "") => "core".to_owned(),
        (_, group) => group.replace('.', "-"),
    };
    let (release, name) = (model.release, kind.kind.to_lowercase());
    format!(
        "https://kubernetes.io/docs/reference/generated/kubernetes-api/v{release}/#{name}-{}-{group}",
        kind.version
    )
}

/// Only what the field's name and type do not say.
pub(super) fn of_field(field: &Field) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(wire) = names::rename(&field.wire, &field.name) {
        facts.push(format!("`{wire}` on the wire."));
    }
    if field.required {
        facts.push("Required.".to_owned());
    }
    if !field.keys.is_empty() {
        let keys: Vec<_> = field.keys.iter().map(|key| format!("`{key}`")).collect();
        facts.push(format!("Keyed by {}.", keys.join(", ")));
    }
    if facts.is_empty() { Vec::new() } else { vec![facts.join(" ")] }
}

/// `apps/v1`; `v1` in the core group.
pub(super) fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}
