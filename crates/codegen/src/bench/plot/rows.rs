//! The figures that are drawn, taken from all that the benches printed.

use serde::Deserialize;

use crate::error::{Failure, Result};

/// A figure of ours and the peer's.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) peer_name: &'static str,
    pub(super) ours: f64,
    pub(super) peer: f64,
    pub(super) unit: String,
}

/// What is drawn of a bench.
struct Drawn {
    bench: &'static str,
    case: &'static str,
    label: &'static str,
    peer: &'static str,
}

const KUBE_RS: &str = "kube-rs";

const DRAWN: [Drawn; 8] = [
    drawn("watch", "Pod: CPU an event", "CPU of a Pod's event", KUBE_RS),
    drawn("list", "Pods paged: CPU an item", "CPU of a Pod in a list", KUBE_RS),
    drawn("hold", "Pod kept in a map", "memory of a Pod in a map", KUBE_RS),
    drawn("store", "decoded: memory of a Pod", "memory of a Pod in a store", KUBE_RS),
    drawn("store", "compact: memory of a Pod", "the same, compact()", KUBE_RS),
    drawn(
        "outage",
        "live again after 10 s, median of 20",
        "an outage of 10 s: live after",
        KUBE_RS,
    ),
    drawn(
        "relay",
        "CPU an event, beside kube-runtime and async-nats",
        "CPU of an event to JetStream",
        "kube-rs and async-nats",
    ),
    drawn(
        "terminal",
        "CPU an event, -o json, beside kubectl -o json",
        "watch -o json: CPU of an event",
        "kubectl get -w",
    ),
];

const fn drawn(
    bench: &'static str,
    case: &'static str,
    label: &'static str,
    peer: &'static str,
) -> Drawn {
    Drawn { bench, case, label, peer }
}

#[derive(Deserialize)]
struct Line {
    bench: String,
    case: String,
    ours: f64,
    peer: Option<f64>,
    unit: String,
}

/// Reads one JSON object per line.
pub(super) fn read(text: &str) -> Result<Vec<Row>> {
    let lines = text.lines().enumerate().map(|(number, line)| {
        serde_json::from_str(line)
            .map_err(|error| Failure::new(format!("line {}: {error}", number + 1)))
    });
    let lines = lines.collect::<Result<Vec<Line>>>()?;
    DRAWN.iter().map(|drawn| row(drawn, &lines)).collect()
}

fn row(drawn: &Drawn, lines: &[Line]) -> Result<Row> {
    let Drawn { bench, case, label, peer: peer_name } = *drawn;
    let found = lines.iter().find(|line| line.bench == bench && line.case == case);
    let line = found.ok_or_else(|| {
        Failure::new(format!("no case {case:?} of bench {bench}"))
            .hint(format!("add what `cargo xtask bench {bench} --json` prints"))
    })?;
    let peer = line.peer.filter(|peer| *peer > 0.0);
    let peer =
        peer.ok_or_else(|| Failure::new(format!("{case:?} of bench {bench} has no peer")))?;
    Ok(Row { label, peer_name, ours: line.ours, peer, unit: line.unit.clone() })
}
