//! Formats a comparison as a readable report by group and version.

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{Change, Diff, FieldName, Watchable};
use crate::facts::Facts;
use crate::model::{Home, api_groups};

/// The maximum line width, unless a single name is longer.
const WIDTH: usize = 100;

pub(super) fn text(diff: &Diff, from: &Facts, to: &Facts) -> String {
    let mut groups = BTreeMap::new();
    for facts in [from, to] {
        let kinds = facts.definitions.iter();
        let homes: Vec<_> =
            kinds.filter_map(|(name, s)| Some((Home::of(name).ok()?, &s.kinds[..]))).collect();
        groups.extend(api_groups(homes.iter().map(|(home, kinds)| (home, *kinds))));
    }
    let mut report = Report { groups, sections: BTreeMap::new() };
    report.types(diff);
    report.watchables(diff);
    report.fields(diff);
    let mut text = summary(diff) + "\n";
    for ((place, _), lines) in &report.sections {
        text.push('\n');
        text.push_str(place);
        text.push('\n');
        for line in lines {
            text.push_str(&wrapped(line));
        }
    }
    text
}

/// An `apiVersion`, and the module, since two modules may share one.
type Place = (String, String);

struct Report {
    /// From a module to the API group.
    groups: BTreeMap<String, String>,
    sections: BTreeMap<Place, Vec<String>>,
}

impl Report {
    fn types(&mut self, diff: &Diff) {
        for (what, definitions) in
            [("+ types", &diff.types_added), ("- types", &diff.types_removed)]
        {
            let named = definitions.iter().map(|name| (name.as_str(), short(name)));
            self.list(what, named);
        }
        for renamed in &diff.types_renamed {
            let (from, to) = (&renamed.from, &renamed.to);
            let fields = renamed.fields.iter().map(|FieldName { definition, field }| {
                format!("{}.{field}", self.relative(to, definition))
            });
            let fields = joined(fields);
            let and = if fields.is_empty() { "" } else { ", also in " };
            let line = format!(
                "~ {} → {}: likely renamed{and}{fields}",
                self.relative(to, from),
                short(to)
            );
            self.section(to).push(line);
        }
        for changed in &diff.types_changed {
            let name = short(&changed.definition);
            let line = format!("~ {name}: {}", self.changes(&changed.definition, &changed.changes));
            self.section(&changed.definition).push(line);
        }
    }

    fn watchables(&mut self, diff: &Diff) {
        for (what, watchables) in
            [("+ watchable", &diff.watchables_added), ("- watchable", &diff.watchables_removed)]
        {
            let named = watchables.iter().map(|watchable: &Watchable| {
                let scopes = watchable.scopes.join(", ");
                let definition = watchable.definition.as_deref().unwrap_or(&watchable.kind);
                (definition, format!("{} ({scopes})", watchable.kind))
            });
            self.list(what, named);
        }
    }

    fn fields(&mut self, diff: &Diff) {
        for (sign, fields) in [("+", &diff.fields_added), ("-", &diff.fields_removed)] {
            for field in fields {
                let type_ = self.words(&field.definition, &field.type_);
                let required = if field.required { ", required" } else { "" };
                let name = short(&field.definition);
                let line = format!("{sign} {name}.{}: {type_}{required}", field.field);
                self.section(&field.definition).push(line);
            }
        }
        for changed in &diff.fields_changed {
            let changes = self.changes(&changed.definition, &changed.changes);
            let line = format!("~ {}.{}: {changes}", short(&changed.definition), changed.field);
            self.section(&changed.definition).push(line);
        }
    }

    /// Adds one line per place with all names that belong there.
    fn list<'a>(&mut self, what: &str, named: impl Iterator<Item = (&'a str, String)>) {
        let mut lists: BTreeMap<Place, Vec<String>> = BTreeMap::new();
        for (definition, text) in named {
            lists.entry(self.place(definition)).or_default().push(text);
        }
        for (place, texts) in lists {
            let line = format!("{what}: {}", joined(texts.into_iter()));
            self.sections.entry(place).or_default().push(line);
        }
    }

    fn changes(&self, definition: &str, changes: &[Change]) -> String {
        let (mut parts, mut added, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            let words = |value: &Value| match value {
                Value::Null => "none".to_owned(),
                Value::String(text) => self.words(definition, text),
                other => other.to_string(),
            };
            match (change.what.as_str(), &change.from, &change.to) {
                ("required", _, Value::Bool(true)) => parts.push("now required".to_owned()),
                ("required", ..) => parts.push("no longer required".to_owned()),
                ("kind", Value::Null, kind) => added.push(words(kind)),
                ("kind", kind, _) => removed.push(words(kind)),
                (what, from, to) => {
                    let what = what.replace("x-kubernetes-", "").replace('-', " ");
                    parts.push(format!("{what} {} → {}", words(from), words(to)));
                }
            }
        }
        for (what, kinds) in [("now also", added), ("no longer", removed)] {
            if !kinds.is_empty() {
                // The name of the kind is redundant.
                let name = format!(" {}", short(definition));
                let kinds = kinds.iter().map(|kind| kind.trim_end_matches(&name).to_owned());
                parts.push(format!("{what} in {}", joined(kinds)));
            }
        }
        parts.join("; ")
    }

    /// Returns a readable type, with definitions named relative to another.
    fn words(&self, from: &str, type_: &str) -> String {
        type_.split(' ').map(|word| self.relative(from, word)).collect::<Vec<_>>().join(" ")
    }

    /// Returns `Pod` in its own group and version, `core/v1.Pod` elsewhere; any other word unchanged.
    fn relative(&self, from: &str, definition: &str) -> String {
        match Home::of(definition) {
            Ok(home) if self.place(from) == self.place(definition) => home.name,
            Ok(home) => format!("{}.{}", self.place(definition).0, home.name),
            Err(_) => definition.to_owned(),
        }
    }

    fn section(&mut self, definition: &str) -> &mut Vec<String> {
        let place = self.place(definition);
        self.sections.entry(place).or_default()
    }

    fn place(&self, definition: &str) -> Place {
        let Ok(home) = Home::of(definition) else {
            return (definition.to_owned(), String::new());
        };
        let group = match &home.version {
            Some(version) => {
                let group = self.groups.get(&home.group).unwrap_or(&home.group);
                format!("{group}/{version}")
            }
            None => home.group.clone(),
        };
        (group, home.module())
    }
}

fn summary(diff: &Diff) -> String {
    let counts = |what: &str, counts: &[(usize, &str)]| {
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let some = joined(some.map(|(count, done)| format!("{count} {done}")));
        if some.is_empty() { String::new() } else { format!("\n  {what}: {some}") }
    };
    let types = [
        (diff.types_added.len(), "added"),
        (diff.types_removed.len(), "removed"),
        (diff.types_renamed.len(), "likely renamed"),
        (diff.types_changed.len(), "changed"),
    ];
    let fields = [
        (diff.fields_added.len(), "added"),
        (diff.fields_removed.len(), "removed"),
        (diff.fields_changed.len(), "changed"),
    ];
    let watchables =
        [(diff.watchables_added.len(), "added"), (diff.watchables_removed.len(), "removed")];
    let all =
        counts("types", &types) + &counts("fields", &fields) + &counts("watchables", &watchables);
    let all = if all.is_empty() { "\n  nothing" } else { &all };
    format!("What changed from Kubernetes {} to {}:{all}", diff.from, diff.to)
}

fn short(definition: &str) -> String {
    Home::of(definition).map_or_else(|_| definition.to_owned(), |home| home.name)
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// Indents a line below its heading and wraps it between words.
fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in line.split(' ') {
        if column == 0 {
            text.push_str("  ");
            column = 2;
        } else if column + 1 + word.chars().count() > WIDTH {
            text.push_str("\n     ");
            column = 5;
        }
        if column > 2 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.chars().count();
    }
    text.push('\n');
    text
}
