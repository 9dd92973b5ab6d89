//! The benches' server: generates lists and watches as it sends them, the same bytes for every client.
//! Uses one thread per connection. Prints its URLs in one line and serves until it is killed.

mod connection;
mod encoding;
mod fixed;
mod http;
mod json;
mod list;
mod object;
mod protobuf;
mod request;
mod scenario;
mod server;
mod template;
#[cfg(test)]
mod tests;
mod watch;

use std::io::{self, Write as _};
use std::thread;

use clap::Parser as _;

use scenario::Scenario;

fn main() -> io::Result<()> {
    let scenario = Scenario::parse();
    let listeners =
        (0..scenario.servers).map(|_| server::bind()).collect::<io::Result<Vec<_>>>()?;
    let urls = listeners.iter().map(|listener| Ok(format!("http://{}", listener.local_addr()?)));
    println!("{}", urls.collect::<io::Result<Vec<_>>>()?.join(" "));
    io::stdout().flush()?;
    let servers = listeners
        .into_iter()
        .map(|listener| thread::spawn(move || server::serve(listener, scenario)));
    for server in servers.collect::<Vec<_>>() {
        server.join().map_err(|_| io::Error::other("a server panicked"))??;
    }
    Ok(())
}
