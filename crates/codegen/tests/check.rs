//! Tests of `regen --check`, and of `regen` after it has failed.

mod support;

use support::{Repository, SMALL};

const CRATE: &str = "crates/models/rel_1_99";

#[test]
fn check_reports_differing_missing_and_left_over_files() {
    let repository = Repository::generated(SMALL);
    repository.run(&["regen", "--check"]).succeeded();
    let file = |path: &str| format!("{CRATE}/{path}");
    let edited = repository.read(&file("src/core/v1.rs")).replace("pub host_pid", "pub hostpid");
    repository.write(&file("src/core/v1.rs"), &edited);
    std::fs::remove_file(repository.path(&file("src/v1.rs"))).unwrap();
    repository.write(&file("src/extra/more.rs"), "");
    repository.write("crates/models/rel_1_98/Cargo.toml", "");
    repository.write("crates/watchables/src/releases.rs", "");
    let before = repository.snapshot("");
    let outcome = repository.run(&["regen", "--check"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr.lines().collect::<Vec<_>>(),
        [
            "crates/models/rel_1_98/Cargo.toml is left over: nothing generates it; run `cargo xtask regen`",
            "crates/models/rel_1_99/src/core/v1.rs differs from what is generated; run `cargo xtask regen 1.99`",
            "crates/models/rel_1_99/src/extra/more.rs is left over: nothing generates it; run `cargo xtask regen 1.99`",
            "crates/models/rel_1_99/src/v1.rs is missing; run `cargo xtask regen 1.99`",
            "crates/watchables/src/releases.rs differs from what is generated; run `cargo xtask regen`",
        ]
    );
    assert_eq!(repository.snapshot(""), before, "a check changes nothing");
    repository.run(&["regen"]).succeeded();
    repository.run(&["regen", "--check"]).succeeded();
    assert!(!repository.path(&file("src/extra")).exists());
    assert!(!repository.path("crates/models/rel_1_98").exists());
}

#[test]
fn deleted_crate_is_regenerated_identically() {
    let repository = Repository::generated(SMALL);
    let before = repository.snapshot("crates");
    std::fs::remove_dir_all(repository.path(CRATE)).unwrap();
    repository.run(&["regen", "1.99"]).succeeded();
    assert_eq!(repository.snapshot("crates"), before);
}
