//! Metrics in the text format of Prometheus. docs/relay.md lists them.
//!
//! Those of pipelines are summed up over the shards that this replica holds, so that their number does not grow with that
//! of the shards: it depends on the configuration alone.

#[cfg(test)]
mod tests;
mod text;

use self::text::{Labelled, Text};
use crate::monitor::Monitor;
use crate::status::{Counts, StreamSummary, Totals};

/// A counter of a pipeline: its name, what it counts, and how it is read.
type Counter = (&'static str, &'static str, fn(&Counts) -> u64);

const COUNTERS: [Counter; 6] = [
    ("received_total", "Events that were received from the API server.", |at| at.received),
    ("refused_total", "Messages that the sink has refused for good.", |at| at.refused),
    ("dead_letters_total", "Refused messages that are in the file of dead letters.", |at| {
        at.dead_letters
    }),
    ("retries_total", "Failures after which it was tried again.", |at| at.retries),
    ("repairs_total", "Events that were found by a comparison after a gap.", |at| at.repairs),
    ("unreadable_total", "Objects that could not be read.", |at| at.unreadable),
];

/// A gauge of a pipeline, and of a stream of one: its name, what it is, and how it is read.
type Gauge<T, V = f64> = (&'static str, &'static str, fn(&T) -> V);

const GAUGES: [Gauge<Totals>; 4] = [
    ("instances", "Instances of the pipeline: one, or one for each shard that is held.", |at| {
        count(at.instances)
    }),
    ("sink_up", "Whether all sinks are open and their last attempts succeeded.", |at| is(at.is_up)),
    ("buffered_events", "Events that were read and not yet acknowledged by the sink.", |at| {
        count(at.buffered)
    }),
    (
        "oldest_buffered_event_seconds",
        "Seconds since the oldest of the buffered events was read; 0 without any.",
        |at| at.oldest.as_secs_f64(),
    ),
];

const STREAM_GAUGES: [Gauge<StreamSummary, Option<f64>>; 4] = [
    ("stream_live", "Whether a stream receives changes as they happen.", |at| Some(is(at.is_live))),
    (
        "stream_unconfirmed_seconds",
        "Seconds since a stream was confirmed, 0 while it is live, without those in which the sink is waited for.",
        |at| Some(at.unconfirmed.as_secs_f64()),
    ),
    (
        "stream_silent_seconds",
        "Seconds since the API server sent something on a stream, such as an event or a bookmark.",
        |at| at.silent.map(|time| time.as_secs_f64()),
    ),
    ("stream_objects", "Objects in the index of a stream.", |at| Some(count(at.indexed_objects))),
];

/// Returns all metrics.
pub(super) fn render(monitor: &Monitor) -> String {
    let mut text = Text::default();
    let totals = monitor.totals();
    for (name, help, value) in COUNTERS {
        let mut family = text.counter(name, help);
        for of_one in &totals {
            family.sample(&pipeline(of_one), value(&of_one.counts));
        }
    }
    delivered(&mut text, &totals);
    let mut family = text.histogram(
        "delivery_lag_seconds",
        "Seconds from when an event was read until the sink has acknowledged it.",
    );
    for of_one in &totals {
        family.histogram(&pipeline(of_one), &of_one.counts.lag);
    }
    for (name, help, value) in GAUGES {
        let mut family = text.gauge(name, help);
        for of_one in &totals {
            family.sample(&pipeline(of_one), value(of_one));
        }
    }
    for (name, help, value) in STREAM_GAUGES {
        let mut family = text.gauge(name, help);
        for of_one in &totals {
            for stream in of_one.streams.values() {
                let Some(value) = value(stream) else { continue };
                let mut labels = pipeline(of_one);
                labels.push(("stream", &stream.name));
                family.sample(&labels, value);
            }
        }
    }
    shards(&mut text, monitor);
    reloads(&mut text, monitor);
    text.into()
}

fn delivered(text: &mut Text, totals: &[Totals]) {
    let mut family = text.counter("delivered_total", "Messages that the sink has acknowledged.");
    for of_one in totals {
        let mut delivered: Vec<_> = of_one
            .counts
            .delivered
            .iter()
            .map(|((resource, change), count)| (resource.to_string(), *change, *count))
            .collect();
        delivered.sort_unstable();
        for (resource, change, count) in &delivered {
            let mut labels = pipeline(of_one);
            labels.extend([("sink", of_one.labels.sink), ("resource", resource), ("type", change)]);
            family.sample(&labels, count);
        }
    }
}

fn shards(text: &mut Text, monitor: &Monitor) {
    let shards = monitor.shards();
    let mut family = text.gauge("shards", "Shards of the relay; 0 without replicas.");
    family.sample(&[], shards.all.unwrap_or(0));
    let mut family = text.gauge("leases_held", "Shards whose Lease this replica holds.");
    family.sample(&[], shards.held.len());
    let mut family = text.gauge("lease_held", "1 for each shard whose Lease this replica holds.");
    for shard in &shards.held {
        family.sample(&[("shard", &shard.to_string())], 1);
    }
}

fn reloads(text: &mut Text, monitor: &Monitor) {
    let reloads = monitor.reloads();
    let mut family = text.counter("config_reloads_total", "Reloads of the configuration.");
    family.sample(&[("result", "success")], reloads.succeeded);
    family.sample(&[("result", "failure")], reloads.failed);
    let mut family = text.gauge(
        "config_last_reload_successful",
        "Whether the last reload succeeded; 1 without any.",
    );
    family.sample(&[], u8::from(!reloads.has_last_failed));
    let mut family = text.gauge(
        "config_last_reload_success_timestamp_seconds",
        "When the configuration began to hold, by a reload or the start, as a Unix timestamp.",
    );
    family.sample(&[], reloads.since.as_second());
}

fn pipeline(totals: &Totals) -> Labelled<'_> {
    let mut labels = vec![("pipeline", &*totals.labels.pipeline)];
    labels.extend(totals.labels.cluster.as_deref().map(|name| ("cluster", name)));
    labels
}

fn is(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52 of anything")]
fn count(number: usize) -> f64 {
    number as f64
}
