//! Histories with fixed seeds pass, and every fault in the writing of checkpoints is noticed.

use watchables_durable_simulation::{Sabotage, run, run_all};

#[test]
fn no_history_loses_or_repeats_what_was_committed() {
    let report = run_all(1, 1_000);
    assert!(
        report.violations.is_empty(),
        "{:#?}",
        report.violations.iter().take(3).collect::<Vec<_>>()
    );
    // Processes that are never killed would prove nothing.
    assert!(report.kills > 2 * report.histories, "{} kills", report.kills);
    assert!(report.repairs > report.histories / 2, "{} repairs", report.repairs);
}

#[test]
fn every_sabotage_is_noticed() {
    for sabotage in Sabotage::ALL {
        let noticed = (1..=5_000).find(|seed| run(*seed, Some(*sabotage)).verdict.is_err());
        assert!(noticed.is_some(), "{sabotage:?} is not noticed");
    }
}
