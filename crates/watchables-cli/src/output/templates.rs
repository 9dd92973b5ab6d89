//! What the user's own templates and columns have of objects.

use std::io::{self, Write};

use serde_json::Value;
use watchables::DynamicObject;

use super::faults::Faults;
use super::style::Styles;
use crate::aligned::{Aligned, Cell};
use crate::args::{Format, WatchArgs};
use crate::custom_columns::CustomColumns;
use crate::jsonpath::Template;
use crate::say::say;

/// Prints by templates and columns. An object that does not suit them is no reason to end.
pub(crate) struct Templates {
    /// Whether the lines begin with a header.
    header_due: bool,
    lines: Aligned,
    faults: Faults,
}

impl Templates {
    /// Creates it for the format of the arguments. Says so if a template is without any path.
    pub(crate) fn new(args: &WatchArgs) -> Self {
        if let Format::JsonPath(template) = &args.output
            && template.is_only_text()
        {
            say!(
                "the template has nothing in braces, and prints the same for each object; \
                 a path is written as {{.metadata.name}}"
            );
        }
        let (lines, faults) = (Aligned::default(), Faults::default());
        Self { header_due: !args.no_headers, lines, faults }
    }

    /// Writes what the template has of an object, and a line break unless it ends in one. Writes nothing if it has
    /// nothing.
    pub(crate) fn write(
        &mut self,
        template: &Template,
        object: &DynamicObject,
        stamp: Option<String>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let value: Value = serde_json::from_str(object.json())?;
        match template.render(&value) {
            Ok(text) if text.is_empty() => Ok(()),
            Ok(text) => {
                if let Some(stamp) = stamp {
                    write!(out, "{stamp} ")?;
                }
                let end = if text.ends_with('\n') { "" } else { "\n" };
                write!(out, "{text}{end}")
            }
            Err(fault) => {
                self.faults.report(&name(object), &fault.to_string());
                Ok(())
            }
        }
    }

    /// Adds the row of an object, which [`write_rows`](Self::write_rows) writes.
    pub(crate) fn add_row(
        &mut self,
        columns: &CustomColumns,
        object: &DynamicObject,
        cluster: Option<&str>,
        stamp: Option<String>,
    ) {
        if std::mem::take(&mut self.header_due) {
            let time = stamp.is_some().then_some("TIME");
            let before = time.into_iter().chain(cluster.map(|_| "CLUSTER"));
            let header = before.chain(columns.headers()).map(Cell::plain).collect();
            self.lines.add("", header, Vec::new());
        }
        let value: Value = serde_json::from_str(object.json()).unwrap_or_default();
        let (cells, faults) = columns.cells(&value);
        for fault in faults {
            self.faults.report(&name(object), &fault);
        }
        let before = stamp.into_iter().chain(cluster.map(str::to_owned));
        self.lines.add("", before.chain(cells).map(Cell::plain).collect(), Vec::new());
    }

    /// Returns the number of rows that are not written.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Writes the rows.
    pub(crate) fn write_rows(&mut self, out: &mut impl Write, styles: Styles) -> io::Result<()> {
        self.lines.write(out, styles)
    }
}

/// Returns how messages name an object.
fn name(object: &DynamicObject) -> String {
    let [kind, name] = [object.kind(), object.name()].map(Option::unwrap_or_default);
    match object.namespace() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}
