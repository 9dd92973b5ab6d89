//! The lower bound for any watcher over the same client and socket: finds the lines and skips their
//! JSON with `serde_json`'s `IgnoredAny`.

mod idle;
mod latency;
mod list;
mod watch;

use gauge::{Args, Task};
use kube_client::{Client, Config};
use stream_common::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
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
