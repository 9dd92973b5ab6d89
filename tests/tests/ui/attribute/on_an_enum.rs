use watchables::{Client, Watchable, Watcher};

#[derive(serde::Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1", plural = "crontabs")]
enum CronTab {
    A,
}

// A mistake in the attribute is the only thing reported.
fn watch(client: Client) {
    let _ = Watcher::<CronTab>::new(client).namespace("x");
}

fn main() {}
