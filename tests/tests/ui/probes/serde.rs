//! Compiles only with the `serde` that `watchables` was built with.

use watchables::Watchable;
use watchables::rel_1_37::v1::ObjectMeta;

#[derive(serde::Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1", plural = "crontabs")]
struct CronTab {
    metadata: ObjectMeta,
}

fn main() {}
