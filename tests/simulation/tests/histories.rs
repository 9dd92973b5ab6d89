//! Histories with fixed seeds pass, and every injected bug is caught.

use watchables_simulation::{InjectedBug, run, run_all};

#[test]
fn no_history_violates_the_contract() {
    let report = run_all(1, 2_000, None);
    assert!(
        report.violations.is_empty(),
        "{:#?}",
        report.violations.iter().take(3).collect::<Vec<_>>()
    );
    // A simulation without faults would prove nothing.
    assert!(report.faults > 10 * report.histories, "{} faults", report.faults);
    assert!(2 * report.repairs > report.histories, "{} repairs", report.repairs);
    assert!(report.events > 50 * report.histories, "{} events", report.events);
    let protobuf = report.protobuf_responses;
    assert!(protobuf > 10 * report.histories, "{protobuf} responses in protobuf");
}

#[test]
fn same_seed_gives_the_same_history() {
    let counts = |seed| {
        let outcome = run(seed, None);
        (outcome.faults, outcome.repairs, outcome.events)
    };
    for seed in 1..50 {
        assert_eq!(counts(seed), counts(seed));
    }
}

#[test]
fn every_injected_bug_is_caught() {
    for injected_bug in InjectedBug::ALL {
        let caught = (1..=2_000).find(|seed| run(*seed, Some(injected_bug)).verdict.is_err());
        assert!(caught.is_some(), "{injected_bug:?} is not caught");
    }
}

#[test]
fn largest_seed_is_followed_by_zero() {
    assert_eq!(run_all(u64::MAX, 2, None).histories, 2);
}
