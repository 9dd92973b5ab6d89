//! What no watcher over the same client and socket can be faster than: it finds the lines, and skips
//! their JSON with `serde_json`'s `IgnoredAny`.

mod idle;
mod latency;
mod list;
mod watch;

use std::error::Error;

use gauge::{Args, Task};
use kube_client::{Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::read();
    let client = Client::try_from(Config::new(args.server[0].parse()?))?;
    let figures = match args.task {
        Task::Watch => watch::watch(client, &args).await?,
        Task::List => list::list(client, &args).await?,
        Task::Latency => latency::latency(&args)?,
        Task::Idle => idle::idle(client, &args).await?,
        _ => return Err(args.unknown()),
    };
    println!("{}", figures.line());
    Ok(())
}
