//! Modules of a crate do not import each other in a circle, and lower layers do not import higher ones.

mod dependencies;
mod graph;
mod imports;
mod modules;

use std::path::Path;

use graph::Graph;
use modules::Modules;

/// Crates with layers, and those from the bottom up: what is in the same row is one layer. A module
/// belongs to the layer that names it or its closest parent.
const LAYERS: &[(&str, &[&[&str]])] = &[
    (
        "watch-protocol",
        &[
            &[
                "api_status",
                "backoff",
                "encoding",
                "error",
                "event",
                "options",
                "settings",
                "status",
                "wire",
            ],
            &["accept", "request_builder"],
            &["field_head", "frame", "head", "location", "response_start", "scalar"],
            &["content", "identity", "raw_object", "uid", "version"],
            &["envelope", "list_body"],
            &["index", "tombstone"],
            &["machine"],
            &["testing"],
        ],
    ),
    (
        "watch-runtime",
        &[
            &["transport"],
            &["cluster_uid", "metrics"],
            &["stream"],
            &["watcher"],
            &["mux", "discovery", "kube_interop"],
            &["testing"],
        ],
    ),
    (
        "watch-durable",
        &[
            &["leb128"],
            &["header", "rows", "store"],
            &["claims", "error", "event_id"],
            &["event"],
            &["ledger"],
            &["checkpoints"],
            &["source"],
            &["part"],
            &["stream"],
            &["durable_ext", "testing"],
        ],
    ),
    (
        "watch-store",
        &[
            &["diff", "key"],
            &["encoded", "facts"],
            &["entry"],
            &["slots", "change", "index"],
            &["mailbox"],
            &["tables"],
            &["progress", "keeper", "source"],
            &["shared"],
            &["feeder"],
            &["handle"],
            &["snapshot", "subscription", "by_index", "wait", "status", "writer"],
            &["store"],
            &["builder"],
            &["stores", "watcher_ext", "kube_events"],
            &["tests"],
        ],
    ),
    (
        "embedded-apiserver",
        &[
            &["error", "support", "protobuf", "manifests"],
            &["storage"],
            &["registry"],
            &["fields"],
            &["store"],
            &["replay", "requests"],
            &["transport"],
            &["faults"],
            &["server"],
            &["demo"],
        ],
    ),
    (
        "watch-relay",
        &[
            &["last_objects", "message", "nats", "one_line", "projection", "shutdown"],
            &["cluster", "held_shards", "reload_counts"],
            &["batch", "form", "redact", "testing"],
            &["sink", "status"],
            &["checkpoints", "shards"],
            &["config", "tenure"],
            &[
                "config_file",
                "converter",
                "dead_letters",
                "replicated",
                "sinks",
                "stores",
                "watches",
            ],
            &["monitor", "outlet", "reading"],
            &["instance", "listen"],
            &["part"],
            &["plan"],
            &["changes", "listed"],
            &["supervisor", "reload"],
            &["relay"],
        ],
    ),
];

/// The other crates whose modules must not form a circle.
const OTHERS: &[&str] = &[
    "codegen",
    "envtest",
    "watch-filter",
    "watch-recording",
    "watchable-core",
    "watchable-derive",
    "watchables",
    "watchables-cli",
];

fn graph_of(name: &str) -> Graph {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let modules = Modules::read(&crates.join(name).join("src"));
    assert!(!modules.is_empty(), "{name} has no modules");
    Graph::new(&modules)
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let names = LAYERS.iter().map(|(name, _)| *name).chain(OTHERS.iter().copied());
    let circles: Vec<_> = names
        .flat_map(|name| graph_of(name).circles().into_iter().map(move |c| format!("{name}: {c}")))
        .collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn no_lower_layer_imports_a_higher_one() {
    let mut faults = Vec::new();
    for (name, layers) in LAYERS {
        let found = graph_of(name).upward_imports(layers);
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn planted_circles_and_upward_imports_are_found() {
    let modules = Modules::from_texts(&[
        ("", "src/lib.rs", "mod high; mod low; pub use low::Thing;"),
        ("high", "src/high.rs", "mod left; mod right; pub(crate) use right::Right;"),
        ("high::left", "src/high/left.rs", "use super::Right; use crate::low::Thing;"),
        ("high::right", "src/high/right.rs", "fn f() { crate::high::left::g() }"),
        ("low", "src/low.rs", "pub struct Thing; #[cfg(test)] mod tests { use crate::high; }"),
        ("low::leaf", "src/low/leaf.rs", "use crate::{low::Thing, high::{left::{g, h}}};"),
    ]);
    let graph = Graph::new(&modules);
    assert_eq!(graph.circles(), ["src/high/left.rs and src/high/right.rs import each other"]);
    assert_eq!(
        graph.upward_imports(&[&["low"], &["high"]]),
        ["src/low/leaf.rs imports src/high/left.rs, which is in a higher layer"]
    );
}
