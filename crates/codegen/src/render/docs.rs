//! The docs of generated types and fields, derived from the facts.

use proc_macro2::TokenStream;
use quote::quote;

use crate::facts::{GroupVersionKind, Scope};
use crate::model::{Body, Field, Home, Model, Type, Wiring};
use crate::names;

/// Returns outer doc attributes, for an item.
pub(super) fn outer(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| spaced(line));
    quote!(#(#[doc = #lines])*)
}

/// Returns inner doc attributes, for the enclosing module.
pub(super) fn inner(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| spaced(line));
    quote!(#(#![doc = #lines])*)
}

fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// Returns a type's docs: its kind, how it is served, the releases that have it, and a reference link.
pub(super) fn of_type(model: &Model, definition: &str, type_: &Type) -> Vec<String> {
    let mut paragraphs = vec![vec![first_line(type_)], type_.description.clone()];
    if let Some(wiring) = model.wirings.get(definition) {
        paragraphs.push(vec![served(model, type_, wiring)]);
    }
    paragraphs.extend(listed(model, definition, type_).map(|line| vec![line]));
    let releases = type_.releases.as_ref().map_or(String::new(), |releases| format!(" {releases}"));
    paragraphs.push(vec![format!("Definition `{definition}`.{releases}")]);
    paragraphs.extend(reference(model, type_).map(|link| vec![format!("Reference: <{link}>")]));
    joined(paragraphs)
}

/// Joins paragraphs with blank lines.
fn joined(paragraphs: Vec<Vec<String>>) -> Vec<String> {
    let some: Vec<_> = paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect();
    some.join(&String::new())
}

fn first_line(type_: &Type) -> String {
    let Some(kind) = own_kind(type_) else {
        let name = &type_.home.name;
        return match type_.body {
            Body::Opaque => {
                format!("`{name}`: JSON without a schema in the spec, kept unchanged.")
            }
            _ => format!("`{name}`, a type without a kind."),
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
        (true, Scope::Cluster, _) => "can be watched",
        (true, Scope::Namespaced, _) => "can be watched cluster-wide or in one namespace",
        (false, _, Some(_)) => "can be listed but not watched",
        (false, _, None) => "cannot be listed or watched",
    };
    let list = wiring
        .list
        .as_ref()
        .map_or(String::new(), |list| format!(", listed as {}", link(type_, &model.types[list])));
    format!("Served as `{plural}`{list}; {scope}; {watch}.")
}

/// Returns the sentence that names the items of a list type.
fn listed(model: &Model, definition: &str, list: &Type) -> Option<String> {
    let mut wirings = model.wirings.iter();
    let (object, wiring) =
        wirings.find(|(_, wiring)| wiring.list.as_deref() == Some(definition))?;
    let object = link(list, &model.types[object]);
    let watch = if wiring.is_watchable() { "; watching it watches those objects" } else { "" };
    Some(format!("The list of {object} objects{watch}."))
}

fn link(from: &Type, to: &Type) -> String {
    let home = &to.home;
    // rustdoc warns of an explicit link target that it resolves by itself.
    if home.module() == from.home.module() {
        format!("[`{}`]", home.name)
    } else {
        format!("[`{}`](crate::{}::{})", home.name, home.module(), home.name)
    }
}

/// Returns the link to upstream's reference, which covers all types with a version except one.
fn reference(model: &Model, type_: &Type) -> Option<String> {
    const LEFT_OUT: &str = "JSONSchemaPropsOrStringArray";
    let Home { group, version, name, .. } = &type_.home;
    let version = version.as_ref().filter(|_| name != LEFT_OUT)?;
    let group = model.groups.get(group).unwrap_or(group).replace('.', "-");
    let (release, name) = (model.release, name.to_lowercase());
    Some(format!(
        "https://kubernetes.io/docs/reference/generated/kubernetes-api/v{release}/#{name}-{version}-{group}"
    ))
}

/// Returns a field's docs: only what its name and type do not express.
pub(super) fn of_field(field: &Field) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(wire) = names::rename(&field.wire, &field.name) {
        facts.push(format!("`{wire}` in JSON."));
    }
    if field.required {
        facts.push("Required.".to_owned());
    }
    if !field.keys.is_empty() {
        let keys: Vec<_> = field.keys.iter().map(|key| format!("`{key}`")).collect();
        facts.push(format!("Keyed by {}.", keys.join(", ")));
    }
    let facts = if facts.is_empty() { Vec::new() } else { vec![facts.join(" ")] };
    joined(vec![field.description.clone(), facts])
}

/// Returns `apps/v1`, or `v1` for the core group.
pub(super) fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}
