//! The server of the benches: lists and watches that are made up as they are sent, the same bytes to
//! everyone. A thread a connection; it prints its URL, and serves until it is killed.

mod connection;
mod object;
mod request;
mod scenario;
mod state;
mod template;
mod watch;
mod wire;

use std::io::{self, Write as _};
use std::net::TcpListener;

use clap::Parser as _;

use scenario::Scenario;

fn main() -> io::Result<()> {
    let scenario = Scenario::parse();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    connection::serve(&listener, scenario)
}
