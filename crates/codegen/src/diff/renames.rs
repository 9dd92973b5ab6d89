//! Which definition likely goes on under another name.

use std::collections::BTreeMap;

use crate::facts::Schema;
use crate::model::Home;

/// By name.
pub(super) type Definitions = BTreeMap<String, Schema>;

/// From the old name to the new one.
pub(super) type Renames<'a> = BTreeMap<&'a str, &'a str>;

/// A definition that only one of the releases has.
struct Single<'a> {
    name: &'a str,
    schema: &'a Schema,
    home: Home,
}

type Rule = fn(&Single<'_>, &Single<'_>) -> bool;

/// Finds pairs of a definition that is gone and one that is new, in all but name the same. A pair
/// counts where neither fits a third, by the first rule that finds it.
pub(super) fn renames<'a>(from: &'a Definitions, to: &'a Definitions) -> Renames<'a> {
    let (gone, new) = (singles(from, to), singles(to, from));
    let rules: [Rule; 3] = [
        // Another version.
        |a, b| a.home.group == b.home.group && a.home.name == b.home.name,
        // Another name. With no fields there is nothing to know it by.
        |a, b| a.home.group == b.home.group && !a.schema.properties.is_empty(),
        // Another group.
        |a, b| a.home.name == b.home.name,
    ];
    let mut known = Renames::new();
    let mut rule = 0;
    // What a pair brings to light may make a pair of those that refer to it, by an earlier rule too.
    while let Some(fits) = rules.get(rule) {
        let found = pairs(&gone, &new, *fits, &known);
        rule = if found.is_empty() { rule + 1 } else { 0 };
        known.extend(found);
    }
    known
}

fn singles<'a>(of: &'a Definitions, other: &Definitions) -> Vec<Single<'a>> {
    of.iter()
        .filter(|(name, _)| !other.contains_key(*name))
        .filter_map(|(name, schema)| Some(Single { name, schema, home: Home::of(name).ok()? }))
        .collect()
}

fn pairs<'a>(
    gone: &[Single<'a>],
    new: &[Single<'a>],
    fits: Rule,
    known: &Renames<'a>,
) -> Renames<'a> {
    let free_gone: Vec<_> = gone.iter().filter(|a| !known.contains_key(a.name)).collect();
    let free_new: Vec<_> =
        new.iter().filter(|b| !known.values().any(|name| *name == b.name)).collect();
    let mut candidates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut claims: BTreeMap<&str, usize> = BTreeMap::new();
    for a in &free_gone {
        for b in &free_new {
            if fits(a, b) && same(a, b, known) {
                candidates.entry(a.name).or_default().push(b.name);
                *claims.entry(b.name).or_default() += 1;
            }
        }
    }
    candidates
        .into_iter()
        .filter_map(|(a, candidates)| match candidates[..] {
            [b] if claims[b] == 1 => Some((a, b)),
            _ => None,
        })
        .collect()
}

/// The kinds may differ: they hold the version.
fn same(a: &Single<'_>, b: &Single<'_>, known: &Renames<'_>) -> bool {
    let mut renamed = a.schema.clone();
    let refers_to = |name: &str| {
        // To itself, too.
        if name == a.name { Some(b.name) } else { known.get(name).copied() }
    };
    follow(&mut renamed, &refers_to);
    renamed.kinds.clone_from(&b.schema.kinds);
    renamed == *b.schema
}

/// Puts the new names into a schema's references.
pub(super) fn follow<'a>(schema: &mut Schema, renamed: &impl Fn(&str) -> Option<&'a str>) {
    if let Some(reference) = &mut schema.reference
        && let Some(name) = renamed(reference)
    {
        name.clone_into(reference);
    }
    let inner = schema.items.iter_mut().chain(&mut schema.additional_properties);
    for schema in inner.map(Box::as_mut).chain(schema.properties.values_mut()) {
        follow(schema, renamed);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(from: &serde_json::Value, to: &serde_json::Value) -> Vec<(String, String)> {
        let definitions = |value: &serde_json::Value| -> Definitions {
            let named = value.as_object().unwrap().iter();
            named
                .map(|(name, schema)| {
                    (format!("io.k8s.api.{name}"), serde_json::from_value(schema.clone()).unwrap())
                })
                .collect()
        };
        let (from, to) = (definitions(from), definitions(to));
        let short = |name: &str| name.trim_start_matches("io.k8s.api.").to_owned();
        renames(&from, &to).into_iter().map(|(a, b)| (short(a), short(b))).collect()
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn a_name_or_a_version_or_a_group_may_change() {
        let schema = json!({"properties": {"a": {"type": "string"}}, "required": ["a"]});
        for (from, to) in [
            ("core.v1.Handler", "core.v1.LifecycleHandler"),
            ("core.v1.Handler", "core.v2.Handler"),
            ("core.v1.Handler", "node.v1.Handler"),
        ] {
            assert_eq!(found(&json!({from: schema}), &json!({to: schema})), [pair(from, to)]);
        }
        let all = [
            (json!({"core.v1.Handler": schema}), json!({"node.v1.LifecycleHandler": schema})),
            (json!({"core.v1.Handler": schema}), json!({"core.v1.B": {"properties": {}}})),
            // With no fields there is nothing to know it by.
            (json!({"core.v1.Handler": {}}), json!({"core.v1.LifecycleHandler": {}})),
            // It is still there.
            (
                json!({"core.v1.Handler": schema}),
                json!({"core.v1.Handler": schema, "core.v1.LifecycleHandler": schema}),
            ),
        ];
        for (from, to) in all {
            assert_eq!(found(&from, &to), [], "{from} {to}");
        }
    }

    #[test]
    fn what_is_ambiguous_is_no_rename_but_a_kept_name_decides() {
        let name = json!({"properties": {"name": {"type": "string"}}});
        let from = json!({"core.v1.A": name});
        assert_eq!(found(&from, &json!({"core.v1.B": name, "core.v1.C": name})), []);
        let from = json!({"core.v1.A": name, "core.v1.B": name});
        assert_eq!(found(&from, &json!({"core.v1.C": name})), []);
        assert_eq!(
            found(&from, &json!({"core.v2.A": name, "core.v2.B": name})),
            [pair("core.v1.A", "core.v2.A"), pair("core.v1.B", "core.v2.B")]
        );
    }

    #[test]
    fn what_refers_to_the_renamed_goes_along() {
        let release = |version: &str| {
            let name = |name: &str| format!("core.{version}.{name}");
            let reference = |to: &str| json!({"$ref": format!("io.k8s.api.{}", name(to))});
            json!({
                name("Outer"): {"properties": {"inner": {"type": "array", "items": reference("Inner")}}},
                name("Inner"): {"properties": {"a": {"type": "string"}, "more": reference("Inner")}},
            })
        };
        assert_eq!(
            found(&release("v1"), &release("v2")),
            [pair("core.v1.Inner", "core.v2.Inner"), pair("core.v1.Outer", "core.v2.Outer")]
        );
        let mut changed = release("v2");
        changed["core.v2.Inner"]["required"] = json!(["a"]);
        assert_eq!(found(&release("v1"), &changed), []);
    }
}
