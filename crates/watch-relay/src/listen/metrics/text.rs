//! The text format of Prometheus: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write as _};

use crate::status::{BOUNDS, Histogram};

/// What all names begin with.
const PREFIX: &str = "watchables_relay_";

/// The labels of a sample.
pub(super) type Labelled<'a> = Vec<(&'static str, &'a str)>;

/// Metrics, family by family.
#[derive(Debug, Default)]
pub(super) struct Text(String);

/// A family of metrics.
pub(super) struct Family<'a> {
    text: &'a mut Text,
    name: String,
}

impl Text {
    pub(super) fn counter(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, "counter", help)
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, "gauge", help)
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, "histogram", help)
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) -> Family<'_> {
        let name = format!("{PREFIX}{name}");
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        Family { text: self, name }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Memory can always be written to.
        let _ = writeln!(self.0, "{line}");
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl Family<'_> {
    pub(super) fn sample(&mut self, labels: &[(&'static str, &str)], value: impl Display) {
        self.line("", labels, value);
    }

    pub(super) fn histogram(&mut self, labels: &[(&'static str, &str)], values: &Histogram) {
        let bounds = BOUNDS.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        let mut all = 0;
        for (bound, count) in bounds.zip(values.cumulative()) {
            let mut labels = labels.to_vec();
            labels.push(("le", &bound));
            self.line("_bucket", &labels, count);
            all = count;
        }
        self.line("_sum", labels, values.sum().as_secs_f64());
        self.line("_count", labels, all);
    }

    fn line(&mut self, suffix: &str, labels: &[(&'static str, &str)], value: impl Display) {
        let name = &self.name;
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        self.text.line(format_args!("{name}{suffix}{labels} {value}"));
    }
}

/// Escapes the value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}
