//! The metrics of a relay: a strict reading of their text, and whether all of them are documented.

use std::collections::{BTreeMap, BTreeSet};

use crate::probes::{LONG, answers, get, serve};
use crate::support::{World, config_map};

/// A family of metrics.
#[derive(Debug)]
struct Family {
    kind: String,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// Reads metrics as <https://prometheus.io/docs/instrumenting/exposition_formats/> describes them. Panics if anything of
/// it does not hold.
fn parse(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n'), "the last line ends");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (name, help) = line.strip_prefix("# HELP ").unwrap().split_once(' ').unwrap();
        assert!(is_name(name) && help.ends_with('.') && !help.contains('\\'), "{line}");
        let kind = lines.next().unwrap().strip_prefix(&format!("# TYPE {name} ")).unwrap();
        let mut samples = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            samples.push(parse_sample(line));
        }
        let family = Family { kind: kind.to_owned(), samples };
        assert!(families.insert(name.to_owned(), family).is_none(), "{name} is there twice");
    }
    families
}

fn is_name(name: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_valid)
}

fn parse_sample(line: &str) -> Sample {
    let name_end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(name_end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, quoted) = rest.split_once("=\"").unwrap();
            assert!(is_name(label) && !label.starts_with("__"), "{line}");
            let mut value = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                match chars.next().unwrap() {
                    (at, '"') => break at,
                    (_, '\\') => value.push(match chars.next().unwrap().1 {
                        'n' => '\n',
                        c @ ('"' | '\\') => c,
                        c => panic!("an escape {c}: {line}"),
                    }),
                    (_, c) => value.push(c),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = &quoted[end + 1..];
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            rest = rest.strip_prefix(',').unwrap();
        }
    }
    let value = rest.strip_prefix(' ').unwrap();
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().unwrap() };
    Sample { name: name.to_owned(), labels, value }
}

fn check(name: &str, family: &Family) {
    let mut seen = BTreeSet::new();
    for sample in &family.samples {
        assert!(seen.insert((&sample.name, &sample.labels)), "{name}: twice {sample:?}");
        assert!(sample.value >= 0.0, "{sample:?}");
    }
    match family.kind.as_str() {
        "counter" => assert!(name.ends_with("_total"), "{name}"),
        "gauge" => {
            assert!(!["_total", "_count", "_sum", "_bucket"].iter().any(|end| name.ends_with(end)));
        }
        "histogram" => return check_histogram(name, family),
        kind => panic!("{name} is a {kind}"),
    }
    assert!(family.samples.iter().all(|sample| sample.name == name), "{family:?}");
}

fn check_histogram(name: &str, family: &Family) {
    let mut series: BTreeMap<_, Vec<(&str, Option<&str>, f64)>> = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le").map(|_| sample.labels["le"].as_str());
        let part = sample.name.strip_prefix(name).unwrap();
        series.entry(labels).or_default().push((part, bound, sample.value));
    }
    for samples in series.values() {
        let [buckets @ .., ("_sum", None, _), ("_count", None, count)] = &samples[..] else {
            panic!("{samples:?}")
        };
        let parsed =
            |bound: &str| if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap() };
        let bounds: Vec<f64> = buckets.iter().map(|(_, bound, _)| parsed(bound.unwrap())).collect();
        assert!(buckets.iter().all(|(part, ..)| *part == "_bucket"), "{samples:?}");
        assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{bounds:?}");
        assert!(buckets.windows(2).all(|pair| pair[0].2 <= pair[1].2), "{samples:?}");
        let last = buckets.last().unwrap();
        assert_eq!((last.1, last.2.to_bits()), (Some("+Inf"), count.to_bits()), "{samples:?}");
    }
}

#[tokio::test]
async fn metrics_are_well_formed_and_tell_what_happened() {
    let world = World::start().await;
    world.create(config_map("a", "1"));
    world.create(config_map("b", "1"));
    let running = world.run(&world.config("resources: [configmaps]", ""));
    let address = serve(&running, LONG);
    let address = address.await;
    world.lines_are(2).await;
    world.update(config_map("a", "2"));
    world.lines_are(3).await;
    let delivered = "watchables_relay_delivered_total{pipeline=\"test\",sink=\"file\",resource=\"configmaps/v1\",type=\"modified\"} 1\n";
    answers(address, "/metrics", 200, delivered).await;
    answers(address, "/readyz", 200, "ok").await;
    running.reload(&world.yaml("resources: [configmaps]", "")).unwrap();
    running.reload(&world.yaml("resources: [configmaps]", "  clusters: [a]\n")).unwrap_err();
    let text = get(address, "/metrics").await.1;
    let families = parse(&text);
    for (name, family) in &families {
        check(name, family);
    }
    let value = |name: &str, labels: &[(&str, &str)]| {
        let family = name.trim_end_matches("_count");
        let samples = &families[&format!("watchables_relay_{family}")].samples;
        let mut found = samples.iter().filter(|sample| {
            sample.name == format!("watchables_relay_{name}")
                && labels.iter().all(|(label, value)| sample.labels[*label] == *value)
        });
        let (sample, None) = (found.next().unwrap(), found.next()) else { panic!("{name}") };
        sample.value
    };
    for (name, labels, expected) in [
        ("received_total", &[("pipeline", "test")][..], 3.0),
        ("delivered_total", &[("type", "added"), ("resource", "configmaps/v1")], 2.0),
        ("delivery_lag_seconds_count", &[], 3.0),
        ("sink_up", &[], 1.0),
        ("buffered_events", &[], 0.0),
        ("stream_live", &[("stream", "configmaps/v1:default")], 1.0),
        ("stream_objects", &[], 2.0),
        ("config_reloads_total", &[("result", "success")], 1.0),
        ("config_reloads_total", &[("result", "failure")], 1.0),
        ("config_last_reload_successful", &[], 0.0),
    ] {
        assert!((value(name, labels) - expected).abs() < 0.1, "{name} {expected}\n{text}");
    }
    assert!(value("stream_silent_seconds", &[]) < 3600.0, "{text}");
    running.stop().await;
}

#[tokio::test]
async fn every_metric_is_documented_and_no_other() {
    let world = World::start().await;
    let running = world.run(&world.config("resources: [configmaps]", ""));
    let address = serve(&running, LONG).await;
    let there = parse(&get(address, "/metrics").await.1);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/relay.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `watchables_relay_"));
    let documented: BTreeMap<_, _> = rows
        .map(|row| {
            let (name, rest) = row.split_once("` | ").unwrap();
            (format!("watchables_relay_{name}"), rest.split(" | ").next().unwrap().to_owned())
        })
        .collect();
    let there: BTreeMap<_, _> =
        there.into_iter().map(|(name, family)| (name, family.kind)).collect();
    assert_eq!(documented, there);
    running.stop().await;
}
