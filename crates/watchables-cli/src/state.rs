//! `watchables state`: objects as they were at a time, from a recording.

mod table;

use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use serde_json::{Value, json};
use watch_recording::{State, StateObject};
use watchables::{ResourceInfo, Scope};

use crate::args::{StateArgs, StateFormat};
use crate::say::say;
use crate::{output, recorded};

/// Prints the objects that the arguments name.
///
/// # Errors
///
/// If the recording cannot be read, or does not have a resource.
pub(crate) fn run(args: &StateArgs) -> anyhow::Result<()> {
    let recording = recorded::open(&args.file, args.skip_damaged)?;
    let names = args.resources.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let resources =
        names.map(|name| recorded::resource(&recording, name)).collect::<Result<Vec<_>, _>>()?;
    let (start, end) = recording.range();
    let time = args.at.map_or(end, |at| at.time(start));
    if time < start {
        say!("the recording begins at {start:.3}, after the time of --at");
    } else if time > end {
        say!("the recording ends at {end:.3}, before the time of --at");
    }
    let state = recording.state_at(time).map_err(recorded::with_cli_hint)?;
    recorded::warn_of_damage(&recording);
    let objects = chosen(&state, &resources, args.namespace.as_deref());
    if objects.is_empty() {
        let of = args
            .namespace
            .as_ref()
            .map_or_else(String::new, |it| format!(" in the namespace {it}"));
        say!("there were no such objects{of} at {:.3}", time.min(end));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match args.output {
        StateFormat::Table => table::write(&mut out, &objects, time.min(end)),
        StateFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &list(&objects)).map_err(Into::into)
        }
        StateFormat::Yaml => write_yaml(&mut out, &list(&objects)),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if output::is_broken_pipe(&error) => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Returns the objects of these resources, or of all if there are none.
fn chosen<'a>(
    state: &'a State,
    resources: &[ResourceInfo],
    namespace: Option<&str>,
) -> Vec<StateObject<'a>> {
    // As in kubectl, the namespace does not apply to cluster-scoped resources that are named.
    let is_everywhere = |object: &StateObject<'_>| {
        !resources.is_empty() && object.resource.scope() == Scope::Cluster
    };
    let is_chosen = |object: &StateObject<'_>| {
        (resources.is_empty() || resources.contains(object.resource))
            && (is_everywhere(object)
                || namespace.is_none_or(|namespace| namespace == object.namespace))
    };
    state.objects().filter(is_chosen).collect()
}

/// Returns objects as kubectl prints several of them.
fn list(objects: &[StateObject<'_>]) -> Value {
    let parse = |object: &StateObject<'_>| serde_json::from_slice::<Value>(object.object);
    // Lines with objects are valid JSON, or they would have been damaged.
    let items: Vec<_> = objects.iter().filter_map(|object| parse(object).ok()).collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn write_yaml(out: &mut impl Write, value: &Value) -> io::Result<()> {
    out.write_all(crate::yaml::to_string(value).as_bytes())
}
