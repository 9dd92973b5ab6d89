//! The metrics of a relay, as text.

use super::*;
use crate::status::Labels;

#[test]
fn samples_follow_their_type_and_labels_are_escaped() {
    let monitor = Monitor::default();
    let labels =
        Labels { pipeline: "a\"b\\c".into(), cluster: Some("east\n1".into()), sink: "file" };
    monitor.statuses.configure([labels.clone()].into_iter());
    monitor.statuses.of(&"a".into(), labels).failed("a fault");
    let text = render(&monitor);
    let labels = r#"pipeline="a\"b\\c",cluster="east\n1""#;
    let expected = format!(
        "# TYPE watchables_relay_retries_total counter\nwatchables_relay_retries_total{{{labels}}} 1\n"
    );
    assert!(text.contains(&expected), "{text}");
    for line in [
        format!("watchables_relay_sink_up{{{labels}}} 0\n"),
        format!("watchables_relay_delivery_lag_seconds_bucket{{{labels},le=\"0.001\"}} 0\n"),
        format!("watchables_relay_delivery_lag_seconds_bucket{{{labels},le=\"+Inf\"}} 0\n"),
        format!("watchables_relay_delivery_lag_seconds_count{{{labels}}} 0\n"),
        "watchables_relay_config_reloads_total{result=\"failure\"} 0\n".to_owned(),
        "watchables_relay_shards 0\n".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}{text}");
    }
}

#[test]
fn shards_that_are_held_are_shown() {
    let monitor = Monitor::default();
    monitor.shards.configure(8);
    monitor.shards.acquired(3);
    monitor.shards.acquired(5);
    monitor.shards.released(3);
    let text = render(&monitor);
    for line in ["shards 8\n", "leases_held 1\n", "lease_held{shard=\"5\"} 1\n"] {
        assert!(text.contains(&format!("\nwatchables_relay_{line}")), "{line}{text}");
    }
    assert!(!text.contains("shard=\"3\""), "{text}");
}
