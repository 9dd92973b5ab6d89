//! `watchables history`: what happened to objects, from a recording.

use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, bail};
use serde_json::json;
use watch_recording::{Change, HistoryEntry, ObjectFilter, Recording};
use watchables::{EventType, Origin, Scope};

use crate::args::{HistoryArgs, HistoryFormat};
use crate::{differences, output, recorded};

/// Prints the changes of the objects that the arguments name.
///
/// # Errors
///
/// If the recording cannot be read, or does not have the resource.
pub(crate) fn run(args: &HistoryArgs) -> anyhow::Result<()> {
    let recording = recorded::open(&args.file, args.skip_damaged)?;
    let filter = filter(&recording, args)?;
    let start = recording.header().started;
    let since = args.since.map(|since| since.time(start));
    let history = recording.history(filter, since).map_err(recorded::with_cli_hint)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in history {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // Print the changes before the damage.
                let _ = out.flush();
                return Err(recorded::with_cli_hint(error));
            }
        };
        if let (Some(who), HistoryEntry::Change(change)) = (&args.who, &entry)
            && !change.managers.contains(who)
        {
            continue;
        }
        let written = match args.output {
            HistoryFormat::Text => write_text(&mut out, &entry),
            HistoryFormat::Json => write_json(&mut out, &entry),
        };
        match written {
            Err(error) if output::is_broken_pipe(&error) => return Ok(()),
            written => written.context("cannot write to standard output")?,
        }
    }
    recorded::warn_of_damage(&recording);
    match out.flush() {
        Err(error) if output::is_broken_pipe(&error) => Ok(()),
        flushed => flushed.context("cannot write to standard output"),
    }
}

/// Reads `pod/shop/web-1`, `pod/web-1` or `pods`.
fn filter(recording: &Recording, args: &HistoryArgs) -> anyhow::Result<ObjectFilter> {
    let parts: Vec<_> = args.object.split('/').collect();
    let (resource, namespace, name) = match parts.as_slice() {
        [resource] => (resource, None, None),
        [resource, name] => (resource, None, Some(name)),
        [resource, namespace, name] => (resource, Some((*namespace).to_owned()), Some(name)),
        _ => bail!("{:?} names no object; write it as pod/shop/web-1", args.object),
    };
    let namespace = match (namespace, &args.namespace) {
        (Some(named), Some(other)) if named != *other => {
            bail!("{:?} is not in the namespace {other:?} of -n", args.object)
        }
        (named, other) => named.or_else(|| other.clone()),
    };
    let resource = recorded::resource(recording, resource)?;
    // As in kubectl, the namespace does not apply to cluster-scoped resources.
    let namespace = namespace.filter(|_| resource.scope() == Scope::Namespaced);
    let mut filter = ObjectFilter::new().resource(resource);
    if let Some(namespace) = namespace {
        filter = filter.namespace(namespace);
    }
    if let Some(name) = name {
        filter = filter.name(*name);
    }
    Ok(filter)
}

fn write_text(out: &mut impl Write, entry: &HistoryEntry) -> io::Result<()> {
    let change = match entry {
        HistoryEntry::Change(change) => change,
        HistoryEntry::Gap { source, from, to } => {
            return writeln!(
                out,
                "{to:.6}  {source}: what happened since {from:.6} is known by its result alone"
            );
        }
        _ => return Ok(()),
    };
    let who = match change.managers.as_slice() {
        [] => String::new(),
        managers => format!(" by {}", managers.join(", ")),
    };
    let origin = match change.origin {
        Origin::Initial => " (existed)",
        Origin::Repair => " (found after a gap)",
        _ => "",
    };
    let (time, etype, object) = (change.time, change.etype, object(change));
    writeln!(out, "{time:.6}  {etype:<8}  {object}{origin}{who}")?;
    for line in lines(change) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

fn write_json(out: &mut impl Write, entry: &HistoryEntry) -> io::Result<()> {
    let line = match entry {
        HistoryEntry::Change(change) => json!({
            "time": format!("{:.6}", change.time),
            "type": change.etype.as_str(),
            "origin": change.origin.as_str(),
            "source": &*change.source,
            "namespace": change.namespace,
            "name": change.name,
            "managers": change.managers,
            "changes": lines(change),
        }),
        HistoryEntry::Gap { source, from, to } => json!({
            "time": format!("{to:.6}"),
            "type": "GAP",
            "source": &**source,
            "from": format!("{from:.6}"),
            "to": format!("{to:.6}"),
        }),
        _ => return Ok(()),
    };
    writeln!(out, "{line}")
}

/// Returns `pod/shop/web-1`.
fn object(change: &Change) -> String {
    let kind = change.resource.kind().to_lowercase();
    if change.namespace.is_empty() {
        format!("{kind}/{}", change.name)
    } else {
        format!("{kind}/{}/{}", change.namespace, change.name)
    }
}

/// Returns a line per field that has changed. Of objects that are new or deleted, there is none.
fn lines(change: &Change) -> Vec<String> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return Vec::new() };
    if change.etype == EventType::Deleted {
        return Vec::new();
    }
    let texts = str::from_utf8(before).and_then(|before| Ok((before, str::from_utf8(after)?)));
    let changes = texts.map_err(differences::not_comparable);
    match changes.and_then(|(before, after)| differences::changes(before, after)) {
        Ok(changes) => changes.iter().map(ToString::to_string).collect(),
        Err(remark) => vec![remark],
    }
}
