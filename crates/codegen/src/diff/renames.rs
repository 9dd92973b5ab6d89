//! Detects likely renames of definitions.

use std::collections::BTreeMap;

use crate::facts::Schema;
use crate::model::Home;

/// Definitions by name.
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

/// Finds pairs of a removed and an added definition that are equal except for their names. A pair
/// counts if neither matches a third definition, by the first rule that finds it.
pub(super) fn renames<'a>(from: &'a Definitions, to: &'a Definitions) -> Renames<'a> {
    let (removed, added) = (singles(from, to), singles(to, from));
    let rules: [Rule; 3] = [
        // Another version.
        |a, b| a.home.group == b.home.group && a.home.name == b.home.name,
        // Another name. Definitions without fields cannot be recognised.
        |a, b| a.home.group == b.home.group && !a.schema.properties.is_empty(),
        // Another group.
        |a, b| a.home.name == b.home.name,
    ];
    let mut renames = Renames::new();
    let mut rule = 0;
    // A new pair may make definitions that refer to it match, even by an earlier rule.
    while let Some(fits) = rules.get(rule) {
        let found = pairs(&removed, &added, *fits, &renames);
        rule = if found.is_empty() { rule + 1 } else { 0 };
        renames.extend(found);
    }
    renames
}

fn singles<'a>(of: &'a Definitions, other: &Definitions) -> Vec<Single<'a>> {
    of.iter()
        .filter(|(name, _)| !other.contains_key(*name))
        .filter_map(|(name, schema)| Some(Single { name, schema, home: Home::of(name).ok()? }))
        .collect()
}

fn pairs<'a>(
    removed: &[Single<'a>],
    added: &[Single<'a>],
    fits: Rule,
    renames: &Renames<'a>,
) -> Renames<'a> {
    let free_removed: Vec<_> = removed.iter().filter(|a| !renames.contains_key(a.name)).collect();
    let free_added: Vec<_> =
        added.iter().filter(|b| !renames.values().any(|name| *name == b.name)).collect();
    let mut candidates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut claims: BTreeMap<&str, usize> = BTreeMap::new();
    for a in &free_removed {
        for b in &free_added {
            if fits(a, b) && same(a, b, renames) {
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

/// Returns whether two definitions are equal after renaming. Their kinds, which contain the version, may
/// differ.
fn same(a: &Single<'_>, b: &Single<'_>, renames: &Renames<'_>) -> bool {
    let mut renamed = a.schema.clone();
    let refers_to = |name: &str| {
        // References to itself, too.
        if name == a.name { Some(b.name) } else { renames.get(name).copied() }
    };
    follow(&mut renamed, &refers_to);
    renamed.kinds.clone_from(&b.schema.kinds);
    renamed == *b.schema
}

/// Replaces renamed definitions in a schema's references.
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
    fn changed_name_or_version_or_group_is_a_rename() {
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
            // Definitions without fields cannot be recognised.
            (json!({"core.v1.Handler": {}}), json!({"core.v1.LifecycleHandler": {}})),
            // The old definition still exists.
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
    fn ambiguous_match_is_no_rename_unless_the_name_is_kept() {
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
    fn referring_definitions_are_renamed_too() {
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
