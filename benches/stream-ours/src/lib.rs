//! What is measured of Watchables' streams.

mod watch;

use std::error::Error;

use gauge::{Args, Task};
use kube_client::{Client, Config};

/// Does what the command line says, and prints the figures.
///
/// # Errors
///
/// Where the server cannot be watched, or not all came that was to come.
#[tokio::main(flavor = "current_thread")]
pub async fn run() -> Result<(), Box<dyn Error>> {
    let args = Args::read();
    let client = Client::try_from(Config::new(args.server[0].parse()?))?;
    let figures = match args.task {
        Task::Watch => watch::watch(client, &args).await?,
    };
    println!("{}", figures.line());
    Ok(())
}
