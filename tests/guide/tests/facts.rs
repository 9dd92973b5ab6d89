//! Figures on the pages are those of the code: defaults, limits, versions.

use std::collections::BTreeSet;

use watchables_guide::{repository, source};

/// What else pages say that changes with the repository.
#[test]
fn pages_name_the_rust_version_and_the_releases_of_today() {
    let text = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let workspace = text("Cargo.toml");
    let (_, version) = workspace.split_once("rust-version = \"").unwrap();
    let version = version.split('"').next().unwrap();
    let page = text("docs/guide/src/first-watcher.md");
    assert!(page.contains(&format!("Rust {version} or newer")), "first-watcher.md: Rust {version}");

    let manifest = text("crates/watchables/Cargo.toml");
    let minors = manifest.lines().filter_map(|line| {
        let minor = line.strip_prefix("rel_1_")?.split(" = [").next()?;
        minor.parse::<u32>().ok()
    });
    let minors: BTreeSet<_> = minors.collect();
    let (oldest, newest) = (minors.first().unwrap(), minors.last().unwrap());
    let releases = format!("each release from 1.{oldest} to 1.{newest}");
    assert!(page.contains(&releases), "first-watcher.md: {releases}");
    let releases = format!("`rel_1_{oldest}` … `rel_1_{newest}`");
    assert!(text("docs/guide/src/settings.md").contains(&releases), "settings.md: {releases}");
}

/// Where a default is set, and what the page says of it.
const DEFAULTS: [(&str, &str, &str); 17] = [
    (
        "watch-runtime/src/transport/read_ahead.rs",
        "const BUFFER_LIMIT_BYTES: usize = 32 * 1024;",
        "| 32 KiB |",
    ),
    (
        "watch-protocol/src/request_builder.rs",
        "const PAGE_SIZE: u32 = 500;",
        "| `page_size` | 500 |",
    ),
    (
        "watch-protocol/src/request_builder.rs",
        "const MAX_EVENT_BYTES: usize = 64 << 20;",
        "| `max_event_bytes` | 67,108,864 (64 MiB) |",
    ),
    (
        "watch-protocol/src/request_builder.rs",
        "const MANAGED_TIMEOUT_SECONDS: std::ops::RangeInclusive<u64> = 5 * 60..=10 * 60;",
        "managed: random, 300 to 600 s",
    ),
    (
        "watch-protocol/src/request_builder.rs",
        "const UNMANAGED_TIMEOUT: Duration = Duration::from_secs(1);",
        "unmanaged: 1 s",
    ),
    (
        "watch-protocol/src/backoff.rs",
        "const BASE: Duration = Duration::from_millis(200);",
        "up to 0.2 s at first",
    ),
    (
        "watch-protocol/src/backoff.rs",
        "const CAP: Duration = Duration::from_secs(30);",
        "each failure up to 30 s",
    ),
    (
        "watch-protocol/src/backoff.rs",
        "const CAP_AFTER_DISCONNECT: Duration = Duration::from_secs(2);",
        "up to 2 s if there was no response",
    ),
    (
        "watch-protocol/src/backoff.rs",
        "const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);",
        "honored, up to 300 s",
    ),
    (
        "watch-protocol/src/machine/idle_timeout.rs",
        "const IDLE_TIMEOUT: Duration = Duration::from_secs(90);",
        "| 90 s, then it reconnects |",
    ),
    ("watch-store/src/subscription.rs", "const CAPACITY: usize = 1024;", "| `capacity` | 1,024 |"),
    (
        "watch-durable/src/stream.rs",
        "const POSITION_INTERVAL: Duration = Duration::from_secs(30);",
        "is written every 30 s",
    ),
    ("embedded-apiserver/src/server/builder.rs", "events: 10_000,", "| `history` | 10,000 |"),
    (
        "embedded-apiserver/src/server/builder.rs",
        "bytes: 64 * 1024 * 1024 }",
        "| `history_bytes` | 67,108,864 (64 MiB) |",
    ),
    (
        "embedded-apiserver/src/server/builder.rs",
        "bookmark_interval: Duration::from_mins(1),",
        "| `bookmark_interval` | 60 s |",
    ),
    ("embedded-apiserver/src/demo.rs", "pace: Duration::from_millis(500)", "| `pace` | 0.5 s |"),
    ("embedded-apiserver/src/demo.rs", "seed: 17", "| `seed` | 17 |"),
];

#[test]
fn settings_page_has_the_defaults_of_today() {
    let page = std::fs::read_to_string(source().join("settings.md")).unwrap();
    for (file, code, text) in DEFAULTS {
        let source = std::fs::read_to_string(repository().join("crates").join(file)).unwrap();
        assert!(
            source.contains(code),
            "{file} has no {code:?} any more: is {text:?} of settings.md right?"
        );
        assert!(page.contains(text), "settings.md has no {text:?}, and {file} has {code:?}");
    }
}
