use watchables::Watchable;

#[derive(serde::Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1", plural = "crontabs")]
struct CronTab {
    spec: u8,
}

struct CronTabList {
    items: Vec<CronTab>,
}

fn main() {}
