//! Metrics in the text format of Prometheus.

use std::fmt::{Display, Write as _};

use crate::status::InstanceSummary;

/// A counter: its name, what it counts, and how it is read.
type Counter = (&'static str, &'static str, fn(&InstanceSummary) -> u64);

const COUNTERS: [Counter; 6] = [
    ("received", "Events that were received from the API server.", |at| at.received),
    ("delivered", "Messages that the sink has acknowledged.", |at| at.delivered),
    ("refused", "Messages that the sink has refused for good.", |at| at.refused),
    ("retries", "Failures after which it was tried again.", |at| at.retries),
    ("repairs", "Events that were found by a comparison after a gap.", |at| at.repairs),
    ("unreadable", "Objects that could not be read.", |at| at.unreadable),
];

/// Returns the metrics of all instances.
pub(super) fn render(instances: &[InstanceSummary]) -> String {
    let mut text = Text::default();
    for (name, help, value) in COUNTERS {
        let name = format!("watchables_relay_{name}_total");
        text.head(&name, "counter", help);
        for instance in instances {
            text.sample(&name, &instance.name, None, value(instance));
        }
    }
    let name = "watchables_relay_delivering";
    text.head(name, "gauge", "Whether the sink is open and the last attempt succeeded.");
    for instance in instances {
        let is_delivering = instance.is_open && instance.failure.is_none();
        text.sample(name, &instance.name, None, u8::from(is_delivering));
    }
    let name = "watchables_relay_unconfirmed_seconds";
    let help =
        "Seconds since a stream was confirmed, without those in which the sink is waited for.";
    text.head(name, "gauge", help);
    for instance in instances {
        for stream in &instance.streams {
            let seconds = stream.unconfirmed.as_secs_f64();
            text.sample(name, &instance.name, Some(&stream.name), seconds);
        }
        if instance.streams.is_empty() {
            text.sample(name, &instance.name, None, instance.unconfirmed.as_secs_f64());
        }
    }
    let name = "watchables_relay_stream_live";
    text.head(name, "gauge", "Whether a stream receives changes as they happen.");
    for instance in instances {
        for stream in &instance.streams {
            text.sample(name, &instance.name, Some(&stream.name), u8::from(stream.is_live));
        }
    }
    let name = "watchables_relay_indexed_objects";
    text.head(name, "gauge", "Objects in the index of a stream.");
    for instance in instances {
        for stream in &instance.streams {
            text.sample(name, &instance.name, Some(&stream.name), stream.indexed_objects);
        }
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// The name of an instance is that of its pipeline, which has no slash, and of its cluster if it has a name.
    fn sample(&mut self, name: &str, instance: &str, stream: Option<&str>, value: impl Display) {
        let (pipeline, cluster) = match instance.split_once('/') {
            Some((pipeline, cluster)) => (pipeline, Some(cluster)),
            None => (instance, None),
        };
        let mut labels = format!("pipeline=\"{}\"", escaped(pipeline));
        for (label, value) in [("cluster", cluster), ("stream", stream)] {
            if let Some(value) = value {
                labels = format!("{labels},{label}=\"{}\"", escaped(value));
            }
        }
        self.line(format_args!("{name}{{{labels}}} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Memory can always be written to.
        let _ = writeln!(self.0, "{line}");
    }
}

/// Escapes the value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_follow_their_type_and_labels_are_escaped() {
        let instance = InstanceSummary {
            name: "a\"b\\c/east\n1".to_owned(),
            delivered: 7,
            is_open: true,
            ..InstanceSummary::default()
        };
        let text = render(&[instance]);
        let labels = r#"{pipeline="a\"b\\c",cluster="east\n1"}"#;
        let expected = format!(
            "# TYPE watchables_relay_delivered_total counter\nwatchables_relay_delivered_total{labels} 7\n"
        );
        assert!(text.contains(&expected), "{text}");
        assert!(text.contains(&format!("watchables_relay_delivering{labels} 1\n")), "{text}");
    }
}
