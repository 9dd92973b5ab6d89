use watchables::Watchable;

#[derive(serde::Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1", plural = "crontabs")]
struct CronTab<'a> {
    spec: &'a str,
}

fn main() {}
