//! Events on standard output.

mod clock;
mod faults;
mod pipe;
mod shown;
mod style;
mod table;
mod templates;

use std::io::{self, BufWriter, StdoutLock, Write as _};
use std::sync::Arc;

use memchr::memchr2;
use serde_json::Value;
use watchables::{DynamicObject, Origin, Scope, ServedResource, WatchEvent};

use crate::aligned::Cell;
use crate::args::{Format, WatchArgs};
use crate::differences::Shown;
use crate::output::clock::Clock;
pub(crate) use crate::output::pipe::{closed, is_broken_pipe, is_nowhere};
use crate::output::shown::write_shown;
pub(crate) use crate::output::style::Styles;
pub(crate) use crate::output::table::name_column;
use crate::output::table::{Line, Table, TableOptions};
use crate::output::templates::Templates;
use crate::watch::Row;
use crate::yaml;

/// So many lines are held back at most.
const HELD_BACK: usize = 10_000;

/// Where events come from: a watch.
pub(crate) struct Source {
    /// From 0, in the order in which they were added.
    pub(crate) number: usize,
    /// The context, if there are several clusters.
    pub(crate) cluster: Option<Arc<str>>,
    pub(crate) served: ServedResource,
    /// Whether names are prefixed with their resource.
    pub(crate) is_qualified: bool,
}

/// A buffered writer to standard output. Lines are written on [`flush`](Self::flush), or when the
/// buffer is full.
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    styles: Styles,
    clock: Clock,
    table: Table,
    templates: Templates,
    shows_managed_fields: bool,
    is_holding: bool,
}

impl Output {
    pub(crate) fn new(args: &WatchArgs) -> Self {
        Self {
            out: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
            format: args.output.clone(),
            styles: Styles::new(args.watched.color),
            clock: Clock::new(args.timestamps),
            table: Table::new(TableOptions {
                is_wide: args.output == Format::Wide,
                has_headings: !args.no_headers,
                has_namespaces: args.watched.namespaces().len() != 1,
                label_columns: args.label_columns.clone(),
                has_labels: args.show_labels,
            }),
            templates: Templates::new(args),
            shows_managed_fields: args.show_managed_fields,
            is_holding: true,
        }
    }

    /// Writes an event, and what is shown of it.
    pub(crate) fn write_event(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        row: &Row,
        source: &Source,
        shown: &Shown,
    ) -> io::Result<()> {
        let stamp = self.clock.stamp();
        match &self.format {
            Format::Text => self.write_text(event, source, stamp)?,
            Format::Json => self.write_json(event, source, stamp)?,
            Format::Yaml => self.write_yaml(event, source, stamp)?,
            Format::Name => self.write_name(event, source, stamp)?,
            Format::Table | Format::Wide => self.add_row(event, row, source, stamp),
            Format::JsonPath(template) => {
                self.templates.write(template, &event.obj, stamp, &mut self.out)?;
            }
            Format::CustomColumns(columns) => {
                self.templates.add_row(columns, &event.obj, source.cluster.as_deref(), stamp);
            }
        }
        let indent = self.clock.indent();
        match self.table.below() {
            Some(below) => write_shown(below, self.styles, shown, indent),
            None => write_shown(&mut self.out, self.styles, shown, indent),
        }
    }

    /// Takes note of what is known of events that may not be printed: the columns of those that follow.
    pub(crate) fn see(&mut self, row: &Row, source: &Source) {
        if let Some(columns) = &row.columns {
            self.table.set_columns(&qualified_name(&source.served), columns);
        }
    }

    /// Returns whether lines are held back until [`release`](Self::release), as columns are as wide as their cells are so
    /// far.
    pub(crate) fn is_holding(&self) -> bool {
        self.is_holding && (1..HELD_BACK).contains(&(self.table.len() + self.templates.len()))
    }

    /// From now on holds nothing back.
    pub(crate) fn release(&mut self) {
        self.is_holding = false;
    }

    /// Writes what is not held back.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.is_holding() { Ok(()) } else { self.finish() }
    }

    /// Writes everything.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.table.write(&mut self.out, self.styles)?;
        self.templates.write_rows(&mut self.out, self.styles)?;
        self.out.flush()
    }

    fn add_row(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        row: &Row,
        source: &Source,
        stamp: Option<String>,
    ) {
        let served = &source.served;
        let mut before = Vec::new();
        if let Some(stamp) = stamp {
            before.push(("TIME", Cell::styled(stamp, style::DIM)));
        }
        if let Some(cluster) = &source.cluster {
            before.push(("CLUSTER", Cell::plain(&**cluster)));
        }
        // As wide as the longest.
        let text = format!("{:<8}", event.etype.as_str());
        before.push(("EVENT", Cell::styled(text, style::of_event_type(event.etype))));
        let is_repair = event.origin == Origin::Repair;
        self.table.add(&Line {
            resource: &qualified_name(served),
            is_qualified: source.is_qualified,
            is_namespaced: served.resource.scope() == Scope::Namespaced,
            is_initial: event.origin == Origin::Initial,
            object: &event.obj,
            row,
            before,
            remark: is_repair.then(|| Cell::styled("REPAIRED", style::BOLD)),
        });
    }

    fn write_text(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        source: &Source,
        stamp: Option<String>,
    ) -> io::Result<()> {
        let namespace = event.obj.namespace().unwrap_or("-");
        let name = event.obj.name().unwrap_or("-");
        if let Some(stamp) = stamp {
            write!(self.out, "{} ", self.styles.aside(stamp))?;
        }
        if let Some(cluster) = &source.cluster {
            write!(self.out, "{cluster}, ")?;
        }
        write!(self.out, "{}, {namespace}, ", self.styles.event_type(event.etype))?;
        if source.is_qualified {
            write!(self.out, "{}/", source.served.singular)?;
        }
        write!(self.out, "{name}")?;
        if event.origin == Origin::Repair {
            write!(self.out, ", {}", self.styles.notable("REPAIRED"))?;
        }
        writeln!(self.out)
    }

    fn write_json(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        source: &Source,
        stamp: Option<String>,
    ) -> io::Result<()> {
        write!(self.out, r#"{{"type":"{}","#, event.etype)?;
        if let Some(stamp) = stamp {
            write!(self.out, r#""time":"{}","#, stamp.trim_start())?;
        }
        if let Some(cluster) = &source.cluster {
            write!(self.out, r#""cluster":{},"#, Value::from(&**cluster))?;
        }
        self.out.write_all(br#""object":"#)?;
        // Line breaks are whitespace between JSON tokens, and not allowed inside strings.
        let mut rest = event.obj.json().as_bytes();
        while let Some(at) = memchr2(b'\n', b'\r', rest) {
            self.out.write_all(&rest[..at])?;
            self.out.write_all(b" ")?;
            rest = &rest[at + 1..];
        }
        self.out.write_all(rest)?;
        self.out.write_all(b"}\n")
    }

    /// Writes a document with a comment that says what happened.
    fn write_yaml(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        source: &Source,
        stamp: Option<String>,
    ) -> io::Result<()> {
        let mut object: Value = serde_json::from_str(event.obj.json())?;
        if !self.shows_managed_fields
            && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
        {
            metadata.remove("managedFields");
        }
        let text = yaml::to_string(&object);
        let stamp = stamp.map(|stamp| format!(" {}", stamp.trim_start())).unwrap_or_default();
        let cluster = source.cluster.iter().map(|cluster| format!(" {cluster}"));
        let cluster: String = cluster.collect();
        write!(self.out, "---\n# {}{stamp}{cluster}\n{text}", event.etype)
    }

    /// Writes `pod/web-1`, or `deployment.apps/web`.
    fn write_name(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        Source { cluster, served, .. }: &Source,
        stamp: Option<String>,
    ) -> io::Result<()> {
        if let Some(stamp) = stamp {
            write!(self.out, "{stamp} ")?;
        }
        if let Some(cluster) = cluster {
            write!(self.out, "{cluster}, ")?;
        }
        let name = event.obj.name().unwrap_or("-");
        writeln!(self.out, "{}/{name}", qualified_name(served))
    }
}

/// Writes what is left, however the command ends.
impl Drop for Output {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// Returns `pod`, or `deployment.apps`.
fn qualified_name(served: &ServedResource) -> String {
    match served.resource.group() {
        "" => served.singular.clone(),
        group => format!("{}.{group}", served.singular),
    }
}
