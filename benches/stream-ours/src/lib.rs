//! What is measured of Watchables' streams.

mod idle;
mod latency;
mod list;
mod mux;
mod outage;
mod scale;
mod stop;
mod watch;

use std::error::Error;

use gauge::{Args, Task};
use kube_client::{Client, Config};

/// Does what the command line says, and prints the figures.
///
/// # Errors
///
/// Where the server cannot be watched, or not all came that was to come.
///
/// # Panics
///
/// Where a thread cannot be started.
#[tokio::main(flavor = "current_thread")]
pub async fn run() -> Result<(), Box<dyn Error>> {
    let args = Args::read();
    let client = client(&args.server[0])?;
    let figures = match args.task {
        Task::Watch => watch::watch(client, &args).await?,
        Task::List => list::list(client, &args).await?,
        Task::Hold => list::hold(client, &args).await?,
        Task::Index => list::index(client, &args).await?,
        Task::Latency => latency::latency(client, &args).await?,
        Task::Idle => idle::idle(client, &args).await?,
        Task::Stop => stop::stop(client, &args).await?,
        Task::Outage => outage::outage(&args).await?,
        Task::Scale => scale::scale(&client, &args).await?,
        Task::Mux => mux::mux(&client, &args).await?,
    };
    println!("{}", figures.line());
    Ok(())
}

fn client(url: &str) -> Result<Client, Box<dyn Error>> {
    Ok(Client::try_from(Config::new(url.parse()?))?)
}
