//! What the generated docs say: facts, in our words.

use proc_macro2::TokenStream;
use quote::quote;

use crate::facts::{GroupVersionKind, Scope};
use crate::model::{Body, Field, Home, Model, Type, Wiring};
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

/// What a type is, how it is served, which releases have it, and where to read more.
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

/// Blank lines between them.
fn joined(paragraphs: Vec<Vec<String>>) -> Vec<String> {
    let some: Vec<_> = paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect();
    some.join(&String::new())
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
    let list = wiring
        .list
        .as_ref()
        .map_or(String::new(), |list| format!(", in a {}", link(type_, &model.types[list])));
    format!("Served as `{plural}`{list}; {scope}; {watch}.")
}

/// Of what a list is the list.
fn listed(model: &Model, definition: &str, list: &Type) -> Option<String> {
    let mut wirings = model.wirings.iter();
    let (object, wiring) =
        wirings.find(|(_, wiring)| wiring.list.as_deref() == Some(definition))?;
    let object = link(list, &model.types[object]);
    let watch = if wiring.is_watchable() { "; a watch of it is one of those" } else { "" };
    Some(format!("The list of {object} objects{watch}."))
}

fn link(from: &Type, to: &Type) -> String {
    let home = &to.home;
    // rustdoc does not like to be told where a name leads that it finds by itself.
    if home.module() == from.home.module() {
        format!("[`{}`]", home.name)
    } else {
        format!("[`{}`](crate::{}::{})", home.name, home.module(), home.name)
    }
}

/// The type's place in upstream's reference, which has all that lies in a group's version, but for
/// one.
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
    let facts = if facts.is_empty() { Vec::new() } else { vec![facts.join(" ")] };
    joined(vec![field.description.clone(), facts])
}

/// `apps/v1`; `v1` in the core group.
pub(super) fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}
