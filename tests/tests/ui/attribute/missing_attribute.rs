use watchables::{Client, Watchable, Watcher};

#[derive(serde::Deserialize, Watchable)]

struct CronTab {
    name: String,
}

// Only the errors of the attribute are reported.
fn watch(client: Client) {
    let _ = Watcher::<CronTab>::new(client).namespace("x");
}

fn main() {}
