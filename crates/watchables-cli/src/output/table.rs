//! Events as rows of a table, with the columns of the server.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;
use watchables::{DynamicObject, TableColumn};

use crate::aligned::{Aligned, Cell};
use crate::output::style::Styles;
use crate::printable::printable;
use crate::watch::Row;

/// What is in a table besides the server's columns that are always shown.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct TableOptions {
    /// With the columns that kubectl has with `-o wide`.
    pub(crate) is_wide: bool,
    pub(crate) has_headings: bool,
    /// Whether objects may be in several namespaces.
    pub(crate) has_namespaces: bool,
    /// The labels that have a column of their own.
    pub(crate) label_columns: Vec<String>,
    pub(crate) has_labels: bool,
}

/// The lines of a table, which are written with [`write`](Self::write).
pub(crate) struct Table {
    options: TableOptions,
    pending: Vec<Pending>,
    aligned: Aligned,
    /// The server's columns, by resource.
    columns: HashMap<String, Rc<[TableColumn]>>,
    /// The resource and the columns of the last line that was written.
    last: Option<(String, Rc<[TableColumn]>)>,
}

/// An object as it is shown in a table.
pub(crate) struct Line<'a> {
    /// Its resource: `pod`, `deployment.apps`.
    pub(crate) resource: &'a str,
    /// Whether names are prefixed with it.
    pub(crate) is_qualified: bool,
    pub(crate) is_namespaced: bool,
    /// Whether it is part of the initial state, whose lines are written resource by resource.
    pub(crate) is_initial: bool,
    pub(crate) object: &'a DynamicObject,
    pub(crate) row: &'a Row,
    /// What stands before the server's columns, with the headings.
    pub(crate) before: Vec<(&'static str, Cell)>,
    /// What stands after them.
    pub(crate) remark: Option<Cell>,
}

/// A line that is not written yet.
struct Pending {
    resource: String,
    is_initial: bool,
    columns: Rc<[TableColumn]>,
    /// The headings of what stands before the server's columns.
    before: Vec<&'static str>,
    cells: Vec<Cell>,
    below: Vec<u8>,
}

impl Table {
    pub(crate) fn new(options: TableOptions) -> Self {
        Self {
            options,
            pending: Vec::new(),
            aligned: Aligned::default(),
            columns: HashMap::new(),
            last: None,
        }
    }

    /// Takes note of the columns of the lines that follow. They come with a line that may not be printed.
    pub(crate) fn set_columns(&mut self, resource: &str, new: &[TableColumn]) {
        let columns = self.columns.entry(resource.to_owned()).or_default();
        if **columns != *new {
            *columns = new.into();
        }
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, line: &Line<'_>) {
        let columns = self.columns.entry(line.resource.to_owned()).or_default();
        let columns = Rc::clone(columns);
        let (before, cells) = self.options.cells(line, &columns);
        let (resource, is_initial) = (line.resource.to_owned(), line.is_initial);
        let below = Vec::new();
        self.pending.push(Pending { resource, is_initial, columns, before, cells, below });
    }

    /// Returns where to write what follows below the last line. `None` if there is none that is not written.
    pub(crate) fn below(&mut self) -> Option<&mut Vec<u8>> {
        self.pending.last_mut().map(|line| &mut line.below)
    }

    /// Returns the number of lines that are not written.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Writes the lines, and headings before those that have others than the line before.
    pub(crate) fn write(&mut self, out: &mut impl Write, styles: Styles) -> io::Result<()> {
        for lines in self.pending.chunk_by_mut(|one, next| one.is_initial && next.is_initial) {
            lines.sort_by(|one, other| one.resource.cmp(&other.resource));
        }
        for line in std::mem::take(&mut self.pending) {
            let Pending { resource, columns, before, cells, below, .. } = line;
            let line = (resource, columns);
            if self.last.as_ref() != Some(&line) {
                if self.last.as_ref().is_some_and(|last| last.0 == line.0) {
                    self.aligned.write(out, styles)?;
                    self.aligned.forget_widths(&line.0);
                }
                if self.options.has_headings {
                    let headings = self.options.headings(before, &line.1);
                    self.aligned.add(&line.0, headings, Vec::new());
                }
            }
            self.aligned.add(&line.0, cells, below);
            self.last = Some(line);
        }
        self.aligned.write(out, styles)
    }
}

impl TableOptions {
    /// Returns the cells of a line, and the headings of those before the server's columns.
    fn cells(&self, line: &Line<'_>, columns: &[TableColumn]) -> (Vec<&'static str>, Vec<Cell>) {
        let (mut headings, mut cells): (Vec<_>, Vec<_>) = line.before.iter().cloned().unzip();
        if self.has_namespaces && line.is_namespaced {
            headings.push("NAMESPACE");
            cells.push(Cell::plain(printable(line.object.namespace().unwrap_or_default())));
        }
        let name = name_column(columns);
        for (at, _) in columns.iter().enumerate().filter(|(_, column)| self.shows(column)) {
            cells.push(Cell::plain(match line.row.cells.as_ref().map(|cells| cells.get(at)) {
                _ if at == name => name_of(line),
                Some(value) => text(value.unwrap_or(&Value::Null)),
                // It was deleted unseen.
                None => "<unknown>".to_owned(),
            }));
        }
        if columns.is_empty() {
            cells.push(Cell::plain(name_of(line)));
        }
        if self.has_labels || !self.label_columns.is_empty() {
            let labels = labels(line.object);
            let value = |label| labels.get(label).and_then(Option::as_deref).unwrap_or_default();
            let values =
                self.label_columns.iter().map(|label| Cell::plain(printable(value(label))));
            cells.extend(values);
            cells.extend(self.has_labels.then(|| Cell::plain(labels_text(&labels))));
        }
        cells.extend(line.remark.clone());
        (headings, cells)
    }

    /// Returns the headings of all columns.
    fn headings(&self, before: Vec<&'static str>, columns: &[TableColumn]) -> Vec<Cell> {
        let mut headings: Vec<_> = before.into_iter().map(Cell::plain).collect();
        let shown = columns.iter().filter(|column| self.shows(column));
        headings.extend(shown.map(|column| Cell::plain(printable(&column.name.to_uppercase()))));
        if columns.is_empty() {
            headings.push(Cell::plain("NAME"));
        }
        headings.extend(self.label_columns.iter().map(|label| Cell::plain(heading_of(label))));
        headings.extend(self.has_labels.then(|| Cell::plain("LABELS")));
        headings
    }

    fn shows(&self, column: &TableColumn) -> bool {
        column.priority == 0 || self.is_wide
    }
}

/// Returns the place of the column that has the names of objects.
pub(crate) fn name_column(columns: &[TableColumn]) -> usize {
    columns.iter().position(|column| column.format == "name").unwrap_or(0)
}

fn name_of(line: &Line<'_>) -> String {
    let name = printable(line.object.name().unwrap_or_default());
    if line.is_qualified { format!("{}/{name}", line.resource) } else { name }
}

/// Returns the text of a cell, up to its first line break.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.split_once(['\n', '\r', '\u{c}']) {
            Some((line, _)) => printable(line) + "...",
            None => printable(text),
        },
        other => printable(&other.to_string()),
    }
}

/// Returns the heading of a label's column: what follows its prefix, as in kubectl.
fn heading_of(label: &str) -> String {
    printable(&label.rsplit('/').next().unwrap_or(label).to_uppercase())
}

type Labels = BTreeMap<String, Option<String>>;

fn labels(object: &DynamicObject) -> Labels {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Labelled {
        metadata: Metadata,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Metadata {
        labels: Option<Labels>,
    }

    let object: Labelled = object.decode().unwrap_or_default();
    object.metadata.labels.unwrap_or_default()
}

/// As in kubectl, sorted with their values: `a.io/b=x` is before `a=x`.
fn labels_text(labels: &Labels) -> String {
    let text = |(key, value): (&String, &Option<String>)| {
        format!("{key}={}", value.as_deref().unwrap_or_default())
    };
    let mut labels: Vec<_> = labels.iter().map(text).collect();
    labels.sort();
    if labels.is_empty() { "<none>".to_owned() } else { printable(&labels.join(",")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_one_line_without_commands_to_the_terminal() {
        for (value, shown) in [
            (json!("Running"), "Running"),
            (json!(3), "3"),
            (json!(null), ""),
            (json!(true), "true"),
            (json!("a\nb"), "a..."),
            (json!("\u{1b}[31mred\u{7}"), "^[[31mred\\u{7}"),
        ] {
            assert_eq!(text(&value), shown, "{value}");
        }
    }

    #[test]
    fn labels_are_joined() {
        let labels =
            |labels: Value| labels_of(&json!({"metadata": {"name": "a", "labels": labels}}));
        assert_eq!(labels(json!({"b": "2", "a": "1"})), "a=1,b=2");
        assert_eq!(labels(json!({"a": "x", "a.io/b": "y"})), "a.io/b=y,a=x", "as kubectl has them");
        assert_eq!(labels(json!(null)), "<none>");
    }

    fn labels_of(object: &Value) -> String {
        super::labels_text(&super::labels(&serde_json::from_value(object.clone()).unwrap()))
    }
}
