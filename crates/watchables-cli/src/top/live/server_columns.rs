//! The columns that a server has for kinds that are not Kubernetes' own, such as the printer columns of custom resources.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use watch_terminal::{Cell, Column, Columns};
use watchables::{ResourceInfo, TableColumn};

use crate::output::name_column;

/// Of columns that are always shown, and of those for wide tables.
const WORTH: u8 = 4;
const WORTH_OF_WIDE: u8 = 0;

/// Returns whether a server's columns are asked for: of its own kinds, more is known from the object.
pub(super) fn are_wanted(resource: &ResourceInfo) -> bool {
    let known = release_catalogs::catalog(release_catalogs::NEWEST).unwrap_or_default();
    !known.iter().any(|entry| {
        (entry.resource.group(), entry.resource.plural()) == (resource.group(), resource.plural())
    })
}

/// How the cells of a server are shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerColumns(Vec<(usize, Form, Column)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    /// Since the object was created. The server's text would stand still.
    Age,
}

impl ServerColumns {
    /// All but the name, which is shown in any case.
    pub(super) fn of(columns: &[TableColumn]) -> Self {
        let name = name_column(columns);
        let shown = columns.iter().enumerate().filter(|(place, _)| *place != name);
        let shown = shown.map(|(place, column)| {
            let form = match column.column_type.as_str() {
                _ if column.name.eq_ignore_ascii_case("age") => Form::Age,
                "integer" | "number" => Form::Number,
                _ => Form::Text,
            };
            let title = column.name.to_uppercase();
            let worth = if column.priority == 0 { WORTH } else { WORTH_OF_WIDE };
            (place, form, Column { title, is_number: form != Form::Text, worth })
        });
        Self(shown.collect())
    }

    pub(super) fn columns(&self) -> Columns {
        Columns::of_server(self.0.iter().map(|(_, _, column)| column.clone()).collect())
    }

    /// Returns what is shown of a row of the server.
    pub(super) fn cells(&self, row: &[Value], object: &str) -> Box<[Cell]> {
        let cell = |(place, form, _): &(usize, Form, Column)| match (row.get(*place), form) {
            (_, Form::Age) => created(object).map_or(Cell::Empty, Cell::Age),
            (None | Some(Value::Null), _) => Cell::Empty,
            (Some(Value::String(text)), _) if text.is_empty() => Cell::Empty,
            (Some(Value::String(text)), _) => Cell::Text(text.as_str().into()),
            (Some(value), Form::Number) if value.is_i64() => {
                value.as_i64().map_or(Cell::Empty, Cell::Number)
            }
            (Some(value), _) => Cell::Text(value.to_string().into()),
        };
        self.0.iter().map(cell).collect()
    }
}

fn created(object: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Object {
        metadata: Metadata,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        creation_timestamp: Option<Timestamp>,
    }

    serde_json::from_str::<Object>(object).ok()?.metadata.creation_timestamp
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchables::Scope;

    use super::*;

    #[test]
    fn cells_are_those_of_the_server_but_the_age_goes_on() {
        let column = |name: &str, column_type: &str, format: &str, priority| TableColumn {
            name: name.to_owned(),
            column_type: column_type.to_owned(),
            format: format.to_owned(),
            priority,
        };
        let columns = ServerColumns::of(&[
            column("Name", "string", "name", 0),
            column("Ready", "string", "", 0),
            column("Uses", "integer", "", 1),
            column("Age", "date", "", 0),
        ]);
        let titles: Vec<_> =
            columns.0.iter().map(|(_, _, it)| (it.title.as_str(), it.worth)).collect();
        assert_eq!(titles, [("READY", WORTH), ("USES", WORTH_OF_WIDE), ("AGE", WORTH)]);
        let object = json!({"metadata": {"creationTimestamp": "2026-01-02T03:04:05Z"}}).to_string();
        let time = "2026-01-02T03:04:05Z".parse().unwrap();
        let cells = columns.cells(&[json!("a"), json!("True"), json!(3), json!("5m")], &object);
        assert_eq!(*cells, [Cell::Text("True".into()), Cell::Number(3), Cell::Age(time)]);
        let cells = columns.cells(&[json!("a"), json!(null)], "{}");
        assert_eq!(*cells, [Cell::Empty, Cell::Empty, Cell::Empty]);
    }

    #[test]
    fn columns_are_wanted_of_kinds_of_others() {
        let wanted = |group: &'static str, plural: &'static str| {
            are_wanted(&ResourceInfo::new(group, "v1", "Kind", plural, Scope::Namespaced))
        };
        assert!(!wanted("", "pods") && !wanted("networking.k8s.io", "ingresses"));
        assert!(wanted("cert-manager.io", "certificates"));
        assert!(wanted("gateway.networking.k8s.io", "gateways"));
    }
}
