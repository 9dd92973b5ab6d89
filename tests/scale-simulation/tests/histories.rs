//! Runs with fixed seeds pass, and every sabotage is noticed.

use watchables_scale_simulation::{Cause, Layout, MILLISECOND, Plan, SECOND, Sabotage, run};

#[test]
fn nothing_is_lost_or_stored_twice_and_no_shard_has_two_holders() {
    let mut recognised = 0;
    let mut fenced = 0;
    let mut repairs = 0;
    for seed in 1..=4 {
        let report = run(&Plan::small(seed));
        assert!(report.is_sound(), "{report}");
        assert!(report.stored > report.changes / 2, "{report}");
        recognised += report.recognised;
        fenced += report.fenced;
        repairs += report.repairs;
    }
    // Runs in which nothing comes again would prove nothing.
    assert!(recognised > 0 && fenced > 0 && repairs > 0, "{recognised}, {fenced}, {repairs}");
}

#[test]
fn shards_of_all_clusters_are_sound_too() {
    let report = run(&Plan { layout: Layout::OfAll(16), ..Plan::small(7) });
    assert!(report.is_sound(), "{report}");
    assert!(report.foreign_events > report.changes, "each watch has the events of all shards");
}

#[test]
fn killed_replicas_are_replaced_within_a_lease_and_a_retry() {
    let report = run(&Plan::small(1));
    let killed = &report.gaps[&Cause::Killed];
    assert!(killed.without_holder.count() > 0, "{report}");
    // Clocks run at rates that differ by a fiftieth. A replica may be killed while the Leases' server is down.
    assert!(killed.without_holder.thousandth(500) < 18 * SECOND, "{report}");
}

#[test]
fn without_faults_lag_is_what_messages_take() {
    let report = run(&Plan { fault_every: None, time: 60 * SECOND, ..Plan::small(1) });
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.stored, report.changes + 8_000, "and the first state");
    assert!(report.lag.thousandth(990) < 20 * MILLISECOND, "{report}");
    assert_eq!((report.fenced, report.late, report.recognised), (0, 0, 0), "{report}");
}

#[test]
fn every_sabotage_is_noticed() {
    for sabotage in Sabotage::ALL {
        let plan = |seed| Plan { sabotage: Some(*sabotage), ..Plan::small(seed) };
        let noticed = (1..=20).find(|seed| !run(&plan(*seed)).is_sound());
        assert!(noticed.is_some(), "{sabotage:?} is not noticed");
    }
}
