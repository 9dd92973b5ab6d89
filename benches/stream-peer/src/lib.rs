//! The stream benches on kube-runtime.

mod client;
mod idle;
mod latency;
mod list;
mod outage;
mod print;
mod scale;
mod stop;
mod store;
mod watch;

use client::client;
use gauge::{Args, Task};
use stream_common::Error;

/// Runs the task that the command line names and prints its figures.
///
/// # Errors
///
/// Fails if the server cannot be watched or does not send all expected events.
///
/// # Panics
///
/// Panics if a thread cannot be started.
#[tokio::main(flavor = "current_thread")]
pub async fn run() -> Result<(), Error> {
    let args = Args::read();
    let client = client(&args.server[0])?;
    if args.task == Task::Print {
        return print::print(client, &args).await;
    }
    let figures = match args.task {
        Task::Watch => watch::watch(client, &args).await?,
        Task::List => list::list(client, &args).await?,
        Task::Hold => list::hold(client, &args).await?,
        Task::Latency => latency::latency(client, &args).await?,
        Task::Idle => idle::idle(client, &args).await?,
        Task::Stop => stop::stop(client, &args).await?,
        Task::Outage => stream_common::outage(&args, outage::first_event).await?,
        Task::Scale => scale::scale(&client, &args).await?,
        Task::Store => store::store(client, &args).await?,
        _ => return Err(args.unknown()),
    };
    println!("{}", figures.line());
    Ok(())
}
